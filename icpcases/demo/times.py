"""When things happen in the demo office: on working days, in office hours, never ahead of now."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from icpcases.rules.working_days import Calendar

HOURS = ((dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(18)))
#: The minutes of a working day.
DAY = 450


@dataclass(frozen=True)
class OfficeTime:
    """Office minutes, counted back from a moment."""

    calendar: Calendar
    now: dt.datetime

    def ago(self, days: float, base: dt.datetime | None = None) -> dt.datetime:
        """The moment so many working days of office time before `base`, or before now."""
        base = timezone.localtime(base or self.now).replace(second=0, microsecond=0)
        left = dt.timedelta(minutes=round(days * DAY))
        day = base.date()
        while True:
            for start, end in self._spans(day, base):
                if end - start > left:
                    return end - left
                left -= end - start
            day -= dt.timedelta(days=1)

    def hours_ago(self, hours: float) -> dt.datetime:
        """About so many hours ago by the wall clock; in office hours if that is within a day."""
        at = self.now - dt.timedelta(hours=hours)
        in_office = self.ago(0, at)
        near = self.now - in_office < dt.timedelta(hours=23)
        return in_office if near else timezone.localtime(at).replace(second=0, microsecond=0)

    def last(self, weekday: int, at: dt.datetime) -> dt.datetime:
        """The same time on the last such weekday that was a working day: at most on that day."""
        while at.weekday() != weekday or not self.calendar.is_working(at.date()):
            at -= dt.timedelta(days=1)
        return at

    def _spans(self, day: dt.date, until: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
        """The office hours of a day up to a moment, the later first."""
        if not self.calendar.is_working(day):
            return []
        spans = [(_at(day, start), min(_at(day, end), until)) for start, end in reversed(HOURS)]
        return [(start, end) for start, end in spans if start < end]


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))
