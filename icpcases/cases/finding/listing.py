"""The list of cases: which, in which order, from where on, at the same cost for any number.

Few cases (RARE) are collected by the best index and sorted. Many are walked in the order that
is wanted, along an index that holds them in that order, until a page is full. Which index that
is must not depend on what the database guesses: a column is *fenced* where it may be looked at,
but not be walked along. docs/decisions/0008-finding.md has the indexes and the reasons.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.utils import timezone

from ..keyset import Count
from ..states import State
from .needle import CASES, RARE, Needle, Sql

#: Many that are found by a word are counted no further.
FOUND_AT_MOST = 1_000
NOBODY = "nobody"
_TEXT = {"state", "turn", "province_id"}
_TIME = {"due_at", "created_at", "state_since"}


@dataclass(frozen=True)
class Wanted:
    """Which cases: empty means any. `due` is `over` or `today`, seen from `now`."""

    states: tuple[str, ...] = ()
    turn: str = ""
    officer: int | str = ""
    province: str = ""
    due: str = ""
    answered: bool = False
    created: tuple[dt.datetime, dt.datetime] | None = None
    needle: Needle = field(default_factory=Needle)
    now: dt.datetime = field(default_factory=timezone.now)

    def parts(self) -> "dict[str, Part]":
        """The conditions, each by the column it is about."""
        states = self.states or tuple(s for s in State.values if self.turn in turns_of(s))
        found = {
            "answered": Part("answered", "{}") if self.answered else None,
            "due_at": self._due(),
            "created_at": self.created
            and Part("created_at", "{0} >= %s AND {0} < %s", _times(*self.created)),
            "officer_id": self._officer(),
            "province_id": self.province and Part("province_id", "{} = %s", [self.province]),
            "state": states and Part("state", f"{{}} IN ({_marks(states)})", list(states)),
            "turn": self.turn and Part("turn", "{} = %s", [self.turn]),
        }
        return {name: part for name, part in found.items() if isinstance(part, Part)}

    def _due(self) -> "Part | None":
        if self.due == "over":
            return Part("due_at", "{} < %s", _times(self.now))
        end = timezone.localtime(self.now).replace(hour=23, minute=59, second=59, microsecond=0)
        today = Part("due_at", "{0} >= %s AND {0} <= %s", _times(self.now, end))
        return today if self.due == "today" else None

    def _officer(self) -> "Part | None":
        if self.officer == NOBODY:
            return Part("officer_id", "{} IS NULL")
        return Part("officer_id", "{} = %s", [self.officer]) if self.officer else None


@dataclass(frozen=True)
class Part:
    """A condition on one column."""

    column: str
    template: str
    params: list[Any] = field(default_factory=list)

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


def _times(*times: dt.datetime) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(time) for time in times]


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values)


@dataclass(frozen=True)
class Order:
    """By which column, and whether downwards; cases without a value come last either way."""

    column: str = "id"
    down: bool = True

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

    def __init__(self, wanted: Wanted, order: Order) -> None:
        self.wanted, self.order = wanted, order
        self.parts, self.needle = wanted.parts(), wanted.needle
        self.total = Count(0) if self.hopeless else self._count()
        #: Whether all of them are collected and sorted, rather than walked.
        self.few = not self.total.more or self._slim

    @property
    def hopeless(self) -> bool:
        """Whether nothing can be found: all that was typed is too short, or is on no line."""
        if self.needle.words:
            return self.needle.rarest.count == 0
        return bool(self.needle.too_short)

    @property
    def _sought(self) -> bool:
        return bool(self.needle.words) and self.needle.rare

    @property
    def _slim(self) -> bool:
        """Whether an index holds few enough of them in any order, though more than RARE."""
        return bool({"officer_id", "due_at", "created_at", "answered"} & self.parts.keys())

    def keys(self, size: int, mark: Mark | None = None, back: bool = False) -> list[int]:
        """The keys of the first `size` cases after the mark, or of the last before it."""
        if not self.total:
            return []
        found: list[int] = []
        stretches = self.order.stretches
        for column, down, of in reversed(stretches) if back else stretches:
            here = mark is not None and (column == "id") == (mark.value is None)
            if mark is not None and not here and (column == "id") == back:
                # This stretch lies wholly on the other side of the mark.
                continue
            found += self._run(column, down != back, of, mark if here else None, size - len(found))
            if len(found) >= size:
                break
        return found[::-1] if back else found

    def _run(self, column: str, down: bool, of: str, mark: Mark | None, size: int) -> list[int]:
        streams = self._collected() if self.few else self._walked(column)
        ordered = [_ordered(s, column, down, of, mark, size, not self.few) for s in streams]
        sql = " UNION ".join(f"SELECT * FROM ({s}) s{n}" for n, (s, _) in enumerate(ordered))
        params = [p for _, values in ordered for p in values]
        if len(ordered) > 1:
            sql += f" ORDER BY id {'DESC' if down else 'ASC'} LIMIT {size}"
        return [row[0] for row in fetch(sql, params)]

    def _collected(self) -> list["Stream"]:
        return [Stream(*self.condition())]

    def condition(self) -> Sql:
        """A condition on the cases `c` that lets an index find them."""
        if self._sought:
            sql, params = self.needle.rarest.cases()
            rest, values = self._where((), skip=1)
            return f"c.id IN ({sql}) AND {rest}", params + values
        return self._where(self._free())

    def _free(self) -> tuple[str, ...]:
        """The columns whose index finds the cases; the rest are looked at."""
        for name in ("answered", "due_at", "created_at"):
            if name in self.parts:
                return (name,)
        return ("officer_id", "province_id", "state", "turn")

    def _where(self, free: tuple[str, ...], skip: int = 0, without: tuple[str, ...] = ()) -> Sql:
        """All the conditions but those on columns in `without` and the first `skip` words."""
        sql, params = ["1 = 1"], []
        for name, part in self.parts.items():
            if name not in without:
                sql.append(part.sql(name in free))
                params += part.params
        for word in self.needle.words[skip:]:
            condition, values = word.holds("c.id")
            sql.append(condition)
            params += values
        return " AND ".join(sql), params

    def _walked(self, column: str) -> list["Stream"]:
        if column != "id":
            return [Stream(*self._where(()))]
        if self.needle.words:
            rest, values = self._where((), skip=1)
            ways = self.needle.rarest.ways
            return [Stream(*way.cases_where(rest, values), key="k.case_id") for way in ways]
        if "province_id" in self.parts:
            return [Stream(*self._where(("province_id",)))]
        if {"state", "turn"} & self.parts.keys():
            return self._by_state_and_turn()
        return [Stream(*self._where(()))]

    def _by_state_and_turn(self) -> list["Stream"]:
        rest, values = self._where((), without=("state", "turn"))
        return [
            Stream(f"c.state = %s AND c.turn = %s AND {rest}", [state, turn, *values])
            for state in self.parts["state"].params
            for turn in turns_of(state)
            if self.wanted.turn in ("", turn)
        ]

    def _count(self) -> Count:
        if not self.needle.words or self._sought:
            return self._counted(RARE)
        if self.parts:
            # Many have the word; perhaps few are left by the filters.
            filtered = Listing(_without_needle(self.wanted), self.order)
            if not filtered.total.more:
                return self._counted(RARE)
        rest, values = self._where((), skip=1)
        parts = [way.cases_where(rest, values) for way in self.needle.rarest.ways]
        streams = " UNION ALL ".join(
            f"SELECT id FROM ({sql} ORDER BY k.case_id DESC LIMIT {FOUND_AT_MOST + 1}) w{n}"
            for n, (sql, _) in enumerate(parts)
        )
        params = [p for _, values in parts for p in values]
        counted = fetch(f"SELECT COUNT(DISTINCT id) FROM ({streams}) t", params)[0][0]
        return Count.of(counted, FOUND_AT_MOST)

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
    params: list[Any]
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
    if of:
        # Of the walk by time it is part of the index's condition; elsewhere it is looked at.
        place = "c.due_at" if walk and column == "due_at" else fenced("due_at")
        sql += f" AND {place} {of}"
    key = stream.key if walk else fenced("id")
    by = [key] if column == "id" else [f"c.{column}" if walk else fenced(column), key]
    if mark is not None:
        values = [*_times(*([mark.value] if mark.value else ())), mark.pk]
        sql += f" AND ({', '.join(by)}) {'<' if down else '>'} ({_marks(values)})"
        params += values
    way = " DESC" if down else " ASC"
    return f"{sql} ORDER BY {', '.join(name + way for name in by)} LIMIT {size}", params


def turns_of(state: str) -> list[str]:
    """Whose turn it can be in a state."""
    member = State(state)
    turns = (member.turn(), member.turn(request_open=True), member.turn(duties_done=True))
    return list(dict.fromkeys(turn.value for turn in turns))


def _without_needle(wanted: Wanted) -> Wanted:
    return replace(wanted, needle=Needle())


def fetch(sql: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
