"""What an applicant hands in: documents, and answers to requests."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.answers import AnswersForm
from icpcases.cases.forms.document_formset import AnswerForm, PaperRows
from icpcases.cases.forms.documents import own_kinds
from icpcases.cases.forms.facts import FactsForm, plain_fact
from icpcases.cases.models import Document, FilingCase, Request
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import RequestStatus
from icpcases.web.downloads import file_response, small_response
from icpcases.workflow.actions.requests import Reply, answer, answer_several
from icpcases.workflow.actions.taking_back import may_be_taken_back, take_paper_back
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.explain import explain_step
from icpcases.workflow.standing import open_requests

from .asked import exchanges_of
from .pages import APPLICANTS, get_own_case, own_case_url, own_page, people_of
from .papers import HandedIn, checklist


@never_cache
@login_required
@require_safe
def own_papers_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The papers of the case as a checklist, each with its button."""
    case = get_own_case(reference, request.user)
    people_of(case)
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    context = {"case": case, "title": _("Papers"), "checklist": checklist(case, rows)}
    return own_page(request, "applicants/papers.html", context)


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


@login_required
@require_safe
def own_small_picture(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """A small picture of a document of the applicant's own case."""
    case = get_own_case(reference, request.user)
    paper = get_object_or_404(Document, pk=document, case=case)
    return small_response(request.user, case, paper)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def take_back_page(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """Take back a document that the office has not looked at yet."""
    case = get_own_case(reference, request.user)
    paper = get_object_or_404(Document, pk=document, case=case)
    return APPLICANTS.form_page(
        request, case, forms.Form(request.POST if request.method == "POST" else None),
        lambda version: take_paper_back(case, request.user, paper.pk, version),
        template="take_back.html", title=_("Take back this paper?"), submit=_("Take back"),
        done=_("Taken back."), paper=HandedIn(paper), document=paper,
        gone=not may_be_taken_back(case, paper),
    )  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_request_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What the office asks, as the field or the file it asks for; saving it is the answer."""
    case = get_own_case(reference, request.user)
    asked = get_object_or_404(Request, pk=number, case=case)
    form, papers = own_answer_form(request, case, asked)
    context: dict[str, Any] = {
        "title": asked.about_label or _("The office asks"),
        "asked": asked,
        "told": next(iter(exchanges_of(case, [asked]))),
        "open": asked.status == RequestStatus.OPEN and not case.is_at.closed,
        "papers": papers,
        "submit": _("Save"),
        "done": _said(case),
        "back": lambda: after_answering(request, reference),
    }
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: answer(
            case, request.user, asked.pk, form.cleaned_data["answer"], version,
            papers=papers.cleaned_data, value=form.value,
        ),
        template="request.html", **context,
    )  # fmt: skip


def own_answer_form(
    request: HttpRequest, case: FilingCase, asked: Request
) -> tuple[AnswerForm, PaperRows]:
    """The answer to one request, and the rows for documents that come with it."""
    sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    kind = asked.about if asked.for_paper else Kind.OTHER.value
    papers = PaperRows(sent, files, kinds=[kind], required=False, own=own_kinds(case))
    fact = FactsForm.only(case, asked.about, sent) if asked.for_fact else None
    present = plain_fact(case, asked.about) if fact is not None else None
    words: dict[str, object] = {"answer": asked.answer}
    form = AnswerForm(sent, initial=words, papers=papers, fact=fact, present=present)
    if asked.for_paper:
        form.fields["answer"].label = _("remark")
    return form, papers


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_requests_page(request: HttpRequest, reference: str) -> HttpResponse:
    """All that the office asks on one page, to be given at once; below, what was answered."""
    case = get_own_case(reference, request.user)
    rows = CaseFile(case)
    waiting = open_requests(case, rows)
    sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AnswersForm(case, waiting, sent, files)
    settled = [one for one in rows.requests if one not in waiting]
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: answer_several(case, request.user, answers_in(form), version),
        template="requests.html", title=_("What the office asks"), submit=_("Save"),
        told=list(reversed(exchanges_of(case, settled))), done=_said(case),
        back=lambda: after_answering(request, reference),
    )  # fmt: skip


def answers_in(form: AnswersForm) -> list[Reply]:
    """What is given in a valid form; a document answers whatever else asks for it by itself."""
    return [
        Reply(asked.pk, one.text, one.papers, one.value)
        for one in form.filled
        for asked in (one.requests[:1] if one.papers else one.requests)
    ]


def _said(case: FilingCase) -> str:
    """What is said of an answer: the office sees that of a draft once it is sent."""
    return _("Saved.") if case.is_at == State.DRAFT else _("Saved; the office will look at it.")


def after_answering(request: HttpRequest, reference: str) -> str:
    """Where an answer leads: to what is still asked, to sending the draft again, to the case."""
    case = get_own_case(reference, request.user)
    asked = case.requests.order_by("pk")
    if not asked or case.is_at.closed:
        return own_case_url(case)
    if any(one.status == RequestStatus.OPEN for one in asked):
        return own_case_url(case, "requests")
    again = Step.SUBMIT_REQUEST
    if case.is_at != State.DRAFT or not explain_step(case, again, request.user).open:
        return own_case_url(case)
    messages.success(request, _("All that the office asked for is there: send it now."))
    return own_case_url(case, "application")
