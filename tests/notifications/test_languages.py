"""Each reads mail and pages in his own language: it belongs to the account, not to the case."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from icpcases.accounts.languages import keep_language, kept_language
from icpcases.cases.models import Applicant, FilingCase, Notice, Order, ReaderLanguage
from icpcases.cases.outbox import audience
from icpcases.notifications.reminders import reminders_due
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.requests import settle
from icpcases.workflow.engine import perform
from tests.harness import smtp
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

TELLING = {"tell": True}
COOKIE = "django_language"
LANGUAGES = ["en", "zh-hans"]


def anew(case: FilingCase) -> FilingCase:
    return FilingCase.objects.with_names().get(pk=case.pk)


def languages() -> dict[str, str]:
    return dict(Notice.objects.values_list("address", "language"))


def choose(client: Client, language: str) -> None:
    client.post("/i18n/setlang/", {"language": language, "next": "/check/"})


def language_of(client: Client) -> str:
    """What the browser asks for."""
    return client.cookies[COOKIE].value if COOKIE in client.cookies else ""


def shown_in(page: Any) -> str:
    return "zh-hans" if 'lang="zh-hans">\n  <head' in page.content.decode() else "en"


@pytest.fixture
def case(world, mei):
    """Wei's, with Mei as a colleague; the applicant's record says Chinese."""
    case = world.case(applicant=world.applicant(language="zh-hans", email="own@example.com"))
    case.people.create(user=mei, part="colleague")
    return anew(case)


def test_two_people_on_one_case_read_it_each_in_his_language(case, wei, li, mail, one_pass):
    keep_language(wei, "en")
    found = {(reader.address, reader.language) for reader in audience(case)}
    assert found == {("wei@example.com", "en"), ("mei@example.com", "zh-hans")}
    perform(case, "submit_request", li, TELLING, case.version)
    assert one_pass() == {"sent": 2}
    said = {m["To"]: smtp.text_of(m) for m in mail.mails}
    assert "The application has been sent to the office." in said["wei@example.com"]
    assert "申请已提交给我方。" in said["mei@example.com"]
    assert [m["Content-Language"] for m in mail.mails if m["To"] == "wei@example.com"] == ["en"]


def test_what_waits_is_written_in_the_language_of_its_reader_when_it_leaves(
    case, wei, li, mail, one_pass
):
    perform(case, "submit_request", li, TELLING, case.version)
    assert languages() == dict.fromkeys(["wei@example.com", "mei@example.com"], "zh-hans")
    keep_language(wei, "en")
    assert one_pass() == {"sent": 2}
    assert languages() == {"wei@example.com": "en", "mei@example.com": "zh-hans"}
    said = {m["To"]: smtp.text_of(m) for m in mail.mails}
    assert "The application has been sent to the office." in said["wei@example.com"]


def test_who_has_no_part_in_the_case_reads_the_language_of_his_account_too(
    world, li, mail, one_pass
):
    """The applicant's own address, of whoever has an account but is not on this case."""
    keep_language(user("boss"), "en")
    case = world.case(applicant=world.applicant(language="zh-hans", email="Boss@example.com"))
    case.people.all().delete()
    perform(case, "submit_request", li, TELLING, case.version)
    assert one_pass() == {"sent": 1}
    assert "has been sent to the office" in smtp.text_of(mail.mails[0])


@pytest.mark.parametrize(("known", "language"), [(False, "zh-hans"), (True, "en")])
def test_an_invitation_speaks_as_its_reader_does_else_as_the_applicant(
    case, wei, mail, one_pass, known, language
):
    friend = user("friend") if known else None
    participants.invite(case, wei, "friend@example.com", case.version)
    assert languages() == {"friend@example.com": "zh-hans"}
    if friend:
        # Written in Chinese; he has chosen English before it leaves.
        keep_language(friend, "en")
    assert one_pass() == {"sent": 1}
    assert languages() == {"friend@example.com": language}
    text = smtp.text_of(mail.mails[0])
    assert ("Without an account, anybody" in text) is (language == "en")


def test_a_reminder_to_the_office_is_in_the_colleagues_own_language(world, li):
    case = world.at("returned")
    Order.objects.update(submitted_on=timezone.localdate() - dt.timedelta(days=31))
    for request in case.requests.all():
        settle(anew(case), li, request.pk, "waived", "Not needed.", anew(case).version)

    def told() -> list[tuple[str, str]]:
        due = reminders_due(timezone.now())
        return [(who.address, who.language) for found in due for who in found.recipients()]

    assert told() == [("li@example.com", "en")]
    keep_language(li, "zh-hans")
    assert told() == [("li@example.com", "zh-hans")]


def test_choosing_a_language_keeps_it_and_another_device_follows(wei, settings):
    with smtp.running_mail_server(settings) as server:
        first = Client()
        first.force_login(wei)
        choose(first, "zh-hans")
        assert kept_language(wei) == "zh-hans"
        second = Client(headers={"accept-language": "en"})
        second.post("/sign-in/", {"email": wei.email})
        # The mail too: he has said what he reads.
        assert '<html lang="zh-hans">' in smtp.text_of(server.mails[0], "html")
        second.post("/sign-in/code/", {"code": smtp.code_in(server.mails[0])})
    assert (language_of(second), kept_language(wei)) == ("zh-hans", "zh-hans")
    assert shown_in(second.get("/check/")) == "zh-hans"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_signs_in_for_the_first_time_reads_on_in_the_language_of_the_page(settings, language):
    with smtp.running_mail_server(settings) as server:
        client = Client(headers={"accept-language": language})
        client.post("/sign-in/", {"email": "new@example.com"})
        client.post("/sign-in/code/", {"code": smtp.code_in(server.mails[0])})
    assert kept_language(User.objects.get(email="new@example.com")) == language


def test_a_language_chosen_on_the_way_in_is_the_one(wei, settings):
    keep_language(wei, "zh-hans")
    with smtp.running_mail_server(settings) as server:
        client = Client()
        choose(client, "en")
        client.post("/sign-in/", {"email": wei.email})
        assert '<html lang="en">' in smtp.text_of(server.mails[0], "html")
        client.post("/sign-in/code/", {"code": smtp.code_in(server.mails[0])})
    assert (language_of(client), kept_language(wei)) == ("en", "en")


def test_a_browser_that_another_person_used_before_does_not_decide(wei, mei, settings):
    keep_language(mei, "en")
    client = Client()
    client.force_login(wei)
    choose(client, "zh-hans")
    client.post("/sign-out/")
    with smtp.running_mail_server(settings) as server:
        client.post("/sign-in/", {"email": mei.email})
        client.post("/sign-in/code/", {"code": smtp.code_in(server.mails[0])})
    assert (language_of(client), kept_language(mei), kept_language(wei)) == ("en", "en", "zh-hans")


def test_staff_who_sign_in_by_password_find_their_language(li, settings):
    settings.STAFF_SECOND_FACTOR = False
    keep_language(li, "zh-hans")
    client = Client()
    sent = {"username": "li", "password": "a long pass phrase"}
    assert client.post("/admin/login/", sent).status_code == 302
    assert language_of(client) == "zh-hans"


@pytest.mark.parametrize("sent", ["", "fr", "xx-yy", "zh-hans\0", "en" * 5000])
def test_what_is_no_language_of_ours_is_not_kept(wei, sent):
    keep_language(wei, "zh-hans")
    client = Client()
    client.force_login(wei)
    choose(client, sent)
    assert kept_language(wei) == "zh-hans"


def test_a_wrong_code_and_a_page_that_is_read_keep_nothing(wei):
    client = Client(headers={"accept-language": "zh-hans"})
    client.post("/sign-in/code/", {"code": "1"})
    client.force_login(wei)
    client.get("/cases/")
    assert not ReaderLanguage.objects.exists()


def test_the_applicants_record_speaks_only_where_nobody_has_chosen(case, wei, mei):
    Applicant.objects.update(language="en")
    keep_language(wei, "zh-hans")
    found = {reader.address: reader.language for reader in audience(anew(case))}
    assert found == {"wei@example.com": "zh-hans", "mei@example.com": "en"}
