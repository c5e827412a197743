"""Switching protections off, to see what they were worth."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from icpcases.cases import triggers
from icpcases.cases.models import FilingCase
from icpcases.lifecycle.steps import STEPS, Step

CASE = FilingCase._meta.db_table


def remove_guard(monkeypatch: pytest.MonkeyPatch, step: str, code: str) -> None:
    """Take a guard out of the declaration, which the machine reads too."""
    about = STEPS[Step(step)]
    guards = tuple(guard for guard in about.guards if guard.rule.code != code)
    assert len(guards) < len(about.guards)
    monkeypatch.setitem(STEPS, Step(step), replace(about, guards=guards))


# How a row is read for a change: locked on PostgreSQL, by whoever may write on SQLite.
LOCKING = re.compile(r" FOR UPDATE( OF .+)?$|(?<=^BEGIN) IMMEDIATE$")


@contextmanager
def without_locks() -> Iterator[None]:
    """This thread's connection reads what it is about to change without locking it."""

    def unlocked(execute: Any, sql: str, *rest: Any) -> Any:
        return execute(LOCKING.sub("", sql), *rest)

    with connection.execute_wrapper(unlocked):
        yield


@contextmanager
def unchecked(check: str, table: str = CASE) -> Iterator[None]:
    """Without a check constraint (on SQLite: without any); rows that break it may stay behind."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            wanted = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
            cursor.execute(wanted, [check])
            (definition,) = cursor.fetchone()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {check} {definition} NOT VALID")


def drop_index(name: str) -> None:
    """Without a unique index, and without the triggers that stand in for it on SQLite."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP INDEX {name}")
