"""The releases that were dumped."""

import gzip
from pathlib import Path

from tests.harness import databases

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("releases")
DIGESTS = "migrations.sha256"
RELEASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def migrations() -> list[Path]:
    """The migrations of the checkout."""
    return sorted((ROOT / "icpcases").glob("*/migrations/[0-9]*.py"))


def sql_of(release: str) -> str:
    """The dump of a release for the database that the tests run on."""
    packed = (FOLDER / release / f"{databases.chosen()}.sql.gz").read_bytes()
    return gzip.decompress(packed).decode()


def digests_of(release: str) -> dict[str, str]:
    """The digest of each migration of a release, by its path."""
    lines = (FOLDER / release / DIGESTS).read_text().splitlines()
    return {path: digest for digest, path in (line.split("  ") for line in lines)}
