from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpcases.rules.working_days import Calendar

PUBLISHED = [date(2025, 1, 1) + timedelta(days=n) for n in range(730)]
WORKED = {day for day in PUBLISHED if chinese_calendar.is_workday(day)}
MAINLAND = Calendar(
    holidays=frozenset(day for day in PUBLISHED if day.weekday() < 5 and day not in WORKED),
    workdays=frozenset(day for day in WORKED if day.weekday() >= 5),
    years=frozenset({2025, 2026}),
)
# Beyond the published years on both sides, so that every kind of boundary is crossed.
days = st.dates(date(2024, 11, 1), date(2027, 3, 31))
counts = st.integers(0, 300)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 9, 25), 20, date(2026, 10, 29)),  # the example of the domain book
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day week
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # over the year, to a worked Sunday
        (date(2025, 1, 26), 2, date(2025, 2, 5)),
        (date(2026, 11, 23), 2, date(2026, 11, 25)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)
def test_the_nth_working_day_after(start, n, end):
    assert MAINLAND.add(start, n) == end


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (date(2026, 9, 25), date(2026, 10, 29), 20),
        (date(2026, 9, 30), date(2026, 10, 7), 0),
        (date(2026, 10, 1), date(2026, 10, 31), 18),
        (date(2024, 12, 31), date(2025, 12, 31), 248),
        (date(2025, 12, 31), date(2026, 12, 31), 248),
        (date(2026, 10, 29), date(2026, 9, 25), 0),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_working_days_after_a_up_to_b(a, b, count):
    assert MAINLAND.between(a, b) == count


def test_negative_counts_are_refused():
    with pytest.raises(ValueError) as caught:
        MAINLAND.add(date(2026, 1, 5), -1)
    assert str(caught.value) == "working days are added, not taken away"


def test_beyond_the_last_year_of_dates():
    with pytest.raises(ValueError):
        MAINLAND.add(date(9999, 12, 30), 5)


def test_a_day_in_both_sets_is_a_holiday():
    saturday = date(2026, 10, 10)
    both = Calendar(frozenset([saturday]), frozenset([saturday]), frozenset())
    assert not both.is_working(saturday)


def test_a_datetime_counts_as_its_day():
    assert not MAINLAND.is_working(datetime(2026, 10, 1, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end", "answer"),
    [
        (date(2026, 12, 31), None, False),
        (date(2027, 1, 1), None, True),
        (date(2025, 1, 1), date(2026, 12, 31), False),
        (date(2026, 12, 20), date(2027, 1, 8), True),
        (date(2024, 12, 31), date(2025, 1, 8), True),
    ],
)
def test_provisional_where_no_notice_is_published(start, end, answer):
    assert MAINLAND.provisional(start, end) is answer


@given(days)
def test_counting_day_by_day_gives_the_same(end):
    start = date(2024, 11, 1)
    walked = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert MAINLAND.between(start, end) == sum(map(MAINLAND.is_working, walked))


@given(st.lists(days, min_size=2, max_size=6).map(sorted))
def test_parts_of_a_span_add_up(cuts):
    parts = [MAINLAND.between(a, b) for a, b in pairwise(cuts)]
    assert sum(parts) == MAINLAND.between(cuts[0], cuts[-1])


@given(days, counts)
def test_between_undoes_add(start, n):
    assert MAINLAND.between(start, MAINLAND.add(start, n)) == n


@given(days, counts.filter(bool))
def test_add_ends_on_a_working_day(start, n):
    assert MAINLAND.is_working(MAINLAND.add(start, n))


@given(days, counts, counts)
def test_adding_twice_is_adding_once(start, n, m):
    assert MAINLAND.add(MAINLAND.add(start, n), m) == MAINLAND.add(start, n + m)


@given(days, days)
def test_never_negative_nor_more_than_the_days(a, b):
    assert 0 <= MAINLAND.between(a, b) <= max(0, (b - a).days)


@given(st.sets(days), st.sets(days), days, counts)
def test_any_calendar_undoes_what_it_adds(holidays, workdays, start, n):
    calendar = Calendar(frozenset(holidays), frozenset(workdays), frozenset())
    assert calendar.between(start, calendar.add(start, n)) == n
