"""Li's morning: ten cases in a row, by the keyboard alone."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from icpcases.cases.models import FilingCase

from .office import enter, listen, named, overflow

pytestmark = pytest.mark.slow


def press(page: Page, key: str) -> None:
    """An access key, as a keyboard sends it, and the page it leads to.

    Chromium takes access keys from the character, which Playwright leaves out beside Alt.
    """
    keyboard = page.context.new_cdp_session(page)
    code = {"key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
    with page.expect_navigation():
        for kind in ("rawKeyDown", "char", "keyUp"):
            text = {"text": key, "unmodifiedText": key} if kind == "char" else {}
            event = {"type": kind, "modifiers": 1, **code, **text}
            keyboard.send("Input.dispatchKeyEvent", event)
    keyboard.detach()


def test_ten_cases_in_a_row_by_keyboard_alone(page: Page, world, li):
    named(li, "伟", "李")
    cases = [world.at("triage") for _n in range(10)]
    start = timezone.now() + dt.timedelta(days=2)
    # The last one opened is due first.
    for n, case in enumerate(reversed(cases)):
        due = start + n * dt.timedelta(hours=1)
        FilingCase.objects.filter(pk=case.pk).update(due_at=due)
    enter(page, li)
    complaints = listen(page)
    page.goto("/admin/")
    assert overflow(page) == []
    seen = []
    for _n in range(10):
        press(page, "n")
        seen.append(page.locator("h1").last.inner_text())
        press(page, "s")
        expect(page.locator("h2").first).to_have_text("Prepare the filing")
        press(page, "c")
        expect(page.locator(".messagelist .success")).to_be_visible()
    assert seen == [case.reference for case in reversed(cases)]
    assert set(FilingCase.objects.values_list("state", flat=True)) == {"preparing"}
    assert complaints == []


def test_a_case_is_claimed_by_keyboard_and_the_keys_are_in_sight(page: Page, world, li):
    case = world.at("triage")
    FilingCase.objects.update(officer=None)
    enter(page, li)
    page.goto("/admin/")
    claim = page.get_by_role("button", name=f"Claim {case.reference}")
    claim.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert FilingCase.objects.get().officer == li
    assert page.locator("main .keys").all_inner_texts() == ["N", "S", "M"]
