"""The figures of the board: counted anew at most once a minute, by one process at a time.

Never counted up: the cases are counted whole, a week is counted whole whenever a history row may
have changed it. What is kept is a cache; docs/decisions/0005-board.md says why it is in a table.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from icpcases.cases.models import HistoryRow, Summary
from icpcases.cases.models.reports import AgeCount, CaseCount, Counted

from . import queries
from .scope import EVERYTHING, Scope

FRESH = dt.timedelta(seconds=60)
LEASE = dt.timedelta(minutes=2)
# Rows are numbered before they are committed. Where the newest so many are more than they were,
# one was still under way, and they are all looked at again.
OVERLAP = 10_000
WEEKS_AT_ONCE, WEEKS_READY = 7, 13
OLD, OLD_AT_ONCE = dt.timedelta(days=7), 4
_COUNTED = ["made_at", "stale", "seen", "among_newest", "packed"]
_BLANK = Counted()
# Tells figures from those that were counted before or after them.
Mark = tuple[tuple[str, dt.datetime | None, bool], ...]


@dataclass(frozen=True)
class Figures:
    """How the cases stand, and what happened week by week: all of it true as of one moment."""

    mark: Mark
    as_of: dt.datetime
    cases: list[CaseCount]
    ages: list[AgeCount]
    weeks: dict[dt.date, Counted]

    @cached_property
    def by_state(self) -> defaultdict[str, tuple[list[CaseCount], list[AgeCount]]]:
        """The cases and the ages of each state: what looks at a state need not pass all others."""
        found: defaultdict[str, tuple[list[CaseCount], list[AgeCount]]]
        found = defaultdict(lambda: ([], []))
        for row in self.cases:
            found[row[0]][0].append(row)
        for age in self.ages:
            found[age[0]][1].append(age)
        return found


def too_old(as_of: dt.datetime) -> bool:
    """Whether figures of then are older than promised."""
    return timezone.now() - as_of > FRESH + dt.timedelta(seconds=1)


def figures(
    first: dt.date | None = None, last: dt.date | None = None, *, scope: Scope = EVERYTHING
) -> Figures:
    """The figures, at most a minute old, with the weeks from that of `first` to that of `last`.

    They are of all cases, or of the type and the kind of the scope; never of a province alone.

    They are older where another process is counting just now, and then say so.
    """
    mondays = weeks_between(first, last) if first and last else []
    kept = _kept(scope, mondays)
    if not _fresh(kept, mondays):
        before = kept.get(Summary.NOW)
        with _lease(scope, before) as ours:
            # Somebody was faster, or is at it: what they have, or what there was before.
            kept = kept if ours else _kept(scope, mondays)
            if ours or kept[Summary.NOW].made_at is None:
                kept |= _count(scope, before, mondays, _missing(kept, mondays))
    return _figures(kept, mondays)


def figures_of_days(first: dt.date, last: dt.date, scope: Scope = EVERYTHING) -> Figures:
    """The same, but of the weeks at both ends only the days from `first` to `last` are counted.

    These two are not kept: they are counted as often as whoever shows them asks.
    """
    found, sunday = figures(first, last, scope=scope), dt.timedelta(days=6)
    beyond = {
        monday
        for monday in (queries.monday_of(first), queries.monday_of(last))
        # What is still to come has nothing to be left out.
        if monday < first or last < min(monday + sunday, timezone.localdate())
    }
    counted = [queries.count_weeks([monday], scope, first, last) for monday in sorted(beyond)]
    return replace(found, weeks=reduce(or_, counted, found.weeks))


def mark(first: dt.date, last: dt.date, scope: Scope = EVERYTHING) -> Mark | None:
    """The mark of the figures that `figures` would give, told without reading them; None where
    it would count."""
    mondays = weeks_between(first, last)
    kept = _kept(scope, mondays, Summary.objects.defer("packed"))
    return _mark(kept) if _fresh(kept, mondays) else None


def weeks_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The Mondays of the weeks from one day to another, oldest first."""
    start = queries.monday_of(first)
    return [start + dt.timedelta(weeks=n) for n in range((last - start).days // 7 + 1)]


def look_after_weeks() -> int:
    """Have the newest weeks ready, and count a few anew that nobody has counted for long.

    For the daily job, so that nobody waits for weeks to be counted. How many were counted anew.
    Those of a type or a kind are thrown away instead: they are counted for whoever asks again.
    """
    today = timezone.localdate()
    figures(today - dt.timedelta(weeks=WEEKS_READY - 1), today)
    old = Summary.objects.exclude(key__startswith=Summary.NOW)
    old = old.filter(made_at__lt=timezone.now() - OLD)
    narrow = Q(key__contains=Summary.SEPARATOR)
    # Their row `now` stays: it says up to which history row the weeks that are left were counted.
    old.filter(narrow).delete()
    whole = old.exclude(narrow).only("key").order_by("made_at")
    mondays = [row.monday for row in whole[:OLD_AT_ONCE]]
    _keep_weeks(EVERYTHING, mondays, timezone.now())
    return len(mondays)


def _kept(
    scope: Scope, mondays: list[dt.date], rows: QuerySet[Summary] | None = None
) -> dict[str, Summary]:
    """What is kept of a type and a kind, by the name of each row."""
    keys = [scope.key(name) for name in (Summary.NOW, *map(dt.date.isoformat, mondays))]
    found = (Summary.objects.all() if rows is None else rows).in_bulk(keys)
    return {row.name: row for row in found.values()}


def _mark(kept: dict[str, Summary]) -> Mark:
    return tuple(sorted((row.key, row.made_at, row.stale) for row in kept.values()))


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
        _mark(kept),
        min([now.made_at or timezone.now(), *stale]),
        now.figures.cases,
        now.figures.ages,
        {monday: row.figures if row else _BLANK for monday, row in weeks.items()},
    )


@contextmanager
def _lease(scope: Scope, before: Summary | None) -> Iterator[bool]:
    """Whether this process is the one that counts; another may afterwards.

    It is not where somebody else counts, or has counted since `before` was read.
    """
    now = timezone.now()
    key = scope.key(Summary.NOW)
    row = Summary.objects.filter(key=key)
    made_at = before.made_at if before else None
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    free &= Q(made_at=made_at) if made_at else Q(made_at__isnull=True)
    until = now + LEASE
    ours = row.filter(free).update(leased_until=until) == 1 or _first(key, until)
    try:
        yield ours
    finally:
        if ours:
            row.filter(leased_until=until).update(leased_until=None)


def _first(key: str, until: dt.datetime) -> bool:
    """Whether this process was the first to write the row that holds the lease."""
    if Summary.objects.filter(key=key).exists():
        return False
    mine = Summary(key=key, leased_until=until)
    Summary.objects.bulk_create([mine], ignore_conflicts=True)
    return Summary.objects.filter(key=key, leased_until=until).exists()


def _count(
    scope: Scope, now_row: Summary | None, mondays: list[dt.date], missing: list[dt.date]
) -> dict[str, Summary]:
    """Count the cases, and those of the weeks that are missing or may have changed."""
    at = timezone.now()
    newest = HistoryRow.objects.aggregate(last=Max("pk"))["last"] or 0
    seen = now_row.seen if now_row else 0
    among_newest = _among_newest(seen, newest)
    touched: set[dt.date] = set()
    if now_row and now_row.made_at:
        quiet = now_row.among_newest == among_newest[0]
        touched = queries.weeks_touched(seen if quiet else seen - OVERLAP)
    keys = [scope.key(monday.isoformat()) for monday in touched]
    Summary.objects.filter(key__in=keys, stale=False).update(stale=True)
    made = _keep_weeks(scope, [m for m in mondays if m in touched or m in missing], at)
    now = Summary.of(
        scope.key(Summary.NOW), at, queries.count_cases(at, scope),
        seen=newest, among_newest=among_newest[1],
    )  # fmt: skip
    Summary.objects.filter(key=now.key).update(**{name: getattr(now, name) for name in _COUNTED})
    return {**made, Summary.NOW: now}


def _among_newest(*ends: int) -> list[int]:
    """For each row number how many of the OVERLAP numbers up to it are there, committed."""
    spans = {f"n{i}": Q(pk__gt=end - OVERLAP, pk__lte=end) for i, end in enumerate(ends)}
    rows = HistoryRow.objects.filter(Q(*spans.values(), _connector=Q.OR))
    found = rows.aggregate(**{name: Count("pk", filter=span) for name, span in spans.items()})
    return [found[name] for name in spans]


def _keep_weeks(scope: Scope, mondays: list[dt.date], at: dt.datetime) -> dict[str, Summary]:
    """Count weeks, the newest first, and keep some at a time: what is done is done."""
    found: dict[str, Summary] = {}
    order = sorted(mondays, reverse=True)
    for start in range(0, len(order), WEEKS_AT_ONCE):
        rows = [
            Summary.of(scope.key(monday.isoformat()), at, counted)
            for monday, counted in queries.count_weeks(order[start:][:WEEKS_AT_ONCE], scope).items()
        ]
        Summary.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["key"],
            update_fields=["made_at", "stale", "packed"],
        )  # fmt: skip
        found |= {row.name: row for row in rows}
    return found
