"""The databases that are measured: built once for each size, and kept in .local/bench."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from tests.harness import postgres

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".local" / "bench"
# As an office runs it: nothing is faster because a power cut may lose it.
DURABLE = {
    "listen_addresses": "", "max_connections": "60", "shared_buffers": "1GB",
    "max_wal_size": "4GB", "timezone": "UTC", "jit": "off",
}  # fmt: skip
# The smallest is for trying whether everything runs.
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
PASSWORD = "a pass phrase of the bench"


def stamp() -> str:
    """What a database is made of: another schema or another generator makes it anew."""
    places = ("icpcases/cases/migrations", "icpcases/demo", "bench/baseline")
    files = sorted(f for place in places for f in (ROOT / place).rglob("*.py"))
    files = [f for f in files if f.name not in ("admin.py", "pages.py")]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:16]


class Databases:
    """The databases of one kind, `sqlite` or `postgres`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.server: postgres.Server | None = None

    @contextmanager
    def running(self) -> Iterator["Databases"]:
        """While this lasts the databases can be reached."""
        if self.kind == "postgres":
            self.server = postgres.Server(_postgres_folder(), DURABLE, keep=True)
            self.server.start()
        try:
            yield self
        finally:
            if self.server:
                self.server.stop()

    def url(self, name: str) -> str:
        """The DATABASE_URL of a database."""
        if self.server:
            return f"postgres://icpcases@/{name}?" + urlencode({"host": str(self.server.folder)})
        return f"sqlite:///{quote(str(FOLDER / name))}.sqlite3"

    def environment(self, size: str) -> dict[str, str]:
        """What a process needs to work on the database of a size."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DATABASE_URL": self.url(f"cases_{size}"),
            "DOCUMENT_ROOT": str(FOLDER / f"documents_{self.kind}_{size}"),
            "DEMO": "1",
            "DEMO_PASSWORD": PASSWORD,
            "WEB_CONCURRENCY": "1",
        }

    def build(self, size: str) -> float | None:
        """Load the database of a size unless it is there; the seconds it took to load."""
        mark = FOLDER / f"{self.kind}_{size}.stamp"
        if mark.exists() and mark.read_text().split()[0] == stamp():
            return float(mark.read_text().split()[1])
        self._empty(f"cases_{size}")
        environment = self.environment(size)
        _manage(environment, "migrate", "-v0")
        start = time.monotonic()
        _manage(environment, "demo", "--cases", str(SIZES[size]), "--seed", "1")
        seconds = time.monotonic() - start
        _run(environment, "-m", "bench.baseline.fill")
        mark.write_text(f"{stamp()} {seconds:.0f}\n")
        return seconds

    def _empty(self, name: str) -> None:
        if not self.server:
            for ending in ("", "-wal", "-shm"):
                (FOLDER / f"{name}.sqlite3{ending}").unlink(missing_ok=True)
            return
        with psycopg.connect(
            host=str(self.server.folder), user="icpcases", dbname="postgres", autocommit=True
        ) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}"')
            server.execute(f'CREATE DATABASE "{name}"')


def _postgres_folder() -> Path:
    """Where the server keeps its data: for root a place that its user may enter."""
    place = FOLDER / "postgres"
    if not postgres.is_root():
        return place
    name = hashlib.sha256(str(place).encode()).hexdigest()[:10]
    return Path("/var/tmp/icpcases-bench") / name


def _manage(environment: dict[str, str], *arguments: str) -> None:
    _run(environment, "manage.py", *arguments)


def _run(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
