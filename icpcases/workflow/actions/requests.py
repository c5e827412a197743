"""Asking the applicant, answering, and settling the answer."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, Request
from icpcases.cases.permissions import roles_on
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.states import State
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Cleaned
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.missing import missing_of
from icpcases.workflow.refusals import ONLY_THOSE_ON_THE_CASE, ONLY_WHILE_IT_RUNS

from .asking import ask_anew, keep_request
from .checks import (
    Kinds,
    When,
    broken_invariants,
    failing_invariants,
    need_invariants,
    need_reason,
    need_same_beginning,
    need_unlocked,
    need_worker,
)
from .documents import hand_in


def ask(
    case: FilingCase, by: Actor, data: Cleaned, seen_version: int, happened: When = None
) -> Request:
    """Ask the applicant for something, given a valid AskForm's data."""
    with changing(case, by, seen_version, happened, what="request") as change:
        need_worker(change.case, by)
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        request = keep_request(change, data["about"], data["text"], data.get("due_on"))
        change.record(
            Kinds.REQUEST,
            entered={"asked": request.pk},
            reasons=[{"about": request.about, "text": request.text}],
            told=True,
        )
        return request


def ask_for_missing(case: FilingCase, by: Actor, data: Cleaned, seen_version: int) -> list[Request]:
    """Ask for what is missing, given a valid AskAllForm's data: each its request, one mail.

    Raises Closed where nothing of it is missing any more.
    """
    with changing(case, by, seen_version, what="request") as change:
        need_worker(change.case, by)
        dossier = dossier_of(change.case, change.rows)
        wanted = [
            missing
            for missing in missing_of(change.case, dossier, change.rows.requests)
            if missing.key in data["wanted"]
        ]
        if not wanted:
            raise Closed((_NOTHING_MISSING,))
        language = change.case.applicant.language
        asked = [
            keep_request(
                change, missing.about, missing.sentence(language), data.get("due_on"),
                Request.About.FACT.value if missing.for_fact else "",
            )
            for missing in wanted
        ]  # fmt: skip
        change.record(
            Kinds.REQUEST,
            entered={"asked": [request.pk for request in asked]},
            reasons=[{"about": request.about, "text": request.text} for request in asked],
            note_public=data.get("text", ""),
            told=True,
        )
        return asked


_NOTHING_MISSING = Finding(
    "request.missing",
    Source.NONE,
    _("None of this is missing any more, or it has already been asked for."),
    _("Look at the case as it is now."),
    Party.NOBODY,
)


@dataclass(frozen=True)
class Reply:
    """What is said to a request: words, documents; asked for a fact, what it is to be, as its
    own control has taken it."""

    request: int
    text: str = ""
    papers: Sequence[Cleaned] = ()
    value: object = None


def answer(
    case: FilingCase,
    by: Actor,
    pk: int,
    text: str,
    seen_version: int,
    happened: When = None,
    papers: Sequence[Cleaned] = (),
    value: object = None,
) -> Request:
    """Answer one request; see `answer_several`."""
    said = Reply(pk, text, papers, value)
    return answer_several(case, by, [said], seen_version, happened)[0]


def answer_several(
    case: FilingCase,
    by: Actor,
    answers: Iterable[Reply],
    seen_version: int,
    happened: When = None,
) -> list[Request]:
    """Answer requests, with documents if need be: all of it or nothing.

    The applicant does, or an officer on the applicant's behalf. In a draft, which is the
    applicant's to edit, the facts are written on the case at once.
    """
    with changing(case, by, seen_version, happened, what="request") as change:
        roles = roles_on(change.case, by)
        if not roles - {Role.AUDITOR}:
            raise NotAllowed(by, ONLY_THOSE_ON_THE_CASE)
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        on_behalf = "" if Role.APPLICANT in roles else Party.APPLICANT.value
        return [_answer(change, said, on_behalf) for said in answers]


def _answer(change: Change, said: Reply, on_behalf: str) -> Request:
    request = _request(change, said.request, RequestStatus.OPEN)
    came = hand_in(change, said.papers, answering=request.pk) if said.papers else []
    request.status, request.answer = RequestStatus.ANSWERED.value, said.text
    request.value = said.value if request.for_fact else None
    request.save(update_fields=["status", "answer", "value"])
    if request.value is not None and change.case.is_at == State.DRAFT:
        take_over_fact(change, request)
    papers = [paper.pk for paper in came]
    change.record(
        Kinds.REQUEST,
        on_behalf_of=on_behalf,
        entered={"answered": request.pk, "answer": said.text, "papers": papers},
    )
    return request


def settle(
    case: FilingCase,
    by: Actor,
    pk: int,
    decision: str,
    reason: str,
    seen_version: int,
    happened: When = None,
    due_on: dt.date | None = None,
) -> Request:
    """Accept an answer, ask again until `due_on`, or waive the request with a reason.

    The fact that an accepted answer gives is written on the case in the same change: raises
    Closed as editing it would.
    """

    def broken(fresh: FilingCase) -> Closed | None:
        asked = Request.objects.get(pk=pk)
        if decision == RequestStatus.ACCEPTED and asked.value is not None:
            _form_of(fresh, asked).write_to(fresh)
        findings = broken_invariants(fresh, CaseFile(fresh))
        return Closed(findings) if findings else None

    with changing(case, by, seen_version, happened, "request", broken) as change:
        need_worker(change.case, by)
        if decision != RequestStatus.ACCEPTED:
            need_reason(reason)
        allowed = [RequestStatus.ANSWERED]
        if decision == RequestStatus.WAIVED:
            allowed.append(RequestStatus.OPEN)
        request = _request(change, pk, *allowed)
        request.status = RequestStatus(decision).value
        if decision == RequestStatus.OPEN:
            ask_anew(request, reason, due_on)
        if decision == RequestStatus.WAIVED:
            request.waiver = reason
        request.save(update_fields=["status", "round", "text", "waiver", "due_on"])
        if decision == RequestStatus.ACCEPTED and request.value is not None:
            take_over_fact(change, request)
        change.record(
            Kinds.REQUEST,
            entered={"settled": pk, "decision": decision},
            told=decision == RequestStatus.OPEN,
            reasons=[{"about": request.about, "text": reason}] if reason else [],
        )
        return request


def take_over_fact(change: Change, request: Request) -> None:
    """Write the fact that an answer gives on the case, as editing it does."""
    form = _form_of(change.case, request)
    before = change.changed_fields()
    failing = failing_invariants(change)
    form.write_to(change.case)
    need_same_beginning(change)
    if change.changed_fields() != before:
        need_unlocked(change)
        need_invariants(change, failing)


def _form_of(case: FilingCase, request: Request) -> FactsForm:
    """The form that takes the answer over. Raises Closed where the fact can no longer be that."""
    form = FactsForm.answered(case, request.about, request.value)
    if form is not None and form.is_valid():
        return form
    finding = Finding(
        "request.value",
        Source.NONE,
        _("The answer can no longer be put into the facts: %(about)s."),
        _("Ask again, or waive the request and correct the facts."),
        Party.OFFICER,
        (Place(PlaceKind.REQUEST, str(request.pk), request.text),),
    )
    raise Closed((finding,))


def _request(change: Change, pk: int, *statuses: RequestStatus) -> Request:
    request = Request.objects.get(pk=pk, case=change.case)
    if request.status in [status.value for status in statuses]:
        return request
    place = Place(PlaceKind.REQUEST, str(pk), request.text)
    finding = Finding(
        "request.status",
        Source.NONE,
        _("This request can no longer be handled in this way: %(about)s."),
        _("Look at the case as it is now."),
        Party.NOBODY,
        (place,),
    )
    raise Closed((finding,))
