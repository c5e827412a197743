"""What an applicant hands in: documents, and answers to requests."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.document_formset import AnswerForm, PaperRows
from icpcases.cases.models import Document, Request
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import RequestStatus
from icpcases.web.downloads import file_response
from icpcases.workflow.actions.documents import came_with_answer
from icpcases.workflow.actions.requests import answer

from .pages import APPLICANTS, get_own_case

_KINDS = {kind.value for kind in Kind}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def hand_in_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand in documents, several at once."""
    case = get_own_case(reference, request.user)
    return APPLICANTS.hand_in(
        request, case, title=_("Hand in documents"), submit=_("Hand in"),
        done=_("It has arrived; the office will look at it."),
    )  # fmt: skip


@never_cache
@login_required
@require_safe
def own_download(request: HttpRequest, reference: str, document: int) -> FileResponse:
    """A document of the applicant's own case, as an attachment."""
    case = get_own_case(reference, request.user)
    paper = get_object_or_404(Document, pk=document, case=case)
    return file_response(request.user, case, paper, as_attachment=True)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_request_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What the office asks, and the answer to it."""
    case = get_own_case(reference, request.user)
    asked = get_object_or_404(Request, pk=number, case=case)
    posted = request.method == "POST"
    about_paper = asked.about in _KINDS
    papers = PaperRows(
        request.POST if posted else None, request.FILES if posted else None,
        kinds=[asked.about if about_paper else Kind.OTHER.value], required=False,
    )  # fmt: skip
    form = AnswerForm(
        request.POST if posted else None, initial={"answer": asked.answer}, papers=papers
    )
    context: dict[str, Any] = {
        "title": _("The office asks"),
        "asked": asked,
        "came": came_with_answer(asked),
        "open": asked.status == RequestStatus.OPEN,
        "papers": papers,
        "about_paper": about_paper,
        "submit": _("Answer"),
        "done": _("Answered; the office will look at it."),
    }
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: answer(
            case, request.user, asked.pk, form.cleaned_data["answer"], version,
            papers=papers.cleaned_data,
        ),
        template="request.html", **context,
    )  # fmt: skip
