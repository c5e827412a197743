"""An applicant moves to another address: proved by a code, told to the old one, mail follows."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from icpcases.cases.models import Notice
from icpcases.notifications.delivery import deliver, worker_name
from icpcases.workflow.engine import perform
from tests.harness import smtp

from .pages import body_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

NEW = "wei.new@example.com"
WRONG = "0000-0000"


@pytest.fixture
def server(settings):
    with smtp.running_mail_server(settings) as running:
        yield running


@pytest.fixture
def as_wei(client, wei) -> Client:
    client.force_login(wei)
    return client


def ask(client: Client, address: str = NEW) -> Any:
    return client.post("/account/", {"email": address})


def enter(client: Client, code: str) -> Any:
    return client.post("/account/code/", {"code": code}, follow=True)


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def test_the_code_of_the_new_address_moves_the_account_and_tells_the_old_one(as_wei, wei, server):
    assert ask(as_wei, " Ｗei.new＠example.com ").headers["Location"] == "/account/code/"
    assert address_of(wei) == "wei@example.com"
    code = smtp.code_in(server.to(NEW)[-1])
    page = enter(as_wei, code.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"}))
    assert f"Your address is now {NEW}." in text_of(page)
    assert address_of(wei) == NEW
    deliver(worker_name())
    [told] = server.to("wei@example.com")
    for kind in ("plain", "html"):
        assert "w•••@example.com" in smtp.text_of(told, kind)
        assert NEW not in smtp.text_of(told, kind)
        assert "tell the office at once" in smtp.text_of(told, kind)
    # He signs in with the new one; the code is used up.
    assert as_wei.post("/account/code/", {"code": code}).headers["Location"] == "/account/"
    other = Client()
    other.post("/sign-in/", {"email": NEW})
    other.post("/sign-in/code/", {"code": smtp.code_in(server.to(NEW)[-1])})
    assert other.session["_auth_user_id"] == str(wei.pk)


def test_mail_that_bounced_follows(as_wei, wei, li, world, server):
    server.refused.add("wei@example.com")
    perform(world.case(), "submit_request", li, {"tell": True}, 1)
    Notice.objects.update(next_try_at="2020-01-01T00:00Z")
    deliver(worker_name())
    Notice.objects.update(next_try_at="2999-01-01T00:00Z")
    assert [n.state for n in Notice.objects.all()] == ["failed"]
    ask(as_wei)
    enter(as_wei, smtp.code_in(server.to(NEW)[-1]))
    deliver(worker_name())
    assert Notice.objects.get(kind="step").address == NEW
    assert len(server.to(NEW)) == 2


@pytest.mark.parametrize("of", ["mei", "li"])
def test_an_address_that_has_an_account_is_not_taken_and_the_page_tells_nothing(
    as_wei, wei, server, request, of
):
    taken = request.getfixturevalue(of).email
    pages = []
    for address in (taken, "free@example.com"):
        answer = ask(as_wei, address)
        page = as_wei.get("/account/code/")
        wrong = enter(as_wei, WRONG)
        pages.append((answer.status_code, body_of(page).replace(address, ""), wrong.status_code))
        assert len(server.to(address)) == 1
    token = r'name="csrfmiddlewaretoken"'
    first, second = (page[1].split(token)[0] for page in pages)
    assert (pages[0][0], first, pages[0][2]) == (pages[1][0], second, pages[1][2])
    assert "has an account already" in smtp.text_of(server.to(taken)[0])
    assert address_of(wei) == "wei@example.com"


def test_an_address_that_gets_an_account_meanwhile_is_not_taken(as_wei, wei, server):
    ask(as_wei)
    User.objects.create_user("faster", NEW)
    assert enter(as_wei, smtp.code_in(server.to(NEW)[-1])).status_code == 422
    assert address_of(wei) == "wei@example.com"


def test_five_wrong_codes_end_it(as_wei, wei, server):
    ask(as_wei)
    code = smtp.code_in(server.to(NEW)[-1])
    assert [enter(as_wei, WRONG).status_code for _ in range(4)] == [422] * 4
    assert "Too many wrong codes" in text_of(enter(as_wei, WRONG))
    enter(as_wei, code)
    assert address_of(wei) == "wei@example.com"


@pytest.mark.parametrize("typed", ["", "wei", "Wei@example.com", "wëi@example.com", "a\0@x.cn"])
def test_what_is_no_other_address_is_told(as_wei, server, typed):
    assert ask(as_wei, typed).status_code == 422
    assert server.mails == []


def test_three_codes_a_minute_and_an_address_that_refuses(as_wei, server):
    server.refused.add("no@example.com")
    page = ask(as_wei, "no@example.com")
    assert (page.status_code, 'value="no@example.com"' in body_of(page)) == (503, True)
    assert [ask(as_wei).status_code for _ in range(4)] == [302, 302, 302, 429]


def test_staff_and_strangers_have_no_such_page(client, li, server):
    for url in ("/account/", "/account/code/"):
        assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"
    client.force_login(li)
    assert client.post("/account/", {"email": NEW}).headers["Location"] == "/admin/"
    assert server.mails == []
