"""Who is away, and who works their cases meanwhile."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.cache import caches

from icpcases.cases.models import Leave

#: So many colleagues at most are stood in for by one: each costs the queue a few questions.
MOST_COVERED = 20
_KEY, _KEPT_SECONDS = "absences", 60


@dataclass(frozen=True)
class Absences:
    """The leaves that hold on a day, by the account of whoever is away."""

    day: dt.date
    leaves: dict[int, Leave]

    def stand_in_of(self, officer: User) -> User | None:
        """Who works the officer's cases: himself, or whoever stands in and is there himself.

        None where nobody does: the account is closed, or nobody was named, or they are away too.
        """
        seen: set[int] = set()
        there: User | None = officer
        while there is not None and there.pk not in seen:
            seen.add(there.pk)
            leave = self.leaves.get(there.pk)
            if leave is None:
                return there if there.is_active else None
            there = leave.stand_in
        return None

    def covered_by(self, user: int | None) -> list[User]:
        """The colleagues whose cases the user works beside his own."""
        away = [leave.user for leave in self.leaves.values() if leave.user_id != user]
        found = [one for one in away if (who := self.stand_in_of(one)) and who.pk == user]
        return found[:MOST_COVERED]


def recent_absences(day: dt.date) -> Absences:
    """The same as `absences`, for pages: kept for a minute, as every table of the staff is."""
    found: Absences | None = caches["tables"].get(_KEY)
    if found is None or found.day != day:
        found = absences(day)
        caches["tables"].set(_KEY, found, _KEPT_SECONDS)
    return found


def forget_absences() -> None:
    """Have this process read anew who is away."""
    caches["tables"].delete(_KEY)


def absences(day: dt.date) -> Absences:
    """Who is away on a day; one query."""
    rows = Leave.objects.on(day).select_related("user", "stand_in").order_by("pk")
    return Absences(day, {leave.user_id: leave for leave in rows})
