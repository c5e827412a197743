"""One sentence on top, the same on page, list and mail: in time, late, with others, and closed."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase, Notice
from icpcases.lifecycle.states import State
from icpcases.notifications.composer import message_of
from icpcases.rules.rule import Party
from icpcases.workflow.standing import standing_of
from tests.applicants.pages import path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMS = (
    "The ministry (MIIT) sends each person asked an SMS with a six-digit code. Enter it at "
    "https://beian.miit.gov.cn, under the SMS check, with the phone number and the last six "
    "characters of the ID; there are five tries. Then confirm it on the case's page."
)


def due(case: FilingCase, when: dt.datetime | None) -> FilingCase:
    FilingCase.objects.filter(pk=case.pk).update(due_at=when)
    return FilingCase.objects.with_names().get(pk=case.pk)


def parts(case: FilingCase) -> tuple[bool, str, str, str, str]:
    told = standing_of(case)
    return told.theirs, told.sentence, told.until, told.late, told.otherwise


def test_the_sms_check_in_time_and_late(world):
    case = world.at("sms_verification")
    ahead = dt.datetime(2999, 3, 5, 18, 30, tzinfo=SHANGHAI)
    assert parts(due(case, ahead)) == (
        True, SMS, "By 2999-03-05 18:30 (Beijing time).", "",
        "If a code is missing when the time is over, the filing goes back and the SMS is sent "
        "again.",
    )  # fmt: skip
    over = dt.datetime(2026, 3, 5, 18, 30, tzinfo=SHANGHAI)
    assert parts(due(case, over)) == (
        True, SMS, "It was due by 2026-03-05 18:30 (Beijing time).",
        "The time is over. If every code was entered in time, confirm it now. If not, tell the "
        "office: the SMS is then sent again.", "",
    )  # fmt: skip


def test_an_answer_that_is_late_says_what_now(world):
    case = world.at("returned")
    over = dt.datetime(2026, 3, 5, 23, 59, 59, tzinfo=SHANGHAI)
    assert parts(due(case, over)) == (
        True, "Answer each request on the case's page.", "It was due by 2026-03-05.",
        "The day has passed. Answer now: the filing stands still until you do.", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "who", "late"),
    [
        ("triage", "the office", "It takes longer than usual. You may ask the office."),
        ("provider_review", "the provider",
         "It takes longer than usual; the office asks how it stands."),
        ("authority_review", "the administration",
         "It takes longer than usual; the office asks how it stands."),
    ],
)  # fmt: skip
def test_with_others_it_ends_on_a_day_on_which_people_work(world, state, who, late):
    """Sunday 2999-03-03 is no working day: 2999-03-04 is. 2026-03-07 is a Saturday, then a Monday
    follows on the 9th."""
    case, said = world.at(state), f"Nothing is asked of you now. The case is with {who}."
    sunday = dt.datetime(2999, 3, 3, 23, 59, 59, tzinfo=SHANGHAI)
    assert sunday.weekday() == 6
    assert parts(due(case, sunday)) == (False, said, "Usually until 2999-03-04.", "", "")
    saturday = dt.datetime(2026, 3, 7, 23, 59, 59, tzinfo=SHANGHAI)
    assert parts(due(case, saturday)) == (False, said, "It was expected by 2026-03-09.", late, "")


@pytest.mark.parametrize("state", State.values)
def test_page_list_and_mail_say_the_same(client, world, wei, state):
    case = world.at(state)
    case = FilingCase.objects.with_names().get(pk=case.pk)
    type(case.applicant).objects.filter(pk=case.applicant_id).update(language="en")
    told = standing_of(case)
    client.force_login(wei)
    page, cases = text_of(client.get(path(case))), text_of(client.get("/cases/"))
    row = case.history.filter(kind="step").last() or case.history.get(sequence=1)
    notice = Notice(history=row, case=case, language="en", address=wei.email)
    mail = " ".join(message_of(notice).text.split()) if row.step else ""
    shown = told.sentence.replace("https://beian.miit.gov.cn,", "https://beian.miit.gov.cn ,")
    assert [shown in page, shown in cases] == [True, True]
    assert not mail or told.sentence in mail
    for text in (told.until, told.late or told.otherwise):
        assert text in page
        assert not mail or text in mail
    theirs = case.whose_turn == Party.APPLICANT
    assert (told.theirs, "It is your move." in page) == (theirs, theirs)
    assert not mail or ("What is needed from you:" in mail) is theirs


def test_nothing_is_asked_in_the_mail_that_the_page_does_not_ask(client, world, wei):
    """Sent without its service leader, the office asks for it: until then neither says so."""
    case = world.at("triage", service_leader="", service_leader_phone="")
    row = case.history.get(step="submit_request")
    case.applicant.language = "en"
    mail = message_of(Notice(history=row, case=case, language="en", address=wei.email)).text
    client.force_login(wei)
    for text in (mail, text_of(client.get(path(case)))):
        assert "Missing:" not in text
        assert "Nothing is asked of you now. The case is with the office." in text


def test_every_state_of_the_applicants_says_what_is_needed_and_what_if_not():
    """Section 4: where it can be the applicant's turn."""
    usual = [state for state in State if state.about.turn == Party.APPLICANT]
    assert [state.value for state in usual] == [
        "draft", "certificate_needed", "preapproval_needed", "sms_verification", "filed", "open",
    ]  # fmt: skip


def test_a_day_is_today_until_it_ends(world):
    case = world.at("returned")
    today = timezone.localdate()
    ends = timezone.make_aware(dt.datetime.combine(today, dt.time(23, 59, 59)))
    told = standing_of(due(case, ends))
    assert (told.until, told.late) == (f"By {today}.", "")
