"""What has been released stays as it is: no migration is edited, none leans on living code."""

import ast
import hashlib

import pytest

from .dumped import DIGESTS, FOLDER, RELEASES, ROOT, digests_of, migrations

NAMES = [file.relative_to(ROOT).as_posix() for file in migrations()]


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("release", RELEASES)
def test_no_released_migration_is_edited(release):
    """Offices have run it as it was: what is to be otherwise is a migration of its own."""
    released = digests_of(release)
    assert {name: digest(name) for name in released if (ROOT / name).exists()} == released


def living_code(source: str) -> list[str]:
    """Where a migration reaches for our own modules: imports, and dotted names in texts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if node.value.startswith("icpcases.") else []
        found += [name for name in names if name.split(".")[0] in ("icpcases", "")]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_migration_leans_on_living_code(name):
    assert living_code((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import icpcases.cases.models.case", ["icpcases.cases.models.case"]),
        ("def fill(a, b):\n    from icpcases.cases import seeds", ["icpcases.cases"]),
        ("from ..models import Clock", ["..models"]),
        ("from . import shared", ["."]),
        ("import_module('icpcases.cases.seeds')", ["icpcases.cases.seeds"]),
        ("from django.db import migrations\ntable = 'icpcases_cache'", []),
    ],
)
def test_living_code_is_seen(source, found):
    assert living_code(source) == found


def test_every_release_was_dumped_whole():
    files = {DIGESTS, "postgres.sql.gz", "sqlite.sql.gz"}
    found = {release: {file.name for file in (FOLDER / release).iterdir()} for release in RELEASES}
    assert found == dict.fromkeys(RELEASES, files)
    assert RELEASES != []
