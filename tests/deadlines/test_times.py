"""When things happened, and what time brings about: expiry, the late SMS, reopening."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from icpcases.cases.models import Clock, FilingCase, Province, Service
from icpcases.lifecycle.states import Unit
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.changes import SYSTEM
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Closed, NotAllowed
from tests.world import ENTERPRISE

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> dt.datetime:
    """A moment in Shanghai."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_both_times_are_kept(world, li):
    case = world.case(happened=at("2026-03-02 09:00"))
    start = timezone.now()
    case = world.step(case, "submit_request", happened=at("2026-03-02 10:30"))
    row = case.history.get(step="submit_request")
    assert row.happened_at == at("2026-03-02 10:30")
    assert start <= row.recorded_at <= timezone.now()
    assert (case.state_since, case.turn_since) == (row.happened_at, row.happened_at)


def test_left_empty_it_happened_now(world):
    start = timezone.now()
    row = world.at("triage").history.get(step="submit_request")
    assert start <= row.happened_at == row.recorded_at <= timezone.now()


@pytest.mark.parametrize("minutes", [2, 60 * 24])
def test_a_step_in_the_future_is_refused(world, li, minutes):
    case = world.at("triage")
    when = timezone.now() + dt.timedelta(minutes=minutes)
    with pytest.raises(BadEntry) as bad:
        perform(case, "prepare_filing", li, {"happened": when}, case.version)
    assert list(bad.value.form.errors) == ["happened"]


def test_no_step_is_ever_kept_as_happening_later_than_it_was_recorded(world, li):
    """The field takes whole minutes, and a clock may be seconds ahead."""
    case = world.at("triage")
    when = timezone.now() + dt.timedelta(seconds=40)
    perform(case, "prepare_filing", li, {"happened": when}, case.version)
    row = case.history.get(step="prepare_filing")
    assert row.happened_at <= row.recorded_at


def test_a_step_before_the_step_before_is_refused(world, li):
    case = world.case(happened=at("2026-03-02 09:00"))
    case = world.step(case, "submit_request", happened=at("2026-03-02 10:30"))
    with pytest.raises(BadEntry) as bad:
        perform(case, "prepare_filing", li, {"happened": at("2026-03-02 10:29")}, case.version)
    assert list(bad.value.form.errors) == ["happened"]
    assert "2026-03-02 10:30" in bad.value.form.errors["happened"][0]
    done = perform(case, "prepare_filing", li, {"happened": at("2026-03-02 10:30")}, case.version)
    assert done.state_since == at("2026-03-02 10:30")


def test_nothing_happens_before_the_case_was_opened(world, li):
    case = world.case(happened=at("2026-03-02 09:00"))
    early = {"happened": at("2026-03-01 18:00")}
    with pytest.raises(BadEntry) as bad:
        perform(case, "submit_request", li, early, case.version)
    assert bad.value.form.errors == {
        "happened": ["The case was opened on 2026-03-02 09:00; this cannot lie earlier."]
    }
    assert world.step(case, "submit_request", happened=at("2026-03-02 09:00")).state == "triage"


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("2026-03-02 08:59", "The step before it happened on 2026-03-02 10:30; "
         "this cannot lie earlier."),
        ("2099-01-01 09:00", "This lies in the future."),
    ],
)  # fmt: skip
def test_an_edit_keeps_the_same_times_as_a_step(world, li, when, sentence):
    case = world.case(happened=at("2026-03-02 09:00"))
    case = world.step(case, "submit_request", happened=at("2026-03-02 10:30"))
    with pytest.raises(Closed) as closed:
        add_note(case, li, "Called.", case.version, at(when))
    assert [(f.code, f.sentence) for f in closed.value.findings] == [("happened", sentence)]
    add_note(case, li, "Called.", case.version, at("2026-03-02 10:30"))
    assert case.history.latest("sequence").happened_at == at("2026-03-02 10:30")


def test_the_footer_does_not_lie_before_the_filing(world, chen):
    day = timezone.localdate()
    case = world.at("filed")
    with pytest.raises(BadEntry) as bad:
        world.step(case, "record_footer", by=chen, footer_on=day - dt.timedelta(days=1))
    assert bad.value.form.errors == {
        "footer_on": [f"The number was granted on {day}; this cannot lie earlier."]
    }
    world.step(case, "record_footer", by=chen, footer_on=day)
    assert Service.objects.get().footer_on == day


def test_an_errand_is_not_completed_before_it_was_submitted(world, chen):
    day = timezone.localdate()
    case = world.step(world.at("completed"), "step_back", by=chen)
    for wrong, sentence in (
        (day - dt.timedelta(days=1), "This lies before the filing was submitted."),
        (day + dt.timedelta(days=1), "This date lies in the future."),
    ):
        with pytest.raises(BadEntry) as bad:
            world.step(case, "complete", by=chen, completed_on=wrong)
        assert bad.value.form.errors == {"completed_on": [sentence]}
    assert world.step(case, "complete", by=chen, completed_on=day).state == "completed"


def returned_on_the_last_days(world) -> FilingCase:
    """Submitted on 2 March 2026, so the order lives until 16 April; returned, all settled."""
    case = world.case(happened=at("2026-03-02 08:00"))
    for step in ("submit_request", "prepare_filing", "supply", "submit_to_provider",
                 "return_for_correction"):  # fmt: skip
        if step == "supply":
            world.supply(case)
        else:
            case = world.step(case, step, happened=at("2026-03-02 09:00"))
    case.requests.update(status="waived", waiver="asked in error")
    return case


def test_a_submission_set_back_is_judged_by_the_day_it_happened(world, li):
    case = returned_on_the_last_days(world)
    with pytest.raises(Closed) as closed:
        perform(case, "submit_to_provider", li, {}, case.version)
    assert closed.value.codes == ["order.alive"]
    late = {"happened": at("2026-04-17 00:01")}
    with pytest.raises(Closed) as closed:
        perform(case, "submit_to_provider", li, late, case.version)
    assert closed.value.codes == ["order.alive"]
    in_time = {"happened": at("2026-04-16 23:59")}
    assert perform(case, "submit_to_provider", li, in_time, case.version).state == "provider_review"


def test_an_expiry_set_back_is_judged_by_the_day_it_happened(world, li):
    case = returned_on_the_last_days(world)
    early = {"happened": at("2026-04-16 23:59")}
    with pytest.raises(Closed) as closed:
        perform(case, "expire_order", li, early, case.version)
    assert closed.value.codes == ["order.expired"]
    over = {"happened": at("2026-04-17 00:00")}
    case = perform(case, "expire_order", li, over, case.version)
    assert (case.state, case.orders.get().ended_on) == ("preparing", dt.date(2026, 4, 17))


def test_papers_are_current_by_the_day_the_step_happened(world, li):
    """The licence ends on 1 June 2026: 90 days before is 3 March, one day more is needed."""
    case = world.case(happened=at("2026-03-01 08:00"))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at("2026-03-01 09:00"))
    case = world.supply(case)
    case.documents.filter(kind="business_licence").update(expires_on=dt.date(2026, 6, 1))
    entry = world.entry(case, "submit_to_provider")
    for late in ({}, {"happened": at("2026-03-03 00:00")}):
        with pytest.raises(Closed) as closed:
            perform(case, "submit_to_provider", li, {**entry, **late}, case.version)
        assert closed.value.codes == ["document.current"]
    entry["happened"] = at("2026-03-02 23:59")
    assert perform(case, "submit_to_provider", li, entry, case.version).state == "provider_review"


def test_the_system_lets_an_order_expire_and_does_nothing_else(world):
    case = returned_on_the_last_days(world)
    for step in ("withdraw", "submit_to_provider", "step_back"):
        with pytest.raises(NotAllowed):
            perform(case, step, SYSTEM, world.entry(case, step), case.version)
    case = perform(case, "expire_order", SYSTEM, {}, case.version)
    row = case.history.get(step="expire_order")
    assert (case.state, row.by, row.on_behalf_of) == ("preparing", None, "")


def test_the_system_does_not_end_an_order_within_its_life_or_elsewhere(world):
    for state, codes in (("returned", ["order.expired"]), ("preparing", ["state"])):
        case = world.at(state)
        with pytest.raises(Closed) as closed:
            perform(case, "expire_order", SYSTEM, {}, case.version)
        assert closed.value.codes == codes


def test_reopening_ends_the_order_and_has_granted_papers_confirmed_anew(world, chen):
    case = world.at("refused")
    refused = case.orders.get()
    assert refused.ended_on == timezone.localdate()
    case = world.step(case, "reopen", by=chen)
    assert case.state == "draft"
    assert set(case.documents.values_list("status", flat=True)) == {"pending"}
    assert case.orders.filter(ended_on=None).count() == 0


def test_a_certificate_stays_through_a_reopening_but_opens_nothing_until_confirmed(world, chen):
    case = world.at("certificate_granted")
    for step in ("withdraw", "reopen", "submit_request"):
        case = world.step(case, step, by=chen)
    assert (case.state, case.registration_certificate) == ("triage", True)
    with pytest.raises(Closed) as closed:
        perform(case, "prepare_filing", chen, {}, case.version)
    assert closed.value.codes == ["claim.backed"]
    paper = case.documents.get()
    judge_document(case, chen, paper.pk, True, "", case.version)
    assert world.step(case, "prepare_filing").state == "preparing"


@pytest.mark.parametrize("state", ["completed", "filed", "open"])
def test_what_is_done_is_not_reopened(world, chen, state):
    case = world.at(state)
    with pytest.raises(Closed) as closed:
        perform(case, "reopen", chen, {"reason": "again"}, case.version)
    assert closed.value.codes == ["state"]


def sent_by_sms(world: Any, when: str) -> FilingCase:
    """A case whose SMS was sent then."""
    case = world.case(happened=at("2026-03-02 08:00"))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at("2026-03-02 09:00"))
    case = world.supply(case)
    for step in ("submit_to_provider", "provider_passes", "sent_to_administration"):
        case = world.step(case, step, happened=at(when))
    return case


# Monday 2 March 2026 at ten, or Friday 6 March; the window, when it is over, an answer: late?
ANSWERS = [
    ("2026-03-02", (24, Unit.HOURS), "03-03 10:00:00", "03-03 10:00", False),
    ("2026-03-02", (24, Unit.HOURS), "03-03 10:00:00", "03-03 10:01", True),
    ("2026-03-06", (1, Unit.WORKING_DAYS), "03-09 23:59:59", "03-08 12:00", False),
    ("2026-03-06", (1, Unit.WORKING_DAYS), "03-09 23:59:59", "03-09 18:00", False),
    ("2026-03-06", (1, Unit.WORKING_DAYS), "03-09 23:59:59", "03-10 00:00", True),
    ("2026-03-06", (1, Unit.DAYS), "03-07 23:59:59", "03-07 18:00", False),
    ("2026-03-06", (1, Unit.DAYS), "03-07 23:59:59", "03-08 00:00", True),
]


@pytest.mark.parametrize(("sent", "clock", "due", "answered", "late"), ANSWERS)
def test_the_sms_may_be_confirmed_late_and_is_marked_so(world, sent, clock, due, answered, late):
    amount, unit = clock
    Clock.objects.filter(state="sms_verification").update(amount=amount, unit=unit.value)
    case = sent_by_sms(world, f"{sent} 10:00")
    assert case.due_at == at(f"2026-{due}")
    case = world.step(case, "confirm_sms", happened=at(f"2026-{answered}"))
    row = case.history.get(step="confirm_sms")
    assert (case.state, row.entered) == ("authority_review", {"late": late, "person": "both"})


def test_where_no_clock_runs_nothing_is_late(world):
    Clock.objects.filter(state="sms_verification").delete()
    case = world.step(sent_by_sms(world, "2026-03-02 10:00"), "confirm_sms")
    entered = case.history.get(step="confirm_sms").entered
    assert entered == {"late": False, "person": "both"}


def test_an_answer_that_changes_later_breaks_no_case(world, li):
    case = world.at("preapproval_needed")
    world.province_answers("CN-BJ", "no")
    assert Province.objects.get(pk="CN-BJ").accepts_forums == "no"
    case = world.step(case, "record_preapproval_application")
    assert world.step(case, "record_preapproval").state == "preapproval_granted"
    assert world.step(case, "prepare_filing").state == "preparing"


def test_a_name_that_is_no_step_is_a_mistake_of_the_program(world, li):
    case = world.case(ENTERPRISE)
    with pytest.raises(ValueError):
        perform(case, "jump_the_queue", li, {}, case.version)
