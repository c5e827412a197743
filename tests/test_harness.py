"""The harness itself: which database, what a flush leaves, how a race is run."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from tests.harness.databases import FOLDER, chosen
from tests.harness.race import together
from tests.harness.reading import blocks


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_is_a_file_in_wal_mode():
    with connection.cursor() as cursor:
        answers = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "mmap_size", "foreign_keys")
        ]
    assert answers == ["wal", 1, 20_000, 0, 1]
    assert connection.settings_dict["NAME"].startswith(str(FOLDER))


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgres_gives_up_waiting():
    limits = {}
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            limits[name] = cursor.fetchone()[0]
    assert limits == {
        "lock_timeout": "10s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
    }


@pytest.mark.django_db
def test_the_database_is_the_one_asked_for():
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[chosen()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_rows_of_migrations_survive_the_flush_of_transactional_tests(time):
    """Twice: what the first run's flush took away, the second must find again."""
    assert ContentType.objects.count() == len(apps.get_models())
    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_racing_writers_wait_for_each_other_and_none_is_told_locked():
    group = Group.objects.create(name="0")

    def add_one() -> str:
        with transaction.atomic():
            row = Group.objects.select_for_update().get(pk=group.pk)
            row.name = str(int(row.name) + 1)
            row.save()
        return row.name

    results = together(*[add_one] * 8)
    group.refresh_from_db()
    assert group.name == "8"
    assert sorted(results) == [str(n) for n in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_a_race_hands_back_what_was_raised():
    def fall() -> None:
        raise ValueError("as planned")

    results = together(fall, lambda: "fine")
    assert str(results[0]) == "as planned"
    assert results[1] == "fine"


@pytest.mark.parametrize("time", [1, 2])
def test_documents_of_a_test_are_its_own(document_root, time):
    """Twice: what the first leaves must not lie there for the second."""
    assert document_root.is_relative_to(FOLDER)
    assert document_root == settings.DOCUMENT_ROOT
    assert not document_root.exists()
    default_storage.save("left.png", ContentFile(b"behind"))
    assert [path.name for path in document_root.rglob("*.png")] == ["left.png"]


@pytest.mark.sqlite
def test_a_page_is_read_as_a_browser_shows_it():
    page = """
      <section class="a  b"><h2> One <b>two</b>three&lt;
      </h2>four <ul><li></li><li class="c">five<br> six<input> </li></ul>
      <p>\n</p>seven</section>eight"""
    assert blocks(page) == [
        ("h2", "One twothree<"), ("section.a.b", "four"), ("li.c", "five\nsix"),
        ("section.a.b", "seven"), ("", "eight"),
    ]  # fmt: skip
