"""A changed calendar or clock moves the due dates that hang on it, and nothing else."""

import datetime as dt
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from icpcases.cases.models import CalendarDay, Clock, DueRun, FilingCase, HistoryRow, Province
from icpcases.deadlines import recalculation
from icpcases.deadlines.clocks import length_of
from icpcases.lifecycle.states import State, Unit
from icpcases.workflow.actions.requests import answer, ask

from .test_turns import at, end, walk

pytestmark = pytest.mark.django_db


WORKING = Unit.WORKING_DAYS


# What is asked for; savepoint, clocks, cases, requests, orders, calendar, the update, release; how
# far it has come. Then what is asked for, once more a batch, which finds none, and that it is done.
QUERIES_OF_A_RUN = 16


def reckoned() -> int:
    """How many due dates change when all are reckoned anew."""
    recalculation.ask_later()
    return recalculation.recalculate()


def test_the_most_specific_clock_counts(world):
    slow, zhejiang = world.provider("Slow Cloud", review_days=5), Province.objects.get(pk="CN-ZJ")
    beijing, swift = Province.objects.get(pk="CN-BJ"), world.provider("Swift Cloud")
    rows = [
        ("provider_review", None, swift, 3), ("provider_review", zhejiang, None, 4),
        ("provider_review", zhejiang, slow, 9), ("triage", zhejiang, None, 6),
    ]  # fmt: skip
    for state, province, provider, days in rows[1:]:
        Clock.objects.create(
            state=state, province=province, provider=provider, amount=days, unit=WORKING
        )
    asked = {
        (State.TRIAGE, beijing, None): 1, (State.TRIAGE, zhejiang, None): 6,
        (State.PROVIDER_REVIEW, beijing, None): 2, (State.PROVIDER_REVIEW, zhejiang, None): 4,
        (State.PROVIDER_REVIEW, beijing, slow): 5, (State.PROVIDER_REVIEW, beijing, swift): 2,
        (State.PROVIDER_REVIEW, zhejiang, slow): 9, (State.PROVIDER_REVIEW, zhejiang, swift): 4,
        (State.AUTHORITY_REVIEW, beijing, slow): 20, (State.AUTHORITY_REVIEW, zhejiang, slow): 30,
    }  # fmt: skip
    assert {key: length_of(*key) for key in asked} == {
        key: (days, WORKING) for key, days in asked.items()
    }
    assert length_of(State.DRAFT, zhejiang, slow) is None


def test_provinces_leave_the_usual_days_to_the_clock():
    named = dict(Province.objects.exclude(review_days=None).values_list("pk", "review_days"))
    assert named == {"CN-ZJ": 30}
    Clock.objects.filter(state="authority_review").update(amount=25)
    beijing = Province.objects.get(pk="CN-BJ")
    assert length_of(State.AUTHORITY_REVIEW, beijing) == (25, WORKING)


def test_one_term_stands_in_one_place(world):
    place = {"province_id": "CN-ZJ"}
    with pytest.raises(ValidationError) as there:
        Clock(state="authority_review", amount=9, unit=WORKING, **place).full_clean()
    assert there.value.message_dict == {"province": ["Set these days in the province itself."]}
    provider = world.provider()
    with pytest.raises(ValidationError) as there:
        Clock(state="provider_review", amount=9, unit=WORKING, provider=provider).full_clean()
    assert there.value.message_dict == {"provider": ["Set these days in the provider itself."]}


@pytest.mark.parametrize("place", ["", "province", "provider", "both"])
def test_there_is_one_clock_for_one_place(world, place):
    fields = {"province_id": "CN-ZJ"} if place in ("province", "both") else {}
    if place in ("provider", "both"):
        fields["provider"] = world.provider()
    clock = {"state": "triage", "amount": 3, "unit": WORKING, **fields}
    if place:
        Clock.objects.create(**clock)
    with pytest.raises(ValidationError) as twice:
        Clock(**clock).full_clean()
    assert twice.value.messages == ["There is a clock for this already."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(**clock)


def test_a_holiday_moves_what_waits_over_it_and_raises_no_version(world):
    """Friday 6 March 2026: the Monday after becomes a holiday, so Tuesday it is."""
    case = walk(world, "triage", "2026-03-06 09:00")
    other = walk(world, "sms_verification", "2026-03-06 09:00")
    draft = world.case()
    rows = HistoryRow.objects.count()
    assert (case.due_at, other.due_at) == (end("2026-03-09"), at("2026-03-07 09:00"))
    CalendarDay.objects.create(day=dt.date(2026, 3, 9), kind="holiday")
    assert reckoned() == 1
    now = FilingCase.objects.get(pk=case.pk)
    assert (now.due_at, now.version) == (end("2026-03-10"), case.version)
    assert FilingCase.objects.get(pk=other.pk).due_at == at("2026-03-07 09:00")
    assert FilingCase.objects.get(pk=draft.pk).due_at is None
    assert HistoryRow.objects.count() == rows
    assert reckoned() == 0


def test_days_the_officer_has_used_up_stay_used_up(world, li):
    """Two days from Monday 2 March; asked on Tuesday, answered on Thursday: one day is left."""
    case = walk(world, "preparing", "2026-03-02 09:00")
    entry = {"about": "domain", "text": "Whose is it?", "due_on": dt.date(2026, 3, 20)}
    request = ask(case, li, entry, case.version, at("2026-03-03 10:00"))
    assert reckoned() == 0
    case.refresh_from_db()
    assert case.due_at == end("2026-03-20")
    answer(case, world.wei, request.pk, "Ours.", case.version, at("2026-03-05 11:00"))
    assert reckoned() == 0
    Clock.objects.filter(state="preparing").update(amount=4)
    assert reckoned() == 1
    case.refresh_from_db()
    assert case.due_at == end("2026-03-10")


def test_clocks_of_a_province_and_a_provider_reach_their_cases_only(world):
    beijing = walk(world, "provider_review", "2026-03-02 09:00")
    zhejiang = walk(world, "provider_review", "2026-03-02 09:00", changed={"province": "CN-ZJ"})
    Clock.objects.create(state="provider_review", province_id="CN-ZJ", amount=3, unit=WORKING)
    assert reckoned() == 1
    beijing.refresh_from_db()
    zhejiang.refresh_from_db()
    assert (beijing.due_at, zhejiang.due_at) == (end("2026-03-04"), end("2026-03-05"))
    world.provider().__class__.objects.update(review_days=5)
    assert reckoned() == 2
    zhejiang.refresh_from_db()
    assert zhejiang.due_at == end("2026-03-09")


def test_a_clock_for_a_state_that_had_none_and_none_for_one_that_had(world):
    draft, case = world.case(happened=at("2026-03-02 09:00")), world.at("triage")
    Clock.objects.create(state="draft", amount=14, unit=Unit.DAYS)
    Clock.objects.filter(state="triage").delete()
    assert reckoned() == 2
    draft.refresh_from_db()
    case.refresh_from_db()
    assert (draft.due_at, case.due_at) == (end("2026-03-16"), None)


def test_it_goes_on_where_it_was_left_and_starts_anew_when_asked_again(world, monkeypatch):
    cases = [world.at("triage") for _n in range(3)]
    monkeypatch.setattr(recalculation, "BATCH", 1)
    Clock.objects.filter(state="triage").update(amount=9)
    recalculation.ask_later()
    DueRun.objects.update(cursor=cases[0].pk)
    assert recalculation.recalculate() == 2
    assert not recalculation.pending()
    recalculation.ask_later()
    assert recalculation.pending()
    assert recalculation.recalculate() == 1


def test_few_are_reckoned_at_once_and_many_by_the_daily_job(
    world, monkeypatch, django_capture_on_commit_callbacks
):
    case = walk(world, "triage", "2026-03-06 09:00")
    Clock.objects.filter(state="triage").update(amount=2)
    with django_capture_on_commit_callbacks(execute=True):
        assert recalculation.ask_for_recalculation()
    case.refresh_from_db()
    assert (case.due_at, recalculation.pending()) == (end("2026-03-10"), False)
    monkeypatch.setattr(recalculation, "AT_ONCE", 0)
    Clock.objects.filter(state="triage").update(amount=3)
    with django_capture_on_commit_callbacks(execute=True):
        assert not recalculation.ask_for_recalculation()
    assert recalculation.pending()
    out = StringIO()
    call_command("daily", stdout=out)
    assert "due dates changed: 1\n" in out.getvalue()
    case.refresh_from_db()
    assert (case.due_at, recalculation.pending()) == (end("2026-03-11"), False)


@pytest.mark.parametrize("cases", [1, 3])
def test_a_run_costs_the_same_however_many_it_reckons(world, cases, django_assert_num_queries):
    for _n in range(cases):
        world.at("triage")
    Clock.objects.filter(state="triage").update(amount=9)
    recalculation.ask_later()
    with django_assert_num_queries(QUERIES_OF_A_RUN):
        assert recalculation.recalculate() == cases


def test_the_command_reckons_all_or_only_goes_on(world):
    case = walk(world, "triage", "2026-03-06 09:00")
    Clock.objects.filter(state="triage").update(amount=2)
    told = {}
    for options in (["--go-on"], []):
        out = StringIO()
        call_command("recalculate", *options, stdout=out)
        case.refresh_from_db()
        told[tuple(options)] = (out.getvalue(), case.due_at)
    assert told == {
        ("--go-on",): ("due dates changed: 0\n", end("2026-03-09")),
        (): ("due dates changed: 1\n", end("2026-03-10")),
    }
