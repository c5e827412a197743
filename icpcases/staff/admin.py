"""The list of cases and the addresses of a case's pages."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working
from icpcases.staff.applicants.views import move_page
from icpcases.staff.bulk.views import bulk_page
from icpcases.staff.cases.intake import intake_page
from icpcases.staff.cases.list import case_list
from icpcases.staff.cases.page import case_context
from icpcases.staff.tables.access_log import AccessLogAdmin
from icpcases.staff.tables.applicants import ApplicantAdmin
from icpcases.staff.tables.calendar import CalendarDayAdmin
from icpcases.staff.tables.kept import ExtraContext, RoleAdmin
from icpcases.staff.tables.notices import NoticeAdmin
from icpcases.staff.tables.reasons import CannedReasonAdmin
from icpcases.staff.tables.reference import ProviderAdmin
from icpcases.staff.tables.users import UserTable

from .cases import (
    copy_sheet,
    corrections,
    documents,
    edits,
    follow_up,
    judging,
    messages,
    pile,
    related,
    steps,
    versions,
)
from .pages import get_case_for_user, page

__all__ = [
    "AccessLogAdmin",
    "ApplicantAdmin",
    "CalendarDayAdmin",
    "CannedReasonAdmin",
    "FilingCaseAdmin",
    "NoticeAdmin",
    "ProviderAdmin",
    "UserTable",
]


@admin.register(FilingCase)
class FilingCaseAdmin(RoleAdmin[FilingCase]):
    """Cases: listed here, worked on their own pages, changed through the door only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Officers open cases."""
        return is_working(request.user)

    def get_urls(self) -> list[URLPattern]:
        """The pages of a case, before the stock ones."""
        return [*self._case_urls(), *super().get_urls()]

    def _case_urls(self) -> list[URLPattern]:
        pages = (
            ("step/<str:step>/", steps.step_page, "step"),
            ("facts/", edits.facts_page, "facts"),
            ("type/<str:filing_type>/", edits.type_page, "type"),
            ("facts/correct/", corrections.correct_facts_page, "correct"),
            ("facts/versions/", versions.versions_page, "versions"),
            ("map/", related.map_page, "map"),
            ("copy/", copy_sheet.copy_sheet_page, "copy"),
            ("note/", edits.note_page, "note"),
            ("messages/", messages.messages_page, "messages"),
            ("messages/read/", messages.mark_message_read, "message_read"),
            ("assign/", edits.assign_page, "assign"),
            ("follow-up/", follow_up.follow_up_page, "follow_up"),
            ("remind/", follow_up.remind_page, "remind"),
            ("people/", edits.people_page, "people"),
            ("claim/", edits.claim, "claim"),
            ("release/", edits.release, "release"),
            ("confirm/", edits.confirm_page, "confirm"),
            ("move/<int:to>/", move_page, "move"),
            ("reveal/<str:name>/", edits.reveal, "reveal"),
            (
                "documents/<int:document>/reveal/",
                edits.reveal_document,
                "reveal_document",
            ),
            ("documents/add/", documents.add_document_page, "add_document"),
            ("documents/<int:document>/", judging.document_page, "document"),
            ("documents/<int:document>/file/", documents.download, "file"),
            ("documents/<int:document>/picture/", documents.picture, "picture"),
            ("documents/<int:document>/page/<int:number>/", documents.page_image, "page"),
            ("not-needed/<str:kind>/", documents.not_needed, "not_needed"),
            ("requests/add/", documents.ask_page, "ask"),
            ("requests/missing/", documents.ask_missing_page, "ask_missing"),
            ("requests/<int:number>/", judging.request_page, "request"),
            ("judge/", judging.judge_page, "judge"),
            ("documents/<int:document>/take-over/", judging.take_over, "take_over"),
            ("judge/all/", pile.pile_page, "pile"),
            ("judge/accept/", pile.accept_shown, "accept_shown"),
        )
        guarded = self.admin_site.admin_view
        found = guarded(edits.by_reference)
        return [
            path("bulk/", guarded(bulk_page), name="cases_filingcase_bulk"),
            path("reference/<str:reference>/", found, name="cases_filingcase_by_reference"),
            *(
                path(f"<int:pk>/{route}", guarded(view), name=f"cases_filingcase_{name}")
                for route, view, name in pages
            ),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: ExtraContext = None,
    ) -> HttpResponse:
        """Opening a case is one page of its own."""
        return intake_page(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext = None,
    ) -> HttpResponse:
        """The case page: nothing on it is a form field of the model."""
        digits = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        case = get_case_for_user(int(object_id) if digits else 0, request.user)
        return page(request, "staff/case.html", case_context(request, case))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """The case's own history stands on its page; the admin's log knows nothing of it."""
        return self.change_view(request, object_id)

    def changelist_view(
        self, request: HttpRequest, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """The list is a page of its own, too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return case_list(request)
