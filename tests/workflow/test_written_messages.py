"""Messages both ways: who may write, where one waits, and what it leaves alone."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Notice
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.messages import (
    mark_read,
    waiting_messages,
    write_to_applicant,
    write_to_office,
)
from icpcases.workflow.actions.requests import answer
from icpcases.workflow.agenda import Task, agenda_of
from icpcases.workflow.changes import SeenVersion
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed, DoneAlready, NotAllowed, Stale
from icpcases.workflow.judgeable import next_in_queue
from icpcases.workflow.queue import queue_of
from tests.domain import STATES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WHO = ("wei", "mei", "li", "chen", "sun", "stranger")


@pytest.fixture
def cast(wei, mei, li, chen, sun, stranger) -> dict[str, User]:
    found = (wei, mei, li, chen, sun, stranger)
    return {account.username: account for account in found}


def fresh(case: FilingCase) -> FilingCase:
    return FilingCase.objects.get(pk=case.pk)


def places(user: User, case: FilingCase) -> list[str]:
    """The buckets of somebody's queue in which a case stands."""
    return [
        listed.bucket.value
        for listed in queue_of(user).lists
        for one in listed.cases
        if one == case
    ]


def may(act, by: User, case: FilingCase) -> bool:
    try:
        act(case, by)
    except NotAllowed:
        return False
    return True


def test_who_may_write_and_who_may_mark_as_read(world, cast):
    acts = {
        "to the office": lambda case, by: write_to_office(case, by, "A question.", case.version),
        "to the applicant": lambda case, by: write_to_applicant(case, by, "So.", case.version),
        "read": lambda case, by: mark_read(case, by, case.version),
    }
    allowed = {"to the office": {"wei"}, "to the applicant": {"li", "chen"}, "read": {"li", "chen"}}
    for name, act in acts.items():
        case = world.at("triage")
        write_to_office(case, cast["wei"], "Hello.", case.version)
        assert {who for who in WHO if may(act, cast[who], fresh(case))} == allowed[name], name


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_in_every_state_a_message_has_a_place_until_it_is_read(world, wei, li, chen, state):
    case = world.at(state)
    case.officer = li
    case.save(update_fields=["officer"])
    before = (case.turn, case.turn_since, case.due_at, case.answered)
    places_before = places(li, case)
    write_to_office(case, wei, "A question.", case.version)
    case = fresh(case)
    row = case.history.latest("sequence")
    assert (row.kind, row.note_public, row.by, row.told) == ("message", "A question.", wei, False)
    assert (case.answered, case.message_waits) == (True, row.sequence)
    # It takes the turn from nobody, but where it was nobody's.
    assert case.turn == ("officer" if before[0] == "nobody" else before[0])
    assert places(li, case) == (["sms"] if state == "sms_verification" else ["answered"])
    assert places(chen, case) == []
    assert agenda_of(case, False, timezone.now()).task == Task.READ_MESSAGE
    # Where nobody has the case, whoever works finds it: a draft as well.
    assign(case, li, None, case.version)
    assert (places(li, case), places(chen, case)) == (["unassigned"], ["unassigned"])
    case = fresh(case)
    assign(case, li, li, case.version)
    case = fresh(case)
    mark_read(case, chen, case.version)
    case = fresh(case)
    assert (case.turn, case.answered, case.message_waits) == (before[0], before[3], None)
    assert case.due_at == before[2]
    assert places(li, case) == places_before
    if before[0] != "nobody":
        assert case.turn_since == before[1]


def test_an_undated_sms_window_with_a_message_is_found_too(world, wei, li):
    case = world.at("sms_verification")
    write_to_office(case, wei, "No SMS has come.", case.version)
    FilingCase.objects.filter(pk=case.pk).update(due_at=None, officer=li)
    assert places(li, case) == ["answered"]


def test_an_answer_settles_what_its_page_showed_and_nothing_later(world, wei, li):
    case = world.at("triage")
    write_to_office(case, wei, "First.", case.version)
    seen = fresh(case)
    write_to_office(seen, wei, "Second.", seen.version)
    write_to_applicant(case, li, "To the first.", seen.version)
    case = fresh(case)
    first, second, answer = case.history.filter(kind="message").order_by("sequence")
    assert (answer.entered, answer.told) == ({"from": "office", "settles": [first.sequence]}, True)
    assert [row.note_public for row in waiting_messages(case)] == ["Second."]
    assert (case.message_waits, case.answered) == (second.sequence, True)
    with pytest.raises(Closed):
        mark_read(case, li, seen.version)
    mark_read(case, li, case.version)
    read = case.history.latest("sequence")
    assert (read.entered, read.note_public) == ({"settles": [second.sequence]}, "")
    assert (fresh(case).message_waits, fresh(case).answered) == (None, False)
    rows = case.history.count()
    # Nothing waits any more: nothing is recorded.
    mark_read(case, li, fresh(case).version)
    assert case.history.count() == rows


def test_an_answered_request_keeps_its_place_when_the_message_is_read(world, wei, li):
    case = world.at("returned")
    asked = case.requests.get()
    answer(case, wei, asked.pk, "Done.", case.version)
    case = fresh(case)
    write_to_office(case, wei, "I have answered.", case.version)
    case = fresh(case)
    mark_read(case, li, case.version)
    case = fresh(case)
    assert (case.answered, case.message_waits) == (True, None)
    assert agenda_of(case, False, timezone.now()).task == Task.JUDGE_ANSWERS


def test_a_message_is_written_whatever_happened_and_makes_nothing_stale(world, wei, li):
    case = world.at("triage")
    seen = case.version
    add_note(case, li, "Look.", case.version)
    perform(case, "prepare_filing", li, {}, fresh(case).version)
    write_to_office(case, wei, "Written from an old page.", seen)
    write_to_applicant(case, li, "From an old page, too.", seen)
    now = fresh(case).version
    write_to_office(case, wei, "One more.", now)
    # The office's page of before goes on; so does the applicant's.
    add_note(case, li, "From the page before the message.", now)
    write_to_applicant(case, li, "Read.", fresh(case).version)
    perform(case, "withdraw", wei, {"reason": "Given up."}, now)
    assert fresh(case).state == "withdrawn"


def test_what_else_happened_is_stale_as_before(world, wei, li):
    case = world.at("triage")
    seen = case.version
    write_to_office(case, wei, "Hello.", seen)
    perform(case, "prepare_filing", li, {}, fresh(case).version)
    with pytest.raises(Stale):
        add_note(case, li, "Too late.", seen)


def test_one_sending_is_one_message(world, wei, li):
    case = world.at("triage")
    seen = SeenVersion(case.version, "one page")
    write_to_office(case, wei, "Hello.", seen)
    with pytest.raises(DoneAlready):
        write_to_office(case, wei, "Hello.", seen)
    assert case.history.filter(kind="message").count() == 1
    now = SeenVersion(fresh(case).version, "another page")
    write_to_applicant(case, li, "Yes?", now)
    with pytest.raises(DoneAlready):
        write_to_applicant(case, li, "Yes?", now)
    assert case.history.filter(kind="message").count() == 2
    assert Notice.objects.filter(history__kind="message").count() == 1


def test_judging_passes_by_a_case_on_which_only_a_message_waits(world, wei, li):
    first, second = world.at("preparing"), world.at("preparing")
    write_to_office(first, wei, "Hello.", first.version)
    world.document(second, "other")
    found = next_in_queue(li)
    assert found is not None
    assert (found.case_id, found.kind) == (second.pk, "document")


def test_a_message_is_kept_like_all_history(world, wei):
    case = world.at("triage")
    write_to_office(case, wei, "Hello.", case.version)
    rows = HistoryRow.objects.filter(case=case, kind="message")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(note_public="I never said so.")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
