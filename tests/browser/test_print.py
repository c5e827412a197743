"""What is printed: black on white in the dark theme too, nothing to press, every fold open."""

import pytest
from playwright.sync_api import Page

from . import office, public
from .office import LIST, enter, overflow

pytestmark = pytest.mark.slow

WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"
SHEET = {"width": 794, "height": 1123}
COLOURS = """() => ['body', 'main h1, main h2'].map(where => {
    const style = getComputedStyle(document.querySelector(where));
    return where === 'body' ? style.backgroundColor : style.color;
})"""


def unfit(page: Page, path: str, gone: str) -> list[str]:
    """What is wrong with a page on paper, of which `gone` is what must not be printed."""
    page.emulate_media(media="screen", color_scheme="dark")
    page.goto(path)
    page.emulate_media(media="print", color_scheme="dark")
    faults = [f"{page.evaluate(COLOURS)}"] if page.evaluate(COLOURS) != [WHITE, BLACK] else []
    printed = page.locator(gone).locator("visible=true")
    faults += [
        str(printed.nth(n).evaluate("e => e.outerHTML"))[:90] for n in range(printed.count())
    ]
    return faults + overflow(page)


def test_every_page_of_the_office_can_be_printed(open_page, world, li):
    shown = office.small_office(world)
    page = open_page(color_scheme="dark", viewport=SHEET)
    enter(page, li)
    found = {n: unfit(page, p, "#header, button, nav, .submit") for n, p in shown.pages().items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_page_of_the_applicants_can_be_printed(open_page, world):
    site = public.build(world, ("draft", "returned", "open", "withdrawn"))
    page = open_page(color_scheme="dark", viewport=SHEET)
    gone = "nav, form, button, .submit, .skip"
    found = {name: unfit(page, path, gone) for name, path in site.open_pages().items()}
    public.enter(page, world.wei)
    own = {**site.own_pages(), **site.states(), "none": "/nowhere/"}
    found |= {name: unfit(page, path, gone) for name, path in own.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_fold_of_a_case_is_open_on_paper(open_page, world, li):
    case = world.at("triage")
    page = open_page(color_scheme="dark", viewport=SHEET)
    enter(page, li)
    page.goto(f"{LIST}{case.pk}/change/")
    page.emulate_media(media="print")
    folded = page.locator("details > :not(summary)")
    assert folded.count() > 0
    assert folded.locator("visible=true").count() == folded.count()
