"""Other ways to the tables: REPLACE, TRUNCATE, a connection without Django; and after a migrate."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection
from django.db.models import CharField
from psycopg.errors import CheckViolation, UniqueViolation

from icpcases.cases import triggers
from icpcases.cases.models import FilingCase, HistoryRow
from tests.harness.protections import drop_index

from .test_database import (
    BREAKING,
    CASE,
    HISTORY,
    Statement,
    copy_of,
    goes_through,
    insert,
    is_refused,
    row_of,
    run,
    undone,
    update,
)
from .test_register_database import DOMAIN, ROW, SERVICE, SUBJECT

DJANGO = pytest.mark.django_db
FILE = pytest.mark.django_db(transaction=True)
SQLITE_TRIGGERS = [
    "case_domain_inserted", "case_domain_updated", "case_kept", "case_not_displaced",
    "case_not_replaced", "case_site_inserted", "case_site_updated", "history_kept",
    "history_not_replaced", "history_unchanged", "register_kept", "register_not_replaced",
    "register_unchanged", "service_domain_follows", "service_domain_inserted",
    "service_domain_updated", "service_number_inserted", "service_number_updated",
    "subject_number_inserted", "subject_number_updated",
]  # fmt: skip
POSTGRES_TRIGGERS = [
    "case_domain", "case_kept", "case_not_truncated", "case_site_inserted", "case_site_updated",
    "history_kept", "history_not_truncated", "register_kept", "register_not_truncated",
    "service_domain", "service_domain_follows", "service_number", "subject_number",
]  # fmt: skip
# The tables of the triggers that are not the case's own.
TABLES = {
    "history": HISTORY, "register": ROW, "service_domain": DOMAIN,
    "service_domain_follows": SERVICE, "service_number": SERVICE, "subject_number": SUBJECT,
}  # fmt: skip


def table_of(name: str) -> str:
    return TABLES.get(name) or TABLES.get(name.partition("_")[0]) or CASE


# SQLite's REPLACE deletes what stands in the way without asking its delete trigger


def replacements(case: FilingCase, other: FilingCase) -> list[Statement]:
    """Ways to put one row in the place of another."""
    same_domain = {"domain": case.domain, "registrable_domain": case.registrable_domain}
    row = row_of(case.pk)
    return [
        insert(CASE, row, "INSERT OR REPLACE INTO"),
        insert(CASE, row, "REPLACE INTO"),
        insert(CASE, copy_of(case, reference=case.reference), "REPLACE INTO"),
        insert(CASE, copy_of(case, **same_domain), "REPLACE INTO"),
        update(CASE, other.pk, {"reference": case.reference}, "UPDATE OR REPLACE"),
        update(CASE, other.pk, same_domain, "UPDATE OR REPLACE"),
        update(CASE, other.pk, {"id": case.pk}, "UPDATE OR REPLACE"),
        update(CASE, other.pk, {"id": 987_654}),
    ]


@DJANGO
@pytest.mark.sqlite
def test_a_case_is_never_replaced_by_another(world):
    case, other = world.at("triage"), world.at("triage")
    statements = replacements(case, other)
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        triggers.remove(connection)
        assert [s for s in statements if not goes_through(s)] == []


@DJANGO
@pytest.mark.sqlite
def test_a_case_is_not_replaced_by_one_about_its_service(world):
    case = world.step(world.about(world.filed(), "add_access"), "submit_request")
    other = world.at("triage", applicant=world.applicant())
    same = {"service_id": case.service_id, "filing_type": "change"}
    statements = [
        update(CASE, other.pk, same, "UPDATE OR REPLACE"),
        insert(CASE, copy_of(case, **same), "REPLACE INTO"),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        triggers.remove(connection)
        assert [s for s in statements if not goes_through(s)] == []


@DJANGO
@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE INTO", "INSERT OR FAIL INTO"])
def test_rules_about_facts_hold_for_replace_too(world, verb):
    case = world.at("preparing")
    statements = [insert(CASE, copy_of(case, **facts), verb) for facts in BREAKING]
    assert [s for s in statements if not is_refused(s)] == []


@DJANGO
@pytest.mark.sqlite
def test_a_history_row_is_never_replaced(world):
    case = world.at("triage")
    one, two = case.history.order_by("sequence")
    row: dict[str, Any] = {**HistoryRow.objects.filter(pk=one.pk).values().get()}
    row |= dict.fromkeys(("reasons", "entered", "changes", "findings"), "{}")
    fresh = {name: value for name, value in row.items() if name != "id"}
    statements = [
        insert(HISTORY, row, "INSERT OR REPLACE INTO"),
        insert(HISTORY, fresh, "REPLACE INTO"),
        update(HISTORY, two.pk, {"sequence": one.sequence}, "UPDATE OR REPLACE"),
        update(HISTORY, two.pk, {"id": one.pk}, "UPDATE OR REPLACE"),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        triggers.remove(connection)
        assert [s for s in statements if not goes_through(s)] == []


@DJANGO
@pytest.mark.postgres
@pytest.mark.parametrize(
    "tables",
    [f"{HISTORY} CASCADE", f"{HISTORY}, cases_notice", f"{CASE} CASCADE", "auth_user CASCADE",
     "cases_applicant CASCADE", f"{CASE}, {HISTORY} CASCADE"],
)  # fmt: skip
def test_nothing_is_truncated(world, tables):
    world.at("triage")
    statement: Statement = (f"TRUNCATE {tables}", [])
    run(("SET CONSTRAINTS ALL IMMEDIATE", []))
    assert is_refused(statement)
    with undone():
        triggers.remove(connection)
        run((f"TRUNCATE {tables}", []))
        assert HistoryRow.objects.count() == 0


@DJANGO
@pytest.mark.postgres
def test_a_rule_written_anew_does_not_slip_past_an_upsert(world):
    case = world.at("preparing")
    columns = row_of(case.pk) | {"server_region": "hong_kong"}
    sql, values = insert(CASE, columns)
    statement = (f"{sql} ON CONFLICT (id) DO UPDATE SET server_region = 'hong_kong'", values)
    assert is_refused(statement)


# A connection that knows nothing of Django


@contextmanager
def plain() -> Iterator[Any]:
    """A connection without Django to the same database, as a stranger's tool would open it."""
    if connection.vendor == "sqlite":
        other: Any = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    else:
        asked = {"host", "port", "dbname", "user", "password"}
        given = {k: v for k, v in connection.get_connection_params().items() if k in asked}
        other = psycopg.connect(**given)
    try:
        yield other
    finally:
        other.close()


def plainly(other: Any, statement: Statement) -> bool:
    """Whether the statement goes through; it is not kept."""
    sql, values = statement
    if isinstance(other, sqlite3.Connection):
        sql = sql.replace("%s", "?")
    cursor = other.cursor()
    try:
        cursor.execute(sql, values)
        return bool(cursor.rowcount == 1)
    except (sqlite3.IntegrityError, CheckViolation, UniqueViolation):
        return False
    finally:
        other.rollback()


@FILE
def test_a_connection_without_django_is_refused_the_same(world):
    preparing, filed, triage = (world.at(state) for state in ("preparing", "filed", "triage"))
    opened = world.at("open")
    paper = world.document(triage, "business_licence", issued_in="hong_kong")
    first = triage.history.get(sequence=1)
    same = {"domain": filed.domain, "registrable_domain": filed.registrable_domain}
    service, early = filed.service, {"opened_on": "2020-01-01"}
    taken = {"number": f"{service.number_of}-77", "number_of": service.number_of}
    told = service.cases.get().register_rows.get()
    statements = [
        *(update(CASE, preparing.pk, facts) for facts in BREAKING),
        update(CASE, filed.pk, {"service_id": None}),
        update(CASE, preparing.pk, {"state": "filed"}),
        update(SERVICE, service.pk, {"number": ""}),
        update(SERVICE, service.pk, early),
        update(SERVICE, opened.service_id, taken),
        update(SUBJECT, service.subject_id, {"number": "粤ICP备12345678号"}),
        update(DOMAIN, service.domains.get().pk, {"live": False}),
        update(CASE, triage.pk, same),
        update(CASE, triage.pk, {"domain": "X.CN", "registrable_domain": "X.CN"}),
        update("cases_document", paper.pk, {"status": "accepted"}),
        update(HISTORY, first.pk, {"note_internal": "nothing happened"}),
        update(ROW, told.pk, {"source": "nothing happened"}),
        (f"DELETE FROM {HISTORY} WHERE id = %s", [first.pk]),
        (f"DELETE FROM {ROW} WHERE id = %s", [told.pk]),
        (f"DELETE FROM {CASE} WHERE id = %s", [triage.pk]),
    ]  # fmt: skip
    if connection.vendor == "sqlite":
        statements += replacements(preparing, triage)
    with plain() as other:
        assert [s for s in statements if plainly(other, s)] == []
        assert plainly(other, update(CASE, triage.pk, {"site_name": "anything"}))
    triggers.remove(connection)
    try:
        with plain() as other:
            assert plainly(other, (f"DELETE FROM {HISTORY} WHERE id = %s", [first.pk]))
    finally:
        triggers.install(connection)


# The triggers after a migrate


def trigger_names() -> list[str]:
    return SQLITE_TRIGGERS if connection.vendor == "sqlite" else POSTGRES_TRIGGERS


def complaints() -> list[str]:
    """What `check --database default` says of the triggers."""
    try:
        call_command("check", databases=["default"], fail_level="WARNING", verbosity=0)
    except SystemCheckError as error:
        return [line for line in str(error).splitlines() if "cases.W001" in line]
    return []


@DJANGO
def test_a_migrate_puts_every_trigger_back_and_the_check_tells_when_one_is_lost():
    assert (triggers.missing(connection), complaints()) == ([], [])
    triggers.remove(connection)
    assert triggers.missing(connection) == trigger_names()
    (line,) = complaints()
    assert all(name in line for name in trigger_names())
    # With its checks, as the command line runs it: the complaint must not stop the cure.
    call_command("migrate", verbosity=0, skip_checks=False)
    assert (triggers.missing(connection), complaints()) == ([], [])


@DJANGO
@pytest.mark.parametrize("name", SQLITE_TRIGGERS)
@pytest.mark.sqlite
def test_each_trigger_is_missed_on_sqlite(name):
    run((f"DROP TRIGGER {name}", []))
    assert triggers.missing(connection) == [name]
    assert len(complaints()) == 1


@DJANGO
@pytest.mark.parametrize("name", POSTGRES_TRIGGERS)
@pytest.mark.postgres
def test_each_trigger_is_missed_on_postgres_also_when_it_is_only_off(name):
    table = table_of(name)
    with undone():
        run((f"ALTER TABLE {table} DISABLE TRIGGER {name}", []))
        assert triggers.missing(connection) == [name]
    run((f"DROP TRIGGER {name} ON {table}", []))
    assert triggers.missing(connection) == [name]
    assert len(complaints()) == 1


@DJANGO
@pytest.mark.sqlite
def test_a_trigger_that_was_weakened_is_missed_on_sqlite():
    run(("DROP TRIGGER case_kept", []))
    run((f"CREATE TRIGGER case_kept BEFORE DELETE ON {CASE} WHEN 0 BEGIN SELECT 1; END", []))
    assert triggers.missing(connection) == ["case_kept"]


@DJANGO
@pytest.mark.postgres
def test_a_trigger_whose_function_was_weakened_is_missed_on_postgres():
    run(
        (
            "CREATE OR REPLACE FUNCTION refuse_case_delete() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN OLD; END $$",
            [],
        )
    )
    assert triggers.missing(connection) == ["case_kept", "case_not_truncated"]


def rebuild() -> None:
    """Alter a column and back, as migrations do: SQLite copies the table into a new one."""
    name = FilingCase._meta.get_field("site_name")
    longer = CharField(max_length=200)
    longer.set_attributes_from_name("site_name")
    with connection.schema_editor() as editor:
        editor.alter_field(FilingCase, name, longer)
        editor.alter_field(FilingCase, longer, name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_a_table_that_is_rebuilt_loses_its_triggers_and_the_next_migrate_brings_them_back(world):
    case = world.at("triage")
    rebuild()
    lost = [name for name in SQLITE_TRIGGERS if name.startswith("case")]
    assert triggers.missing(connection) == lost
    assert len(complaints()) == 1
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    with pytest.raises(IntegrityError):
        run((f"DELETE FROM {CASE} WHERE id = %s", [case.pk]))


@DJANGO
def test_dropping_an_index_is_what_lets_a_second_case_in(world):
    """The helper that the other tests switch an index off with does what it says."""
    one = world.at("triage")
    statement = update(CASE, world.at("triage").pk, {
        "domain": one.domain, "registrable_domain": one.registrable_domain,
    })  # fmt: skip
    assert is_refused(statement)
    with undone():
        drop_index("case_domain_free")
        assert goes_through(statement)
    assert is_refused(statement)
