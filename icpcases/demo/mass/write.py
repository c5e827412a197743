"""Writing many rows at once, into tables whose indexes are made when all rows are there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from icpcases.db.bulk import put
from icpcases.types import SqlValue

Rows = dict[type[Model], list[list[SqlValue]]]
#: New values of rows that are written already: the table, the key, field by field.
Update = tuple[type[Model], int, dict[str, SqlValue]]
# Those that keep something from coming twice stay, and those that triggers read: they are guards.
_READ_BY_TRIGGERS = ("case_registrable", "cases_filingcase_service_id_", "service_number_of")
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    " AND sql NOT LIKE 'CREATE UNIQUE %%' AND tbl_name = %s",
    "postgresql": "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)"
    " FROM pg_index i WHERE NOT i.indisunique AND i.indrelid = %s::regclass",
}


def write_rows(rows: Rows, updates: Iterable[Update] = ()) -> None:
    """Write the rows of some tables, in this order, in one transaction, then what changes."""
    with transaction.atomic():
        for model, lines in rows.items():
            if lines:
                columns = [str(field.column) for field in model._meta.concrete_fields]
                put(model._meta.db_table, columns, lines)
        with connection.cursor() as cursor:
            for sql, values in _statements(updates).items():
                cursor.executemany(sql, values)


def _statements(updates: Iterable[Update]) -> dict[str, list[list[SqlValue]]]:
    """What updates say, each statement with its values: those of one kind go together."""
    found: dict[str, list[list[SqlValue]]] = {}
    for model, key, fields in updates:
        columns = [field for field in model._meta.concrete_fields if field.attname in fields]
        marks = ", ".join(f'"{column.column}" = %s' for column in columns)
        sql = f'UPDATE "{model._meta.db_table}" SET {marks} WHERE id = %s'
        values = [column.get_db_prep_save(fields[column.attname], connection) for column in columns]
        found.setdefault(sql, []).append([*values, key])
    return found


@contextmanager
def bare(models: Iterable[type[Model]]) -> Iterator[None]:
    """While this lasts the tables have no indexes but those that guard: half the writing is theirs.

    They are made again even where the loading stops half way.
    """
    found = [
        row
        for model in models
        for row in _indexes_of(model)
        if not row[0].startswith(_READ_BY_TRIGGERS)
    ]
    _run(f"DROP INDEX {name}" for name, _sql in found)
    try:
        yield
    finally:
        _run(sql for _name, sql in found)


def _indexes_of(model: type[Model]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES[connection.vendor], [model._meta.db_table])
        return cursor.fetchall()


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def prepare() -> None:
    """Give the connection room to load in; what is lost in a crash is loaded again."""
    _run(_ROOM[connection.vendor])


def finish(models: Iterable[type[Model]]) -> None:
    """Let keys count on from what was written, and the planner know of it."""
    _run(connection.ops.sequence_reset_sql(no_style(), list(models)))
    _run(_DONE[connection.vendor])


_ROOM = {
    "sqlite": ("PRAGMA cache_size = -400000", "PRAGMA synchronous = OFF"),
    "postgresql": (
        "SET synchronous_commit = off",
        "SET statement_timeout = 0",
        "SET maintenance_work_mem = '256MB'",
    ),
}
_DONE = {
    "sqlite": ("ANALYZE", "PRAGMA synchronous = NORMAL", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": ("ANALYZE",),
}
