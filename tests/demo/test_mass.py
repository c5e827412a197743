"""The office with very many cases: as many as asked for, the same again, and all of them true."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from icpcases.demo.mass.load import LEAST
from icpcases.lifecycle.states import State
from icpcases.rules.facts import FilingType, ServiceKind

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
ROOT = Path(__file__).resolve().parents[2]
CASES = LEAST + 240


def run(folder: Path, *command: str) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "icpcases.settings",
        "DATABASE_URL": f"sqlite:///{folder}/mass.sqlite3",
        "DOCUMENT_ROOT": f"{folder}/documents",
        "DEMO": "1",
        "DEMO_PASSWORD": "a long pass phrase",
    }
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mass")
    run(folder, "manage.py", "migrate", "-v0")
    said = run(folder, "manage.py", "demo", "--cases", str(CASES), "--seed", "7")
    assert said == f"{CASES} cases in 22 states.\n"
    return folder


def rows(folder: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(folder / "mass.sqlite3") as connection:
        return connection.execute(sql).fetchall()


def test_lived_again_through_the_door_the_histories_are_the_same(office):
    said = run(office, "-m", "bench.replay", "--sample", "25")
    assert said.startswith("25 cases lived again in ")
    assert said.endswith(" none differs.\n")


def test_the_checkers_find_nothing(office):
    said = run(office, "manage.py", "check_cases", "--files", "deep")
    assert said.endswith(" checkers, nothing found.\n")


def test_every_state_officers_and_one_very_long_history(office):
    states = rows(office, "SELECT DISTINCT state FROM cases_filingcase")
    assert {state for (state,) in states} == {state.value for state in State}
    assert rows(office, "SELECT max(version) FROM cases_filingcase") == [(5000,)]
    officers = (
        "SELECT count(*) FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id"
        " WHERE g.name = 'officer'"
    )
    assert rows(office, officers) == [(40,)]


def test_the_staff_have_the_password_that_was_chosen(office):
    run(
        office, "-c",
        "import django; django.setup()\n"
        "from django.contrib.auth import authenticate\n"
        "for name in ('li', 'chen', 'sun'):\n"
        "    assert authenticate(username=name, password='a long pass phrase'), name\n",
    )  # fmt: skip


def test_types_and_kinds_come_in_true_proportions(office):
    def shares(column: str) -> dict[str, float]:
        sql = f"SELECT {column}, count(*) FROM cases_filingcase GROUP BY 1"
        return {value: count / CASES for value, count in rows(office, sql)}

    types = shares("filing_type")
    assert set(types) == {kind.value for kind in FilingType}
    assert 0.55 < types["first"] < 0.8
    for name in ("add_service", "add_access", "change"):
        assert types[name] > 0.04, name
    kinds = shares("service_kind")
    assert 0.04 < kinds["app"] < 0.2
    assert set(kinds) == {kind.value for kind in ServiceKind}


def test_the_register_is_what_its_history_adds_up_to(office):
    held: dict[str, dict[str, object]] = {}
    for (changes,) in rows(office, "SELECT changes FROM cases_registerrow ORDER BY id"):
        for label, fields in json.loads(changes).items():
            record = held.setdefault(label, {})
            for name, (old, new) in fields.items():
                assert record.get(name, old) == old, (label, name)
                record[name] = new
    told = "SELECT id, number, filed_on, state, service_leader_phone FROM cases_service"
    services = rows(office, told)
    assert len(services) > 100
    for pk, *values in services:
        names = ("number", "filed_on", "state", "service_leader_phone")
        assert [held[f"service {pk}"][name] for name in names] == values
    for pk, state in rows(office, "SELECT id, state FROM cases_subjectfiling"):
        assert held[f"subjectfiling {pk}"]["state"] == state
    states = {state for _pk, _number, _filed, state, _phone in services}
    assert states == {"live", "no_access", "cancelled"}


def test_the_next_case_takes_the_next_reference(office):
    run(
        office, "-c",
        "import django; django.setup()\n"
        "from django.utils import timezone\n"
        "from icpcases.cases.models import FilingCase\n"
        "from icpcases.workflow.actions.open_case import next_reference\n"
        "for year in range(2020, timezone.localdate().year + 1):\n"
        "    reference = next_reference(year)\n"
        "    assert not FilingCase.objects.filter(reference=reference).exists(), reference\n",
    )  # fmt: skip


def digest(folder: Path) -> str:
    names = "site_name, domain, service_leader_id, filing_type, state"
    found = rows(folder, f"SELECT {names} FROM cases_filingcase ORDER BY id")
    found += rows(folder, "SELECT number, name, filed_on, state FROM cases_service ORDER BY id")
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_the_same_seed_gives_the_same_office(office, tmp_path):
    """What happened so many hours ago falls on another side of something once in a while: two
    offices loaded one right after the other are then compared."""
    first = digest(office)
    for name in ("second", "third"):
        folder = tmp_path / name
        folder.mkdir()
        run(folder, "manage.py", "migrate", "-v0")
        run(folder, "manage.py", "demo", "--cases", str(CASES), "--seed", "7")
        first, second = digest(folder), first
        if first == second:
            return
    pytest.fail("the same seed gave three different offices")


def test_too_few_cases_are_refused(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("demo", cases=LEAST - 1, force=True)
    assert str(refused.value) == f"--cases {LEAST - 1} is too few: {LEAST} or more."
