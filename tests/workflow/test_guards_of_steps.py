"""Every guard of every step shuts it alone, with its code; taken out, the step goes through."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Document, FilingCase
from icpcases.rules.documents import Kind
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.requests import ask
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Closed, Refused, Unexplained
from tests.domain import TABLE, kinds_for
from tests.harness.protections import drop_index, remove_guard, unchecked
from tests.world import ENTERPRISE, FOREIGN, FORUM, World

pytestmark = pytest.mark.django_db


FOREIGN_FORUM = {**FOREIGN, "forum": "true", "preapproval": "false"}


FOR_FORUM = kinds_for("forum")


Made = tuple[FilingCase, dict[str, Any]]


Maker = Callable[[World], Made]


def days(count: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=count)


def triage(facts: dict[str, str], *papers: str, answer: str = "yes", **changed: str) -> Maker:
    """A case in triage with these facts, these papers accepted, and the province's answer."""

    def make(world: World) -> Made:
        case = world.at("triage", facts, **changed)
        for kind in papers:
            world.document(case, kind, accept=True)
        world.province_answers("CN-BJ", answer)
        return case, {}

    return make


def preparing(*papers: str, answer: Any = "yes", **facts: Any) -> Maker:
    """A case in `preparing` with its papers, onto which these facts are then forced."""

    def make(world: World) -> Made:
        case = world.supply(world.at("preparing"))
        for kind in papers:
            world.document(case, kind, accept=True)
        world.province_answers("CN-BJ", answer)
        with unchecked("case_filing_rules"):
            FilingCase.objects.filter(pk=case.pk).update(**facts)
        return case, {}

    return make


def unconfirmed(world: World) -> Made:
    return world.step(world.case(applicant=world.applicant(confirmed=False)), "submit_request"), {}


def certificate_unaccepted(world: World) -> Made:
    facts: dict[str, Any] = {**ABROAD, "registration_certificate": True}
    papers = ("registration_certificate", "chief_representative_id")
    case, data = preparing(*papers, **facts)(world)
    Document.objects.filter(case=case, kind="registration_certificate").update(status="pending")
    return case, data


def leaderless(world: World) -> Made:
    return preparing(service_leader="")(world)


def second_licence_from_hong_kong(world: World) -> Made:
    case = world.supply(world.at("preparing"))
    world.document(case, "business_licence", issued_in="hong_kong")
    return case, {}


def licence_refused(world: World) -> Made:
    case = world.supply(world.at("preparing"))
    Document.objects.filter(case=case, kind="business_licence").update(status="refused")
    return case, {}


def licence_expiring(world: World) -> Made:
    case = world.supply(world.at("preparing"))
    Document.objects.filter(case=case, kind="business_licence").update(expires_on=days(90))
    return case, {}


def asked(state: str) -> Maker:
    def make(world: World) -> Made:
        case = world.at(state)
        if state == "preparing":
            case = world.supply(case)
        ask(case, world.li, {"about": "domain", "text": "Whose is it?"}, case.version)
        return case, {}

    return make


def domain_taken(world: World) -> Made:
    world.at("triage", domain="same.cn")
    return world.case(domain="www.same.cn"), {}


def domain_shared_while_preparing(world: World) -> Made:
    case, other = world.supply(world.at("preparing")), world.at("triage")
    drop_index("case_domain_free")
    domain = {"domain": case.domain, "registrable_domain": case.registrable_domain}
    FilingCase.objects.filter(pk=other.pk).update(**domain)
    return case, {}


def subject_busy_on_another_order(world: World) -> Made:
    first = world.at("provider_review")
    case = world.step(world.case(applicant=first.applicant), "submit_request")
    return world.supply(world.step(case, "prepare_filing")), {}


def returned(world: World) -> FilingCase:
    case = world.at("returned")
    case.requests.update(status="waived", waiver="asked in error")
    return case


def subject_busy_beyond_the_provider(world: World) -> Made:
    first = world.at("provider_passed")
    case = world.step(world.case(applicant=first.applicant), "submit_request")
    return world.supply(world.step(case, "prepare_filing")), {}


def order_submitted(ago: int) -> Maker:
    def make(world: World) -> Made:
        case = returned(world)
        case.orders.update(submitted_on=days(-ago))
        return case, {}

    return make


def plain(state: str, **data: Any) -> Maker:
    return lambda world: (world.at(state), data)


def number_of_another_province(world: World) -> Made:
    return world.at("authority_review"), {"icp_number": "粤ICP备12345678号-1"}


def filed_without_a_service(world: World) -> Made:
    case = world.at("filed")
    with unchecked("case_filed_has_service"):
        FilingCase.objects.filter(pk=case.pk).update(service=None)
    return case, {}


def filed_meanwhile(state: str) -> Maker:
    """A first filing of an applicant who has been found in the register since."""

    def make(world: World) -> Made:
        case = world.at(state)
        if state == "preparing":
            case = world.supply(case)
        world.filed(case.applicant)
        return case, {}

    return make


def hosted_at_the_provider_chosen(world: World) -> Made:
    case = world.about(world.filed(provider="Example Cloud"), "add_access")
    case = world.step(world.step(case, "submit_request"), "prepare_filing")
    return world.supply(case), {}


def app_without_features(world: World) -> Made:
    case = world.at("preparing")
    FilingCase.objects.filter(pk=case.pk).update(service_kind="app")
    return world.supply(case), {}


def branch_found_after_the_certificate(world: World) -> Made:
    case = world.at("certificate_granted")
    form = FactsForm(data={**FOREIGN, "domain": case.domain, "mainland_branch": "true",
                           "registration_certificate": "true"})  # fmt: skip
    assert form.is_valid()
    edit_facts(case, world.li, form, case.version)
    return case, {}


HONG_KONG = {"server_region": "hong_kong"}


ADDRESS = {"access": "ip_address"}


INDIVIDUAL = {"applicant_type": "individual"}


BRANCH = {"mainland_branch": "true"}


GRANTED = {"preapproval": "true"}


FORCED_FORUM = {"forum": True, "preapproval": True}


GOES, DATABASE = "goes", "database"


ABROAD = {"applicant_type": "foreign_enterprise"}


CHIEF = ("registration_certificate", "chief_representative_id")


# Step, guard, a case in which it is unmet, the exact answer, and what happens without the guard.
# An answer is the codes that close the step, or `field: code` where the form says so.
GUARDS: list[tuple[str, str, Maker, str, str]] = [
    ("submit_request", "facts.complete", lambda w: (w.case(access=""), {}), "facts.complete", GOES),
    ("submit_request", "request.settled", asked("draft"), "request.settled", GOES),
    ("submit_request", "service.free", domain_taken, "service.free", DATABASE),
    ("submit_request", "subject.known", filed_meanwhile("draft"), "subject.known", GOES),
    ("close_not_required", "!server.mainland", triage(ENTERPRISE), "server.mainland", GOES),
    ("refer", "server.mainland", triage(ENTERPRISE, **HONG_KONG, **ADDRESS), "server.mainland",
     GOES),
    ("refer", "!site.domain", triage(ENTERPRISE), "site.domain", GOES),
    ("decline", "verdict.not_permitted", triage(ENTERPRISE), "verdict.not_permitted", GOES),
    ("begin_certificate", "server.mainland", triage(FOREIGN, **HONG_KONG), "server.mainland", GOES),
    ("begin_certificate", "site.domain", triage(FOREIGN, **ADDRESS), "site.domain", GOES),
    ("begin_certificate", "forum.not_individual", triage(FORUM, **INDIVIDUAL),
     "forum.not_individual verdict.not_permitted foreign.papers",
     "verdict.not_permitted foreign.papers"),
    ("begin_certificate", "!verdict.not_permitted", triage(FOREIGN_FORUM, answer="no"),
     "verdict.not_permitted", GOES),
    ("begin_certificate", "!foreign.papers", triage(ENTERPRISE), "foreign.papers", GOES),
    ("record_certificate", "?document.mainland",
     plain("certificate_applied", issued_in="hong_kong"), "issued_in: document.mainland", DATABASE),
    ("record_certificate", "?document.current",
     lambda w: (w.at("certificate_applied"), {"expires_on": days(90)}),
     "expires_on: document.current", GOES),
    ("begin_preapproval", "server.mainland", triage(FORUM, **HONG_KONG), "server.mainland", GOES),
    ("begin_preapproval", "site.domain", triage(FORUM, **ADDRESS), "site.domain", GOES),
    ("begin_preapproval", "site.forum", triage(ENTERPRISE), "site.forum forum.preapproval",
     "forum.preapproval"),
    ("begin_preapproval", "forum.not_individual", triage(FORUM, **INDIVIDUAL),
     "forum.not_individual", GOES),
    ("begin_preapproval", "forum.province", triage(FORUM, answer="no"), "forum.province", GOES),
    ("begin_preapproval", "forum.province", triage(FORUM, answer="unknown"), "forum.province",
     GOES),
    ("begin_preapproval", "foreign.papers", triage(FOREIGN_FORUM), "foreign.papers", GOES),
    ("begin_preapproval", "claim.backed", triage(FOREIGN_FORUM, **BRANCH), "claim.backed", GOES),
    ("begin_preapproval", "!forum.preapproval", triage(FORUM, "bbs_preapproval", **GRANTED),
     "forum.preapproval", GOES),
    ("prepare_filing", "server.mainland", triage(ENTERPRISE, **HONG_KONG), "server.mainland",
     DATABASE),
    ("prepare_filing", "site.domain", triage(ENTERPRISE, **ADDRESS), "site.domain", DATABASE),
    ("prepare_filing", "forum.not_individual",
     triage(FORUM, "bbs_preapproval", **GRANTED, **INDIVIDUAL), "forum.not_individual", DATABASE),
    ("prepare_filing", "forum.province", triage(FORUM, answer="no"),
     "forum.province forum.preapproval", "forum.preapproval"),
    ("prepare_filing", "forum.preapproval", triage(FORUM), "forum.preapproval", DATABASE),
    ("prepare_filing", "foreign.papers", triage(FOREIGN), "foreign.papers", DATABASE),
    ("prepare_filing", "claim.backed", triage(FOREIGN, **BRANCH), "claim.backed", GOES),
    ("prepare_filing", "applicant.identified", unconfirmed, "applicant.identified", GOES),
    ("prepare_filing", "applicant.identified", triage(ENTERPRISE, province=""),
     "applicant.identified", GOES),
    ("prepare_filing", "applicant.identified", triage(ENTERPRISE, service_leader=""),
     "applicant.identified", GOES),
    ("prepare_filing", "applicant.identified", triage(ENTERPRISE, service_leader_phone=""),
     "applicant.identified", GOES),
    ("prepare_filing", "applicant.identified", triage(ENTERPRISE, domain=""),
     "applicant.identified", GOES),
    ("prepare_filing", "subject.known", filed_meanwhile("triage"), "subject.known", GOES),
    ("prepare_filing", "app.complete", triage(ENTERPRISE, service_kind="app"), "app.complete",
     GOES),
    ("submit_to_provider", "server.mainland", preparing(**HONG_KONG), "server.mainland", DATABASE),
    ("submit_to_provider", "site.domain", preparing(**ADDRESS), "site.domain", DATABASE),
    ("submit_to_provider", "forum.not_individual",
     preparing("identity", "residence_permit", *FOR_FORUM, **FORCED_FORUM, **INDIVIDUAL),
     "forum.not_individual", DATABASE),
    ("submit_to_provider", "forum.province",
     preparing(*FOR_FORUM, forum=True, preapproval=False, answer="no"),
     "forum.province forum.preapproval", "forum.preapproval"),
    ("submit_to_provider", "forum.preapproval",
     preparing(*FOR_FORUM, forum=True, preapproval=False), "forum.preapproval", DATABASE),
    ("submit_to_provider", "foreign.papers",
     preparing(*CHIEF, mainland_branch=False, registration_certificate=False, **ABROAD),
     "foreign.papers", DATABASE),
    ("submit_to_provider", "claim.backed", certificate_unaccepted,
     "claim.backed document.complete", "document.complete"),
    ("submit_to_provider", "applicant.identified", leaderless, "applicant.identified", GOES),
    ("submit_to_provider", "document.mainland", second_licence_from_hong_kong,
     "document.mainland document.complete", "document.complete"),
    ("submit_to_provider", "document.complete", plain("preparing"), "document.complete", GOES),
    ("submit_to_provider", "document.complete", licence_refused, "document.complete", GOES),
    ("submit_to_provider", "document.current", licence_expiring, "document.current", GOES),
    ("submit_to_provider", "request.settled", asked("preparing"), "request.settled", GOES),
    ("submit_to_provider", "service.free", domain_shared_while_preparing,
     "service.free", GOES),
    ("submit_to_provider", "subject.known", filed_meanwhile("preparing"), "subject.known", GOES),
    ("submit_to_provider", "?subject.known", hosted_at_the_provider_chosen,
     "provider: subject.known", GOES),
    ("submit_to_provider", "app.complete", app_without_features, "app.complete", GOES),
    ("submit_to_provider", "subject.idle", subject_busy_beyond_the_provider,
     "subject.idle", DATABASE),
    ("submit_to_provider", "?subject.idle", subject_busy_on_another_order,
     "provider: subject.idle", DATABASE),
    ("submit_to_provider", "order.alive", order_submitted(46), "order.alive", GOES),
    ("approve", "?number.valid", number_of_another_province, "icp_number: number.valid", DATABASE),
    ("record_opening", "open.after_filing", filed_without_a_service, "open.after_filing", DATABASE),
    ("record_opening", "?open.after_filing",
     lambda w: (w.at("filed"), {"opened_on": days(-1)}), "opened_on: open.after_filing", DATABASE),
    ("expire_order", "order.expired", order_submitted(45), "order.expired", GOES),
    ("step_back", "state.restorable", branch_found_after_the_certificate, "state.restorable", GOES),
]  # fmt: skip


# A completed errand gives no number: the service keeps the one it has.
NEVER_SHUT = [("complete", "number.valid")]


def told(refused: Refused) -> str:
    """What a refusal says, and that a refusal without rules comes from the database."""
    if isinstance(refused, Closed):
        return " ".join(refused.codes)
    if isinstance(refused, BadEntry):
        fields = refused.form.errors.as_data().items()
        return "; ".join(f"{field}: {one.code}" for field, errors in fields for one in errors)
    # Every rule was met, and yet: only the database can have said no.
    assert (type(refused), type(refused.__cause__)) == (Unexplained, IntegrityError)
    return DATABASE


def answer(world: World, case: FilingCase, step: str, data: dict[str, Any]) -> str:
    """What the door answers, and that the stored state went along or stayed."""
    case.refresh_from_db()
    state, version = case.state, case.version
    try:
        after = perform(case, step, world.chen, {**world.entry(case, step), **data}, version)
    except Refused as refused:
        found = told(refused)
    else:
        state, version, found = after.state, version + 1, GOES
    stored = FilingCase.objects.values_list("state", "version").get(pk=case.pk)
    assert stored == (state, version)
    return found


def name(entry: object) -> str | None:
    return entry if isinstance(entry, str) else ""


@pytest.mark.parametrize(("step", "guard", "make", "wanted", "without"), GUARDS, ids=name)
def test_the_guard_shuts_the_step_and_nothing_else_does(
    world, monkeypatch, step, guard, make, wanted, without
):
    case, data = make(world)
    assert answer(world, case, step, data) == wanted
    remove_guard(monkeypatch, step, guard.lstrip("!?"))
    assert answer(world, case, step, data) == without


def test_every_guard_of_the_table_is_tried():
    tried = list(dict.fromkeys((step, guard) for step, guard, *_ in GUARDS))
    assert sorted([*tried, *NEVER_SHUT]) == sorted(
        (step, guard) for step, row in TABLE.items() for guard in row.guards
    )


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.value == "business_licence"])
def test_a_document_that_lasts_one_day_longer_than_the_margin_is_current(world, kind):
    case = world.supply(world.at("preparing"))
    Document.objects.filter(case=case, kind=kind.value).update(expires_on=days(91))
    assert answer(world, case, "submit_to_provider", {}) == GOES


def test_an_order_can_be_submitted_again_on_its_last_day_and_expires_the_day_after(world):
    case, data = order_submitted(45)(world)
    assert answer(world, case, "submit_to_provider", data) == GOES
    case, data = order_submitted(46)(world)
    assert answer(world, case, "expire_order", data) == GOES
