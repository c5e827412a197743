"""`manage.py assess` as a program of its own: no database, pipes, status, memory and speed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .assessments import EVERY, FORUM, KINDS, SITE, answer, as_lines

# Each test starts the program anew.
# The command asks a database for provinces only, and here for none.
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, str(ROOT / "manage.py"), "assess")
# A small process between, because a child's peak also counts what its parent had at the fork.
MEASURE = """
import os, subprocess, sys
with open(sys.argv[1], "wb") as out:
    child = subprocess.Popen(sys.argv[2:], stdout=out)
    status, usage = os.wait4(child.pid, 0)[1:]
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a database would lie if anybody made one."""
    return tmp_path / "none.sqlite3"


@pytest.fixture
def environment(database: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "only-for-this-process-" * 3,
        "DATABASE_URL": f"sqlite:///{database}",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Any:
    def start(given: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            (*COMMAND, *options), input=given, env=environment, capture_output=True, check=False
        )

    return start


def test_it_answers_without_any_database(run: Any, database: Path) -> None:
    done = run(json.dumps([given for given, _expected in KINDS]).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode()) == [expected for _given, expected in KINDS]
    assert not database.exists()


def test_bad_input_gives_one_sentence_status_two_and_no_output(run: Any, database: Path) -> None:
    done = run(json.dumps([SITE, {"forum": "maybe"}]).encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        'CommandError: Entry 2: “forum” must be true or false, not "maybe".\n'
    )
    assert not database.exists()


def test_bad_lines_print_nothing_however_many_good_ones_stand_before(run: Any) -> None:
    lines = as_lines([*islice(cycle(EVERY), 5000), {}])
    done = run(lines.encode(), "--lines")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


def test_a_province_that_the_verdict_does_not_need_is_left_out_without_a_database(
    run: Any, database: Path
) -> None:
    done = run(json.dumps(FORUM | {"province": "CN-BJ", "access": "ip_address"}).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == [answer("refer", "ip", "preapproval")]
    assert not database.exists()


def test_a_database_without_the_table_is_like_none(run: Any, database: Path) -> None:
    database.touch()
    done = run(json.dumps(FORUM | {"province": "CN-BJ", "access": "ip_address"}).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == [answer("refer", "ip", "preapproval")]


def test_a_province_to_look_up_without_a_table_is_said_plainly(run: Any, database: Path) -> None:
    done = run(json.dumps([SITE, FORUM | {"province": "CN-BJ"}]).encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "CommandError: Entry 2: the province table cannot be read; "
        "give “province_accepts_forums”, or migrate the database.\n"
    )
    assert not database.exists()


def test_an_unknown_language_is_refused(run: Any) -> None:
    done = run(b"[]", "--lang", "tlh")
    assert (done.returncode, done.stdout) == (2, b"")


def test_output_is_utf_8_whatever_the_terminal(run: Any, environment: dict[str, str]) -> None:
    environment["PYTHONIOENCODING"] = "ascii"
    done = run(json.dumps(EVERY[:1]).encode(), "--lang", "zh-hans")
    assert (done.returncode, json.loads(done.stdout.decode())[0]["verdict"]) == (0, "not_permitted")


def test_a_closed_pipe_ends_it_without_a_traceback(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    file = tmp_path / "many.json"
    file.write_text(json.dumps(EVERY))
    child = subprocess.Popen(
        (*COMMAND, str(file)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert (errors, child.wait()) == (b"", 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said_plainly(environment: dict[str, str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            COMMAND, input=b"[]", env=environment, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr.decode()) == (
        2,
        "CommandError: Reading or writing failed: No space left on device.\n",
    )


def measured(
    folder: Path, environment: dict[str, str], entries: Iterable[Any]
) -> tuple[int, float, Path]:
    """Assesses lines; gives the peak of memory, the seconds of processor time, the output."""
    given, printed = folder / "in.jsonl", folder / "out.jsonl"
    given.write_text(as_lines(entries))
    done = subprocess.run(
        (sys.executable, "-c", MEASURE, str(printed), *COMMAND, "--lines", str(given)),
        env=environment,
        capture_output=True,
        check=True,
    )
    status, peak, seconds = done.stdout.split()
    assert (int(status), done.stderr) == (0, b"")
    return int(peak), float(seconds), printed


@pytest.mark.slow
def test_a_hundred_thousand_lines_take_seconds_and_no_more_memory_than_a_thousand(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    mixed = Random(1).sample(EVERY, len(EVERY))
    few, _seconds, _printed = measured(tmp_path, environment, mixed[:1000])
    many, seconds, printed = measured(tmp_path, environment, islice(cycle(mixed), 100_000))
    with printed.open("rb") as lines:
        assert sum(1 for _line in lines) == 100_000
    assert many / few <= 1.2
    assert seconds < 10
