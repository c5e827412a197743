"""Documents and requests of a case: handing in, judging, asking, answering, settling."""

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from icpcases.cases.forms.document_formset import AnswerForm
from icpcases.cases.forms.documents import JudgementForm
from icpcases.cases.forms.facts import conditional_kinds
from icpcases.cases.forms.requests import AskForm, SettlementForm
from icpcases.cases.models import Document, FilingCase, Request
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import RequestStatus
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user
from icpcases.web.downloads import file_response, page_response
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.documents import (
    came_with_answer,
    judge_document,
    mark_not_needed,
    same_files,
)
from icpcases.workflow.actions.requests import ask, settle
from icpcases.workflow.step_forms import reason_places

ELSEWHERE = 5


@require_http_methods(["GET", "POST"])
@for_working
def add_document_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in documents, several at once."""
    case = get_case_for_user(pk, request.user)
    return STAFF.hand_in(
        request, case, title=_("Add documents"), submit=_("Add"),
        done=_("Kept; waits to be judged."),
    )  # fmt: skip


def _document(case: FilingCase, pk: int) -> Document:
    return get_object_or_404(Document.objects.select_related("added_by"), pk=pk, case=case)


@require_http_methods(["GET", "POST"])
def document_page(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Look at a document, and accept or refuse it."""
    case = get_case_for_user(pk, request.user)
    paper = _document(case, document)
    form = JudgementForm(
        request.POST if request.method == "POST" else None,
        initial={"accept": paper.status, "refusal": paper.refusal},
    )

    def judge(version: int) -> None:
        data = form.cleaned_data
        judge_document(
            case, request.user, paper.pk, data["accept"] == "accepted", data["refusal"], version
        )

    return STAFF.form_page(
        request, case, form, judge, template="document.html",
        title=paper.get_kind_display(), paper=paper, submit=_("Judge the document"),
        done=_("The document is judged."), pictures=pictures_of(case, paper),
        elsewhere=Paginator(
            same_files(paper).exclude(case=case).select_related("case"), ELSEWHERE
        ).get_page(request.GET.get("elsewhere")),
    )  # fmt: skip


def pictures_of(case: FilingCase, paper: Document) -> list[str]:
    """The addresses of the pictures that show a document: its own, or one for each page."""
    args = [case.pk, paper.pk]
    if paper.media_type == "application/pdf":
        pages = range(1, (paper.pages or 1) + 1)
        return [reverse("admin:cases_filingcase_page", args=[*args, n]) for n in pages]
    is_picture = paper.media_type.startswith("image/")
    return [reverse("admin:cases_filingcase_picture", args=args)] if is_picture else []


def _file(request: HttpRequest, pk: int, document: int, as_attachment: bool) -> FileResponse:
    case = get_case_for_user(pk, request.user)
    return file_response(request.user, case, _document(case, document), as_attachment)


@require_GET
def download(request: HttpRequest, pk: int, document: int) -> FileResponse:
    """The document's file, as an attachment; who read it is logged."""
    return _file(request, pk, document, as_attachment=True)


@require_GET
def picture(request: HttpRequest, pk: int, document: int) -> FileResponse:
    """A document that is a picture, to look at beside the form; logged like a download."""
    case = get_case_for_user(pk, request.user)
    if not _document(case, document).media_type.startswith("image/"):
        raise Http404
    return _file(request, pk, document, as_attachment=False)


@require_GET
def page_image(request: HttpRequest, pk: int, document: int, number: int) -> HttpResponse:
    """A page of a PDF, to look at beside the form; logged like a download."""
    case = get_case_for_user(pk, request.user)
    return page_response(request.user, case, _document(case, document), number)


@by_button
@for_working
def not_needed(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Say that a conditional document is not needed here, or that it is after all."""
    case = get_case_for_user(pk, request.user)
    if kind not in [conditional.value for conditional, _when in conditional_kinds(case)]:
        raise Http404
    say = request.POST.get("not_needed") == "yes"
    return act(
        request, case,
        lambda version: mark_not_needed(case, request.user, Kind(kind), say, version),
        _("Recorded."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def ask_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the applicant for something."""
    case = get_case_for_user(pk, request.user)
    sent = request.POST if request.method == "POST" else None
    form = AskForm(reason_places(case), data=sent, initial={"about": request.GET.get("about", "")})
    return STAFF.form_page(
        request, case, form,
        lambda version: ask(case, request.user, form.cleaned_data, version),
        title=_("Ask the applicant"), submit=_("Ask"), done=_("The applicant is asked."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A request: answer it on the applicant's behalf, or settle it."""
    case = get_case_for_user(pk, request.user)
    asked = get_object_or_404(Request, pk=number, case=case)
    posted = request.method == "POST"
    answering = posted and "answer" in request.POST
    settling = posted and not answering
    answer = AnswerForm(request.POST if answering else None, initial={"answer": asked.answer})
    settlement = SettlementForm(request.POST if settling else None)
    form: AnswerForm | SettlementForm = answer if answering else settlement
    is_open = asked.status == RequestStatus.OPEN
    unsettled = is_open or asked.status == RequestStatus.ANSWERED

    def change(version: int) -> None:
        data = form.cleaned_data
        if answering:
            requests.answer(case, request.user, asked.pk, data["answer"], version)
        else:
            settle(
                case, request.user, asked.pk, data["decision"], data["reason"], version,
                due_on=data["due_on"],
            )  # fmt: skip

    return STAFF.form_page(
        request, case, form, change, template="request.html",
        title=_("Request to the applicant"), asked=asked, came=came_with_answer(asked),
        answer=answer, settlement=settlement,
        open=is_open, unsettled=unsettled, form_shown=is_open if answering else unsettled,
    )  # fmt: skip
