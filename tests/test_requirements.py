"""The lock files: every line pinned and hashed, no address in them, each package explained."""

import re
from pathlib import Path

import pytest

# Nothing here asks a database for anything that differs.
pytestmark = pytest.mark.sqlite

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+?)(?: ; .+)?$")


def entries(lock: str) -> list[str]:
    """The logical lines of a lock file, without its comments."""
    text = re.sub(r"\\\n", " ", (PROJECT / lock).read_text())
    return [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def versions(lock: str) -> dict[str, str]:
    """name -> version."""
    found = (PINNED.match(entry.split(" --hash=")[0].strip()) for entry in entries(lock))
    return {match[1]: match[2] for match in found if match}


def wanted(source: str) -> set[str]:
    """The packages a .in file names itself."""
    lines = (PROJECT / source).read_text().splitlines()
    return {re.split(r"[\[=]", line)[0].lower() for line in lines if not line.startswith("-")}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_pinned_and_hashed(lock):
    for entry in entries(lock):
        requirement, *hashes = (part.strip() for part in entry.split(" --hash="))
        assert PINNED.match(requirement), entry
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), entry


@pytest.mark.parametrize("lock", [*LOCKS, "requirements.in", "requirements-dev.in"])
def test_no_address_stands_in_it(lock):
    text = (PROJECT / lock).read_text()
    assert not re.search(r"https?:|index-url|find-links|trusted-host|@ file", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_wanted_is_locked(lock):
    assert wanted(lock.replace(".txt", ".in")) <= versions(lock).keys()


def test_tests_run_on_the_versions_that_are_shipped():
    shipped, tested = (versions(lock) for lock in LOCKS)
    assert shipped.items() <= tested.items()


def test_each_package_has_its_reason():
    page = (PROJECT / "docs" / "decisions" / "0001-dependencies.md").read_text().lower()
    rows = "".join(line for line in page.splitlines() if line.startswith("| "))
    direct = wanted("requirements.in") | wanted("requirements-dev.in")
    assert {name for name in direct if name not in rows} == set()
