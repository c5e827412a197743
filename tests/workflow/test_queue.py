"""The order in which an officer takes cases, worked out by hand."""

import datetime as dt
from itertools import product

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.workflow import queue
from icpcases.workflow.actions.assignment import assign
from icpcases.workflow.queue import Bucket, next_case, queue_of
from tests.deadlines.test_turns import at, end

pytestmark = pytest.mark.django_db


NOW = at("2026-03-10 10:00")


BEFORE, TODAY, LATER = at("2026-03-10 09:59"), end("2026-03-10"), end("2026-03-11")


def waiting(world, state: str, due: dt.datetime | None, **fields) -> FilingCase:
    """A case of Li's that is due at a certain moment."""
    case = world.at(state)
    FilingCase.objects.filter(pk=case.pk).update(due_at=due, **fields)
    return FilingCase.objects.get(pk=case.pk)


def order(user) -> list[tuple[str, int]]:
    """Bucket and key of every listed case, in the order of the page."""
    return [
        (listed.bucket.value, c.pk) for listed in queue_of(user, NOW).lists for c in listed.cases
    ]


def test_the_order_of_a_morning(world, li, chen):
    """Opened in an order that says nothing; the list is worked out from section 1 of the issue."""
    rest = waiting(world, "preparing", LATER)
    new = waiting(world, "triage", LATER)
    chased = waiting(world, "authority_review", end("2026-03-09"))
    undated = waiting(world, "preparing", None)
    today = waiting(world, "triage", TODAY)
    answered = waiting(world, "preparing", TODAY, answered=True)
    in_review = waiting(world, "provider_review", end("2026-03-06"), answered=True)
    window = waiting(world, "sms_verification", LATER)
    window_first = waiting(world, "sms_verification", at("2026-03-10 11:00"))
    window_over = waiting(world, "sms_verification", end("2026-03-07"))
    over = waiting(world, "triage", BEFORE)
    longest_over = waiting(world, "preparing", end("2026-03-05"), answered=True)
    for state, due in (("authority_review", LATER), ("filed", None), ("withdrawn", None)):
        waiting(world, state, due)
    waiting(world, "triage", BEFORE, officer=chen)
    nobodys = waiting(world, "triage", LATER, officer=None)
    nobodys_first = waiting(world, "provider_review", BEFORE, officer=None)
    waiting(world, "draft", None, officer=None)
    waiting(world, "withdrawn", None, officer=None)
    assert order(li) == [
        ("overdue", longest_over.pk), ("overdue", window_over.pk), ("overdue", over.pk),
        ("sms", window_first.pk), ("sms", window.pk),
        ("answered", in_review.pk), ("answered", answered.pk),
        ("today", today.pk), ("new", new.pk), ("rest", rest.pk), ("rest", undated.pk),
        ("chase", chased.pk),
        ("unassigned", nobodys_first.pk), ("unassigned", nobodys.pk),
    ]  # fmt: skip


def expected(case: FilingCase) -> str | None:
    """The first bucket that fits, asked in the order of the issue."""
    late = case.due_at is not None and case.due_at < NOW
    if case.turn == "nobody":
        return None
    if late and (case.turn == "officer" or case.state == "sms_verification"):
        return "overdue"
    if case.state == "sms_verification":
        # What has come in has a place, whatever clock runs.
        return "sms" if case.due_at else "answered" if case.answered else None
    if case.answered:
        return "answered"
    if case.turn != "officer":
        return "chase" if late else None
    if case.due_at == TODAY:
        return "today"
    return "new" if case.state == "triage" else "rest"


@pytest.mark.slow
def test_every_case_stands_in_exactly_the_first_bucket_that_fits(world, li):
    states = ("draft", "triage", "sms_verification", "provider_review", "open", "withdrawn")
    cases = [
        waiting(world, state, due, answered=answered)
        for state, due, answered in product(states, (None, BEFORE, TODAY, LATER), (False, True))
    ]
    wanted = sorted((expected(c), c.pk) for c in cases if expected(c))
    assert sorted(order(li)) == wanted


def test_lists_and_counts_are_capped(world, li, monkeypatch):
    monkeypatch.setattr(queue, "SHOWN", 2)
    monkeypatch.setattr(queue, "COUNTED", 3)
    for n in range(4):
        waiting(world, "triage", LATER + n * dt.timedelta(days=1))
    waiting(world, "preparing", LATER)
    found = {listed.bucket: listed for listed in queue_of(li, NOW).lists}
    first = found[Bucket.NEW]
    assert [case.due_at for case in first.cases] == [LATER, LATER + dt.timedelta(days=1)]
    assert (first.count, first.shown_count, first.more) == (4, "3+", True)
    assert (found[Bucket.REST].shown_count, found[Bucket.REST].more) == ("1", False)


def test_the_next_case(world, li):
    soon = timezone.now() + dt.timedelta(days=40)
    first, second, third = (
        waiting(world, "preparing", soon + n * dt.timedelta(days=1)).pk for n in range(3)
    )
    waiting(world, "triage", soon, officer=None)
    assert next_case(li) == first
    # Left as they are, one follows the other; after a step the first of the others comes.
    assert [next_case(li, after=pk) for pk in (first, second, third)] == [second, third, first]
    assert next_case(li, other_than=first) == second
    assert next_case(li, other_than=third) == first
    FilingCase.objects.exclude(pk=first).update(officer=None)
    assert (next_case(li, after=first), next_case(li, other_than=first)) == (None, None)


def test_a_released_case_is_back_in_the_queue_and_its_history_says_so(world, li):
    case = world.at("provider_review")
    assign(case, li, None, case.version)
    assert ("unassigned", case.pk) in order(li)
    row = case.history.latest("sequence")
    assert (row.kind, row.by, row.entered) == ("assignment", li, {"assigned": ""})
