"""Applicants sign in by a code that a real SMTP server took; nobody else does."""

import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from icpcases.accounts.people import account_for
from icpcases.rules.addresses import plain_address
from tests.harness import smtp
from tests.harness.race import together

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WEI = "wei@example.com"
WRONG = "0000-0000"


@pytest.fixture
def mail_server(settings):
    with smtp.running_mail_server(settings) as running:
        yield running


@pytest.fixture
def ask(client) -> Callable[..., Any]:
    def ask(address: str, client: Client = client, **more: str) -> Any:
        return client.post("/sign-in/", {"email": address, **more})

    return ask


@pytest.fixture
def enter(client) -> Callable[..., Any]:
    def enter(code: str, client: Client = client) -> Any:
        return client.post("/sign-in/code/", {"code": code})

    return enter


def newest_code(mail_server: smtp.MailServer, address: str = WEI) -> str:
    return smtp.code_in(mail_server.to(address)[-1])


def is_in(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def let_pass(client: Client, seconds: int) -> None:
    """Moves the moment at which the session says the code was sent."""
    session = client.session
    session["sign_in_by_code"] = {
        **session["sign_in_by_code"], "sent_at": session["sign_in_by_code"]["sent_at"] - seconds,
    }  # fmt: skip
    session.save()


def test_the_code_in_the_mail_signs_in(client, mail_server, ask, enter, wei):
    answer = ask(WEI)
    assert (answer.status_code, answer.url) == (302, "/sign-in/code/")
    assert WEI in client.get("/sign-in/code/").content.decode()
    assert is_in(client) is None
    answer = enter(newest_code(mail_server))
    assert (answer.status_code, answer.url) == (302, "/cases/")
    assert is_in(client) == wei


def test_the_mail_is_short_and_has_two_forms(mail_server, ask, wei, settings):
    settings.SITE_URL = "https://cases.example"
    ask(WEI, headers={"host": "localhost"})
    [mail] = mail_server.mails
    assert mail["Subject"] == "Your code for signing in"
    assert mail["From"] == "ICP filing cases <noreply@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = smtp.text_of(mail, kind)
        assert newest_code(mail_server) in text
        assert "10 minutes" in text
        assert "https://cases.example" in text
        assert len(text) < 1200


def test_the_mail_speaks_the_language_of_the_page(client, mail_server, wei):
    client.post("/sign-in/", {"email": WEI}, headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-hans">' in smtp.text_of(mail_server.mails[0], "html")


FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@pytest.mark.parametrize("typed", ["{0}{1}", " {0} {1} ", "{0}-{1}", "{0}–{1}"])
@pytest.mark.parametrize("width", [{}, FULL_WIDTH])
def test_spaces_dashes_and_width_do_not_matter(client, mail_server, ask, enter, wei, typed, width):
    ask(WEI)
    code = typed.format(*newest_code(mail_server).split("-"))
    enter(code.translate(width))
    assert is_in(client) == wei


def test_an_address_is_found_however_it_is_written(client, mail_server, ask, enter, wei):
    User.objects.filter(pk=wei.pk).update(email="Wei@Example.com")
    ask(" WEI@EXAMPLE.COM ")
    enter(newest_code(mail_server))
    assert is_in(client) == wei


def test_a_new_address_gets_a_usable_code_and_then_an_account(client, mail_server, ask, enter):
    ask("new@example.com")
    assert not User.objects.exists()
    enter(newest_code(mail_server, "new@example.com"))
    account = is_in(client)
    assert account is not None
    assert (account.email, account.is_staff) == ("new@example.com", False)
    assert not account.has_usable_password()


def test_the_next_code_opens_the_same_account(mail_server, ask, enter):
    for _ in range(2):
        visitor = Client()
        ask("new@example.com", client=visitor)
        enter(newest_code(mail_server, "new@example.com"), client=visitor)
    assert User.objects.count() == 1


def test_a_code_works_once(client, mail_server, ask, enter, wei):
    ask(WEI)
    code = newest_code(mail_server)
    before = client.cookies["sessionid"].value
    enter(code)
    assert code.replace("-", "") not in str(dict(client.session))
    # Whoever kept the cookie from before, or comes with the code alone, gets nowhere.
    thief = Client()
    thief.cookies["sessionid"] = before
    for visitor in (thief, Client()):
        enter(code, client=visitor)
        assert is_in(visitor) is None
    client.post("/sign-out/")
    enter(code)
    assert is_in(client) is None


def test_a_code_works_only_where_it_was_asked_for(mail_server, ask, enter, wei):
    ask(WEI)
    other = Client()
    answer = enter(newest_code(mail_server), client=other)
    assert "asked for in another browser" in answer.content.decode()
    assert is_in(other) is None


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (11, False)])
def test_a_code_lives_ten_minutes(client, mail_server, ask, enter, wei, minutes, works):
    ask(WEI)
    let_pass(client, minutes * 60)
    answer = enter(newest_code(mail_server))
    assert bool(is_in(client)) is works
    assert works or "has expired" in answer.content.decode()


def test_the_fifth_wrong_code_voids_it(client, mail_server, ask, enter, wei):
    ask(WEI)
    for _ in range(4):
        assert "not the code" in enter(WRONG).content.decode()
    answer = enter(WRONG).content.decode()
    assert "Too many wrong codes" in answer
    assert WEI in answer
    enter(newest_code(mail_server))
    assert is_in(client) is None


def test_four_wrong_codes_are_forgiven(client, mail_server, ask, enter, wei):
    ask(WEI)
    for _ in range(4):
        enter(WRONG)
    enter(newest_code(mail_server))
    assert is_in(client) == wei


def test_an_old_session_does_not_bring_tries_back(client, mail_server, ask, enter, wei):
    """The count does not stand in the session alone."""
    ask(WEI)
    start = dict(client.session.items())
    for _ in range(5):
        enter(WRONG)
        session = client.session
        session.update(start)
        session.save()
    enter(newest_code(mail_server))
    assert is_in(client) is None


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_gets_five_tries(client, mail_server, ask, wei):
    """Each of them reads a session that counts no wrong try yet."""
    ask(WEI)
    session = client.cookies["sessionid"].value
    assert set(together(*[lambda: guess(session, WRONG)] * 8)) == {None}
    assert guess(session, newest_code(mail_server)) is None


def guess(session: str, code: str) -> Any:
    visitor = Client()
    visitor.cookies["sessionid"] = session
    visitor.post("/sign-in/code/", {"code": code})
    return visitor.session.get("_auth_user_id")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_windows_confirmed_at_once_make_one_account():
    first, second = together(*[lambda: account_for("new@example.com")] * 2)
    assert isinstance(first, User)
    assert first == second


def test_a_new_code_voids_the_one_before(client, mail_server, ask, enter, wei):
    ask(WEI)
    ask(WEI)
    old, new = (smtp.code_in(mail) for mail in mail_server.mails)
    assert old != new
    enter(old)
    assert is_in(client) is None
    enter(new)
    assert is_in(client) == wei


def test_three_codes_a_minute_for_an_address(mail_server, ask, wei):
    assert [ask(WEI, client=Client()).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert len(mail_server.mails) == 3
    assert ask("mei@example.com", client=Client()).status_code == 302


def test_ten_codes_an_hour_for_an_address(mail_server, ask, wei, settings):
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "request_login_code": settings.ACCOUNT_RATE_LIMITS["request_login_code"].replace(
            "3/m/key", "99/m/key"
        ),
    }
    answers = [ask(WEI, client=Client()).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_twenty_codes_a_minute_for_a_machine(mail_server, ask):
    answers = [ask(f"a{n}@example.com", client=Client()).status_code for n in range(21)]
    assert answers == [302] * 20 + [429]


def test_a_limit_keeps_what_was_typed_and_says_so(mail_server, ask, wei):
    for _ in range(3):
        ask(WEI)
    page = ask(WEI).content.decode()
    assert f'value="{WEI}"' in page
    assert "Too many codes were asked for" in page


def test_visitors_behind_a_proxy_are_told_apart(mail_server, ask, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "1/m/ip"}

    def ask_from(address: str) -> int:
        headers = {"x-forwarded-for": address}
        visitor = Client(headers=headers)
        return ask("a@example.com", client=visitor).status_code

    assert ask_from("192.0.2.1") == 302
    assert ask_from("192.0.2.2") == 302
    assert ask_from("invented, 192.0.2.2") == 429


class Seen:
    """All that a visitor sees of an attempt with an address that is not theirs."""

    def __init__(self, address: str) -> None:
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            asked = client.post("/sign-in/", {"email": address})
        self.queries = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
        page = client.get("/sign-in/code/")
        wrong = client.post("/sign-in/code/", {"code": WRONG})
        again = client.post("/sign-in/", {"email": address})
        self.answers = [
            (answer.status_code, answer.headers.get("Location"), self.body(answer, address))
            for answer in (asked, page, wrong, again)
        ]

    @staticmethod
    def body(answer: Any, address: str) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
        return text.replace(address, "ADDRESS")


@pytest.fixture
def closed(db) -> User:
    return User.objects.create_user("closed", "closed@example.com", is_active=False)


def test_every_address_is_answered_alike(mail_server, wei, li, closed):
    unknown = Seen("nobody@example.com")
    assert [answer[0] for answer in unknown.answers] == [302, 200, 200, 302]
    for account in (wei, li, closed):
        seen = Seen(account.email)
        assert seen.answers == unknown.answers
        assert len(seen.queries) == len(unknown.queries)
        # One mail each time: a missing one would show in how long the answer takes.
        assert len(mail_server.to(account.email)) == 2


def test_staff_get_a_mail_without_a_code(client, mail_server, ask, enter, li):
    ask(li.email)
    [mail] = mail_server.mails
    assert mail["Subject"] == "About signing in"
    for kind in ("plain", "html"):
        assert "staff sign in with their password" in smtp.text_of(mail, kind)
        assert "http://localhost:8000/admin/login/" in smtp.text_of(mail, kind)
        assert not re.search(r"\d{4}-\d{4}", smtp.text_of(mail, kind))
    for nothing in ("", "-", " ", WRONG, "None"):
        enter(nothing)
        assert is_in(client) is None


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}, {}])
def test_whoever_is_of_the_staff_in_any_way_gets_no_code(mail_server, ask, wei, li, fields):
    if fields:
        User.objects.filter(pk=wei.pk).update(**fields)
    else:
        wei.groups.set(li.groups.all())
    ask(WEI)
    assert "staff sign in" in smtp.text_of(mail_server.mails[0])


def test_an_address_shared_with_staff_gets_no_code(mail_server, ask, wei, li):
    User.objects.filter(pk=li.pk).update(email=WEI)
    ask(WEI)
    assert "staff sign in" in smtp.text_of(mail_server.mails[0])


def test_a_code_of_somebody_who_joined_the_staff_meanwhile(client, mail_server, ask, enter, wei):
    ask(WEI)
    User.objects.filter(pk=wei.pk).update(is_staff=True)
    enter(newest_code(mail_server))
    assert is_in(client) is None


def test_a_closed_account_gets_a_mail_that_says_so(client, mail_server, ask, enter, closed):
    ask(closed.email)
    assert "has been closed" in smtp.text_of(mail_server.mails[0])


def test_an_old_address_does_not_open_the_account_that_left_it(mail_server, ask, enter, client):
    moved = User.objects.create_user(WEI, "wei-now@example.com")
    ask(WEI)
    enter(newest_code(mail_server))
    account = is_in(client)
    assert account is not None
    assert account != moved
    assert account.email == WEI


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Wei@Example.COM", WEI),
        # Databases take ı for an I: without the plain spelling this would read Wei's codes.
        ("wei@maıl.example", "wei@xn--mal-kua.example"),
        ("wei@例子.中国", "wei@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_the_plain_spelling_of_an_address(typed, plain):
    assert plain_address(typed) == plain


@pytest.mark.parametrize(
    "typed", ["", "wei", "wei@", "@example.com", "wei@exa mple.com", "wëi@example.com",
              "wei@example.com\nBcc: mei@example.com", f"{'w' * 60}@{'a.' * 60}example.com",
              "wei@-.example", "a" * 100_000],
)  # fmt: skip
def test_what_is_no_address_is_asked_for_again(mail_server, ask, typed):
    answer = ask(typed)
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not mail_server.mails


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((smtp.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("address", [WEI, "nobody@example.com", "li@example.com"])
def test_a_mail_server_that_is_down_gives_a_sentence(client, ask, wei, li, settings, address):
    smtp.use(settings, free_port())
    answer = ask(address, next="/cases/7/")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "could not be sent just now" in page
    assert f'value="{address}"' in page
    assert 'value="/cases/7/"' in page
    assert client.get("/sign-in/code/").status_code == 302


def test_a_mail_server_that_refuses_gives_the_same_sentence(mail_server, ask, wei):
    mail_server.refused.add(WEI)
    answer = ask(WEI)
    assert answer.status_code == 503
    assert "could not be sent just now" in answer.content.decode()


@pytest.mark.slow
def test_a_mail_server_that_says_nothing_is_not_waited_for(ask, wei, settings):
    with socket.socket() as silent:
        silent.bind((smtp.HOST, 0))
        silent.listen()
        smtp.use(settings, silent.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.3
        start = time.monotonic()
        assert ask(WEI).status_code == 503
        assert time.monotonic() - start < 5


def test_a_failed_resend_leaves_the_code_before_valid(client, mail_server, ask, enter, wei):
    ask(WEI)
    mail_server.refused.add(WEI)
    assert ask(WEI).status_code == 503
    enter(newest_code(mail_server))
    assert is_in(client) == wei


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/cases/7/?tab=1", "/cases/7/?tab=1"),
        ("http://testserver/cases/7/", "http://testserver/cases/7/"),
        ("https://evil.example/", "/cases/"),
        ("//evil.example/", "/cases/"),
        ("/\\evil.example/", "/cases/"),
        ("\\\\evil.example", "/cases/"),
        ("javascript:alert(1)", "/cases/"),
        ("http:///evil.example", "/cases/"),
        ("https://testserver@evil.example/", "/cases/"),
        ("", "/cases/"),
    ],
)
def test_after_sign_in_only_pages_of_ours(client, mail_server, ask, enter, wei, wanted, lands):
    page = client.get("/sign-in/", {"next": wanted}).content.decode()
    assert (f'name="next" value="{wanted}"' in page) == (wanted == lands)
    ask(WEI, next=wanted)
    assert enter(newest_code(mail_server)).url == lands
    # And whoever is in already is led on at once, to the same place.
    assert client.get("/sign-in/", {"next": wanted}).url == lands


def test_the_session_gets_a_new_key(client, mail_server, ask, enter, wei):
    ask(WEI)
    before = client.cookies["sessionid"].value
    enter(newest_code(mail_server))
    assert client.cookies["sessionid"].value != before


def test_signing_out_needs_a_button(client, wei):
    client.force_login(wei)
    assert client.get("/sign-out/").url == "/"
    assert is_in(client) == wei
    assert client.post("/sign-out/").url == "/"
    assert is_in(client) is None


def test_a_form_from_elsewhere_signs_nobody_in_or_out(mail_server, wei):
    strict = Client(enforce_csrf_checks=True)
    for url in ("/sign-in/", "/sign-in/code/", "/sign-out/", "/admin/login/"):
        assert strict.post(url, {"email": WEI, "code": WRONG}).status_code == 403
    assert not mail_server.mails


def test_the_pages_are_never_kept(client, mail_server, ask, wei):
    ask(WEI)
    for url in ("/sign-in/", "/sign-in/code/", "/admin/login/"):
        assert "no-store" in client.get(url).headers["Cache-Control"]
