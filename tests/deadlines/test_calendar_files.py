"""`manage.py load_calendar`: next year's notice, wholly or not at all."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from icpcases.cases.models import CalendarDay, CalendarYear, Province
from icpcases.deadlines import calendar_files
from icpcases.deadlines.tables import calendar

from .notices_of_the_state_council import notice_of
from .test_turns import end, walk

pytestmark = pytest.mark.django_db
CSV = """day,kind,name,notice
2027-01-01,holiday,New Year 元旦,国办发明电〔2026〕1号
2027-01-02,holiday,New Year 元旦,国办发明电〔2026〕1号
2027-01-10,workday,New Year 元旦,国办发明电〔2026〕1号
"""


def run(tmp_path: Path, content: str | bytes) -> str:
    file, out = tmp_path / "days", StringIO()
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    call_command("load_calendar", str(file), stdout=out)
    return out.getvalue()


def days() -> list[tuple[str, str]]:
    found = CalendarDay.objects.filter(day__year=2027).order_by("day")
    return [(f"{row.day}", row.kind) for row in found]


def test_a_year_is_loaded_and_due_dates_are_reckoned_anew(tmp_path, world):
    """70 working days after 25 September 2026, provisional until 2027 is known."""
    Province.objects.filter(pk="CN-BJ").update(review_days=70)
    case = walk(world, "authority_review", "2026-09-25 15:00")
    assert (case.due_at, case.due_provisional) == (end("2027-01-07"), True)
    said = run(tmp_path, CSV)
    assert said.splitlines() == [
        "added: 2027-01-01 holiday New Year 元旦", "added: 2027-01-02 holiday New Year 元旦",
        "added: 2027-01-10 workday New Year 元旦", "due dates changed: 1",
    ]  # fmt: skip
    case.refresh_from_db()
    # Friday the 1st is off, and the Sunday worked for it comes later.
    assert (case.due_at, case.due_provisional) == (end("2027-01-08"), False)
    assert calendar().years == {2025, 2026, 2027}


def test_loaded_again_nothing_changes_and_the_file_is_the_year(tmp_path):
    before = CalendarDay.objects.count()
    run(tmp_path, CSV)
    assert run(tmp_path, CSV.encode("gb18030")).splitlines() == [
        "2027: everything stands there already.", "due dates changed: 0",
    ]  # fmt: skip
    shorter = [{"day": "2027-01-01", "kind": "holiday"}, {"day": "2027-01-09", "kind": "workday"}]
    assert run(tmp_path, json.dumps(shorter)).splitlines() == [
        "added: 2027-01-09 workday", "changed: 2027-01-01 holiday",
        "removed: 2027-01-02 holiday New Year 元旦", "removed: 2027-01-10 workday New Year 元旦",
        "due dates changed: 0",
    ]  # fmt: skip
    assert days() == [("2027-01-01", "holiday"), ("2027-01-09", "workday")]
    assert CalendarDay.objects.filter(day__year__lt=2027).count() == before


def test_a_notice_adds_days_of_the_year_beside_it_and_wipes_none(tmp_path):
    """The notice for 2023 names 31 December 2022; loaded again, that of 2022 leaves it there."""
    before = set(CalendarDay.objects.values_list("day", "kind", "notice"))
    run(tmp_path, notice_of(2022))
    assert (
        run(tmp_path, notice_of(2023)).splitlines()[0] == "added: 2022-12-31 holiday New Year 元旦"
    )
    beside = CalendarDay.objects.get(day="2022-12-31")
    assert beside.notice == "国办发明电〔2022〕16号"
    assert (
        run(tmp_path, notice_of(2022)).splitlines()[0] == "2022: everything stands there already."
    )
    assert CalendarDay.objects.filter(day="2022-12-31").exists()
    # A file that names no notice: what it says of the year before stays there, too.
    run(tmp_path, CSV.replace("国办发明电〔2026〕1号", "") + "2026-12-31,holiday,,\n")
    of_2026 = [f"{day},{kind},,{notice}" for day, kind, notice in before if day.year == 2026]
    said = run(tmp_path, "day,kind,name,notice\n" + "\n".join(of_2026))
    assert "removed" not in said
    assert CalendarDay.objects.get(day="2026-12-31").notice == "2027"
    left = set(
        CalendarDay.objects.filter(day__year__in=(2025, 2026)).values_list("day", "kind", "notice")
    )
    assert left == before | {(dt.date(2026, 12, 31), "holiday", "2027")}


def test_one_day_by_hand_makes_no_year_known(tmp_path, world):
    """Due dates that reach into 2027 stay provisional until its notice is saved."""
    Province.objects.filter(pk="CN-BJ").update(review_days=70)
    case = walk(world, "authority_review", "2026-09-25 15:00")
    CalendarDay.objects.create(day="2027-01-01", kind="holiday")
    call_command("recalculate", stdout=StringIO())
    case.refresh_from_db()
    assert (case.due_at, case.due_provisional) == (end("2027-01-08"), True)
    assert [f"{year}" for year in calendar().years] == ["2025", "2026"]
    run(tmp_path, CSV)
    case.refresh_from_db()
    assert (case.due_at, case.due_provisional) == (end("2027-01-08"), False)
    year = CalendarYear.objects.get(year=2027)
    assert (year.notice, year.saved_by) == ("国办发明电〔2026〕1号", None)


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        ("一、元旦：1月1日放假。",
         ["The text does not say which year it is for: enter the year."]),
        ("2027年部分节假日安排：一、元旦：1月1日放假，共2天。",
         ["1月1日放假,共2天。 it gives the number of days as 2, but the count is 1"]),
        (CSV + "2029-01-01,holiday,,\n", ["2029-01-01 does not belong in the notice for 2027."]),
        ("", ["The first line must name the columns: day, kind, name, notice."]),
        ("day,kind\n", ["The file names no day."]),
        ("[]", ["The file names no day."]),
        ("day,what\n", ["The first line must name the columns: day, kind, name, notice."]),
        ("[{]", ["This is no JSON file: Expecting property name enclosed in double quotes: "
                 "line 1 column 3 (char 2)."]),
        ("[" * 100_000, ["This is no JSON file: maximum recursion depth exceeded while decoding "
                         "a JSON array from a unicode string."]),
        ('{"day": "2027-01-01"}', ["The file must be an array of objects, one a day."]),
        ('[{"day": 20270101}]', ["Entry 1: only texts named day, kind, name, notice are read."]),
        (CSV + "2027-02-30,holiday,,\n", ["Entry 5: “2027-02-30” is no day such as 2027-01-01."]),
        (CSV + "20270203,holiday,,\n", ["Entry 5: “20270203” is no day such as 2027-01-01."]),
        (CSV + "1927-02-03,holiday,,\n", ["Entry 5: 1927-02-03 lies too far away."]),
        (CSV + "2027-02-05,off,,\n", ["Entry 5: the kind is holiday or workday, not “off”."]),
        (CSV + "2027-02-05,workday,,\n",
         ["Entry 5: 2027-02-05 is worked anyway, being no Saturday or Sunday."]),
        (CSV + "2027-01-01,holiday,,\n", ["2027-01-01 stands there more than once."]),
        (CSV + f"2027-02-05,holiday,{'x' * 61},\n", ["Entry 5: “name” is longer than 60."]),
        (CSV + "2027-02-05,holiday,a,b,c\n",
         ["Entry 5: only texts named day, kind, name, notice are read."]),
        (b"\x89PNG\xff\xff\xff", ["The file is no text."]),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_and_nothing_is_loaded(tmp_path, content, sentences):
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content)
    assert str(refused.value).splitlines()[1:] == sentences
    assert days() == []


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("load_calendar", str(tmp_path / "none.csv"))
    assert str(refused.value) == f"{tmp_path}/none.csv cannot be read: No such file or directory."


def test_of_many_errors_five_are_told():
    lines = "".join(f"2027-02-{n},off,,\n" for n in range(10, 18))
    with pytest.raises(calendar_files.BadCalendar) as bad:
        calendar_files.read_days(("day,kind,name,notice\n" + lines).encode())
    assert (len(bad.value.sentences), bad.value.sentences[-1]) == (6, "And 3 more.")
