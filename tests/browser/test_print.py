"""What is printed: black on white in the dark theme too, nothing to press, every fold open."""

import pytest

from .office import LIST, enter, overflow

pytestmark = pytest.mark.slow


def test_a_case_prints_as_a_file_that_can_be_read(open_page, world, li):
    case = world.at("triage")
    page = open_page(color_scheme="dark", viewport={"width": 794, "height": 1123})
    enter(page, li)
    for path in (f"{LIST}{case.pk}/change/", LIST, "/admin/", "/admin/board/"):
        page.goto(path)
        page.emulate_media(media="print", color_scheme="dark")
        colours = page.evaluate(
            "['body', 'main h1'].map(where => {"
            " const style = getComputedStyle(document.querySelector(where));"
            " return where === 'body' ? style.backgroundColor : style.color; })"
        )
        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
        assert page.locator("#header, button, nav").locator("visible=true").count() == 0
        assert overflow(page) == []
        page.emulate_media(media="screen")
    page.goto(f"{LIST}{case.pk}/change/")
    page.emulate_media(media="print")
    folded = page.locator("details > :not(summary)")
    assert folded.count() > 0
    assert folded.locator("visible=true").count() == folded.count()
