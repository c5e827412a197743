"""What the office keeps to itself stands on no page that an applicant can reach.

Everything internal carries a mark here, and every page of the applicant's is searched for it.
"""

from typing import Any

import pytest
from django.contrib.auth.models import User

from icpcases.cases.models import FilingCase, Province
from icpcases.rules.book import RULES
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.provinces import answer_of_province
from icpcases.workflow.actions.requests import settle
from tests.world import CarefulWorld, World, user

from .pages import body_of, needed, path, section, some, step_path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


MARK = "kept-inside"


# Words of the program, never of a page.
CODES = [rule.code for rule in RULES] + ["permission", "note_internal", "follow_code", "people_pks"]


@pytest.fixture
def staff(db) -> tuple[User, User]:
    """An officer and a supervisor, each name and address marked."""
    officer, supervisor = (
        user(
            f"{MARK}-{group}", group, is_staff=True,
            first_name=f"{MARK}-first", last_name=f"{MARK}-last",
        )
        for group in ("officer", "supervisor")
    )  # fmt: skip
    return officer, supervisor


@pytest.fixture
def world(wei, staff):
    officer, supervisor = staff
    made = CarefulWorld(wei, officer, supervisor)
    province = Province.objects.get(pk="CN-BJ")
    province.notes = f"{MARK}-notes"
    province.save()
    answer = {"accepts_forums": "yes", "asked_on": "2026-01-05", "source": f"{MARK}-source"}
    answer_of_province(province, officer, answer)
    return made


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def noted(world: World, case: FilingCase, step: str, **data: Any) -> FilingCase:
    return world.step(case, step, note_internal=f"{MARK} at {step}", **data)


def worked_case(world: World, staff: tuple[User, User]) -> FilingCase:
    """A case on which the office has done all it can do, each time with something internal."""
    officer, supervisor = staff
    case = world.case(domain="shared.cn", service_leader_id="11010519491231002X")
    for step in ("submit_request", "prepare_filing"):
        case = noted(world, case, step)
    case = world.step(case, "step_back", by=supervisor, reason=f"{MARK} wrong case")
    case = noted(world, case, "prepare_filing")
    add_note(case, officer, f"{MARK} a note", case.version)
    case.refresh_from_db()
    assign(case, officer, None, case.version)
    case.refresh_from_db()
    assign(case, officer, officer, case.version)
    case = world.supply(case)
    case = noted(world, case, "submit_to_provider")
    case = noted(world, case, "return_for_correction", note_public="Soon done.")
    asked = case.requests.get()
    requests.answer(case, officer, asked.pk, "A better scan.", case.version)
    case.refresh_from_db()
    settle(case, officer, asked.pk, "open", "It is still blurred.", case.version)
    case.refresh_from_db()
    world.document(case, "other", accept=False)
    case.refresh_from_db()
    return case


def leaks(body: str, others: list[str]) -> list[str]:
    return [word for word in (MARK, *CODES, *others) if word in body]


def search(client: Any, case: FilingCase, others: list[str]) -> dict[str, Any]:
    """Every kind of page below the case and around it, by GET and by a POST that is refused."""
    found = {}
    for address in ["/", "/cases/", "/check/", "/apply/", "/follow/", *some(case)]:
        page = client.get(address)
        if "/documents/" in address and not page.headers["Content-Type"].startswith("text/html"):
            assert not leaks(str(page.headers), others)
            continue
        found[address] = leaks(body_of(page) + str(page.headers), others)
        if address.startswith(path(case)):
            page = client.post(
                address, {"version": case.version - 1, "reason": "No.", "email": "x"}
            )
            found[f"POST {address}"] = leaks(body_of(page) + str(page.headers), others)
    return {address: words for address, words in found.items() if words}


def test_nothing_internal_is_on_any_page(as_wei, world, staff):
    case = worked_case(world, staff)
    mei = user("mei")
    others = [
        world.case(domain="www.shared.cn", owner=mei).reference,
        world.at("triage", owner=mei).reference,
    ]
    # The control: it is all there to be found.
    inside = [row.note_internal for row in case.history.all() if row.note_internal]
    assert len(inside) == 6
    assert leaks(MARK + others[0], others) == [MARK, others[0]]
    assert search(as_wei, case, others) == {}
    shown = text_of(as_wei.get(path(case)))
    assert "Soon done." in shown
    assert "It is still blurred." in shown
    assert "wrong case" not in shown


@pytest.mark.slow
@pytest.mark.parametrize("way", [["withdraw"], ["submit_request", "send_back"]])
def test_nor_on_the_pages_of_a_case_that_is_closed_or_sent_back(as_wei, world, way):
    case = world.case()
    for step in way:
        case = noted(world, case, step)
    assert search(as_wei, case, []) == {}


def test_the_other_case_about_a_domain_is_not_named(as_wei, world):
    other = world.at("triage", domain="shared.cn", owner=user("somebody"))
    case = world.case(domain="www.shared.cn")
    said = "The office must look into this domain before the case can go on."
    page = as_wei.get(path(case))
    assert said in section(page, 'id="needed"')
    assert [label for label, _url in needed(page)] == ["Go on with the application"]
    taken = as_wei.post(step_path(case, "submit_request"), {"version": case.version})
    assert taken.status_code == 422
    assert said in text_of(taken)
    for shown in (page, taken):
        assert leaks(body_of(shown), [other.reference]) == []


def test_what_happened_meanwhile_names_nobody(as_wei, world, staff):
    case = world.at("triage")
    seen = case.version
    noted(world, case, "prepare_filing")
    for rest in ("step/withdraw/", "application/site/", "people/", "documents/add/"):
        data = {"version": seen, "reason": "No.", "email": "friend@example.com"}
        page = as_wei.post(path(case, rest), data)
        assert leaks(body_of(page), []) == []


def test_whoever_follows_without_an_account_reads_even_less(client, world, staff):
    case = worked_case(world, staff)
    sent = {"reference": case.reference, "code": case.follow_code}
    page = client.post("/follow/", sent, follow=True)
    assert page.status_code == 200
    own = [
        case.domain, case.site_name, case.service_leader, case.service_leader_phone,
        case.applicant.name, case.applicant.certificate_number, "wei@example.com",
        "domain certificate", "Soon done.", "still blurred", case.follow_code,
    ]  # fmt: skip
    assert [word for word in own if word in body_of(page)] == []
    assert leaks(body_of(page), []) == []
