"""How the pages look: none scrolls sideways or complains; with SCREENS=1 some are pictured.

`SCREENS=1 script/test tests/browser/test_screens.py` writes docs/screens anew from the demo.
"""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from . import office

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
WANTED = os.environ.get("SCREENS") == "1"
HEIGHT = 1600
LARGEST = 300_000


@pytest.mark.slow
@pytest.mark.parametrize("width", [office.DESK, office.PHONE])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_page_scrolls_sideways_or_complains(open_page, world, width, locale):
    shown = office.small_office(world)
    page = open_page(locale=locale, viewport={"width": width, "height": 900})
    office.enter(page, world.li)
    heard = office.listen(page)
    found: dict[str, Any] = {}
    for name, path in shown.pages().items():
        answer = page.goto(path)
        assert answer
        found[name] = (answer.status, office.overflow(page))
    office.show_verdict(page)
    found["intake, verdict"] = (200, office.overflow(page))
    assert found == dict.fromkeys(found, (200, []))
    assert heard == []


def test_what_scrolls_sideways_is_found(open_page):
    """The control."""
    page = open_page(viewport={"width": office.PHONE, "height": 900})
    page.goto("/admin/login/")
    page.evaluate("document.querySelector('h1').style.minWidth = '60rem'")
    assert office.overflow(page) == ["H1."]


@pytest.mark.slow
@pytest.mark.skipif(not WANTED, reason="pictures are made with SCREENS=1")
def test_pictures_of_the_demo_office(open_page, transactional_db):
    shown, li = office.demo_office()
    paths = shown.pages()
    pictured = {
        "list": "list", "case": "case, closed steps", "step": "step, return", "intake": "",
        "board": "board", "map": "map", "duties": "case, after the filing",
        "portfolio": "portfolio",
    }  # fmt: skip
    viewport = {"width": office.DESK, "height": 900}
    for locale, code in (("en", "en"), ("zh-CN", "zh")):
        page = open_page(locale=locale, viewport=viewport)
        office.enter(page, li)
        for file, name in pictured.items():
            if name:
                page.goto(paths[name])
            else:
                office.show_verdict(page, str(shown.closed.province_id))
            take_picture(page, f"{file}-{code}")
    dark = open_page(viewport=viewport, color_scheme="dark")
    office.enter(dark, li)
    dark.goto(paths["case, closed steps"])
    take_picture(dark, "case-dark-en")


def take_picture(page: Page, name: str) -> None:
    """The page from its top, in few colours and small."""
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    cut = shot.crop((0, 0, shot.width, min(shot.height, HEIGHT)))
    SCREENS.mkdir(parents=True, exist_ok=True)
    file = SCREENS / f"{name}.png"
    cut.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)
    assert cut.width == office.DESK
    assert file.stat().st_size < LARGEST
