"""What the engine reads of the tables under the case's lock is what stands there now.

Pages read them at most a minute old. So a page may still show a step open that is closed; the
step itself is judged by the tables as they are.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from icpcases.cases.models import (
    CalendarDay,
    Clock,
    Document,
    DueRun,
    FilingCase,
    Provider,
    Province,
    Setting,
)
from icpcases.deadlines import tables
from icpcases.deadlines.recalculation import ask_later
from icpcases.deadlines.tables import recent_tables
from icpcases.lifecycle.steps import Step
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import BadEntry, Closed
from icpcases.workflow.explain import explain_step
from tests.world import FORUM, World

from .test_turns import at, end

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

MARGIN = "document_margin_days"


@pytest.fixture
def world(wei, li, chen):
    """Builds cases; their papers are simply there."""
    return World(wei, li, chen)


def through_the_admin(chen: Any) -> None:
    client = Client()
    client.force_login(chen)
    page = client.post(f"/admin/cases/setting/{MARGIN}/change/", {"value": "120"})
    assert page.status_code == 302


def through_the_orm(chen: Any) -> None:
    Setting.objects.filter(pk=MARGIN).update(value=120)


def past_the_program(chen: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_setting SET value = 120 WHERE key = %s", [MARGIN])


def licence_ending_in(world: World, days: int) -> FilingCase:
    case = world.supply(world.at("preparing"))
    expires = timezone.localdate() + dt.timedelta(days=days)
    Document.objects.filter(case=case, kind="business_licence").update(expires_on=expires)
    return case


def refused(world: World, case: FilingCase, step: str) -> list[str]:
    """The codes with which the step is closed; none where it is taken."""
    try:
        world.step(case, step)
    except Closed as closed:
        return closed.codes
    except BadEntry as bad:
        fields = bad.form.errors.as_data().values()
        return [str(one.code) for errors in fields for one in errors]
    return []


def open_on_its_page(case: FilingCase, step: Step, by: Any) -> bool:
    case = FilingCase.objects.with_names().get(pk=case.pk)
    case.dossier = dossier_of(case, CaseFile(case))
    return explain_step(case, step, by).open


@pytest.mark.parametrize("change", [through_the_admin, through_the_orm, past_the_program])
def test_a_margin_counts_from_the_moment_it_is_raised(world, li, chen, change):
    """A licence that ends in 100 days is current by a margin of 90 days, not by one of 120."""
    case = licence_ending_in(world, 100)
    assert open_on_its_page(case, Step.SUBMIT_TO_PROVIDER, li)
    change(chen)
    assert refused(world, case, "submit_to_provider") == ["document.current"]
    # The page is told at once by the process that changed it, else within a minute.
    told = change is through_the_admin
    assert open_on_its_page(case, Step.SUBMIT_TO_PROVIDER, li) != told
    tables.forget()
    assert not open_on_its_page(case, Step.SUBMIT_TO_PROVIDER, li)


@pytest.mark.parametrize(("days", "codes"), [(90, ["document.current"]), (91, [])])
def test_without_a_setting_of_its_own_the_office_has_the_usual_margin(world, days, codes):
    Setting.objects.filter(pk=MARGIN).delete()
    assert refused(world, licence_ending_in(world, days), "submit_to_provider") == codes


def test_a_minute_old_is_what_pages_read(world, li, django_assert_num_queries, monkeypatch):
    assert recent_tables().settings[MARGIN] == 90
    through_the_orm(None)
    with django_assert_num_queries(0):
        assert recent_tables().settings[MARGIN] == 90
    later = time.time() + 60.5
    monkeypatch.setattr(time, "time", lambda: later)
    assert recent_tables().settings[MARGIN] == 120


def reviewed_in_working_days(world: World, start: str = "2026-03-02 09:00") -> dt.datetime | None:
    """When a case is due that comes before the administration then, a Monday."""
    case = world.case(happened=at(start))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at(start))
    case = world.supply(case)
    for step in ("submit_to_provider", "provider_passes", "sent_to_administration", "confirm_sms"):
        case = world.step(case, step, happened=at(start))
    return case.due_at


def count_the_change(changed: Callable[[], Any]) -> None:
    """As another process changes it: this one is told of nothing."""
    changed()
    DueRun.objects.get_or_create(pk=1)
    DueRun.objects.filter(pk=1).update(asked=F("asked") + 1)


# 20 working days after Monday 2 March 2026, and five, counted on a calendar.
TWENTY, FIVE = end("2026-03-30"), end("2026-03-09")


def test_a_clock_that_another_process_changes(world):
    clock = Clock.objects.filter(state="authority_review", province=None, provider=None)
    assert reviewed_in_working_days(world) == TWENTY
    count_the_change(lambda: clock.update(amount=5))
    assert reviewed_in_working_days(world) == FIVE


def test_a_clock_that_is_changed_past_the_program_within_a_minute(world, monkeypatch):
    clock = Clock.objects.filter(state="authority_review", province=None, provider=None)
    assert reviewed_in_working_days(world) == TWENTY
    clock.update(amount=5)
    now = tables.time.monotonic()
    monkeypatch.setattr(tables.time, "monotonic", lambda: now + 60.5)
    assert reviewed_in_working_days(world) == FIVE


def test_a_holiday_that_another_process_adds(world):
    assert reviewed_in_working_days(world) == TWENTY
    day = dt.date(2026, 3, 4)
    count_the_change(lambda: CalendarDay.objects.create(day=day, kind="holiday"))
    assert reviewed_in_working_days(world) == end("2026-03-31")


def test_the_days_of_a_province(world):
    assert reviewed_in_working_days(world) == TWENTY
    Province.objects.filter(pk="CN-BJ").update(review_days=5)
    assert reviewed_in_working_days(world) == FIVE


def test_the_days_of_a_provider(world):
    case = world.supply(world.at("preparing"))
    world.provider()
    Provider.objects.update(review_days=9)
    case = world.step(case, "submit_to_provider")
    days = tables.calendar().add(timezone.localdate(), 9)
    assert case.due_at == end(days.isoformat())


def test_the_life_of_an_order(world):
    """Submitted first 20 days ago, it lives 45 days; cut short to 15, it is over."""
    case = world.at("returned")
    case.requests.update(status="waived", waiver="asked in error")
    case.orders.update(submitted_on=timezone.localdate() - dt.timedelta(days=20))
    Provider.objects.update(order_life_days=15)
    assert refused(world, case, "submit_to_provider") == ["order.alive"]
    Provider.objects.update(order_life_days=45)
    assert refused(world, case, "submit_to_provider") == []


def test_what_a_provider_counts_an_order_s_life_from(world):
    case = world.at("returned")
    case.requests.update(status="waived", waiver="asked in error")
    ago = [timezone.localdate() - dt.timedelta(days=days) for days in (50, 40, 30)]
    case.orders.update(created_on=ago[0], submitted_on=ago[1], returned_on=ago[2])
    for life_from, codes in (
        ("creation", ["order.alive"]), ("submission", []), ("return", []),
    ):  # fmt: skip
        Provider.objects.update(order_life_from=life_from, order_life_days=45)
        assert closed(case, world) == codes
    Provider.objects.update(order_life_days=35)
    for life_from, codes in (("submission", ["order.alive"]), ("return", [])):
        Provider.objects.update(order_life_from=life_from)
        assert closed(case, world) == codes


def test_days_that_count_only_while_we_are_asked(world):
    """Lying with the provider for a month costs the order nothing; each day with us does."""
    case = world.at("returned")
    case.requests.update(status="waived", waiver="asked in error")
    ago = timezone.localdate() - dt.timedelta(days=50)
    case.orders.update(created_on=ago, submitted_on=ago)
    Provider.objects.update(order_life_while="asked", order_life_days=5)
    assert closed(case, world) == []
    FilingCase.objects.update(state_since=timezone.now() - dt.timedelta(days=5))
    assert closed(case, world) == []
    FilingCase.objects.update(state_since=timezone.now() - dt.timedelta(days=6))
    assert closed(case, world) == ["order.alive"]
    Provider.objects.update(order_life_while="always", order_life_days=55)
    assert closed(case, world) == []


def closed(case, world) -> list[str]:
    """The rules that close the submission, looked at anew."""
    fresh = FilingCase.objects.with_names().get(pk=case.pk)
    return [f.code for f in explain_step(fresh, Step.SUBMIT_TO_PROVIDER, world.li).unmet]


def test_the_answer_of_a_province(world):
    case = world.at("triage", FORUM)
    Province.objects.filter(pk="CN-BJ").update(accepts_forums="no")
    assert refused(world, case, "begin_preapproval") == ["forum.province"]
    Province.objects.filter(pk="CN-BJ").update(accepts_forums="yes")
    assert refused(world, case, "begin_preapproval") == []


def test_a_step_is_late_by_the_clock_as_it_stands(world):
    """Sent on Monday at nine with a window of 24 hours, confirmed 30 hours later: not late any
    more once the window is 48 hours."""
    start = at("2026-03-02 09:00")
    case = world.case(happened=start)
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=start)
    case = world.supply(case)
    for step in ("submit_to_provider", "provider_passes", "sent_to_administration"):
        case = world.step(case, step, happened=start)
    Clock.objects.filter(state="sms_verification").update(amount=48)
    ask_later()
    world.step(case, "confirm_sms", happened=start + dt.timedelta(hours=30))
    assert case.history.get(step="confirm_sms").entered["late"] is False
