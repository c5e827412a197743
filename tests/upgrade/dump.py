"""Dumps this release: an office's data in its schema, and the digests of its migrations.

script/dump_release            into tests/upgrade/releases, under the version of pyproject.toml
script/dump_release --again    the same anew, while the release is not out yet
"""

import argparse
import gzip
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from tests.harness import postgres

from .dumped import DIGESTS, FOLDER, ROOT, migrations

FILL = "import django; django.setup(); from tests.upgrade.office import fill; fill()"
# For psql alone; and what an older PostgreSQL than the one that made the dump does not know.
NO_SQL = ("\\restrict ", "\\unrestrict ", "SET transaction_timeout ")


def version() -> str:
    """The version of the checkout."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return found


def run(folder: Path, url: str, *command: str) -> None:
    """Run the program on a database, with everything else of its own in a folder."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "icpcases.settings",
        "DATABASE_URL": url,
        "DOCUMENT_ROOT": str(folder / "documents"),
        "EMAIL_URL": f"file://{folder}/mail",
        "SECRET_KEY": "of-a-dump-" * 6,
        # Staff without a second factor, as the tests have them.
        "DEMO": "1",
    }
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)


def fill(folder: Path, url: str) -> None:
    """An office at work in an empty database."""
    run(folder, url, "manage.py", "migrate", "-v0")
    run(folder, url, "-c", FILL)
    run(folder, url, "manage.py", "check_cases", "--files", "deep")


def of_sqlite(folder: Path) -> str:
    """The SQL of an office on SQLite."""
    file = folder / "office.sqlite3"
    fill(folder, f"sqlite:///{quote(str(file))}")
    connection = sqlite3.connect(file)
    try:
        return "\n".join(connection.iterdump()) + "\n"
    finally:
        connection.close()


def of_postgres(folder: Path) -> str:
    """The SQL of an office on PostgreSQL, in statements that any client can run."""
    with running(folder / "postgres") as server:
        place = "?" + urlencode({"host": str(server.folder)})
        with psycopg.connect(f"postgres://icpcases@/postgres{place}", autocommit=True) as made:
            made.execute("CREATE DATABASE office")
        url = f"postgres://icpcases@/office{place}"
        fill(folder, url)
        tool = postgres.binaries() / "pg_dump"
        done = subprocess.run(
            [tool, "--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", url],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    lines = done.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(NO_SQL))


@contextmanager
def running(folder: Path) -> Iterator[postgres.Server]:
    """A server while this lasts."""
    server = postgres.Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def digests() -> str:
    """A line for each migration, as sha256sum writes and checks them."""
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(ROOT).as_posix()}\n"
        for file in migrations()
    )


def main() -> None:
    """Run from the command line; refuses to touch a release that was dumped before."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--again", action="store_true", help="replace this release's dump")
    again = parser.parse_args().again
    place = FOLDER / version()
    if place.exists() and not again:
        sys.exit(
            f"{place.relative_to(ROOT)} is there already. A release that is out is never dumped "
            "again: raise the version in pyproject.toml, or say --again if it is not out yet."
        )
    dumped = {}
    for kind, dump in (("sqlite", of_sqlite), ("postgres", of_postgres)):
        with tempfile.TemporaryDirectory() as folder:
            dumped[kind] = dump(Path(folder))
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / DIGESTS).write_text(digests())
    for kind, sql in dumped.items():
        packed = gzip.compress(sql.encode(), mtime=0)
        (place / f"{kind}.sql.gz").write_bytes(packed)
        print(f"{kind}: {len(sql):,} letters, {len(packed):,} bytes packed")


if __name__ == "__main__":
    main()
