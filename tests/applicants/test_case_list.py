"""My cases: one's own move first, with the day, the number and a search; closed ones with why."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase
from tests.world import FORUM

from .pages import path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def listed(client, query=""):
    page = client.get(f"/cases/{query}")
    return [(line.group.value, line.case.reference) for line in page.context["lines"]]


def test_ones_own_move_stands_first_by_its_day_and_what_is_closed_last(as_wei, world, mei):
    closed, done = world.at("withdrawn"), world.at("completed")
    office, draft = world.at("triage"), world.at("draft")
    asked, sms = world.at("returned"), world.at("sms_verification")
    later = timezone.now() + dt.timedelta(days=9)
    FilingCase.objects.filter(pk=asked.pk).update(due_at=later)
    world.case(owner=mei)
    references = [
        ("mine", sms), ("mine", asked), ("mine", draft), ("others", office), ("done", done),
        ("closed", closed),
    ]  # fmt: skip
    assert listed(as_wei) == [(group, case.reference) for group, case in references]
    headings = text_of(as_wei.get("/cases/"))
    places = [headings.index(f" {name} ") for name in ("Your move", "With others", "Done")]
    assert places == sorted(places)


def test_a_search_finds_by_what_people_know_and_only_ones_own(as_wei, world, mei):
    first = world.at("filed")
    FilingCase.objects.filter(pk=first.pk).update(
        domain="yulan-books.cn",
        domain_unicode="yulan-books.cn",
        registrable_domain="yulan-books.cn",
    )
    second = world.case(domain="例子.中国", site_name="例子网")
    world.case(owner=mei, domain="meis-own.cn", site_name="例子")
    found = {
        query: sorted(reference for _group, reference in listed(as_wei, f"?q={query}"))
        for query in (
            "yulan", "ＹＵＬＡＮ", first.service.number, second.reference.lower(), "例子",
            "meis-own", "nothing-of-it", "%00", "玉兰书店", "yulan nothing-of-it",
        )
    }  # fmt: skip
    assert found == {
        "yulan": [first.reference],
        "ＹＵＬＡＮ": [first.reference],
        first.service.number: [first.reference],
        second.reference.lower(): [second.reference],
        "例子": [second.reference],
        "meis-own": [],
        "nothing-of-it": [],
        "%00": [first.reference, second.reference],
        "玉兰书店": [first.reference, second.reference],
        "yulan nothing-of-it": [],
    }
    assert "None of your cases has that." in text_of(as_wei.get("/cases/?q=nothing-of-it"))


def test_a_line_says_the_number_the_day_and_what_to_do(as_wei, world):
    case = world.at("filed")
    line = text_of(as_wei.get("/cases/")).split("Your move ")[1]
    day = timezone.localdate(case.turn_since)
    assert line.startswith(
        f"{case.domain_unicode} {case.reference} · {case.service.number} · First filing · since "
        f"{day} Filed: the site may open"
    )
    assert "Open the site, and record the day on the case's page." in line


def test_a_closed_one_says_why_and_leads_to_applying_again(as_wei, world):
    facts = {**FORUM, "applicant_type": "individual"}
    told = {
        world.at("withdrawn"): None,
        world.at("ineligible", facts): "An individual is not permitted to operate a forum.",
        world.at("refused"): None,
    }
    page = as_wei.get("/cases/")
    why = {line.case.pk: line.why for line in page.context["lines"]}
    for case, sentence in told.items():
        row = case.history.filter(kind="step").latest("sequence")
        given = [reason["text"] for reason in row.reasons]
        assert why[case.pk] == ([sentence] if sentence else []) + given
        assert path(case, "again/") in page.content.decode()


@pytest.mark.parametrize(("rows", "queries"), [(1, 7), (3, 7)])
def test_the_reasons_of_all_that_are_closed_are_one_query(
    as_wei, world, django_assert_num_queries, rows, queries
):
    """The session, the account, the groups, the invitations, the count, the page, the reasons."""
    for _ in range(rows):
        world.at("withdrawn")
    with django_assert_num_queries(queries):
        as_wei.get("/cases/")
