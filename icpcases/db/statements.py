"""Hot statements: SQL written once and run through Django's own cursor.

Django makes the SQL of a query anew each time it is run, which takes several times as long as
running it. What every step and every applicant's page asks is written down as SQL, beside the
query of the ORM that says the same; tests hold one against the other on both databases.
Nothing here leans on what Django does not document: docs/decisions/0009-a-lean-door.md.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet

from .postgres import planned_cursor

_M = TypeVar("_M", bound=Model)
_T = TypeVar("_T")
Row = Sequence[Any]
Converter = Callable[[Any], Any]
AnyField: TypeAlias = "Field[Any, Any]"
Query: TypeAlias = Callable[..., QuerySet[Any, Any]]


def run(sql: str, values: Row) -> Any:
    """A cursor that has run this SQL, of which there are few texts that come again and again."""
    here = connections[DEFAULT_DB_ALIAS]
    cursor = planned_cursor(here) if here.vendor == "postgresql" else here.cursor()
    cursor.execute(sql, values)
    return cursor


#: Every hot question there is, for the test that holds each against its query.
QUESTIONS: "list[HotQuery[Any]]" = []


class HotQuery(ABC, Generic[_T]):
    """A hot question: called with the values of its marks, it gives back what its SQL finds.

    `same_as` makes the query of the ORM that says the same: it tells readers and tests.
    """

    def __init__(self, same_as: Query) -> None:
        self.same_as = same_as
        QUESTIONS.append(self)

    def __call__(self, *values: Any) -> list[_T]:
        return self.sent(*values)()

    def sent(self, *values: Any) -> Callable[[], list[_T]]:
        """Ask now and take the answer by calling what is given back: see `pipeline`."""
        cursor = run(self.sql, values)
        return lambda: self.read(cursor.fetchall())

    @property
    @abstractmethod
    def sql(self) -> str:
        """Its text; short, for on SQLite Django looks through all of it at each run."""

    @abstractmethod
    def read(self, rows: Iterable[Row]) -> list[_T]:
        """What the rows of the database say."""


class Values(HotQuery[Any]):
    """Asks for values of these kinds: a tuple for each row, or the value where it is but one."""

    def __init__(self, sql: str, *kinds: type, same_as: Query) -> None:
        super().__init__(same_as)
        self.text, self.kinds = sql, kinds

    @cached_property
    def sql(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())

    @cached_property
    def converters(self) -> list[tuple[int, Converter]]:
        """What some of the values need."""
        return _needed(_from_kind(kind) for kind in self.kinds)

    def read(self, rows: Iterable[Row]) -> list[Any]:
        """The values, as `values_list` gives them."""
        found = [_converted(row, self.converters) for row in rows]
        return [value for (value,) in found] if len(self.kinds) == 1 else list(map(tuple, found))


class Rows(HotQuery[_M]):
    """Asks for rows of a model, called `own` in the SQL, with the rows that `joined` points at.

    `only` names the columns to fetch, the key among them; `lock` has the rows locked.
    """

    def __init__(
        self,
        model: type[_M],
        *joined: str,
        where: str,
        same_as: Query,
        only: Sequence[str] = (),
        lock: bool = False,
    ) -> None:
        super().__init__(same_as)
        self.model, self.joined, self.where, self.only, self.lock = model, joined, where, only, lock

    @cached_property
    def parts(self) -> "list[_Part]":
        """The model's own columns, then those of each row it points at."""
        parts = [_Part(self.model, "own", 0, self.only)]
        for name in self.joined:
            relation: Any = self.model._meta.get_field(name)
            parts.append(_Part(relation.related_model, f"j{len(parts)}", parts[-1].span.stop))
        return parts

    @cached_property
    def sql(self) -> str:
        """The whole text."""
        own, *others = self.parts
        tables = own.table
        for name, part in zip(self.joined, others, strict=True):
            relation: Any = self.model._meta.get_field(name)
            kind = "LEFT JOIN" if relation.null else "JOIN"
            tables += f" {kind} {part.table} ON {part.key} = own.{relation.attname}"
        columns = ",".join(column for part in self.parts for column in part.columns)
        sql = f"SELECT {columns} FROM {tables} WHERE {self.where}"
        # SQLite locks no rows: there the transaction holds the whole database.
        on_postgres = connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
        return f"{sql} FOR UPDATE OF own" if self.lock and on_postgres else sql

    def read(self, rows: Iterable[Row]) -> list[_M]:
        """The objects, as the query of the ORM gives them."""
        own, *others = self.parts
        found = []
        for row in rows:
            made: Any = own.make(row)
            for name, part in zip(self.joined, others, strict=True):
                setattr(made, name, part.make(row))
            found.append(made)
        return found


class _Part:
    """The columns of one table among those of a row, and how an object is made of them."""

    def __init__(
        self, model: type[Model], alias: str, start: int, only: Sequence[str] = ()
    ) -> None:
        fields = [f for f in columns_of(model) if not only or f.attname in only]
        [key] = model._meta.pk_fields
        self.model, self.names = model, [field.attname for field in fields]
        self.table, self.key = f'"{model._meta.db_table}" {alias}', f"{alias}.{key.attname}"
        self.columns = [f"{alias}.{name}" for name in self.names]
        self.span, self.key_place = slice(start, start + len(fields)), self.names.index(key.attname)
        self.converters = _needed(_from_field(field) for field in fields)

    def make(self, row: Row) -> Model | None:
        """The object, or None where the row points at nothing."""
        values = _converted(row[self.span], self.converters)
        if values[self.key_place] is None:
            return None
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)


def _converted(row: Row, converters: list[tuple[int, Converter]]) -> list[Any]:
    values = list(row)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    return values


def _needed(converters: Iterable[Converter | None]) -> list[tuple[int, Converter]]:
    return [(place, convert) for place, convert in enumerate(converters) if convert]


def _from_field(field: AnyField) -> Converter | None:
    """What makes of a column's value what the field holds; None where it is so already."""
    here = connections[DEFAULT_DB_ALIAS]
    if hasattr(field, "from_db_value"):
        return lambda value: field.from_db_value(value, field, here)
    return _from_kind(_KINDS.get(field.get_internal_type()))


def _from_kind(kind: type | None) -> Converter | None:
    return _OF_SQLITE.get(kind) if connections[DEFAULT_DB_ALIAS].vendor == "sqlite" else None


def _moment(kept: str | dt.datetime) -> dt.datetime:
    """A moment as Django has SQLite keep it: in UTC, without saying so."""
    naive = dt.datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return naive.replace(tzinfo=dt.UTC)


def _day(kept: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(kept) if isinstance(kept, str) else kept


_KINDS = {"DateTimeField": dt.datetime, "DateField": dt.date, "BooleanField": bool}
_OF_SQLITE: dict[type | None, Converter] = {dt.datetime: _moment, dt.date: _day, bool: bool}


def insert(model: type[_M], **values: Any) -> _M:
    """Write a new row and give it back, as `objects.create` does without signals."""
    return insert_row(model(**values))


def insert_row(row: _M) -> _M:
    """Write a row that is new, as `save(force_insert=True)` does without signals."""
    text = _insertion(type(row))
    (row.pk,) = run(text.returning, text.values(row)).fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def write(model: type[Model], **values: Any) -> None:
    """Write a new row whose key nobody needs, so that a `pipeline` does not wait for it."""
    text = _insertion(model)
    run(text.sql, text.values(model(**values)))


def update(row: Model, names: tuple[str, ...]) -> None:
    """Write these fields of a row, as `save(update_fields=…)` does without signals."""
    text = _change(type(row), names)
    run(text.sql, [*text.values(row), row.pk])


def columns_of(model: type[Model]) -> list[AnyField]:
    """The fields of a model that are columns of its own table, in their order."""
    fields: list[Any] = model._meta.get_fields()
    return [f for f in fields if f.concrete and not f.many_to_many]


class _Writing:
    """The columns of a table that a statement writes, and their values as the driver takes them."""

    def __init__(self, model: type[Model], fields: Iterable[AnyField]) -> None:
        [self.key] = model._meta.pk_fields
        self.table = f'"{model._meta.db_table}"'
        self.fields = [
            (field.attname, _NONE if field.get_internal_type() == "JSONField" else _PLAIN, field)
            for field in fields
        ]
        self.columns = [f'"{name}"' for name, *_ in self.fields]

    def values(self, row: Model) -> list[Any]:
        """Of the row's fields. To have Django prepare plain values too takes a tenth of a step."""
        own, here = vars(row), connections[DEFAULT_DB_ALIAS]
        return [
            value if type(value := own[name]) in as_is else field.get_db_prep_save(value, here)
            for name, as_is, field in self.fields
        ]


# What every driver takes as it stands; JSON is text even of these.
_PLAIN: frozenset[type] = frozenset({str, int, bool, type(None)})
_NONE: frozenset[type] = frozenset()


class _Insertion(_Writing):
    def __init__(self, model: type[Model]) -> None:
        keys = model._meta.pk_fields
        super().__init__(model, (f for f in columns_of(model) if f not in keys))
        names, marks = ", ".join(self.columns), ", ".join("%s" for _ in self.columns)
        self.sql = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"
        self.returning = f'{self.sql} RETURNING "{self.key.attname}"'


class _Change(_Writing):
    def __init__(self, model: type[Model], names: tuple[str, ...]) -> None:
        own = {field.attname: field for field in columns_of(model)}
        super().__init__(model, (own[name] for name in names))
        settings = ", ".join(f"{column} = %s" for column in self.columns)
        self.sql = f'UPDATE {self.table} SET {settings} WHERE "{self.key.attname}" = %s'


_insertion, _change = cache(_Insertion), cache(_Change)
