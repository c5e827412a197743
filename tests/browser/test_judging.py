"""Li judges by the keyboard: eight documents by eight keys, an answer from Today by four."""

import pytest
from playwright.sync_api import Page, expect

from icpcases.cases.models import FilingCase
from icpcases.rules.documents import Kind
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.requests import ask

from .office import enter, listen, overflow
from .test_accessibility import violations

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EIGHT = (
    Kind.BUSINESS_LICENCE, Kind.LEGAL_REPRESENTATIVE_ID, Kind.SERVICE_LEADER_ID,
    Kind.AUTHORISATION_LETTER, Kind.BOARD_LIST, Kind.SERVICE_RULES, Kind.SECURITY_MEASURES,
    Kind.DOMAIN_CERTIFICATE,
)  # fmt: skip
SCROLLS = "document.documentElement.scrollHeight > innerHeight"


def press(page: Page, key: str) -> None:
    """A single key, and the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("load")


def test_documents_and_an_answer_are_judged_by_single_keys(page: Page, world, li, wei):
    case = world.at("preparing", service_leader_id="11010519491231002X")
    for kind in EIGHT:
        world.document(case, kind.value)
    case.refresh_from_db()
    asked = ask(case, li, {"about": "site_name", "text": "Is it right?"}, case.version)
    case.refresh_from_db()
    requests.answer(case, wei, asked.pk, "", case.version, value="玉兰旧书店")
    page.set_viewport_size({"width": 1280, "height": 720})
    enter(page, li)
    complaints = listen(page)
    page.goto("/admin/")
    press(page, "g")
    assert violations(page) == []
    for n, kind in enumerate(EIGHT, start=1):
        expect(page.locator(".pile strong")).to_have_text(f"Document {n} of 8")
        expect(page.locator("h1")).to_have_text(kind.label)
        assert (overflow(page), page.evaluate(SCROLLS)) == ([], False)
        if kind == Kind.DOMAIN_CERTIFICATE:
            # The reasons have the focus; a digit chooses one, Enter refuses.
            page.keyboard.press("r")
            expect(page.locator(".usual input").first).to_be_focused()
            page.keyboard.press("2")
            expect(page.locator("#id_refusal")).not_to_be_empty()
            press(page, "Enter")
        else:
            press(page, "a")
    expect(page.locator(".proposal .new")).to_contain_text("玉兰旧书店")
    assert violations(page) == []
    # From Today: g and a, two keys.
    page.goto("/admin/")
    press(page, "g")
    press(page, "a")
    expect(page.locator(".messagelist .success")).to_be_visible()
    case.refresh_from_db()
    statuses = list(case.documents.order_by("pk").values_list("status", flat=True))
    assert (case.site_name, statuses) == ("玉兰旧书店", ["accepted"] * 7 + ["refused"])
    assert list(case.requests.order_by("pk").values_list("about", "status")) == [
        ("site_name", "accepted"), ("domain_certificate", "open"),
    ]  # fmt: skip
    assert FilingCase.objects.get().answered is False
    assert complaints == []
