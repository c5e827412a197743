"""What an officer needs of a case is in sight without scrolling, on the longest pages there are."""

from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db.models import Count
from django.test import Client
from playwright.sync_api import Page, Route, ViewportSize

from icpcases.cases.models import FilingCase
from tests.harness.browser import new_page, running_browser

WINDOW: ViewportSize = {"width": 1280, "height": 720}
#: Where each of them must begin, so that at least a line of it is seen.
LOWEST = WINDOW["height"] - 40
BEGINS = {"first action": "#now h2", "notes": "#notes h2", "facts": "#facts h2"}
LONGEST = 4


class InSight:
    """Joined to the test of the demo office, which has it loaded."""

    client: Client

    def test_action_notes_and_facts_begin_in_the_first_window(self):
        cases = FilingCase.objects.annotate(
            rows=Count("history", distinct=True), asked=Count("requests", distinct=True)
        )
        longest = [*cases.order_by("-rows")[:LONGEST], *cases.order_by("-asked")[:LONGEST]]
        of_each_state = {case.state: case for case in cases.order_by("rows")}
        paths = {
            f"/admin/cases/filingcase/{case.pk}/change/"
            for case in (*longest, *of_each_state.values())
        }
        self.client.force_login(User.objects.get(username="li"))
        # Fetched before the browser runs: what it steers would find another connection.
        pages = {path: self.client.get(path).content for path in sorted(paths)}
        with running_browser() as browser, new_page(browser, "http://office", viewport=WINDOW) as p:
            p.route("**/*", lambda route: serve(route, pages))
            tops = {path: tops_of(p, path) for path in pages}
            # The control: what is pushed down is found.
            p.evaluate("document.querySelector('.case-head').style.minHeight = '720px'")
            assert all(top_of(p, place) > LOWEST for place in BEGINS.values())
        below = {
            (path, name): y
            for path, found in tops.items() for name, y in found.items() if y > LOWEST
        }  # fmt: skip
        assert below == {}
        assert len(tops) > 22


def serve(route: Route, pages: dict[str, bytes]) -> None:
    """The pages as they were fetched, and what they are dressed in from the program's files."""
    path = urlsplit(route.request.url).path
    if path in pages:
        route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
    else:
        route.fulfill(path=Path(str(finders.find(path.removeprefix("/static/")))))


def tops_of(page: Page, path: str) -> dict[str, float]:
    answer = page.goto(path)
    assert answer
    assert answer.status == 200, path
    return {name: top_of(page, place) for name, place in BEGINS.items()}


def top_of(page: Page, place: str) -> float:
    box = page.locator(place).first.bounding_box()
    assert box
    return box["y"]
