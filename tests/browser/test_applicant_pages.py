"""The applicants' pages, looked at: narrow and enlarged, for axe, and for their pictures.

`SCREENS=1 script/test tests/browser/test_applicant_pages.py` makes the pictures anew.
"""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.harness import smtp

from . import public
from .office import listen, overflow
from .test_accessibility import look_at, violations

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
WANTED = os.environ.get("SCREENS") == "1"
LARGEST, HEIGHT = 200_000, 1500
SOME = ("draft", "sms_verification", "returned", "open", "withdrawn")
# Two screens whose pages are as narrow as 320 px, and one with letters twice as large.
SCREENS_OF = {
    "narrow phone": ({"width": public.NARROW, "height": 568}, 1, 100),
    "desk at 400 %": ({"width": public.NARROW, "height": 256}, 4, 100),
    "desk with large letters": ({"width": 640, "height": 512}, 2, 200),
}

# An invitation is bound to its address.
CLOSED = {
    "no invitation": 404, "invitation, another's": 403, "invitation, taken back": 410,
}  # fmt: skip


@pytest.fixture
def mail(settings):
    with smtp.running_mail_server(settings) as server:
        yield server


def beyond(page: Page, path: str, letters: int) -> Any:
    """Status, and what reaches beyond the edge of a page shown with letters of some size."""
    answer = page.goto(path)
    enlarge(page, letters)
    return (answer.status if answer else 0), overflow(page)


def enlarge(page: Page, letters: int) -> None:
    page.evaluate(f"document.documentElement.style.fontSize = '{letters}%'")


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS_OF)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_page_scrolls_sideways(open_page, world, mail, screen, locale):
    viewport, scale, letters = SCREENS_OF[screen]
    site = public.build(world, SOME)
    page = open_page(locale=locale, viewport=viewport, device_scale_factor=scale)
    heard = listen(page)
    found = {name: beyond(page, path, letters) for name, path in site.open_pages().items()}
    public.ask_for_code(page)
    enlarge(page, letters)
    found["code"] = (200, overflow(page))
    public.follow(page, site.cases["returned"])
    enlarge(page, letters)
    found["followed"] = (200, overflow(page))
    assert heard == []
    public.enter(page, world.wei)
    for name, path in {**site.own_pages(), **site.states()}.items():
        found[name] = beyond(page, path, letters)
    assert found == {name: (CLOSED.get(name, 200), []) for name in found}


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_page_of_the_applicants_breaks_a_rule(open_page, world, mail, locale):
    everything = locale == "en"
    site = public.build(world) if everything else public.build(world, SOME)
    page = open_page(
        locale=locale, bypass_csp=True,
        viewport={"width": public.PHONE, "height": 844},
    )  # fmt: skip
    found = {name: look_at(page, path) for name, path in chosen(site, everything).items()}
    public.ask_for_code(page)
    found["code"] = violations(page)
    public.follow(page, site.cases["returned"])
    found["followed"] = violations(page)
    public.enter(page, world.wei)
    for name, path in {**site.own_pages(), **site.states()}.items():
        found[name] = look_at(page, path)
    found |= with_errors(page, site)
    assert {name: broken for name, broken in found.items() if broken} == {}


def chosen(site: public.Site, everything: bool) -> dict[str, str]:
    """Every open page, or one question and every other page."""
    pages = site.open_pages()
    return {n: p for n, p in pages.items() if everything or not n.startswith("question, ")}


def with_errors(page: Page, site: public.Site) -> dict[str, list[str]]:
    """Forms sent empty, and one that comes too late."""
    found = {}
    for name, path in (
        ("apply", site.own_pages()["apply"]), ("step", f"{site.base('returned')}step/withdraw/"),
        ("document", f"{site.base('returned')}documents/add/"),
    ):  # fmt: skip
        page.goto(path)
        if name == "apply":
            # Who applied the last time stands there already.
            page.locator("[name=who-name]").fill("")
        page.locator("main form .submit button").click()
        page.locator(".errornote").wait_for()
        found[f"{name}, with errors"] = violations(page)
    page.goto(f"{site.base('returned')}step/withdraw/")
    page.locator("[name=reason]").fill("We build no site.")
    page.evaluate("document.querySelector('[name=version]').value = 1")
    page.locator("main form .submit button").click()
    page.locator(".refusal").wait_for()
    found["step, stale"] = violations(page)
    return found


PHONE: Any = {"viewport": {"width": public.PHONE, "height": 844}, "device_scale_factor": 2}
DESK: Any = {"viewport": {"width": public.DESK, "height": 900}}


@pytest.mark.slow
@pytest.mark.skipif(not WANTED, reason="pictures are made with SCREENS=1")
def test_pictures(open_page, world):
    states = ("draft", "preparing", "returned", "authority_review")
    site = public.build(world, states)
    pages = site.open_pages()
    picture_verdicts(open_page, pages)
    own = {
        "case-draft": ("draft", PHONE, "en", "light"),
        "case-preparing": ("preparing", PHONE, "zh-CN", "light"),
        "case-returned": ("returned", PHONE, "en", "dark"),
        "case-with-administration": ("authority_review", DESK, "zh-CN", "light"),
        "case-returned-desk": ("returned", DESK, "en", "light"),
    }
    for name, (state, screen, locale, scheme) in own.items():
        page = open_page(locale=locale, color_scheme=scheme, **screen)
        public.enter(page, world.wei)
        page.goto(site.base(state))
        take_picture(page, name, locale, scheme)
    for locale, scheme, screen in (("en", "light", PHONE), ("zh-CN", "dark", DESK)):
        page = open_page(locale=locale, color_scheme=scheme, **screen)
        public.follow(page, site.cases["authority_review"])
        take_picture(page, "follow", locale, scheme)


def picture_verdicts(open_page: Any, pages: dict[str, str]) -> None:
    """A question, and the five kinds of verdict."""
    pictured = {
        "check": ("question, applicant_type", PHONE, "en", "light"),
        "check-forum": ("question, forum", PHONE, "zh-CN", "dark"),
        "check-desk": ("question, province", DESK, "en", "dark"),
        "verdict-not-required": ("verdict, not required", PHONE, "en", "light"),
        "verdict-refer": ("verdict, refer", PHONE, "zh-CN", "light"),
        "verdict-individual": ("verdict, not permitted, individual", PHONE, "en", "dark"),
        "verdict-province": ("verdict, not permitted, province", PHONE, "zh-CN", "light"),
        "verdict-file": ("verdict, file", DESK, "en", "light"),
        "verdict-file-phone": ("verdict, file", PHONE, "zh-CN", "dark"),
    }
    for file, (name, screen, locale, scheme) in pictured.items():
        page = open_page(locale=locale, color_scheme=scheme, **screen)
        page.goto(pages[name])
        take_picture(page, file, locale, scheme)


def take_picture(page: Page, name: str, locale: str, scheme: str) -> None:
    """The page from its top, in few colours and small."""
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True, scale="css"))).convert("RGB")
    cut = shot.crop((0, 0, shot.width, min(shot.height, HEIGHT)))
    SCREENS.mkdir(parents=True, exist_ok=True)
    dark = "-dark" if scheme == "dark" else ""
    file = SCREENS / f"applicant-{name}{dark}-{locale[:2]}.png"
    cut.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.stat().st_size < LARGEST
