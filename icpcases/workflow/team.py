"""Who in the office has how much, and whose cases nobody works: closed accounts, leaves."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from icpcases.cases.models import Leave
from icpcases.cases.permissions import shown_name
from icpcases.lifecycle.roles import STAFF_GROUPS, Role
from icpcases.rules.rule import Party
from icpcases.search.query import fetch

from .leave import Absences, absences

_WORKING = (Role.OFFICER.value, Role.SUPERVISOR.value)


@dataclass(frozen=True)
class Workload:
    """How many cases of somebody are going, and how many of them are overdue."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Colleague:
    """Somebody of the office: the account, its role, its cases, and whether it works them."""

    user: User
    role: str
    load: Workload
    leave: Leave | None
    stand_in: User | None

    @property
    def name(self) -> str:
        """The name as colleagues read it."""
        return shown_name(self.user)

    @property
    def works(self) -> bool:
        """Whether the account may work cases."""
        return self.user.is_active and self.role in _WORKING

    @property
    def away(self) -> bool:
        """Whether it is a day of leave."""
        return self.leave is not None

    @property
    def left_alone(self) -> bool:
        """Whether there are cases that nobody works: the account is closed or another role's, or
        its owner is away and nobody stands in."""
        unseen = not self.works or self.away
        return bool(self.load.open and unseen and self.stand_in is None)


def workloads(now: dt.datetime) -> dict[int | None, Workload]:
    """The cases that are going, by the account of the officer, None for nobody's; one query along
    `case_going`."""
    sql = (
        "SELECT officer_id, COUNT(*), SUM(CASE WHEN due_at < %s THEN 1 ELSE 0 END)"
        f" FROM cases_filingcase WHERE NOT (turn = '{Party.NOBODY.value}') GROUP BY officer_id"
    )
    rows = fetch(sql, [connection.ops.adapt_datetimefield_value(now)])
    return {pk: Workload(number, int(over or 0)) for pk, number, over in rows}


def staff_accounts() -> QuerySet[User]:
    """The accounts of the office, open or closed, each with the groups that are roles."""
    roles = Group.objects.filter(name__in=STAFF_GROUPS)
    found = User.objects.filter(Q(groups__in=roles) | Q(is_staff=True)).distinct()
    held = Prefetch("groups", roles, to_attr="role_groups")
    return found.order_by("-is_active", "username").prefetch_related(held)


def role_of(user: User) -> str:
    """The role of an account of `staff_accounts`; the highest where it has several."""
    held = {group.name for group in vars(user)["role_groups"]}
    order = (Role.SUPERVISOR, Role.OFFICER, Role.AUDITOR)
    return next((role.value for role in order if role.value in held), "")


def team_of(
    now: dt.datetime,
    away: Absences | None = None,
    accounts: Iterable[User] | None = None,
    have: dict[int | None, Workload] | None = None,
) -> list[Colleague]:
    """Everybody of the office, those whose accounts are open first; four queries."""
    away = away or absences(timezone.localdate(now))
    have = workloads(now) if have is None else have
    return [
        Colleague(
            user,
            role_of(user),
            have.get(user.pk, Workload()),
            away.leaves.get(user.pk),
            _stand_in(user, away),
        )
        for user in (staff_accounts() if accounts is None else accounts)
    ]


def _stand_in(user: User, away: Absences) -> User | None:
    there = away.stand_in_of(user)
    return None if there is None or there.pk == user.pk else there
