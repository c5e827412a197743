"""The calendar of working days as a file: read, judged whole, and put in place of its years."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import CalendarDay, CalendarYear, DueRun, TableChange

from .holiday_notice import HolidayNotice, NotRead, is_notice, read_notice
from .recalculation import ask_for_recalculation
from .tables import calendar

FIELDS = ("day", "kind", "name", "notice")
ASK_FOR_NEXT_YEAR = 10
_OF_A_NOTICE = 10
_TOLD = 5
_LONGEST = {field.name: field.max_length or 0 for field in CalendarDay._meta.fields}


class BadCalendar(Exception):
    """A file that is no calendar: the sentences say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Loaded:
    """The year a notice is for, and the days it brings, alters and takes away."""

    year: int
    added: list[CalendarDay]
    changed: list[CalendarDay]
    removed: list[CalendarDay]
    #: What stood there of the days it alters.
    before: dict[dt.date, CalendarDay]
    #: Whether the year was known already.
    known: bool

    @property
    def same(self) -> bool:
        """Whether everything stood there already."""
        return self.known and not (self.added or self.changed or self.removed)

    @property
    def digest(self) -> str:
        """Another one where what is done differs."""
        words = [
            f"{word}:{day.day}:{day.kind}:{day.name}:{day.notice}"
            for word in ("added", "changed", "removed")
            for day in getattr(self, word)
        ]
        return hashlib.sha256("\n".join([f"{self.year} {self.known}", *words]).encode()).hexdigest()


def read_days(content: bytes) -> list[CalendarDay]:
    """The days of a CSV file with a header line, or of a JSON array of objects.

    Each has `day` (YYYY-MM-DD) and `kind` (holiday or workday), and may have `name` and
    `notice`. Raises BadCalendar with everything that is wrong.
    """
    text = _text(content)
    rows = _json_rows(text) if text.lstrip().startswith(("[", "{")) else _csv_rows(text)
    days: list[CalendarDay] = []
    wrong: list[str] = []
    for number, row in rows:
        try:
            days.append(_day(row))
        except ValueError as error:
            wrong.append(_("Entry %(n)s: %(error)s") % {"n": number, "error": error})
    twice = [day for day, n in Counter(day.day for day in days).items() if n > 1]
    wrong += [_("%(day)s stands there more than once.") % {"day": day} for day in twice]
    if not days and not wrong:
        wrong = [_("The file names no day.")]
    if wrong:
        raise BadCalendar(_shortened(wrong))
    return days


def read_calendar(content: bytes, year: int | None = None) -> HolidayNotice:
    """The notice's own text, or a file of its days; and which year it is for.

    Raises BadCalendar with everything that is wrong with a file.
    """
    text = _text(content)
    if is_notice(text):
        try:
            found = read_notice(text, year)
        except NotRead as error:
            raise BadCalendar([str(error)]) from None
        if not found.days:
            raise BadCalendar(found.unread or [_("There is no date in the text.")])
        return found
    days = read_days(content)
    return HolidayNotice(year or year_of(days), "", days)


def year_of(days: list[CalendarDay]) -> int:
    """The year most days lie in. Raises BadCalendar where that is not plain.

    A notice also names days of the year beside its own: the end of December, as a rule.
    """
    (year, most), *others = Counter(day.day.year for day in days).most_common()
    if any(number >= min(_OF_A_NOTICE, most) for _year, number in others):
        raise BadCalendar(
            [_("These days fall in several years: say which year the notice is for.")]
        )
    return year


def plan_calendar(days: list[CalendarDay], year: int) -> Loaded:
    """What loading the notice of a year would change: all of its year, and days beside it.

    Raises BadCalendar for days of any other year than those beside it.
    """
    far = [day for day in days if abs(day.day.year - year) > 1]
    if far:
        sentence = _("%(day)s does not belong in the notice for %(year)s.")
        raise BadCalendar(_shortened([sentence % {"day": d.day, "year": year} for d in far]))
    for day in days:
        if day.day.year != year and not day.notice:
            # So that the other year, when it is loaded, leaves it there.
            day.notice = str(year)
    names = {day.day for day in days}
    years = {year, *(day.day.year for day in days)}
    known = {row.day: row for row in CalendarDay.objects.filter(day__year__in=years)}
    others = set(CalendarYear.objects.exclude(year=year).values_list("notice", flat=True))
    others |= {str(beside) for beside in (year - 1, year + 1)}
    changed = [d for d in days if d.day in known and not _alike(d, known[d.day])]
    return Loaded(
        year,
        added=[day for day in days if day.day not in known],
        changed=changed,
        removed=[
            row for day, row in sorted(known.items())
            if day.year == year and day not in names and row.notice not in others - {""}
        ],
        before={day.day: known[day.day] for day in changed},
        known=CalendarYear.objects.filter(year=year).exists(),
    )  # fmt: skip


def load_calendar(
    days: list[CalendarDay], year: int, by: User | None = None, seen: str = ""
) -> Loaded | None:
    """Put the days in place of all that is known of the notice's year, wholly or not at all.

    Days of the years beside it are added, and nothing of these years is taken away. The year is
    known from then on, and due dates are reckoned anew. Loading the same days again changes
    nothing. None where `seen`, the digest of a plan, is not what would be done now.
    """
    with transaction.atomic():
        # One at a time: on SQLite the transaction is immediate.
        DueRun.objects.get_or_create(pk=1)
        DueRun.objects.select_for_update().get(pk=1)
        found = plan_calendar(days, year)
        if seen and seen != found.digest:
            return None
        if not found.same:
            _write(found, days, by)
            ask_for_recalculation()
    return found


def _write(found: Loaded, days: list[CalendarDay], by: User | None) -> None:
    CalendarDay.objects.filter(pk__in=[row.pk for row in found.removed]).delete()
    CalendarDay.objects.bulk_create(
        [*found.added, *found.changed],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name", "notice"],
    )
    notices = Counter(day.notice for day in days if day.day.year == found.year)
    saved = {"notice": notices.most_common(1)[0][0] if notices else "", "saved_at": timezone.now()}
    CalendarYear.objects.update_or_create(year=found.year, defaults={**saved, "saved_by": by})
    changes = {
        word: [[], [f"{day}" for day in getattr(found, word)]]
        for word in ("added", "changed", "removed")
        if getattr(found, word)
    }
    TableChange.objects.create(
        table="cases.calendaryear", row=str(found.year), shown=str(found.year), by=by,
        what=TableChange.What.CHANGED if found.known else TableChange.What.ADDED, changes=changes,
    )  # fmt: skip


def missing_years(now: dt.datetime) -> list[str]:
    """A sentence for this year and, from October on, the next, if its holidays are missing."""
    today = timezone.localdate(now)
    years = [today.year]
    if today.month >= ASK_FOR_NEXT_YEAR:
        years.append(today.year + 1)
    known = calendar().years
    sentence = _(
        "The calendar of %(year)s is missing: enter the State Council's holidays, or dates in "
        "that year stay provisional."
    )
    return [sentence % {"year": year} for year in years if year not in known]


def _text(content: bytes) -> str:
    """UTF-8, or what spreadsheets in China write. Raises BadCalendar."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadCalendar([_("The file is no text.")])


def _csv_rows(text: str) -> list[tuple[int, dict[str, object]]]:
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise BadCalendar([_("This is no CSV file: %(error)s.") % {"error": error}]) from None
    if not {"day", "kind"} <= set(header) <= set(FIELDS):
        names = {"names": ", ".join(FIELDS)}
        raise BadCalendar([_("The first line must name the columns: %(names)s.") % names])
    return rows


def _json_rows(text: str) -> list[tuple[int, dict[str, object]]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadCalendar([_("This is no JSON file: %(error)s.") % {"error": error}]) from None
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise BadCalendar([_("The file must be an array of objects, one a day.")])
    return list(enumerate(rows, 1))


def _day(row: dict[str, object]) -> CalendarDay:
    """One day. Raises ValueError with a sentence."""
    texts = {name: text for name, text in row.items() if isinstance(text, str | None)}
    if set(row) - set(FIELDS) or len(texts) < len(row):
        raise ValueError(_("only texts named %(names)s are read.") % {"names": ", ".join(FIELDS)})
    values = {name: (texts.get(name) or "").strip() for name in FIELDS}
    day = _date(values["day"])
    if values["kind"] not in CalendarDay.Kind.values:
        raise ValueError(_("the kind is holiday or workday, not “%s”.") % values["kind"][:40])
    for name in ("name", "notice"):
        longest = _LONGEST[name]
        if len(values[name]) > longest or "\0" in values[name]:
            raise ValueError(_("“%(name)s” is longer than %(n)s.") % {"name": name, "n": longest})
    found = CalendarDay(day=day, **{name: values[name] for name in FIELDS[1:]})
    try:
        found.clean()
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
    return found


def _date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(_("“%s” is no day such as 2027-01-01.") % text[:40])
    return day


def _alike(a: CalendarDay, b: CalendarDay) -> bool:
    return all(getattr(a, name) == getattr(b, name) for name in FIELDS)


def _shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - _TOLD
    if more <= 0:
        return sentences
    return [*sentences[:_TOLD], _("And %(n)s more.") % {"n": more}]
