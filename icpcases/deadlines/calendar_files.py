"""The calendar of working days as a file: read, judged whole, and put in place of its years."""

import csv
import datetime as dt
import io
import json
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import CalendarDay

from .recalculation import ask_for_recalculation
from .tables import calendar

FIELDS = ("day", "kind", "name", "notice")
ASK_FOR_NEXT_YEAR = 10
_WEEKEND = 5
_YEARS = range(2000, 2100)
_TOLD = 5
_LONGEST = {field.name: field.max_length or 0 for field in CalendarDay._meta.fields}


class BadCalendar(Exception):
    """A file that is no calendar: the sentences say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Loaded:
    """The years a file speaks of, and the days it brought, altered and took away."""

    years: list[int]
    added: list[CalendarDay]
    changed: list[CalendarDay]
    removed: list[CalendarDay]

    @property
    def same(self) -> bool:
        """Whether everything stood there already."""
        return not (self.added or self.changed or self.removed)


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


def load_calendar(days: list[CalendarDay]) -> Loaded:
    """Put the days in place of all that is known of their years, wholly or not at all.

    Due dates are then reckoned anew. Loading the same days again changes nothing.
    """
    years = sorted({day.day.year for day in days})
    with transaction.atomic():
        rows = CalendarDay.objects.select_for_update().filter(day__year__in=years)
        known = {row.day: row for row in rows}
        found = Loaded(
            years,
            added=[day for day in days if day.day not in known],
            changed=[d for d in days if d.day in known and not _alike(d, known[d.day])],
            removed=[known[day] for day in sorted(known.keys() - {day.day for day in days})],
        )
        if not found.same:
            CalendarDay.objects.filter(pk__in=[row.pk for row in found.removed]).delete()
            CalendarDay.objects.bulk_create(
                [*found.added, *found.changed],
                update_conflicts=True,
                unique_fields=["day"],
                update_fields=["kind", "name", "notice"],
            )
            ask_for_recalculation()
    return found


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
    if values["kind"] == CalendarDay.Kind.WORKDAY and day.weekday() < _WEEKEND:
        raise ValueError(_("%s is worked anyway, being no Saturday or Sunday.") % day)
    for name in ("name", "notice"):
        longest = _LONGEST[name]
        if len(values[name]) > longest or "\0" in values[name]:
            raise ValueError(_("“%(name)s” is longer than %(n)s.") % {"name": name, "n": longest})
    return CalendarDay(day=day, **{name: values[name] for name in FIELDS[1:]})


def _date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(_("“%s” is no day such as 2027-01-01.") % text[:40])
    if day.year not in _YEARS:
        raise ValueError(_("%s lies too far away.") % day)
    return day


def _alike(a: CalendarDay, b: CalendarDay) -> bool:
    return all(getattr(a, name) == getattr(b, name) for name in FIELDS)


def _shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - _TOLD
    if more <= 0:
        return sentences
    return [*sentences[:_TOLD], _("And %(n)s more.") % {"n": more}]
