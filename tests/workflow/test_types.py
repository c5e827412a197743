"""Each filing type from its beginning to its end, and what the register says there (section 2)."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase, ProviderAccess, Service, SubjectFiling
from icpcases.rules.facts import FilingType
from icpcases.workflow.actions.types import change_type
from icpcases.workflow.exceptions import Closed, NotAllowed
from tests.domain import FILING_TYPES
from tests.register.dump import register, states
from tests.world import World

pytestmark = pytest.mark.django_db

PREPARED = ("submit_request", "prepare_filing", "supply")
REVIEWED = ("submit_to_provider", "provider_passes", "sent_to_administration", "confirm_sms")
WALK = (*PREPARED, *REVIEWED)
UNASKED = (*PREPARED, *REVIEWED[:3])


def accesses() -> list[str]:
    """Each access: where, of which service by its place, and why it ended."""
    numbers = list(Service.objects.order_by("pk").values_list("pk", flat=True))
    return [
        f"{access.provider} of {numbers.index(access.service_id) + 1} {access.ended_by or 'open'}"
        for access in ProviderAccess.objects.order_by("pk").select_related("provider")
    ]


def of_states() -> list[str]:
    """The states alone, subjects first."""
    return [line.rpartition(" ")[2] for line in states()]


def test_a_first_filing_makes_subject_service_and_access(world):
    case = world.case(domain="www.first.cn", site_name="玉兰书店")
    today = timezone.localdate()
    case = world.walk(case, *WALK)
    assert (case.state, states()) == ("authority_review", [])
    case = world.step(case, "approve", icp_number="京ICP备2026007879号-3")
    subject, service = SubjectFiling.objects.get(), Service.objects.get()
    assert (case.state, case.service) == ("filed", service)
    assert (subject.applicant, subject.number, subject.province_id, subject.filed_on) == (
        case.applicant, "京ICP备2026007879号", "CN-BJ", today,
    )  # fmt: skip
    # Who is not named as the subject's leader is the service's.
    leader = ("王伟", "13800138000")
    assert (subject.subject_leader, subject.subject_leader_phone) == leader
    assert (service.service_leader, service.service_leader_phone) == leader
    assert (service.number, service.number_of, service.service_kind, service.name) == (
        "京ICP备2026007879号-3", "京ICP备2026007879号", "website", "玉兰书店",
    )  # fmt: skip
    assert (service.filed_on, service.opened_on, service.filed_here) == (today, None, True)
    (domain,) = service.domains.all()
    assert (domain.domain, domain.registrable_domain, domain.live) == (
        "www.first.cn", "first.cn", True,
    )  # fmt: skip
    assert (of_states(), accesses()) == (["live", "live"], ["Example Cloud of 1 open"])
    assert service.accesses.get().since == today
    assert case.orders.get().ended_on == today
    case = world.step(case, "record_opening")
    service.refresh_from_db()
    assert (case.state, service.opened_on) == ("open", today)


def test_a_further_service_stands_under_the_same_subject(world):
    old = world.filed()
    case = world.case(applicant=old.subject.applicant, filing_type="add_service")
    case = world.walk(case, *WALK)
    case = world.step(case, "approve", icp_number=f"{old.number_of}-88")
    assert (case.state, case.service.subject) == ("filed", old.subject)
    assert SubjectFiling.objects.count() == 1
    assert of_states() == ["live", "live", "live"]
    assert accesses() == ["Old Cloud of 1 open", "Example Cloud of 2 open"]


def test_an_app_is_filed_under_a_shell_which_is_live_again(world):
    old = world.filed(domain="yulan.cn")
    world.walk(world.about(old, "cancel_service"), *WALK, "complete")
    assert of_states() == ["shell", "cancelled"]
    features = {"app_android_app_name": "玉兰书店", "app_android_package": "cn.yulan"}
    case = world.case(
        applicant=old.subject.applicant, filing_type="add_service", service_kind="app",
        domain="yulan.cn", **features,
    )  # fmt: skip
    assert case.app_features != {}
    with pytest.raises(Closed) as closed:
        world.walk(case, *PREPARED)
    assert closed.value.codes == ["app.complete"]
    FilingCase.objects.filter(pk=case.pk).update(app_features={
        "android": {"app_name": "玉兰书店", "package": "cn.yulan", "public_key": "3082",
                    "fingerprint": "5F:2A"},
    })  # fmt: skip
    case.refresh_from_db()
    case = world.walk(case, *PREPARED[1:], *REVIEWED)
    case = world.step(case, "approve", icp_number=f"{old.number_of}-9A")
    assert (case.service.service_kind, case.service.app_features) == ("app", case.app_features)
    assert of_states() == ["live", "cancelled", "live"]


def told(service: Service) -> dict[str, Any]:
    """What an errand about a service may leave alone."""
    return dict(Service.objects.values().get(pk=service.pk))


def test_a_further_access_leaves_number_days_and_duties_alone(world):
    service = world.filed(footer_on=dt.date(2021, 6, 1))
    before = told(service)
    case = world.walk(world.about(service, "add_access"), *WALK)
    case = world.step(case, "complete")
    assert (case.state, case.turn, told(service)) == ("completed", "nobody", before)
    assert accesses() == ["Old Cloud of 1 open", "Example Cloud of 1 open"]
    access = service.accesses.latest("pk")
    assert (access.since, access.until) == (timezone.localdate(), None)
    assert case.orders.get().ended_on == timezone.localdate()


def test_a_further_access_brings_a_service_without_one_to_life(world):
    service = world.filed()
    world.walk(world.about(service, "cancel_access"), *UNASKED, "complete")
    assert (of_states(), accesses()) == (["shell", "no_access"], ["Old Cloud of 1 errand"])
    world.walk(world.about(service, "add_access"), *WALK, "complete")
    assert of_states() == ["live", "live"]
    assert accesses() == ["Old Cloud of 1 errand", "Example Cloud of 1 open"]


def test_the_last_access_ended_leaves_the_service_without_one(world):
    service = world.filed()
    world.walk(world.about(service, "add_access"), *WALK, "complete")
    case = world.walk(world.about(service, "cancel_access"), *UNASKED)
    # Nobody is asked by SMS.
    assert (case.state, case.sms_checks.count()) == ("authority_review", 0)
    world.step(case, "complete")
    assert (of_states(), accesses()) == (
        ["live", "live"], ["Old Cloud of 1 errand", "Example Cloud of 1 open"],
    )  # fmt: skip
    world.walk(world.about(service, "cancel_access"), *UNASKED, "complete")
    assert (of_states(), accesses()) == (
        ["shell", "no_access"], ["Old Cloud of 1 errand", "Example Cloud of 1 errand"],
    )  # fmt: skip


def test_a_change_puts_the_new_values_in_force_and_no_others(world):
    service = world.filed(domain="old.cn", name="玉兰书店")
    before = register()
    new = {"site_name": "玉兰书屋", "domain": "new.cn", "service_leader_phone": "13900139000"}
    case = world.about(service, "change", **new)
    assert set(case.changing) == {"site_name", "domain", "service_leader_phone"}
    case = world.walk(case, *WALK)
    # The old values stand until then.
    assert (case.state, register()) == ("authority_review", before)
    case = world.step(case, "complete")
    after = told(service)
    changed = {name for name, value in after.items() if value != before["Service"][0][name]}
    assert (case.state, changed) == ("completed", {"name", "service_leader_phone"})
    assert (after["name"], after["service_leader_phone"]) == ("玉兰书屋", "13900139000")
    assert list(service.domains.values_list("domain", "registrable_domain", "live")) == [
        ("new.cn", "new.cn", True)
    ]
    assert (of_states(), accesses()) == (["live", "live"], ["Old Cloud of 1 open"])
    assert register()["SubjectFiling"] == before["SubjectFiling"]


def test_a_change_of_the_subject_touches_no_service(world):
    service = world.filed()
    before = register()
    applicant = service.subject.applicant
    case = world.case(
        applicant=applicant, filing_type="change", subject_name="海棠书店有限公司",
        subject_leader="李娜", subject_leader_phone="13900139000", service_leader="",
        service_leader_phone="", domain="", site_name="", server_region="", access="", forum="",
    )  # fmt: skip
    assert {"subject_name", "subject_leader", "subject_leader_phone"} <= set(case.changing)
    case = world.walk(case, *WALK, "complete")
    after = register()
    assert (case.state, after["Service"]) == ("completed", before["Service"])
    subject = SubjectFiling.objects.get()
    assert (subject.subject_leader, subject.subject_leader_phone) == ("李娜", "13900139000")
    applicant.refresh_from_db()
    assert applicant.name == "海棠书店有限公司"


def test_one_of_two_services_is_cancelled_and_then_the_other(world):
    one = world.filed()
    two = world.filed(one.subject.applicant)
    today = timezone.localdate()
    case = world.walk(world.about(one, "cancel_service"), *WALK, "complete")
    one.refresh_from_db()
    assert (case.state, one.cancelled_on) == ("completed", today)
    assert of_states() == ["live", "cancelled", "live"]
    assert accesses() == ["Old Cloud of 1 cancelled", "Old Cloud of 2 open"]
    world.walk(world.about(two, "cancel_service"), *WALK, "complete")
    assert of_states() == ["shell", "cancelled", "cancelled"]
    assert accesses() == ["Old Cloud of 1 cancelled", "Old Cloud of 2 cancelled"]


def test_a_cancelled_subject_takes_all_its_services_with_it(world):
    one = world.filed()
    world.filed(one.subject.applicant)
    stranger = world.filed()
    case = world.case(applicant=one.subject.applicant, filing_type="cancel_subject", domain="")
    case = world.walk(case, *WALK)
    assert case.sms_checks.get().person == "subject_leader"
    case = world.step(case, "complete")
    subject = SubjectFiling.objects.get(pk=one.subject_id)
    assert (case.state, subject.cancelled_on) == ("completed", timezone.localdate())
    assert of_states() == ["cancelled", "live", "cancelled", "cancelled", "live"]
    assert accesses() == [
        "Old Cloud of 1 cancelled", "Old Cloud of 2 cancelled", "Old Cloud of 3 open",
    ]  # fmt: skip
    assert stranger.subject.state == "live"
    # What was cancelled is filed anew from the beginning, under a subject of its own.
    anew = world.walk(world.case(applicant=subject.applicant), *WALK, "approve")
    assert anew.service.subject_id not in (subject.pk, stranger.subject_id)


def test_an_inspection_begins_in_preparing_and_is_completed_by_its_pass(world):
    service = world.filed()
    before = register()
    term = timezone.localdate() + dt.timedelta(days=10)
    case = world.about(service, "inspection", term=str(term), findings="The footer is missing.")
    assert (case.state, case.turn, case.term, case.findings) == (
        "preparing", "officer", term, "The footer is missing.",
    )  # fmt: skip
    case = world.walk(case, "supply", "submit_to_provider")
    assert case.state == "provider_review"
    case = world.step(case, "provider_passes")
    assert (case.state, case.turn, register()) == ("completed", "nobody", before)


@pytest.mark.parametrize("steps", [(), ("submit_to_provider",)])
def test_an_inspection_that_is_missed_or_not_accepted_is_refused(world, steps):
    case = world.walk(world.about(world.filed(), "inspection"), *steps)
    before = register()
    case = world.step(case, "record_refusal")
    assert (case.state, register()) == ("refused", before)


def test_no_other_case_is_refused_before_it_is_with_the_administration(world):
    for state in ("preparing", "provider_review"):
        with pytest.raises(Closed) as closed:
            world.step(world.at(state), "record_refusal")
        assert closed.value.codes == ["state"]


ABOUT: dict[str, Any] = {
    "add_access": {},
    "change": {"site_name": "玉兰书屋"},
    "cancel_service": {},
    "cancel_access": {},
}


@pytest.mark.parametrize("kind", ABOUT)
def test_what_is_completed_gets_no_number_and_what_is_filed_is_not_completed(world, kind):
    case = world.walk(
        world.about(world.filed(), kind, **ABOUT[kind]),
        *(UNASKED if kind == "cancel_access" else WALK),
    )
    with pytest.raises(Closed) as closed:
        world.step(case, "approve")
    assert closed.value.codes == ["state"]
    with pytest.raises(Closed) as closed:
        world.step(world.at("authority_review"), "complete")
    assert closed.value.codes == ["state"]


def test_every_type_is_walked():
    walked = ("first", "add_service", "inspection", "cancel_subject", *ABOUT)
    assert sorted(walked) == sorted(FILING_TYPES)


# What ends a case that never got so far leaves the register alone.


@pytest.mark.parametrize("kind", ABOUT)
def test_what_is_withdrawn_leaves_the_register_alone(world: World, kind: str) -> None:
    service = world.filed()
    before = register()
    case = world.walk(world.about(service, kind, **ABOUT[kind]), *PREPARED, "submit_to_provider")
    case = world.step(case, "withdraw")
    assert (case.state, register()) == ("withdrawn", before)


def test_the_type_is_changed_by_working_staff_and_in_a_draft_by_its_applicant(
    world, li, chen, sun, wei, mei, stranger
):
    """At the action itself: the pages ask before it."""
    for state, may in (("draft", {li, chen, wei}), ("triage", {li, chen})):
        for person in (li, chen, sun, wei, mei, stranger):
            case = world.at(state)
            if person in may:
                changed = change_type(case, person, FilingType.ADD_SERVICE, case.version)
                assert changed.filing_type == "add_service"
                continue
            with pytest.raises(NotAllowed):
                change_type(case, person, FilingType.ADD_SERVICE, case.version)
            case.refresh_from_db()
            assert (case.filing_type, case.state) == ("first", state)
