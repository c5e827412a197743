"""One form sent twice in the same moment, as by a double click: done once, both led to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    FilingCase,
    HistoryRow,
    Provider,
    ProvinceAnswer,
    RegisterRow,
)
from tests.harness.race import together
from tests.world import ENTERPRISE, World

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CASE = "/admin/cases/filingcase/"
Form = tuple[Any, str, dict[str, Any], Callable[[], int]]


def rows() -> int:
    return HistoryRow.objects.count()


def note(world: World) -> Form:
    case = world.case()
    data = {"version": case.version, "text": "Called the provider."}
    return world.li, f"{CASE}{case.pk}/note/", data, rows


def step(world: World) -> Form:
    case = world.at("provider_review")
    return world.li, f"{CASE}{case.pk}/step/provider_passes/", {"version": case.version}, rows


def claim(world: World) -> Form:
    case = world.case()
    FilingCase.objects.update(officer=None)
    return world.li, f"{CASE}{case.pk}/claim/", {"version": case.version}, rows


def own_step(world: World) -> Form:
    case = world.case()
    data = {"version": case.version}
    return world.wei, f"/cases/{case.reference}/step/submit_request/", data, rows


def intake(world: World) -> Form:
    data = {
        **ENTERPRISE, "find": "", "new-name": "Twice Books", "new-language": "en",
        "new-certificate_type": "credit_code", "new-certificate_number": "9144030071526726XG",
        "_save": "1",
    }  # fmt: skip
    return world.li, f"{CASE}add/", data, cases_and_applicants


def cases_and_applicants() -> int:
    return FilingCase.objects.count() + 100 * Applicant.objects.count()


def province(world: World) -> Form:
    data = {"accepts_forums": "yes", "asked_on": str(timezone.localdate()), "source": "By phone"}
    return world.li, "/admin/cases/province/CN-BJ/answer/", data, ProvinceAnswer.objects.count


def found(world: World) -> Form:
    service = world.filed()
    world.provider("Second Cloud")
    data = {
        "provider": Provider.objects.get(name="Second Cloud").pk, "seen": "0",
        "looked_up_on": str(timezone.localdate()),
    }  # fmt: skip
    return world.li, f"/admin/service/{service.pk}/access/", data, RegisterRow.objects.count


def applicant(world: World) -> Form:
    data = {"name": "Twice Books", "language": "en"}
    return world.li, "/admin/cases/applicant/add/", data, Applicant.objects.count


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(form: Form, *tokens: str) -> tuple[int, list[int], set[str]]:
    """How many rows that made, and what both were answered."""
    person, url, data, count = form
    before, clients = count(), [signed_in(person) for _token in tokens]
    answers = together(
        *(
            lambda client=client, token=token: client.post(
                url, data | {"csrfmiddlewaretoken": token}
            )
            for client, token in zip(clients, tokens, strict=True)
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    return count() - before, statuses, {answer.headers.get("Location", "") for answer in answers}


@pytest.mark.parametrize("make", [note, step, claim, own_step])
def test_a_form_with_a_version_changes_the_case_once_and_both_are_told_so(world, make):
    made, statuses, led_to = sent(make(world), "one page", "one page")
    assert (made, statuses, len(led_to)) == (1, [302, 302], 1)


def test_of_two_pages_the_later_is_told_that_somebody_was_faster(world):
    made, statuses, _led_to = sent(note(world), "one page", "another page")
    assert (made, statuses) == (1, [302, 409])


MAKING = [(intake, 101), (province, 1), (found, 1), (applicant, 1)]


@pytest.mark.parametrize(("make", "wanted"), MAKING)
def test_a_form_without_one_makes_one_thing_and_both_are_led_to_it(world, make, wanted):
    made, statuses, led_to = sent(make(world), "one page", "one page")
    assert (made, statuses, len(led_to)) == (wanted, [302, 302], 1)


@pytest.mark.parametrize(("make", "wanted"), [(intake, 202), (province, 2), (applicant, 2)])
def test_two_pages_of_it_make_two(world, make, wanted):
    made, statuses, _led_to = sent(make(world), "one page", "another page")
    assert (made, statuses) == (wanted, [302, 302])
