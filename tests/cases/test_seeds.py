"""What the tables hold after the migrations, when nobody has edited them yet."""

import datetime as dt

import chinese_calendar
import holidays
import pytest
from django.contrib.auth.models import Group

from icpcases.cases.models import CalendarDay, Clock, Province, Setting
from icpcases.deadlines.tables import calendar
from icpcases.lifecycle.states import State
from icpcases.rules.numbers import CHARACTERS

pytestmark = pytest.mark.django_db

PUBLISHED = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(730)]


def test_the_provinces_have_the_characters_of_the_numbers():
    found = Province.objects.values_list("icp_character", flat=True)
    assert (len(found), set(found)) == (31, set(CHARACTERS))
    assert not Province.objects.exclude(code__regex=r"^CN-[A-Z]{2}$").exists()


def test_names_and_administration_of_a_province():
    fields = "name_en", "name_zh", "icp_character", "administration"
    found = {p.code: [getattr(p, name) for name in fields] for p in Province.objects.all()}
    assert found["CN-NM"] == ["Inner Mongolia", "内蒙古", "蒙", "内蒙古自治区通信管理局"]
    assert found["CN-GX"] == ["Guangxi", "广西", "桂", "广西壮族自治区通信管理局"]
    assert {row[3] for row in found.values() if not row[3].startswith(row[1])} == set()
    assert {row[3][-5:] for row in found.values()} == {"通信管理局"}


def test_only_zhejiang_reviews_for_longer_and_nobody_was_asked_about_forums():
    days = dict(Province.objects.values_list("code", "review_days"))
    assert {code: n for code, n in days.items() if n is not None} == {"CN-ZJ": 30}
    assert set(Province.objects.values_list("accepts_forums", flat=True)) == {"unknown"}


def test_the_clocks_that_run():
    """Domain book, section 4."""
    assert {row.state: (row.amount, row.unit) for row in Clock.objects.all()} == {
        "triage": (1, "working_days"),
        "certificate_granted": (1, "working_days"),
        "preapproval_applied": (60, "days"),
        "preapproval_granted": (1, "working_days"),
        "preparing": (2, "working_days"),
        "provider_review": (2, "working_days"),
        "provider_passed": (3, "working_days"),
        "sms_verification": (24, "hours"),
        "authority_review": (20, "working_days"),
        "returned": (2, "working_days"),
        "open": (30, "days"),
    }
    assert not Clock.objects.exclude(province=None, provider=None).exists()


def test_the_documents_tell_the_clocks_that_run():
    found = {row.state: (row.amount, row.unit) for row in Clock.objects.all()}
    assert found == {state.value: state.about.clock for state in State if state.about.clock}


def test_every_day_agrees_with_chinese_calendar():
    table = calendar()
    ours = {day: table.is_working(day) for day in PUBLISHED}
    assert ours == {day: chinese_calendar.is_workday(day) for day in PUBLISHED}


def test_every_day_agrees_with_holidays():
    table, china = calendar(), holidays.country_holidays("CN", years=[2025, 2026])
    ours = {day: table.is_working(day) for day in PUBLISHED}
    assert ours == {day: china.is_working_day(day) for day in PUBLISHED}


def test_each_published_year_has_its_notice():
    found = set(CalendarDay.objects.values_list("day__year", "notice"))
    assert found == {(2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号")}
    assert CalendarDay.objects.get(day="2026-10-10").name == "National Day 国庆节"


def test_the_settings_start_with_what_counts_without_them():
    assert dict(Setting.objects.values_list("key", "value")) == Setting.DEFAULTS


def test_the_groups_of_the_roles():
    assert set(Group.objects.values_list("name", flat=True)) == {"officer", "supervisor", "auditor"}
