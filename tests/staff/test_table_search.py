"""Searching the admin's tables of applicants and mails, and the intake's box: in one pass."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from icpcases.cases import outbox
from icpcases.cases.models import Applicant, Notice
from icpcases.db import pagination

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

APPLICANTS = "/admin/cases/applicant/"
NOTICES = "/admin/cases/notice/"
INTAKE = "/admin/cases/filingcase/add/"


@pytest.fixture
def applicants(world: Any) -> list[Applicant]:
    """Three in the order of their names; none of them has a case."""
    return [
        world.applicant(name="Alder Books", email="office@alder.example"),
        world.applicant(name="Birch Books", email="office@birch.example"),
        world.applicant(name="Cedar Tea", email="tea@cedar.example"),
    ]


def keys(page: str, path: str) -> list[int]:
    """The rows of an admin table, in their order."""
    return [int(pk) for pk in re.findall(rf'<th class="field-[^"]+"><a href="{path}(\d+)/', page)]


@pytest.fixture
def search(client: Client, li: Any) -> Callable[[str, str], list[int]]:
    client.force_login(li)

    def found(path: str, words: str) -> list[int]:
        answer = client.get(path, {"q": words})
        assert answer.status_code == 200
        return keys(answer.content.decode(), path)

    return found


@pytest.mark.parametrize("at_most", [10_000, 1])
@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("Books", [0, 1]),
        ("books BIRCH", [1]),
        ("cedar.example", [2]),
        ("example", [0, 1, 2]),
        ("ooks", [0, 1]),
        ("Alder Tea", []),
        ("nobody", []),
    ],
)
def test_applicants_are_found_by_all_words_in_the_order_of_names(
    applicants, search, monkeypatch, words, places, at_most
):
    """Collected where they are few, walked where they are many: the same."""
    monkeypatch.setattr(pagination, "AT_MOST", at_most)
    assert search(APPLICANTS, words) == [applicants[place].pk for place in places]


def test_applicants_are_found_by_their_number(applicants, search):
    number = applicants[1].certificate_number
    assert search(APPLICANTS, number) == [applicants[1].pk]
    assert search(APPLICANTS, number[:12].lower()) == [applicants[1].pk]


@pytest.fixture
def notices(world: Any) -> list[Notice]:
    """Two mails about two cases, the newest last."""
    made = []
    for name, email in (("Alder Books", "office@alder.example"), ("Cedar Tea", "tea@cedar.cn")):
        applicant = world.applicant(name=name, email=email)
        case = world.case(applicant=applicant, domain=f"{name.split()[0].lower()}-site.cn")
        row = case.history.get()
        row.told = True
        outbox.enqueue(case, row, outbox.audience(case))
        made.append(Notice.objects.latest("pk"))
    Notice.objects.filter(pk=made[1].pk).update(key="sms:17:20261128")
    return made


@pytest.mark.parametrize("at_most", [10_000, 1])
@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("office@alder.example", [0]),
        ("alder-site", [0]),
        ("cedar", [1]),
        ("Cedar Tea", [1]),
        ("SMS:17", [1]),
        ("site.cn", [1, 0]),
        ("@", [1, 0]),
        ("nobody", []),
    ],
)
def test_mails_are_found_by_address_reminder_or_case(
    notices, search, monkeypatch, words, places, at_most
):
    monkeypatch.setattr(pagination, "AT_MOST", at_most)
    Notice.objects.update(address="x@y.z")
    for notice, address in zip(notices, ("office@alder.example", "tea@pine.cn"), strict=True):
        Notice.objects.filter(pk=notice.pk).update(address=address)
    assert search(NOTICES, words) == [notices[place].pk for place in places]


def test_mails_are_found_by_the_reference_of_their_case(notices, search):
    assert search(NOTICES, notices[0].case.reference) == [notices[0].pk]


def test_the_intake_finds_by_part_of_a_name_or_the_whole_number(applicants, client, li):
    client.force_login(li)

    def found(words: str) -> list[int]:
        page = client.post(INTAKE, {"find": words, "_find": ""}, follow=True).content.decode()
        return [int(pk) for pk in re.findall(r'name="applicant" value="(\d+)"', page)]

    assert found("ooks") == [applicants[0].pk, applicants[1].pk]
    assert found(applicants[2].certificate_number.lower()) == [applicants[2].pk]
    assert found("nobody") == []


@pytest.mark.parametrize(("path", "words"), [(APPLICANTS, "Books"), (NOTICES, "Books")])
def test_a_search_costs_the_same_for_every_row(world, client, li, path, words):
    client.force_login(li)
    counts = []
    for number in (1, 2):
        for _more in range(number):
            case = world.case(applicant=world.applicant(name="Alder Books", email="a@b.example"))
            row = case.history.get()
            row.told = True
            outbox.enqueue(case, row, outbox.audience(case))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path, {"q": words}).content.decode()
        counts.append(len(queries))
    assert len(keys(page, path)) == 3
    assert counts == [QUERIES[path]] * 2


QUERIES = {APPLICANTS: 12, NOTICES: 10}
