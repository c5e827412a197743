"""Each release's database, with data, at the head: whole, guarded, and the door opens."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import override_settings
from django.utils import timezone

from icpcases.cases import triggers
from icpcases.cases.models import (
    CasePerson,
    Document,
    FilingCase,
    HistoryRow,
    Notice,
    Province,
)
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.messages import write_to_applicant, write_to_office
from icpcases.workflow.engine import perform
from icpcases.workflow.explain import explain
from tests.harness.databases import chosen

from .database import database_of
from .dumped import RELEASES, ROOT, digests_of, sql_of
from .schema import Schema, schema

pytestmark = pytest.mark.slow

# What the database refuses whatever the door, a statement of each kind (domain book, section 5).
FORBIDDEN = {
    "a history row changed": "UPDATE cases_historyrow SET note_internal = '' WHERE sequence = 1",
    "a history row deleted": "DELETE FROM cases_historyrow WHERE sequence = 1",
    "a case deleted": "DELETE FROM cases_filingcase WHERE state = 'draft'",
    "a filed case on an IP address":
        "UPDATE cases_filingcase SET access = 'ip_address' WHERE state = 'filed'",
    "a filing with the server abroad":
        "UPDATE cases_filingcase SET server_region = 'overseas' WHERE state = 'preparing'",
    "a filed case without a service":
        "UPDATE cases_filingcase SET service_id = NULL WHERE state = 'filed'",
    "a service without a number": "UPDATE cases_service SET number = ''",
    "a subject number of another province": "UPDATE cases_subjectfiling SET province_id = 'CN-XZ'",
    "an opening before the filing": "UPDATE cases_service SET opened_on = '2001-01-01'",
    "a domain unlike its service": "UPDATE cases_servicedomain SET live = NOT live",
    "a change of the register altered": "UPDATE cases_registerrow SET source = 'from memory'",
    "a change of the register deleted": "DELETE FROM cases_registerrow",
    "two cases about one domain":
        "UPDATE cases_filingcase SET domain = 'a.cn', registrable_domain = 'a.cn'"
        " WHERE state IN ('triage', 'preparing', 'authority_review')",
    "a domain in capitals":
        "UPDATE cases_filingcase SET domain = 'A.CN', registrable_domain = 'A.CN'"
        " WHERE state = 'draft'",
    "a state there is not": "UPDATE cases_filingcase SET state = 'lost' WHERE state = 'draft'",
    "an accepted document from abroad":
        "UPDATE cases_document SET issued_in = 'hong_kong' WHERE status = 'accepted'"
        " AND kind = 'business_licence'",
    "two live orders of a case": "UPDATE cases_ordercase SET left_on = NULL, case_id ="
        " (SELECT case_id FROM cases_ordercase WHERE left_on IS NULL LIMIT 1)",
    "two running orders of a subject": "UPDATE cases_order SET running = (1 = 1), ended_on = NULL,"
        " applicant_id = (SELECT applicant_id FROM cases_order WHERE running LIMIT 1)",
    "two confirmed applicants of one certificate":
        "UPDATE cases_applicant SET certificate_type = 'permit', certificate_number = 'H1'"
        " WHERE confirmed_at IS NOT NULL",
    "a reminder owed twice": "UPDATE cases_notice SET key = 'one', address = 'a@a.example'",
}  # fmt: skip
if chosen() == "postgres":
    FORBIDDEN["the history emptied"] = "TRUNCATE cases_historyrow CASCADE"


def got_through() -> list[str]:
    """The forbidden writes that the database takes, or that meet no row; all are taken back."""
    return [name for name, statement in FORBIDDEN.items() if not is_refused(statement)]


def is_refused(statement: str) -> bool:
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except IntegrityError:
            return True
        transaction.set_rollback(True)
    return False


def check_cases(folder: Path) -> str:
    """What `manage.py check_cases` says. The files are no part of a dump: empty ones stand in."""
    for name in Document.objects.values_list("file", flat=True):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    out = io.StringIO()
    with override_settings(MEDIA_ROOT=str(folder)), suppress(SystemExit):
        # As the changelog asks: what has no domain is looked for by its name since.
        call_command("rebuild_search", stdout=io.StringIO())
        call_command("check_cases", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def fresh(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """What a new database is made of."""
    with django_db_blocker.unblock(), database_of("", tmp_path_factory.mktemp("fresh")):
        call_command("migrate", verbosity=0)
        return schema()


@pytest.fixture(scope="module", params=RELEASES)
def release(
    request: pytest.FixtureRequest, fresh: Schema, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:  # fmt: skip
    """The database of a release, brought to the head; the tests of this module share it."""
    folder = tmp_path_factory.mktemp("release")
    with django_db_blocker.unblock(), database_of(sql_of(request.param), folder):
        call_command("migrate", verbosity=0)
        yield request.param


def test_the_dump_says_which_migrations_it_has(release):
    """Those of the release ran there, and their digests are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations WHERE app IN ('cases', 'accounts')")
        ran = {f"icpcases/{app}/migrations/{name}.py" for app, name in cursor.fetchall()}
    assert set(digests_of(release)) <= ran


# States that the release did not have: no case of its can be in them.
LATER = {State.PROVIDER_PASSED.value, State.COMPLETED.value}
# Kinds of changes that it did not know.
LATER_KINDS = {
    HistoryRow.Kind.CORRECTION, HistoryRow.Kind.FOLLOW_UP, HistoryRow.Kind.MESSAGE,
}  # fmt: skip
# Tables that it did not have, and that no migration fills.
LATER_TABLES = [
    "ApplicantChange", "Leave", "StaffAct", "ReaderLanguage", "ApplicantText", "ApplicantToken",
    "Sending", "TableChange",
]  # fmt: skip


def test_cases_of_every_state_and_rows_of_every_kind_came_along(release):
    states = set(FilingCase.objects.values_list("state", flat=True))
    assert states == {state.value for state in State} - LATER
    assert (
        set(HistoryRow.objects.values_list("kind", flat=True)) == set(HistoryRow.Kind) - LATER_KINDS
    )
    models = apps.get_app_config("cases").get_models()
    empty = [model.__name__ for model in models if not model._default_manager.exists()]
    assert empty == LATER_TABLES


def test_the_schema_is_that_of_a_new_database(release, fresh):
    assert schema() == fresh


def test_the_triggers_are_in_place(release):
    assert triggers.missing(connection) == []
    assert triggers.check_installed(["default"]) == []


def test_check_cases_finds_nothing(release, tmp_path):
    assert check_cases(tmp_path).endswith(" checkers, nothing found.\n")


def test_what_is_forbidden_is_refused(release):
    assert got_through() == []


def test_every_case_is_explained_to_everybody(release):
    readers = [User.objects.get(username=name) for name in ("li", "chen", "sun", "wei")]
    for case in FilingCase.objects.with_names():
        leading_out = set(Step.leading_out_of(case.is_at, case.is_of))
        for reader in readers:
            assert {told.step for told in explain(case, reader)} == leading_out, case


def test_steps_are_taken_through_the_door(release, tmp_path):
    """One tells the applicant; the other is judged by the rules of numbers and their trigger."""
    li, today = User.objects.get(username="li"), timezone.localdate()
    opened = FilingCase.objects.get(domain="upgrade-tea.example")
    approved = FilingCase.objects.filter(state="authority_review")[0]
    character = Province.objects.get(cases=approved).icp_character
    number = f"{character}ICP备2099000001号-1"
    for case, step, data, state in (
        (opened, "withdraw", {"reason": "The house is sold.", "tell": "on"}, "withdrawn"),
        (approved, "approve", {"icp_number": number, "filed_on": today, "tell": "on"}, "filed"),
    ):
        newest = case.version
        after = perform(case, step, li, data, newest)
        row = HistoryRow.objects.filter(case=case).latest("sequence")
        assert (after.state, after.version) == (state, newest + 1)
        assert (row.step, row.sequence, row.by) == (step, newest + 1, li)
        assert Notice.objects.filter(history=row).exists()
    assert check_cases(tmp_path).endswith(" checkers, nothing found.\n")


def test_a_message_waits_on_a_case_that_was_closed_before_there_were_messages(release, tmp_path):
    wei, li = (User.objects.get(username=name) for name in ("wei", "li"))
    closed = FilingCase.objects.filter(state__in=("withdrawn", "refused")).order_by("pk")[0]
    assert (closed.turn, closed.answered, closed.message_waits) == ("nobody", False, None)
    CasePerson.objects.get_or_create(case=closed, user=wei, defaults={"part": "colleague"})
    for write, turn, waits in (
        (write_to_office, "officer", closed.version + 1), (write_to_applicant, "nobody", None),
    ):  # fmt: skip
        write(closed, wei if turn == "officer" else li, "A word.", closed.version)
        closed = FilingCase.objects.get(pk=closed.pk)
        assert (closed.turn, closed.answered) == (turn, turn == "officer")
        assert closed.message_waits == waits
        assert check_cases(tmp_path).endswith(" checkers, nothing found.\n")


# That the tests above can fail

RELEASE = RELEASES[-1]
LOOSE = "document_accepted_is_mainland"
ON_HISTORY = " ON cases_historyrow" if chosen() == "postgres" else ""


@pytest.fixture
def broken(fresh: Schema, django_db_blocker: Any, tmp_path: Path) -> Iterator[Any]:
    """Makes the newest release's database the program's, broken in some way."""

    def made(sql: str = "", then: tuple[str, ...] = ()) -> Any:
        return database_of(sql or sql_of(RELEASE), tmp_path, then)

    with django_db_blocker.unblock():
        yield made


def test_a_migration_that_has_run_unnoticed_is_found(broken):
    one_behind = "DELETE FROM django_migrations WHERE app = 'cases' AND name = '0003_seed'"
    with broken(then=(one_behind,)) as url:
        # In a process of its own: such an end leaves the connection unusable.
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "icpcases.settings",
            "SECRET_KEY": "only-for-this-process-" * 3,
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout.split()[-2:]) == (1, ["Applying", "cases.0003_seed..."])


def test_a_lost_trigger_is_found_and_put_back_but_a_lost_history_row_is_not(broken, tmp_path):
    with broken():
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER history_kept{ON_HISTORY}")
            assert triggers.missing(connection) == ["history_kept"]
            assert "a history row deleted" in got_through()
            cursor.execute("DELETE FROM cases_notice")
            cursor.execute("DELETE FROM cases_historyrow WHERE sequence = 2 AND case_id = 1")
        call_command("migrate", verbosity=0)
        assert triggers.missing(connection) == []
        reference = FilingCase.objects.get(pk=1).reference
        said = check_cases(tmp_path / "documents")
    assert f"  {reference} has no history row 2, but a row 3.\n" in said


def loosen() -> None:
    """Have the constraint let everything pass; a migration may build its table anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE cases_document DROP CONSTRAINT {LOOSE}")
            loose = f"ADD CONSTRAINT {LOOSE} CHECK (1 = 1 OR status = 'accepted')"
            cursor.execute(f"ALTER TABLE cases_document {loose}")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'cases_document'")
        sql, found = re.subn(
            rf'(CONSTRAINT "{LOOSE}" CHECK \()', r"\1 1 = 1 OR ", cursor.fetchone()[0]
        )
        assert found == 1
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute("UPDATE sqlite_master SET sql = %s WHERE name = 'cases_document'", [sql])
        cursor.execute("PRAGMA writable_schema = RESET")


def test_a_constraint_that_has_loosened_and_a_lost_index_are_found(broken, fresh):
    with broken():
        call_command("migrate", verbosity=0)
        loosen()
        assert got_through() == ["an accepted document from abroad"]
        differing = {name for name, about in schema().items() if fresh.get(name) != about}
        assert len(differing) == 1
        assert "cases_document" in differing.pop()
        with connection.cursor() as cursor:
            for name in ("case_due", "case_since"):
                cursor.execute(f"DROP INDEX {name}")
        assert set(fresh) - set(schema()) == {"index case_due", "index case_since"}
