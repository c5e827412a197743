"""Requests as rows: made, asked anew, settled, within a change that is under way."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm, plain_fact
from icpcases.cases.models import FilingCase, Request
from icpcases.deadlines.tables import recent_tables
from icpcases.rules.dossier import RequestStatus
from icpcases.workflow.changes import Change
from icpcases.workflow.effects import kind_of_request

_UNSETTLED = (RequestStatus.OPEN, RequestStatus.ANSWERED)


def usual_due(day: dt.date | None = None) -> dt.date:
    """The day until which a request is to be answered where nobody says another."""
    tables = recent_tables()
    start = day or timezone.localdate()
    return tables.calendar.add(start, tables.settings["request_due_days"])


def keep_request(
    change: Change, about: str, text: str, due_on: dt.date | None, kind: str = ""
) -> Request:
    """A new request on the case that is being changed."""
    return Request.objects.create(
        case=change.case,
        kind=kind or kind_of_request(about, change.rows.documents),
        about=about,
        text=text,
        due_on=due_on,
        created_at=change.at,
        order=change.rows.live_order,
    )


def ask_anew(request: Request, reason: str, due_on: dt.date | None) -> None:
    """Open a request once more, with what is still wanted."""
    request.status = RequestStatus.OPEN.value
    # A term of its own, or none: the old one may be over.
    request.round, request.due_on = request.round + 1, due_on
    request.text = f"{request.text}\n{reason}"


def requests_for(change: Change, kind: str) -> list[Request]:
    """The requests for a document of this kind that are not settled yet."""
    return [
        request
        for request in change.rows.requests
        if request.for_paper and request.about == kind and request.status in _UNSETTLED
    ]


def ask_for_paper(change: Change, kind: str, reason: str) -> Request:
    """Ask for another document: the request that stands is asked anew, else there is a new one.

    However often the officer refuses, the applicant has one request for each document.
    """
    due_on, standing = usual_due(timezone.localdate(change.at)), requests_for(change, kind)
    if not standing:
        about = Request.About.DOCUMENT_REFUSED.value
        return keep_request(change, kind, reason, due_on, about)
    request = standing[-1]
    if reason not in request.text.splitlines():
        ask_anew(request, reason, due_on)
    request.status = RequestStatus.OPEN.value
    request.save(update_fields=["status", "round", "text", "due_on"])
    return request


def settle_for_paper(change: Change, kind: str) -> list[int]:
    """Accept the requests for a document that is there now and accepted."""
    return _move(requests_for(change, kind), RequestStatus.ACCEPTED)


def answer_by_paper(change: Change, kind: str, but: int | None = None) -> list[int]:
    """Have a document that is handed in answer the open requests for its kind."""
    standing = [request for request in requests_for(change, kind) if request.pk != but]
    waiting = (request for request in standing if request.status == RequestStatus.OPEN)
    return _move(waiting, RequestStatus.ANSWERED)


def answer_by_facts(change: Change) -> list[int]:
    """Have the facts that the applicant changes in a draft answer the requests for them.

    One that is answered already says from now on what stands in the draft.
    """
    changed, answered = change.changed_fields().keys(), []
    for request in change.rows.requests:
        if not request.for_fact or request.status not in _UNSETTLED:
            continue
        if columns_of_fact(request.about).isdisjoint(changed):
            continue
        request.value = plain_fact(change.case, request.about)
        given = request.value is not None or request.answer
        request.status = (RequestStatus.ANSWERED if given else RequestStatus.OPEN).value
        request.save(update_fields=["status", "value"])
        answered += [request.pk] if given else []
    return answered


def columns_of_fact(fact: str) -> frozenset[str]:
    """The columns of a case in which a fact stands that requests can be about."""
    if fact not in FactsForm.base_fields:
        return frozenset()
    return frozenset({getattr(FilingCase._meta.get_field(fact), "attname", fact)})


def _move(requests: Iterable[Request], status: RequestStatus) -> list[int]:
    moved = []
    for request in requests:
        request.status = status.value
        request.save(update_fields=["status"])
        moved.append(request.pk)
    return moved
