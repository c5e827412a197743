"""How many cases stand where: the counts beside the filters, from one pass over an index.

A minute old at most where there are many cases; the list itself is never old. What is due, is
answered or was opened in a month is counted only where few cases have to be looked at for it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic

from django.db import connection
from django.utils.functional import cached_property

from icpcases.types import SqlRow, SqlValue

from .listing import NOBODY, CaseFilter, Listing
from .query import CASES, fetch

#: Up to so many cases they are counted on every page, further on once a minute.
COUNTED_ANEW = 2_000
#: A list up to this length is looked at case by case, for what no index tells of it.
SHORT = 200
KEPT_SECONDS = 60
#: Beyond so many, what is due or answered is not counted at all.
MARKED = 50_000
_PLACE = "officer_id, state, province_id, turn"
# The month in which a case was opened, as the office's calendar has it.
_MONTH = {
    "sqlite": "strftime('%%Y-%%m', c.created_at, '+8 hours')",
    "postgresql": "to_char(c.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
}
#: What is asked for few cases among all, each with an index of its own: filter and choice.
_MARKS = {
    ("due", "over"): partial(CaseFilter, due="over"),
    ("due", "today"): partial(CaseFilter, due="today"),
    ("answered", "1"): partial(CaseFilter, answered=True),
}
Counts = dict[str, Counter[str]]


def counts_of(listing: Listing) -> Counts:
    """The cases per choice of each filter, of those that the other filters leave.

    A filter is left out where these are more than are counted while somebody waits.
    """
    wanted = listing.wanted
    if wanted.unjoined:
        # No index knows it: of the cases that other filters would leave nobody counts them.
        return {}
    standing, times = _case_by_case(listing)
    used = {"due": wanted.due, "answered": wanted.answered, "created": wanted.created}
    what = wanted.filing_type or wanted.kind or wanted.filed or wanted.going
    if wanted.query.words or what or any(used.values()):
        found = _left_by_search_and_dates(listing, standing)
        counts = found.counts(wanted) if found else {}
        return counts | {name: c for name, c in times.items() if not used[name]}
    found = all_cases()
    return found.counts(wanted) | (times or found.marked(wanted))


def _left_by_search_and_dates(listing: Listing, standing: "Facets | None") -> "Facets | None":
    """Of these, the cases without regard to where they stand; `standing` is of the list."""
    bare = replace(listing.wanted, states=(), turn="", officer="", province="")
    if bare != listing.wanted:
        # With fewer filters there are no fewer cases.
        listing = listing if listing.total.more else Listing(bare, listing.order)
    elif standing:
        return standing
    if listing.total.more or listing.total.number > COUNTED_ANEW:
        return None
    return _counted(*listing.condition()) if listing.total else Facets([])


def _case_by_case(listing: Listing) -> "tuple[Facets | None, Counts]":
    """Where the cases of a short list stand, and how many per due date, answers and month."""
    if listing.total.more or listing.total.number > SHORT:
        return None, {}
    times: Counts = {name: Counter() for name in ("due", "answered", "created")}
    if not listing.total:
        return Facets([]), times
    over, today = (
        CaseFilter(due=due, now=listing.wanted.now).parts()["due_at"] for due in ("over", "today")
    )
    sql, params = listing.condition()
    columns = (
        f"{_columns()}, CASE WHEN {over.sql(free=False)} THEN 'over'"
        f" WHEN {today.sql(free=False)} THEN 'today' ELSE '' END, c.answered,"
        f" {_MONTH[connection.vendor]}"
    )
    rows = fetch(
        f"SELECT {columns}, COUNT(*) FROM {CASES} c WHERE {sql} GROUP BY 1, 2, 3, 4, 5, 6, 7",
        [*over.params, *today.params, *params],
    )
    for *_place, due, answered, month, number in rows:
        times["due"][due] += number
        times["answered"]["1" if answered else ""] += number
        times["created"][month] += number
    return Facets.of((*row[:4], row[-1]) for row in rows), times


def _columns() -> str:
    return ", ".join(f"c.{name}" for name in _PLACE.split(", "))


def all_cases() -> "Facets":
    """All cases by where they stand, counted a minute ago at most."""
    global _kept
    if _kept is None or _kept.until < monotonic():
        found = _counted("1 = 1", [])
        _kept = found if found.number > COUNTED_ANEW else None
        return found
    return _kept


def _counted(condition: str, params: Sequence[SqlValue]) -> "Facets":
    columns = _columns()
    return Facets.of(
        fetch(
            f"SELECT {columns}, COUNT(*) FROM {CASES} c WHERE {condition} GROUP BY {columns}",
            params,
        )
    )


def _marked() -> "dict[tuple[str, str], Facets]":
    """The cases of each mark by where they stand; a mark that too many have is left out."""
    parts, params = [], []
    for n, asked in enumerate(_MARKS.values()):
        (part,) = asked().parts().values()
        parts.append(
            f"SELECT * FROM (SELECT {n} AS mark, {_PLACE} FROM {CASES} c"
            f" WHERE {part.sql(free=True)} LIMIT {MARKED + 1}) m{n}"
        )
        params += part.params
    rows = fetch(
        f"SELECT mark, {_PLACE}, COUNT(*) FROM ({' UNION ALL '.join(parts)}) m"
        f" GROUP BY mark, {_PLACE}",
        params,
    )
    found = {
        mark: Facets.of(row[1:] for row in rows if row[0] == n) for n, mark in enumerate(_MARKS)
    }
    return {mark: standing for mark, standing in found.items() if standing.number <= MARKED}


class Facets:
    """Cases by officer (a key, or nobody), state, province and turn."""

    def __init__(self, rows: list[tuple[str, str, str, str, int]]) -> None:
        self.rows = rows
        self.number = sum(row[-1] for row in rows)
        self.until = monotonic() + KEPT_SECONDS
        self._known: dict[tuple[str, tuple[str, ...], str, str], Counts] = {}

    @classmethod
    def of(cls, rows: Iterable[SqlRow]) -> "Facets":
        """From rows of the database."""
        return cls(
            [
                (NOBODY if officer is None else str(officer), state, province or "", turn, number)
                for officer, state, province, turn, number in rows
            ]
        )

    @cached_property
    def _marks(self) -> "dict[tuple[str, str], Facets]":
        return _marked()

    def marked(self, wanted: CaseFilter) -> Counts:
        """Where these are all cases: those of each mark that the filters leave."""
        counts: Counts = {}
        for (name, choice), standing in self._marks.items():
            counts.setdefault(name, Counter())[choice] = standing.number_of(wanted)
        # A choice that was not counted must not seem to have none.
        asked = Counter(name for name, _choice in _MARKS)
        return {name: found for name, found in counts.items() if len(found) == asked[name]}

    def number_of(self, wanted: CaseFilter) -> int:
        """How many the filters leave."""
        turns = self.counts(wanted)["turn"]
        return turns[wanted.turn] if wanted.turn else turns.total()

    def counts(self, wanted: CaseFilter) -> Counts:
        """The cases per value of each column, of those that the other columns' filters leave."""
        key = (str(wanted.officer), wanted.states, wanted.province, wanted.turn)
        if key not in self._known:
            self._known[key] = self._count(*key)
        return self._known[key]

    def _count(self, officer: str, states: tuple[str, ...], province: str, turn: str) -> Counts:
        by: Counts = {name: Counter() for name in ("officer", "state", "province", "turn")}
        officers, at, provinces, turns = by.values()
        for o, s, p, t, number in self.rows:
            o_fits, s_fits = not officer or o == officer, not states or s in states
            p_fits, t_fits = not province or p == province, not turn or t == turn
            if o_fits and s_fits and p_fits:
                turns[t] += number
            if o_fits and s_fits and t_fits:
                provinces[p] += number
            if o_fits and p_fits and t_fits:
                at[s] += number
            if s_fits and p_fits and t_fits:
                officers[o] += number
        return by


_kept: Facets | None = None
