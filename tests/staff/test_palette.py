"""The frame of the office's pages: its rooms, the palette, and where the focus is."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from icpcases.search.query import LONGEST_QUERY

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

FIND = "/admin/find/"
LIST = "/admin/cases/filingcase/"
# Session, account, roles; five of the case and what its rules read, two of permissions, three of
# the search, six of applicants.
OF_A_CASE = 19


@pytest.fixture
def find(client, li):
    client.force_login(li)

    def asked(q: str = "", **more: Any) -> list[tuple[str, str, str]]:
        answer = client.get(FIND, {"q": q, **more})
        assert answer.status_code == 200
        return [(hit["kind"], hit["label"], hit["url"]) for hit in answer.json()["hits"]]

    return asked


def test_it_finds_cases_as_the_list_does_and_their_applicants(find, world):
    case = world.at("triage")
    world.at("draft", applicant=world.applicant(name="Alder Books"))
    applicant = case.applicant
    theirs = ("Applicant", applicant.name, f"/admin/portfolio/{applicant.pk}/")
    mine = ("Case", case.reference, f"{LIST}{case.pk}/change/")
    assert find(case.reference) == [mine, theirs]
    assert find(case.domain) == [mine, theirs]
    nobodys = world.applicant(name="Birch and Cedar")
    assert find("Birch") == [("Applicant", "Birch and Cedar", f"/admin/portfolio/{nobodys.pk}/")]
    assert find("nothing is called so") == []
    assert find("\0" + "x" * LONGEST_QUERY) == []


@pytest.mark.parametrize("typed", ["prepare fil", "准备备案", "FILING prepare"])
def test_it_finds_the_cases_own_open_steps_in_both_languages(find, world, typed):
    case = world.at("triage")
    step = ("Step", "Prepare the filing", f"{LIST}{case.pk}/step/prepare_filing/")
    assert find(typed, case=case.pk) == [step]
    assert find(typed) == []
    # The verdict closes it: what is closed is not offered.
    assert find("Decline", case=case.pk) == []


def test_it_finds_pages_that_this_reader_has(find, client, world, sun):
    assert find("open a case") == [("Page", "Open a case", f"{LIST}add/")]
    assert find("统计看板") == [("Page", "Board", "/admin/board/")]
    assert find("provinces") == [("Page", "Provinces", "/admin/cases/province/")]
    everything = find(case=world.at("triage").pk)
    assert len(everything) == 10
    assert [kind for kind, _label, _url in everything[:2]] == ["Step", "Step"]
    client.force_login(sun)
    assert find("open a case") == []


def test_only_the_office_finds(client, world, wei, chen):
    case = world.at("triage")
    assert client.get(FIND, {"q": case.reference}).status_code == 302
    client.force_login(wei)
    assert client.get(FIND, {"q": case.reference, "case": case.pk}).status_code == 302
    keeper = User.objects.create_superuser("keeper")
    client.force_login(keeper)
    assert client.get(FIND, {"q": case.reference}).status_code == 403
    client.force_login(chen)
    assert client.post(FIND, {"q": case.reference}).status_code == 405
    assert client.get(FIND, {"case": "999999"}).status_code == 404
    for number in ("x", "-1", "²", "9" * 30):
        assert client.get(FIND, {"case": number}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_the_same_queries_however_much_is_found(
    find, world, rows, django_assert_num_queries
):
    cases = [world.at("triage") for _row in range(rows)]
    find("site-", case=cases[0].pk)
    with django_assert_num_queries(OF_A_CASE):
        assert len(find("site-", case=cases[0].pk)) == 2 * rows


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/admin/", "Today"),
        (LIST, "Cases"),
        (f"{LIST}add/", "Cases"),
        ("/admin/board/", "Board"),
        ("/admin/services/", "Services"),
        ("/admin/cases/applicant/", "Applicants"),
        ("/admin/cases/province/", "Tables"),
    ],
)
def test_the_header_says_in_which_room_a_page_is(client, li, path, here):
    client.force_login(li)
    page = client.get(path).content.decode()
    rooms = re.findall(r'<a href="[^"]+"( aria-current="true")?>([^<]+)</a>', rooms_in(page))
    labels = ["Today", "Cases", "Applicants", "Services", "Board", "Tables"]
    assert [label for _here, label in rooms] == labels
    assert [label for current, label in rooms if current] == [here]


def rooms_in(page: str) -> str:
    return page.partition('<nav class="rooms"')[2].partition("</nav>")[0]


def test_a_keeper_of_accounts_has_no_rooms_with_cases(client):
    client.force_login(User.objects.create_superuser("keeper"))
    rooms = re.findall(r'href="([^"]+)"', rooms_in(client.get("/admin/").content.decode()))
    assert rooms == ["/admin/", "/admin/#tables"]


def test_the_first_field_has_the_focus_or_else_what_went_wrong(client, world, li):
    case = world.at("authority_review")
    client.force_login(li)
    step = f"{LIST}{case.pk}/step/approve/"
    assert focused(client.get(step)) == ['name="icp_number"']
    wrong = client.post(step, {"version": case.version})
    assert wrong.status_code == 422
    assert focused(wrong) == ['role="alert"']
    stale = client.post(step, {"version": case.version - 1})
    assert stale.status_code == 409
    assert focused(stale) == ['role="alert"']
    assert focused(client.get(f"{LIST}{case.pk}/change/")) == []
    assert focused(client.get("/admin/board/")) == []


def focused(page) -> list[str]:
    """What is to have the focus in the page, but for what lies in dialogs."""
    content = page.content.decode().partition("<dialog")[0]
    tags = re.findall(r"<[a-z]+ [^>]*\bautofocus\b[^>]*>", content)
    return re.findall(r'name="[^"]+"|role="alert"', " ".join(tags))


def test_every_announced_key_is_some_elements_own(client, world, li):
    case = world.at("triage")
    client.force_login(li)
    for path in ("/admin/", f"{LIST}{case.pk}/change/", f"{LIST}{case.pk}/step/prepare_filing/"):
        page = client.get(path).content.decode()
        keys = set(re.findall(r'data-key="([^"]+)"', page))
        shown = re.findall(r'<span class="hint keys">\s*<kbd>([^<]+)</kbd>', page)
        assert shown
        assert {key.lower() for key in shown} <= keys
