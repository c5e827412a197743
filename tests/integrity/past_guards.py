"""Writing to the database what no door of the program lets through."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from icpcases.cases import triggers
from icpcases.cases.models import FilingCase
from icpcases.search import index

TABLES = [
    "cases_filingcase", "cases_historyrow", "cases_document", "cases_order", "cases_subjectfiling",
    "cases_service", "cases_servicedomain", "cases_provideraccess", "cases_registerrow",
]  # fmt: skip


@contextmanager
def unguarded() -> Iterator[None]:
    """Without what the database refuses; rows that it would refuse may be left behind."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT conrelid::regclass, conname FROM pg_constraint"
                " WHERE contype = 'c' AND conrelid::regclass::text = ANY (%s)",
                [TABLES],
            )
            for table, name in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        triggers.remove(connection)
        for index in ("case_service_free", "case_domain_free"):
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
    try:
        yield
    finally:
        triggers.install(connection)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def write(sql: str, *values: Any) -> None:
    """Change what nobody could change through the program."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0
    # The search index follows: what is broken is to be found by its own checker alone.
    index.rebuild()
    index.rebuild_clients()


def set_on(record: Model, **values: Any) -> None:
    """Write columns of any record past every guard."""
    columns = ", ".join(f"{name} = %s" for name in values)
    table = record._meta.db_table
    write(f"UPDATE {table} SET {columns} WHERE id = %s", *values.values(), record.pk)


def set_on_row(case: FilingCase, sequence: int, **values: Any) -> None:
    """Write columns of a history row past every guard."""
    set_on(case.history.get(sequence=sequence), **values)
