"""The list of cases as the documentation of Django's admin has it, over the same tables."""

from typing import Any

from django.contrib import admin
from django.urls import path

from icpcases.cases.models import Applicant, FilingCase, Province


class StockSite(admin.AdminSite):
    """Django's own site. Its pages stand in our frame, whose header has links of its own."""

    def get_urls(self) -> list[Any]:
        """The stock addresses, and those that the header links to."""
        links = ("board", "services", "find")
        more = [path(f"{name}/", self.index, name=f"cases_{name}") for name in links]
        return [*more, *super().get_urls()]


stock = StockSite("stock")


class StockCaseAdmin(admin.ModelAdmin):
    """Eight columns, what they join fetched along, filters, a search and the months on top."""

    list_display = (
        "reference", "applicant", "domain_unicode", "state", "province", "officer", "turn",
        "due_at",
    )  # fmt: skip
    list_select_related = ("applicant", "province", "officer")
    # Of all users only those who are some case's officer: four in ten cases have an account.
    list_filter = ("state", "province", ("officer", admin.RelatedOnlyFieldListFilter))
    search_fields = (
        "reference", "domain", "domain_unicode", "applicant__name", "service__number",
    )  # fmt: skip
    date_hierarchy = "created_at"
    list_per_page = 50


class StockProvinceAdmin(admin.ModelAdmin):
    """There because the list links to it."""


stock.register(FilingCase, StockCaseAdmin)
stock.register(Province, StockProvinceAdmin)
stock.register(Applicant)
