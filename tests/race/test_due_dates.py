"""A clock changes while somebody takes a step: the due date that stays is the new clock's."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from icpcases.cases.models import Clock, FilingCase
from icpcases.deadlines import recalculation
from icpcases.deadlines.clocks import length_of
from icpcases.lifecycle.states import State, Unit
from icpcases.workflow.engine import perform
from tests.deadlines.test_turns import at, end, walk
from tests.harness.protections import without_locks
from tests.harness.race import stopping_after, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

MONDAY = "2026-03-02 09:00"
# Working days after Monday 2 March 2026, counted on a calendar.
DUE = {2: end("2026-03-04"), 9: end("2026-03-13")}
PATIENCE = 30


def set_clock(days: int) -> None:
    with transaction.atomic():
        Clock.objects.filter(state="preparing").update(amount=days)
        recalculation.ask_later()


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def step_under_way(case: FilingCase, by, changed: threading.Event, go: threading.Event) -> None:
    """A step that has read the old clock, and is not committed before it may go on."""

    def stop() -> None:
        changed.set()
        assert go.wait(PATIENCE)

    with stopping_after('UPDATE "cases_filingcase"', stop):
        perform(case, "prepare_filing", by, {"happened": at(MONDAY)}, case.version)


def reckon_without_locks() -> None:
    with without_locks():
        recalculation.recalculate()


def due_after_the_race(
    case: FilingCase, by, waits: bool, reckon: Callable[[], object] = recalculation.recalculate
) -> object:
    """What stays when the clock changes from 2 to 9 days while a step is under way."""
    changed, go = threading.Event(), threading.Event()
    step = in_thread(lambda: step_under_way(case, by, changed, go))
    assert changed.wait(PATIENCE)
    set_clock(9)
    reckoning = in_thread(reckon)
    reckoning.join(1 if waits else PATIENCE)
    assert reckoning.is_alive() == waits
    go.set()
    for thread in (step, reckoning):
        thread.join(PATIENCE)
    case.refresh_from_db()
    assert case.state == "preparing"
    return case.due_at


@pytest.mark.postgres
def test_the_reckoning_waits_for_a_step_that_knows_the_old_clock(world, li):
    case = walk(world, "triage", MONDAY)
    assert due_after_the_race(case, li, waits=True) == DUE[9]
    assert not recalculation.pending()


@pytest.mark.postgres
def test_control_without_the_lock_the_old_date_stays(world, li):
    case = walk(world, "triage", MONDAY)
    assert due_after_the_race(case, li, waits=False, reckon=reckon_without_locks) == DUE[2]


def test_steps_and_clocks_in_the_same_second_leave_the_new_clocks_date(world, li):
    for days in (9, 2, 9, 2, 9, 2):
        case = walk(world, "triage", MONDAY)

        def take(case: FilingCase = case) -> None:
            perform(case, "prepare_filing", li, {"happened": at(MONDAY)}, case.version)

        def change(days: int = days) -> None:
            set_clock(days)
            recalculation.recalculate()

        assert together(take, change) == [None, None]
        assert length_of(State.PREPARING) == (days, Unit.WORKING_DAYS)
        assert FilingCase.objects.get(pk=case.pk).due_at == DUE[days]
