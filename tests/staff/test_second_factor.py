"""Staff sign in by password and a second factor, and nothing opens to them before."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

PASSWORD = "a long pass phrase"
SET_UP = "/admin/second-factor/set-up/"
CODE = "/admin/login/code/"
RECOVERY = "/admin/second-factor/recovery-codes/"


@pytest.fixture
def required(settings):
    settings.STAFF_SECOND_FACTOR = True


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    data = {"username": user.username, "password": password}
    return client.post("/admin/login/", data, **more)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def totp(secret: str, step: int = 0) -> str:
    """RFC 6238, written again: the code of now, or of `step` periods later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def enrol(client: Any) -> str:
    """Sets up the second factor as its page says; the secret."""
    page = client.get(SET_UP).content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert secret
    answer = client.post(SET_UP, {"code": totp(secret[1])})
    assert answer.url == RECOVERY
    return secret[1]


@pytest.fixture
def enrolled(li) -> str:
    """Li has a second factor; its secret."""
    client = Client()
    sign_in(client, li)
    return enrol(client)


def halfway(user: User) -> Any:
    """Somebody who has given the password and no second factor yet."""
    client = Client()
    assert sign_in(client, user).url == CODE
    assert not is_in(client)
    return client


def test_password_alone_where_no_second_factor_is_asked_for(client, li):
    assert sign_in(client, li).url == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/admin/cases/filingcase/", "/admin/cases/filingcase/"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example", "/admin/"),
    ],
)
def test_staff_land_where_they_wanted_to_go(client, li, wanted, lands):
    assert sign_in(client, li, query_params={"next": wanted}).url == lands


def test_a_wrong_password_and_an_applicants_right_one_are_answered_alike(client, li, wei):
    def body(answer: Any, name: str) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
        return text.replace(f'value="{name}"', "")

    unknown = User(username="nobody")
    wrong = body(sign_in(client, li, "another password"), "li")
    assert "The username or the password is not correct." in wrong
    assert wrong == body(sign_in(client, wei), "wei")
    assert wrong == body(sign_in(client, unknown), "nobody")
    assert not is_in(client)


def test_an_applicant_at_the_admin_is_refused_without_going_round(client, wei):
    client.force_login(wei)
    assert client.get("/admin/", follow=True).status_code == 403
    for url in (SET_UP, RECOVERY, "/admin/second-factor/", "/admin/again/"):
        assert client.get(url).status_code == 403


def test_a_visitor_is_led_to_the_sign_in_page_of_the_staff(client):
    for url in ("/admin/", SET_UP, RECOVERY, "/admin/second-factor/", "/admin/again/"):
        assert client.get(url).url == f"/admin/login/?next={url}"
    assert client.get(CODE).url == "/admin/login/"


def test_five_wrong_passwords_close_the_account_for_a_while(client, li, chen):
    for _ in range(5):
        sign_in(client, li, "another password")
    answer = sign_in(client, li)
    assert "Too many failed tries" in answer.content.decode()
    assert not is_in(client)
    assert sign_in(Client(), chen).url == "/admin/"


def test_another_host_header_brings_no_tries_back(client, li):
    """allauth counts failed tries by user and Host, and a Host may have any port."""
    for port in range(5):
        sign_in(client, li, "another password", headers={"host": f"localhost:{8000 + port}"})
    sign_in(client, li, headers={"host": "localhost:9000"})
    assert not is_in(client)


def test_nothing_opens_before_the_second_factor_is_set_up(client, li, required):
    sign_in(client, li)
    for url in ("/admin/", "/admin/cases/filingcase/", "/admin/nowhere/", RECOVERY, "/cases/",
                "/sign-in/", "/admin/password_change/", "/admin/second-factor/"):  # fmt: skip
        assert client.get(url).url == SET_UP, url
        assert client.post(url).url == SET_UP, url


def test_setting_it_up_opens_the_office(client, li, required):
    sign_in(client, li)
    before = client.session.session_key
    page = client.get(SET_UP).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "autocomplete" in page
    enrol(client)
    assert client.session.session_key != before
    assert client.get("/admin/").status_code == 200


def test_a_wrong_first_code_sets_nothing_up(client, li, required):
    sign_in(client, li)
    client.get(SET_UP)
    assert "not correct" in client.post(SET_UP, {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").url == SET_UP


def test_from_then_on_the_password_alone_opens_nothing(li, enrolled, required):
    client = halfway(li)
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/").url == CODE
    # As a Chinese keyboard types it: in full width, with a blank.
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in totp(enrolled, 1))
    answer = client.post(CODE, {"code": f"{wide[:3]} {wide[3:]}"})
    assert answer.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_wanted_page_survives_the_second_factor(li, enrolled):
    client: Any = Client()
    sign_in(client, li, query_params={"next": "/admin/cases/filingcase/"})
    assert client.post(CODE, {"code": totp(enrolled)}).url == "/admin/cases/filingcase/"


def test_halfway_in_one_can_go_back(li, enrolled):
    client = halfway(li)
    client.post("/sign-out/")
    assert client.get("/admin/login/").status_code == 200


def test_a_code_opens_once(li, enrolled):
    code = totp(enrolled)
    first = halfway(li)
    first.post(CODE, {"code": code})
    assert is_in(first)
    # allauth forgets a used code after one period, and accepts it in the next one still.
    cache.delete(f"allauth.mfa.totp.used?user={li.pk}&code={code}")
    second = halfway(li)
    assert "was used already" in second.post(CODE, {"code": code}).content.decode()
    assert not is_in(second)


def shown_codes(client: Client) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", client.get(RECOVERY).content.decode())


def test_recovery_codes_are_shown_once_and_open_once(client, li, required):
    sign_in(client, li)
    enrol(client)
    codes = shown_codes(client)
    assert len(set(codes)) == 10
    assert shown_codes(client) == []
    lost_phone = halfway(li)
    lost_phone.post(CODE, {"code": codes[0]})
    assert is_in(lost_phone)
    again = halfway(li)
    again.post(CODE, {"code": codes[0]})
    assert not is_in(again)
    again.post(CODE, {"code": codes[1]})
    assert is_in(again)
    assert "8 unused codes are left" in again.get(RECOVERY).content.decode()


def test_new_recovery_codes_replace_the_old(client, li, required):
    sign_in(client, li)
    enrol(client)
    old = shown_codes(client)
    assert client.post(f"{RECOVERY}new/").url == RECOVERY
    new = shown_codes(client)
    assert not set(old) & set(new)
    visitor = halfway(li)
    visitor.post(CODE, {"code": old[0]})
    assert not is_in(visitor)


def test_five_wrong_codes_close_the_second_factor_for_a_while(li, enrolled):
    client = halfway(li)
    for _ in range(5):
        assert "not correct" in client.post(CODE, {"code": "000000"}).content.decode()
    answer = client.post(CODE, {"code": totp(enrolled)})
    assert "Too many failed tries" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.slow
def test_guessing_slowly_does_not_help(li, enrolled, settings):
    """Twenty tries in six hours: one patient enough to wait out each five minutes gets no more."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "999/m/ip"}
    client = halfway(li)
    for _ in range(20):
        client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": totp(enrolled)})
    assert not is_in(client)


def test_a_session_that_never_showed_it_ends(client, li, required):
    client.force_login(li)
    answer = client.get("/admin/cases/filingcase/?state=triage")
    assert answer.url == "/admin/login/?next=/admin/cases/filingcase/%3Fstate%3Dtriage"
    assert not is_in(client)


def test_a_session_from_before_it_was_set_up_elsewhere_ends(client, li, required):
    sign_in(client, li)
    elsewhere = Client()
    sign_in(elsewhere, li)
    enrol(elsewhere)
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert not is_in(client)


def test_an_applicant_who_joins_the_staff_signs_in_anew(client, wei, li, required):
    client.force_login(wei)
    User.objects.filter(pk=wei.pk).update(is_staff=True)
    wei.groups.set(li.groups.all())
    assert client.get(SET_UP).status_code == 302
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert not is_in(client)


def test_applicants_are_asked_for_nothing(client, wei, required):
    client.force_login(wei)
    assert client.get("/sign-in/").url == "/cases/"


def test_a_superuser_without_a_role_needs_it_too(client, required):
    keeper = User.objects.create_superuser("keeper", password=PASSWORD)
    sign_in(client, keeper)
    assert client.get("/admin/auth/user/").url == SET_UP


def long_ago(client: Client) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session["account_authentication_methods"] = session["account_authentication_methods"]
    session.save()


@pytest.mark.parametrize("url", ["remove/", "recovery-codes/new/"])
def test_what_weakens_it_asks_for_the_password_once_more(client, li, required, url):
    url = f"/admin/second-factor/{url}"
    sign_in(client, li)
    enrol(client)
    long_ago(client)
    before = set(Authenticator.objects.values_list("pk", flat=True))
    answer = client.post(url)
    assert answer.url == f"/admin/again/?{urlencode({'next': url})}"
    wrong = client.post(answer.url, {"password": "another password", "next": url})
    assert "not correct" in wrong.content.decode()
    assert set(Authenticator.objects.values_list("pk", flat=True)) == before
    client.post(answer.url, {"password": PASSWORD, "next": url})
    assert set(Authenticator.objects.values_list("pk", flat=True)) != before


def test_whoever_removes_it_sets_up_a_new_one(client, li, required):
    sign_in(client, li)
    enrol(client)
    assert client.get("/admin/second-factor/remove/").status_code == 200
    client.post("/admin/second-factor/remove/")
    assert not Authenticator.objects.exists()
    assert "/admin/login/" in client.get("/admin/").url
    sign_in(client, li)
    assert client.get("/admin/").url == SET_UP


def test_secrets_are_not_readable_in_the_database(li, enrolled):
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert enrolled not in kept


def test_a_changed_key_keeps_second_factors_as_long_as_the_old_one_is_known(li, enrolled, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 5
    client = halfway(li)
    client.post(CODE, {"code": totp(enrolled)})
    assert is_in(client)


def test_a_lost_key_lets_nobody_in_and_breaks_no_page(li, enrolled, settings):
    settings.SECRET_KEY = "another-key-" * 5
    client = halfway(li)
    for code in (totp(enrolled), "12345678", ""):
        assert client.post(CODE, {"code": code}).status_code == 200
        assert not is_in(client)


@pytest.mark.parametrize("url", [SET_UP, "/admin/second-factor/", "/admin/login/"])
def test_pages_of_the_second_factor_have_nothing_inline(client, li, url):
    if url != "/admin/login/":
        sign_in(client, li)
    page = client.get(url).content.decode()
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", page)


def test_whoever_keeps_the_accounts_can_remove_it(client, li, enrolled):
    keeper = User.objects.create_superuser("keeper", password=PASSWORD)
    sign_in(client, keeper)
    listed = client.get("/admin/accounts/secondfactor/")
    assert listed.status_code == 200
    own = Authenticator.objects.get(type="totp")
    for url in (f"{own.pk}/change/", f"{own.pk}/delete/"):
        page = client.get(f"/admin/accounts/secondfactor/{url}").content.decode()
        assert own.data["secret"] not in page
    client.post(f"/admin/accounts/secondfactor/{own.pk}/delete/", {"post": "yes"})
    # The recovery codes go too: left behind, they would belong to a telephone that is gone.
    assert not Authenticator.objects.exists()
    assert sign_in(Client(), li).url == "/admin/"


@pytest.mark.parametrize("name", ["li", "chen", "sun"])
def test_nobody_else_sees_second_factors(client, request, name):
    client.force_login(request.getfixturevalue(name))
    assert client.get("/admin/accounts/secondfactor/").status_code == 403


def test_allauths_own_pages_in_the_admin_are_gone(client):
    client.force_login(User.objects.create_superuser("keeper", password=PASSWORD))
    for url in ("/admin/mfa/authenticator/", "/admin/account/emailaddress/"):
        assert client.get(url).status_code == 404
