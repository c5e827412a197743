"""Whose turn it is, and until when: every date here was counted by hand on a calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from icpcases.cases.models import CalendarDay, Clock, FilingCase, Province
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.requests import answer, settle
from tests.domain import STATES
from tests.world import FOREIGN, FORUM

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


SHANGHAI = ZoneInfo("Asia/Shanghai")


# Section 4: the state, whose turn it is, and whether a turn clock runs.
TURNS = {
    "draft": ("applicant", False), "triage": ("officer", True),
    "certificate_needed": ("applicant", False), "certificate_applied": ("authority", False),
    "certificate_granted": ("officer", True), "preapproval_needed": ("applicant", False),
    "preapproval_applied": ("authority", True), "preapproval_granted": ("officer", True),
    "preparing": ("officer", True), "provider_review": ("provider", True),
    "provider_passed": ("provider", True),
    "sms_verification": ("applicant", True), "authority_review": ("authority", True),
    # tests/world.py has it returned with a reason, which is a request to the applicant.
    "returned": ("applicant", False),
    "filed": ("applicant", False), "open": ("applicant", True), "completed": ("nobody", False),
    "not_required": ("nobody", False), "referred": ("nobody", False),
    "ineligible": ("nobody", False), "refused": ("nobody", False),
    "withdrawn": ("nobody", False),
}  # fmt: skip


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def end(day: str) -> dt.datetime:
    """The last second of a day in Shanghai."""
    return at(f"{day} 23:59:59")


@pytest.mark.parametrize("state", STATES)
def test_whose_turn_it_is(world, state):
    case = world.at(state)
    assert (case.turn, case.due_at is not None) == TURNS[state]
    assert case.history.last().turn == case.turn


def test_the_market_regulator_decides_on_the_certificate(world):
    named = {state: world.at(state).turn_name for state in ("certificate_applied", "triage")}
    named["preapproval_applied"] = world.at("preapproval_applied").turn_name
    assert named == {
        "certificate_applied": "the market regulator", "triage": "an officer",
        "preapproval_applied": "the administration",
    }  # fmt: skip


WAYS = {
    "triage": "submit_request",
    "preparing": "submit_request prepare_filing",
    "provider_review": "submit_request prepare_filing supply submit_to_provider",
    "provider_passed": "submit_request prepare_filing supply submit_to_provider provider_passes",
    "sms_verification": "submit_request prepare_filing supply submit_to_provider provider_passes "
    "sent_to_administration",
    "authority_review": "submit_request prepare_filing supply submit_to_provider provider_passes "
    "sent_to_administration confirm_sms",
    "returned": "submit_request prepare_filing supply submit_to_provider return_for_correction",
    "certificate_granted": "submit_request begin_certificate record_certificate_application "
    "record_certificate",
    "preapproval_applied": "submit_request begin_preapproval record_preapproval_application",
    "preapproval_granted": "submit_request begin_preapproval record_preapproval_application "
    "record_preapproval",
}


def walk(world, state: str, when: str, facts: dict[str, str] | None = None, **data) -> FilingCase:
    """A case whose steps all happened at one moment, up to a state."""
    case = world.case(facts, happened=at(when), **data.pop("changed", {}))
    for step in WAYS[state].split():
        if step == "supply":
            case = world.supply(case)
        else:
            given = data if step == "submit_to_provider" else {}
            case = world.step(case, step, happened=at(when), **given)
    assert (case.state, case.state_since, case.turn_since) == (state, at(when), at(when))
    return case


@pytest.mark.parametrize(
    ("state", "when", "due"),
    [
        # One working day: over a weekend, into a Saturday that is worked, over Labour Day.
        ("triage", "2026-03-02 09:00", end("2026-03-03")),
        ("triage", "2026-03-06 17:30", end("2026-03-09")),
        ("triage", "2026-10-09 09:00", end("2026-10-10")),
        ("triage", "2026-04-30 09:00", end("2026-05-06")),
        # Late on a Monday in London it is Tuesday in Shanghai.
        ("triage", "2026-03-03 00:30", end("2026-03-04")),
        ("preparing", "2026-03-05 09:00", end("2026-03-09")),
        ("provider_review", "2026-09-30 09:00", end("2026-10-09")),
        ("provider_passed", "2026-03-06 17:30", end("2026-03-11")),
        ("provider_passed", "2026-09-30 09:00", end("2026-10-10")),
        ("sms_verification", "2026-03-06 17:30", at("2026-03-07 17:30")),
        ("authority_review", "2026-09-25 15:00", end("2026-10-29")),
        ("authority_review", "2026-02-13 09:00", end("2026-03-19")),
    ],
)
def test_when_the_turn_ends(world, state, when, due):
    case = walk(world, state, when)
    assert (case.due_at, case.due_provisional) == (due, False)


def test_the_certificate_and_the_preapproval(world):
    case = walk(world, "certificate_granted", "2026-03-06 09:00", FOREIGN)
    assert case.due_at == end("2026-03-09")
    world.province_answers("CN-BJ", "yes")
    case = walk(world, "preapproval_applied", "2026-03-02 09:00", FORUM)
    assert case.due_at == end("2026-05-01")
    case = walk(world, "preapproval_granted", "2026-03-06 09:00", FORUM)
    assert case.due_at == end("2026-03-09")


def test_zhejiang_takes_thirty_working_days(world):
    zhejiang = {"province": "CN-ZJ"}
    case = walk(world, "authority_review", "2026-09-25 15:00", changed=zhejiang)
    assert case.due_at == end("2026-11-12")


def test_a_provider_may_have_its_own_days(world):
    slow = world.provider("Slow Cloud", review_days=5)
    case = walk(world, "provider_review", "2026-03-02 09:00", provider=slow.pk)
    assert case.due_at == end("2026-03-09")


def test_beyond_the_last_published_year_a_date_is_provisional(world):
    assert CalendarDay.objects.latest("day").day.year == 2026
    Province.objects.filter(pk="CN-BJ").update(review_days=70)
    case = walk(world, "authority_review", "2026-09-25 15:00")
    assert (case.due_at, case.due_provisional) == (end("2027-01-07"), True)


def test_clocks_and_calendar_are_data(world):
    Clock.objects.filter(state="triage").update(amount=3)
    CalendarDay.objects.create(day=dt.date(2026, 3, 4), kind="holiday")
    CalendarDay.objects.create(day=dt.date(2026, 3, 7), kind="workday")
    assert walk(world, "triage", "2026-03-03 09:00").due_at == end("2026-03-07")


def test_the_public_security_filing_is_due_thirty_days_after_the_opening(world, wei):
    case = walk(world, "authority_review", "2026-03-02 09:00")
    case = world.step(case, "approve", happened=at("2026-03-05 09:00"), filed_on="2026-03-04")
    assert (case.due_at, case.turn) == (None, "applicant")
    opened = {"happened": at("2026-03-20 09:00"), "opened_on": "2026-03-10"}
    case = world.step(case, "record_opening", **opened)
    assert case.due_at == end("2026-04-09")
    case = world.step(case, "record_footer", happened=at("2026-03-21 09:00"))
    assert (case.due_at, case.turn, case.turn_since) == (
        end("2026-04-09"), "applicant", at("2026-03-20 09:00"),
    )  # fmt: skip
    case = world.step(case, "record_public_security", happened=at("2026-03-22 09:00"))
    assert (case.due_at, case.turn, case.turn_since) == (None, "nobody", at("2026-03-22 09:00"))


def test_the_public_security_filing_alone_leaves_the_footer_to_do(world):
    case = world.step(world.at("open"), "record_public_security")
    assert (case.due_at, case.turn) == (None, "applicant")
    assert world.step(case, "record_footer").turn == "nobody"


def ask(world, case: FilingCase, when: str, **data) -> int:
    case.refresh_from_db()
    entry = {"about": "domain", "text": "Whose is it?", **data}
    request = requests.ask(case, world.li, entry, case.version, at(when))
    case.refresh_from_db()
    return request.pk


def answered(world, case: FilingCase, pk: int, when: str) -> None:
    case.refresh_from_db()
    answer(case, world.wei, pk, "Ours.", case.version, at(when))
    case.refresh_from_db()


def test_the_officers_clock_stands_still_while_a_request_is_open(world, li):
    """Two working days from Monday; asked on Tuesday one is left, answered on Thursday: Friday."""
    case = walk(world, "preparing", "2026-03-02 09:00")
    assert (case.turn, case.due_at) == ("officer", end("2026-03-04"))
    pk = ask(world, case, "2026-03-03 10:00")
    assert (case.turn, case.turn_since, case.due_at) == ("applicant", at("2026-03-03 10:00"), None)
    answered(world, case, pk, "2026-03-05 11:00")
    assert (case.turn, case.turn_since) == ("officer", at("2026-03-05 11:00"))
    assert (case.due_at, case.state_since) == (end("2026-03-06"), at("2026-03-02 09:00"))
    # Asked again on Friday both days are used up: due on the very day it comes back.
    settle(case, li, pk, "open", "Prove it.", case.version, at("2026-03-06 09:00"))
    answered(world, case, pk, "2026-03-09 09:00")
    assert case.due_at == end("2026-03-09")


def test_asked_and_answered_on_one_day_costs_nothing(world):
    case = walk(world, "preparing", "2026-03-02 09:00")
    pk = ask(world, case, "2026-03-02 10:00")
    answered(world, case, pk, "2026-03-02 16:00")
    assert case.due_at == end("2026-03-04")


def test_the_request_that_is_due_first_decides(world):
    case = walk(world, "preparing", "2026-03-02 09:00")
    ask(world, case, "2026-03-02 10:00")
    assert case.due_at is None
    late = ask(world, case, "2026-03-02 10:01", due_on=dt.date(2026, 3, 20))
    soon = ask(world, case, "2026-03-02 10:02", due_on=dt.date(2026, 3, 10))
    assert (case.due_at, case.turn_since) == (end("2026-03-10"), at("2026-03-02 10:00"))
    answered(world, case, soon, "2026-03-03 10:00")
    assert (case.turn, case.due_at) == ("applicant", end("2026-03-20"))
    answered(world, case, late, "2026-03-03 11:00")
    assert (case.turn, case.due_at) == ("applicant", None)


def test_a_return_starts_with_the_applicant_and_the_officers_days_run_from_the_answer(world):
    case = walk(world, "returned", "2026-03-02 09:00")
    assert (case.turn, case.due_at) == ("applicant", None)
    answered(world, case, case.requests.get().pk, "2026-03-05 11:00")
    assert (case.turn, case.due_at) == ("officer", end("2026-03-09"))


def test_elsewhere_a_request_moves_no_turn(world):
    case = walk(world, "triage", "2026-03-02 09:00")
    ask(world, case, "2026-03-02 10:00", due_on=dt.date(2026, 3, 20))
    assert (case.turn, case.due_at) == ("officer", end("2026-03-03"))
    case = walk(world, "provider_review", "2026-03-02 09:00")
    ask(world, case, "2026-03-02 10:00")
    assert (case.turn, case.due_at) == ("provider", end("2026-03-04"))


def test_a_note_a_document_and_an_assignment_start_no_clock_anew(world, li):
    case = walk(world, "preparing", "2026-03-02 09:00")
    add_note(case, li, "Called them.", case.version)
    case.refresh_from_db()
    assign(case, li, None, case.version)
    world.document(case, "business_licence")
    case.refresh_from_db()
    assert (case.state_since, case.turn_since) == (at("2026-03-02 09:00"), at("2026-03-02 09:00"))
    assert case.due_at == end("2026-03-04")


def test_an_excursion_taken_back_leaves_turn_and_times_as_they_were(world, chen):
    """Asked on Tuesday, answered on Thursday; a submission of Friday is taken back on Monday."""
    case = world.supply(walk(world, "preparing", "2026-03-02 09:00"))
    pk = ask(world, case, "2026-03-03 10:00")
    answered(world, case, pk, "2026-03-05 11:00")
    settle(case, world.li, pk, "accepted", "", case.version, at("2026-03-05 12:00"))
    for day in ("2026-03-06", "2026-03-10"):
        case = world.step(case, "submit_to_provider", happened=at(f"{day} 09:00"))
        assert (case.state_since, case.turn) == (at(f"{day} 09:00"), "provider")
        case = world.step(case, "step_back", by=chen, happened=at(f"{day} 15:00"))
        assert (case.state_since, case.turn_since) == (
            at("2026-03-02 09:00"), at("2026-03-05 11:00"),
        )  # fmt: skip
        assert (case.turn, case.due_at) == ("officer", end("2026-03-06"))
