"""Keys: what is announced works, while nobody types, until it is switched off."""

import re

import pytest
from playwright.sync_api import Page, expect

from icpcases.cases.models import FilingCase

from .office import LIST, enter, listen

pytestmark = pytest.mark.slow


def press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """The text of what has the focus, or its name."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.innerText"))


def test_an_officer_moves_opens_finds_and_confirms_by_keys(page: Page, world, li):
    cases = [world.at("triage") for _n in range(3)]
    enter(page, li)
    complaints = listen(page)
    page.goto("/admin/")
    lines = page.locator("[data-rows] th[scope=row] a").all_inner_texts()
    assert sorted(lines) == [case.reference for case in cases]
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert focused(page) == lines[at]
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(lines[1])
    # The suggested step: its first field has the focus, so single keys are typed.
    press(page, "s")
    assert focused(page) == "happened"
    page.locator("[name=note_internal]").focus()
    page.keyboard.type("ns?jk/")
    expect(page.locator("[name=note_internal]")).to_have_value("ns?jk/")
    press(page, "ControlOrMeta+Enter")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert FilingCase.objects.get(reference=lines[1]).state == "preparing"
    note = page.locator("#notes textarea")
    note.fill("Called them.")
    press(page, "ControlOrMeta+Enter")
    expect(page.locator("#notes .note.internal").first).to_contain_text("Called them.")
    # What went wrong is read first.
    page.goto(f"{LIST}{cases[0].pk}/step/send_back/")
    press(page, "ControlOrMeta+Enter")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.goto(LIST)
    first = page.locator("[data-rows] th[scope=row] a").first.inner_text()
    page.keyboard.press("j")
    assert focused(page) == first
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(first)
    # A single hit is opened.
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.type(lines[2])
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(lines[2])
    # The browser itself says of the answer that it was not taken.
    assert [text for text in complaints if "422" not in text] == []


def test_the_list_of_keys_is_the_pages_own_and_has_the_switch(page: Page, world, li):
    world.at("triage")
    enter(page, li)
    page.goto("/admin/")
    page.keyboard.press("?")
    shown = page.locator("#keys")
    assert shown.locator("tbody tr").all_inner_texts() == [
        "J\tNext line", "K\tPrevious line", "Enter\tOpen the line", "N / Alt+N\tNext case",
        "G / Alt+J\tJudge", "/\tSearch cases", "Ctrl+K\tFind anything", "?\tKeys",
    ]  # fmt: skip
    shown.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(shown).to_be_hidden()
    page.reload()
    expect(page.locator(".keys").first).to_be_hidden()
    page.keyboard.press("n")
    assert page.url.endswith("/admin/")
    page.keyboard.press("ControlOrMeta+k")
    expect(page.locator("#palette")).to_be_visible()


def test_the_palette_leads_to_a_step_and_to_a_case(page: Page, world, li):
    case, other = world.at("triage"), world.at("draft")
    enter(page, li)
    page.goto(f"{LIST}{case.pk}/change/")
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("准备备案")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/step/prepare_filing/$"))
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type(other.domain)
    # Not waited for: what stands in the box counts.
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(other.reference)
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("nothing of that name")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
