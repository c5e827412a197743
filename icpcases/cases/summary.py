"""The figures of the board: counted anew at most once a minute, by one process at a time.

Never counted up: the cases are counted whole, a week is counted whole whenever a history row may
have changed it. What is kept is a cache; docs/decisions/0005-board.md says why it is in a table.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from . import counting
from .models import HistoryRow, Summary

FRESH = dt.timedelta(seconds=60)
LEASE = dt.timedelta(minutes=2)
# Rows are numbered before they are committed: these many are looked at again for those that
# were still under way.
OVERLAP = 10_000
OLD, OLD_AT_ONCE = dt.timedelta(days=7), 4
_BLANK: dict[str, list[Any]] = {"cases": [], "ages": [], "moves": [], "reasons": []}
COLUMNS = ("state", "officer", "province", "turn", "late")


@dataclass(frozen=True)
class Figures:
    """How the cases stand, and what happened week by week: all of it true as of one moment."""

    as_of: dt.datetime
    cases: list[list[Any]]
    ages: list[list[Any]]
    weeks: dict[dt.date, dict[str, list[Any]]]

    @property
    def waiting(self) -> bool:
        """Whether they are older than promised, because another process is still counting."""
        return timezone.now() - self.as_of > FRESH + dt.timedelta(seconds=1)


def figures(first: dt.date | None = None, last: dt.date | None = None) -> Figures:
    """The figures, at most a minute old, with the weeks from that of `first` to that of `last`.

    They are older where another process is counting just now, and then say so.
    """
    mondays = weeks_between(first, last) if first and last else []
    kept = _kept(mondays)
    if not _fresh(kept, mondays):
        with _lease() as ours:
            if ours or Summary.NOW not in kept or kept[Summary.NOW].made_at is None:
                kept = kept | _count(kept.get(Summary.NOW), mondays)
    return _figures(kept, mondays)


def counts(*by: str, **where: Any) -> Counter[Any]:
    """How many cases there are by one or more of COLUMNS, of those with these values.

    A key is the value, or a tuple of them: `counts("state", officer=None)["triage"]`.
    """
    places, found = [COLUMNS.index(name) for name in by], Counter[Any]()
    wanted = [(COLUMNS.index(name), value) for name, value in where.items()]
    for row in figures().cases:
        if all(row[place] == value for place, value in wanted):
            key = tuple(row[place] for place in places)
            found[key if len(by) != 1 else key[0]] += row[-1]
    return found


def weeks_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The Mondays of the weeks from one day to another, oldest first."""
    start = counting.monday_of(first)
    return [start + dt.timedelta(weeks=n) for n in range((last - start).days // 7 + 1)]


def look_after_weeks() -> int:
    """Count anew a few weeks that nobody has counted for long; how many. For the daily job."""
    old = Summary.objects.exclude(key=Summary.NOW).filter(made_at__lt=timezone.now() - OLD)
    mondays = [row.monday for row in old.only("key").order_by("made_at")[:OLD_AT_ONCE]]
    _keep_weeks(mondays, timezone.now())
    return len(mondays)


def _kept(mondays: list[dt.date]) -> dict[str, Summary]:
    keys = [Summary.NOW, *(monday.isoformat() for monday in mondays)]
    return Summary.objects.in_bulk(keys)


def _fresh(kept: dict[str, Summary], mondays: list[dt.date]) -> bool:
    now = kept.get(Summary.NOW)
    if now is None or now.made_at is None or timezone.now() - now.made_at > FRESH:
        return False
    return not any(_missing(kept, mondays))


def _missing(kept: dict[str, Summary], mondays: list[dt.date]) -> list[dt.date]:
    found = ((monday, kept.get(monday.isoformat())) for monday in mondays)
    return [monday for monday, row in found if row is None or row.stale]


def _figures(kept: dict[str, Summary], mondays: list[dt.date]) -> Figures:
    now = kept[Summary.NOW]
    weeks = {monday: kept.get(monday.isoformat()) for monday in mondays}
    stale = [row.made_at for row in weeks.values() if row and row.stale and row.made_at]
    return Figures(
        min([now.made_at or timezone.now(), *stale]),
        now.figures.get("cases", []),
        now.figures.get("ages", []),
        {monday: row.figures if row else _BLANK for monday, row in weeks.items()},
    )


@contextmanager
def _lease() -> Iterator[bool]:
    """Whether this process is the one that counts; it is free for another afterwards."""
    now = timezone.now()
    Summary.objects.bulk_create([Summary(key=Summary.NOW)], ignore_conflicts=True)
    row = Summary.objects.filter(key=Summary.NOW)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    until = now + LEASE
    ours = row.filter(free).update(leased_until=until) == 1
    try:
        yield ours
    finally:
        if ours:
            row.filter(leased_until=until).update(leased_until=None)


def _count(now_row: Summary | None, mondays: list[dt.date]) -> dict[str, Summary]:
    """Count the cases, and those of the weeks that are missing or may have changed."""
    at = timezone.now()
    newest = HistoryRow.objects.aggregate(last=Max("pk"))["last"] or 0
    touched = counting.weeks_touched(now_row.seen - OVERLAP) if now_row else ()
    keys = [monday.isoformat() for monday in touched]
    Summary.objects.filter(key__in=keys, stale=False).update(stale=True)
    kept = _kept(mondays)
    made = _keep_weeks(_missing(kept, mondays), at)
    now = Summary(
        key=Summary.NOW, made_at=at, stale=False, seen=newest, figures=counting.count_cases(at)
    )
    Summary.objects.filter(key=Summary.NOW).update(
        made_at=at, stale=False, seen=newest, figures=now.figures
    )
    return {**kept, **made, Summary.NOW: now}


def _keep_weeks(mondays: list[dt.date], at: dt.datetime) -> dict[str, Summary]:
    rows = [
        Summary(key=monday.isoformat(), made_at=at, stale=False, figures=found)
        for monday, found in counting.count_weeks(mondays).items()
    ]
    Summary.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"],
        update_fields=["made_at", "stale", "figures"],
    )  # fmt: skip
    return {row.key: row for row in rows}
