"""Taking a step back: every step, chains of them, and when the earlier state no longer fits."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, Order, Service, Setting
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.requests import settle
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.explain import explain, explain_step
from icpcases.workflow.messages import sentence_of
from tests.domain import TABLE
from tests.register.dump import register, states
from tests.world import ENTERPRISE, FOREIGN, FORUM, user

pytestmark = pytest.mark.django_db


# Each step from a state it leads out of, and what the history keeps of what it entered.
STEPS = [
    ("draft", "submit_request", []),
    ("triage", "send_back", []),
    ("hong_kong", "close_not_required", []),
    ("ip_address", "refer", []),
    ("individual", "decline", []),
    ("foreign", "begin_certificate", []),
    ("certificate_needed", "record_certificate_application",
     ["application_number", "applied_on", "authority"]),
    ("certificate_applied", "record_certificate",
     ["expires_on", "file", "issued_in", "issued_on", "number"]),
    ("forum", "begin_preapproval", []),
    ("preapproval_needed", "record_preapproval_application",
     ["application_number", "applied_on", "authority"]),
    ("preapproval_applied", "record_preapproval", ["file", "issued_on", "issuer", "number"]),
    ("authority_review", "record_refusal", []),
    ("triage", "prepare_filing", []),
    ("preparing", "submit_to_provider", ["order_created_on", "order_number", "provider"]),
    ("provider_review", "provider_passes", []),
    ("provider_passed", "sent_to_administration", []),
    ("provider_passed", "pull_back", []),
    ("sms_verification", "sms_expired", []),
    ("provider_review", "return_for_correction", ["returned_by"]),
    ("sms_verification", "return_for_correction", ["returned_by"]),
    ("sms_verification", "confirm_sms", ["late", "person"]),
    ("authority_review", "approve", ["filed_on", "icp_number"]),
    ("completing", "complete", ["completed_on"]),
    ("filed", "record_opening", ["opened_on"]),
    ("filed", "record_footer", ["footer_on"]),
    ("open", "record_public_security", ["public_security_number", "public_security_on"]),
    ("returned", "expire_order", []),
    ("provider_review", "withdraw", []),
    ("refused", "reopen", []),
]  # fmt: skip


# Times start anew, and what follows from them.
RUNNING = {"version", "state_since", "turn_since", "due_at", "due_provisional"}


SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_step_is_tried():
    assert {step for _state, step, _kept in STEPS} == set(TABLE) - {"step_back"}


def before(world, state: str) -> FilingCase:
    triage = {
        "hong_kong": {"server_region": "hong_kong"}, "ip_address": {"access": "ip_address"},
        "individual": {"applicant_type": "individual"},
    }  # fmt: skip
    if state in triage:
        facts = FORUM if state == "individual" else None
        return world.at("triage", facts, **triage[state])
    if state in ("foreign", "forum"):
        return world.at("triage", {"foreign": FOREIGN, "forum": FORUM}[state])
    if state == "completing":
        return world.step(world.at("completed"), "step_back", by=world.chen)
    case = world.at(state)
    if state == "preparing":
        case = world.supply(case)
    if state == "returned":
        case.orders.update(submitted_on=timezone.localdate() - dt.timedelta(days=46))
    return case


def snapshot(case: FilingCase) -> dict[str, object]:
    """The case's row and what hangs on it, but for what runs on or is only marked."""
    row = FilingCase.objects.values().get(pk=case.pk)
    return {
        "case": {name: value for name, value in row.items() if name not in RUNNING},
        "orders": list(case.orders.order_by("pk").values()),
        "accepted": list(case.documents.filter(status="accepted").order_by("pk").values()),
        "open": list(case.requests.filter(status="open").order_by("pk").values()),
        "sms": list(case.sms_checks.order_by("pk").values()),
        "register": register(),
    }


@pytest.mark.parametrize(("state", "step", "kept"), STEPS)
def test_what_the_step_entered_is_cleared_and_the_history_keeps_it(world, state, step, kept):
    case = before(world, state)
    was, rows = snapshot(case), case.history.count()
    case = world.step(case, step, by=world.chen)
    taken = case.history.get(sequence=case.version)
    went = snapshot(case)
    assert went != was
    case = world.step(case, "step_back", by=world.chen)
    assert snapshot(case) == was
    back = case.history.get(sequence=case.version)
    assert case.history.count() == rows + 2
    assert (back.step, back.undoes, back.from_state, back.to_state) == (
        "step_back", taken.sequence, taken.to_state, taken.from_state,
    )  # fmt: skip
    assert sorted(case.history.get(pk=taken.pk).entered) == kept
    assert back.reasons == [{"about": "", "text": "Clicked on the wrong case."}]


def test_a_paper_that_a_step_kept_stays_as_refused_with_its_file(world):
    case = world.step(world.at("certificate_granted"), "step_back", by=world.chen)
    paper = case.documents.get()
    assert (paper.status, bool(paper.refusal)) == ("refused", True)
    assert paper.file.storage.exists(paper.file.name)
    assert case.registration_certificate is False


def test_requests_of_a_return_taken_back_no_longer_wait_for_anybody(world):
    case = world.step(world.at("returned"), "step_back", by=world.chen)
    request = case.requests.get()
    assert (request.status, bool(request.waiver)) == ("waived", True)
    assert (case.state, case.turn) == ("provider_review", "provider")


def test_what_an_officer_decided_meanwhile_of_a_request_stays_decided(world, li):
    case = world.at("returned")
    request = case.requests.get()
    settle(case, li, request.pk, "waived", "It was ours to do.", case.version)
    case = world.step(case, "step_back", by=world.chen)
    assert case.requests.get().waiver == "It was ours to do."


def test_a_chain_goes_back_step_by_step_and_undoes_nothing_twice(world):
    case = world.step(world.at("open"), "record_footer")
    case = world.step(case, "record_public_security")
    found = []
    while case.state != "draft":
        case = world.step(case, "step_back", by=world.chen)
        back = case.history.get(sequence=case.version)
        found.append((back.undoes, case.state))
    undone = {row.sequence: row.step for row in case.history.all()}
    assert [(undone[sequence], state) for sequence, state in found] == [
        ("record_public_security", "open"),
        ("record_footer", "open"),
        ("record_opening", "filed"),
        ("approve", "authority_review"),
        ("confirm_sms", "sms_verification"),
        ("sent_to_administration", "provider_passed"),
        ("provider_passes", "provider_review"),
        ("submit_to_provider", "preparing"),
        ("prepare_filing", "triage"),
        ("submit_request", "draft"),
    ]
    with pytest.raises(Closed) as closed:
        perform(case, "step_back", world.chen, {"reason": "once more"}, case.version)
    assert closed.value.codes == ["state.restorable"]
    assert case.service is None
    assert states() == []


def test_after_a_step_back_the_case_walks_on_and_the_next_one_undoes_the_new_step(world):
    case = world.step(world.at("filed"), "step_back", by=world.chen)
    case = world.step(case, "approve", icp_number="京ICP备20268888号-1")
    case = world.step(case, "record_footer")
    case = world.step(case, "step_back", by=world.chen)
    service = Service.objects.get()
    assert (case.state, case.service) == ("filed", service)
    assert (service.number, service.footer_on) == ("京ICP备20268888号-1", None)
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.service, states()) == ("authority_review", None, [])
    case = world.step(case, "step_back", by=world.chen)
    assert case.state == "sms_verification"


def test_a_footer_between_is_taken_back_before_the_opening(world):
    case = world.step(world.at("filed"), "record_footer")
    case = world.step(case, "record_opening")
    case = world.step(case, "step_back", by=world.chen)
    today, service = timezone.localdate(), Service.objects.get()
    assert (case.state, service.opened_on, service.footer_on) == ("filed", None, today)
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, Service.objects.get().footer_on) == ("filed", None)


def test_a_second_footer_taken_back_leaves_the_first(world):
    first = timezone.localdate()
    case = world.at("filed")
    Service.objects.update(filed_on=first - dt.timedelta(days=9))
    case = world.step(case, "record_footer", footer_on=first - dt.timedelta(days=3))
    case = world.step(case, "record_footer", footer_on=first)
    case = world.step(case, "step_back", by=world.chen)
    assert Service.objects.get().footer_on == first - dt.timedelta(days=3)


@pytest.mark.slow
def test_a_chain_of_more_steps_than_are_fetched_at_once(world):
    case = world.at("filed")
    for _time in range(22):
        case = world.step(case, "record_footer")
    for _time in range(22):
        case = world.step(case, "step_back", by=world.chen)
    assert (case.state, Service.objects.get().footer_on) == ("filed", None)
    case = world.step(case, "step_back", by=world.chen)
    assert case.state == "authority_review"


def test_edits_and_notes_in_between_are_no_steps_and_stay(world, li):
    case = world.at("preparing")
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "site_name": "新名字"})
    assert form.is_valid()
    edit_facts(case, li, form, case.version)
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.site_name) == ("triage", "新名字")


def refused(case: FilingCase, world) -> list[str]:
    """The rules that the earlier state asks for in vain, as the finding names them."""
    case = FilingCase.objects.get(pk=case.pk)
    (told,) = [e for e in explain(case, world.chen) if e.step == "step_back"]
    with pytest.raises(Closed) as closed:
        perform(case, "step_back", world.chen, {"reason": "undo"}, case.version)
    assert closed.value.codes == ["state.restorable"]
    assert closed.value.findings == told.unmet
    return [place.key for finding in told.unmet for place in finding.places]


def test_facts_that_no_longer_allow_the_earlier_state_are_named(world, li):
    case = world.at("certificate_granted")
    data = {**FOREIGN, "domain": case.domain, "mainland_branch": "true",
            "registration_certificate": "true"}  # fmt: skip
    form = FactsForm(data=data)
    assert form.is_valid()
    edit_facts(case, li, form, case.version)
    assert refused(case, world) == ["foreign.papers"]


def test_the_domain_was_taken_while_the_case_was_closed(world):
    case = world.step(world.at("preparing"), "withdraw")
    world.at("triage", domain=case.domain)
    assert refused(case, world) == ["service.free"]


def test_the_applicant_has_another_order_by_now(world):
    case = world.step(world.at("provider_review"), "withdraw")
    other = world.step(world.case(applicant=case.applicant), "submit_request")
    other = world.supply(world.step(other, "prepare_filing"))
    world.step(other, "submit_to_provider")
    assert refused(case, world) == ["subject.idle"]


def add_service(world, case: FilingCase, *steps: str) -> FilingCase:
    """A further service of the same applicant, some steps on its way."""
    other = world.case(applicant=case.applicant, filing_type="add_service")
    return world.walk(other, *steps)


SUBMITTED = ("submit_request", "prepare_filing", "supply", "submit_to_provider")


def test_an_approval_is_not_taken_back_onto_an_order_the_applicant_has_elsewhere(world):
    first = world.at("filed")
    case = add_service(world, first, *SUBMITTED, "provider_passes", "sent_to_administration",
                       "confirm_sms", "approve")  # fmt: skip
    add_service(world, first, *SUBMITTED)
    assert refused(case, world) == ["subject.idle"]


@pytest.mark.parametrize("steps", [SUBMITTED[:1], SUBMITTED[:2]])
def test_the_first_approval_is_not_taken_back_under_another_errand_of_the_subject(world, steps):
    case = world.at("filed")
    other = add_service(world, case, *steps)
    assert refused(case, world) == [other.reference]
    world.step(other, "withdraw")
    assert world.step(case, "step_back", by=world.chen).state == "authority_review"
    assert states() == []


def test_the_first_approval_is_not_taken_back_under_a_service_filed_since(world):
    case = world.at("filed")
    other = add_service(world, case, *SUBMITTED, "provider_passes", "sent_to_administration",
                        "confirm_sms", "approve")  # fmt: skip
    assert refused(case, world) == [other.reference]
    other = world.step(other, "step_back", by=world.chen)
    assert (other.state, other.service) == ("authority_review", None)


def test_the_sms_window_runs_from_its_own_start_through_a_step_taken_back(world):
    """The ministry's 24 hours do not begin anew because somebody clicked too early."""
    start = dt.datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    case = world.case(happened=start)
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=start)
    case = world.supply(case)
    for step in ("submit_to_provider", "provider_passes", "sent_to_administration", "confirm_sms"):
        case = world.step(case, step, happened=start)
    case = world.step(case, "step_back", by=world.chen, happened=start + dt.timedelta(hours=20))
    assert (case.state_since, case.due_at) == (start, start + dt.timedelta(hours=24))
    case = world.step(case, "confirm_sms", happened=start + dt.timedelta(hours=25))
    assert case.history.get(sequence=case.version).entered == {
        "late": True, "person": "both",
    }  # fmt: skip


def test_a_paper_refused_after_the_reopening_is_not_accepted_by_taking_it_back(world, li):
    case = world.step(world.at("refused"), "reopen", by=world.chen)
    paper = case.documents.first()
    judge_document(case, li, paper.pk, False, "forged", case.version)
    case = world.step(case, "step_back", by=world.chen)
    paper.refresh_from_db()
    assert (paper.status, paper.refusal) == ("refused", "forged")


def on_one_order(world, number=2) -> list[FilingCase]:
    """So many cases of one subject, on one order before the provider."""
    applicant = world.applicant()
    world.filed(applicant)
    cases = [
        world.supply(world.at("preparing", applicant=applicant, filing_type="add_service"))
        for _case in range(number)
    ]
    entry = {"provider": world.provider().pk, "order_number": "A-1"}
    return [world.step(case, "submit_to_provider", **entry) for case in cases]


def order_says(case: FilingCase) -> list[tuple[str, bool, bool]]:
    """Of each order of the applicant: its number, whether it runs, whether it has ended."""
    orders = Order.objects.filter(applicant=case.applicant).order_by("pk")
    return [(order.number, order.running, order.ended_on is not None) for order in orders]


@pytest.mark.parametrize("first", [0, 1])
def test_an_order_that_nobody_has_gone_by_is_gone_whoever_is_taken_back_first(world, first):
    cases = on_one_order(world)
    world.step(cases[first], "step_back", by=world.chen)
    assert order_says(cases[0]) == [("A-1", True, False)]
    world.step(cases[1 - first], "step_back", by=world.chen)
    assert order_says(cases[0]) == []


def test_an_order_runs_again_with_the_case_that_is_back_before_the_provider(world):
    one, two = on_one_order(world)
    world.step(one, "pull_back")
    world.step(two, "pull_back")
    assert order_says(one) == [("A-1", False, False)]
    assert world.step(one, "step_back", by=world.chen).state == "provider_review"
    assert order_says(one) == [("A-1", True, False)]


def test_the_one_who_began_an_order_leaves_it_to_one_who_was_pulled_back(world):
    one, two = on_one_order(world)
    world.step(two, "pull_back")
    world.step(one, "step_back", by=world.chen)
    assert order_says(one) == [("A-1", False, False)]


def test_an_order_that_has_ended_lives_again_with_the_case_that_left_first(world):
    one, two = on_one_order(world)
    for case in (one, two):
        world.step(case, "withdraw")
    assert order_says(one) == [("A-1", False, True)]
    world.step(one, "step_back", by=world.chen)
    assert order_says(one) == [("A-1", True, False)]


def test_a_case_is_not_back_before_the_provider_beside_another_order(world):
    one, two, three = on_one_order(world, 3)
    for case in (one, two):
        world.step(case, "pull_back")
    three = world.step(three, "step_back", by=world.chen)
    world.step(three, "submit_to_provider", provider=world.provider("Other").pk)
    assert refused(one, world) == ["subject.idle"]


def said_to(case: FilingCase, somebody) -> list[tuple[str, str]]:
    fresh = FilingCase.objects.with_names().get(pk=case.pk)
    unmet = explain_step(fresh, Step.STEP_BACK, somebody).unmet
    return [(finding.code, sentence_of(finding)) for finding in unmet]


def test_an_officer_takes_back_the_newest_step_that_is_his_own_for_a_while(world, li, chen, wei):
    other = user("zhao", "officer", is_staff=True, first_name="Na", last_name="Zhao")
    case = world.step(world.at("provider_review"), "provider_passes", by=li)
    assert said_to(case, li) == said_to(case, chen) == []
    another = "Only a supervisor can take back a step that somebody else took: "
    assert said_to(case, other) == [
        ("permission", f"{another}Record that the provider passed it (li).")
    ]
    only = (
        "Only a supervisor can take back a step. For a short time, the officer who took it can too."
    )
    assert said_to(case, wei) == [("permission", only)]
    with pytest.raises(NotAllowed) as refused:
        perform(case, "step_back", other, {"reason": "A slip."}, case.version)
    assert [f.code for f in refused.value.findings] == ["permission"]
    # A note of somebody else is no step, and changes nothing of whose the newest is.
    add_note(case, other, "Called them.", case.version)
    case = world.step(case, "step_back", by=li)
    # The one before it is a supervisor's.
    assert said_to(case, li) == [("permission", f"{another}Submit to the provider (chen).")]
    case = world.step(case, "step_back", by=chen)
    assert case.state == "preparing"


def test_the_time_runs_from_when_it_was_recorded_and_the_office_sets_it(world, li, monkeypatch):
    case = world.step(world.at("provider_review"), "provider_passes", by=li)
    row = case.history.get(step="provider_passes")
    over = "The time in which you could take back your own step is over: "
    for minutes, open_ in ((14, True), (16, False)):
        now = row.recorded_at + dt.timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert (said_to(case, li) == []) is open_
    until = timezone.localtime(row.recorded_at + dt.timedelta(minutes=15))
    assert said_to(case, li) == [
        ("permission", f"{over}Record that the provider passed it (≤ {until:%Y-%m-%d %H:%M}).")
    ]
    with pytest.raises(NotAllowed):
        perform(case, "step_back", li, {"reason": "A slip."}, case.version)
    # Under the lock the setting is the one of this moment, whatever pages remember.
    Setting.objects.filter(pk="step_back_minutes").update(value=17)
    perform(case, "step_back", li, {"reason": "A slip."}, case.version)


def test_the_page_offers_it_quietly_with_the_minutes_left(world, client, li, chen, sun):
    case = world.step(world.at("provider_review"), "provider_passes", by=li)
    shown = {}
    for somebody in (li, chen, sun):
        client.force_login(somebody)
        own = client.get(f"/admin/cases/filingcase/{case.pk}/change/").context["own_step"]
        shown[somebody.username] = own and (own.label, own.minutes)
    assert shown == {"li": ("Record that the provider passed it", 15), "chen": None, "sun": None}
