"""The State Council's yearly notice on holidays, read as it is published.

「一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。」 Each sentence names
days that are off, or weekend days that are worked. Where it also says which day of the week that
is, or how many days, this is held against the dates: what does not fit is not read, and named.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from icpcases.cases.models import CalendarDay

_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日?(?:\(([^)]*)\))?"
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^)]*\))?"
_START = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日?(?:\([^)]*\))?"
_SPAN = rf"(?:{_START}[至到—~-]{{1,2}}{_DATE}|{_DATE})"
_CLAUSE = re.compile(rf"({_SPAN}(?:[、,和及]{_SPAN})*)(?:均|都|正常)?(放假|休息|上班|补班)")
_TITLE = re.compile(r"(20\d\d)年(?:部分)?节假日")
_NUMBER = re.compile(r"国办发明电[〔\[(【]?(\d{4})[〕\])】]?第?(\d+)号")
_SIGNED = re.compile(r"国务院办公厅\d{4}年\d{1,2}月\d{1,2}日")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、([^。:,;]{2,14}):")
_LASTS = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_LONGEST = 20
NAMES = {
    "元旦": "New Year",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}


@dataclass
class HolidayNotice:
    """What a notice says: the year it is for, its number, its days, and what was not read."""

    year: int
    notice: str
    days: list[CalendarDay] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    #: What is read and makes no day of the calendar: employers are only asked for it (鼓励).
    aside: list[str] = field(default_factory=list)


class NotRead(ValueError):
    """A sentence that cannot be right as it stands: the text says why."""


def is_notice(text: str) -> bool:
    """Whether a text reads like a notice, and not like a file."""
    return bool(_CLAUSE.search(_folded(text)))


def read_notice(text: str, year: int | None = None) -> HolidayNotice:
    """The days of a notice; the year is its title's, unless one is given.

    Raises NotRead where nothing says which year it is for.
    """
    folded = _folded(text)
    titled = _TITLE.search(folded)
    if year is None and titled is None:
        raise NotRead(_("The text does not say which year it is for: enter the year."))
    of = year or int(titled[1] if titled else 0)
    number = _NUMBER.search(folded)
    named = f"国办发明电〔{number[1]}〕{number[2]}号" if number else f"{of}年部分节假日安排的通知"
    found = HolidayNotice(of, named)
    for name, body in _sections(folded):
        for sentence in filter(None, re.split(r"[。;]", body)):
            _read(found, name, sentence)
    _name_once(found)
    return found


def _name_once(found: HolidayNotice) -> None:
    """Each day once; one that is said to be off and worked is left out and named."""
    kinds: dict[dt.date, set[str]] = {}
    for day in found.days:
        kinds.setdefault(day.day, set()).add(day.kind)
    for date, said in kinds.items():
        if len(said) > 1:
            found.unread.append(_("%s is named both as a day off and as a working day.") % date)
    by_day = {day.day: day for day in found.days if len(kinds[day.day]) == 1}
    found.days = sorted(by_day.values(), key=lambda day: day.day)


def _folded(text: str) -> str:
    """Digits and brackets of one width, and no blanks or line ends: pages break lines anywhere."""
    return _SIGNED.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The holidays, each with what is said of it; a text without headings is one of its own."""
    heads = list(_SECTION.finditer(text))
    if not heads:
        yield "", text
        return
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        yield head[1], text[head.end() : end]


def _read(found: HolidayNotice, name: str, sentence: str) -> None:
    """What one sentence says, or that it was not read."""
    if "鼓励" in sentence:
        found.aside.append(f"{sentence}。")
        return
    clauses = list(_CLAUSE.finditer(sentence))
    rest = _CLAUSE.sub("", sentence)
    try:
        days = [day for clause in clauses for day in _days(found, name, clause)]
        _hold_against_number(days, sentence)
        if re.search(_DATE, rest):
            raise NotRead(_("it has a date that is neither a day off nor a working day"))
    except NotRead as error:
        found.unread.append(f"{sentence}。 {error}")
        return
    found.days += days


def _days(found: HolidayNotice, name: str, clause: "re.Match[str]") -> Iterator[CalendarDay]:
    off = clause[2] in ("放假", "休息")
    kind = CalendarDay.Kind.HOLIDAY if off else CalendarDay.Kind.WORKDAY
    year, month = found.year, 0
    for span in re.findall(_SPAN, clause[1]):
        ends = []
        for match in re.finditer(_DAY, span):
            month = int(match[2] or month)
            # What belongs to New Year and lies in December is of the year before.
            before = "元旦" in name and month == 12 and not match[1]
            year = int(match[1]) if match[1] else found.year - before
            ends.append(_one(year, month, int(match[3]), match[4] or ""))
        yield from _each(found, name, kind, ends)


def _one(year: int, month: int, day: int, said: str) -> dt.date:
    """A date, held against the day of the week that is said of it. Raises NotRead."""
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise NotRead(_("there is no such day")) from None
    weekday = _WEEKDAY.search(said)
    if weekday and _WEEKDAYS.index(weekday[1].replace("天", "日")) != date.weekday():
        raise NotRead(_("%(day)s is another day of the week") % {"day": date})
    return date


def _each(
    found: HolidayNotice, name: str, kind: CalendarDay.Kind, ends: list[dt.date]
) -> Iterator[CalendarDay]:
    first, last = ends[0], ends[-1]
    if not 0 <= (last - first).days < _LONGEST:
        raise NotRead(_("the last day is before the first, or there are too many days"))
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(days=n)
        if kind == CalendarDay.Kind.WORKDAY and day.weekday() < 5:
            raise NotRead(_("%s is worked anyway, being no Saturday or Sunday.") % day)
        yield CalendarDay(day=day, kind=kind, name=shown_holiday(name), notice=found.notice)


def _hold_against_number(days: list[CalendarDay], sentence: str) -> None:
    """Raises NotRead where the sentence says another number of days."""
    said = _LASTS.search(sentence)
    off = sum(day.kind == CalendarDay.Kind.HOLIDAY for day in days)
    if said and off and off != int(said[1]):
        numbers = {"said": said[1], "found": off}
        raise NotRead(
            _("it gives the number of days as %(said)s, but the count is %(found)s") % numbers
        )


def shown_holiday(name: str) -> str:
    """A holiday's name in both languages, as the calendar has it."""
    english = [NAMES[part] for part in name.split("、") if part in NAMES]
    return f"{' and '.join(english)} {name}".strip()[:60]
