"""Signing in with a phone: by mail, without JavaScript, and nothing sticks out."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.harness import smtp
from tests.staff.test_second_factor import totp

from .test_accessibility import violations

NARROW = {"width": 320, "height": 640}
PASSWORD = "a long pass phrase"


@pytest.fixture
def mail_server(settings):
    with smtp.running_mail_server(settings) as running:
        yield running


def fits(page: Page) -> bool:
    html = page.locator("html")
    return html.evaluate("e => e.scrollWidth") <= html.evaluate("e => e.clientWidth")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_an_applicant_signs_in_by_mail_without_javascript(
    open_page, transactional_db, mail_server, locale
):
    page = open_page(viewport=NARROW, java_script_enabled=False, locale=locale)
    page.goto("/sign-in/?next=/check/")
    page.locator("#id_email").fill("wei@example.com")
    page.locator("main button").first.click()
    page.wait_for_url("**/sign-in/code/")
    page.locator("#id_code").fill("00000000")
    page.locator("main button").first.click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("#id_code").fill(smtp.code_in(mail_server.mails[0]))
    page.locator("main button").first.click()
    page.wait_for_url("**/check/")
    assert User.objects.get().email == "wei@example.com"


def test_a_member_of_staff_sets_up_the_second_factor(open_page, transactional_db, settings):
    settings.STAFF_SECOND_FACTOR = True
    User.objects.create_superuser("keeper", password=PASSWORD)
    page = open_page(viewport=NARROW)
    page.goto("/admin/auth/user/")
    page.locator("#id_username").fill("keeper")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/set-up/")
    picture = page.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("e => e.naturalWidth") > 0
    assert fits(page)
    secret = page.locator(".secret").inner_text()
    page.locator("#id_code").fill(totp(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert fits(page)
    page.get_by_role("link", name="Go on to the office").click()
    page.get_by_role("button", name="Menu").click()
    assert fits(page)
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_the_pages_fit_a_narrow_screen_and_everybody(open_page, transactional_db, mail_server):
    # The policy of the site would not let axe's own script in.
    page = open_page(viewport=NARROW, bypass_csp=True)
    for url in ("/sign-in/", "/admin/login/"):
        page.goto(url)
        assert fits(page)
        assert not violations(page)
    page.goto("/sign-in/")
    page.locator("#id_email").fill(f"{'very-long-' * 6}@example.com")
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_url("**/code/")
    assert fits(page)
    assert not violations(page)
    User.objects.create_superuser("keeper", password=PASSWORD)
    page.goto("/admin/login/?next=/admin/second-factor/set-up/")
    page.locator("#id_username").fill("keeper")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/set-up/")
    assert not violations(page)
    page.locator("#id_code").fill(totp(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/recovery-codes/")
    assert not violations(page)
    page.goto("/admin/second-factor/")
    assert not violations(page)
