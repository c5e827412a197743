"""Today of a supervisor: the team's work, whose cases nobody works, and mails that failed."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from icpcases.cases.outbox import undelivered
from icpcases.staff.colleagues.views import case_addresses
from icpcases.workflow.leave import Absences
from icpcases.workflow.team import Colleague, team_of, workloads

MOST_MAILS = 1_000


@dataclass(frozen=True)
class TeamLine:
    """A colleague with who has how much; each number with where the cases are."""

    who: Colleague
    cases: str
    overdue: str
    place: str


@dataclass(frozen=True)
class TeamToday:
    """What a supervisor looks at first."""

    lines: list[TeamLine]
    overdue: int
    mails: str

    @property
    def left_alone(self) -> list[TeamLine]:
        """Whose cases nobody works: closed accounts, other roles, leaves without a stand-in."""
        return [line for line in self.lines if line.who.left_alone]


def team_today(now: dt.datetime, away: Absences) -> TeamToday:
    """Whoever works cases or still has some, those with most overdue first; four queries."""
    have = workloads(now)
    found = [who for who in team_of(now, away, have=have) if who.works or who.load.open]
    found.sort(key=lambda who: (not who.left_alone, -who.load.overdue, -who.load.open, who.name))
    lines = [
        TeamLine(
            who, *case_addresses(who.user), reverse("admin:cases_colleague", args=[who.user.pk])
        )
        for who in found
    ]
    # In no order: the first by key would be looked for among all mails there ever were.
    number = undelivered(now).order_by()[: MOST_MAILS + 1].count()
    overdue = sum(load.overdue for load in have.values())
    return TeamToday(lines, overdue, f"{number:,}" if number <= MOST_MAILS else f"{MOST_MAILS:,}+")
