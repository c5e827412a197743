"""How long a state usually lasts: from finished cases like this one, else as published."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from django.core.cache import caches
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, effective
from icpcases.deadlines.clocks import length_of
from icpcases.deadlines.tables import Tables, calendar, recent_tables
from icpcases.lifecycle.states import PAUSING, WITH_NUMBER, State, Unit
from icpcases.rules.rule import Party
from icpcases.rules.working_days import Calendar

from .route import Move, Stop, path_of

ENOUGH = 20
LOOKED_AT = 500
_KEPT = 600

Window = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Range:
    """Days a state lasts, from usual to long: working days, or calendar days where its published
    duration counts those. `cases` is 0 for a published duration."""

    usual: int
    long: int
    cases: int = 0
    unit: Unit = Unit.WORKING_DAYS


NO_TIME = Range(0, 0)


@dataclass(frozen=True)
class Expected:
    """A stop on the way with the days between which it should be reached, or left if present."""

    stop: Stop
    range: Range | None
    earliest: dt.date | None
    latest: dt.date | None
    provisional: bool = False


@dataclass(frozen=True)
class Basis:
    """What the days of a way are reckoned from, read once for all of its stops."""

    tables: Tables
    ranges: dict[str, Range]

    @classmethod
    def of(cls, case: FilingCase) -> "Basis":
        """The tables as they are kept, and what is usual for cases like this one."""
        return cls(recent_tables(), ranges_like(case))

    @property
    def key(self) -> int:
        """Another number where anything of it is another."""
        return hash((self.tables.key, frozenset(self.ranges.items())))

    def span(self, case: FilingCase, state: State) -> Range | None:
        """How long this state lasts for cases like this one; None where nothing is known."""
        return self.ranges.get(state.value) or published_range(case, state, self.tables)

    def add(self, window: Window | None, span: Range | None) -> Window | None:
        """The days between which a stop is left that is reached between these."""
        if window is None or span is None:
            return None
        return self._after(window[0], span.usual, span), self._after(window[1], span.long, span)

    def _after(self, day: dt.date, days: int, span: Range) -> dt.date:
        calendar = self.tables.calendar
        if span.unit == Unit.DAYS:
            return calendar.on_or_after(day + dt.timedelta(days=days))
        return calendar.on_or_after(calendar.add(day, days))

    def provisional(self, window: Window | None, today: dt.date) -> bool:
        """Whether the last of these days lies where no holidays are published yet."""
        return window is not None and self.tables.calendar.provisional(today, window[1])


def published_range(case: FilingCase, state: State, tables: Tables | None = None) -> Range | None:
    """The published duration of a state, which is its turn clock; hours are whole days."""
    limit = length_of(state, case.province, tables=tables)
    if limit is None or state in WITH_NUMBER:
        return None
    amount, unit = limit
    if unit == Unit.HOURS:
        amount, unit = math.ceil(dt.timedelta(hours=amount) / dt.timedelta(days=1)), Unit.DAYS
    return Range(amount, amount, unit=unit)


def ranges_like(case: FilingCase) -> dict[str, Range]:
    """Per state the median and 80th percentile over finished cases of this kind and province.

    A state counts where 20 such cases or more have been in it; the newest 500 are looked at.
    How long a draft lies is its applicant's own affair, and no measure for the next one.
    """
    if not (case.applicant_type and case.province_id):
        return {}
    key = f"ranges-{case.applicant_type}-{case.forum}-{case.province_id}"
    found: dict[str, Range] | None = caches["tables"].get_or_set(
        key, lambda: _read_ranges(case), _KEPT
    )
    return found or {}


def _read_ranges(case: FilingCase) -> dict[str, Range]:
    finished = type(case).objects.filter(
        state__in=WITH_NUMBER,
        applicant_type=case.applicant_type,
        forum=case.forum,
        province=case.province_id,
    )
    newest = list(finished.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    if len(newest) < ENOUGH:
        return {}
    lasted: dict[str, list[int]] = defaultdict(list)
    table = calendar()
    for walk in _walks(newest):
        for state, days in days_in_states(walk, table).items():
            lasted[state].append(days)
    lasted.pop(State.DRAFT.value, None)
    return {s: Range(*usual_and_long(d), len(d)) for s, d in lasted.items() if len(d) >= ENOUGH}


def _walks(cases: list[int]) -> list[list[tuple[str, dt.date]]]:
    """Per case the states it entered, with the day; steps taken back as if they had never been."""
    rows = HistoryRow.objects.filter(case__in=cases, kind=HistoryRow.Kind.STEP)
    found = rows.order_by("-case", "-sequence").values_list(
        "case_id", "sequence", "undoes", "to_state", "happened_at"
    )
    walks: dict[int, list[tuple[str, dt.date]]] = defaultdict(list)
    here = timezone.get_current_timezone()
    for move in [*effective(Move(*row) for row in found)][::-1]:
        walks[move.case_id].append((move.to_state, move.happened_at.astimezone(here).date()))
    return list(walks.values())


def days_in_states(
    walk: list[tuple[str, dt.date]], table: Calendar | None = None
) -> dict[str, int]:
    """Working days a case spent in each state it has left, all its visits together."""
    table = table or calendar()
    days: dict[str, int] = defaultdict(int)
    for (state, start), (_next, end) in pairwise(walk):
        days[state] += table.between(start, end)
    return dict(days)


def usual_and_long(days: Iterable[int]) -> tuple[int, int]:
    """The median, rounded up to a day, and the 80th percentile by nearest rank."""
    ordered = sorted(days)
    return math.ceil(median(ordered)), ordered[math.ceil(0.8 * len(ordered)) - 1]


def expected_path(
    case: FilingCase, today: dt.date | None = None, basis: Basis | None = None
) -> list[Expected]:
    """The case's way with the days on which each stop ahead is usually reached.

    Beyond a stop whose duration nobody knows, no days are told.
    """
    found: list[Expected] = []
    today, basis = today or timezone.localdate(), basis or Basis.of(case)
    from_today = basis.tables.calendar.on_or_after(today)
    window: Window | None = None
    late = False
    for stop in path_of(case):
        span = basis.span(case, stop.state) if stop.place != "done" else None
        if stop.place == "now":
            window = None if _stands_still(case, span) else _left(case, span, basis)
            late = window is not None and window[1] < today
            window = None if late else _not_past(window, from_today)
        shown = window if stop.place != "done" else None
        if stop.place == "now" and window is None and (late or case.turn == Party.APPLICANT):
            # Nobody knows when it is done: what follows is counted from today.
            window = basis.add((from_today, from_today), NO_TIME if late else span or NO_TIME)
        first, last = shown or (None, None)
        found.append(Expected(stop, span, first, last, basis.provisional(shown, today)))
        if stop.place == "ahead":
            window = basis.add(window, span)
    return found


def _not_past(window: Window | None, first: dt.date) -> Window | None:
    """What of these days is still to come: none before `first`, unless all of them are."""
    return window and (min(max(window[0], first), window[1]), window[1])


def _left(case: FilingCase, span: Range | None, basis: Basis) -> Window | None:
    """The days between which the present stop is left: where its clock runs, when it is due."""
    if span and not span.cases and case.due_at:
        due = timezone.localdate(case.due_at)
        theirs = case.turn == Party.APPLICANT
        return (due if theirs else basis.tables.calendar.on_or_after(due),) * 2
    return basis.add((timezone.localdate(case.state_since),) * 2, span)


def _stands_still(case: FilingCase, span: Range | None) -> bool:
    """Whether the published duration, which is the office's, waits for the applicant."""
    waits = case.turn == Party.APPLICANT and case.is_at in PAUSING
    return waits and span is not None and not span.cases
