"""Asking the applicant, answering, and settling the answer."""

import datetime as dt
from collections.abc import Sequence

from icpcases.cases.models import (
    FilingCase,
    Request,
)
from icpcases.cases.permissions import roles_on
from icpcases.lifecycle.roles import Actor, Role
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Cleaned
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.effects import kind_of_request
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_THOSE_ON_THE_CASE, ONLY_WHILE_IT_RUNS

from .checks import Kinds, When, need_reason, need_worker
from .documents import hand_in


def ask(
    case: FilingCase, by: Actor, data: Cleaned, seen_version: int, happened: When = None
) -> Request:
    """Ask the applicant for something, given a valid AskForm's data."""
    with changing(case, by, seen_version, happened, what="request") as change:
        need_worker(change.case, by)
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        request = Request.objects.create(
            case=change.case,
            kind=kind_of_request(data["about"], change.rows.documents),
            about=data["about"],
            text=data["text"],
            due_on=data.get("due_on"),
            created_at=change.at,
            order=change.rows.live_order,
        )
        change.record(
            Kinds.REQUEST,
            entered={"asked": request.pk},
            reasons=[{"about": request.about, "text": request.text}],
            told=True,
        )
        return request


def answer(
    case: FilingCase,
    by: Actor,
    pk: int,
    text: str,
    seen_version: int,
    happened: When = None,
    papers: Sequence[Cleaned] = (),
) -> Request:
    """Answer a request, with documents if need be: all of it or nothing.

    The applicant does, or an officer on the applicant's behalf.
    """
    with changing(case, by, seen_version, happened, what="request") as change:
        roles = roles_on(change.case, by)
        if not roles - {Role.AUDITOR}:
            raise NotAllowed(by, ONLY_THOSE_ON_THE_CASE)
        request = _request(change, pk, RequestStatus.OPEN)
        came = hand_in(change, papers) if papers else []
        request.status, request.answer = RequestStatus.ANSWERED.value, text
        request.save(update_fields=["status", "answer"])
        on_behalf = "" if Role.APPLICANT in roles else Party.APPLICANT.value
        change.record(
            Kinds.REQUEST,
            on_behalf_of=on_behalf,
            entered={"answered": pk, "answer": text, "papers": [paper.pk for paper in came]},
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
    """Accept an answer, ask again until `due_on`, or waive the request with a reason."""
    with changing(case, by, seen_version, happened, what="request") as change:
        need_worker(change.case, by)
        if decision != RequestStatus.ACCEPTED:
            need_reason(reason)
        allowed = [RequestStatus.ANSWERED]
        if decision == RequestStatus.WAIVED:
            allowed.append(RequestStatus.OPEN)
        request = _request(change, pk, *allowed)
        request.status = RequestStatus(decision).value
        if decision == RequestStatus.OPEN:
            # A term of its own, or none: the old one may be over.
            request.round, request.due_on = request.round + 1, due_on
            request.text = f"{request.text}\n{reason}"
        if decision == RequestStatus.WAIVED:
            request.waiver = reason
        request.save(update_fields=["status", "round", "text", "waiver", "due_on"])
        change.record(
            Kinds.REQUEST,
            entered={"settled": pk, "decision": decision},
            told=decision == RequestStatus.OPEN,
            reasons=[{"about": request.about, "text": reason}] if reason else [],
        )
        return request


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
