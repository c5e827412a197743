"""The list of cases as the documentation of Django's admin has it, over the same tables."""

from django.contrib import admin

from icpcases.cases.models import Applicant, FilingCase, Province

stock = admin.AdminSite("stock")


class StockCaseAdmin(admin.ModelAdmin):
    """Eight columns, what they join fetched along, filters, a search and the months on top."""

    list_display = (
        "reference", "applicant", "domain_unicode", "state", "province", "officer", "turn",
        "due_at",
    )  # fmt: skip
    list_select_related = ("applicant", "province", "officer")
    list_filter = ("state", "province", "officer")
    search_fields = ("reference", "domain", "domain_unicode", "applicant__name", "icp_number")
    date_hierarchy = "created_at"
    list_per_page = 50


class StockProvinceAdmin(admin.ModelAdmin):
    """There because the list links to it."""


stock.register(FilingCase, StockCaseAdmin)
stock.register(Province, StockProvinceAdmin)
stock.register(Applicant)
