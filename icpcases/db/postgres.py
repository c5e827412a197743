"""What PostgreSQL's driver can and Django does not offer, by the driver's own documented means."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django import db
from django.db import DEFAULT_DB_ALIAS, connections


def driver(here: Any) -> psycopg.Connection[Any]:
    """The driver's own connection: a cursor tells it, as PEP 249 has it."""
    with here.cursor() as cursor:
        own: psycopg.Connection[Any] = cursor.connection
    return own


def planned_cursor(here: Any) -> Any:
    """A cursor of Django's whose statement the server plans once, if it comes again and again.

    Django's cursors write the values into the SQL, which makes another statement of each; the
    driver's own send them apart. How often it must come stands in `DATABASES`: prepare_threshold.
    """
    own = driver(here)
    kind, own.cursor_factory = own.cursor_factory, psycopg.Cursor
    try:
        return here.cursor()
    finally:
        own.cursor_factory = kind


@contextmanager
def pipeline() -> Iterator[None]:
    """Within, a statement is sent without waiting for the answer to the one before.

    They are run in their order all the same, each seeing what the one before has locked or
    written. Nothing but hot statements may stand within: the ORM asks each at once how many
    rows it met. On SQLite, where nobody waits for an answer, this does nothing.
    """
    here = connections[DEFAULT_DB_ALIAS]
    if here.vendor != "postgresql" or not psycopg.Pipeline.is_supported():
        yield
        return
    try:
        with driver(here).pipeline():
            yield
    except psycopg.Error as error:
        # Told at the end of the pipeline, past Django's cursors, which else make it Django's own.
        kinds = [kind.__name__ for kind in type(error).__mro__ if hasattr(db, kind.__name__)]
        raise getattr(db, kinds[0])(*error.args) from error
