"""Which database the tests run on, and where it lives for as long as they run."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

FOLDER_VARIABLE = "ICPCASES_TEST_FOLDER"


def chosen() -> str:
    """`sqlite` or `postgres`, from TEST_DB."""
    name = os.environ.get("TEST_DB") or "sqlite"
    if name not in ("sqlite", "postgres"):
        raise SystemExit(f"TEST_DB={name!r} is not understood: use sqlite or postgres.")
    return name


def folder() -> Path:
    """One folder for the run; workers inherit it from the process that started them."""
    if FOLDER_VARIABLE not in os.environ:
        made = os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="icpcases-test-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(os.environ[FOLDER_VARIABLE])


FOLDER = folder()
SOCKET = FOLDER / "postgres"


def url() -> str:
    """The DATABASE_URL of the run."""
    if chosen() == "sqlite":
        return f"sqlite:///{quote(str(FOLDER / 'unused.sqlite3'))}"
    return "postgres://icpcases@/icpcases?" + urlencode({"host": str(SOCKET)})


@contextmanager
def history_unguarded(connection: Any) -> Iterator[None]:
    """Without the triggers that keep the history: only the tests empty that table."""
    if find_spec("icpcases.cases.triggers") is None:
        yield
        return
    from icpcases.cases import triggers

    triggers.remove(connection)
    try:
        yield
    finally:
        triggers.install(connection)


def let_tests_flush() -> None:
    """Lets transactional tests empty every table at their end, the history too."""
    from django.core.cache import cache
    from django.db.backends.base.operations import BaseDatabaseOperations

    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded_flush(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        with history_unguarded(self.connection):
            flush(self, sql_list)
        # Its table belongs to no model: what one test tried would count in the next.
        cache.clear()

    BaseDatabaseOperations.execute_sql_flush = unguarded_flush  # type: ignore[method-assign]
