"""Working days of Mainland China: weekdays, less public holidays, plus made-up weekends."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

Ordinals = tuple[int, ...]


@dataclass(frozen=True)
class Calendar:
    """What the State Council notices say about the days of some years.

    `holidays` are public holidays, `workdays` the Saturdays and Sundays worked instead, and
    `years` those whose notice is published. A day in both sets is a holiday. Source: the
    yearly notice of the General Office of the State Council on holiday arrangements.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        return self._worked_until(day.toordinal()) > self._worked_until(day.toordinal() - 1)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is not counted; for n = 0 the day itself.

        Raises ValueError for a negative n and for a date beyond the year 9999.
        """
        if n < 0:
            raise ValueError("working days are added, not taken away")
        here = day.toordinal()
        target = self._worked_until(here) + n
        # Each stride is as long as the days still wanted, so it cannot pass the target.
        while missing := target - self._worked_until(here):
            here += missing
        return date.fromordinal(here)

    def on_or_after(self, day: date) -> date:
        """The day itself if people work on it, else the next on which they do."""
        return self.add(day - timedelta(days=1), 1)

    def between(self, a: date, b: date) -> int:
        """The working days after `a` up to and with `b`: 0 when b is not later than a.

        Splitting a span anywhere and adding up the parts gives the same number.
        """
        return max(0, self._worked_until(b.toordinal()) - self._worked_until(a.toordinal()))

    def provisional(self, start: date, end: date | None = None) -> bool:
        """Whether a year from start to end (or of the one day) has no published notice."""
        last = (end or start).year
        return any(year not in self.years for year in range(start.year, last + 1))

    def _worked_until(self, ordinal: int) -> int:
        # Ordinal 1 is a Monday.
        weeks, days = divmod(ordinal, 7)
        weekdays = weeks * 5 + min(days, 5)
        lost = bisect_right(self._lost, ordinal)
        return weekdays - lost + bisect_right(self._gained, ordinal)

    @cached_property
    def _lost(self) -> Ordinals:
        return _ordinals(day for day in self.holidays if day.weekday() < 5)

    @cached_property
    def _gained(self) -> Ordinals:
        return _ordinals(day for day in self.workdays - self.holidays if day.weekday() >= 5)


def _ordinals(days: Iterable[date]) -> Ordinals:
    return tuple(sorted(day.toordinal() for day in days))
