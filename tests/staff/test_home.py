"""The front page: each role's own, and the same cost whatever is on it."""

import datetime as dt
import re

import pytest
from django.core.cache import caches
from django.utils import timezone

from icpcases.cases.models import CalendarDay, CalendarYear, Clock, FilingCase
from icpcases.deadlines import recalculation
from tests.world import user

pytestmark = pytest.mark.django_db

HOME, LIST = "/admin/", "/admin/cases/filingcase/"
# Session, account, roles; who is away, counts, places, cases, orders of returned ones; calendar;
# permissions.
QUERIES_OF_HOME = 11


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def text_of(page) -> str:
    # Where a domain may break it is still one word.
    content = page.content.decode().replace("<wbr>", "")
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def due_in(case: FilingCase, days: int, **fields) -> FilingCase:
    FilingCase.objects.filter(pk=case.pk).update(
        due_at=timezone.now() + dt.timedelta(days=days), **fields
    )
    return case


@pytest.mark.parametrize("n", [1, 3])
def test_home_costs_the_same_for_every_case(as_li, world, django_assert_num_queries, n):
    for _n in range(n):
        for state in ("triage", "returned", "authority_review"):
            due_in(world.at(state), -1)
        due_in(world.at("returned"), 5, turn="officer")
        due_in(world.at("triage"), 5, officer=None)
    caches["tables"].clear()
    with django_assert_num_queries(QUERIES_OF_HOME):
        page = as_li.get(HOME)
    assert [(s.listed.bucket.value, s.listed.count) for s in page.context["mine"]] == [
        ("overdue", n), ("rest", n), ("chase", 2 * n),
    ]  # fmt: skip


def test_each_line_says_what_is_to_be_done_next(as_li, world):
    wanted = {
        due_in(world.at("triage"), 9): "Prepare the filing",
        due_in(world.at("sms_verification"), 1): "Confirm the SMS check",
        due_in(world.at("preparing"), 9): "Submit to the provider",
        due_in(world.at("preparing"), 9, answered=True): "Judge the answers",
        due_in(world.at("returned"), 9, turn="officer"): "Submit to the provider",
        due_in(world.at("certificate_applied"), -1): "Ask the market regulator for an update",
        due_in(world.at("authority_review"), -1): "Ask the administration for an update",
    }
    page = as_li.get(HOME)
    lines = {line.case: line.todo for s in page.context["mine"] for line in s.lines}
    assert lines == wanted
    shown = text_of(page)
    for case, todo in wanted.items():
        assert f"{case.reference} {case.applicant.name} {case.domain}" in shown
        assert todo in shown


def test_the_next_case_and_none(as_li, world):
    assert as_li.get("/admin/next/", follow=True).redirect_chain == [(HOME, 302)]
    first, second = (due_in(world.at("preparing"), days) for days in (3, 4))
    assert as_li.get("/admin/next/").url == f"{LIST}{first.pk}/change/"
    assert as_li.get(f"/admin/next/?after={first.pk}").url == f"{LIST}{second.pk}/change/"
    assert as_li.get(f"/admin/next/?done={first.pk}").url == f"{LIST}{second.pk}/change/"
    for odd in ("x", "-1", "9" * 400, "%00", "١"):
        assert as_li.get(f"/admin/next/?after={odd}").url == f"{LIST}{first.pk}/change/"
    assert as_li.post("/admin/next/").status_code == 405


def test_after_a_step_the_next_case_is_the_first_again(as_li, world):
    first, second = (due_in(world.at("preparing"), days) for days in (3, 4))
    page = as_li.get(f"{LIST}{second.pk}/change/")
    assert next_button(page) == f"/admin/next/?after={second.pk}"
    note = {"version": second.version, "text": "Called them."}
    page = as_li.post(f"{LIST}{second.pk}/note/", note, follow=True)
    assert next_button(page) == f"/admin/next/?done={second.pk}"
    assert as_li.get(f"/admin/next/?done={second.pk}").url == f"{LIST}{first.pk}/change/"


def next_button(page) -> str:
    """Where the button with the key N leads."""
    (tag,) = re.findall(r'<a\s[^>]*accesskey="n"[^>]*>', page.content.decode())
    (address,) = re.findall(r'href="([^"]*)"', tag)
    return str(address)


def test_a_case_is_claimed_from_home_and_released(as_li, world, li):
    case = due_in(world.at("triage"), 3, officer=None)
    page = as_li.get(HOME)
    assert [line.case for line in page.context["unassigned"].lines] == [case]
    assert f'action="{LIST}{case.pk}/claim/"' in page.content.decode()
    as_li.post(f"{LIST}{case.pk}/claim/", {"version": case.version})
    case.refresh_from_db()
    assert case.officer == li
    page = as_li.get(f"{LIST}{case.pk}/change/")
    assert f'action="{LIST}{case.pk}/release/"' in page.content.decode()
    as_li.post(f"{LIST}{case.pk}/release/", {"version": case.version})
    case.refresh_from_db()
    assert case.officer is None
    kinds = list(case.history.order_by("-sequence").values_list("kind", "entered")[:2])
    assert kinds == [("assignment", {"assigned": ""}), ("assignment", {"assigned": "li"})]


def test_nobody_releases_anothers_case_but_a_supervisor(as_li, world, chen):
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(officer=chen)
    sent = {"version": case.version}
    assert as_li.post(f"{LIST}{case.pk}/release/", sent).status_code == 403
    assert as_li.get(f"{LIST}{case.pk}/release/").url == f"{LIST}{case.pk}/change/"
    case.refresh_from_db()
    assert case.officer == chen


def test_an_auditor_reads_and_claims_nothing(client, world, sun):
    case = due_in(world.at("triage"), 3, officer=None)
    client.force_login(sun)
    page = client.get(HOME)
    shown = page.content.decode()
    assert [line.case for line in page.context["unassigned"].lines] == [case]
    assert ("/claim/" in shown, "/admin/next/" in shown, 'id="mine"' in shown) == (False,) * 3
    assert client.get("/admin/next/").url == HOME


def test_a_superuser_without_a_role_keeps_accounts_and_sees_no_case(client, world, db):
    case = due_in(world.at("triage"), 3, officer=None)
    client.force_login(user("root", is_staff=True, is_superuser=True))
    page = client.get(HOME)
    shown = page.content.decode()
    assert "Your account has no role in the office" in shown
    assert (case.reference in shown, 'id="unassigned"' in shown) == (False, False)
    assert 'href="/admin/auth/user/"' in shown
    assert client.get("/admin/next/").url == HOME


def test_what_is_missing_or_under_way_is_said(as_li, world):
    quiet = as_li.get(HOME)
    assert quiet.context["pending"] is False
    year = timezone.localdate().year
    CalendarYear.objects.filter(year=year).delete()
    recalculation.ask_later()
    page = as_li.get(HOME)
    assert page.context["missing_years"][0].startswith(f"The calendar of {year} is missing")
    assert "Due dates are being recalculated" in text_of(page)


# The tables that due dates hang on


@pytest.fixture
def as_chen(client, chen):
    client.force_login(chen)
    return client


def said(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_changed_clock_moves_due_dates_and_says_so(
    as_chen, world, django_capture_on_commit_callbacks
):
    case = world.at("triage")
    clock = Clock.objects.get(state="triage")
    sent = {"state": "triage", "province": "", "provider": "", "amount": 9, "unit": "days"}
    with django_capture_on_commit_callbacks(execute=True):
        page = as_chen.post(f"/admin/cases/clock/{clock.pk}/change/", sent, follow=True)
    assert "The due dates are calculated again." in said(page)
    before, case = case.due_at, FilingCase.objects.get(pk=case.pk)
    day = timezone.localdate(case.turn_since) + dt.timedelta(days=9)
    assert (timezone.localdate(case.due_at), case.due_at == before) == (day, False)


def test_many_cases_are_left_to_the_daily_job(as_chen, world, monkeypatch):
    world.at("triage")
    monkeypatch.setattr(recalculation, "AT_ONCE", 0)
    sent = {"day": "2027-01-01", "kind": "holiday", "name": "", "notice": ""}
    page = as_chen.post("/admin/cases/calendarday/add/", sent, follow=True)
    assert "Many due dates depend on this: the daily job calculates them again." in said(page)
    assert recalculation.pending()


def test_what_moves_no_due_date_asks_for_nothing(as_chen, world):
    provider = world.provider()
    sent = {
        "name": "Renamed", "order_life_days": 45, "warn_days": "30, 40", "review_days": "",
        "order_number_format": "", "active": "on", "order_life_from": "submission",
        "order_life_while": "always",
    }  # fmt: skip
    page = as_chen.post(f"/admin/cases/provider/{provider.pk}/change/", sent, follow=True)
    assert len(said(page)) == 1
    assert not recalculation.pending()


def test_the_format_of_order_numbers_is_a_regular_expression(as_chen, world):
    provider = world.provider()
    sent = {
        "name": provider.name, "order_life_days": 45, "warn_days": "30, 40", "review_days": "",
        "order_number_format": "BA-[0-9", "active": "on", "order_life_from": "submission",
        "order_life_while": "always",
    }  # fmt: skip
    page = as_chen.post(f"/admin/cases/provider/{provider.pk}/change/", sent)
    assert page.context["errors"] == [
        ["Not a regular expression: unterminated character set at position 3."]
    ]
    provider.refresh_from_db()
    assert provider.order_number_format == ""


def test_a_day_of_the_calendar_keeps_its_date(as_chen):
    sent = {"day": "2026-12-25", "kind": "holiday", "name": "x", "notice": ""}
    as_chen.post("/admin/cases/calendarday/2026-10-01/change/", sent)
    assert not CalendarDay.objects.filter(day="2026-12-25").exists()
    assert CalendarDay.objects.get(day="2026-10-01").name == "x"
