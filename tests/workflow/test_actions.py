"""Changes that are no step: who may make them, what they may not break, and what they leave."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, Document, FilingCase, HistoryRow
from icpcases.rules.documents import Kind
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.assignment import assign
from icpcases.workflow.actions.documents import mark_not_needed
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.requests import answer, ask, settle
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed, NotAllowed, Stale
from tests.domain import CLOSED, CREDIT_CODES, LOCKED, OUTSIDE, STATES, kinds_for
from tests.world import ENTERPRISE, FOREIGN, FORUM, typed, user

pytestmark = pytest.mark.django_db


FOREIGN_FORUM = {**FOREIGN, "forum": "true", "preapproval": "false"}


def facts(case: FilingCase, base: dict[str, str], **changed: str) -> FactsForm:
    form = FactsForm(data={**base, "domain": case.domain, **changed})
    assert form.is_valid(), form.errors
    return form


def edit(case: FilingCase, by, form: FactsForm) -> FilingCase:
    case.refresh_from_db()
    return edit_facts(case, by, form, case.version)


def test_an_edit_is_one_row_with_old_and_new_and_no_step(world, li):
    case = world.at("triage")
    case = edit(case, li, facts(case, ENTERPRISE, protocol="http", site_name="论坛"))
    row = case.history.get(sequence=case.version)
    assert (row.kind, row.step, row.by) == ("edit", "", li)
    changed = {"protocol": ["https", "http"], "site_name": ["玉兰书店", "论坛"]}
    assert row.changes == {"fields": changed}
    assert (row.from_state, row.to_state) == ("", "triage")


def test_an_edit_that_changes_nothing_leaves_no_row(world, li):
    case = world.at("triage")
    version = case.version
    case = edit(case, li, facts(case, ENTERPRISE))
    assert (case.version, case.history.count()) == (version, version)


def test_an_edit_of_an_old_page_is_stale(world, li):
    case = world.at("triage")
    with pytest.raises(Stale) as stale:
        edit_facts(case, li, facts(case, ENTERPRISE, protocol="http"), case.version - 1)
    assert [row.step for row in stale.value.rows] == ["submit_request"]


@pytest.mark.parametrize("state", STATES)
def test_the_applicant_edits_in_a_draft_only(world, wei, state):
    case = world.at(state)
    form = facts(case, ENTERPRISE, site_name="新书店")
    if state == "draft":
        assert edit(case, wei, form).site_name == "新书店"
        return
    with pytest.raises(NotAllowed):
        edit(case, wei, form)


def test_nobody_else_edits(world, mei, sun, stranger):
    case = world.case()
    for person in (mei, sun, stranger, user("root", is_superuser=True)):
        with pytest.raises(NotAllowed):
            edit(case, person, facts(case, ENTERPRISE, site_name="x"))


@pytest.mark.parametrize("state", LOCKED)
def test_facts_are_locked_while_somebody_outside_decides_and_afterwards(world, chen, state):
    case = world.at(state)
    with pytest.raises(Closed) as closed:
        edit(case, chen, facts(case, ENTERPRISE, site_name="x"))
    assert closed.value.codes == ["facts.locked"]
    last = HistoryRow.objects.filter(case=case, kind="step").latest("sequence")
    (finding,) = closed.value.findings
    assert [place.label for place in finding.places] == [last.get_step_display()]


# What an edit may not break: the state's facts, the edit, and the rules it breaks.
BREAKING = [
    ("triage", ENTERPRISE, {"access": ""}, "facts.complete"),
    ("triage", FOREIGN, {"mainland_branch": ""}, "facts.complete"),
    ("certificate_needed", FOREIGN, {"server_region": "hong_kong"}, "server.mainland"),
    ("certificate_needed", FOREIGN, {"access": "ip_address"}, "site.domain"),
    ("certificate_needed", FOREIGN, {"mainland_branch": "true"}, "foreign.papers"),
    ("certificate_needed", FOREIGN, {"applicant_type": "enterprise"}, "foreign.papers"),
    ("certificate_needed", FOREIGN,
     {"applicant_type": "individual", "forum": "true", "preapproval": "false"},
     "forum.not_individual verdict.not_permitted foreign.papers"),
    ("certificate_needed", FOREIGN_FORUM, {"province": "CN-TJ"}, "verdict.not_permitted"),
    ("certificate_granted", FOREIGN,
     {"registration_certificate": "false", "mainland_branch": "false"}, "foreign.papers"),
    ("certificate_granted", FOREIGN,
     {"registration_certificate": "true", "server_region": "macau"}, "server.mainland"),
    ("preapproval_needed", FORUM, {"forum": "false"}, "site.forum forum.preapproval"),
    ("preapproval_needed", FORUM, {"preapproval": "true"}, "claim.backed forum.preapproval"),
    ("preapproval_needed", FORUM, {"applicant_type": "individual"}, "forum.not_individual"),
    ("preapproval_granted", FORUM, {"preapproval": "false"}, "forum.preapproval"),
    ("preapproval_granted", FORUM, {"preapproval": "true", "forum": "false"}, "site.forum"),
    ("preparing", ENTERPRISE, {"server_region": "overseas"}, "server.mainland"),
    ("preparing", ENTERPRISE, {"access": "ip_address"}, "site.domain"),
    ("preparing", ENTERPRISE, {"forum": "true", "preapproval": "false"}, "forum.preapproval"),
    ("preparing", ENTERPRISE, {"forum": "true", "preapproval": "true"}, "claim.backed"),
    ("preparing", ENTERPRISE,
     {"forum": "true", "preapproval": "true", "applicant_type": "individual"},
     "forum.not_individual claim.backed"),
    ("preparing", FOREIGN, {"mainland_branch": "true"}, "claim.backed"),
    ("preparing", ENTERPRISE, {"applicant_type": "foreign_enterprise", "mainland_branch": "false",
                               "registration_certificate": "false"}, "foreign.papers"),
    ("preparing", ENTERPRISE, {"service_leader": ""}, "applicant.identified"),
    ("preparing", ENTERPRISE, {"province": ""}, "applicant.identified"),
    ("preparing", ENTERPRISE, {"domain": ""}, "applicant.identified"),
    ("returned", ENTERPRISE, {"server_region": ""}, "server.mainland"),
    ("returned", ENTERPRISE, {"service_leader_phone": ""}, "applicant.identified"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "base", "changed", "codes"), BREAKING)
def test_an_edit_that_breaks_what_the_state_stands_on_is_refused(
    world, li, state, base, changed, codes
):
    if state == "preparing" and base is FOREIGN:
        case = world.step(world.at("certificate_granted"), "prepare_filing")
    else:
        case = world.at(state, base)
    world.province_answers("CN-TJ", "no")
    was = FilingCase.objects.values().get(pk=case.pk)
    with pytest.raises(Closed) as closed:
        edit(case, li, facts(case, base, **changed))
    assert closed.value.codes == [*codes.split(), "state.stands"]
    assert FilingCase.objects.values().get(pk=case.pk) == was


def test_the_domain_of_another_case_is_refused(world, li):
    taken = world.at("preparing").domain
    for state in ("triage", "certificate_needed", "preparing", "returned"):
        case = world.at(state)
        base = FOREIGN if state == "certificate_needed" else ENTERPRISE
        with pytest.raises(Closed) as closed:
            edit(case, li, facts(case, base, domain=f"www.{taken}"))
        assert closed.value.codes == ["service.free", "state.stands"]


def test_drafts_may_be_about_one_domain(world, li):
    taken, case = world.at("preparing").domain, world.case()
    assert edit(case, li, facts(case, ENTERPRISE, domain=taken)).registrable_domain == taken


def test_a_changed_answer_of_the_province_breaks_no_edit_and_no_step_back(world, li, chen):
    case = world.at("certificate_needed", FOREIGN_FORUM)
    world.province_answers("CN-BJ", "no")
    case = edit(case, li, facts(case, FOREIGN_FORUM, service_leader="李娜"))
    assert case.service_leader == "李娜"
    case = world.step(case, "record_certificate_application")
    assert world.step(case, "step_back", by=chen).state == "certificate_needed"


@pytest.mark.parametrize("state", [state for state in STATES if state not in (*LOCKED, *CLOSED)])
def test_an_edit_that_breaks_nothing_is_taken(world, li, state):
    case = world.at(state)
    form = FactsForm(data={**{name: typed(getattr(case, name)) for name in FactsForm.base_fields},
                           "site_name": "新书店"})  # fmt: skip
    assert form.is_valid(), form.errors
    assert edit(case, li, form).site_name == "新书店"


@pytest.mark.parametrize("region", OUTSIDE)
@pytest.mark.parametrize("base", [ENTERPRISE, FOREIGN])
def test_a_document_from_outside_is_never_accepted_whoever_applies(world, li, region, base):
    case = world.at("triage", base)
    paper = world.document(case, "service_leader_id", issued_in=region)
    case.refresh_from_db()
    version = case.version
    with pytest.raises(Closed) as closed:
        judge_document(case, li, paper.pk, True, "", version)
    assert closed.value.codes == ["document.mainland"]
    paper.refresh_from_db()
    case.refresh_from_db()
    assert (paper.status, case.version) == ("pending", version)


def test_a_paper_the_state_stands_on_is_not_refused(world, li):
    case = world.step(world.at("certificate_granted"), "prepare_filing")
    paper = case.documents.get(kind="registration_certificate")
    with pytest.raises(Closed) as closed:
        judge_document(case, li, paper.pk, False, "forged", case.version)
    assert closed.value.codes == ["claim.backed", "state.stands"]
    paper.refresh_from_db()
    assert paper.status == "accepted"


def test_an_accepted_paper_is_not_refused_while_others_decide(world, li):
    case = world.at("provider_review")
    paper = case.documents.first()
    with pytest.raises(Closed) as closed:
        judge_document(case, li, paper.pk, False, "blurred", case.version)
    assert closed.value.codes == ["facts.locked"]
    assert Document.objects.get(pk=paper.pk).status == "accepted"


def test_a_refusal_keeps_its_reason_and_a_new_judgement_replaces_it(world, li, wei):
    case = world.at("triage")
    paper = world.document(case, "business_licence", accept=False)
    assert (paper.status, paper.refusal) == ("refused", "blurred")
    case.refresh_from_db()
    row = case.history.get(sequence=case.version)
    assert row.reasons == [{"about": "business_licence", "text": "blurred"}]
    paper = judge_document(case, li, paper.pk, True, "", case.version)
    assert (paper.status, paper.refusal) == ("accepted", "")
    case.refresh_from_db()
    with pytest.raises(NotAllowed):
        judge_document(case, wei, paper.pk, True, "", case.version)


def test_another_cases_paper_is_out_of_reach(world, li):
    paper = world.document(world.at("triage"), "business_licence")
    case = world.at("triage")
    with pytest.raises(Document.DoesNotExist):
        judge_document(case, li, paper.pk, True, "", case.version)


def test_a_conditional_document_is_marked_as_not_needed_and_needed_again(world, li, wei):
    case = world.at("preparing")
    kind = Kind.AUTHORISATION_LETTER
    for other in kinds_for("enterprise", "website"):
        if other != kind:
            world.document(case, other, accept=True)
    entry = world.entry(case, "submit_to_provider")
    for not_needed in (True, False):
        case.refresh_from_db()
        mark_not_needed(case, li, kind, not_needed, case.version)
    case.refresh_from_db()
    with pytest.raises(Closed) as closed:
        perform(case, "submit_to_provider", li, entry, case.version)
    assert closed.value.codes == ["document.complete"]
    with pytest.raises(NotAllowed):
        mark_not_needed(case, wei, kind, True, case.version)
    mark_not_needed(case, li, kind, True, case.version)
    assert world.step(case, "submit_to_provider").state == "provider_review"


def test_marking_another_document_as_not_needed_opens_nothing(world, li):
    case = world.supply(world.at("preparing"))
    case.documents.filter(kind="business_licence").update(status="refused")
    mark_not_needed(case, li, Kind.BUSINESS_LICENCE, True, case.version)
    case.refresh_from_db()
    with pytest.raises(Closed) as closed:
        perform(case, "submit_to_provider", li, world.entry(case, "submit_to_provider"),
                case.version)  # fmt: skip
    assert closed.value.codes == ["document.complete"]


def asked(world, **data) -> tuple[FilingCase, int]:
    case = world.supply(world.at("preparing"))
    entry = {"about": "domain", "text": "Whose is it?", **data}
    pk = ask(case, world.li, entry, case.version).pk
    case.refresh_from_db()
    return case, pk


def test_a_request_lives_from_asked_over_answered_and_asked_again_to_accepted(world, li, wei):
    case, pk = asked(world, due_on=timezone.localdate() + dt.timedelta(days=9))

    def act(do, *given):
        case.refresh_from_db()
        request = do(case, *given, case.version)
        case.refresh_from_db()
        return request.status, request.round, case.turn

    assert (case.requests.get().status, case.turn) == ("open", "applicant")
    assert act(answer, wei, pk, "Ours.") == ("answered", 1, "officer")
    assert act(settle, li, pk, "open", "Prove it.") == ("open", 2, "applicant")
    assert act(answer, li, pk, "Here.") == ("answered", 2, "officer")
    assert act(settle, li, pk, "accepted", "") == ("accepted", 2, "officer")
    request = case.requests.get()
    assert (request.text, request.answer) == ("Whose is it?\nProve it.", "Here.")
    rows = case.history.filter(kind="request").order_by("sequence")
    assert [(row.by, row.on_behalf_of, row.turn) for row in rows] == [
        (li, "", "applicant"),
        (wei, "", "officer"),
        (li, "", "applicant"),
        (li, "applicant", "officer"),
        (li, "", "officer"),
    ]


@pytest.mark.parametrize(
    ("status", "act"),
    [
        ("answered", "answer"), ("accepted", "answer"), ("waived", "answer"),
        ("open", "accepted"), ("accepted", "accepted"), ("waived", "accepted"),
        ("open", "open"), ("accepted", "open"), ("waived", "open"),
        ("accepted", "waived"), ("waived", "waived"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_to_a_request_where_it_stands(world, li, status, act):
    case, pk = asked(world)
    case.requests.update(status=status)
    do: Any = answer if act == "answer" else settle
    given = ["Late."] if act == "answer" else [act, "Because."]
    with pytest.raises(Closed) as closed:
        do(case, li, pk, *given, case.version)
    assert closed.value.codes == ["request.status"]
    assert case.requests.get().status == status


@pytest.mark.parametrize(
    ("status", "closed"),
    [("open", True), ("answered", True), ("accepted", False), ("waived", False)],
)
def test_a_submission_waits_for_every_request(world, li, status, closed):
    case, _pk = asked(world)
    case.requests.update(status=status)
    if not closed:
        assert world.step(case, "submit_to_provider").state == "provider_review"
        return
    with pytest.raises(Closed) as found:
        world.step(case, "submit_to_provider")
    assert found.value.codes == ["request.settled"]


def test_who_may_ask_answer_and_settle(world, li, wei, mei, sun):
    case, pk = asked(world)
    for person in (wei, mei, sun):
        with pytest.raises(NotAllowed):
            ask(case, person, {"about": "", "text": "?"}, case.version)
        with pytest.raises(NotAllowed):
            settle(case, person, pk, "waived", "no", case.version)
    for person in (mei, sun):
        with pytest.raises(NotAllowed):
            answer(case, person, pk, "?", case.version)


@pytest.mark.parametrize("state", CLOSED)
def test_nothing_is_asked_or_handed_in_once_a_case_is_closed(world, li, state):
    case = world.at(state)
    with pytest.raises(NotAllowed):
        ask(case, li, {"about": "", "text": "?"}, case.version)
    with pytest.raises(NotAllowed):
        world.document(case, "business_licence")


@pytest.mark.parametrize(
    ("holder", "by", "to", "allowed"),
    [
        (None, "li", "li", True), ("li", "li", None, True), ("li", "li", "li", True),
        ("bo", "li", "li", False), ("bo", "li", None, False), (None, "li", "bo", False),
        ("li", "li", "bo", False), ("bo", "chen", "li", True), ("bo", "chen", None, True),
        (None, "chen", "chen", True), (None, "sun", "sun", False), (None, "wei", "wei", False),
        (None, "chen", "sun", False), (None, "chen", "wei", False), (None, "chen", "off", False),
    ],
)  # fmt: skip
def test_officers_claim_and_release_and_supervisors_assign(
    world, li, chen, sun, wei, holder, by, to, allowed
):
    bo, off = user("bo", "officer"), user("off", "officer", is_active=False)
    cast = {"li": li, "chen": chen, "sun": sun, "wei": wei, "bo": bo, "off": off, None: None}
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(officer=cast[holder])
    if not allowed:
        with pytest.raises(NotAllowed):
            assign(case, cast[by], cast[to], case.version)
        assert FilingCase.objects.get(pk=case.pk).officer == cast[holder]
        return
    assign(case, cast[by], cast[to], case.version)
    assert FilingCase.objects.get(pk=case.pk).officer == cast[to]


def test_only_working_staff_confirms_and_only_a_certificate_nobody_else_has(world, li, sun, wei):
    known = world.applicant()
    case = world.case(applicant=world.applicant(confirmed=False, certificate_number=""))
    for person in (sun, wei):
        with pytest.raises(NotAllowed):
            confirm_applicant(case, person, case.version)
    taken = known.certificate_number
    for number, confirmed in (("", False), (taken, False), (CREDIT_CODES[6], True)):
        Applicant.objects.filter(pk=case.applicant_id).update(certificate_number=number)
        if confirmed:
            confirm_applicant(case, li, case.version)
        else:
            with pytest.raises(Closed) as closed:
                confirm_applicant(case, li, case.version)
            assert closed.value.codes == ["applicant.certificate"]
        assert Applicant.objects.get(pk=case.applicant_id).confirmed is confirmed
