"""The list of cases and the addresses of a case's pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from icpcases.cases.models import FilingCase
from icpcases.cases.roles import is_working

from . import beside, edit_views, paper_views, step_views, versions
from .applicants_admin import ApplicantAdmin
from .case_list import case_list
from .case_page import case_context
from .intake import intake_page
from .pages import get_case_for_user, page
from .tables_admin import RoleAdmin

__all__ = ["ApplicantAdmin", "FilingCaseAdmin"]


@admin.register(FilingCase)
class FilingCaseAdmin(RoleAdmin):
    """Cases: listed here, worked on their own pages, changed through the door only."""

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
        """The list is a page of its own, too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return case_list(request)
