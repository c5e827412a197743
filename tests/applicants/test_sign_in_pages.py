"""What else there is at the sign-in: no page of the library's own, and the mail of a demo."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from .test_sign_in import WEI, is_in

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.mark.parametrize(
    "name",
    [
        "account_signup", "account_reset_password", "account_change_password",
        "account_set_password", "account_email", "account_request_login_code",
        "account_inactive", "socialaccount_connections", "mfa_add_webauthn",
        "mfa_download_recovery_codes",
    ],
)  # fmt: skip
def test_no_other_page_of_allauth_is_reachable(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize("url", ["/sign-in/", "/sign-in/code/"])
def test_other_methods_break_nothing(client, url, method):
    assert getattr(client, method)(url).status_code < 500


def test_the_demo_shows_its_mail(client, settings, tmp_path, wei):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.DEMO = True
    assert "None yet" in client.get("/demo/mail/").content.decode()
    client.post("/sign-in/", {"email": "first@example.com"})
    client.post("/sign-in/", {"email": WEI})
    page = client.get("/demo/mail/").content.decode()
    assert page.index(WEI) < page.index("first@example.com")
    code = re.search(r"\b\d{4}-\d{4}\b", page)
    assert code
    client.post("/sign-in/code/", {"code": code[0]})
    assert is_in(client) == wei


def test_a_real_site_shows_no_mail(client, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert client.get("/demo/mail/").status_code == 404
