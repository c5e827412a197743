"""How many cases stand where: the counts beside the filters, from one pass over an index.

A minute old at most where there are many cases; the list itself is never old.
"""

from collections import Counter
from dataclasses import replace
from time import monotonic
from typing import Any

from .listing import NOBODY, Listing, Wanted, fetch
from .needle import CASES

#: Up to so many cases they are counted on every page, further on once a minute.
COUNTED_ANEW = 2_000
KEPT_SECONDS = 60


def standing_of(listing: Listing) -> "Standing | None":
    """The cases by where they stand, of those that the search and the dates leave.

    None where these leave more than are counted while somebody waits.
    """
    wanted = listing.wanted
    if not (wanted.needle.words or wanted.due or wanted.answered or wanted.created):
        return all_cases()
    bare = replace(wanted, states=(), turn="", officer="", province="")
    if bare != wanted:
        listing = Listing(bare, listing.order)
    if listing.total.more or listing.total.number > COUNTED_ANEW:
        return None
    return _counted(*listing.condition()) if listing.total else Standing([])


def all_cases() -> "Standing":
    """All cases by where they stand, counted a minute ago at most."""
    global _kept
    if _kept is None or _kept.until < monotonic():
        found = _counted("1 = 1", [])
        _kept = found if found.number > COUNTED_ANEW else None
        return found
    return _kept


def forget() -> None:
    """Have them counted anew."""
    global _kept
    _kept = None


def _counted(condition: str, params: list[Any]) -> "Standing":
    columns = "c.officer_id, c.state, c.province_id, c.turn"
    rows = fetch(
        f"SELECT {columns}, COUNT(*) FROM {CASES} c WHERE {condition} GROUP BY {columns}", params
    )
    return Standing(
        [
            (NOBODY if officer is None else str(officer), state, province or "", turn, number)
            for officer, state, province, turn, number in rows
        ]
    )


class Standing:
    """Cases by officer (a key, or nobody), state, province and turn."""

    def __init__(self, rows: list[tuple[str, str, str, str, int]]) -> None:
        self.rows = rows
        self.number = sum(row[-1] for row in rows)
        self.until = monotonic() + KEPT_SECONDS
        self._known: dict[Any, Counts] = {}

    def counts(self, wanted: Wanted) -> "Counts":
        """The cases per value of each column, of those that the other columns' filters leave."""
        key = (str(wanted.officer), wanted.states, wanted.province, wanted.turn)
        if key not in self._known:
            self._known[key] = self._count(*key)
        return self._known[key]

    def _count(self, officer: str, states: tuple[str, ...], province: str, turn: str) -> "Counts":
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


Counts = dict[str, Counter[str]]
_kept: Standing | None = None
