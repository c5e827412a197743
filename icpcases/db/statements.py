"""Statements whose text is made once: what the door runs at every step.

Django makes the SQL of a query anew each time it is run, which takes several times as long as
running it. Here the ORM still says what is asked and what is written; only the text is kept, for
each connection: docs/decisions/0009-a-lean-door.md.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
)
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, get_related_populators
from django.db.models.signals import post_init, pre_init

if TYPE_CHECKING:
    from django.db.models import Field, Model, QuerySet

# What stands in a query for a value that is not known yet; no row has these.
_OPEN: dict[type, Callable[[int], Any]] = {
    int: lambda place: -2_000_000_000 - place,
    str: lambda place: f"\x01{place}",
}
# What the driver takes as it stands in such a field.
_AS_IS: frozenset[type] = frozenset({str, int, bool, type(None)})
_PLAIN = (BooleanField, CharField, ForeignKey, IntegerField, TextField)
# Of whatever kind, nothing is NULL; JSON has a null of its own.
_NOTHING: frozenset[type] = frozenset({type(None)})
_ASKED: frozenset[type] = frozenset()


class Statement:
    """SQL on one connection, with the marks that its driver takes."""

    def __init__(self, sql: str, here: Any) -> None:
        self.sql, self.here = sql, here
        here.ensure_connection()
        # Django looks for SQLite's marks anew at each run, which takes longer than the run.
        self.marked = here.create_cursor().convert_query(sql) if here.vendor == "sqlite" else sql
        self.execute = _on_sqlite if here.vendor == "sqlite" else _on_postgres

    def run(self, values: list[Any]) -> Any:
        """A cursor that has run it. Whoever watches the connection sees it as any other."""
        here = self.here
        watched = here.queries_logged or here.execute_wrappers
        if here.connection and not (watched or here.needs_rollback):
            try:
                return self.execute(here, self.marked, values)
            except here.Database.Error:
                # As Django's own error; to be ready for one at each run costs as much as the run.
                with here.wrap_database_errors:
                    raise
        cursor = here.cursor()
        cursor.execute(self.sql, values)
        return cursor


def _on_sqlite(here: Any, sql: str, values: list[Any]) -> Any:
    return here.connection.execute(sql, values)


def _on_postgres(here: Any, sql: str, values: list[Any]) -> Any:
    """Planned once for the connection, unless its `prepare_threshold` forbids it."""
    return here.Database.Cursor(here.connection).execute(sql, values, prepare=True)


@contextmanager
def pipeline() -> Iterator[None]:
    """Within, a statement is sent without waiting for the answer to the one before.

    They are run in their order all the same, each seeing what the one before has locked or
    written. Only where the driver can: PostgreSQL's pipeline. Nothing but what this module runs
    may stand within: Django asks each statement at once how many rows it met.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    watched = here.queries_logged or here.execute_wrappers
    if here.vendor != "postgresql" or watched or not here.Database.Pipeline.is_supported():
        yield
        return
    here.ensure_connection()
    with here.wrap_database_errors, here.connection.pipeline():
        yield


def run(sql: str, values: list[Any]) -> Any:
    """A cursor that has run this SQL, of which there are few and which comes again and again."""
    return _kept(sql, Statement).run(values)


def _kept(key: Any, make: Callable[[Any, Any], Any]) -> Any:
    """What is made once for a connection, and goes with it."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    try:
        return here.icpcases_prepared[key]
    except (AttributeError, KeyError):
        made = vars(here).setdefault("icpcases_prepared", {})
        return made.setdefault(key, make(key, here))


class Prepared:
    """A query of the ORM with open places; each call fills them in and gives back the rows.

    `build` makes the query from values of these kinds. They must stand in its SQL as they are:
    a key, a text, not a part of either.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any]]", *kinds: type) -> None:
        self.build, self.kinds = build, kinds

    def __call__(self, *values: Any, **known: Any) -> list[Any]:
        """The rows for these values, as the query itself would give them.

        `known` are the objects that the rows point at and that need no query any more.
        """
        rows = self.sent(*values)()
        if known:
            for row in rows:
                row._state.fields_cache.update(known)
        return rows

    def sent(self, *values: Any) -> Callable[[], list[Any]]:
        """Ask now and take the rows by calling what is given back: see `together`."""
        sent: Callable[[], list[Any]] = _kept(self, _Text).send(values)
        return sent


class _Text:
    """A prepared query on one connection: its SQL, and how a row of it is read."""

    def __init__(self, prepared: Prepared, here: Any) -> None:
        opened = [_OPEN[kind](place) for place, kind in enumerate(prepared.kinds)]
        query = prepared.build(*opened)
        self.compiler = query.query.get_compiler(connection=here)
        sql, params = self.compiler.as_sql()
        if not set(opened) <= set(params):
            raise ValueError(f"open places do not stand in {sql}")
        self.statement = Statement(sql, here)
        self.params = [(opened.index(p), None) if p in opened else (None, p) for p in params]
        asked = self.compiler.get_converters([c for c, *_ in self.compiler.select])
        self.converters = [
            (place, _converter(here, *converters)) for place, converters in asked.items()
        ]
        self.read = _reader(query, self.compiler)

    def send(self, values: tuple[Any, ...]) -> Callable[[], list[Any]]:
        filled = [fixed if place is None else values[place] for place, fixed in self.params]
        return partial(self.rows, self.statement.run(filled))

    def rows(self, cursor: Any) -> list[Any]:
        found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for place, convert in self.converters:
                if row[place] is not None:
                    row[place] = convert(row[place])
        return list(map(self.read, found))


def _converter(here: Any, converters: list[Any], expression: Any) -> Callable[[Any], Any]:
    """What makes of a column's value, if it has one, what its field holds."""
    if here.vendor == "sqlite" and here.timezone is dt.UTC:
        if converters == [here.ops.convert_datetimefield_value]:
            return _moment_kept
        if converters == [here.ops.convert_booleanfield_value]:
            return bool

    def convert(value: Any) -> Any:
        for converter in converters:
            value = converter(value, expression, here)
        return value

    return convert


def _moment_kept(value: Any) -> dt.datetime:
    """A moment as Django has SQLite keep it: in UTC, without saying so."""
    kept: dt.datetime = dt.datetime.fromisoformat(value) if type(value) is str else value
    return kept.replace(tzinfo=dt.UTC)


def _reader(query: Any, compiler: Any) -> Callable[[Any], Any]:
    """What makes of a row what the query gives: an object with those joined to it, or values."""
    if query._fields is not None:
        flat = query._iterable_class is FlatValuesListIterable
        return (lambda row: row[0]) if flat else tuple
    model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end, database = fields[0], fields[-1] + 1, query.db
    names = [column[0].target.attname for column in compiler.select[start:end]]
    populators: Any = get_related_populators  # typed for another Django
    joined = populators(compiler.klass_info, compiler.select, database)
    for one in joined:
        one.model_cls = _Maker(one.model_cls)
    make = _Maker(model).from_db

    def read(row: Any) -> Any:
        found = make(database, names, row[start:end])
        for one in joined:
            one.populate(row, found)
        return found

    return read


class _Maker:
    """Makes a model's objects of rows. Nobody listens for that, so they are not asked."""

    def __init__(self, model: "type[Model]") -> None:
        self.model, self._meta = model, model._meta
        listened = pre_init.has_listeners(model) or post_init.has_listeners(model)
        self.from_db: Callable[..., Any] = model.from_db if listened else self._make

    def _make(self, database: str, names: list[str], values: Any) -> Any:
        made = self.model.__new__(self.model)
        vars(made).update(zip(names, values, strict=True))
        made._state = ModelState()
        made._state.adding, made._state.db = False, database
        return made


class _Columns:
    """The columns of a table by their attributes, and their values as the driver takes them."""

    def __init__(self, fields: "list[Field[Any, Any]]") -> None:
        self.places = {
            field.attname: (place, field.get_db_prep_save, _taken_as_is(field))
            for place, field in enumerate(fields)
        }
        self.names = [f'"{field.column}"' for field in fields]

    def fill(self, found: list[Any], of: dict[str, Any], here: Any) -> list[Any]:
        """Put the values of these attributes into their places."""
        for name, value in of.items():
            place, prepare, as_is = self.places[name]
            if type(value) in as_is:
                found[place] = value
            elif type(value) is dt.datetime:
                found[place] = _moment(value)
            elif value in ([], {}):
                found[place] = _empty(isinstance(value, dict))
            else:
                found[place] = prepare(value, here)
        return found


def _taken_as_is(field: "Field[Any, Any]") -> frozenset[type]:
    if isinstance(field, _PLAIN):
        return _AS_IS
    return _ASKED if isinstance(field, JSONField) else _NOTHING


@lru_cache(maxsize=64)
def _moment(value: dt.datetime) -> Any:
    """A moment as the driver takes it: of the many that a change writes, most are the same."""
    return _MOMENTS.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


@cache
def _empty(names: bool) -> Any:
    empty: Any = {} if names else []
    return JSONField().get_db_prep_save(empty, connections[DEFAULT_DB_ALIAS])


_MOMENTS = DateTimeField()


class _Insertion:
    """How a row is written into a table of its own, with the defaults that its model has."""

    def __init__(self, model: "type[Model]", here: Any, told: bool = True) -> None:
        meta = model._meta
        fields = [field for field in meta.concrete_fields if not field.primary_key]
        self.columns, self.key, self.make = _Columns(fields), meta.pk, _Maker(model).from_db
        marks = ", ".join(["%s"] * len(fields))
        sql = f'INSERT INTO "{meta.db_table}" ({", ".join(self.columns.names)}) VALUES ({marks})'
        self.returning = told and here.vendor == "postgresql"
        if self.returning:
            sql += f' RETURNING "{self.key.column}"'
        self.statement = Statement(sql, here)
        self.made = {
            field.attname: field.default
            for field in fields
            if field.has_default() and callable(field.default)
        }
        self.fixed = {
            field.attname: field.get_default() for field in fields if field.attname not in self.made
        }
        self.filled = self.columns.fill([None] * len(fields), self.fixed, here)

    @classmethod
    def untold(cls, key: tuple[str, "type[Model]"], here: Any) -> "_Insertion":
        """Of which nobody waits to be told the row's key."""
        return cls(key[1], here, told=False)

    def write(self, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        own = {name: make() for name, make in self.made.items() if name not in given} | given
        filled = self.columns.fill(self.filled.copy(), own, self.statement.here)
        return self.statement.run(filled), own

    def row(self, given: dict[str, Any]) -> Any:
        cursor, own = self.write(given)
        values = self.fixed | own
        values[self.key.attname] = cursor.fetchone()[0] if self.returning else cursor.lastrowid
        return self.make(self.statement.here.alias, list(values), values.values())


def insert(model: "type[Model]", **values: Any) -> Any:
    """Write a new row and give it back, as `objects.create` does without signals.

    What points at another row is given by its attribute, such as `case_id`.
    """
    return _kept(model, _Insertion).row(values)


def write(model: "type[Model]", **values: Any) -> None:
    """Write a new row and do not wait for it, where that can be: see `together`."""
    _kept(("untold", model), _Insertion.untold).write(values)


@cache
def _change(model: "type[Model]", names: tuple[str, ...]) -> tuple[_Columns, str]:
    meta = model._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    columns = _Columns(fields)
    settings = ", ".join(f"{name} = %s" for name in columns.names)
    return columns, f'UPDATE "{meta.db_table}" SET {settings} WHERE "{meta.pk.column}" = %s'


def update(row: "Model", names: tuple[str, ...]) -> None:
    """Write these fields of a row, as `save(update_fields=…)` does without signals."""
    columns, sql = _change(type(row), names)
    statement, own = _kept(sql, Statement), vars(row)
    given = {name: own[name] for name in columns.places}
    values = columns.fill([None] * len(names), given, statement.here)
    statement.run([*values, row.pk])
