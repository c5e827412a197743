"""What an applicant hands in: documents, and answers to requests."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.document_formset import AnswerForm, PaperRows
from icpcases.cases.forms.documents import own_kinds
from icpcases.cases.forms.facts import FactsForm, in_words
from icpcases.cases.models import Document, FilingCase, Request
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import RequestStatus
from icpcases.web.downloads import file_response
from icpcases.web.errand_panel import PRIVATE, Changed
from icpcases.workflow.actions.documents import came_with_answer
from icpcases.workflow.actions.requests import answer

from .pages import APPLICANTS, get_own_case


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
    sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    kind = asked.about if asked.for_paper else Kind.OTHER.value
    papers = PaperRows(sent, files, kinds=[kind], required=False, own=own_kinds(case))
    fact = FactsForm.only(case, asked.about, sent) if asked.for_fact else None
    form = AnswerForm(sent, initial={"answer": asked.answer}, papers=papers, fact=fact)
    context: dict[str, Any] = {
        "title": _("The office asks"),
        "asked": asked,
        "came": came_with_answer(asked),
        "open": asked.status == RequestStatus.OPEN,
        "papers": papers,
        "about_paper": asked.for_paper,
        "given": shown_answer(case, asked),
        "submit": _("Answer"),
        "done": _("Answered; the office will look at it."),
    }
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: answer(
            case, request.user, asked.pk, form.cleaned_data["answer"], version,
            papers=papers.cleaned_data, value=form.value,
        ),
        template="request.html", **context,
    )  # fmt: skip


def shown_answer(case: FilingCase, asked: Request) -> Changed | None:
    """What was answered to a request for a fact, in words, private numbers masked."""
    form = FactsForm.only(case, asked.about) if asked.value is not None else None
    if form is None:
        return None
    field, value = form.fields[asked.about], asked.value
    words = PRIVATE[asked.about](str(value)) if asked.about in PRIVATE else in_words(field, value)
    return Changed(str(field.label), "", words)
