"""Two who enter or file one thing in the register in the same second: it is there once."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.forms.register import FoundAccessForm, FoundServiceForm, FoundSubjectForm
from icpcases.cases.models import (
    Applicant,
    FilingCase,
    ProviderAccess,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.integrity.registry import CHECKERS
from icpcases.workflow.actions import register
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Closed
from tests.harness.protections import without_locks
from tests.harness.race import stopping_after, together
from tests.world import World, user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

DAY = dt.date(2021, 5, 6)
ROUNDS = 5


@pytest.fixture
def bo(db):
    """A second officer."""
    return user("bo", "officer", is_staff=True)


def cleaned(form: Any) -> dict[str, Any]:
    assert form.is_valid(), form.errors
    return dict(form.cleaned_data)


def found_subject(number: str) -> dict[str, Any]:
    given = {"province": "CN-BJ", "number": number, "filed_on": DAY, "looked_up_on": DAY}
    return cleaned(FoundSubjectForm(given))


def found_service(number: str, domain: str, **more: Any) -> dict[str, Any]:
    given = {
        "service_kind": "website", "name": "玉兰书店", "number": number, "domains": domain,
        "filed_on": DAY, "looked_up_on": DAY, **more,
    }  # fmt: skip
    return cleaned(FoundServiceForm(given))


def winner_of(results: list[Any]) -> int:
    """The place of the only one that was not refused."""
    won = [at for at, result in enumerate(results) if not isinstance(result, BaseException)]
    assert len(won) == 1, results
    return won[0]


def refusal(results: list[Any]) -> list[str]:
    """The codes of the rules that the other one was told."""
    [error] = [result for result in results if isinstance(result, BaseException)]
    if isinstance(error, BadEntry):
        return [str(one.code) for found in error.form.errors.as_data().values() for one in found]
    assert isinstance(error, Closed), repr(error)
    return error.codes


def test_two_officers_enter_one_subject(world: World, li, bo):
    for turn in range(ROUNDS):
        applicant, data = world.applicant(), found_subject(f"京ICP备{20210000 + turn}号")
        results = together(
            *(partial(register.enter_subject, who, applicant, data) for who in (li, bo))
        )
        winner_of(results)
        assert refusal(results) == ["register"]
        assert SubjectFiling.objects.filter(applicant=applicant).count() == 1


def test_two_officers_enter_one_service(world: World, li, bo):
    applicant = world.applicant()
    subject = world.filed(applicant).subject
    for turn in range(ROUNDS):
        data = found_service(f"{subject.number}-{turn + 1000}", f"once-{turn}.cn")
        results = together(
            *(partial(register.enter_service, who, applicant, data) for who in (li, bo))
        )
        winner_of(results)
        assert refusal(results) == ["register"]
        assert Service.objects.filter(number=f"{subject.number}-{turn + 1000}").count() == 1
        assert RegisterRow.objects.filter(applicant=applicant).count() == turn + 2


def test_two_services_with_one_domain_are_not_both_entered(world: World, li, bo):
    clients = [world.applicant(), world.applicant()]
    subjects = [world.filed(client).subject for client in clients]
    provider = world.provider().pk
    for turn in range(ROUNDS):
        entries = [
            found_service(f"{s.number}-{turn + 1000}", f"shared-{turn}.cn", provider=provider)
            for s in subjects
        ]

        results = together(
            partial(register.enter_service, li, clients[0], entries[0]),
            partial(register.enter_service, bo, clients[1], entries[1]),
        )
        winner_of(results)
        assert refusal(results) == ["register"]


def test_an_approval_and_an_entry_of_one_number(world: World, li, bo, chen):
    applicant = world.applicant()
    number = f"{world.filed(applicant).subject.number}-77"
    case = world.at("authority_review", applicant=applicant, filing_type="add_service")
    for turn in range(ROUNDS):
        page = FilingCase.objects.get(pk=case.pk)
        entry = {"icp_number": f"{number}{turn}", "filed_on": timezone.localdate()}
        data = found_service(f"{number}{turn}", f"elsewhere-{turn}.cn")
        results = together(
            partial(perform, page, "approve", li, entry, page.version),
            partial(register.enter_service, bo, applicant, data),
        )
        won = winner_of(results)
        assert refusal(results) == [["register"], ["number.valid"]][won]
        assert Service.objects.filter(number=f"{number}{turn}").count() == 1
        if won == 0:
            case.refresh_from_db()
            world.step(case, "step_back", by=chen)


def test_a_first_filing_and_an_entry_of_its_subject_number_elsewhere(world: World, li, bo, chen):
    case, other = world.at("authority_review"), None
    for turn in range(ROUNDS):
        page, other = FilingCase.objects.get(pk=case.pk), world.applicant()
        number = f"京ICP备{20290000 + turn}号"
        entry = {"icp_number": f"{number}-1", "filed_on": timezone.localdate()}
        data = found_subject(number)
        results = together(
            partial(perform, page, "approve", li, entry, page.version),
            partial(register.enter_subject, bo, other, data),
        )
        won = winner_of(results)
        assert refusal(results) == [["register"], ["number.valid"]][won]
        if won == 0:
            case.refresh_from_db()
            world.step(case, "step_back", by=chen)


def losing(world: World, service: Service, access: ProviderAccess | None = None):
    seen = register.newest_row(service.subject.applicant_id)
    day = timezone.localdate()
    return lambda: register.record_loss(world.chen, service, access, day, "Taken away.", seen)


def test_a_loss_and_the_end_of_an_errand_about_one_access(world: World, li):
    """Whoever comes first ends the access; how it ended is not written over."""
    for _round in range(ROUNDS):
        service = world.filed(world.applicant())
        [access] = service.accesses.all()
        case = world.walk(
            world.about(service, "cancel_access"),
            "submit_request", "prepare_filing", "supply", "submit_to_provider",
            "provider_passes", "sent_to_administration",
        )  # fmt: skip
        page, entry = FilingCase.objects.get(pk=case.pk), {"completed_on": timezone.localdate()}
        results = together(
            partial(perform, page, "complete", li, entry, page.version),
            losing(world, service, access),
        )
        access.refresh_from_db()
        service.refresh_from_db()
        assert isinstance(results[0], FilingCase), repr(results[0])
        lost_first = results[1] is None
        assert access.ended_by == ("lost" if lost_first else "errand")
        if not lost_first:
            assert refusal(results) == ["register"]
        assert service.state == "no_access"


def completing_a_change(world: World, service: Service) -> Any:
    case = world.walk(
        world.about(service, "change", service_leader_phone="13900139000"),
        "submit_request", "prepare_filing", "supply", "submit_to_provider",
        "provider_passes", "sent_to_administration", "confirm_sms",
    )  # fmt: skip
    page, entry = FilingCase.objects.get(pk=case.pk), {"completed_on": timezone.localdate()}
    return lambda: perform(page, "complete", world.li, entry, page.version)


def test_a_change_of_a_service_that_is_being_taken_away(world: World):
    for _round in range(ROUNDS):
        service = world.filed(world.applicant())
        results = together(completing_a_change(world, service), losing(world, service))
        won = winner_of(results)
        assert refusal(results) == [["register"], ["number.valid"]][won]
        service.refresh_from_db()
        assert (service.state, service.service_leader_phone) == [
            ("live", "13900139000"), ("cancelled", "13800138000"),
        ][won]  # fmt: skip


@pytest.mark.postgres
def test_control_without_the_lock_a_service_taken_away_is_changed_all_the_same(world: World):
    service, both = world.filed(world.applicant()), Barrier(2, timeout=30)
    complete, lose = completing_a_change(world, service), losing(world, service)

    def heedless(take: Callable[[], Any]) -> Callable[[], Any]:
        def click() -> Any:
            with without_locks(), stopping_after('FROM "cases_applicant"', both.wait):
                return take()

        return click

    results = together(heedless(complete), heedless(lose))
    assert not any(isinstance(result, BaseException) for result in results), results


def test_an_access_is_not_entered_on_a_service_that_is_being_taken_away(world: World, li):
    data = cleaned(FoundAccessForm({"provider": world.provider().pk, "looked_up_on": DAY}))
    for _round in range(ROUNDS):
        service = world.filed(world.applicant())
        results = together(
            partial(register.enter_access, li, service, data),
            losing(world, service),
        )
        assert winner_of(results) in (0, 1)
        assert refusal(results) == ["register"]
        service.refresh_from_db()
        open_ones = service.accesses.filter(until__isnull=True).count()
        assert (service.state, open_ones) in [("live", 2), ("cancelled", 0)]


def test_two_entries_leave_the_subject_as_its_services_are(world: World, li, bo):
    """A shell with two services entered at once is live, however they fall."""
    for turn in range(ROUNDS):
        applicant: Applicant = world.applicant()
        number = f"京ICP备{20230000 + turn}号"
        register.enter_subject(li, applicant, found_subject(number))
        cloud = world.provider().pk
        entries = [
            found_service(f"{number}-1", f"bare-{turn}.cn"),
            found_service(f"{number}-2", f"hosted-{turn}.cn", provider=cloud),
        ]
        together(
            partial(register.enter_service, li, applicant, entries[0]),
            partial(register.enter_service, bo, applicant, entries[1]),
        )
        assert SubjectFiling.objects.get(applicant=applicant).state == "live"
        assert [service.state for service in Service.objects.filter(subject__number=number)] in [
            ["no_access", "live"], ["live", "no_access"],
        ]  # fmt: skip


def test_the_integrity_checkers_find_nothing_after_a_race(world: World, li):
    service = world.filed(world.applicant())
    together(completing_a_change(world, service), losing(world, service))
    assert {name: found for name, check in CHECKERS.items() if (found := list(check()))} == {}
