"""The list of cases: which, in which order, from where on, at the same cost for any number.

Few cases (RARE) are collected by the best index and sorted. Many are walked in the order that
is wanted, along an index that holds them in that order, until a page is full. Which index that
is must not depend on what the database guesses: a column is *fenced* where it may be looked at,
but not be walked along. docs/decisions/0008-finding.md has the indexes and the reasons.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils import timezone

from icpcases.db.pagination import Count
from icpcases.lifecycle.states import State
from icpcases.rules.rule import Party
from icpcases.types import SqlValue

from .query import CASES, RARE, Query, Sql, fetch, is_there

#: Many that are found by a word are counted no further.
FOUND_AT_MOST = 500
#: The newest of these many tell where a page of the newest ends.
SAMPLE = 1_000
NOBODY = "nobody"
_TEXT = {"state", "turn", "province_id", "filing_type", "service_kind"}
_NOBODY_JOINED = "NOT EXISTS (SELECT 1 FROM cases_caseperson p WHERE p.case_id = {})"
_TIME = {"due_at", "created_at", "state_since"}
# The day a service got its number: the step that counts, by the board's index of steps.
_FILED = (
    "{0} IN (SELECT h.case_id FROM cases_historyrow h"
    " LEFT JOIN cases_historyrow u ON u.case_id = h.case_id AND u.undoes = h.sequence"
    " WHERE u.id IS NULL AND h.step = 'approve' AND h.happened_at >= %s AND h.happened_at < %s)"
)
# What no index of the case holds in order: lists of up to RARE cases are sorted by it.
_LOOKED_UP = {
    "applicant": "(SELECT a.name FROM cases_applicant a WHERE a.id = {0}.applicant_id)",
    "officer": "COALESCE((SELECT o.last_name || o.first_name || o.username FROM auth_user o"
    " WHERE o.id = {0}.officer_id), '')",
    "state": "CASE {0}.state "
    + " ".join(f"WHEN '{state}' THEN {n}" for n, state in enumerate(State.values))
    + " END",
}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases: empty means any. `due` is `over` or `today`, seen from `now`."""

    states: tuple[str, ...] = ()
    turn: str = ""
    officer: int | str = ""
    province: str = ""
    due: str = ""
    answered: bool = False
    created: tuple[dt.datetime, dt.datetime] | None = None
    filed: tuple[dt.datetime, dt.datetime] | None = None
    filing_type: str = ""
    kind: str = ""
    #: Still going: it is somebody's turn.
    going: bool = False
    #: No applicant has joined. Asked together with an officer: no index knows it.
    unjoined: bool = False
    query: Query = field(default_factory=Query)
    now: dt.datetime = field(default_factory=timezone.now)

    def parts(self) -> "dict[str, Condition]":
        """The conditions, each by the column it is about."""
        states = self.states or tuple(s for s in State.values if self.turn in turns_in(s))
        found = {
            "answered": Condition("answered", "{}") if self.answered else None,
            "due_at": self._due(),
            "created_at": self.created
            and Condition("created_at", "{0} >= %s AND {0} < %s", _times(*self.created)),
            "filed": self.filed and Condition("id", _FILED, _times(*self.filed)),
            "officer_id": self._officer(),
            "province_id": self.province and Condition("province_id", "{} = %s", [self.province]),
            "state": states and Condition("state", f"{{}} IN ({_marks(states)})", list(states)),
            "turn": self.turn and Condition("turn", "{} = %s", [self.turn]),
            "filing_type": self.filing_type and unusual("filing_type", "first", self.filing_type),
            # Beside the turn that is asked for, and never walked along.
            "whether in progress": Condition("turn", "NOT ({} = 'nobody')") if self.going else None,
            "unjoined": Condition("id", _NOBODY_JOINED) if self.unjoined else None,
            "service_kind": self.kind and unusual("service_kind", "website", self.kind),
        }
        return {name: part for name, part in found.items() if isinstance(part, Condition)}

    def _due(self) -> "Condition | None":
        if self.due == "over":
            return Condition("due_at", "{} < %s", _times(self.now))
        end = timezone.localtime(self.now).replace(hour=23, minute=59, second=59, microsecond=0)
        today = Condition("due_at", "{0} >= %s AND {0} <= %s", _times(self.now, end))
        return today if self.due == "today" else None

    def _officer(self) -> "Condition | None":
        if self.officer == NOBODY:
            return Condition("officer_id", "{} IS NULL")
        return Condition("officer_id", "{} = %s", [self.officer]) if self.officer else None


def unusual(column: str, usual: str, value: str) -> "Condition":
    """That a column has this value; worded as the partial index of all but the usual one is."""
    if value == usual:
        return Condition(column, "{} = %s", [value])
    return Condition(column, f"{{0}} = %s AND NOT ({{0}} = '{usual}')", [value])


@dataclass(frozen=True)
class Condition:
    """A condition on one column."""

    column: str
    template: str
    params: list[SqlValue] = field(default_factory=list)

    def sql(self, free: bool) -> str:
        """The condition, with the column free for an index or fenced."""
        return self.template.format(f"c.{self.column}" if free else fenced(self.column))


def fenced(column: str) -> str:
    """A column of the case that no index is walked along."""
    if connection.vendor == "sqlite":
        return f"+c.{column}"
    if column == "answered":
        return "(c.answered IS TRUE)"
    nothing = "|| ''" if column in _TEXT else "+ interval '0'" if column in _TIME else "+ 0"
    return f"(c.{column} {nothing})"


def _times(*times: dt.datetime) -> list[SqlValue]:
    return [connection.ops.adapt_datetimefield_value(time) for time in times]


def _marks(values: Iterable[SqlValue]) -> str:
    return ", ".join("%s" for _ in values)


@dataclass(frozen=True)
class Ordering:
    """By which column, and whether downwards; cases without a value come last either way."""

    column: str = "id"
    down: bool = True

    @property
    def looked_up(self) -> bool:
        """Whether only a list of up to RARE cases can be sorted so."""
        return self.column in _LOOKED_UP

    @property
    def stretches(self) -> tuple[tuple[str, bool, str], ...]:
        """What is walked one after the other: the column, whether downwards, and of which."""
        if self.column != "due_at":
            return ((self.column, self.down, ""),)
        return (("due_at", self.down, "IS NOT NULL"), ("id", True, "IS NULL"))


@dataclass(frozen=True)
class Mark:
    """A place between two cases: beside the one of this key, which has this value."""

    pk: int
    value: dt.datetime | None = None


class Listing:
    """The cases that are wanted, in an order."""

    def __init__(self, wanted: CaseFilter, order: Ordering) -> None:
        self.wanted, self.order = wanted, order
        self.parts, self.query = wanted.parts(), wanted.query
        #: Of a search, the newest cases that are found: all of them unless the total has more.
        self.found: list[int] = []
        self.total = Count(0) if self.hopeless else self._count()
        if order.looked_up and self.total.more:
            self.order = Ordering()
        #: Whether all of them are collected and sorted, rather than walked.
        self.few = not self.total.more or self._slim

    @property
    def hopeless(self) -> bool:
        """Whether nothing can be found: all that was typed is too short, or is on no line."""
        if self.query.words:
            return self.query.rarest.count == 0
        return bool(self.query.too_short)

    @property
    def _slim(self) -> bool:
        """Whether an index holds few enough of them in any order, though more than RARE."""
        slim = {"officer_id", "due_at", "created_at", "filed", "answered"}
        return bool(slim & self.parts.keys())

    def keys(self, size: int, mark: Mark | None = None, back: bool = False) -> list[int]:
        """The keys of the first `size` cases after the mark, or of the last before it."""
        if not self.total:
            return []
        if self.order.looked_up and mark:
            mark = Mark(mark.pk)
        if self._at_hand(size, mark, back):
            return _page(self.found, self.order.down, size, mark, back)
        found: list[int] = []
        stretches = self.order.stretches
        for column, down, of in reversed(stretches) if back else stretches:
            here = mark is not None and (
                self.order.looked_up or (column == "id") == (mark.value is None)
            )
            if mark is not None and not here and (column == "id") == back:
                # This stretch lies wholly on the other side of the mark.
                continue
            found += self._run(column, down != back, of, mark if here else None, size - len(found))
            if len(found) >= size:
                break
        return found[::-1] if back else found

    def _at_hand(self, size: int, mark: Mark | None, back: bool) -> bool:
        """Whether the page is among the cases that the search has found."""
        if not self.query.words or self.order.column != "id":
            return False
        newest = self.order.down and mark is None and not back and size <= len(self.found)
        return newest or not self.total.more

    def _run(self, column: str, down: bool, of: str, mark: Mark | None, size: int) -> list[int]:
        if not self.few:
            streams = self._walked(column, of)
        elif column == "id" and not of and self.total.more:
            streams = self._bounded(down, mark, size)
        else:
            streams = [Stream(*self.condition())]
        ordered = [_ordered(s, column, down, of, mark, size, not self.few) for s in streams]
        sql = " UNION ".join(f"SELECT * FROM ({s}) s{n}" for n, (s, _) in enumerate(ordered))
        params = [p for _, values in ordered for p in values]
        if len(ordered) > 1:
            sql += f" ORDER BY id {'DESC' if down else 'ASC'} LIMIT {size}"
        return [row[0] for row in fetch(sql, params)]

    def _bounded(self, down: bool, mark: Mark | None, size: int) -> list["Stream"]:
        """More than RARE, to be sorted by key: without most of those that are on no first page.

        Keys and times rise together, though not strictly. What a page of the newest leaves over
        need not be sorted.
        """
        sql, params = self.condition()
        (column, *_others) = self._free()
        if column not in _TIME:
            return [Stream(sql, params)]
        way, last, none = ("DESC", "MIN", "0") if down else ("ASC", "MAX", str(2**62))
        place, values = _beyond([fenced("id")], mark and replace(mark, value=None), down)
        newest = (
            f"SELECT c.id AS id FROM {CASES} c WHERE {sql}{place}"
            f" ORDER BY c.{column} {way} LIMIT {SAMPLE}"
        )
        page = f"SELECT id FROM ({newest}) n ORDER BY id {way} LIMIT {size}"
        bound = (
            f"SELECT CASE WHEN COUNT(*) = {size} THEN {last}(id) ELSE {none} END FROM ({page}) p"
        )
        sql += f" AND {fenced('id')} {'>=' if down else '<='} ({bound})"
        return [Stream(sql, [*params, *params, *values])]

    def condition(self) -> Sql:
        """A condition on the cases `c` that lets an index find them."""
        if self.query.words and not self.total.more:
            return f"c.id IN ({_marks(self.found)})", list(self.found)
        return self._where(self._free())

    def _free(self) -> tuple[str, ...]:
        """The columns whose index finds the cases; the rest are looked at."""
        for name in ("answered", "filed", "due_at", "created_at"):
            if name in self.parts:
                return (name,)
        for name in ("filing_type", "service_kind"):
            if name in self.parts and "NOT" in self.parts[name].template:
                return (name,)
        return ("officer_id", "province_id", "state", "turn")

    def _where(self, free: tuple[str, ...], without: tuple[str, ...] = ()) -> Sql:
        """All the conditions but those on columns in `without`."""
        sql, params = self._of_parts(free, without)
        for word in self.query.words:
            more, values = word.holds("c.id")
            sql, params = sql + more, params + values
        return sql, params

    def _of_parts(self, free: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Sql:
        parts = [(name, part) for name, part in self.parts.items() if name not in without]
        sql = " AND ".join(["1 = 1", *(part.sql(name in free) for name, part in parts)])
        return sql, [value for _, part in parts for value in part.params]

    def _walked(self, column: str, of: str) -> list["Stream"]:
        if column != "id":
            return [Stream(*self._where(()))]
        if self.query.words:
            return [Stream(sql, params, key="k.case_id") for sql, params in self._ways(of)]
        if "province_id" in self.parts:
            return [Stream(*self._where(("province_id",)))]
        if {"state", "turn"} & self.parts.keys():
            return self._by_state_and_turn()
        return [Stream(*self._where(()))]

    def _by_state_and_turn(self) -> list["Stream"]:
        rest, values = self._where((), without=("state", "turn"))
        return [
            Stream(f"c.state = %s AND c.turn = %s AND {rest}", [state, turn, *values])
            for state in map(str, self.parts["state"].params)
            for turn in turns_in(state)
            if self.wanted.turn in ("", turn)
        ]

    def _ways(self, of: str = "", at_once: bool = False) -> list[Sql]:
        """For each way of the rarest word its cases, in the tokens' order."""
        first, *others = self.query.words
        where, params = self._of_parts()
        where += f" AND {fenced('due_at')} {of}" if of else ""

        def fits(key: str) -> Sql:
            if not self.parts and not of:
                return "", []
            # Last: the rows of cases lie far from each other.
            return f" AND {is_there(CASES, 'c', 'id', key, where)}", params

        return [way.cases(others, fits, at_once) for way in first.ways]

    def _count(self) -> Count:
        if not self.query.words:
            return self._counted(RARE)
        at_most = RARE
        if self.query.rare:
            self.found = newest_of(self._ways(at_once=True), RARE)
        elif self.parts and not Listing(_without_needle(self.wanted), self.order).total.more:
            # Many have the word, but few are left by the filters.
            where, params = self._where(self._free())
            few = f"SELECT c.id AS id FROM {CASES} c WHERE {where} LIMIT {RARE + 1}"
            self.found = sorted((row[0] for row in fetch(few, params)), reverse=True)
        else:
            at_most = FOUND_AT_MOST
            self.found = newest_of(self._ways(), FOUND_AT_MOST)
        return Count.of(len(self.found), at_most)

    def _counted(self, at_most: int) -> Count:
        sql, params = self.condition()
        counted = fetch(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {CASES} c WHERE {sql} LIMIT {at_most + 1}) t",
            params,
        )
        return Count.of(counted[0][0], at_most)


@dataclass(frozen=True)
class Stream:
    """Cases by a condition on `c`, or by a whole query; `key` is the name of their key in it."""

    condition: str
    params: list[SqlValue]
    key: str = "c.id"

    @property
    def sql(self) -> str:
        """The query so far, to which conditions can be added."""
        if self.key != "c.id":
            return self.condition
        return f"SELECT c.id AS id FROM {CASES} c WHERE {self.condition}"


def _ordered(
    stream: Stream, column: str, down: bool, of: str, mark: Mark | None, size: int, walk: bool
) -> Sql:
    """A page of a stream, in order: walked along the index of the column, or sorted."""
    sql, params = stream.sql, list(stream.params)
    if of and stream.key == "c.id":
        # Of the walk by time it is part of the index's condition; elsewhere it is looked at.
        place = "c.due_at" if walk and column == "due_at" else fenced("due_at")
        sql += f" AND {place} {of}"
    key = stream.key if walk else fenced("id")
    by = [key] if column == "id" else [_sorting(column, walk), key]
    place, values = _beyond(by, mark, down)
    sql, params = sql + place, params + values
    way = " DESC" if down else " ASC"
    return f"{sql} ORDER BY {', '.join(name + way for name in by)} LIMIT {size}", params


def _sorting(column: str, walk: bool) -> str:
    if column in _LOOKED_UP:
        return _LOOKED_UP[column].format("c")
    return f"c.{column}" if walk else fenced(column)


def _beyond(by: list[str], mark: Mark | None, down: bool) -> Sql:
    """The further condition on what a list is sorted by: beyond the mark."""
    if mark is None:
        return "", []
    if len(by) == 2 and mark.value is None:
        # What is looked up of the cases is looked up of the mark too.
        looked_up = next(sql for sql in _LOOKED_UP.values() if sql.format("c") == by[0])
        there = f"(SELECT {looked_up.format('m')} FROM {CASES} m WHERE m.id = %s)"
        return f" AND ({', '.join(by)}) {'<' if down else '>'} ({there}, %s)", [mark.pk, mark.pk]
    values = [*_times(*([mark.value] if mark.value else ())), mark.pk]
    return f" AND ({', '.join(by)}) {'<' if down else '>'} ({_marks(values)})", values


def newest_of(ways: list[Sql], at_most: int) -> list[int]:
    """The newest cases that are found in any of the ways, and one more than so many."""
    limit = at_most + 1
    parts = [f"({sql} ORDER BY id DESC LIMIT {limit}) w{n}" for n, (sql, _) in enumerate(ways)]
    rows = fetch(
        " UNION ".join(f"SELECT id FROM {part}" for part in parts),
        [value for _, values in ways for value in values],
    )
    return sorted((row[0] for row in rows), reverse=True)[:limit]


def _page(newest: list[int], down: bool, size: int, mark: Mark | None, back: bool) -> list[int]:
    """The first of these keys in order beyond the mark, or the last before it."""
    ordered = newest if down else newest[::-1]
    if mark is not None:
        lower = down != back
        ordered = [pk for pk in ordered if (pk < mark.pk if lower else pk > mark.pk)]
    return ordered[-size:] if back else ordered[:size]


def turns_in(state: str) -> list[str]:
    """Whose turn it can be in a state: where it is nobody's, a message makes it an officer's."""
    turns = State(state).turns
    unread = [Party.OFFICER] if Party.NOBODY in turns and Party.OFFICER not in turns else []
    return [turn.value for turn in (*turns, *unread)]


def _without_needle(wanted: CaseFilter) -> CaseFilter:
    return replace(wanted, query=Query())
