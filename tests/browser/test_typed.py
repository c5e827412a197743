"""Typing that is cut short, in a real browser: nothing is lost, and errors say where they are."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.world import png

from . import office, public

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WORDS = "一二三, <b>and</b> more."
PHONE = {"width": public.PHONE, "height": 844}


def test_another_language_keeps_an_answer_without_script(open_page, world):
    case = world.at("returned")
    page = open_page(viewport=PHONE, java_script_enabled=False)
    public.enter(page, world.wei)
    url = f"/cases/{case.reference}/requests/{case.requests.get().pk}/"
    page.goto(url)
    page.locator("summary").first.click()
    page.locator("[name=answer]").fill(WORDS)
    page.locator("header [name=to_language]").click()
    expect(page).to_have_url(re.compile(f"{url}$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("[name=answer]")).to_have_value(WORDS)
    expect(page.locator(".came-back")).to_be_visible()
    page.locator("main form .submit button").click()
    expect(page).to_have_url(re.compile(f"/cases/{case.reference}/$"))
    assert case.requests.get().answer == WORDS


def test_another_language_sends_no_file_and_says_which_to_choose_again(open_page, world):
    case = world.at("preparing")
    page = open_page(viewport=PHONE)
    public.enter(page, world.wei)
    page.goto(f"/cases/{case.reference}/documents/add/")
    file = {"name": "licence.png", "mimeType": "image/png", "buffer": png()}
    page.locator("[data-pick]").set_input_files([file])
    page.locator("summary").first.click()
    page.locator("[name=number]").fill("N-17")
    page.locator("header [name=to_language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("[name=number]")).to_have_value("N-17")
    expect(page.locator(".came-back")).to_contain_text("licence.png")
    assert case.documents.filter(number="N-17").count() == 0


def test_a_note_survives_the_end_of_the_session(open_page, world, li):
    case = world.at("preparing")
    page = open_page()
    office.enter(page, li)
    page.goto(f"{office.LIST}{case.pk}/note/")
    page.locator("[name=text]").fill(WORDS)
    Session.objects.all().delete()
    page.locator(".case-page .submit button").first.click()
    expect(page.locator(".came-back")).to_contain_text("What you typed is kept")
    page.locator("[name=username]").fill("li")
    page.locator("[name=password]").fill("a long pass phrase")
    page.locator("form:has([name=password]) [type=submit]").click()
    expect(page).to_have_url(re.compile("/note/$"))
    expect(page.locator("[name=text]")).to_have_value(WORDS)
    expect(page.locator(".came-back")).to_contain_text("look it over and send it")
    # In another tab one has signed in anew: the token of this page is an old one.
    page.locator(".case-page [name=csrfmiddlewaretoken]").first.evaluate(
        "field => { field.value = 'x'.repeat(64); }"
    )
    page.locator(".case-page .submit button").first.click()
    page.get_by_role("link", name="Go back to the form").click()
    expect(page.locator("[name=text]")).to_have_value(WORDS)
    page.locator(".case-page .submit button").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_errors_are_counted_on_top_linked_and_in_the_title(open_page, world, script):
    case = world.at("returned")
    page = open_page(viewport=PHONE, java_script_enabled=script)
    public.enter(page, world.wei)
    page.goto(f"/cases/{case.reference}/step/withdraw/")
    page.locator("main form .submit button").click()
    expect(page).to_have_title(re.compile(r"^\s*Error:"))
    summary = page.locator(".errors[role=alert]")
    expect(summary).to_contain_text("One thing needs correcting:")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    assert page.evaluate("location.hash") == "#id_reason"
    assert page.locator("#id_reason").count() == 1


def test_enter_in_a_field_sends_the_form_and_changes_no_language(open_page, world):
    case = world.at("returned")
    page = open_page(viewport=PHONE)
    public.enter(page, world.wei)
    page.goto(f"/cases/{case.reference}/people/")
    page.locator("[name=email]").fill("friend@example.com")
    page.locator("[name=email]").press("Enter")
    expect(page.locator(".messages li")).to_contain_text("friend@example.com")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert case.invitations.get().email == "friend@example.com"
