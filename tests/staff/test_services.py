"""All that is filed, over all clients: what the page finds, who reads it, and what it costs."""

import datetime as dt
import re

import pytest

from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAGE = "/admin/services/"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


@pytest.fixture
def office(world):
    """Two clients: a site, an App of the same one, and a site that is cancelled."""
    books = world.filed(number="京ICP备12345678号-1", domain="yulan-books.cn", name="玉兰书店")
    app = world.filed(
        books.subject.applicant, kind="app", number="京ICP备12345678号-2A", domain="玉兰.cn",
        name="玉兰听书",
    )  # fmt: skip
    gone = world.filed(number="京ICP备87654321号-1", domain="mulan.cn", name="木兰茶馆")
    for step in (
        "submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes",
        "sent_to_administration", "confirm_sms", "complete",
    ):  # fmt: skip
        case = locals().get("case") or world.about(gone, "cancel_service")
        case = world.walk(case, step)
    return {books.pk: "books", app.pk: "app", gone.pk: "gone"}


def found(client, office, **asked):
    return [office[service.pk] for service in client.get(PAGE, asked).context["services"]]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["gone", "app", "books"]),
        ({"kind": "website"}, ["gone", "books"]), ({"kind": "app"}, ["app"]),
        ({"kind": "quick_app"}, []), ({"kind": "newspaper"}, ["gone", "app", "books"]),
        ({"state": "live"}, ["app", "books"]), ({"state": "cancelled"}, ["gone"]),
        ({"state": "no_access"}, []), ({"state": "lost"}, ["gone", "app", "books"]),
        ({"kind": "website", "state": "live"}, ["books"]),
        ({"q": "玉兰"}, ["gone", "app", "books"]), ({"q": "玉兰", "kind": "app"}, ["app"]),
        ({"q": "兰.CN"}, ["app"]), ({"q": "YULAN-books"}, ["books"]),
        ({"q": "京ICP备12345678号"}, ["app", "books"]), ({"q": "京icp备12345678号-2a"}, ["app"]),
        ({"q": "8765"}, ["gone"]), ({"q": "绝无"}, []), ({"q": " \0 "}, ["gone", "app", "books"]),
    ],
)  # fmt: skip
def test_words_kind_and_state_narrow_it_together(as_li, office, asked, names):
    assert found(as_li, office, **asked) == names


def test_a_line_says_what_it_is_and_where_it_is_hosted(as_li, world):
    service = world.filed(
        number="京ICP备12345678号-1", domain="yulan-books.cn", name="玉兰书店",
        day=dt.date(2021, 5, 6),
    )  # fmt: skip
    applicant = service.subject.applicant.name
    body = as_li.get(PAGE).content.decode().split("<tbody>")[1].split("</tbody>")[0]
    cells = re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")).split()
    assert cells == [
        "京ICP备12345678号-1", "玉兰书店", "yulan-books.cn", "Website", "Live", applicant, "Old",
        "Cloud",
    ]  # fmt: skip
    to_portfolio = as_li.get(f"/admin/service/{service.pk}/").url
    assert as_li.get(to_portfolio).context["applicant"] == service.subject.applicant


SEARCHED = 13


@pytest.mark.parametrize("rows", [1, 3])
def test_the_services_cost_the_same_for_one_and_for_three(
    as_li, world, rows, django_assert_num_queries
):
    for _row in range(rows):
        world.filed(name="玉兰书店")
    with django_assert_num_queries(7):
        assert len(as_li.get(PAGE).context["services"]) == rows
    # The clients are found first, by an index; then the services of theirs that fit.
    with django_assert_num_queries(SEARCHED):
        asked = {"q": "玉兰", "kind": "website", "state": "live"}
        assert len(as_li.get(PAGE, asked).context["services"]) == rows


def test_whoever_reads_cases_reads_it_and_nobody_else(
    client, world, li, chen, sun, wei, mei, stranger
):
    """The pages of what is filed, of one client's services and of an order alike."""
    case = world.at("provider_review")
    service, order = world.filed(case.applicant), case.orders.get()
    pages = (
        PAGE, f"/admin/portfolio/{case.applicant_id}/", f"/admin/orders/{order.pk}/",
        f"/admin/service/{service.pk}/",
    )  # fmt: skip
    root = user("root", is_staff=True, is_superuser=True)
    seen = {}
    for person in (li, chen, sun, root, wei, mei, stranger):
        client.force_login(person)
        seen[person.username] = [client.get(page).status_code for page in pages]
    client.logout()
    seen["nobody"] = [client.get(page).status_code for page in pages]
    reads, refused, away = [200, 200, 200, 302], [403] * 4, [302] * 4
    assert seen == {
        "li": reads, "chen": reads, "sun": reads, "root": refused, "wei": away, "mei": away,
        "stranger": away, "nobody": away,
    }  # fmt: skip
    assert client.get(PAGE).url == f"/admin/login/?next={PAGE}"
