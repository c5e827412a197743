"""WCAG 2.2 AA on the officers' pages, as far as axe-core can tell: light and dark, en and zh.

Nothing is excused: what Django's own markup got wrong is put right in our style sheet.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from . import office

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
AT_ONCE = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { transition: none !important }");
    document.adoptedStyleSheets.push(sheet);
}"""
IN_CHINESE = ("list", "case, returned", "step, return", "intake", "board")


def violations(page: Page) -> list[str]:
    """Every violation that axe finds: the rule, the element and what is wrong with it.

    What is dark differs from what is light in its colours alone: these are looked at in both.
    """
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    # A colour on its way from one to the other is neither.
    page.evaluate(AT_ONCE)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("options => axe.run(document, options)", COLOURS)["violations"]
    page.emulate_media(color_scheme="light")
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def look_at(page: Page, path: str) -> list[str]:
    page.goto(path)
    return violations(page)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_page_of_the_officers_breaks_a_rule(open_page, world, locale):
    shown = office.small_office(world)
    # The policy of the site would not let axe's own script in.
    page = open_page(locale=locale, bypass_csp=True)
    found = {"login": look_at(page, "/admin/login/")}
    office.enter(page, world.li)
    paths = shown.pages()
    looked_at = IN_CHINESE if locale == "zh-CN" else paths
    found |= {name: look_at(page, paths[name]) for name in looked_at}
    office.show_verdict(page)
    found["intake, verdict"] = violations(page)
    page.goto(paths["step, approve"])
    page.locator(".case-page .submit button.default").click()
    page.locator(".errornote").wait_for()
    found["step, with errors"] = violations(page)
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_what_breaks_a_rule_is_found(open_page):
    """The control: without it, nobody would notice a check that finds nothing.

    The faint line cannot be read where it is light, the dim one where it is dark.
    """
    page = open_page(bypass_csp=True)
    page.goto("/admin/login/")
    page.evaluate(
        """() => {
            const field = document.createElement("input");
            const faint = document.createElement("p");
            faint.textContent = "hardly to be read";
            faint.style = "color: light-dark(#bbb, #000); background: #fff";
            const dim = document.createElement("p");
            dim.textContent = "hardly to be read in the dark";
            dim.style = "color: light-dark(#fff, #444); background: #000";
            for (const line of [faint, dim]) line.style.colorScheme = "light dark";
            document.querySelector("main").append(field, faint, dim);
        }"""
    )
    assert [broken.split()[0] for broken in violations(page)] == [
        "color-contrast", "label", "color-contrast",
    ]  # fmt: skip
