"""Work that waits for others: its day, its last contact, a reminder at once; and stand-ins."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Leave, Notice
from icpcases.notifications.composer import message_of
from icpcases.notifications.reminders import reminders_due
from icpcases.workflow.queue import queue_of
from tests.harness.watch import statements
from tests.staff.test_pages import case_path
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
TODAY = "/admin/"
ASK = "Ask the administration for an update"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def day(n: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=n)


def buckets(account, name: str) -> list[FilingCase]:
    return next(x.cases for x in queue_of(account).lists if x.bucket.value == name)


def late(case: FilingCase, **fields: object) -> FilingCase:
    over = {"due_at": timezone.now() - dt.timedelta(days=3), **fields}
    FilingCase.objects.filter(pk=case.pk).update(**over)
    return FilingCase.objects.get(pk=case.pk)


def test_a_follow_up_is_one_row_through_the_door_and_shown(as_li, world, li):
    case = world.at("authority_review")
    sent = {
        "version": case.version, "follow_up_on": str(day(2)), "follow_up": "Ask Ms Gu.",
        "contacted": "authority", "contact": "They look at it on Thursday.",
    }  # fmt: skip
    page = as_li.post(case_path(case, "follow-up/"), sent, follow=True)
    assert [str(m) for m in page.context["messages"]] == ["The follow-up is saved."]
    row = case.history.latest("sequence")
    assert (row.kind, row.by, row.told, row.sequence) == ("follow_up", li, False, case.version + 1)
    assert row.changes["fields"] == {
        "follow_up_on": [None, str(day(2))], "follow_up": [None, "Ask Ms Gu."],
        "contacted": [None, "authority"], "contacted_on": [None, str(day(0))],
        "contact": [None, "They look at it on Thursday."],
    }  # fmt: skip
    shown = page.content.decode()
    for words in ("Ask Ms Gu.", "They look at it on Thursday.", "the administration"):
        assert words in shown
    # Saved again as it stands, nothing is recorded.
    case.refresh_from_db()
    as_li.post(case_path(case, "follow-up/"), {**sent, "version": case.version})
    assert case.history.count() == case.version


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"follow_up_on": "2020-01-01"}, ["follow_up_on"]),
        ({"follow_up": "Call."}, ["follow_up_on"]),
        ({"contact": "Nothing new."}, ["contacted"]),
        ({"contacted": "provider", "contacted_on": "2999-01-01"}, ["contacted_on"]),
        ({"contacted": "the cat"}, ["contacted"]),
    ],
)
def test_what_makes_no_sense_is_told_at_the_field(as_li, world, sent, wrong):
    case = world.at("authority_review")
    page = as_li.post(case_path(case, "follow-up/"), {"version": case.version, **sent})
    assert (page.status_code, list(page.context["form"].errors)) == (422, wrong)


def test_today_asks_in_the_order_of_the_days_and_leaves_alone_what_waits(as_li, world, li):
    first = late(world.at("authority_review"), follow_up_on=day(-5), due_at=None)
    overdue = late(world.at("authority_review"))
    due_today = late(world.at("provider_review"), follow_up_on=day(0), follow_up="Ring them.")
    waits = late(world.at("authority_review"), follow_up_on=day(1))
    assert buckets(li, "chase") == [first, overdue, due_today]
    page = as_li.get(TODAY)
    todo = {line.case: line.todo for s in page.context["mine"] for line in s.lines}
    assert todo == {
        first: ASK, overdue: ASK,
        due_today: "Ring them.",
    }  # fmt: skip
    # The case's own page says the same first, and nothing of the kind where a day is to come.
    titles = [as_li.get(case_path(c)).context["now"].title for c in (due_today, waits)]
    assert (titles[0], titles[1] == ASK) == ("Ring them.", False)
    # On that morning it is there.
    tomorrow = timezone.now() + dt.timedelta(days=1)
    assert waits in next(x.cases for x in queue_of(li, tomorrow).lists if x.bucket == "chase")
    # A step has answered what was to be asked.
    moved = world.step(due_today, "provider_passes", by=li)
    assert (moved.follow_up_on, moved.follow_up) == (None, None)


def test_a_reminder_leaves_at_once_once_in_a_day(as_li, world, wei, li):
    case = world.at("returned")
    Notice.objects.all().delete()
    sent = {"version": case.version}
    as_li.post(case_path(case, "remind/"), sent)
    row, notice = case.history.latest("sequence"), Notice.objects.get()
    assert (row.kind, row.by, row.entered, row.told) == ("follow_up", li, {"reminded": True}, True)
    assert (notice.kind, notice.address, notice.history) == ("step", wei.email, row)
    letter = message_of(notice)
    assert "我方提醒您：本申请正在等待您办理。" in letter.text
    page = as_li.post(case_path(case, "remind/"), {"version": case.version + 1})
    assert (page.status_code, Notice.objects.count()) == (409, 1)
    assert [f.code for f in page.context["refusal"].findings] == ["reminder.once"]
    shown = as_li.get(case_path(case))
    assert "The applicant was reminded" in shown.content.decode()
    assert [f.code for f in shown.context["reminder"]] == ["reminder.once"]


def test_an_automatic_reminder_of_today_counts_and_nobody_is_reminded_of_nothing(as_li, world, wei):
    waiting, idle, alone = world.at("returned"), world.at("authority_review"), world.case()
    Notice.objects.create(
        kind="reminder", key="k", case=waiting, address=wei.email, language="en",
        created_at=timezone.now(), deadline=timezone.now(),
    )  # fmt: skip
    alone.people.all().delete()
    found = {
        case: as_li.post(case_path(case, "remind/"), {"version": case.version})
        for case in (waiting, idle, alone)
    }
    codes = [[f.code for f in page.context["refusal"].findings] for page in found.values()]
    assert codes == [["reminder.once"], ["reminder.needed"], ["reminder.readers"]]
    assert HistoryRow.objects.filter(kind="follow_up").count() == 0


def test_auditors_and_strangers_set_nothing(client, world, sun, mei):
    case = world.at("returned")
    for account, status in ((sun, 403), (mei, 302)):
        client.force_login(account)
        for name in ("follow-up/", "remind/"):
            sent = {"version": case.version, "follow_up_on": str(day(3))}
            assert client.post(case_path(case, name), sent).status_code == status
    assert FilingCase.objects.get(pk=case.pk).version == case.version


def test_a_stand_in_finds_the_cases_in_today_too_marked(client, world, li, chen):
    case, own = world.at("triage"), late(world.at("preparing"), officer=chen)
    Leave.objects.create(user=li, first_day=day(-1), last_day=day(0), stand_in=chen)
    client.force_login(chen)
    page = client.get(TODAY)
    lines = {line.case: line.covered for s in page.context["mine"] for line in s.lines}
    assert lines == {case: "li", own: ""}
    assert page.context["covered"] == ["li"]
    # The day after, and for everybody else, nothing has changed.
    later = queue_of(chen, timezone.now() + dt.timedelta(days=1))
    assert ([c for x in later.lists for c in x.cases], later.covered) == ([own], {})
    assert [c for x in queue_of(li).lists for c in x.cases] == [case]


def test_who_stands_in_for_whom_stands_in(world, li, chen):
    zhou = user("zhou", "officer", is_staff=True)
    case = world.at("triage")
    Leave.objects.create(user=li, first_day=day(0), stand_in=zhou)
    Leave.objects.create(user=zhou, first_day=day(0), stand_in=chen)
    assert [c for x in queue_of(chen).lists for c in x.cases] == [case]
    # Two who stand in for each other, both away: nobody does, and supervisors see it.
    Leave.objects.filter(user=zhou).update(stand_in=li)
    assert [queue_of(who).covered for who in (chen, li, zhou)] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("days", "stand_in"), [((0, -1), "chen"), ((0, 1), "li")], ids=["ends before", "by himself"]
)
def test_the_database_keeps_a_leave_that_makes_sense(li, chen, days, stand_in):
    first, last = map(day, days)
    who = {"li": li, "chen": chen}[stand_in]
    with pytest.raises(IntegrityError), transaction.atomic():
        Leave.objects.create(user=li, first_day=first, last_day=last, stand_in=who)


def inspection(world) -> FilingCase:
    """A case of Li's about which the officer is to be reminded now."""
    case = world.about(world.filed(), "inspection")
    FilingCase.objects.filter(pk=case.pk).update(term=day(1), officer=world.li)
    return FilingCase.objects.get(pk=case.pk)


@pytest.mark.parametrize(
    ("how", "told"),
    [("there", "li"), ("away", "zhou"), ("closed", "chen"), ("nobody stands in", "chen")],
)
def test_reminders_for_the_officer_reach_who_works_the_case(world, li, chen, how, told):
    zhou = user("zhou", "officer", is_staff=True)
    inspection(world)
    if how in ("away", "nobody stands in"):
        stand_in = zhou if how == "away" else None
        Leave.objects.create(user=li, first_day=day(0), stand_in=stand_in)
    if how == "closed":
        li.is_active = False
        li.save()
    (reminder,) = reminders_due(timezone.now())
    assert [one.address for one in reminder.recipients()] == [f"{told}@example.com"]


def test_drafts_for_callers_lie_until_somebody_joins(as_li, world, li):
    lying, joined, fresh = world.case(), world.case(), world.case()
    for case in (lying, fresh):
        case.people.all().delete()
    old = timezone.now() - dt.timedelta(days=2)
    FilingCase.objects.filter(pk__in=[lying.pk, joined.pk]).update(created_at=old)
    assert buckets(li, "drafts") == [lying]
    page = as_li.get(TODAY)
    todo = {line.case: line.todo for s in page.context["mine"] for line in s.lines}
    assert (todo, page.context["unjoined"]) == ({lying: "Invite the applicant"}, 2)
    found = as_li.get("/admin/cases/filingcase/?officer=mine&going=1&joined=nobody")
    assert [line.case["pk"] for line in found.context["lines"]] == [fresh.pk, lying.pk]
    # Of all cases at once it is not asked: no index knows it.
    everywhere = as_li.get("/admin/cases/filingcase/?joined=nobody")
    assert everywhere.context["query"].values == {}


# Session, account, roles; counts, places, cases, loads, accounts, their roles, failed mails;
# permissions. Who is away is known from before.
QUERIES_OF_A_SUPERVISOR = 11


@pytest.mark.parametrize("n", [1, 3])
def test_the_supervisor_sees_who_has_how_much(
    client, world, li, chen, django_assert_num_queries, n
):
    for k in range(n):
        gone = user(f"gone{k}", "officer", is_staff=True, is_active=False)
        late(world.at("triage"), officer=gone)
        failed = {"kind": "letter", "language": "en", "state": "failed", "latest_error": "550"}
        times = {"created_at": timezone.now(), "deadline": timezone.now()}
        Notice.objects.create(address=f"x{k}@example.com", **failed, **times)
    Leave.objects.create(user=li, first_day=day(0))
    late(world.at("preparing"))
    client.force_login(chen)
    client.get(TODAY)
    with django_assert_num_queries(QUERIES_OF_A_SUPERVISOR):
        page = client.get(TODAY)
    team = page.context["team"]
    found = [(x.who.name, x.who.load.open, x.who.load.overdue) for x in team.lines]
    alone = [*((f"gone{k}", 1, 1) for k in range(n)), ("li", 1, 1)]
    assert found == [*alone, ("chen", 0, 0)]
    assert [x.who.name for x in team.left_alone] == [name for name, *_numbers in alone]
    assert (team.overdue, team.mails) == (n + 1, str(n))
    # Each number leads to as many.
    for line in team.lines:
        shown = [client.get(where).context["total"].number for where in (line.cases, line.overdue)]
        assert shown == [line.who.load.open, line.who.load.overdue]
    mails = client.get("/admin/cases/notice/?undelivered=1")
    assert mails.context["cl"].result_count == n
    fields = client.get("/admin/cases/filingcase/").context["fields"]
    (officers,) = [field.choices for field in fields if field.name == "officer"]
    assert "gone0 (closed)" in [choice.label for choice in officers]
    with statements() as read:
        client.get(TODAY)
    assert not [sql for sql in read if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
