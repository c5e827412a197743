"""A real browser for the tests, steered by Playwright: the system's Chromium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ARGUMENTS = [
    "--no-sandbox",  # refused to root, as which containers run
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 15_000
WINDOW: ViewportSize = {"width": 1360, "height": 900}


def chromium() -> str | None:
    """The program to start: CHROMIUM_PATH, else what the system has."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return named if os.access(named, os.X_OK) else None
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def require_chromium() -> str:
    """The program, or a skip with its reason; where every test counts (CI), a failure."""
    program = chromium()
    if program is None:
        reason = "no browser: install chromium, or name one in CHROMIUM_PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser, and the permission it needs to share a thread with Django."""
    program = require_chromium()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def new_page(
    browser: Browser, base_url: str, locale: str = "en", viewport: ViewportSize = WINDOW,
    **options: Any,
) -> Iterator[Page]:  # fmt: skip
    """A page in a fresh profile; complaints of its console and failed scripts fail the test.

    `options` are Playwright's for a context, such as `color_scheme="dark"`.
    """
    context = browser.new_context(base_url=base_url, locale=locale, viewport=viewport, **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if is_complaint(message.text) else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def is_complaint(text: str) -> bool:
    """Whether the browser refused something that our own pages must not ask for."""
    return "Content Security Policy" in text or "Content-Security-Policy" in text
