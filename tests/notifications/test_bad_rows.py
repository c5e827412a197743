"""Rows that make no sense, put in past the forms: left out, and everybody else is told."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from icpcases.cases import outbox
from icpcases.cases.models import Clock, FilingCase, Notice, Provider, Setting
from icpcases.cases.outbox import UNWRITABLE
from icpcases.cases.soundness import unsound_rows
from icpcases.deadlines.tables import forget, recent_tables
from icpcases.integrity.registry import CHECKERS
from icpcases.notifications.daily import remind

from .test_daily import asked, noon

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SENSELESS = "Enter whole days within the order's life, such as 30, 40; at most ten of them."


def put(table: str, column: str, value: str | int, key: str, pk: str | int) -> None:
    """A value in a row, past the program."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [value, pk])
    forget()


def run(command: str, *arguments: str) -> tuple[int, str, list[str]]:
    """Exit status, output, and what was said to be wrong."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except SystemExit as ending:
        status = int(ending.code or 0)
    return status, out.getvalue(), err.getvalue().splitlines()


@pytest.mark.parametrize("bad", [["30 days"], 5, {}, [46], [True], None])
def test_warning_days_that_make_no_sense_stop_nobody_elses_reminders(world, bad):
    """An order of the bad provider, one of a good one, and a request: two of three are told."""
    by_bad = world.at("returned")
    good = world.provider("Good Cloud")
    other = world.supply(world.at("preparing"))
    other = world.step(other, "submit_to_provider", provider=good.pk, order_number="BA-1")
    other = world.step(other, "return_for_correction")
    long_ago = timezone.localdate() - dt.timedelta(days=32)
    for case in (by_bad, other):
        case.orders.update(submitted_on=long_ago)
    asked(world, 1)
    provider = by_bad.orders.get().provider
    put("cases_provider", "warn_days", json.dumps(bad), "id", provider.pk)
    Notice.objects.all().delete()
    # Daily as of now, whatever the hour; the reminders as of noon.
    status, out, wrong = run("daily")
    remind(noon())
    told = {notice.key.partition(":")[0] for notice in Notice.objects.all()}
    assert (status, "orders expired: 0" in out, "due dates changed: 0" in out) == (1, True, True)
    assert told >= {"order", "request"}
    assert {n.case for n in Notice.objects.filter(key__startswith="order")} == {other}
    assert wrong == [f"left out: provider {provider.pk}: {SENSELESS}"]
    assert [f"{one}" for one in unsound_rows()] == [wrong[0].removeprefix("left out: ")]
    assert [f"{f.reference}: {f.sentence}" for f in CHECKERS["senseless_row"]()] == [
        wrong[0].removeprefix("left out: ")
    ]


def test_clocks_and_settings_that_make_no_sense_are_as_if_they_were_not_there(world):
    case = world.at("triage")
    due = case.due_at
    clock = Clock.objects.get(state="preparing")
    put("cases_clock", "state", "no_such_state", "id", clock.pk)
    put("cases_setting", "value", 3000, "key", "sms_reminder_hours")
    tables = recent_tables()
    assert tables.settings["sms_reminder_hours"] == Setting.DEFAULTS["sms_reminder_hours"]
    assert ("no_such_state", None, None) not in tables.clocks
    status, _out, wrong = run("daily")
    assert (status, wrong) == (1, [
        f"left out: turn clock {clock.pk}: Value 'no_such_state' is not a valid choice.",
        "left out: setting sms_reminder_hours: A number from 1 to 24.",
    ])  # fmt: skip
    assert run("recalculate")[:2] == (0, "due dates changed: 0\n")
    case.refresh_from_db()
    assert case.due_at == due


def test_a_case_that_makes_no_sense_is_passed_over(world):
    """Whose turn it is is unknown: the other's due date moves."""
    broken, other = world.at("triage"), world.at("triage")
    put("cases_filingcase", "turn", "no_such", "id", broken.pk)
    Clock.objects.filter(state="triage").update(amount=9, unit="days")
    forget()
    status, out, wrong = run("recalculate")
    assert (status, out) == (1, "due dates changed: 1\n")
    assert wrong == [f"left out: {broken.reference}: ValueError: 'no_such' is not a valid Party"]
    moved = FilingCase.objects.get(pk=other.pk).due_at
    assert moved is not None
    assert moved > other.due_at


def test_a_mail_that_makes_no_sense_holds_no_other_back(world, one_pass):
    """It tells of a step that nobody knows: it waits and says so, and the other leaves."""
    for name in ("Alder", "Birch"):
        case = world.case(applicant=world.applicant(name=name, email=f"{name}@tree.example"))
        case.people.all().delete()
        row = case.history.get()
        if name == "Alder":
            row.pk, row.sequence, row.step, row.kind = None, 2, "no_such_step", "step"
            row.save(force_insert=True)
        row.told = True
        outbox.enqueue(case, row, [outbox.Recipient(f"{name}@tree.example", "en", None)])
    Notice.objects.update(kind="step", next_try_at=timezone.now())
    done = one_pass()
    states = dict(Notice.objects.values_list("address", "state"))
    assert done == {"sent": 1, "waiting": 1}
    assert states == {"Alder@tree.example": "waiting", "Birch@tree.example": "sent"}
    assert Notice.objects.get(state="waiting").latest_error == UNWRITABLE


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (Provider, {"order_life_days": 0}),
        (Provider, {"review_days": 0}),
        (Provider, {"services_per_order": 0}),
        (Clock, {"amount": 0}),
        (Clock, {"amount": 1001}),
        (Clock, {"unit": "weeks"}),
        (Setting, {"value": 3651}),
    ],
)
def test_the_database_refuses_numbers_that_make_no_sense(world, model, changed):
    world.provider()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**changed)
