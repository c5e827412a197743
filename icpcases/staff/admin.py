"""The list of cases and the addresses of a case's pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.models import FilingCase
from icpcases.cases.roles import is_working, shown_name

from . import beside, edit_views, filters, paper_views, step_views, versions
from .applicants_admin import ApplicantAdmin
from .case_page import case_context
from .intake import intake_page
from .pages import get_case_for_user, page
from .tables_admin import RoleAdmin
from .templatetags.staff import moment

__all__ = ["ApplicantAdmin", "FilingCaseAdmin"]


@admin.register(FilingCase)
class FilingCaseAdmin(RoleAdmin):
    """Cases: listed here, worked on their own pages, changed through the door only."""

    list_display = (
        "reference", "applicant", "site", "province", "state_badge", "turn_name", "officer_name",
        "since", "due",
    )  # fmt: skip
    list_filter = (
        filters.OverdueFilter, filters.OfficerFilter, filters.TurnFilter, filters.PhaseFilter,
        filters.StateFilter, filters.ProvinceFilter,
    )  # fmt: skip
    list_select_related = ("applicant", "province", "officer")
    search_fields = (
        "reference", "domain", "domain_unicode", "applicant__name", "icp_number",
        "applicant__certificate_number",
    )  # fmt: skip
    search_help_text = gettext_lazy(
        "Reference, domain, applicant's name, ICP number or certificate number"
    )
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Officers open cases."""
        return is_working(request.user)

    def get_urls(self) -> list[Any]:
        """The pages of a case, before the stock ones."""
        return [*self._case_urls(), *super().get_urls()]

    def _case_urls(self) -> list[Any]:
        pages = (
            ("step/<str:step>/", step_views.step_page, "step"),
            ("facts/", edit_views.facts_page, "facts"),
            ("facts/versions/", versions.versions_page, "versions"),
            ("map/", beside.map_page, "map"),
            ("note/", edit_views.note_page, "note"),
            ("assign/", edit_views.assign_page, "assign"),
            ("people/", edit_views.people_page, "people"),
            ("claim/", edit_views.claim, "claim"),
            ("release/", edit_views.release, "release"),
            ("confirm/", edit_views.confirm_page, "confirm"),
            ("reveal/<str:name>/", edit_views.reveal, "reveal"),
            (
                "documents/<int:document>/reveal/",
                edit_views.reveal_document,
                "reveal_document",
            ),
            ("documents/add/", paper_views.add_document_page, "add_document"),
            ("documents/<int:document>/", paper_views.document_page, "document"),
            ("documents/<int:document>/file/", paper_views.download, "file"),
            ("documents/<int:document>/picture/", paper_views.picture, "picture"),
            ("documents/<int:document>/page/<int:number>/", paper_views.page_image, "page"),
            ("not-needed/<str:kind>/", paper_views.not_needed, "not_needed"),
            ("requests/add/", paper_views.ask_page, "ask"),
            ("requests/<int:number>/", paper_views.request_page, "request"),
        )
        guarded = self.admin_site.admin_view
        found = guarded(edit_views.by_reference)
        return [
            path("reference/<str:reference>/", found, name="cases_filingcase_by_reference"),
            *(
                path(f"<int:pk>/{route}", guarded(view), name=f"cases_filingcase_{name}")
                for route, view, name in pages
            ),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Opening a case is one page of its own."""
        return intake_page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The case page: nothing on it is a form field of the model."""
        digits = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        case = get_case_for_user(int(object_id) if digits else 0, request.user)
        return page(request, "staff/case.html", case_context(request, case))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The case's own history stands on its page; the admin's log knows nothing of it."""
        return self.change_view(request, object_id)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list under its own name."""
        return super().changelist_view(request, {**(extra_context or {}), "title": _("Cases")})

    @admin.display(description=gettext_lazy("site"), ordering="domain")
    def site(self, case: FilingCase) -> str:
        """The domain, else the address."""
        return case.shown_domain

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, case: FilingCase) -> str:
        """The state, coloured by its phase."""
        state = case.is_at
        return format_html('<span class="badge phase-{}">{}</span>', state.phase, state.label)

    @admin.display(description=gettext_lazy("turn"), ordering="turn")
    def turn_name(self, case: FilingCase) -> str:
        """Whose turn it is."""
        return case.turn_name

    @admin.display(description=gettext_lazy("officer"), ordering="officer")
    def officer_name(self, case: FilingCase) -> str:
        """Who works the case."""
        return shown_name(case.officer) if case.officer else ""

    @admin.display(description=gettext_lazy("since"), ordering="state_since")
    def since(self, case: FilingCase) -> str:
        """Since when it is in its state."""
        return f"{timezone.localtime(case.state_since):%Y-%m-%d}"

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, case: FilingCase) -> str:
        """Until when the turn should end; marked when that has passed."""
        if case.due_at is None:
            return ""
        day = moment(case.due_at)
        if not case.overdue:
            return day
        return format_html('<strong class="over">{} {}</strong>', day, _("overdue"))
