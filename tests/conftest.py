"""What every test stands on: the database, the documents, the cast."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from django.core.cache import caches
from django.utils import translation

from icpcases.deadlines.tables import forget

from .harness import databases, postgres
from .world import CarefulWorld, World, user

SERVER = pytest.StashKey[postgres.Server]()


# A slow machine is no counterexample; what the common run tries must not change by the day.
hypothesis.settings.register_profile(
    "icpcases", deadline=None, print_blob=True, derandomize=os.environ.get("CI") == "true"
)


hypothesis.settings.load_profile("icpcases")


OF_NO_DATABASE = (
    "tests/rules/", "tests/test_types.py", "tests/test_architecture.py", "tests/test_documents.py",
    "tests/test_requirements.py", "tests/test_templates.py",
)  # fmt: skip


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if databases.chosen() == "postgres" and not is_worker(config):
        server = postgres.Server(databases.SOCKET)
        try:
            server.start()
        except postgres.NoPostgres as error:
            raise pytest.UsageError(str(error)) from error
        config.stash[SERVER] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        config.stash[SERVER].stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    other = {"sqlite": "postgres", "postgres": "sqlite"}[databases.chosen()]
    for item in items:
        if item.nodeid.startswith(OF_NO_DATABASE):
            # Once is enough of what has none.
            item.add_marker(pytest.mark.sqlite)
        if item.get_closest_marker(other):
            item.add_marker(pytest.mark.skip(reason=f"says something about {other} only"))
        if empties_the_tables(item):
            bring_rows_of_migrations_back(item)


def empties_the_tables(item: pytest.Item) -> bool:
    """Whether this is a transactional test, which flushes the database at its end."""
    mark = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or (mark is not None and bool(mark.kwargs.get("transaction")))


def bring_rows_of_migrations_back(item: pytest.Item) -> None:
    """Provinces, groups, calendar and clocks come from migrations: the flush takes them too."""
    mark = item.get_closest_marker("django_db")
    options = {**(mark.kwargs if mark else {}), "transaction": True, "serialized_rollback": True}
    item.add_marker(pytest.mark.django_db(**options), append=False)


def pytest_collection_finish() -> None:
    # What the run stands on stays to its end: looking through it again and again is for nothing.
    gc.freeze()


@pytest.fixture(autouse=True)
def document_root(settings) -> Iterator[Path]:
    """Where this test's documents lie: its own private folder, made by the first of them."""
    folder = databases.FOLDER / "documents" / uuid4().hex
    settings.DOCUMENT_ROOT = folder
    settings.MEDIA_ROOT = folder
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def fresh_tables(settings):
    """What is kept of the tables belongs to one test."""
    forget()
    caches["pages"].clear()
    # A page in Chinese leaves its language behind.
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def wei(db):
    """Applicant, and owner of a case."""
    return cast_member("wei")


@pytest.fixture
def mei(db):
    """Another applicant: must see nothing of Wei's."""
    return cast_member("mei")


@pytest.fixture
def li(db):
    """Officer."""
    return cast_member("li", "officer", is_staff=True)


@pytest.fixture
def chen(db):
    """Supervisor."""
    return cast_member("chen", "supervisor", is_staff=True)


@pytest.fixture
def sun(db):
    """Auditor."""
    return cast_member("sun", "auditor", is_staff=True)


@pytest.fixture
def stranger(db):
    """An account that has to do with nothing here."""
    return cast_member("stranger")


@pytest.fixture
def world(wei, li, chen):
    """Builds cases through the door; their papers are simply there."""
    return World(wei, li, chen)


@pytest.fixture
def careful_world(wei, li, chen):
    """Builds cases whose papers, too, are handed in and judged."""
    return CarefulWorld(wei, li, chen)


def cast_member(name, *groups, **fields):
    return user(name, *groups, **fields)
