"""The board: who reads it, odd questions, and that each number leads to its cases."""

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import FilingCase, Summary
from icpcases.lifecycle.states import State
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.staff.board import panels, views
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BOARD, BEHIND = "/admin/board/", "/admin/board/cases/"


@pytest.fixture
def as_chen(client, chen):
    client.force_login(chen)
    return client


def grow_old():
    Summary.objects.update(made_at=timezone.now() - dt.timedelta(seconds=61))


@pytest.mark.parametrize(
    ("name", "status"),
    [("li", 200), ("chen", 200), ("sun", 200), ("root", 403), ("wei", 302), ("stranger", 302)],
)
def test_every_staff_role_reads_it_and_nobody_else(client, world, request, name, status):
    if name == "root":
        client.force_login(user("root", is_staff=True, is_superuser=True))
    else:
        client.force_login(request.getfixturevalue(name))
    behind = f"{BEHIND}?figure=opened&since=2026-01-01&until=2026-01-04"
    assert [client.get(path).status_code for path in (BOARD, behind)] == [status, status]


def links(page) -> dict[str, int]:
    """Every number of the page that is a link, by its address."""
    found = re.findall(r'<td[^>]*><a href="([^"]+)">(\d+)</a>', page.content.decode())
    return {unescape(url): int(text) for url, text in found}


def test_each_number_leads_to_as_many_cases(as_chen, world):
    for state in ("triage", "returned", "open", "refused"):
        world.at(state)
    late = world.at("provider_review", province="CN-SH")
    FilingCase.objects.filter(pk=late.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    shown = links(as_chen.get(BOARD))
    assert {url: cases_at(as_chen, url) for url in shown} == shown
    names = [parse_qs(urlsplit(url).query).get("figure", ["list"])[0] for url in shown]
    assert set(names) >= {"list", "about", "opened", "received", "provider-passed", "filed"}
    assert len(shown) > 30


def cases_at(client, url: str) -> int:
    """How many cases an address shows: of our own page by its rows, of the list by its filters."""
    if url.startswith(BEHIND):
        return len(client.get(url).context["rows"])
    assert urlsplit(url).path == reverse("admin:cases_filingcase_changelist")
    asked = parse_qs(urlsplit(url).query)
    return as_list_says({name: values[0] for name, values in asked.items()})


def as_list_says(asked: dict[str, str]) -> int:
    cases = FilingCase.objects.all()
    for name, value in asked.items():
        cases = {
            "state": lambda c, v: c.filter(state=v),
            "phase": lambda c, v: c.filter(state__in=[s for s in State if s.phase == v]),
            "officer": lambda c, v: c.filter(officer=None if v == "nobody" else v),
            "turn": lambda c, v: c.filter(turn=v),
            "due": lambda c, v: c.filter(due_at__lt=timezone.now()),
            "province": lambda c, v: c.filter(province=v),
            "type": lambda c, v: c.filter(filing_type=v),
            "kind": lambda c, v: c.filter(service_kind=v),
        }[name](cases, value)
    return cases.count()


@pytest.fixture
def mixed(world):
    """Two first filings of websites, one of an App, two further accesses: one of an App."""
    world.at("triage")
    world.at("triage", province="CN-SH")
    world.at("triage", service_kind="app")
    site, app = world.filed(domain="yulan.cn"), world.filed(kind="app", domain="hai.cn")
    for service in (site, app):
        world.step(world.about(service, "add_access"), "submit_request")
    return world


@pytest.mark.parametrize(
    ("query", "n", "heading"),
    [
        ("", 5, "Board"),
        ("type=first", 3, "Board · First filing"),
        ("type=add_access", 2, "Board · Further access"),
        ("kind=website", 3, "Board · Website"),
        ("kind=app", 2, "Board · App"),
        ("type=first&kind=app", 1, "Board · First filing · App"),
        ("province=CN-SH&type=first&kind=website", 1, "Board · Shanghai · First filing · Website"),
        ("type=inspection", 0, "Board · Inspection"),
    ],
)
def test_the_board_is_of_a_type_and_a_kind(as_chen, mixed, query, n, heading):
    page = as_chen.get(f"{BOARD}?{query}")
    assert cases_shown(page) == n
    opened, received, *_rest = page.context["weeks_total"].cells
    assert (opened.text, received.text) == (str(n), str(n))
    found = re.search(r"<h1>(.*?)</h1>", page.content.decode(), re.S)
    assert found
    assert " ".join(found[1].split()) == heading
    asked = asked_by(f"?{query}").items()
    assert asked <= page.context["form"].initial.items()
    shown = links(page)
    assert {url: cases_at(as_chen, url) for url in shown} == shown
    assert all(asked <= asked_by(url).items() for url in shown)


def asked_by(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_each_field_offers_every_type_and_kind(as_chen, world):
    form = as_chen.get(BOARD).context["form"]
    for name, codes in (("type", FilingType), ("kind", ServiceKind)):
        assert [value for value, _label in form.fields[name].choices] == ["", *codes]
        assert form.fields[name].choices[0][1] == "all"


def test_the_list_behind_a_number_is_of_the_same_type_and_kind(as_chen, mixed):
    page = as_chen.get(f"{BOARD}?type=add_access&kind=app")
    url = next(url for url in links(page) if "state=triage" in url)
    lines = re.findall(r">(ICP-\d+-\d+)</a>", as_chen.get(url).content.decode())
    assert set(lines) == {
        FilingCase.objects.get(filing_type="add_access", service_kind="app").reference
    }
    behind = as_chen.get(next(url for url in links(page) if "figure=received" in url))
    assert "· Further access · App" in " ".join(behind.content.decode().split())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-10-01&until=2026-09-01", "The period ends before it begins."),
        ("since=2020-01-01&until=2026-01-01", "A period may be two years long at most."),
        ("since=yesterday", "Enter a valid date."),
        ("province=%00", "Select a valid choice. \0 is not one of the available choices."),
        ("province=CN-XX", "Select a valid choice. CN-XX is not one of the available choices."),
        ("type=%00", "Select a valid choice. \0 is not one of the available choices."),
        ("type=second", "Select a valid choice. second is not one of the available choices."),
        ("kind=radio", "Select a valid choice. radio is not one of the available choices."),
        ("since=9999-01-01", "The period ends before it begins."),
        ("until=0001-01-01", "There is nothing before the year 2000."),
    ],
)
def test_an_odd_question_is_answered_with_a_sentence(as_chen, world, query, sentence):
    page = as_chen.get(f"{BOARD}?{query}")
    assert page.status_code == 200
    errors = [str(e) for found in page.context["form"].errors.values() for e in found]
    assert errors == [sentence]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("figure=nonsense&since=2026-01-01&until=2026-01-04", 404),
        ("figure=opened&since=x&until=2026-01-04", 404),
        ("figure=opened&since=0001-01-01&until=9999-12-31", 404),
        ("figure=opened&since=2026-01-01&until=2026-01-04&province=%00", 404),
        ("figure=opened&since=2026-01-01&until=2026-01-04&type=%00", 404),
        ("figure=opened&since=2026-01-01&until=2026-01-04&kind=%00", 404),
        ("figure=opened&since=2026-01-01&until=2026-01-04&type=second&kind=radio", 200),
        ("figure=opened&since=2026-01-01&until=2026-01-04&after=99999999999999999999", 200),
        ("figure=about&since=2026-01-01&until=2026-01-04&detail=%25%22'%F0%9F%98%80", 200),
        ("figure=stayed&since=2026-01-01&until=2026-01-04&detail=nowhere", 200),
        ("figure=stayed&since=2026-01-01&until=2026-01-04&province=none&after=x", 200),
    ],
)
def test_an_odd_figure_is_no_error(as_chen, world, query, status):
    assert as_chen.get(f"{BEHIND}?{query}").status_code == status


def test_the_texts_stand_behind_a_reason(as_chen, world):
    case = world.at("provider_review")
    reasons = [
        {"about": "domain_certificate", "text": "The certificate names another registrant."},
        {"about": "domain", "text": "The site can be reached already."},
    ]
    world.step(case, "return_for_correction", reasons=reasons)
    page = as_chen.get(BOARD)
    url = next(u for u in links(page) if "figure=about" in u and "detail=domain&" in f"{u}&")
    lines = as_chen.get(url).context["rows"]
    assert [(line.row.case, line.reasons) for line in lines] == [
        (case, [
            ("Domain certificate: real-name verified",
             "The certificate names another registrant."),
            ("domain", "The site can be reached already."),
        ])
    ]  # fmt: skip


def test_more_than_a_page_of_cases_is_read_on(as_chen, world, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    cases = [world.case() for _case in range(5)]
    today = timezone.localdate()
    url, found = f"{BEHIND}?figure=opened&since={today}&until={today}", []
    while url:
        page = as_chen.get(url)
        found += [line.row.case for line in page.context["rows"]]
        older = re.search(r'<a href="(\?[^"]+after=\d+)">', page.content.decode())
        url = BEHIND + unescape(older[1]) if older else ""
    assert found == cases[::-1]


QUERIES_OF_THE_BOARD = 5
QUERIES_BEHIND = 5


@pytest.mark.parametrize("query", ["", "?type=first", "?type=first&kind=website"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_takes_the_same_queries_for_every_case(
    as_chen, world, rows, query, django_assert_num_queries
):
    for _row in range(rows):
        world.at("returned")
    board = f"{BOARD}{query}"
    as_chen.get(board)
    with django_assert_num_queries(QUERIES_OF_THE_BOARD):
        page = as_chen.get(board)
    assert page.context["weeks_total"].cells[0].text == str(rows)
    today = timezone.localdate()
    with django_assert_num_queries(QUERIES_BEHIND):
        as_chen.get(f"{BEHIND}?figure=stayed&detail=triage&since={today}&until={today}")


def test_it_says_as_of_when_and_that_others_still_count(as_chen, world):
    world.case()
    as_chen.get(BOARD)
    at = timezone.now() - dt.timedelta(minutes=5)
    Summary.objects.update(made_at=at, leased_until=timezone.now() + dt.timedelta(minutes=1))
    text = as_chen.get(BOARD).content.decode()
    assert f"As of {timezone.localtime(at):%Y-%m-%d %H:%M:%S}." in text
    assert "New figures are being counted" in text
    Summary.objects.update(leased_until=None)
    text = as_chen.get(BOARD).content.decode()
    made = timezone.localtime(Summary.objects.get(key="now").made_at)
    assert f"As of {made:%H:%M:%S}; updated at most once a minute." in text


def cases_shown(page) -> int:
    """The cases in triage, as the sent page says it."""
    text = page.content.decode()
    found = re.search(r'state=triage">(\d+)</a>', text[text.index("<table") :])
    return int(found[1]) if found else 0


def test_what_is_written_once_is_never_older_than_its_figures(as_chen, world):
    world.at("triage")
    assert [cases_shown(as_chen.get(BOARD)) for _time in range(2)] == [1, 1]
    world.at("triage")
    assert cases_shown(as_chen.get(BOARD)) == 1
    grow_old()
    assert [cases_shown(as_chen.get(BOARD)) for _time in range(2)] == [2, 2]


def test_what_is_written_once_is_for_one_language_one_period_and_certain_cases(as_chen, world):
    world.at("triage")
    world.at("triage", province="CN-SH", service_kind="app")

    def shown(query: str = "", language: str = "en") -> tuple[int, bool, int]:
        as_chen.cookies["django_language"] = language
        page = as_chen.get(f"{BOARD}{query}")
        text = page.content.decode()
        return cases_shown(page), "Where the cases stand" in text, len(page.context["weeks"])

    today = timezone.localdate()
    expected = {
        ("", "en"): (2, True, 13),
        ("", "zh-hans"): (2, False, 13),
        ("?province=CN-SH", "en"): (1, True, 13),
        ("?type=inspection", "en"): (0, True, 13),
        ("?kind=app", "en"): (1, True, 13),
        ("?province=CN-BJ&kind=app", "en"): (0, True, 13),
        (f"?since={today}&until={today}", "en"): (2, True, 1),
    }
    for _round in range(2):
        assert {asked: shown(*asked) for asked in expected} == expected


def test_what_is_written_once_still_asks_who_reads(as_chen, client, world, wei):
    as_chen.get(BOARD)
    as_chen.get(BOARD)
    client.force_login(user("root", is_staff=True, is_superuser=True))
    assert client.get(BOARD).status_code == 403
    client.force_login(wei)
    assert client.get(BOARD).status_code == 302


def test_only_a_few_are_kept(as_chen, world, monkeypatch):
    monkeypatch.setattr(panels, "MOST", 2)

    def written(province: str) -> str:
        html: str = as_chen.get(f"{BOARD}?province={province}").context["panels"]
        return html

    first = {province: written(province) for province in ("CN-BJ", "CN-SH", "CN-GD")}
    again = {province: written(province) for province in ("CN-GD", "CN-SH", "CN-BJ")}
    assert again == first
    assert {province: again[province] is first[province] for province in first} == {
        "CN-GD": True, "CN-SH": True, "CN-BJ": False,
    }  # fmt: skip


def test_the_map_shows_the_number_in_each_state_and_leads_to_the_list(as_chen, world):
    world.at("triage")
    world.at("triage")
    drawn = as_chen.get(f"{BOARD}?province=CN-BJ").context["map"]
    url = f"{reverse('admin:cases_filingcase_changelist')}?province=CN-BJ&amp;state=triage"
    found = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">.*?>(\d+)</text></a>', drawn)
    assert found == [(url, "Triage: 2 cases", "2")]
    assert drawn.count('class="nought"') == 21


def test_a_calendar_month_counts_its_days_alone_and_leads_to_their_cases(as_chen, world):
    first_of_this = timezone.localdate().replace(day=1)
    last = first_of_this - dt.timedelta(days=1)
    first = last.replace(day=1)

    def opened(day: dt.date, hour: int) -> None:
        moment = dt.datetime.combine(day, dt.time(hour, 30), timezone.get_current_timezone())
        world.case(happened=moment)

    # The last hour before the month, its first and its last, one within, and the first after.
    opened(first - dt.timedelta(days=1), 23)
    opened(first, 0)
    opened(first + dt.timedelta(days=10), 12)
    opened(last, 23)
    opened(first_of_this, 0)
    month = f"{first:%Y-%m}"
    page = as_chen.get(BOARD, {"month": month})
    (figure, *_others) = page.context["weeks_total"].cells
    assert figure.text == "3"
    assert len(as_chen.get(figure.url).context["rows"]) == 3
    lines = page.context["weeks"]
    assert sum(int(line.cells[0].text) for line in lines) == 3
    assert lines[-1].label == str(first)
    assert [len(as_chen.get(line.cells[0].url).context["rows"]) for line in lines
            if line.cells[0].url] == [int(c) for c in (line.cells[0].text for line in lines)
                                      if c != "0"]  # fmt: skip
    # Whole weeks count the days around it as well.
    weeks = as_chen.get(BOARD, {"since": str(first), "until": str(last)})
    assert int(weeks.context["weeks_total"].cells[0].text) >= 3
    places = [place for place, _name, _url in page.context["months"]]
    assert places == ["prev", "next"]
    (_place, _name, onward) = page.context["months"][1]
    after = as_chen.get(f"{BOARD}{onward}")
    assert after.context["weeks_total"].cells[0].text == "1"
    assert [place for place, _name, _url in after.context["months"]] == ["prev"]
    assert "Select a valid choice" in as_chen.get(BOARD, {"month": "1999-01"}).content.decode()
