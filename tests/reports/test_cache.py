"""The figures are kept for a minute, counted by one at a time, and never left behind."""

import datetime as dt
from collections import Counter

import pytest
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Summary
from icpcases.cases.models.reports import Counted
from icpcases.reports import cache, metrics
from icpcases.reports.scope import EVERYTHING, Scope
from icpcases.rules.facts import FilingType
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.types import change_type
from tests.world import ENTERPRISE

pytestmark = pytest.mark.django_db


def grow_old(seconds: int = 61) -> None:
    Summary.objects.update(made_at=timezone.now() - dt.timedelta(seconds=seconds))


def days_ago(days: int) -> dt.datetime:
    return timezone.now().replace(microsecond=0) - dt.timedelta(days=days)


@pytest.fixture
def period():
    today = timezone.localdate()
    return today - dt.timedelta(weeks=6), today


def of_weeks(name: str, province: str = "", **only: str) -> list[int]:
    """A figure of the last seven weeks, oldest first."""
    today = timezone.localdate()
    found = cache.figures(today - dt.timedelta(weeks=6), today, scope=Scope(province, **only))
    return [getattr(week, name) for week in metrics.weeks(found, province)]


def test_a_minute_long_the_same_figures_are_shown(world, django_assert_num_queries):
    world.case()
    first = cache.figures()
    world.case()
    with django_assert_num_queries(1):
        assert cache.figures() == first
    assert not cache.too_old(first.as_of)
    grow_old()
    again = cache.figures()
    assert [metrics.loads(f, "")[world.li.pk].phases["intake"] for f in (first, again)] == [1, 2]
    assert again.as_of > first.as_of


def test_while_another_counts_the_older_figures_are_shown_and_say_so(world):
    world.case()
    first = cache.figures()
    grow_old(seconds=90)
    world.case()
    later = timezone.now() + dt.timedelta(seconds=30)
    Summary.objects.filter(key="now").update(leased_until=later)
    older = cache.figures()
    assert (older.cases, cache.too_old(older.as_of)) == (first.cases, True)
    # Whoever counted has died: the lease is over.
    Summary.objects.filter(key="now").update(leased_until=days_ago(1))
    newer = cache.figures()
    assert metrics.loads(newer, "")[world.li.pk].phases["intake"] == 2
    assert not cache.too_old(newer.as_of)
    assert Summary.objects.get(key="now").leased_until is None


def test_the_very_first_is_counted_even_while_another_counts(world):
    world.case()
    Summary.objects.create(key="now", leased_until=timezone.now() + dt.timedelta(seconds=30))
    assert metrics.loads(cache.figures(), "")[world.li.pk].phases == {"intake": 1}


@pytest.fixture
def no_overlap(monkeypatch):
    """Only what is new since the last count is looked at, as in an office of a million cases."""
    monkeypatch.setattr(cache, "OVERLAP", 0)


def test_a_step_taken_back_leaves_the_week_it_happened_in(world, no_overlap):
    case = world.case(happened=days_ago(37))
    world.step(case, "submit_request", happened=days_ago(36))
    before = of_weeks("received")
    assert sum(before[:3]) == 1
    world.step(case, "step_back", by=world.chen)
    grow_old()
    assert of_weeks("received") == [0] * 7


def test_what_is_recorded_late_counts_in_the_week_it_happened_in(world, no_overlap):
    case = world.case(happened=days_ago(37))
    assert of_weeks("received") == [0] * 7
    world.step(case, "submit_request", happened=days_ago(22))
    grow_old()
    assert sum(of_weeks("received")[:4]) == 1


def test_a_corrected_province_reaches_into_every_week_of_the_case(world, no_overlap):
    case = world.case(happened=days_ago(37))
    world.step(case, "submit_request", happened=days_ago(36))
    assert (sum(of_weeks("received", "CN-BJ")), sum(of_weeks("received", "CN-SH"))) == (1, 0)
    case.refresh_from_db()
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "province": "CN-SH"})
    edit_facts(case, world.li, form, case.version) if form.is_valid() else None
    grow_old()
    assert (sum(of_weeks("received", "CN-BJ")), sum(of_weeks("received", "CN-SH"))) == (0, 1)


def test_a_case_of_another_type_takes_its_weeks_along(world, no_overlap):
    case = world.case(applicant=world.filed().subject.applicant, happened=days_ago(37))
    types = ("first", "add_service")
    assert [sum(of_weeks("opened", type=t)) for t in types] == [1, 0]
    case.refresh_from_db()
    change_type(case, world.li, FilingType.ADD_SERVICE, case.version)
    grow_old()
    assert [sum(of_weeks("opened", type=t)) for t in types] == [0, 1]


def test_a_case_of_another_kind_takes_its_weeks_along(world, no_overlap):
    case = world.case(happened=days_ago(37))
    kinds = ("website", "app")
    assert [sum(of_weeks("opened", kind=k)) for k in kinds] == [1, 0]
    case.refresh_from_db()
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "service_kind": "app"})
    edit_facts(case, world.li, form, case.version) if form.is_valid() else None
    grow_old()
    assert [sum(of_weeks("opened", kind=k)) for k in kinds] == [0, 1]


def test_those_of_a_kind_are_kept_and_grow_old_for_themselves(world):
    world.case(happened=days_ago(37))
    world.case(happened=days_ago(37), service_kind="app")
    assert (sum(of_weeks("opened", kind="app")), sum(of_weeks("opened"))) == (1, 2)
    keys = set(Summary.objects.values_list("key", flat=True))
    assert {key for key in keys if key.startswith("now")} == {"now", "now::app"}
    assert len(keys) == 16
    world.case(service_kind="app")
    Summary.objects.filter(key__endswith=":app").update(made_at=days_ago(1))
    assert (sum(of_weeks("opened", kind="app")), sum(of_weeks("opened"))) == (2, 2)


def test_old_weeks_of_a_kind_are_thrown_away_and_counted_again_when_asked(world, period):
    world.case(happened=days_ago(37), service_kind="app")
    assert sum(of_weeks("opened", kind="app")) == 1
    Summary.objects.update(made_at=days_ago(8))
    cache.look_after_weeks()
    assert list(Summary.objects.filter(key__contains=":").values_list("key", flat=True)) == [
        "now::app"
    ]
    assert sum(of_weeks("opened", kind="app")) == 1


def test_an_untouched_week_is_not_counted_again(world, no_overlap, period):
    case = world.case(happened=days_ago(37))
    cache.figures(*period)
    grow_old()
    made = dict(Summary.objects.values_list("key", "made_at"))
    world.step(case, "submit_request")
    cache.figures(*period)
    again = dict(Summary.objects.values_list("key", "made_at"))
    this_week = cache.weeks_between(period[1], period[1])[0].isoformat()
    assert {key for key in made if again[key] != made[key]} == {"now", this_week}


def test_old_weeks_are_looked_after_a_few_at_a_time(world, period):
    world.case(happened=days_ago(37))
    cache.figures(*period)
    assert cache.look_after_weeks() == 0
    Summary.objects.update(made_at=days_ago(8))
    assert [cache.look_after_weeks() for _pass in range(5)] == [4, 4, 4, 1, 0]


QUERIES_OF_A_COUNT, QUERIES_WHERE_NOTHING_HAPPENED = 12, 8


@pytest.mark.parametrize("scope", [EVERYTHING, Scope("CN-BJ", "first", "website")])
@pytest.mark.parametrize("rows", [1, 3])
def test_counting_anew_takes_the_same_queries_for_every_case(
    world, period, rows, scope, django_assert_num_queries
):
    for _row in range(rows):
        world.at("provider_review")
    cache.figures(*period, scope=scope)
    grow_old()
    with django_assert_num_queries(QUERIES_WHERE_NOTHING_HAPPENED):
        cache.figures(*period, scope=scope)
    for _row in range(rows):
        world.case()
    grow_old()
    with django_assert_num_queries(QUERIES_OF_A_COUNT):
        cache.figures(*period, scope=scope)


def test_a_row_committed_late_is_not_missed(world, period):
    """Rows are numbered before they are committed: here one turns up below the newest number."""
    case = world.case(happened=days_ago(37))
    row = case.history.get()
    cache.figures(*period)
    now = Summary.objects.get(key="now")
    # As if the row had not been there when the figures were made, but a later one had.
    Summary.objects.filter(key="now").update(seen=row.pk + 5, among_newest=now.among_newest - 1)
    for week in Summary.objects.exclude(key="now"):
        assert week.made_at
        Summary.of(week.key, week.made_at, Counted()).save()
    grow_old()
    assert sum(of_weeks("opened")) == 1


def test_days_and_weeks_are_those_of_shanghai(world):
    """Monday, 2 March 2026, begins at 16:00 of the Sunday in UTC; it is day 20514 since 1970."""
    begins = dt.datetime(2026, 3, 1, 16, 0, tzinfo=dt.UTC)
    for when in (begins - dt.timedelta(seconds=1), begins, begins + dt.timedelta(days=1)):
        world.case(happened=when)
    days = sorted((day, n) for _state, _province, day, n in cache.figures().ages)
    assert days == [(20513, 1), (20514, 1), (20515, 1)]
    found = cache.figures(dt.date(2026, 2, 23), dt.date(2026, 3, 8))
    assert [week.opened for week in metrics.weeks(found, "")] == [1, 2]


def test_the_lower_median_is_a_value_somebody_has():
    assert metrics.lower_median(Counter({3: 1, 10: 2, 4: 1})) == 4
    assert metrics.lower_median(Counter({3: 1, 10: 2})) == 10
    assert metrics.lower_median(Counter()) is None
