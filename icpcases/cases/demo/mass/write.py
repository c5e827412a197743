"""Writing many rows at once: COPY on PostgreSQL, many at a time on SQLite. Every guard stays on."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

Rows = dict[type[Model], list[list[Any]]]


def write(rows: Rows) -> None:
    """Write the rows of some tables, in this order, in one transaction."""
    with transaction.atomic():
        for model, lines in rows.items():
            if lines:
                _WRITERS[connection.vendor](model, lines)


def _copy(model: type[Model], lines: Iterable[list[Any]]) -> None:
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        for line in lines:
            copy.write_row(line)


def _insert(model: type[Model], lines: Iterable[list[Any]]) -> None:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{f.column}"' for f in fields)
    marks = ", ".join("?" for _ in fields)
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'
    connection.ensure_connection()
    # Past Django's cursor, which would look into every statement; past its adapters too.
    connection.connection.executemany(sql, map(_as_sqlite_keeps, lines))


def _as_sqlite_keeps(line: list[Any]) -> list[Any]:
    return [_KEPT.get(type(value), _as_is)(value) for value in line]


def _as_is(value: Any) -> Any:
    return value


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")


_KEPT: dict[type, Callable[[Any], Any]] = {
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
}
_WRITERS = {"postgresql": _copy, "sqlite": _insert}


def prepare() -> None:
    """Give the connection room to load in; what is lost in a crash is loaded again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size = -400000")
            cursor.execute("PRAGMA synchronous = OFF")
        else:
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET statement_timeout = 0")


def finish(models: Iterable[type[Model]]) -> None:
    """Let keys count on from what was written, and the planner know of it."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(sql)
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
