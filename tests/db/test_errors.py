"""What real errors of both databases are taken for: somebody in the way, refused, or no answer."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.utils import ConnectionHandler

from icpcases.cases.models import Setting
from icpcases.db.errors import constraint_of, is_lock, is_refusal
from icpcases.env import sqlite


def raised(code: str) -> DatabaseError:
    """The error of a server that answers with this code."""
    with pytest.raises(DatabaseError) as found, connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'said so' USING ERRCODE = '{code}'; END $$")
    return found.value


# PostgreSQL's own table of error codes (appendix A): what each means for a change.
CODES = {
    "55P03": (True, True),  # lock_not_available
    "57014": (True, True),  # query_canceled
    "40P01": (True, True),  # deadlock_detected
    "40001": (True, True),  # serialization_failure
    "53100": (False, True),  # disk_full
    "23505": (False, True),  # unique_violation
    "40003": (False, False),  # statement_completion_unknown
    "08007": (False, False),  # transaction_resolution_unknown
    "08P01": (False, False),  # protocol_violation, as a pooler reports a lost server
}


@pytest.mark.postgres
@pytest.mark.parametrize("code", CODES)
@pytest.mark.django_db(transaction=True)
def test_the_codes_of_postgresql(code):
    error = raised(code)
    assert (is_lock(error), is_refusal(error)) == CODES[code]
    assert constraint_of(error) == "said so"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_server_that_ends_has_not_refused():
    with pytest.raises(OperationalError) as found, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert (is_lock(found.value), is_refusal(found.value)) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_a_broken_constraint_is_named_without_any_value():
    with pytest.raises(IntegrityError) as found:
        Setting.objects.create(pk="document_margin_days", value=1)
    assert (is_lock(found.value), is_refusal(found.value)) == (False, True)
    assert (
        constraint_of(found.value)
        == {
            "sqlite": "UNIQUE constraint failed: cases_setting.key",
            "postgresql": "cases_setting_pkey",
        }[connection.vendor]
    )


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: Any) -> Iterator[Any]:
    """Django's connection to a file of its own, without the write-ahead log: there a reader
    keeps a writer from committing."""
    name = tmp_path / "own.sqlite3"
    settings: Any = sqlite(name)
    settings["OPTIONS"] |= {"timeout": 0.1, "init_command": ""}
    own = ConnectionHandler({"default": settings})["default"]
    with django_db_blocker.unblock():
        with own.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n INTEGER)")
        yield own
        own.close()


def test_a_file_that_somebody_reads_is_not_committed_to(file):
    reader = sqlite3.connect(file.settings_dict["NAME"])
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    file.set_autocommit(False)
    with file.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(OperationalError) as found:
        file.commit()
    assert (is_lock(found.value), is_refusal(found.value)) == (True, True)
    file.rollback()
    reader.close()
    with file.cursor() as cursor:
        assert cursor.execute("SELECT COUNT(*) FROM t").fetchone() == (0,)


def test_a_file_that_somebody_writes_is_locked(file):
    writer = sqlite3.connect(file.settings_dict["NAME"])
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError) as found, file.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    writer.close()
    assert (is_lock(found.value), is_refusal(found.value)) == (True, True)


def test_a_disk_that_fails_says_nothing_of_the_commit():
    """A write-ahead log that cannot be synchronised may hold the commit all the same."""
    error = OperationalError("disk I/O error")
    error.__cause__ = sqlite3.OperationalError("disk I/O error")
    error.__cause__.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    assert (is_lock(error), is_refusal(error)) == (False, False)
