"""Fixtures of the browser tests only: elsewhere Django keeps its guard against async code."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.harness import browser as harness


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with harness.running_browser() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """`open_page(locale="zh-CN")`: one page for each person in the test, each with own cookies."""
    with ExitStack() as pages:
        yield lambda **options: pages.enter_context(
            harness.new_page(browser, live_server.url, **options)
        )


@pytest.fixture
def world(careful_world):
    """People look at the papers here."""
    return careful_world


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page on the running site; `page.goto("/admin/")` is enough of an address."""
    return open_page()
