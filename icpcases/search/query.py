"""What was typed into the search box, as SQL: for each word the ways in which a case can have it.

The tokens narrow, the line decides: a way starts from its rarest token, whose cases stand in
order, and looks of each case it meets first at further tokens, which lie close together, and
only then at the line, which lies anywhere.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection

from icpcases.rules.folding import normal, phone_key
from icpcases.types import SqlRow, SqlValue

from .tokens import (  # fmt: skip
    BY_BEGINNING,
    COMMON,
    LONGEST,
    NOTE,
    NUMBER,
    TAIL,
    TAIL_LENGTH,
    compact,
    grams_of,
    is_dense,
    runs_of,
)

LONGEST_QUERY, MOST_WORDS, MOST_TRIED = 200, 8, 6
#: Up to so many cases a word is rare: they are all looked at.
RARE = 10_000
#: So many cases of a token tell how rare it is among the others.
COMPARED = 300
#: So many further tokens are looked at before the line.
MOST_BESIDE = 2
#: So many may be joined: beyond, the database looks long for the best order.
MOST_JOINED = 4
CASES = "cases_filingcase"
_ADDRESS = re.compile(r"^https?://(?:www\.)?([^/?#]+).*$")
_SPACED_NUMBER = re.compile(r"^\+?[\d\s()-]{7,}$", re.ASCII)
_DIGITS = re.compile(r"[0-9]+")
# A number of which the dashes are left out: with a digit somewhere.
_JOINED = re.compile(r"[a-z]*[0-9][0-9a-z]*")
BY_JOINED = 7
_END = "\U0010ffff"
Sql = tuple[str, list[SqlValue]]


@dataclass(frozen=True)
class Store:
    """Where an index is kept: its tokens, its lines, and the column of whose they are."""

    tokens: str
    lines: str
    key: str


OF_CASES = Store("cases_searchtoken", "cases_searchtext", "case_id")
OF_APPLICANTS = Store("cases_applicanttoken", "cases_applicanttext", "applicant_id")


@dataclass(frozen=True)
class Match:
    """One way in which a case can have a word: by tokens that it must have, and its line.

    A token that ends in `*` stands for all that begin like it. `line` is what the line must
    hold, `named` whether before its numbers: then the tokens follow from it, and some of them
    are enough. Of what is counted, `narrowing` is the token to start from, `beside` are those
    to look at next, `count` is how many cases have the first, `density` how close they are.
    """

    tokens: tuple[str, ...]
    line: str = ""
    named: bool = False
    narrowing: str = ""
    beside: tuple[str, ...] = ()
    count: int = 0
    density: int = 0
    store: Store = OF_CASES

    def cases(
        self, others: "Iterable[Term]", more: Callable[[str], Sql], at_once: bool = False
    ) -> Sql:
        """The keys of the cases that have the other words too, in the tokens' order.

        `more` is a further condition on the key of a case. `at_once` says that they are few,
        and not walked along.
        """
        others = list(others)
        joined = self._joined(others)
        sql, params, key = self._start(joined)
        if at_once and self.line and connection.vendor == "postgresql":
            # All lines in one go along their index, not one after the other.
            key = f"t.{self.store.key}"
            sql = f"SELECT {key} AS id FROM {self.store.lines} t WHERE {key} = ANY(ARRAY({sql}))"
            where, values = self._on_the_line("t")
            sql, params = f"{sql} AND {where}", [*params, *values]
            further = self._beside(key, joined)
        else:
            further = self._further(key, joined)
        conditions = [further, *(word.holds(key, joined) for word in others)]
        conditions.append(more(key))
        sql += "".join(condition for condition, _ in conditions)
        return sql, [*params, *(v for _, values in conditions for v in values)]

    def _start(self, joined: tuple[str, ...]) -> tuple[str, list[SqlValue], str]:
        """The cases of the narrowing token and of others, and the name of their key."""
        of, key = self.store, f"k.{self.store.key}"
        tables = f"{of.tokens} k"
        for n in range(len(joined)):
            tables += f" JOIN {of.tokens} b{n} ON b{n}.{of.key} = k.{of.key} AND b{n}.token = %s"
        if joined:
            # Of all that are joined, or it would be looked at before they are.
            key = f"GREATEST({key}, {', '.join(f'b{n}.{of.key}' for n in range(len(joined)))})"
        where, params = _token("k", self.narrowing)
        # Of a case several tokens can have the same beginning.
        select = "SELECT DISTINCT" if self.narrowing.endswith("*") else "SELECT"
        sql = f"{select} k.{of.key} AS id FROM {tables} WHERE {where}"
        return sql, [*joined, *params], key

    def _joined(self, others: "list[Term]") -> tuple[str, ...]:
        """Tokens to join, where the database merges faster than it looks up one by one."""
        if connection.vendor == "sqlite":
            return ()
        sure = [*self.beside, *(t for word in others for t in word.sure)]
        return tuple(dict.fromkeys(t for t in sure if not t.endswith("*")))[:MOST_JOINED]

    def holds(self, key: str, known: Collection[str] = ()) -> Sql:
        """The condition that the case of this key, with some known tokens, has the word so."""
        where, params = (
            ("1 = 1", []) if self.narrowing in known else _has(key, self.narrowing, self.store)
        )
        more, further = self._further(key, known)
        return f"({where}{more})", params + further

    def _further(self, key: str, known: Collection[str] = ()) -> Sql:
        sql, params = self._beside(key, known)
        if self.line:
            where, values = self._on_the_line("x")
            sql += f" AND {is_there(self.store.lines, 'x', self.store.key, key, where)}"
            params += values
        return sql, params

    def _beside(self, key: str, known: Collection[str]) -> Sql:
        parts = [_has(key, token, self.store) for token in self.beside if token not in known]
        sql = "".join(f" AND {where}" for where, _ in parts)
        return sql, [value for _, values in parts for value in values]

    def _on_the_line(self, alias: str) -> Sql:
        place = {"sqlite": "instr", "postgresql": "strpos"}[connection.vendor]
        at = f"{place}({alias}.text, %s)"
        if not self.named:
            return f"{at} > 0", [self.line]
        numbers = f"\n{NUMBER}"
        end = f"{place}({alias}.text || %s, %s)"
        return f"{at} BETWEEN 1 AND {end}", [self.line, numbers, numbers]


def is_there(table: str, alias: str, column: str, key: str, where: str) -> str:
    """The condition that a row with this key is there, looked for by its key case by case."""
    # Not EXISTS, of which PostgreSQL would make a table of all cases that have the token.
    row = f"SELECT 1 FROM {table} {alias} WHERE {alias}.{column} = {key} AND {where} LIMIT 1"
    return f"({row}) IS NOT NULL"


def _has(key: str, token: str, of: Store) -> Sql:
    """The condition that the case of this key has a token."""
    where, params = _token("n", token)
    if token.endswith("*"):
        # Once for all cases: for each the whole stretch of tokens would be read.
        return f"{key} IN (SELECT n.{of.key} FROM {of.tokens} n WHERE {where})", params
    return is_there(of.tokens, "n", of.key, key, where), params


def _token(alias: str, token: str) -> Sql:
    if not token.endswith("*"):
        return f"{alias}.token = %s", [token]
    return f"{alias}.token >= %s AND {alias}.token < %s", [token[:-1], token[:-1] + _END]


@dataclass(frozen=True)
class Term:
    """One word of a query: a case has it in any of its ways."""

    ways: tuple[Match, ...]

    @property
    def store(self) -> Store:
        """The index it is looked for in."""
        return self.ways[0].store

    @property
    def count(self) -> int:
        """How many cases have it, at most; of what many have, only that it is many."""
        return sum(way.count for way in self.ways)

    @property
    def rarity(self) -> tuple[int, int]:
        """What sorts words, the rarest first."""
        return self.count, max((way.density for way in self.ways), default=0)

    @property
    def sure(self) -> tuple[str, ...]:
        """Tokens that every case has that has the word."""
        return (self.ways[0].narrowing, *self.ways[0].beside) if len(self.ways) == 1 else ()

    def holds(self, key: str, known: Collection[str] = ()) -> Sql:
        """The further condition that the case of this key, with some known tokens, has it."""
        parts = [way.holds(key, known) for way in self.ways]
        joined = " OR ".join(sql for sql, _ in parts)
        return f" AND ({joined})", [p for _, params in parts for p in params]


@dataclass(frozen=True)
class Query:
    """All the words, each of which a case must have, the rarest first."""

    words: tuple[Term, ...] = ()
    #: What was typed and is too short to be looked for, or stands behind so many words.
    too_short: tuple[str, ...] = field(default=())
    left_out: tuple[str, ...] = field(default=())

    @property
    def rarest(self) -> Term:
        """The word to start from."""
        return self.words[0]

    @property
    def rare(self) -> bool:
        """Whether few enough cases can have it to collect them all."""
        return self.rarest.count <= RARE


def query_of(typed: str, store: Store = OF_CASES, notes: bool = True) -> Query:
    """What was typed, read; one question or two tell which of its tokens are rare.

    Without `notes` it is not looked for in what notes say.
    """
    words: list[Term] = []
    too_short, typed_words = [], words_of(typed)
    for text in typed_words[:MOST_WORDS]:
        ways = tuple(
            replace(way, store=store)
            for way in ways_of(text)
            if notes or not way.tokens[0].startswith(NOTE)
        )
        if ways:
            words.append(Term(ways))
        else:
            too_short.append(text)
    if words:
        first, *rest = sorted(_compared(words), key=lambda word: word.rarity)
        words = [_counted(first), *rest]
    return Query(tuple(words), tuple(too_short), tuple(typed_words[MOST_WORDS:]))


def words_of(typed: str) -> list[str]:
    """The words of what was typed, each normal, none twice."""
    typed = normal(typed[:LONGEST_QUERY])
    if _SPACED_NUMBER.match(typed) and len(re.sub(r"\D", "", typed)) >= 7:
        typed = compact(typed)
    words = (_ADDRESS.sub(r"\1", word) for word in typed.split())
    return list(dict.fromkeys(words))


def ways_of(word: str) -> Iterable[Match]:
    """The ways in which a case can have a normal word; none where it is too short."""
    runs = [run[:LONGEST] for run in runs_of(word)]
    if grams := _pieces(word, runs):
        named = any(len(gram) == _full(gram) for gram in grams)
        yield Match(grams, "" if grams == (word,) else word, named)
    if numbers := _number(runs):
        yield Match(numbers, "" if numbers[0].strip("#*") == word else word)
    if by_end := _by_its_end(word):
        yield Match((by_end,))
    noted = tuple(dict.fromkeys(t for run in runs for t in _noted(run, run == runs[-1])))
    if noted:
        yield Match(noted)


def _pieces(word: str, runs: list[str]) -> tuple[str, ...]:
    grams = [gram for run in runs for gram in grams_of(run) if gram not in COMMON]
    full = [gram for gram in grams if len(gram) == _full(gram)]
    # A run of two letters can be the end of a longer one, unless there is nothing else.
    short = [gram for gram in grams if len(gram) == 2]
    return tuple(dict.fromkeys(full or short))


def _full(gram: str) -> int:
    return 2 if is_dense(gram) else 3


def _number(runs: list[str]) -> tuple[str, ...]:
    long = [run for run in runs if len(run) >= BY_BEGINNING and not is_dense(run)]
    if not long:
        joined = "".join(runs)
        return (NUMBER + joined,) if len(joined) > 1 and not is_dense(joined) else ()
    # Only the last can have been left off in the middle.
    return tuple(NUMBER + run + ("*" if run == runs[-1] else "") for run in long)


def _by_its_end(word: str) -> str:
    """A mail address, a number with dashes in it, or a telephone's last digits as masks show."""
    if "@" in word.strip("@"):
        return (NUMBER + word)[: LONGEST - 1] + "*"
    if len(word) == TAIL_LENGTH and _DIGITS.fullmatch(word):
        return TAIL + word
    joined = phone_key(word)
    # With its dashes it can also be an order's number, which is looked for as it stands.
    dashed = joined != word and len(joined) >= BY_JOINED and _JOINED.fullmatch(joined)
    return f"{NUMBER}{joined}*" if dashed else ""


def _noted(run: str, last: bool) -> Iterable[str]:
    if is_dense(run):
        return [NOTE + gram for gram in grams_of(run) if len(gram) == 2]
    if len(run) >= BY_BEGINNING and last:
        return [f"{NOTE}{run}*"]
    return [NOTE + run] if len(run) > 1 else []


def _compared(words: list[Term]) -> list[Term]:
    """The words with the ways that are open at all, each to start from its rarest token."""
    tried = [t for word in words for way in word.ways for t in _spread(way)]
    rows = _count(tried, COMPARED, words[0].store)
    ways = (tuple(_started(way, rows, COMPARED) for way in word.ways) for word in words)
    return [Term(tuple(way for way in of if way.count)) for of in ways]


def _counted(word: Term) -> Term:
    """The word with its likeliest tokens counted further, where that tells whether it is rare."""
    if COMPARED >= RARE or not any(way.count > COMPARED for way in word.ways):
        return word
    likely = [{way.narrowing, *way.beside} for way in word.ways]
    rows = _count((t for tokens in likely for t in sorted(tokens)), RARE, word.store)
    return Term(tuple(_started(way, rows, RARE) for way in word.ways))


def _count(tokens: Iterable[str], at_most: int, of: Store) -> dict[str, tuple[int, int]]:
    """How many cases have each token, up to one more, and how close the newest so many are.

    Of two that many cases have, the one whose newest lie further apart is the rarer: their
    stretch of keys is given as a negative number.
    """
    tried = list(dict.fromkeys(tokens))
    selects, values = [], []
    for number, token in enumerate(tried):
        where, params = _token("k", token)
        by_beginning = token.endswith("*")
        newest = "" if by_beginning else f"ORDER BY k.{of.key} DESC"
        density = "0" if by_beginning else "MIN(id) - MAX(id)"
        selects.append(
            f"SELECT {number}, COUNT(*), {density} FROM (SELECT k.{of.key} AS id FROM {of.tokens} k"
            f" WHERE {where} {newest} LIMIT {at_most + 1}) t{number}"
        )
        values += params
    rows = fetch(" UNION ALL ".join(selects), values)
    return {tried[number]: (count, close or 0) for number, count, close in rows}


def _started(way: Match, rows: dict[str, tuple[int, int]], at_most: int) -> Match:
    """The way from the rarest of the tokens that were counted."""
    known = [token for token in _spread(way) if token in rows]
    first, *others = sorted(known, key=rows.__getitem__)
    count, density = rows[first]
    beside = [token for token in way.tokens if token != first]
    if way.named:
        # Some are enough, unless there are few to look at: those that are no more than many.
        many = count > at_most
        near = [token for token in others if many or rows[token][0] <= at_most]
        beside = near[:MOST_BESIDE] if count > COMPARED else []
    return replace(way, narrowing=first, beside=tuple(beside), count=count, density=density)


def _spread(way: Match) -> tuple[str, ...]:
    """Not all tokens of a long word: some, from its whole length."""
    return way.tokens[:: -(-len(way.tokens) // MOST_TRIED)]


def fetch(sql: str, params: Sequence[SqlValue] | Mapping[str, SqlValue]) -> list[SqlRow]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
