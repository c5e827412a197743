"""Very many rows: what is written is what was given, and indexes come back when all is there."""

import datetime as dt
import multiprocessing

import pytest
from django.db import connection

from icpcases.cases.models import FilingCase
from icpcases.db.bulk import form, put
from icpcases.demo.mass.ahead import Stopped, ahead
from icpcases.demo.mass.write import bare

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, 0, 0, 250_000, dt.UTC)
AWKWARD = "back\\slash, tab\t, line\n, return\r, \\N, \\., 玉兰 \x7f"


def test_every_value_comes_back_as_it_was_given():
    moment = {"sqlite": "datetime", "postgresql": "timestamptz"}[connection.vendor]
    columns = f"id bigint, said text, at {moment}, on_day date, is_so bool"
    rows = [(1, AWKWARD, NOON, NOON.date(), True), (2, None, None, None, False)]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE kept ({columns})")
        formed = form()
        lines = [[formed(value) for value in row] for row in rows]
        put("kept", ("id", "said", "at", "on_day", "is_so"), lines)
        cursor.execute("SELECT id, said, at, on_day, is_so FROM kept ORDER BY id")
        found = [_zoned(row) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE kept")
    assert found == rows


def _zoned(row: tuple) -> tuple:
    """SQLite keeps a moment as Django writes it: in UTC, without saying so."""
    pk, said, at, *more = row
    return pk, said, at and at.replace(tzinfo=dt.UTC), *more


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "cases_filingcase")
    return {name for name, found in constraints.items() if found["index"]}


def test_tables_lose_their_indexes_for_the_loading_only_and_never_a_guard():
    before = indexes()
    with bare([FilingCase]):
        meanwhile = indexes()
    assert indexes() == before
    assert {"case_state_turn", "case_officer", "case_created"} <= before - meanwhile
    assert {"case_domain_free", "case_service_free", "case_registrable"} <= meanwhile
    # By it a trigger looks for another errand about the same service.
    assert any(name.startswith("cases_filingcase_service_id_") for name in meanwhile)


def test_a_loading_that_stops_half_way_leaves_the_indexes_too():
    before = indexes()
    loading = bare([FilingCase])
    loading.__enter__()
    error = ZeroDivisionError()
    assert not loading.__exit__(type(error), error, None)
    assert indexes() == before


def test_what_is_made_elsewhere_comes_in_its_order():
    assert list(ahead(iter(range(5)))) == [0, 1, 2, 3, 4]


def test_who_stops_listening_leaves_no_process_behind():
    made = ahead(iter(range(1_000_000)))
    assert next(made) == 0
    made.close()
    assert multiprocessing.active_children() == []


def test_a_maker_that_fails_is_not_taken_for_one_that_is_done(capfd):
    made = ahead(1 // n for n in (1, 0))
    assert next(made) == 1
    with pytest.raises(Stopped):
        next(made)
    assert "ZeroDivisionError" in capfd.readouterr().err
