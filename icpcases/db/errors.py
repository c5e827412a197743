"""What a database error says, whichever driver it comes from."""

import sqlite3

import psycopg
from django.db import Error

# lock_not_available, query_canceled (a statement's time is over), deadlock_detected,
# serialization_failure
_LOCKS = frozenset({"55P03", "57014", "40P01", "40001"})
# statement_completion_unknown; class 08 is the connection's own.
_UNKNOWN = ("40003", "08")
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NOT_COMMITTED = _BUSY | {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FULL}


def is_lock(error: Error) -> bool:
    """Whether somebody else held what was asked for longer than the time to wait for it."""
    return _sqlstate(error) in _LOCKS or _sqlite_code(error) in _BUSY


def is_refusal(error: Error) -> bool:
    """Whether the database has answered and refused, so that nothing of the transaction stays.

    A connection that ends says nothing of the COMMIT it was sent: PostgreSQL commits first and
    answers then, and a server that is shut down in between reports that and not the commit.
    """
    cause = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.sqlstate:
        known = not cause.sqlstate.startswith(_UNKNOWN)
        return known and cause.diag.severity_nonlocalized == "ERROR"
    return _sqlite_code(error) in _NOT_COMMITTED


def constraint_of(error: Error) -> str:
    """The constraint that was broken, or what the database says of it; no value of any row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return one_line(error)
    return str(diagnosis.constraint_name or diagnosis.message_primary)


def one_line(error: Error) -> str:
    """The error as a line of the log."""
    return " ".join(str(error).split())


def _sqlstate(error: Error) -> str:
    cause = error.__cause__
    return (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""


def _sqlite_code(error: Error) -> int | None:
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    # The lowest byte is the kind of error, what stands above it a finer one.
    return None if code is None else code & 0xFF
