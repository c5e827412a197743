"""A step taken back restores the register to the letter, or names what stands on it."""

from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase, RegisterRow, Service
from icpcases.workflow.actions.register import newest_row, record_loss
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed
from icpcases.workflow.explain import explain
from tests.world import World

from .dump import register, states

pytestmark = pytest.mark.django_db

WALK = ("submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes",
        "sent_to_administration", "confirm_sms")  # fmt: skip
UNASKED = WALK[:-1]
NEW = {"site_name": "玉兰书屋", "domain": "new.cn", "subject_leader": "李娜",
       "subject_name": "海棠书店有限公司", "applicant_type": "enterprise"}  # fmt: skip


def reviewed(world: World, kind: str, service: Service, **facts: Any) -> FilingCase:
    """An errand about a service that the administration has."""
    of_kind = {"change": NEW}.get(kind, {})
    if kind == "cancel_subject":
        applicant = service.subject.applicant
        case = world.case(applicant=applicant, filing_type=kind, domain="")
    else:
        case = world.about(service, kind, **{**of_kind, **facts})
    case = world.walk(case, *UNASKED)
    while case.state == "sms_verification":
        waiting = case.sms_checks.filter(confirmed_at=None, closed=False)[0]
        case = world.step(case, "confirm_sms", person=waiting.person)
    return case


def completed(world: World, kind: str, service: Service, **facts: Any) -> FilingCase:
    return world.step(reviewed(world, kind, service, **facts), "complete")


def back(world: World, case: FilingCase) -> FilingCase:
    return world.step(case, "step_back", by=world.chen)


def in_the_way(world: World, case: FilingCase) -> list[str]:
    """What a refused taking-back names, before the click and after it."""
    case = FilingCase.objects.get(pk=case.pk)
    before = register()
    (told,) = [e for e in explain(case, world.chen) if e.step == "step_back"]
    with pytest.raises(Closed) as closed:
        perform(case, "step_back", world.chen, {"reason": "undo"}, case.version)
    assert closed.value.findings == told.unmet
    assert register() == before
    return [place.key for finding in told.unmet for place in finding.places]


COMPLETED = ("add_access", "change", "cancel_service", "cancel_subject", "cancel_access")


@pytest.mark.parametrize("kind", COMPLETED)
def test_a_completed_errand_taken_back_leaves_the_register_as_it_was(world, kind):
    service = world.filed(domain="old.cn")
    world.filed(service.subject.applicant)
    case = reviewed(world, kind, service)
    before = register()
    case = world.step(case, "complete")
    assert register() != before
    case = back(world, case)
    assert (case.state, register()) == ("authority_review", before)
    rows = RegisterRow.objects.filter(case=case).order_by("pk")
    assert list(rows.values_list("what", flat=True)) == ["completed", "taken_back"]
    # And it goes through once more.
    assert world.step(case, "complete").state == "completed"


@pytest.mark.parametrize("kind", ["first", "add_service"])
def test_a_filing_taken_back_leaves_the_register_as_it_was(world, kind):
    applicant = world.filed().subject.applicant if kind == "add_service" else world.applicant()
    case = world.walk(world.case(applicant=applicant, filing_type=kind), *WALK)
    before = register()
    case = world.step(case, "approve")
    for step in ("record_footer", "record_opening", "record_public_security"):
        case = world.step(case, step)
    for _step in range(4):
        case = back(world, case)
    assert (case.state, case.service, register()) == ("authority_review", None, before)
    assert world.step(case, "approve").state == "filed"


@pytest.mark.parametrize("kind", [kind for kind in COMPLETED if kind != "cancel_subject"])
def test_an_errand_stands_on_the_one_before_it_about_the_same_service(world, kind):
    service = world.filed(domain="old.cn")
    first = completed(world, "change", service, subject_leader="李娜", site_name="玉兰")
    service.refresh_from_db()
    new = {"site_name": "木兰", "subject_leader": "王伟", "subject_name": "", "domain": "newer.cn"}
    second = completed(world, kind, service, **(new if kind == "change" else {}))
    assert in_the_way(world, first) == [second.reference]
    back(world, second)
    world.step(FilingCase.objects.get(pk=second.pk), "return_for_correction")
    world.step(FilingCase.objects.get(pk=second.pk), "withdraw")
    assert back(world, first).state == "authority_review"


def test_what_an_errand_of_ours_filed_may_be_cancelled_and_the_cancelling_taken_back(world):
    """The filing came before: it does not stand on the end of what it made."""
    filed = world.at("filed")
    case = completed(world, "cancel_service", filed.service)
    assert in_the_way(world, filed) == [case.reference]
    assert back(world, case).state == "authority_review"


def test_sisters_are_cancelled_and_the_first_taken_back(world):
    """The subject was a shell after the second; with the first back it has a service again."""
    one = world.filed(domain="one.cn")
    two = world.filed(one.subject.applicant, domain="two.cn")
    first = completed(world, "cancel_service", one)
    before = register()
    second = completed(world, "cancel_service", two)
    assert [line.rpartition(" ")[2] for line in states()] == ["shell", "cancelled", "cancelled"]
    first = back(world, first)
    assert [line.rpartition(" ")[2] for line in states()] == ["live", "live", "cancelled"]
    world.step(first, "complete")
    back(world, second)
    assert register() == before


def test_what_was_cancelled_with_its_subject_stays_cancelled(world):
    one = world.filed(domain="one.cn")
    world.filed(one.subject.applicant, domain="two.cn")
    first = completed(world, "cancel_service", one)
    whole = completed(world, "cancel_subject", one)
    assert in_the_way(world, first) == [whole.reference]
    back(world, whole)
    world.step(FilingCase.objects.get(pk=whole.pk), "record_refusal")
    assert back(world, first).state == "authority_review"


def test_a_service_that_goes_leaves_its_subject_without_a_live_one(world):
    """The other service has lost its access since, while this one still was live."""
    older = world.filed()
    subject = older.subject
    newer = world.case(applicant=subject.applicant, filing_type="add_service", domain="newer.cn")
    newer = world.walk(newer, *WALK)
    newer = world.step(newer, "approve", icp_number=f"{subject.number}-9")
    record_loss(
        world.chen, older, older.accesses.get(), timezone.localdate(), "Taken away.",
        newest_row(subject.applicant_id),
    )  # fmt: skip
    subject.refresh_from_db()
    assert subject.state == "live"
    back(world, newer)
    subject.refresh_from_db()
    assert (subject.state, [s.state for s in subject.services.all()]) == ("shell", ["no_access"])


def test_a_new_subject_stands_in_the_way_of_the_old_one(world):
    """Cancelled and filed anew: the applicant would have two."""
    service = world.filed()
    case = completed(world, "cancel_subject", service)
    anew = world.walk(world.case(applicant=service.subject.applicant), *WALK, "approve")
    assert in_the_way(world, case) == [anew.reference]


def test_a_site_filed_anew_stands_in_the_way_of_the_old_one(world):
    service = world.filed(domain="one.cn")
    world.filed(service.subject.applicant, domain="two.cn")
    case = completed(world, "cancel_service", service)
    anew = world.case(
        applicant=service.subject.applicant, filing_type="add_service", domain="one.cn"
    )
    world.walk(anew, *WALK, "approve")
    assert in_the_way(world, case) == [anew.reference]


def test_a_draft_about_what_was_filed_keeps_it_from_being_taken_back(world):
    filed = world.at("filed")
    draft = world.about(filed.service, "add_access")
    assert in_the_way(world, filed) == [draft.reference]


def test_a_draft_that_would_end_an_access_keeps_it(world):
    service = world.filed()
    case = completed(world, "add_access", service)
    newest = service.accesses.latest("pk")
    draft = world.about(service, "cancel_access", provider_access=str(newest.pk))
    assert in_the_way(world, case) == [draft.reference]
