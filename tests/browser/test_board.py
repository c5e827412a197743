"""Chen's question to the board: where is it stuck, since when, and why: two clicks each."""

import re

import pytest
from playwright.sync_api import Page, expect

from . import office

pytestmark = pytest.mark.slow


@pytest.fixture
def board(open_page, world) -> Page:
    """Chen at the board of a small office."""
    office.small_office(world)
    page = open_page()
    office.enter(page, world.chen)
    page.goto("/admin/")
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Board").click()
    expect(page.locator("#states")).to_be_visible()
    return page


def row(page: Page, section: str, name: str) -> list[str]:
    """The figures of a line of a table."""
    line = page.locator(
        f"#{section} tbody tr", has=page.get_by_role("rowheader", name=name, exact=True)
    )
    return [text.strip() for text in line.locator("td").all_inner_texts()]


def test_chen_sees_where_it_is_stuck_since_when_and_why(board, world):
    returned = board.locator("#map a", has_text="1").and_(
        board.get_by_role("link", name="Returned for correction: 1 case")
    )
    assert row(board, "states", "Returned for correction") == ["1", "0", "0 days", "0 days"]
    expect(returned).to_have_count(1)
    # Why: the frequent reason, and the texts behind it.
    why = board.locator("#reasons tbody tr", has_text="Domain certificate")
    why.get_by_role("link", name="1").click()
    expect(board.get_by_role("heading", level=1)).to_have_text(re.compile("^Returned because of: "))
    expect(board.locator("td")).to_contain_text(["The certificate names another registrant."])
    # Where: from the map to the cases of the state.
    board.go_back()
    returned.click()
    expect(board).to_have_url(re.compile(r"/admin/cases/filingcase/\?state=returned$"))
    expect(board.get_by_role("link", name=re.compile("^ICP-"))).to_have_count(1)


def test_chen_asks_for_one_province_and_a_period(board, world):
    everywhere = row(board, "states", "Intake")
    board.get_by_label("province").select_option("CN-SC")
    board.get_by_role("button", name="Show").click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Board · Sichuan")
    assert (everywhere[0], row(board, "states", "Intake")[0]) == ("3", "1")
    board.locator("[name=since]").fill("2026-02-01")
    board.locator("[name=until]").fill("2026-01-01")
    board.get_by_role("button", name="Show").click()
    expect(board.get_by_text("The period ends before it begins.")).to_be_visible()
    expect(board.get_by_label("province")).to_have_value("CN-SC")


def test_the_map_is_walked_by_keyboard(board):
    board.locator("#map .map").focus()
    board.keyboard.press("Tab")
    focused = board.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Draft: 1 case"
