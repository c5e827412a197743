"""script/run and script/test, run for real: what they say when something is missing."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

# Nothing here asks a database for anything that differs.
pytestmark = pytest.mark.sqlite

PROJECT = Path(__file__).resolve().parent.parent
PASSWORD = "a-password-for-this-test"
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", ".local", "__pycache__", ".*_cache", ".hypothesis", "docs", "tests"
)
SECOND_START_SECONDS = 5
# A Python that is as it should be, except for what the test replaces.
PYTHON_BUT = """#!/bin/sh
case "$*" in
{cases}
esac
exec {python} "$@"
"""
OLD = '*--version*) echo "Python 3.9.2"; exit 0 ;;\n*version_info*) exit 1 ;;'
WITHOUT_VENV = "*ensurepip*) exit 1 ;;"
WITHOUT_NETWORK = '*"pip install"*) echo "no route to host" >&2; exit 1 ;;'
# Its .venv is a Python like itself, and so without network too.
MAKES_VENV = '*"-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; exit 0 ;;'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a checkout as the scripts need before anything is installed."""
    folder = tmp_path / "check out"
    shutil.copytree(PROJECT / "script", folder / "script")
    shutil.copy(PROJECT / "requirements.txt", folder)
    return folder


@pytest.fixture
def python_but(tmp_path: Path) -> Callable[..., str]:
    """`python_but(OLD)`: the path of a Python with this flaw."""

    def make(*cases: str) -> str:
        file = tmp_path / "python"
        file.write_text(PYTHON_BUT.format(cases="\n".join(cases), python=sys.executable))
        file.chmod(0o755)
        return str(file)

    return make


def run(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["script/run"],
        cwd=checkout,
        env={**os.environ, "PORT": str(free_port()), "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("script", ["script/run", "script/test", "script/common.sh", ".ci/run"])
def test_bash_understands_it(script):
    subprocess.run(["bash", "-n", script], cwd=PROJECT, check=True)


@pytest.mark.parametrize("script", ["script/run", "script/test", ".ci/run", "manage.py"])
def test_it_can_be_started(script):
    assert (PROJECT / script).stat().st_mode & stat.S_IXUSR


def test_python_too_old(checkout, python_but):
    old = python_but(OLD)
    done = run(checkout, PYTHON=old)
    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 or later is needed, and Python 3.9.2 was found: "
        "install it, or name it with PYTHON=/path/to/python.\n"
    )
    assert not (checkout / ".venv").exists()


def test_no_python_at_all(checkout, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname", "env"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    done = run(checkout, PATH=str(tools), PYTHON="")
    assert done.returncode == 1
    assert "and no Python was found" in done.stderr


def test_venv_missing(checkout, python_but):
    flawed = python_but(WITHOUT_VENV)
    done = run(checkout, PYTHON=flawed)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The venv module of {flawed} is missing: on Debian or Ubuntu")
    assert done.stderr.count("\n") == 1


def test_port_taken(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(checkout, PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "8000 ", "99999999999999999999"])
def test_not_a_port(checkout, port):
    done = run(checkout, PORT=port)
    assert done.returncode == 1
    assert done.stderr == f"PORT={port} is not a port: use a number from 1 to 65535.\n"


def test_no_network_on_the_first_start(checkout, python_but):
    done = run(checkout, PYTHON=python_but(MAKES_VENV, WITHOUT_NETWORK))
    assert done.returncode == 1
    assert done.stderr.startswith("The packages could not be installed - is the network there?")
    assert done.stderr.count("\n") == 1
    assert "no route to host" in (checkout / ".local" / "install.log").read_text()


def test_a_half_made_venv_is_made_anew(checkout, python_but):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "left-behind").touch()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    done = run(checkout, PYTHON=python_but(MAKES_VENV, WITHOUT_NETWORK))
    assert "is the network there?" in done.stderr
    assert (checkout / ".venv" / "bin" / "python").exists()
    assert not (checkout / ".venv" / "left-behind").exists()


def test_unknown_database_for_the_tests(checkout):
    done = subprocess.run(
        ["script/test", "--db", "oracle"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "--db oracle is not understood: use sqlite or postgres.\n"


class Office:
    """A running script/run, seen from outside."""

    def __init__(self, checkout: Path, **environment: str) -> None:
        self.port = free_port()
        self.output = checkout / "output"
        self.started = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                ["script/run"],
                cwd=checkout,
                env={**os.environ, "PORT": str(self.port), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.seconds = self._wait(patience=120)

    def _wait(self, patience: float) -> float:
        while (waited := time.monotonic() - self.started) < patience:
            assert self.process.poll() is None, self.output.read_text()
            try:
                self.visitor().open(self.address("/admin/login/"), timeout=5)
                return waited
            except URLError:
                time.sleep(0.05)
        raise AssertionError(f"not there after {patience} s: {self.output.read_text()}")

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def visitor(self) -> OpenerDirector:
        return build_opener(HTTPCookieProcessor(CookieJar()))

    def sign_in(self, username: str, password: str) -> str:
        """The path one lands on."""
        visitor = self.visitor()
        page = visitor.open(self.address("/admin/login/?next=/admin/")).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        form = {"username": username, "password": password, "csrfmiddlewaretoken": token[1]}
        answer = visitor.open(self.address("/admin/login/?next=/admin/"), urlencode(form).encode())
        return answer.url.removeprefix(self.address(""))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=30) == 0


@pytest.fixture
def whole_checkout(tmp_path: Path) -> Iterator[Path]:
    """The program as cloned, with the packages that these tests themselves stand on."""
    folder = tmp_path / "check out"
    shutil.copytree(PROJECT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(sys.prefix)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_the_demo_office_opens_after_an_interrupted_loading_and_then_at_once(
    whole_checkout, tmp_path
):
    local = whole_checkout / ".local"
    local.mkdir()
    (local / "demo-unfinished.sqlite3").write_text("half a database")
    foreign = tmp_path / "foreign.sqlite3"
    elsewhere = tmp_path / "foreign-documents"
    settings = {"DATABASE_URL": f"sqlite:///{foreign}", "DOCUMENT_ROOT": str(elsewhere)}

    office = Office(whole_checkout, DEMO_PASSWORD="", **settings)
    said = office.output.read_text()
    told = re.search(r"password +(\S+) +\(shown this once\)", said)
    assert told is not None
    password = told[1]
    assert [office.sign_in(name, password) for name in ("li", "chen", "sun")] == ["/admin/"] * 3
    assert office.sign_in("li", "another password") == "/admin/login/?next=/admin/"
    office.stop()
    assert f"http://127.0.0.1:{office.port}/" in said
    assert "li (officer), chen (supervisor), sun (auditor)" in said
    assert "DATABASE_URL is set and left alone" in said

    seconds = []
    # Once more than needed: the other core may be busy with other tests just then.
    for _ in range(2):
        office = Office(whole_checkout, HTTPS="1", DEBUG="nonsense")
        seconds.append(office.seconds)
        assert office.sign_in("li", password) == "/admin/"
        office.stop()
        said = office.output.read_text()
        assert "Loading" not in said
        assert password not in said
    assert min(seconds) < SECOND_START_SECONDS
    assert not foreign.exists()
    assert not elsewhere.exists()
    assert sorted(file.name for file in local.glob("*.sqlite3")) == ["demo.sqlite3"]


@pytest.mark.slow
def test_a_chosen_password_is_passed_on_and_not_told(whole_checkout, python_but):
    """That the demo takes it is tested with the demo: here nothing is loaded."""
    (whole_checkout / ".venv").unlink()
    (whole_checkout / ".venv" / "bin").mkdir(parents=True)
    kept = '*"manage.py demo"*) printf %s "$DEMO_PASSWORD" >chosen; exit 0 ;;'
    shutil.copy(python_but(kept), whole_checkout / ".venv" / "bin" / "python")
    office = Office(whole_checkout, DEMO_PASSWORD=PASSWORD)
    office.stop()
    assert (whole_checkout / "chosen").read_text() == PASSWORD
    said = office.output.read_text()
    assert "password   the one in DEMO_PASSWORD" in said
    assert PASSWORD not in said
