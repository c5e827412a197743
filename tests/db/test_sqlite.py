"""Where SQLite puts aside what it works on, and what a web process never looks through again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Each test starts the program anew, and PostgreSQL has nothing of the kind.
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import gc
from django.db import connection
from icpcases.cases.aside import in_files

def told():
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA temp_store").fetchone()[0]

print(told())
with in_files():
    print(told())
print(told())
try:
    with in_files():
        raise ZeroDivisionError
except ZeroDivisionError:
    print(told())
print(gc.get_freeze_count() > 10_000)
"""
#: As SQLite's manual numbers them.
DEFAULT, FILES, MEMORY = "0", "1", "2"


def ask(load: str, folder: Path) -> list[str]:
    """What a process tells that has loaded the program in this way."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "icpcases.settings",
        "SECRET_KEY": "only-for-this-process-" * 3,
        "DATABASE_URL": f"sqlite:///{folder / 'aside.sqlite3'}",
    }
    command = [sys.executable, "-W", "ignore", "-c", load + ASK]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_a_web_process_holds_it_in_memory_but_what_is_large(tmp_path: Path) -> None:
    found = ask("import icpcases.wsgi", tmp_path)
    assert found == [MEMORY, FILES, MEMORY, MEMORY, "True"]


def test_a_command_leaves_it_to_files(tmp_path: Path) -> None:
    found = ask("import django; django.setup()", tmp_path)
    assert found == [DEFAULT, FILES, DEFAULT, DEFAULT, "False"]
