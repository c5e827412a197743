"""Where SQLite puts aside what it works on: in memory for pages, else in files.

A step touches some sixteen pages of the database. What it would need to take them back is put
aside, and SQLite makes a file for it from sixteen pages on, which takes as long as the writing
itself: docs/decisions/0009-a-lean-door.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.backends.signals import connection_created


def hold_in_memory() -> None:
    """From now on, in this process: for pages, which never put much aside."""
    connection_created.connect(_hold_in_memory)


def _hold_in_memory(connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite" and connection.alias == DEFAULT_DB_ALIAS:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA temp_store = MEMORY")


@contextmanager
def in_files() -> Iterator[None]:
    """While this lasts, for what is large. Within a transaction SQLite goes on as it was."""
    if connection.vendor != "sqlite" or not transaction.get_autocommit():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA temp_store")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA temp_store = FILE")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA temp_store = {before}")
