"""An applicant with very many cases, and a case with a very long history: all of it can be read."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from icpcases.cases.models import CasePerson, FilingCase, HistoryRow
from tests.world import World, many_like

from .pages import links_in, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def cases_of(world: World, number: int) -> list[FilingCase]:
    """So many drafts of Wei's, the newest first; one of them made through the door."""
    first = world.case()
    made = many_like(first, number - 1)
    CasePerson.objects.bulk_create(CasePerson(case=case, user=world.wei) for case in made)
    return [*made, first]


def test_of_205_cases_each_stands_on_one_page(as_wei, world, mei):
    mine = cases_of(world, 205)
    world.case(owner=mei)
    found, address, asked = [], "/cases/", set()
    while address:
        with CaptureQueriesContext(connection) as queries:
            page = as_wei.get(address)
        asked.add(len(queries))
        found += [case.reference for case in page.context["cases"]]
        address = dict(links_in(page.content.decode())).get("older", "")
        address = address and f"/cases/{address}"
    assert found == [case.reference for case in mine]
    # The session, the account, the number of cases and their page.
    assert asked == {6}
    last = as_wei.get("/cases/?page=5")
    assert ("5 / 5" in text_of(last), len(last.context["cases"])) == (True, 5)
    assert as_wei.get("/cases/?page=x").context["cases"].number == 1
    assert as_wei.get("/cases/?page=99").context["cases"].number == 5


@pytest.mark.parametrize("number", [1, 50])
def test_what_fits_on_one_page_has_no_others(as_wei, world, number):
    cases_of(world, number)
    page = as_wei.get("/cases/")
    assert len(page.context["cases"]) == number
    assert 'class="pages"' not in page.content.decode()


def long_history(case: FilingCase, number: int) -> None:
    """So many documents were judged besides, one an hour."""
    last, now = case.version, timezone.now()
    HistoryRow.objects.bulk_create(
        HistoryRow(
            case=case, sequence=last + n, kind="document", to_state=case.state, turn=case.turn,
            happened_at=now - dt.timedelta(hours=number - n), recorded_at=now,
            entered={"judged": "business_licence", "status": "accepted"},
            note_public=f"number {n}.", note_internal="INTERNAL",
        )
        for n in range(1, number + 1)
    )  # fmt: skip
    FilingCase.objects.filter(pk=case.pk).update(version=last + number)


def notes(moments: list[Any]) -> list[str]:
    return [moment.note for moment in moments if moment.note]


def test_what_has_happened_can_be_read_to_its_beginning(as_wei, world):
    case = world.at("triage")
    long_history(case, 230)
    page = as_wei.get(path(case))
    older = dict(links_in(page.content.decode()))["All that has happened"]
    shown = [f"number {n}." for n in range(230, 224, -1)]
    assert all(text_of(page).count(f" {note} ") == 1 for note in shown)
    assert "number 224." not in text_of(page)
    found, number = [], 0
    while older:
        page = as_wei.get(older)
        number += 1
        pages = page.context["pages"]
        assert (pages.number, "INTERNAL" in page.content.decode()) == (number, False)
        found += notes(pages.object_list)
        more = dict(links_in(page.content.decode())).get("older", "")
        older = more and path(case, f"timeline/{more}")
    assert found == [f"number {n}." for n in range(230, 0, -1)]
    # The opening is no part of it; the application was the first that happened.
    assert " 3 / 3 " in text_of(page)


def test_a_short_history_stands_on_the_case_page_whole(as_wei, world):
    case = world.at("triage")
    # With the sending and the preparing of the case itself.
    long_history(case, 5)
    page = as_wei.get(path(case))
    assert "number 1." in text_of(page)
    assert "All that has happened" not in dict(links_in(page.content.decode()))
