"""Writing many rows at once, into tables whose indexes are made when all rows are there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from icpcases.db.bulk import put
from icpcases.types import SqlValue

Rows = dict[type[Model], list[list[SqlValue]]]
# Those that keep something from coming twice stay, and those that triggers read: they are guards.
_READ_BY_TRIGGERS = {"case_registrable", "case_icp_number", "case_icp_subject"}
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    " AND sql NOT LIKE 'CREATE UNIQUE %%' AND tbl_name = %s",
    "postgresql": "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)"
    " FROM pg_index i WHERE NOT i.indisunique AND i.indrelid = %s::regclass",
}


def write_rows(rows: Rows) -> None:
    """Write the rows of some tables, in this order, in one transaction."""
    with transaction.atomic():
        for model, lines in rows.items():
            if lines:
                columns = [str(field.column) for field in model._meta.concrete_fields]
                put(model._meta.db_table, columns, lines)


@contextmanager
def bare(models: Iterable[type[Model]]) -> Iterator[None]:
    """While this lasts the tables have no indexes but those that guard: half the writing is theirs.

    They are made again even where the loading stops half way.
    """
    found = [
        row for model in models for row in _indexes_of(model) if row[0] not in _READ_BY_TRIGGERS
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
