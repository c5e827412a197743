"""Where SQLite puts aside what it works on: in memory for a web process, else in files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Each test starts the program anew, and PostgreSQL has nothing of the kind.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="reads which files are open"),
]

ROOT = Path(__file__).resolve().parents[2]
#: Files that SQLite makes for this are gone from their folder at once, yet open.
ASK = """
from pathlib import Path
from django.db import connection
from icpcases.db.sqlite import in_files

MUCH = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"

def told():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE much AS {MUCH} SELECT i, hex(randomblob(40)) FROM n")
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        open_files = " ".join(str(link.readlink()) for link in links)
        cursor.execute("DROP TABLE much")
    print("files" if "etilqs" in open_files else "memory")

told()
with in_files():
    told()
told()
try:
    with in_files():
        raise ZeroDivisionError
except ZeroDivisionError:
    told()
"""


def ask(load: str, folder: Path) -> list[str]:
    """Where a process that has loaded the program in this way puts much aside."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "icpcases.settings",
        "SECRET_KEY": "only-for-this-process-" * 3,
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
    }
    command = [sys.executable, "-W", "ignore", "-c", load + ASK]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_a_web_process_holds_it_in_memory_but_what_is_large(tmp_path: Path) -> None:
    assert ask("import icpcases.wsgi", tmp_path) == ["memory", "files", "memory", "memory"]


def test_a_command_leaves_it_to_files(tmp_path: Path) -> None:
    assert ask("import django; django.setup()", tmp_path) == ["files"] * 4
