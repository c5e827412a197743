"""The calendar, the turn clocks and the settings as read: recent for pages, current for changes.

Recent is at most a minute old. Current is what is read under the case's lock: calendar and clocks
by the count of their changes, a setting by the query that reads this count (`CaseFile.locked`),
and what stands on a province or provider with the row itself.
"""

import time
from dataclasses import dataclass, field

from django.core.cache import caches
from django.db.models import Exists, OuterRef
from django.db.models.functions import ExtractYear
from django.utils.functional import cached_property

from icpcases.cases.models import CalendarDay, CalendarYear, Clock, Setting
from icpcases.cases.soundness import Unsound, is_sound, unsound_rows
from icpcases.lifecycle.states import Length, Unit
from icpcases.rules.working_days import Calendar

_TABLES_KEPT = 60
Clocks = dict[tuple[str, str | None, int | None], Length]


@dataclass
class Tables:
    """The calendar, the clocks and the settings as they stand in the database, each read once."""

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
    def settings(self) -> dict[str, int]:
        """Each number an office may set for itself: its own, else the default."""
        own = {row.key: row.value for row in Setting.objects.all() if is_sound(row)}
        return Setting.DEFAULTS | own

    @cached_property
    def unsound(self) -> list[Unsound]:
        """The rows of the tables that make no sense, and that jobs leave out."""
        return unsound_rows()

    @cached_property
    def key(self) -> int:
        """Another number where anything in calendar or clocks is another."""
        return hash((self.calendar, frozenset(self.clocks.items())))


_KEPT: dict[str, Tables] = {}


def recent_tables() -> Tables:
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
    return recent_tables().calendar


def current_tables(asked: int | None) -> Tables:
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
    # One query: a day, and whether the notice of its year is in the calendar.
    with_year = CalendarDay.objects.order_by().annotate(of=ExtractYear("day"))
    known = Exists(CalendarYear.objects.filter(year=OuterRef("of")))
    days = list(with_year.annotate(known=known).values_list("day", "kind", "known"))
    return Calendar(
        holidays=frozenset(day for day, kind, _ in days if kind == CalendarDay.Kind.HOLIDAY),
        workdays=frozenset(day for day, kind, _ in days if kind == CalendarDay.Kind.WORKDAY),
        years=frozenset(day.year for day, _, known in days if known),
    )


def _read_clocks() -> Clocks:
    return {
        (row.state, row.province_id, row.provider_id): (row.amount, Unit(row.unit))
        for row in Clock.objects.all()
        if is_sound(row)
    }
