"""Nothing lost and nothing twice: Back, a double click, two tabs, a second draft, a second site."""

from typing import Any

import pytest
from django.test import Client

from icpcases.cases.models import Applicant, FilingCase
from tests.domain import CREDIT_CODES

from .pages import path, text_of
from .test_application import CHECKED, LEADER, SHOP, SITE, as_wei, begin, look, part, save, send

__all__ = ["as_wei"]
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


def test_back_from_the_second_page_leads_to_the_draft(as_wei):
    door = as_wei.get("/apply/", CHECKED)["Location"]
    first = as_wei.post(door, SHOP)
    case = FilingCase.objects.get()
    # Back reads the address again; the draft it has opened is gone on with.
    back = as_wei.get(door)
    assert (back.status_code, back["Location"]) == (302, part(case, "who"))
    # A browser that has kept the page sends it again: once, and with what was typed last.
    again = as_wei.post(door, {**SHOP, "who-name": "木兰书店有限公司"})
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    applicant = Applicant.objects.get()
    assert (FilingCase.objects.count(), applicant.name) == (1, "木兰书店有限公司")
    save(as_wei, case, "site", SITE)
    save(as_wei, case, "person", LEADER)
    send(as_wei, case)
    assert as_wei.get(door)["Location"] == path(case)
    assert as_wei.post(door, SHOP)["Location"].startswith(path(case))
    applicant.refresh_from_db()
    assert (FilingCase.objects.count(), applicant.name) == (1, "木兰书店有限公司")


def test_a_double_click_opens_one_draft(as_wei, mei):
    door = as_wei.get("/apply/", CHECKED)["Location"]
    places = [as_wei.post(door, SHOP)["Location"] for _click in range(2)]
    assert places[0] == places[1]
    assert (FilingCase.objects.count(), Applicant.objects.count()) == (1, 1)
    # A new beginning is another one; somebody else's with the same address is his own.
    assert as_wei.get("/apply/", CHECKED)["Location"] != door
    other = Client()
    other.force_login(mei)
    assert other.post(door, SHOP)["Location"] not in places
    # Without a token, or with an odd one, a draft is opened all the same.
    for odd in ("", "x" * 500, "\0"):
        assert as_wei.post(f"/apply/?form={odd}", SHOP).status_code == 302
    assert FilingCase.objects.count() == 5


@pytest.mark.parametrize(("name", "sent"), [("site", SITE), ("who", {**SHOP, "who-name": "木兰"})])
def test_a_double_click_saves_a_page_once(as_wei, name, sent):
    case = begin(as_wei)
    shown = as_wei.get(part(case, name)).context["version"]
    answers = [as_wei.post(part(case, name), {"version": shown, **sent}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    case.refresh_from_db()
    assert (case.version, case.history.count()) == (2, 2)


def test_sent_twice_it_is_sent_once(as_wei):
    case = begin(as_wei)
    save(as_wei, case, "site", SITE)
    save(as_wei, case, "person", LEADER)
    version = look(as_wei, case).context["version"]
    sent = [as_wei.post(path(case, "application/"), {"version": version}) for _click in range(2)]
    assert [(a.status_code, a["Location"]) for a in sent] == [
        (302, path(case, "application/sent/"))
    ] * 2
    assert case.history.filter(step="submit_request").count() == 1


def test_two_pages_in_two_tabs_are_two_matters(as_wei):
    """Both were opened before either was saved."""
    case = begin(as_wei)
    shown: dict[str, Any] = {
        name: as_wei.get(part(case, name)).context["version"] for name in ("who", "site", "person")
    }
    assert set(shown.values()) == {1}
    for name, sent in (
        ("site", SITE), ("person", LEADER), ("who", {**SHOP, "who-name": "木兰"})
    ):  # fmt: skip
        answer = as_wei.post(part(case, name), {"version": shown[name], **sent})
        assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.site_name, case.service_leader, case.applicant.name) == (
        "玉兰书店", "王伟", "木兰",
    )  # fmt: skip


def test_one_page_in_two_tabs_is_told_and_keeps_what_was_typed(as_wei):
    case = begin(as_wei)
    save(as_wei, case, "site", SITE)
    other = {"site_name": "木兰", "domain": "mulan.cn"}
    late = as_wei.post(part(case, "site"), {"version": 1, **other})
    page = late.content.decode()
    assert (late.status_code, 'value="木兰"' in page, 'value="mulan.cn"' in page) == (
        409, True, True,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.site_name == "玉兰书店"
    # Looked at and confirmed, it counts.
    again = {"version": late.context["version"], **other}
    assert as_wei.post(part(case, "site"), again).status_code == 302


def test_a_step_makes_every_page_of_it_stale(as_wei, world):
    case = world.case()
    seen = case.version
    world.walk(case, "submit_request", "send_back")
    late = as_wei.post(part(case, "site"), {"version": seen, **SITE})
    assert late.status_code == 409


def test_a_second_draft_for_ones_own_domain_is_told_at_once(as_wei):
    first = begin(as_wei)
    save(as_wei, first, "site", SITE)
    second = begin(as_wei)
    told = save(as_wei, second, "site", {**SITE, "domain": "www.yulan-books.cn"})
    text = text_of(told)
    assert told.status_code == 422
    assert "You have a case about this domain already." in text
    assert f"Open {first.reference}" in text
    assert f'href="{path(first)}"' in told.content.decode()
    second.refresh_from_db()
    assert second.domain == ""
    # Of another kind the name may be his twice: a website and an App.
    app = begin(as_wei, service_kind="app")
    assert save(as_wei, app, "site", SITE).status_code == 302


def test_a_running_case_of_ones_own_is_linked_and_a_strangers_goes_to_the_office(
    as_wei, world, mei
):
    running = world.at("triage", domain="yulan-books.cn")
    draft = world.case(domain="yulan-books.cn")
    page = look(as_wei, draft)
    assert f"is about the same service or domain: {running.reference}" in text_of(page)
    assert f'href="{path(running)}"' in page.content.decode()
    assert send(as_wei, draft).status_code == 422
    theirs = world.at("triage", domain="mulan-books.cn", owner=mei)
    draft = world.case(domain="mulan-books.cn")
    page = look(as_wei, draft)
    text = text_of(page)
    assert theirs.reference not in page.content.decode()
    # Nobody is said to be at work on what lies in nobody's queue: he asks, and it is in one.
    assert ("is looking into it" in text, "Write to the office" in text) == (False, True)
    assert send(as_wei, draft).status_code == 422


def next_site(client: Client, applicant: Applicant, **more: str) -> str:
    given = {"applicant": str(applicant.pk), "filing_type": "add_service", **more}
    return str(client.get("/filed/next/", given)["Location"])


@pytest.fixture
def filed(world):
    """A site of Wei's that is filed: his applicant has a number."""
    return world.at("filed")


def test_a_second_site_is_three_questions(as_wei, filed):
    door = next_site(as_wei, filed.applicant)
    page = as_wei.get(door)
    asked = [field.name for field in page.context["form"].visible_fields()]
    assert (page.status_code, asked) == (200, ["site_name", "domain", "forum"])
    answers = {"site_name": "木兰花店", "domain": "mulan-flowers.cn", "forum": "false"}
    places = [as_wei.post(door, answers)["Location"] for _click in range(2)]
    case = FilingCase.objects.get(domain="mulan-flowers.cn")
    assert places == [path(case, "application/")] * 2
    # Back reads the address again.
    assert as_wei.get(door)["Location"] == path(case, "application/")
    assert (case.filing_type, case.province_id, case.applicant_type, case.service_leader) == (
        "add_service", "CN-BJ", "enterprise", "王伟",
    )  # fmt: skip
    assert (case.server_region, case.access, case.forum) == ("mainland", "domain", False)
    page = look(as_wei, case)
    assert (page.context["gaps"], page.context["others"], page.context["progress"]) == (
        [], [], None,
    )  # fmt: skip
    assert CREDIT_CODES[0] in text_of(page)
    # What is changed all the same leads back here.
    assert save(as_wei, case, "person", LEADER)["Location"] == path(case, "application/")
    assert send(as_wei, case)["Location"] == path(case, "application/sent/")
    assert FilingCase.objects.count() == 2


def test_a_second_site_that_is_there_already_is_told_at_once(as_wei, world, filed):
    draft = world.case(applicant=filed.applicant, domain="mulan-flowers.cn")
    door = next_site(as_wei, filed.applicant)
    answers = {"site_name": "木兰花店", "domain": "mulan-flowers.cn", "forum": "false"}
    page = as_wei.post(door, answers)
    assert (page.status_code, f"Open {draft.reference}" in text_of(page)) == (422, True)
    assert 'value="木兰花店"' in page.content.decode()
    assert FilingCase.objects.count() == 2
    for odd in ("\0", "x" * 10_000):
        assert as_wei.post(door, dict.fromkeys(answers, odd)).status_code == 422


def test_a_further_app_is_asked_the_same(as_wei, filed):
    door = next_site(as_wei, filed.applicant, service_kind="app")
    answers = {"site_name": "木兰", "domain": "", "forum": "false"}
    assert as_wei.post(door, answers).status_code == 302
    assert FilingCase.objects.filter(service_kind="app", filing_type="add_service").count() == 1


@pytest.mark.parametrize(
    "filing_type", ["add_access", "cancel_service", "cancel_access", "cancel_subject"]
)
def test_what_the_register_knows_is_not_asked(as_wei, world, filing_type):
    """The errand is begun, looked over and sent: nothing is typed."""
    service = world.filed()
    applicant, about = service.subject.applicant, {}
    world.case(applicant=applicant)
    if filing_type != "cancel_subject":
        about["service"] = str(service.pk)
    if filing_type == "cancel_access":
        about["provider_access"] = str(service.accesses.get().pk)
    given = {"applicant": str(applicant.pk), "filing_type": filing_type, **about}
    door = as_wei.get("/filed/next/", given)["Location"]
    assert as_wei.get(door).context["form"].visible_fields() == []
    answer = as_wei.post(door)
    case = FilingCase.objects.get(filing_type=filing_type)
    assert answer["Location"] == path(case, "application/")
    page = look(as_wei, case)
    if filing_type == "add_access":
        # The public register tells nothing of the server; who files is told by his other case.
        basics = {**{n: {"no": "false"}.get(v, v) for n, v in CHECKED.items()}}
        assert save(as_wei, case, "basics", basics).status_code == 302
        page = look(as_wei, case)
    assert (page.context["gaps"], page.context["others"]) == ([], [])
    assert send(as_wei, case)["Location"] == path(case, "application/sent/")
    assert as_wei.get(path(case, "application/sent/")).status_code == 200
