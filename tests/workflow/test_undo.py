"""Taking a step back: every step, chains of them, and when the earlier state no longer fits."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase
from icpcases.workflow.actions.documents import judge_document
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.requests import settle
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed
from icpcases.workflow.explain import explain
from tests.domain import TABLE
from tests.world import ENTERPRISE, FOREIGN, FORUM

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
    ("preparing", "submit_to_provider", ["order_number", "provider"]),
    ("provider_review", "provider_passes", []),
    ("provider_review", "return_for_correction", ["returned_by"]),
    ("sms_verification", "confirm_sms", ["late"]),
    ("authority_review", "approve", ["filed_on", "icp_number"]),
    ("filed", "record_opening", ["opened_on"]),
    ("filed", "record_footer", ["footer_on"]),
    ("open", "record_public_security", ["public_security_number", "public_security_on"]),
    ("returned", "expire_order", []),
    ("provider_review", "withdraw", []),
    ("open", "cancel_filing", ["cancelled_on"]),
    ("refused", "reopen", []),
]  # fmt: skip


# Times start anew, and what follows from them.
RUNNING = {"version", "state_since", "turn_since", "due_at", "due_provisional"}


SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_step_is_tried():
    assert sorted(step for _state, step, _kept in STEPS) == sorted(set(TABLE) - {"step_back"})


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
        ("provider_passes", "provider_review"),
        ("submit_to_provider", "preparing"),
        ("prepare_filing", "triage"),
        ("submit_request", "draft"),
    ]
    with pytest.raises(Closed) as closed:
        perform(case, "step_back", world.chen, {"reason": "once more"}, case.version)
    assert closed.value.codes == ["state.restorable"]
    assert (case.icp_number, case.public_security_number) == ("", "")
    assert (case.filed_on, case.opened_on, case.footer_on) == (None, None, None)


def test_after_a_step_back_the_case_walks_on_and_the_next_one_undoes_the_new_step(world):
    case = world.step(world.at("filed"), "step_back", by=world.chen)
    case = world.step(case, "approve", icp_number="京ICP备20268888号-1")
    case = world.step(case, "record_footer")
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.icp_number, case.footer_on) == ("filed", "京ICP备20268888号-1", None)
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.icp_number) == ("authority_review", "")
    case = world.step(case, "step_back", by=world.chen)
    assert case.state == "sms_verification"


def test_a_footer_between_is_taken_back_before_the_opening(world):
    case = world.step(world.at("filed"), "record_footer")
    case = world.step(case, "record_opening")
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.opened_on, bool(case.footer_on)) == ("filed", None, True)
    case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.footer_on) == ("filed", None)


def test_a_second_footer_taken_back_leaves_the_first(world):
    first = timezone.localdate()
    case = world.at("filed")
    FilingCase.objects.filter(pk=case.pk).update(filed_on=first - dt.timedelta(days=9))
    case = world.step(case, "record_footer", footer_on=first - dt.timedelta(days=3))
    case = world.step(case, "record_footer", footer_on=first)
    case = world.step(case, "step_back", by=world.chen)
    assert case.footer_on == first - dt.timedelta(days=3)


@pytest.mark.slow
def test_a_chain_of_more_steps_than_are_fetched_at_once(world):
    case = world.at("filed")
    for _time in range(22):
        case = world.step(case, "record_footer")
    for _time in range(22):
        case = world.step(case, "step_back", by=world.chen)
    assert (case.state, case.footer_on) == ("filed", None)
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
    assert refused(case, world) == ["case.domain_free"]


def test_the_applicant_has_another_order_by_now(world):
    case = world.step(world.at("provider_review"), "withdraw")
    other = world.step(world.case(applicant=case.applicant), "submit_request")
    other = world.supply(world.step(other, "prepare_filing"))
    world.step(other, "submit_to_provider")
    assert refused(case, world) == ["case.applicant_free"]


def test_an_approval_is_not_taken_back_onto_an_order_the_applicant_has_elsewhere(world):
    case = world.at("filed")
    other = world.step(world.case(applicant=case.applicant), "submit_request")
    other = world.supply(world.step(other, "prepare_filing"))
    world.step(other, "submit_to_provider")
    assert refused(case, world) == ["case.applicant_free"]


def test_the_number_was_given_to_another_case_after_the_cancellation(world):
    case = world.at("cancelled")
    other = world.at("authority_review", applicant=case.applicant)
    world.step(other, "approve", icp_number=case.icp_number)
    assert refused(case, world) == ["number.valid"]


def test_the_subject_was_given_to_another_applicant_after_the_cancellation(world):
    case = world.at("cancelled")
    world.step(world.at("authority_review"), "approve", icp_number=f"{case.icp_subject}-7")
    assert refused(case, world) == ["number.valid"]


def test_the_sms_window_runs_from_its_own_start_through_a_step_taken_back(world):
    """The ministry's 24 hours do not begin anew because somebody clicked too early."""
    start = dt.datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    case = world.case(happened=start)
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=start)
    case = world.supply(case)
    for step in ("submit_to_provider", "provider_passes", "confirm_sms"):
        case = world.step(case, step, happened=start)
    case = world.step(case, "step_back", by=world.chen, happened=start + dt.timedelta(hours=20))
    assert (case.state_since, case.due_at) == (start, start + dt.timedelta(hours=24))
    case = world.step(case, "confirm_sms", happened=start + dt.timedelta(hours=25))
    assert case.history.get(sequence=case.version).entered == {"late": True}


def test_a_paper_refused_after_the_reopening_is_not_accepted_by_taking_it_back(world, li):
    case = world.step(world.at("refused"), "reopen", by=world.chen)
    paper = case.documents.first()
    judge_document(case, li, paper.pk, False, "forged", case.version)
    case = world.step(case, "step_back", by=world.chen)
    paper.refresh_from_db()
    assert (paper.status, paper.refusal) == ("refused", "forged")
