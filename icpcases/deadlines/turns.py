"""Whose turn it is, and until when: derived from the history, never counted up."""

import datetime as dt
from functools import lru_cache
from typing import Protocol

from django.db.models import Max
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Order, Request, Service
from icpcases.lifecycle.states import PAUSING, WITH_NUMBER, Length, Phase, State, Unit
from icpcases.lifecycle.steps import Step
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Party
from icpcases.rules.working_days import Calendar

from .clocks import length_of
from .tables import Tables, recent_tables

#: When each change since the case came into its state happened, and whose turn it left.
Turns = list[tuple[dt.datetime, str]]


class AroundCase(Protocol):
    """What of the rows around a case decides whose turn it is and how long."""

    @property
    def requests(self) -> list[Request]:
        """The requests to the applicant."""
        ...

    @property
    def live_order(self) -> Order | None:
        """The order the case lives on."""
        ...

    @property
    def turns(self) -> Turns:
        """What `turns_of` says of the case."""
        ...


def turns_of(case: FilingCase) -> Turns:
    """The turns of a case since it came into its state, from its history."""
    steps = HistoryRow.objects.filter(case=case, to_state=case.state, happened_at=case.state_since)
    moves = steps.exclude(from_state__in=("", case.state)).exclude(step=Step.STEP_BACK)
    entered = moves.aggregate(last=Max("sequence"))["last"]
    # What was recorded late stands where it happened.
    rows = HistoryRow.objects.filter(case=case, sequence__gte=entered or 0)
    return list(rows.order_by("happened_at", "sequence").values_list("happened_at", "turn"))


def turn_of(case: FilingCase, request_open: bool, answers_wait: bool) -> Party:
    """Whose turn it is, given the requests and whether a message waits; nobody's where what the
    case filed is cancelled."""
    service, unread = case.service, case.message_waits is not None
    if service and service.state == Service.State.CANCELLED and case.is_at in WITH_NUMBER:
        return State.OPEN.turn(request_open, True, answers_wait, unread)
    return case.is_at.turn(request_open, case.duties_done, answers_wait, unread)


def set_turn(
    case: FilingCase, rows: AroundCase, at: dt.datetime, moved: bool, tables: Tables
) -> None:
    """Write on the case whose turn it is, since when, until when, and whether an answer or a
    message waits."""
    request_open = any(r.status == RequestStatus.OPEN for r in rows.requests)
    answers_wait = any(r.status == RequestStatus.ANSWERED for r in rows.requests)
    case.answered = answers_wait or case.message_waits is not None
    turn = turn_of(case, request_open, answers_wait)
    if moved or turn.value != case.turn:
        case.turn_since = at
    case.turn = turn.value
    case.due_at, case.due_provisional = due(case, rows, tables)


def due(case: FilingCase, rows: AroundCase, tables: Tables) -> tuple[dt.datetime | None, bool]:
    """When the present turn should end, and whether that date is provisional."""
    state, turn = case.is_at, case.whose_turn
    if state in PAUSING and turn == Party.APPLICANT:
        return _asked_until(rows)
    if case.about.inspection and case.term and state.phase == Phase.FILING:
        # Whoever asks has said until when, whosever turn it is.
        return end_of(case.term), False
    limit = limit_of(case, rows, tables)
    if limit is None:
        # Of a case that is done, nothing else has a day.
        asked = turn == Party.APPLICANT and state.phase == Phase.DONE
        return _asked_until(rows) if asked else (None, False)
    amount, unit = limit
    if unit == Unit.HOURS:
        return case.turn_since + dt.timedelta(hours=amount), False
    if unit == Unit.DAYS:
        return end_of(_starts_on(case) + dt.timedelta(days=amount)), False
    start = timezone.localdate(case.turn_since)
    left = max(amount - _used_up(case, rows, tables.calendar), 0)
    day = tables.calendar.add(start, left)
    return end_of(day), tables.calendar.provisional(start, day)


def _asked_until(rows: AroundCase) -> tuple[dt.datetime | None, bool]:
    """The first day by which something is to be answered."""
    days = [r.due_on for r in rows.requests if r.status == RequestStatus.OPEN and r.due_on]
    return (end_of(min(days)), False) if days else (None, False)


def limit_of(case: FilingCase, rows: AroundCase, tables: Tables | None = None) -> Length | None:
    """The length of the present turn: the state's clock, as its province and provider have it."""
    state, tables = case.is_at, tables or recent_tables()
    if case.whose_turn == Party.NOBODY or (state == State.OPEN and _registered(case)):
        return None
    provider = None
    if state == State.PROVIDER_REVIEW or any(s == state and p for s, _, p in tables.clocks):
        provider = rows.live_order.provider if rows.live_order else None
    return length_of(state, case.province, provider, tables)


@lru_cache(maxsize=1024)
def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day in Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))


def _starts_on(case: FilingCase) -> dt.date:
    if case.is_at == State.OPEN and case.service and case.service.opened_on:
        return case.service.opened_on
    return timezone.localdate(case.turn_since)


def _registered(case: FilingCase) -> bool:
    """Whether the public-security filing, which the clock of an open site is for, is made."""
    return case.service is not None and case.service.public_security_on is not None


def _used_up(case: FilingCase, rows: AroundCase, table: Calendar) -> int:
    """Working days of this state in which it was the officer's turn before the present turn."""
    if case.is_at not in PAUSING or case.turn_since <= case.state_since:
        return 0
    ends = [start for start, _ in rows.turns[1:]] + [case.turn_since]
    return sum(
        table.between(timezone.localdate(start), timezone.localdate(end))
        for (start, turn), end in zip(rows.turns, ends, strict=True)
        if turn == Party.OFFICER and start < case.turn_since
    )
