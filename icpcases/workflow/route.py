"""The bar of a case: the phases it has walked, the one it is in, those still due."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from icpcases.cases.models import FilingCase, HistoryRow, effective
from icpcases.lifecycle.states import STATES, Phase, State, StateDefinition
from icpcases.lifecycle.ways import comes_through
from icpcases.lifecycle.wording import state_words
from icpcases.rules.facts import ServiceKind
from icpcases.types import SqlRow

from .recommendation import phases_due


def way_of(case: FilingCase) -> list[HistoryRow]:
    """The steps on a case's way and its opening, oldest first, without those taken back."""
    rows = case.history.exclude(step="", sequence__gt=1).order_by("-sequence")
    told = rows.select_related("by").defer("changes", "findings", "entered")
    return [*effective(told)][::-1]


_IN_ORDER = list(Phase)
MAIN_PATH = tuple(
    state for state in STATES if state.phase != Phase.CLOSED and state != State.RETURNED
)


@dataclass(frozen=True)
class Stop:
    """A state on the way of a case: when it was entered, if it was; done, now or ahead."""

    state: State
    place: str
    entered: dt.datetime | None
    kind: ServiceKind = ServiceKind.WEBSITE
    inspection: bool = False

    @property
    def words(self) -> StateDefinition:
        """What the state says to whoever reads of this kind of service."""
        return state_words(self.state, self.kind, self.inspection)


def path_of(case: FilingCase) -> list[Stop]:
    """The states this case has been in, the one it is in, and those still due, in order."""
    entered = entered_states(case)
    now = case.is_at
    order: list[State] = [
        state
        for state in MAIN_PATH
        if state == case.is_at or comes_through(case.is_of, state, case.changed)
    ]
    if now == State.RETURNED:
        order.insert(order.index(State.PROVIDER_REVIEW), State.RETURNED)
    if now.closed:
        order.append(now)
    here = order.index(now)
    told = case.kind, case.about.inspection
    done = [Stop(s, "done", entered[s], *told) for s in order[:here] if s in entered]
    present = Stop(now, "now", case.state_since, *told)
    walked = {Phase.INTAKE} | {state.phase for state in entered}
    due = {segment.phase for segment in _bar(case, walked)}
    ahead = [Stop(s, "ahead", None, *told) for s in order[here + 1 :] if s.phase in due]
    return [*done, present, *ahead]


class Move(NamedTuple):
    """A history row that brought a case into another state, or back."""

    case_id: int
    sequence: int
    undoes: int | None
    to_state: str
    happened_at: dt.datetime


def _moved(case: int) -> QuerySet[HistoryRow, SqlRow]:
    # What left the case where it was says nothing of when a state was entered, however long.
    moved = ~Q(from_state=F("to_state")) & (Q(kind=HistoryRow.Kind.STEP) | Q(sequence=1))
    rows = HistoryRow.objects.filter(moved, case=case).order_by("-sequence")
    return rows.values_list("case_id", "sequence", "undoes", "to_state", "happened_at")


def entered_states(case: FilingCase) -> dict[State, dt.datetime]:
    """When each state was last entered, but for steps that were taken back."""
    moves = [*effective(Move(*row) for row in _moved(case.pk))][::-1]
    entered: dict[State, dt.datetime] = {}
    before = ""
    for move in moves:
        if move.to_state != before:
            entered[State(move.to_state)] = move.happened_at
        before = move.to_state
    return entered


@dataclass(frozen=True)
class Segment:
    """A phase on the bar, and where the case stands to it: done, now or ahead."""

    phase: Phase
    place: str


def route_bar(case: FilingCase, history: list[HistoryRow] | None = None) -> list[Segment]:
    """The phases of this case's route, from its history and from what its facts still ask.

    `history` is all of it, newest first, where somebody has it already.
    """
    if history is None:
        return bars_of([case])[0]
    steps = (row for row in history if row.kind == HistoryRow.Kind.STEP)
    moves = effective(row for row in steps if row.from_state != row.to_state)
    return _bar(case, {Phase.INTAKE} | {State(move.to_state).phase for move in moves})


def bars_of(cases: list[FilingCase]) -> list[list[Segment]]:
    """The bars of several cases, in their order, in one query."""
    walked = walked_phases(cases)
    return [_bar(case, walked[case.pk]) for case in cases]


def _bar(case: FilingCase, behind: set[Phase]) -> list[Segment]:
    now = case.is_at.phase
    walked = behind | {now}
    ahead = set() if now in (Phase.CLOSED, Phase.DONE) else phases_due(case)
    route = sorted(walked | ahead, key=_IN_ORDER.index)
    if now == Phase.INTAKE:
        # Sent back or reopened: what was walked before lies ahead again.
        route = [Phase.INTAKE, *sorted(ahead - {Phase.INTAKE}, key=_IN_ORDER.index)]
    return [Segment(phase, _place(phase, now)) for phase in route]


def _place(phase: Phase, now: Phase) -> str:
    if phase == now:
        return "now"
    return "done" if _IN_ORDER.index(phase) < _IN_ORDER.index(now) else "ahead"


def walked_phases(cases: list[FilingCase]) -> dict[int, set[Phase]]:
    """Per case the phases it has been in, but for those it was taken back out of."""
    steps = HistoryRow.objects.filter(case__in=cases, kind=HistoryRow.Kind.STEP)
    moves = steps.exclude(from_state=F("to_state")).order_by("-sequence")
    rows = moves.values_list("case_id", "sequence", "undoes", "to_state", "happened_at")
    walked = {case.pk: {Phase.INTAKE} for case in cases}
    for move in effective(Move(*row) for row in rows):
        walked[move.case_id].add(State(move.to_state).phase)
    return walked
