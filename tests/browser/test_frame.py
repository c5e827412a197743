"""The frame in a real browser: Django's admin works under our content security policy."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from tests.harness import browser as harness

PASSWORD = "a-password-for-this-test"


@pytest.fixture
def administrator(transactional_db) -> User:
    return User.objects.create_superuser("administrator", password=PASSWORD)


def sign_in(page: Page, user: User) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(user.get_username())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_admin_works_under_the_policy(page, administrator):
    """The page fixture fails the test if the browser had to refuse anything."""
    sign_in(page, administrator)
    page.goto("/admin/auth/user/")
    page.get_by_role("link", name="administrator").click()
    page.get_by_role("button", name="Choose all user permissions").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_have_text("Saved: administrator")
    assert administrator.user_permissions.exists()


def inject_a_script(browser: Browser, address: str) -> None:
    with harness.new_page(browser, address) as page:
        page.goto("/admin/login/")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'injected'";
                document.body.append(script);
            }"""
        )
        expect(page).not_to_have_title("injected")
        # The complaint arrives by a way of its own, after the answer to the line above.
        page.wait_for_timeout(100)


def test_inline_script_is_refused_by_the_browser(browser, live_server):
    """The control: without it, nobody would notice a policy that refuses nothing."""
    with pytest.raises(AssertionError, match="Content Security Policy"):
        inject_a_script(browser, live_server.url)


def test_pages_speak_the_language_of_the_browser(open_page):
    chinese = open_page(locale="zh-CN")
    chinese.goto("/admin/login/")
    expect(chinese.locator("html")).to_have_attribute("lang", "zh-hans")
    english = open_page()
    english.goto("/admin/login/")
    expect(english.locator("html")).to_have_attribute("lang", "en")


def test_an_unknown_address_gets_a_readable_page(page):
    answer = page.goto("/nowhere/")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
