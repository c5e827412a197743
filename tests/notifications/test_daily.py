"""What time alone brings, each once, however often the job runs and wherever it was down."""

import datetime as dt
import io

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    CalendarDay,
    FilingCase,
    HistoryRow,
    Notice,
    Order,
    Request,
    Setting,
)
from icpcases.cases.outbox import NEEDLESS
from icpcases.deadlines.calendar_files import missing_years
from icpcases.notifications.daily import expire_orders, remind
from icpcases.notifications.reminders import reminder_letter
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.requests import answer, ask, settle
from tests.harness.race import together
from tests.harness.smtp import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


DAY = dt.timedelta(days=1)


def noon(days: float = 0) -> dt.datetime:
    """Noon in Shanghai, so many days from now."""
    today = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    return today + days * DAY


def keys() -> list[str]:
    """What was reminded of, without the numbers of rows."""
    return [":".join([*n.key.split(":")[:1], *n.key.split(":")[2:]]) for n in Notice.objects.all()]


def stages(*days: float) -> list[int]:
    """How many reminders each look at the clock brought."""
    return [remind(noon(day)) for day in days]


def returned(world, days_ago: int) -> FilingCase:
    case = world.at("returned")
    Order.objects.update(submitted_on=timezone.localdate() - days_ago * DAY)
    return case


def with_document(world, days: int) -> FilingCase:
    case = world.at("preparing")
    ends = timezone.localdate() + days * DAY
    world.document(case, "business_licence", accept=True, expires_on=ends)
    return case


def asked(world, days: int) -> FilingCase:
    case = world.at("preparing")
    due = timezone.localdate() + days * DAY
    ask(case, world.li, {"about": "", "text": "Which?", "due_on": due}, case.version)
    Notice.objects.all().delete()
    return case


def test_a_draft_lying_14_days(world):
    world.case()
    assert stages(13, 15, 15, 30) == [0, 1, 0, 0]


def test_a_draft_that_is_worked_on_is_not_lying(world):
    case = world.case()
    add_note(case, world.li, "Called.", case.version)
    later = timezone.now() + 3 * DAY
    HistoryRow.objects.create(
        case=case, sequence=9, kind="note", to_state="draft", turn="applicant",
        happened_at=later, recorded_at=later,
    )  # fmt: skip
    assert stages(15, 18) == [0, 1]


def test_the_office_sets_the_days_itself(world):
    world.case()
    Setting.objects.filter(key="draft_reminder_days").update(value=3)
    cache.clear()
    assert stages(2, 4) == [0, 1]


def test_a_request_due_in_three_days_and_overdue(world):
    asked(world, 10)
    assert stages(6, 7, 8, 10, 11, 12) == [0, 1, 0, 0, 1, 0]
    assert [key.rsplit(":", 1)[1] for key in keys()] == ["soon", "over"]


def test_the_sms_window_four_hours_before_its_end_even_at_night(world):
    case = world.at("sms_verification")
    hour = dt.timedelta(hours=1)
    assert [remind(case.due_at - n * hour) for n in (5, 3, 1, -1)] == [0, 1, 0, 0]
    midnight = timezone.localtime().replace(hour=23, minute=0)
    FilingCase.objects.update(due_at=midnight + 2 * hour)
    assert remind(midnight) == 1
    notice = Notice.objects.latest("pk")
    assert (notice.kind, notice.deadline) == ("urgent", midnight + 26 * hour)


def test_an_order_after_30_and_40_days_and_then_it_expires(world, mail, one_pass):
    case = returned(world, 0)
    assert stages(29, 30, 31, 39, 40, 41) == [0, 1, 0, 0, 1, 0]
    assert [key.rsplit(":", 1)[1] for key in keys()] == ["30", "40"]
    assert expire_orders(noon(45)) == 0
    Order.objects.update(submitted_on=timezone.localdate() - 46 * DAY)
    assert [expire_orders(noon()) for _ in range(3)] == [1, 0, 0]
    case.refresh_from_db()
    row = case.history.latest("sequence")
    assert (case.state, row.step, row.by, row.told) == ("preparing", "expire_order", None, True)


def test_an_order_is_the_officers_matter_when_it_is_their_turn(world, li):
    case = returned(world, 31)
    for request in case.requests.all():
        case.refresh_from_db()
        settle(case, li, request.pk, "waived", "Not needed.", case.version)
    assert remind(noon()) == 1
    assert Notice.objects.get().address == li.email


def test_a_document_within_90_60_and_30_days(world):
    with_document(world, 100)
    assert stages(9, 10, 11, 40, 41, 70, 71, 101) == [0, 1, 0, 1, 0, 1, 0, 0]
    assert [key.rsplit(":", 1)[1] for key in keys()] == ["90", "60", "30"]


def test_of_stages_that_have_all_passed_only_the_newest_is_told(world):
    with_document(world, 20)
    assert stages(0, 1) == [1, 0]


def test_a_renewed_document_reminds_of_nothing(world):
    case = with_document(world, 20)
    ends = timezone.localdate() + 900 * DAY
    world.document(case, "business_licence", accept=True, expires_on=ends)
    assert stages(0) == [0]


def test_the_public_security_filing(world):
    world.at("open")
    assert stages(22, 23, 24, 30, 31, 32) == [0, 1, 0, 0, 1, 0]


def test_nothing_is_written_between_22_and_8_and_nothing_is_lost(world):
    world.case()
    day = timezone.localtime() + 20 * DAY
    hours = (22, 23, 0, 3, 7, 8)
    found = [remind(day.replace(hour=hour, minute=0, second=0)) for hour in hours]
    assert found == [0, 0, 0, 0, 0, 1]


def test_down_for_three_days_then_run_ten_times_each_comes_once(world):
    asked(world, 1)  # overdue meanwhile
    with_document(world, 91)  # within 90 days meanwhile
    returned(world, 28)  # 30 days meanwhile
    world.at("open")
    FilingCase.objects.filter(state="open").update(due_at=noon(8))
    assert stages(0) == [1]  # the request, due in three days
    assert stages(*[3] * 10) == [4, *[0] * 9]
    assert len(set(keys())) == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_machines_at_once_bring_each_once(world):
    with_document(world, 20)
    world.case()
    returned(world, 46)
    both = [lambda: (expire_orders(noon(15)), remind(noon(15)))] * 2
    assert not [found for found in together(*both) if isinstance(found, BaseException)]
    assert HistoryRow.objects.filter(step="expire_order").count() == 1
    reminders = Notice.objects.exclude(key="").values_list("key", "address")
    assert len(set(reminders)) == len(reminders) == 2


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Your application has been lying"), ("zh-hans", "")]
)
def test_a_reminder_speaks_the_readers_language(world, mail, language, sentence):
    case = world.case()
    Applicant.objects.update(language=language)
    remind(noon(15))
    notice = Notice.objects.get()
    letter = reminder_letter(notice, noon(15))
    assert letter is not None
    assert case.reference in letter.subject
    assert sentence in letter.text
    assert f'lang="{language}"' in letter.html


def test_a_reminder_overtaken_by_events_is_not_sent(world, mail, one_pass):
    case = asked(world, 1)
    remind(noon())
    request = case.requests.get()
    case.refresh_from_db()
    answer(case, world.wei, request.pk, "This one.", case.version)
    Notice.objects.update(kind="urgent", next_try_at=timezone.now())
    assert one_pass() == {"expired": 1}
    assert mail.mails == []
    assert Notice.objects.get().latest_error == NEEDLESS


def test_a_reminder_arrives(world, mail, one_pass):
    asked(world, 1)
    remind(noon())
    # Whatever the hour at which the tests run.
    Notice.objects.update(kind="urgent", next_try_at=timezone.now())
    assert one_pass() == {"sent": 1}
    assert "Which?" in text_of(mail.mails[0])


def test_missing_calendar_years_are_named_from_october_on():
    cache.clear()
    known = sorted({day.year for day in CalendarDay.objects.values_list("day", flat=True)})
    last = known[-1]
    at = [dt.datetime(last, month, 1, 4, tzinfo=dt.UTC) for month in (9, 10)]
    assert [len(missing_years(now)) for now in at] == [0, 1]
    assert str(last + 1) in missing_years(at[1])[0]


def test_the_command_says_what_it_did(world):
    out = io.StringIO()
    call_command("daily", stdout=out)
    assert "orders expired: 0\nreminders written: 0\n" in out.getvalue()


@pytest.mark.parametrize("judged", [True, None])
@pytest.mark.parametrize(("days", "reminded"), [(None, 0), (400, 0), (10, 1), (-1, 1)])
def test_the_newest_paper_of_a_kind_counts_whether_or_not_it_expires(world, days, reminded, judged):
    case = with_document(world, 20)
    ends = None if days is None else timezone.localdate() + days * DAY
    world.document(case, "business_licence", accept=judged, expires_on=ends)
    # One that waits to be judged is nobody's to renew meanwhile.
    assert remind(noon()) == (reminded if judged else 0)
    newest = case.documents.latest("pk")
    assert all(f":{newest.pk}:" in notice.key for notice in Notice.objects.all())


def test_an_older_paper_without_expiry_does_not_hide_one_that_ends(world):
    case = world.at("preparing")
    world.document(case, "business_licence", accept=True)
    ends = timezone.localdate() + 20 * DAY
    world.document(case, "business_licence", accept=True, expires_on=ends)
    assert stages(0, 0) == [1, 0]


def test_a_refused_newer_paper_changes_nothing(world):
    case = with_document(world, 20)
    world.document(case, "business_licence", accept=False)
    Notice.objects.all().delete()
    assert stages(0, 0) == [1, 0]


def test_a_request_of_a_reopened_case_is_not_overdue_at_once(world):
    case = asked(world, 10)
    Request.objects.update(created_at=noon(-60), due_on=noon(-50).date())
    case.refresh_from_db()
    case = world.step(case, "withdraw", by=world.wei)
    case = world.step(case, "reopen", by=world.chen)
    Notice.objects.all().delete()
    request = case.requests.get()
    assert (request.due_on, request.over) == (noon(10).date(), False)
    assert (case.overdue, case.due_at) == (False, None)
    assert stages(0, 6, 7, 11) == [0, 0, 1, 1]
