"""Nothing typed is lost: a session that ends, another language, a form that has expired."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from icpcases.cases.models import Applicant, FilingCase, HistoryRow
from icpcases.web.typed import forget_old_typed
from icpcases.workflow.actions.assignment import add_note
from tests.applicants.pages import some
from tests.harness import smtp
from tests.harness.forms import PageForm, forms_of
from tests.staff import test_every_door as doors
from tests.staff.test_second_factor import CODE, PASSWORD, enrol, totp
from tests.world import upload

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

CASE = "/admin/cases/filingcase/"
SIGNED_OUT = "You were signed out meanwhile."
BACK = "What you typed is back; nothing has been saved yet: look it over and send it."
WORDS = 'The long words, <一二三> & "more".'


case = doors.case


def end_sessions() -> None:
    """Every session has run out; the browsers keep their cookies."""
    Session.objects.all().delete()


def at_browser(account: User) -> Client:
    """Somebody who has looked at a page here."""
    client = Client()
    client.force_login(account)
    client.get("/filed/")
    return client


def said(page: Any) -> str:
    """What stands in the note on top; empty where there is none."""
    note = re.search(r'<section class="came-back".*?</section>', page.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", note[0])).split()) if note else ""


def form_at(page: Any, url: str, path: str, name: str) -> PageForm:
    """The form of a page that goes to a path and has a field of this name."""
    found = [f for f in forms_of(page.content.decode()) if name in f.values]
    return next(f for f in found if urlsplit(f.action or url).path == path)


def wanted(answer: Any) -> str:
    """Where signing in leads after an answer."""
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


def test_an_answer_comes_back_after_the_code_of_a_mail(settings, world, wei):
    case = world.at("returned")
    url = f"/cases/{case.reference}/requests/{case.requests.get().pk}/"
    client = at_browser(wei)
    version = case.version
    end_sessions()
    rows = HistoryRow.objects.count()
    away = client.post(url, {"version": version, "answer": WORDS, "file": upload("id.png")})
    assert away["Location"] == f"/sign-in/?next={url}"
    page = client.get(away["Location"])
    assert said(page) == "You were signed out. What you typed is kept: sign in, and it is back."
    with smtp.running_mail_server(settings) as mails:
        client.post("/sign-in/", {"email": wei.email, "next": url})
        entered = client.post("/sign-in/code/", {"code": smtp.code_in(mails.to(wei.email)[-1])})
    assert entered["Location"] == url
    page = client.get(url)
    assert said(page) == (
        f"{SIGNED_OUT} {BACK} Choose these files once more: id.png Show the page without it"
    )
    form = form_at(page, url, url, "answer")
    assert (form.values["answer"], form.values["version"]) == ([WORDS], [str(version)])
    # Looked at again it is still there; nothing was done by itself; sent, it is gone.
    assert form_at(client.get(url), url, url, "answer").values["answer"] == [WORDS]
    assert HistoryRow.objects.count() == rows
    assert client.post(url, form.filled()).status_code == 302
    assert case.requests.get().answer == WORDS
    assert said(client.get(url)) == ""


def test_a_note_of_the_office_comes_back_after_the_second_factor(settings, world, li):
    settings.STAFF_SECOND_FACTOR = True
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/note/", Client()
    client.post("/admin/login/", {"username": "li", "password": PASSWORD})
    secret = enrol(client)
    client.get("/admin/")
    end_sessions()
    away = client.post(url, {"version": case.version, "text": WORDS})
    assert away["Location"] == f"/admin/login/?next={url}"
    sent = {"username": "li", "password": PASSWORD, "next": url}
    assert urlsplit(client.post("/admin/login/", sent)["Location"]).path == CODE
    entered = client.post(f"{CODE}?next={url}", {"code": totp(secret, 1)})
    assert entered["Location"] == url
    page = client.get(url)
    assert said(page).startswith(f"{SIGNED_OUT} {BACK}")
    assert form_at(page, url, url, "text").values["text"] == [WORDS]


def filled_in(form: PageForm) -> dict[str, Any]:
    """A form with words in every field, and of every choice the last."""
    sent: dict[str, Any] = {n: v for n, v in form.values.items() if v}
    sent |= {name: values[-1] for name, values in form.choices.items()}
    sent |= {name: f"{WORDS} {name}" for name in form.texts}
    return {n: v for n, v in sent.items() if not n.startswith("paperN") and n != "code"}


def typed_forms(page: Any) -> list[PageForm]:
    return [form for form in forms_of(page.content.decode()) if form.texts - {"code"}]


def staff_pages(case: FilingCase) -> Iterator[str]:
    for route in doors.routes():
        if route.startswith("admin/") and not re.search("password|login|again|second-f", route):
            yield from doors.filled(route, case, ("approve", "return_for_correction"))
    yield f"{CASE}{case.pk}/change/"


def own_pages(case: FilingCase) -> list[str]:
    """But for the files, which are no pages."""
    return ["/apply/", *(url for url in some(case) if not re.search(r"documents/\d+/$", url))]


def lost_in(page: Any, url: str, path: str, sent: dict[str, Any], form: PageForm) -> list[str]:
    """The fields that do not stand in the form as they were sent."""
    text = form.texts & sent.keys() or set(form.values)
    again = form_at(page, url, path, min(text))
    shown = {**again.values}
    wrong = []
    for name in {*form.texts, *form.choices} & sent.keys():
        there = [value.replace("\r\n", "\n") for value in shown.get(name, [])]
        if there != [sent[name]]:
            wrong.append(f"{path} {name}: {there}")
    return wrong


@pytest.mark.parametrize(("who", "least"), [("chen", 30), ("wei", 5)])
def test_every_form_of_every_page_comes_back(case, who, least, chen, wei):
    account = chen if who == "chen" else wei
    pages = staff_pages(case) if who == "chen" else own_pages(case)
    lost, tried = [], 0
    for url in pages:
        client = at_browser(account)
        page = client.get(url)
        if page.status_code != 200 or page.streaming:
            continue
        for form in typed_forms(page):
            path, sent = urlsplit(form.action or url).path, filled_in(form)
            client.force_login(account)
            end_sessions()
            away = client.post(
                form.action or url, sent, headers={"referer": f"http://testserver{url}"}
            )
            assert wanted(away) == url
            client.force_login(account)
            again, tried = client.get(url), tried + 1
            assert BACK in said(again), (url, path)
            lost += lost_in(again, url, path, sent, form)
    assert (lost, tried >= least) == ([], True)


LANGUAGE = re.compile(r'<button\b[^>]*name="to_language"[^>]*>')


def language_button(page: Any) -> dict[str, str]:
    """The attributes of the button that chooses the language."""
    button = LANGUAGE.search(page.content.decode())
    assert button
    return {k: unescape(v) for k, v in re.findall(r'([\w]+)="([^"]*)"', button[0])}


@pytest.mark.parametrize(("who", "least"), [("chen", 30), ("wei", 5)])
def test_another_language_loses_nothing_on_any_page(case, who, least, chen, wei):
    account = chen if who == "chen" else wei
    pages = staff_pages(case) if who == "chen" else own_pages(case)
    lost, tried = [], 0
    for url in pages:
        client = at_browser(account)
        page = client.get(url)
        if page.status_code != 200 or page.streaming or not typed_forms(page):
            continue
        button = language_button(page)
        html = page.content.decode()
        tag = re.search(rf'<form\b[^>]*id="{button["form"]}"[^>]*>', html)
        assert tag, url
        form = forms_of(html[tag.start() :])[0]
        path, sent = urlsplit(form.action or url).path, filled_in(form)
        answer = client.post(button["formaction"], {**sent, "to_language": "zh-hans"})
        assert (answer.status_code, answer["Location"]) == (302, url)
        again, tried = client.get(url), tried + 1
        assert '<html lang="zh-hans"' in again.content.decode()
        if form.texts - {"code"}:
            lost += lost_in(again, url, path, sent, form)
    assert (lost, tried >= least) == ([], True)


def test_the_language_of_a_page_that_answers_a_wrong_entry(client, world, li):
    case = world.at("preparing")
    client.force_login(li)
    url = f"{CASE}{case.pk}/requests/add/"
    wrong = client.post(
        url, {"version": case.version, "text": "", "due_on": "x", "about": "domain"}
    )
    assert wrong.status_code == 422
    button = language_button(wrong)
    sent = {"version": case.version, "text": WORDS, "about": "domain", "to_language": "zh-hans"}
    page = client.post(button["formaction"], sent, follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, url)
    form = form_at(page, url, url, "text")
    assert (form.values["text"], form.values["about"]) == ([WORDS], ["domain"])


def test_the_language_leads_to_pages_of_ours_only(client):
    for page in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:x", ""):
        answer = client.post("/i18n/setlang/", {"to_language": "zh-hans", "next": page})
        assert answer["Location"] == "/"
        there = client.post(f"/i18n/setlang/?page={page}&path={page}", {"to_language": "xx"})
        assert there["Location"] == "/"
    assert client.cookies["django_language"].value == "zh-hans"
    assert client.get("/i18n/setlang/").url == "/"


def test_whoever_else_signs_in_here_sees_nothing_of_it(world, wei, mei, li, chen):
    case = world.at("returned")
    url = f"/cases/{case.reference}/requests/{case.requests.get().pk}/"
    client = at_browser(wei)
    end_sessions()
    client.post(url, {"version": case.version, "answer": WORDS})
    client.force_login(mei)
    assert client.get(url).status_code == 404
    client.get("/cases/")
    assert "typed" not in client.session
    # Two of the office may both open the page.
    note = f"{CASE}{case.pk}/note/"
    client = at_browser(li)
    end_sessions()
    client.post(note, {"version": case.version, "text": WORDS})
    client.force_login(chen)
    page = client.get(note)
    assert (page.status_code, said(page), WORDS in unescape(page.content.decode())) == (
        200, "", False,
    )  # fmt: skip


def test_of_a_browser_in_which_nobody_was_signed_in_nothing_is_kept(client, world):
    case = world.at("preparing")
    away = client.post(f"{CASE}{case.pk}/note/", {"version": case.version, "text": WORDS})
    assert (away.status_code, Session.objects.count()) == (302, 0)
    big = {"email": "x" * 3000, "to_language": "en"}
    client.post("/i18n/setlang/?page=/sign-in/&path=/sign-in/", big)
    # That the language was chosen on the way in is all that is kept.
    assert [set(row.get_decoded()) for row in Session.objects.all()] == [{"language_chosen"}]


def test_what_a_visitor_typed_survives_the_language(client):
    page = client.get("/sign-in/")
    sent = {"email": "somebody@example.com", "to_language": "zh-hans"}
    page = client.post(language_button(page)["formaction"], sent, follow=True)
    assert form_at(page, "/sign-in/", "/sign-in/", "email").values["email"] == [
        "somebody@example.com"
    ]


def test_it_is_kept_for_a_day_and_no_secret_is(world, li, chen):
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/note/", at_browser(li)
    sent = {"version": case.version, "text": WORDS, "password1": "secret", "code": "123456"}
    end_sessions()
    client.post(url, sent)
    session = client.session
    [kept] = session["typed"]
    assert kept["fields"] == {"version": [str(case.version)], "text": [WORDS]}
    session["typed"] = [{**kept, "at": kept["at"] - dt.timedelta(days=1).total_seconds()}]
    session.save()
    client.force_login(li)
    assert said(client.get(url)) == ""


def test_the_daily_run_takes_what_is_old_out_of_the_database(world, li, wei):
    case = world.at("preparing")
    url, day = f"{CASE}{case.pk}/note/", dt.timedelta(days=1).total_seconds()
    clients = [at_browser(li), at_browser(li), at_browser(wei)]
    for client in clients[:2]:
        client.post("/i18n/setlang/?page=/&path=" + url, {"text": WORDS, "to_language": "en"})
    old = clients[0].session
    old["typed"] = [{**kept, "at": kept["at"] - day} for kept in old["typed"]]
    old.save()
    over = Client()
    over.force_login(li)
    Session.objects.filter(pk=over.session.session_key).update(expire_date="2026-01-01T00:00Z")
    assert (forget_old_typed(), forget_old_typed()) == (1, 0)
    kept_by = [len(client.session.get("typed", [])) for client in clients]
    assert (kept_by, Session.objects.count()) == ([0, 1, 0], 3)
    # Nobody is signed out by it.
    assert [client.get("/filed/").status_code for client in clients] == [200] * 3


def test_too_much_is_not_kept(world, li):
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/note/", at_browser(li)
    end_sessions()
    client.post(url, {"version": case.version, "text": "x" * 200_001})
    assert "typed" not in client.session
    for n in range(7):
        client.post(f"{CASE}{case.pk + n}/note/", {"version": "1", "text": "x"})
    assert [kept["path"] for kept in client.session["typed"]] == [
        f"{CASE}{case.pk + n}/note/" for n in range(2, 7)
    ]


def test_odd_characters_come_back(world, li):
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/note/", at_browser(li)
    text = "a\x00b \ud83d\ude00 </textarea><script>alert(1)</script> " + "x" * 10_000
    end_sessions()
    client.post(
        url,
        {"version": case.version, "text": text.encode("utf-16", "surrogatepass").decode("utf-16")},
    )
    client.force_login(li)
    page = client.get(url)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert form_at(page, url, url, "text").values["text"][0].endswith("x" * 100)


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(world, li, chen):
    """The page brings back the version it had shown, not the newest."""
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/facts/", at_browser(li)
    form = form_at(client.get(url), url, url, "site_name")
    end_sessions()
    client.post(url, form.filled(site_name="二号书店"))
    seen = case.version
    add_note(case, chen, "I changed my mind.", seen)
    client.force_login(li)
    again = form_at(client.get(url), url, url, "site_name")
    assert again.values["version"] == [str(seen)]
    late = client.post(url, again.filled())
    assert (late.status_code, "I changed my mind." in late.content.decode()) == (409, True)
    assert "二号书店" in late.content.decode()


def test_of_a_row_that_was_changed_meanwhile_too(world, li, chen):
    world.case()
    applicant = Applicant.objects.get()
    url, client = f"/admin/cases/applicant/{applicant.pk}/change/", at_browser(li)
    form = form_at(client.get(url), url, url, "email")
    end_sessions()
    client.post(url, form.filled(email="new@example.com"))
    Applicant.objects.update(name="Renamed by a colleague")
    client.force_login(li)
    again = form_at(client.get(url), url, url, "email")
    late = client.post(url, again.filled(), follow=True)
    applicant.refresh_from_db()
    assert (applicant.name, late.status_code) == ("Renamed by a colleague", 422)
    assert form_at(late, url, url, "email").values["email"] == ["new@example.com"]


def test_where_the_form_is_gone_the_words_are_shown(world, li, chen):
    case = world.at("triage")
    url, client = f"{CASE}{case.pk}/step/send_back/", at_browser(li)
    end_sessions()
    client.post(
        url, {"version": case.version, "reasons-0-text": WORDS, "reasons-0-about": "domain"}
    )
    case = world.step(case, "prepare_filing")
    client.force_login(li)
    page = client.get(url)
    assert said(page).startswith(
        f"{SIGNED_OUT} Nothing has been saved, and the form is not on this page any more."
        f" This is what you typed and what has no place here now: {WORDS}"
    )


def test_it_can_be_thrown_away(world, li):
    case = world.at("preparing")
    url, client = f"{CASE}{case.pk}/note/", at_browser(li)
    end_sessions()
    client.post(url, {"version": case.version, "text": WORDS})
    client.force_login(li)
    thrown = form_at(client.get(url), url, "/typed/forget/", "path")
    page = client.post("/typed/forget/", thrown.filled(), follow=True)
    assert (page.request["PATH_INFO"], said(page)) == (url, "")
    assert form_at(page, url, url, "text").values["text"] == [""]
    away = client.post("/typed/forget/", {"path": url, "page": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_a_mere_button_is_asked_for_once_more(world, li, wei):
    case = world.at("preparing")
    page = f"{CASE}{case.pk}/change/"
    client = at_browser(li)
    end_sessions()
    for headers in ({"referer": f"http://testserver{page}"}, {}):
        away = client.post(f"{CASE}{case.pk}/release/", {"version": "1"}, headers=headers)
        client.force_login(li)
        shown = client.get(wanted(away), follow=True)
        assert shown.request["PATH_INFO"] == page
        assert said(shown) == f"{SIGNED_OUT} Nothing has been done yet: press the button again."
        # Said once.
        assert said(client.get(page)) == ""
        end_sessions()


def test_who_is_signed_in_is_known_by_a_cookie_that_cannot_be_made_up(world, li, wei):
    client = at_browser(li)
    cookie = client.cookies["last_account"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 2592000)
    client.cookies["last_account"] = f"{wei.pk}:forged"
    end_sessions()
    case = world.at("preparing")
    client.post(f"{CASE}{case.pk}/note/", {"version": case.version, "text": WORDS})
    assert Session.objects.count() == 0


# A form that has expired


@pytest.fixture
def careful(world, li) -> tuple[Client, str, int]:
    """Li's browser, which is asked for the token; a page with a form."""
    case = world.at("preparing")
    client = Client(enforce_csrf_checks=True)
    client.force_login(li)
    return client, f"{CASE}{case.pk}/note/", case.version


OURS = (
    {"origin": "http://testserver"}, {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
)  # fmt: skip
THEIRS: tuple[dict[str, str], ...] = (
    {}, {"origin": "https://elsewhere.example"}, {"origin": "null"},
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
)  # fmt: skip


@pytest.mark.parametrize("headers", OURS)
def test_an_expired_form_is_offered_back(careful, headers):
    client, url, version = careful
    answer = client.post(url, {"version": version, "text": WORDS}, headers=headers)
    assert (answer.status_code, f'<a href="{url}">' in answer.content.decode()) == (403, True)
    page = client.get(url)
    assert said(page).startswith(BACK)
    assert form_at(page, url, url, "text").values["text"] == [WORDS]


@pytest.mark.parametrize("headers", THEIRS)
def test_what_another_site_sends_is_not_kept(careful, headers):
    client, url, version = careful
    answer = client.post(url, {"version": version, "text": WORDS}, headers=headers)
    assert (answer.status_code, url in answer.content.decode()) == (403, False)
    assert "go back, load the page again" in " ".join(answer.content.decode().split())
    assert said(client.get(url)) == ""
    assert "typed" not in client.session


def test_passwords_of_an_expired_sign_in_are_not_kept(li):
    client = Client(enforce_csrf_checks=True)
    sent = {"username": "li", "password": PASSWORD}
    answer = client.post("/admin/login/", sent, headers=OURS[0])
    assert (answer.status_code, Session.objects.count()) == (403, 0)
