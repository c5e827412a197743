"""Orders in the same second: two that begin one, two that want the last place on one."""

from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from icpcases.cases.models import FilingCase, Order, OrderCase
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Busy
from tests.harness.protections import without_locks
from tests.harness.race import stopping_after, together
from tests.world import World, user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

READS_ORDER = 'FROM "cases_order" WHERE ("cases_order"."number"'


@pytest.fixture
def bo(db):
    """A second officer."""
    return user("bo", "officer", is_staff=True)


@pytest.fixture
def two(world: World) -> list[FilingCase]:
    """Two cases of one subject, ready to be submitted."""
    applicant = world.applicant()
    world.filed(applicant)
    kind: dict[str, Any] = {"applicant": applicant, "filing_type": "add_service"}
    return [world.supply(world.at("preparing", **kind)) for _case in range(2)]


def submission(case: FilingCase, by: Any, provider: Any, number: str) -> Any:
    page = FilingCase.objects.get(pk=case.pk)
    entry = {"provider": provider.pk, "order_number": number}
    return lambda: perform(page, "submit_to_provider", by, entry, page.version)


def joined(number: str) -> list[int]:
    return sorted(OrderCase.objects.filter(order__number=number).values_list("case", flat=True))


def take_back(world: World, cases: list[FilingCase]) -> None:
    for case in cases:
        case.refresh_from_db()
        world.step(case, "step_back", by=world.chen)


def test_two_cases_begin_one_order_at_once(world: World, li, bo, two):
    provider = world.provider()
    for turn in range(5):
        clicks = [
            submission(case, who, provider, f"N-{turn}")
            for case, who in zip(two, (li, bo), strict=True)
        ]
        results = together(*clicks)
        for click, result in zip(clicks, results, strict=True):
            if not isinstance(result, FilingCase):
                # Told to try again; nothing of the page has grown old.
                assert type(result) is Busy, repr(result)
                click()
        assert joined(f"N-{turn}") == [case.pk for case in two]
        take_back(world, two)


@pytest.mark.postgres
def test_who_loses_the_race_to_begin_an_order_is_told_to_try_again(world: World, li, bo, two):
    both, provider = Barrier(2, timeout=30), world.provider()

    def beginning(case: FilingCase, by: Any) -> Any:
        take = submission(case, by, provider, "N")

        def click() -> Any:
            with stopping_after(READS_ORDER, both.wait):
                return take()

        return click

    results = together(*(beginning(c, who) for c, who in zip(two, (li, bo), strict=True)))
    assert sorted(type(result).__name__ for result in results) == ["Busy", "FilingCase"]
    [loser] = [case for case, result in zip(two, results, strict=True) if type(result) is Busy]
    submission(loser, li, provider, "N")()
    assert joined("N") == [case.pk for case in two]


def last_place(world: World, two: list[FilingCase], number: str) -> Any:
    """An order that has room for one case more."""
    provider = world.provider("Small Cloud", services_per_order=2)
    kind: dict[str, Any] = {"applicant": two[0].applicant, "filing_type": "add_service"}
    there = world.supply(world.at("preparing", **kind))
    submission(there, world.li, provider, number)()
    return provider


def test_two_want_the_last_place_on_an_order(world: World, li, bo, two):
    provider = last_place(world, two, "L")
    for _round in range(5):
        results = together(*(
            submission(case, who, provider, "L") for case, who in zip(two, (li, bo), strict=True)
        ))  # fmt: skip
        assert sorted(type(result).__name__ for result in results) == ["BadEntry", "FilingCase"]
        [refused] = [result for result in results if isinstance(result, BadEntry)]
        assert refused.form.errors == {
            "order_number": ["This provider takes 2 services on one order at most."]
        }
        assert len(joined("L")) == 2
        winner = [c for c, result in zip(two, results, strict=True) if type(result) is FilingCase]
        take_back(world, winner)


@pytest.mark.postgres
def test_control_without_the_lock_both_take_the_last_place(world: World, li, bo, two):
    provider, both = last_place(world, two, "L"), Barrier(2, timeout=30)

    def heedless(case: FilingCase, by: Any) -> Any:
        take = submission(case, by, provider, "L")

        def click() -> Any:
            with without_locks(), stopping_after("COUNT(*)", both.wait):
                return take()

        return click

    results = together(*(heedless(c, who) for c, who in zip(two, (li, bo), strict=True)))
    assert [type(result) for result in results] == [FilingCase, FilingCase]
    assert len(joined("L")) == 3
    assert connection.vendor == "postgresql"


def test_another_order_of_the_subject_waits_for_the_first(world: World, li, bo, two):
    clouds = [world.provider("One Cloud"), world.provider("Two Cloud")]
    for turn in range(5):
        results = together(*(
            submission(case, who, cloud, f"O-{turn}")
            for case, who, cloud in zip(two, (li, bo), clouds, strict=True)
        ))  # fmt: skip
        assert sorted(type(result).__name__ for result in results) == ["BadEntry", "FilingCase"]
        [refused] = [result for result in results if isinstance(result, BadEntry)]
        errors = refused.form.errors.as_data()
        codes = {field: [one.code for one in found] for field, found in errors.items()}
        assert codes == {"provider": ["subject.idle"]}
        assert list(Order.objects.filter(running=True).values_list("number", flat=True)) == [
            f"O-{turn}"
        ]
        winner = [c for c, result in zip(two, results, strict=True) if type(result) is FilingCase]
        take_back(world, winner)
