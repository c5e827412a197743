"""The State Council's notice as it is published: its days, and what of it was not read."""

import datetime as dt

import chinese_calendar
import pytest

from icpcases.deadlines.calendar_files import BadCalendar, read_calendar
from icpcases.deadlines.holiday_notice import HolidayNotice, is_notice, read_notice
from icpcases.rules.working_days import Calendar

from .notices_of_the_state_council import BODIES, notice_of

pytestmark = pytest.mark.sqlite

ENCOURAGED = "鼓励各单位结合带薪年休假等制度落实,安排职工在除夕(2月9日)休息。"


def calendar_of(*notices: HolidayNotice) -> Calendar:
    days = [day for notice in notices for day in notice.days]
    return Calendar(
        holidays=frozenset(day.day for day in days if day.kind == "holiday"),
        workdays=frozenset(day.day for day in days if day.kind == "workday"),
        years=frozenset(notice.year for notice in notices),
    )


@pytest.mark.parametrize("year", BODIES)
@pytest.mark.parametrize("pasted", [str, lambda text: text.replace("\n", "\r\n\u3000 ")])
def test_the_days_of_each_published_notice(year, pasted):
    """Every day of the year is worked or not as `chinesecalendar` says, a list made by others."""
    found = read_notice(pasted(notice_of(year)))
    of, number, _body = BODIES[year]
    assert (found.year, found.notice) == (year, f"国办发明电〔{of}〕{number}号")
    assert (found.unread, found.aside) == ([], [ENCOURAGED] if year == 2024 else [])
    year_days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    ours = calendar_of(found)
    wrong = [d for d in year_days if ours.is_working(d) != chinese_calendar.is_workday(d)]
    assert wrong == []
    beside = [day.day for day in found.days if day.day.year != year]
    assert beside == ([dt.date(2022, 12, 31)] if year == 2023 else [])


def test_a_day_carries_the_name_in_both_languages_and_the_notice():
    found = read_notice(notice_of(2025))
    assert [(f"{d.day}", d.kind, d.name, d.notice) for d in found.days if d.day.month == 9] == [
        ("2025-09-28", "workday", "National Day and Mid-Autumn Festival 国庆节、中秋节",
         "国办发明电〔2024〕12号"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "days", "unread"),
    [
        # Full width, a tilde, a list of days and one of spans; no brackets.
        ("１月１日～３日放假，共３天。", ["01-01", "01-02", "01-03"], []),
        ("1月2日、3日放假。1月9日、10日上班。", ["01-02", "01-03", "01-09", "01-10"], []),
        ("12月31日至1月2日放假，共3天。", ["12-31", "01-01", "01-02"], []),
        # 4 January 2027 is a Monday.
        ("1月1日（周五）至3日（周日）放假。1月4日（周日）上班。", ["01-01", "01-02", "01-03"],
         ["1月4日(周日)上班。 2027-01-04 is another day of the week"]),
        ("1月4日上班。", [],
         ["1月4日上班。 2027-01-04 is worked anyway, being no Saturday or Sunday."]),
        ("1月1日至3日放假，共4天。", [],
         ["1月1日至3日放假,共4天。 it gives the number of days as 4, but the count is 3"]),
        ("2月30日放假。", [], ["2月30日放假。 there is no such day"]),
        ("3日放假。", [], ["3日放假。 there is no such day"]),
        ("1月5日至1日放假。", [],
         ["1月5日至1日放假。 the last day is before the first, or there are too many days"]),
        ("1月1日放假，1月5日另行通知。", [],
         ["1月1日放假,1月5日另行通知。 it has a date that is neither a day off nor a working day"]),
        ("1月2日放假。1月2日上班。", [],
         ["2027-01-02 is named both as a day off and as a working day."]),
    ],
)  # fmt: skip
def test_wordings_and_what_cannot_be_right(sentence, days, unread):
    found = read_notice(f"一、元旦：{sentence}", 2027)
    assert sorted(f"{day.day:%m-%d}" for day in found.days) == sorted(days)
    assert [day.day.year for day in found.days if day.day.month == 12] == [2026] * ("12-31" in days)
    assert found.unread == unread


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("一、元旦：1月1日放假。", "The text does not say which year it is for: enter the year."),
        ("2027年部分节假日：1月4日上班。",
         "2027年部分节假日:1月4日上班。 2027-01-04 is worked anyway, being no Saturday or Sunday."),
        ("day,kind\n2026-01-01,holiday\n2027-01-01,holiday\n",
         "These days fall in several years: say which year the notice is for."),
    ],
)  # fmt: skip
def test_what_leaves_the_year_open_is_asked(text, said):
    with pytest.raises(BadCalendar) as bad:
        read_calendar(text.encode())
    assert bad.value.sentences == [said]
    assert not is_notice("day,kind\n2027-01-01,holiday\n")
