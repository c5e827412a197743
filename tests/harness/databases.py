"""Which database the tests run on, and where it lives for as long as they run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
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
