"""One change of many cases: each through the door by itself, each done or told why not."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.lifecycle.roles import Actor
from icpcases.rules.rule import Party
from icpcases.workflow.exceptions import Refused, Stale

from .assignment import assign

#: So many cases at most are changed while somebody waits.
AT_ONCE = 300
_DOUBLE_CLICK = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Outcome:
    """What became of one of the cases."""

    case: FilingCase
    error: Refused | None


def each_case(
    chosen: Iterable[tuple[FilingCase, int]],
    by: Actor,
    kind: HistoryRow.Kind,
    change: Callable[[FilingCase, int], object],
) -> list[Outcome]:
    """Try a change on each case, of the version that was seen; the others go on if one fails.

    What the same person has done to a case in the same way a moment ago is done: a form sent
    twice.
    """
    return [Outcome(case, _tried(case, version, by, kind, change)) for case, version in chosen]


def _tried(
    case: FilingCase,
    version: int,
    by: Actor,
    kind: HistoryRow.Kind,
    change: Callable[[FilingCase, int], object],
) -> Refused | None:
    try:
        change(case, version)
    except Refused as error:
        return None if _sent_twice(error, by, kind) else error
    return None


def _sent_twice(error: Refused, by: Actor, kind: HistoryRow.Kind) -> bool:
    if not isinstance(error, Stale) or len(error.rows) != 1:
        return False
    (row,) = error.rows
    recent = timezone.now() - row.recorded_at < _DOUBLE_CLICK
    return bool(recent and row.kind == kind and row.by_id == by.pk)


def hand_over(officer: User, by: Actor, to: User | None) -> list[Outcome]:
    """Give the cases of somebody that are going to another officer, or to nobody.

    Those due first come first; AT_ONCE at most. Only supervisors may.
    """
    going = FilingCase.objects.filter(officer=officer).exclude(turn=Party.NOBODY.value)
    cases = list(going.select_related("applicant").order_by("due_at", "pk")[:AT_ONCE])

    def give(case: FilingCase, version: int) -> None:
        try:
            assign(case, by, to, version)
        except Stale:
            # Whatever happened meanwhile, somebody else works the case from now on.
            case.refresh_from_db()
            assign(case, by, to, case.version)

    chosen = [(case, case.version) for case in cases]
    return each_case(chosen, by, HistoryRow.Kind.ASSIGNMENT, give)
