"""Whose turn it is, and until when: derived from the history, never counted up."""

import datetime as dt
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.utils import timezone
from django.utils.functional import cached_property

from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Party
from icpcases.rules.working_days import Calendar

from .models import CalendarDay, Clock, HistoryRow, Provider, Province
from .prepared import Prepared
from .states import State, Unit
from .steps import Step

if TYPE_CHECKING:
    from .dossiers import Rows
    from .models import FilingCase

PAUSING = (State.PREPARING, State.RETURNED)
_TABLES_KEPT = 60


Length = tuple[int, Unit]
Clocks = dict[tuple[str, str | None, int | None], Length]


_CALENDAR = Prepared(lambda: CalendarDay.objects.order_by().values_list("day", "kind"))
_CLOCKS = Prepared(
    lambda: Clock.objects.order_by().values_list("state", "province", "provider", "amount", "unit")
)


@dataclass
class Tables:
    """The calendar and the turn clocks as they stand in the database, each read once."""

    asked: int | None = None
    since: float = field(default_factory=time.monotonic)

    @cached_property
    def calendar(self) -> Calendar:
        """The working days of the Mainland."""
        return _read_calendar()

    @cached_property
    def clocks(self) -> Clocks:
        """The turn clocks, by state, province and provider."""
        return _read_clocks()

    @cached_property
    def key(self) -> int:
        """Another number where anything in them is another."""
        return hash((self.calendar, frozenset(self.clocks.items())))


_KEPT: dict[str, Tables] = {}


def kept() -> Tables:
    """The tables for reading: at most a minute old. What is written is reckoned by new ones.

    The cache holds no more than which of them are valid: to unpickle them takes as long as a
    query.
    """
    tables = _KEPT.get("tables")
    if tables is None or caches["tables"].get("kept") != id(tables):
        _KEPT["tables"] = tables = Tables()
        caches["tables"].set("kept", id(tables), _TABLES_KEPT)
    return tables


def calendar() -> Calendar:
    """The working days of the Mainland, from the table; at most a minute old."""
    return kept().calendar


def exact(asked: int | None) -> Tables:
    """The tables as they stand now, for what is written.

    `asked` is the count of their changes (`DueRun`), read under the case's lock: while it is the
    same, what this process has read stands. What was changed past the program is seen within a
    minute, and `manage.py recalculate` counts as a change.
    """
    for known in _exact:
        if known.asked == asked and known.since + _TABLES_KEPT > time.monotonic():
            return known
    fresh = Tables(asked)
    _exact[:] = [fresh]
    return fresh


_exact: list[Tables] = []


def forget() -> None:
    """Have this process read the tables anew."""
    caches["tables"].clear()
    _exact.clear()


def _read_calendar() -> Calendar:
    days = _CALENDAR()
    return Calendar(
        holidays=frozenset(day for day, kind in days if kind == CalendarDay.Kind.HOLIDAY),
        workdays=frozenset(day for day, kind in days if kind == CalendarDay.Kind.WORKDAY),
        years=frozenset(day.year for day, _ in days),
    )


def _read_clocks() -> Clocks:
    rows = _CLOCKS()
    return {(s, province, provider): (n, Unit(unit)) for s, province, provider, n, unit in rows}


def length_of(
    state: State,
    province: Province | None = None,
    provider: Provider | None = None,
    tables: Tables | None = None,
) -> Length | None:
    """How long a turn in this state may last: the most specific word on it, if there is any.

    Province and provider together go before the provider, the provider before the province,
    the province before all of them (domain.md, section 4).
    """
    clocks, name = (tables or kept()).clocks, state.value
    found: Length | None = None
    if province and provider:
        found = clocks.get((name, province.pk, provider.pk))
    if provider:
        found = found or _own_days(state, provider) or clocks.get((name, None, provider.pk))
    if province:
        found = found or _own_days(state, province) or clocks.get((name, province.pk, None))
    return found or clocks.get((name, None, None))


def _own_days(state: State, of: Province | Provider) -> Length | None:
    """The days of its own review, where a province or a provider names them itself."""
    review = State.AUTHORITY_REVIEW if isinstance(of, Province) else State.PROVIDER_REVIEW
    if state != review or not of.review_days:
        return None
    return of.review_days, Unit.WORKING_DAYS


def clocked_states(tables: Tables) -> set[str]:
    """The states in which some clock may run."""
    own = {State.AUTHORITY_REVIEW.value, State.PROVIDER_REVIEW.value}
    return own | {state for state, _province, _provider in tables.clocks}


def set_turn(
    case: "FilingCase", rows: "Rows", at: dt.datetime, moved: bool, tables: Tables
) -> None:
    """Write on the case whose turn it is, since when, until when, and whether answers wait."""
    request_open = any(r.status == RequestStatus.OPEN for r in rows.requests)
    case.answered = any(r.status == RequestStatus.ANSWERED for r in rows.requests)
    turn = case.is_at.turn(request_open, case.duties_done, case.answered)
    if moved or turn.value != case.turn:
        case.turn_since = at
    case.turn = turn.value
    case.due_at, case.due_provisional = due(case, rows, tables)


def due(case: "FilingCase", rows: "Rows", tables: Tables) -> tuple[dt.datetime | None, bool]:
    """When the present turn should end, and whether that date is provisional."""
    state, turn = case.is_at, case.whose_turn
    if state in PAUSING and turn == Party.APPLICANT:
        days = [r.due_on for r in rows.requests if r.status == RequestStatus.OPEN and r.due_on]
        return (end_of(min(days)), False) if days else (None, False)
    limit = limit_of(case, rows, tables)
    if limit is None:
        return None, False
    amount, unit = limit
    if unit == Unit.HOURS:
        return case.turn_since + dt.timedelta(hours=amount), False
    if unit == Unit.DAYS:
        return end_of(_starts_on(case) + dt.timedelta(days=amount)), False
    start = timezone.localdate(case.turn_since)
    left = max(amount - _used_up(case, rows, tables.calendar), 0)
    day = tables.calendar.add(start, left)
    return end_of(day), tables.calendar.provisional(start, day)


def limit_of(case: "FilingCase", rows: "Rows", tables: Tables | None = None) -> Length | None:
    """The length of the present turn: the state's clock, as its province and provider have it."""
    state, tables = case.is_at, tables or kept()
    if case.whose_turn == Party.NOBODY or (state == State.OPEN and case.public_security_on):
        return None
    provider = None
    if state == State.PROVIDER_REVIEW or any(s == state and p for s, _, p in tables.clocks):
        provider = rows.live_order.provider if rows.live_order else None
    return length_of(state, case.province, provider, tables)


@lru_cache(maxsize=1024)
def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day in Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))


def _starts_on(case: "FilingCase") -> dt.date:
    if case.is_at == State.OPEN and case.opened_on:
        return case.opened_on
    return timezone.localdate(case.turn_since)


def _used_up(case: "FilingCase", rows: "Rows", table: Calendar) -> int:
    """Working days of this state in which it was the officer's turn before the present turn."""
    if case.is_at not in PAUSING or case.turn_since <= case.state_since:
        return 0
    ends = [start for start, _ in rows.turns[1:]] + [case.turn_since]
    return sum(
        table.between(timezone.localdate(start), timezone.localdate(end))
        for (start, turn), end in zip(rows.turns, ends, strict=True)
        if turn == Party.OFFICER and start < case.turn_since
    )


def times_before(row: HistoryRow) -> tuple[dt.datetime, dt.datetime, str]:
    """State since, turn since and turn as they were when a step was taken, from the history.

    Taken back, a step leaves the times of the state before as if it had never been: the SMS
    window, for one, runs on from its own start.
    """
    rows = HistoryRow.objects.filter(case=row.case_id, sequence__lt=row.sequence)
    stack: list[tuple[dt.datetime, dt.datetime, str]] = []
    for r in rows.order_by("sequence"):
        if r.step == Step.STEP_BACK:
            stack.pop()
        elif r.step:
            stack.append(stack[-1])
        moved = not stack or (r.step != Step.STEP_BACK and r.from_state not in ("", r.to_state))
        since, turn_since, turn = (r.happened_at, r.happened_at, r.turn) if moved else stack[-1]
        times = (since, turn_since if r.turn == turn else r.happened_at, r.turn)
        stack[-1:] = [times]
    return stack[-1]
