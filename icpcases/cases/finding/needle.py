"""What was typed into the search box, as SQL: for each word the ways in which a case can have it.

The tokens narrow, the line decides: a way starts from its rarest token, whose cases stand in
order, and looks at the line (or at further tokens of a note) of each case it meets.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from .tokens import (
    BY_BEGINNING,
    COMMON,
    LONGEST,
    NOTE,
    NUMBER,
    compact,
    grams_of,
    is_dense,
    normal,
    runs_of,
)  # fmt: skip

LONGEST_NEEDLE, MOST_WORDS, MOST_TRIED = 200, 8, 6
#: Up to so many cases a word is rare: they are collected, in whatever order is wanted.
RARE = 10_000
CASES, TOKENS, LINES = "cases_filingcase", "cases_searchtoken", "cases_searchtext"
_ADDRESS = re.compile(r"^https?://(?:www\.)?([^/?#]+).*$")
_SPACED_NUMBER = re.compile(r"^\+?[\d\s()-]{7,}$")
_END = "\U0010ffff"
Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class Way:
    """One way in which a case can have a word: by tokens that it must have, and its line.

    A token that ends in `*` stands for all that begin like it. `narrowing` is the one to start
    from, `line` what the line must hold, if that still has to be looked at.
    """

    tokens: tuple[str, ...]
    line: str = ""
    narrowing: str = ""
    count: int = 0

    def cases(self) -> Sql:
        """The keys of the cases, as a query on the tokens `k`, without an order."""
        where, params = _token("k", self.narrowing)
        more, further = self._further("k.case_id")
        return f"SELECT k.case_id AS id FROM {TOKENS} k WHERE {where}{more}", params + further

    def cases_where(self, condition: str, values: list[Any]) -> Sql:
        """The same of the cases `c` for which a condition holds, read in the tokens' order."""
        where, params = _token("k", self.narrowing)
        more, further = self._further("k.case_id")
        # A cross join on SQLite is a join that keeps its order.
        joined = f"FROM {TOKENS} k CROSS JOIN {CASES} c WHERE c.id = k.case_id AND {where}"
        return (
            f"SELECT k.case_id AS id {joined} AND {condition}{more}",
            params + values + further,
        )

    def holds(self, key: str) -> Sql:
        """The condition that the case of this key has the word in this way."""
        where, params = _token("k", self.narrowing)
        more, further = self._further(key)
        return f"({_is_there(TOKENS, 'k', key, where)}{more})", params + further

    def _further(self, key: str) -> Sql:
        if self.line:
            found = {"sqlite": "instr", "postgresql": "strpos"}[connection.vendor]
            held = _is_there(LINES, "x", key, f"{found}(x.text, %s) > 0")
            return f" AND {held}", [self.line]
        sql, params = "", []
        for token in self.tokens if self.tokens[0].startswith(NOTE) else ():
            if token != self.narrowing:
                where, values = _token("n", token)
                sql += f" AND {_is_there(TOKENS, 'n', key, where)}"
                params += values
        return sql, params


def _is_there(table: str, alias: str, key: str, where: str) -> str:
    # Not EXISTS, of which PostgreSQL would make a table of all cases that have the token.
    row = f"SELECT 1 FROM {table} {alias} WHERE {alias}.case_id = {key} AND {where} LIMIT 1"
    return f"({row}) IS NOT NULL"


def _token(alias: str, token: str) -> Sql:
    if not token.endswith("*"):
        return f"{alias}.token = %s", [token]
    return f"{alias}.token >= %s AND {alias}.token < %s", [token[:-1], token[:-1] + _END]


@dataclass(frozen=True)
class Word:
    """One word of a needle: a case has it in any of its ways."""

    ways: tuple[Way, ...]

    @property
    def count(self) -> int:
        """How many cases have it, at most; counted up to RARE and one more per way."""
        return sum(way.count for way in self.ways)

    def cases(self) -> Sql:
        """The keys of the cases that have it."""
        parts = [way.cases() for way in self.ways]
        return " UNION ".join(sql for sql, _ in parts), [p for _, params in parts for p in params]

    def holds(self, key: str) -> Sql:
        """The condition that the case of this key has it."""
        parts = [way.holds(key) for way in self.ways]
        joined = " OR ".join(sql for sql, _ in parts)
        return f"({joined})", [p for _, params in parts for p in params]


@dataclass(frozen=True)
class Needle:
    """All the words, each of which a case must have, the rarest first."""

    words: tuple[Word, ...] = ()
    #: What was typed and is too short to be looked for.
    too_short: tuple[str, ...] = field(default=())

    @property
    def rarest(self) -> Word:
        """The word to start from."""
        return self.words[0]

    @property
    def rare(self) -> bool:
        """Whether few enough cases can have it to collect them all."""
        return self.rarest.count <= RARE


def needle_of(typed: str) -> Needle:
    """The needle of what was typed, with one query to see which of its tokens are rare."""
    words: list[Word] = []
    too_short = []
    for text in words_of(typed):
        ways = tuple(ways_of(text))
        if ways:
            words.append(Word(ways))
        else:
            too_short.append(text)
    return Needle(tuple(sorted(_counted(words), key=lambda w: w.count)), tuple(too_short))


def words_of(typed: str) -> list[str]:
    """The words of what was typed, each normal, none twice, not too many."""
    typed = typed[:LONGEST_NEEDLE].strip()
    if _SPACED_NUMBER.match(typed) and len(re.sub(r"\D", "", typed)) >= 7:
        typed = compact(typed)
    words = (_ADDRESS.sub(r"\1", word) for word in normal(typed).split())
    return list(dict.fromkeys(words))[:MOST_WORDS]


def ways_of(word: str) -> Iterable[Way]:
    """The ways in which a case can have a normal word; none where it is too short."""
    runs = [run[:LONGEST] for run in runs_of(word)]
    if grams := _pieces(word, runs):
        yield Way(grams, "" if grams == (word,) else word)
    if numbers := _number(runs):
        yield Way(numbers, "" if numbers[0].strip("#*") == word else word)
    noted = tuple(dict.fromkeys(t for run in runs for t in _noted(run, run == runs[-1])))
    if noted:
        yield Way(noted)


def _pieces(word: str, runs: list[str]) -> tuple[str, ...]:
    grams = [gram for run in runs for gram in grams_of(run) if gram not in COMMON]
    full = [gram for gram in grams if len(gram) == (2 if is_dense(gram) else 3)]
    # A run of two letters can be the end of a longer one, unless there is nothing else.
    short = [gram for gram in grams if len(gram) == 2]
    return tuple(dict.fromkeys(full or short))


def _number(runs: list[str]) -> tuple[str, ...]:
    long = [run for run in runs if len(run) >= BY_BEGINNING and not is_dense(run)]
    if not long:
        joined = "".join(runs)
        return (NUMBER + joined,) if len(joined) > 1 and not is_dense(joined) else ()
    # Only the last can have been left off in the middle.
    return tuple(NUMBER + run + ("*" if run == runs[-1] else "") for run in long)


def _noted(run: str, last: bool) -> Iterable[str]:
    if is_dense(run):
        return [NOTE + gram for gram in grams_of(run) if len(gram) == 2]
    if len(run) >= BY_BEGINNING and last:
        return [f"{NOTE}{run}*"]
    return [NOTE + run] if len(run) > 1 else []


def _counted(words: list[Word]) -> list[Word]:
    tried = list(dict.fromkeys(t for word in words for way in word.ways for t in _spread(way)))
    if not tried:
        return words
    selects, values = [], []
    for number, token in enumerate(tried):
        where, params = _token("k", token)
        newest = "" if token.endswith("*") else "ORDER BY k.case_id DESC"
        selects.append(
            f"SELECT {number}, COUNT(*), MIN(id) FROM (SELECT k.case_id AS id FROM {TOKENS} k"
            f" WHERE {where} {newest} LIMIT {RARE + 1}) t{number}"
        )
        values += params
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), values)
        # Of two that many cases have, the one whose newest reach further back is the rarer.
        rows = {tried[number]: (count, first or 0) for number, count, first in cursor.fetchall()}
    return [Word(tuple(_started(way, rows) for way in word.ways)) for word in words]


def _started(way: Way, rows: dict[str, tuple[int, int]]) -> Way:
    rarest = min(_spread(way), key=rows.__getitem__)
    return replace(way, narrowing=rarest, count=rows[rarest][0])


def _spread(way: Way) -> tuple[str, ...]:
    """Not all tokens of a long word: some, from its whole length."""
    return way.tokens[:: -(-len(way.tokens) // MOST_TRIED)]
