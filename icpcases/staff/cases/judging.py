"""Judging beside the paper: one document or answer after the other, then the next case's."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.document_formset import AnswerForm, PaperRows
from icpcases.cases.forms.documents import READ_OFF, JudgementForm, own_kinds
from icpcases.cases.forms.facts import FactsForm, in_words, plain_fact
from icpcases.cases.forms.reasons import CannedOffer, Subject
from icpcases.cases.forms.requests import SettlementForm
from icpcases.cases.models import Document, FilingCase, Request
from icpcases.cases.permissions import is_working
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.paper_check import COMPARED, KnownNumber
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.asking import usual_due
from icpcases.workflow.actions.documents import came_with_answer, same_files
from icpcases.workflow.actions.judging import (
    correct_document,
    judge_document,
    remove_document,
    take_over_document,
)
from icpcases.workflow.actions.requests import settle
from icpcases.workflow.comparison import differences_of
from icpcases.workflow.judgeable import (
    PAPER,
    REQUEST,
    ToJudge,
    next_in_queue,
    next_on_case,
)

from .documents import pictures_of
from .known import known_rows, show_whole_numbers
from .onward import judging_url, next_url
from .pile import seen_as, shown_to

ELSEWHERE = 5


@require_safe
@for_working
def judge_page(request: HttpRequest, pk: int) -> HttpResponse:
    """On to what is judged next: on this case behind what was passed over, else on another."""
    case = get_case_for_user(pk, request.user)
    paper, asked = (_number(request.GET.get(name)) for name in ("paper", "request"))
    found = next_on_case(case, paper, asked) or next_in_queue(request.user, after=pk)
    return _on_to(request, case, found)


@require_safe
def judge_queue_page(request: HttpRequest) -> HttpResponse:
    """On to the first that waits to be judged among one's own cases."""
    found = next_in_queue(request.user) if is_working(request.user) else None
    return _on_to(request, None, found)


def _on_to(request: HttpRequest, case: FilingCase | None, found: ToJudge | None) -> HttpResponse:
    if found is None:
        messages.info(request, _("Nothing is left to judge."))
        return HttpResponseRedirect(case_url(case) if case else reverse("admin:index"))
    return HttpResponseRedirect(judging_url(found))


def _number(text: str | None) -> int | None:
    digits = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if text and digits else None


@require_http_methods(["GET", "POST"])
def document_page(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """A document beside the facts it is held against: accept, refuse, correct or take it out."""
    case = get_case_for_user(pk, request.user)
    paper = _document(case, document)
    form = JudgementForm(
        paper, request.POST if request.method == "POST" else None,
        quiet=not _is_wanted(case, paper),
    )  # fmt: skip

    def judge(version: int) -> None:
        _judge(request, case, paper, form, version)

    def answer() -> HttpResponse:
        around = _around(request, case, paper, form)
        return STAFF.form_page(request, case, form, judge, template="judge.html", **around)

    return show_whole_numbers(request, case, seen_as(paper), answer)


def _document(case: FilingCase, pk: int) -> Document:
    paper = get_object_or_404(Document.objects.select_related("added_by"), pk=pk, case=case)
    paper.case = case
    return paper


def _is_wanted(case: FilingCase, paper: Document) -> bool:
    wanted = wanted_documents(case.facts, case.changed)
    return any(document.kind.value == paper.kind for document in wanted)


def _judge(
    request: HttpRequest, case: FilingCase, paper: Document, form: JudgementForm, version: int
) -> None:
    data, by = form.cleaned_data, request.user
    if data["accept"] == "removed":
        remove_document(case, by, paper.pk, data["refusal"], version)
    elif data["accept"] == "corrected":
        correct_document(case, by, paper.pk, form.read_off or {}, version)
    else:
        judge_document(
            case, by, paper.pk, data["accept"] == "accepted", data["refusal"], version,
            read_off=form.read_off, quiet=data["quiet"],
        )  # fmt: skip


def _around(
    request: HttpRequest, case: FilingCase, paper: Document, form: JudgementForm
) -> dict[str, object]:
    papers = list(case.documents.exclude(status=DocumentStatus.REMOVED.value).order_by("pk"))
    differences = differences_of(paper, case)
    differs = any(difference.field == "number" for difference in differences)
    waiting = [p for p in papers if p.status == DocumentStatus.PENDING]
    seen = shown_to(request, case, waiting) if len(waiting) > 1 else set()
    return {
        "title": paper.get_kind_display(),
        "paper": paper,
        "pile": papers,
        "nth": next((n for n, p in enumerate(papers, 1) if p.pk == paper.pk), 0),
        "waiting": waiting,
        "all_seen": len(waiting) > 1 and len(seen) == len(waiting),
        "read_off": READ_OFF,
        "differing": {difference.field for difference in differences},
        "differences": [(d.field, _(d.sentence) % {"known": d.known}) for d in differences],
        "known": known_rows(case, COMPARED.get(Kind(paper.kind)), differs),
        "canned": form.fields["refusal"].widget.get_context("refusal", "", {})["widget"]["canned"],
        "decided": paper.status != DocumentStatus.PENDING,
        "done": _DONE.get(request.POST.get("accept", ""), _said_corrected)(paper),
        "back": lambda: _after(request, case, paper),
        "pictures": pictures_of(case, paper),
        "skip": f"{case_url(case, 'judge')}?paper={paper.pk}",
        "elsewhere": Paginator(
            same_files(paper).exclude(case=case).select_related("case"), ELSEWHERE
        ).get_page(request.GET.get("elsewhere")),
    }


def _after(request: HttpRequest, case: FilingCase, paper: Document) -> str:
    """Where it goes on: what was read off is looked at once more, a decision leads on."""
    if request.POST.get("accept") == "corrected":
        return case_url(case, PAPER, paper.pk)
    return next_url(request, case, PAPER, paper.pk)


def _said_accepted(paper: Document) -> str:
    return _("Accepted: %(paper)s.") % {"paper": paper.get_kind_display()}


def _said_refused(paper: Document) -> str:
    return _("Refused: %(paper)s.") % {"paper": paper.get_kind_display()}


def _said_removed(paper: Document) -> str:
    return _("Removed: %(paper)s.") % {"paper": paper.get_kind_display()}


def _said_corrected(paper: Document) -> str:
    return _("The details of the document are saved.")


_DONE: dict[str, Callable[[Document], str]] = {
    "accepted": _said_accepted,
    "refused": _said_refused,
    "removed": _said_removed,
}


@by_button
@for_working
def take_over(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Use a document of another case of the same applicant here too."""
    case = get_case_for_user(pk, request.user)

    def change(version: int) -> None:
        take_over_document(case, request.user, document, version)

    return act(request, case, change, _("The document is reused."))


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A request: judge its answer beside what the case says, or answer for the applicant."""
    case = get_case_for_user(pk, request.user)
    asked = get_object_or_404(Request, pk=number, case=case)
    asked.case = case
    answering = request.method == "POST" and "decision" not in request.POST
    settling = request.method == "POST" and not answering
    answer = answer_form(request, asked, answering)
    settlement = SettlementForm(
        request.POST if settling else None, {"due_on": usual_due()}, case, asked.about
    )
    form: AnswerForm | SettlementForm = answer if answering else settlement

    def change(version: int) -> None:
        data = form.cleaned_data
        if answering:
            requests.answer(
                case, request.user, asked.pk, data["answer"], version,
                papers=answer.papers.cleaned_data if answer.papers else (), value=answer.value,
            )  # fmt: skip
        else:
            settle(
                case, request.user, asked.pk, data["decision"], data["reason"], version,
                due_on=data["due_on"],
            )  # fmt: skip

    def shown() -> HttpResponse:
        return STAFF.form_page(
            request, case, form, change, template="request.html", answer=answer,
            settlement=settlement, papers=answer.papers,
            **_around_request(request, case, asked, answering),
        )  # fmt: skip

    return show_whole_numbers(request, case, f"judging request {asked.pk}", shown)


def answer_form(request: HttpRequest, asked: Request, sent: bool) -> AnswerForm:
    """The answer to a request: the fact's own control, documents, or words alone."""
    case, data = asked.case, request.POST if sent else None
    papers = None
    if asked.for_paper:
        files = request.FILES if sent else None
        papers = PaperRows(data, files, kinds=[asked.about], required=False, own=own_kinds(case))
    fact = FactsForm.only(case, asked.about, data) if asked.for_fact else None
    return AnswerForm(data, initial={"answer": asked.answer}, papers=papers, fact=fact)


def _around_request(
    request: HttpRequest, case: FilingCase, asked: Request, answering: bool
) -> dict[str, object]:
    came = came_with_answer(asked)
    waiting = case.requests.filter(status=RequestStatus.ANSWERED.value)
    compared = next((c for c in KnownNumber if c.value == asked.about), None)
    unsettled = asked.status in (RequestStatus.OPEN, RequestStatus.ANSWERED)
    canned = CannedOffer.for_case(
        case, Subject.FACT if asked.for_fact else Subject.REQUEST, about=asked.about
    )
    return {
        "title": _("Request to the applicant"),
        "asked": asked,
        "came": [(paper, pictures_of(case, paper)) for paper in came],
        "fact": fact_answered(case, asked) if asked.for_fact else None,
        "known": known_rows(case, compared),
        "canned": canned.choices,
        "left": waiting.count(),
        "open": asked.status == RequestStatus.OPEN,
        "answered": asked.status == RequestStatus.ANSWERED,
        "unsettled": unsettled,
        "form_shown": asked.status == RequestStatus.OPEN if answering else unsettled,
        "skip": f"{case_url(case, 'judge')}?request={asked.pk}",
        "done": _("The answer is recorded.") if answering else _("The request is settled."),
        "back": lambda: (
            case_url(case, "request", asked.pk)
            if answering
            else next_url(request, case, REQUEST, asked.pk)
        ),
    }


@dataclass(frozen=True)
class FactAnswered:
    """A fact that was asked for: what it is now, and what the answer proposes."""

    label: str
    present: str
    proposed: str
    same: bool


def fact_answered(case: FilingCase, asked: Request) -> FactAnswered | None:
    """The present and the proposed value of the fact a request asks for; both whole."""
    form = FactsForm.only(case, asked.about)
    if form is None:
        return None
    field, present = form.fields[asked.about], plain_fact(case, asked.about)
    words = (in_words(field, present), in_words(field, asked.value))
    return FactAnswered(str(field.label), *words, same=words[0] == words[1])
