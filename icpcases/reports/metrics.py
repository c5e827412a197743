"""What the board says, read out of the summary: pure functions of it, for one province or all.

Every median is the lower one, so that it is a value that some case really has.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from icpcases.cases.models.reports import Counted, MoveCount
from icpcases.lifecycle.states import STATES, Phase, State
from icpcases.lifecycle.steps import STEPS, Step

from .cache import Figures

_EPOCH = dt.date(1970, 1, 1)
_PHASES = {state.value: about.phase.value for state, about in STATES.items()}
CLOSING = tuple(
    step for step, about in STEPS.items()
    if any(state.closed for state in about.targets)
)  # fmt: skip
# Where how long a case stayed says something, in the order of a route.
TIMED = tuple(state for state in STATES if not state.closed and state.phase != Phase.DONE)
_TIMED = {state.value: state for state in TIMED}


def lower_median(values: Counter[int]) -> int | None:
    """The middle one of the values, each counted as often as it was seen; None of none."""
    place = (values.total() + 1) // 2
    for value in sorted(values):
        place -= values[value]
        if place <= 0:
            return value
    return None


@dataclass(frozen=True)
class StateMetrics:
    """The cases of a state, or of a phase: how many, how many overdue, ages in days."""

    count: int
    overdue: int
    median: int | None
    oldest: int | None


def standing(
    figures: Figures, states: Iterable[State], province: str, today: dt.date
) -> StateMetrics:
    """How the cases in these states stand; only one province's where it is given."""
    count, overdue, ages = 0, 0, Counter[int]()
    for cases, since in (figures.by_state[state] for state in states):
        for _state, _officer, where, _turn, late, n in cases:
            if province in ("", where):
                count += n
                overdue += n if late else 0
        for _state, where, day, n in since:
            if province in ("", where):
                ages[(today - _EPOCH).days - day] += n
    return StateMetrics(count, overdue, lower_median(ages), max(ages, default=None))


@dataclass
class Load:
    """What an officer has on the desk: cases by phase, the officer's own turn, overdue."""

    phases: Counter[str] = field(default_factory=Counter)
    own_turn: int = 0
    overdue: int = 0


def loads(figures: Figures, province: str) -> dict[int | None, Load]:
    """The work per officer; None is nobody's."""
    found: defaultdict[int | None, Load] = defaultdict(Load)
    for state, officer, where, turn, late, n in figures.cases:
        if province in ("", where):
            load = found[officer]
            load.phases[_PHASES[state]] += n
            load.own_turn += n if turn == "officer" else 0
            load.overdue += n if late else 0
    return found


@dataclass(frozen=True)
class Passed:
    """First decisions of one kind: how many there were, and how many passed the case."""

    passed: int
    decided: int

    @property
    def percent(self) -> int | None:
        """The share that passed, in whole per cent rounded half up; None of none."""
        return (200 * self.passed + self.decided) // (2 * self.decided) if self.decided else None


@dataclass(frozen=True)
class Week:
    """What happened in a week: cases opened, sent, submitted, filed, closed without a filing."""

    monday: dt.date
    opened: int
    received: int
    submitted: int
    filed: int
    closed: int
    provider: Passed
    administration: Passed


#: The steps with which whoever a case is with passes it.
PASSING = {
    State.PROVIDER_REVIEW: (Step.PROVIDER_PASSES,),
    State.AUTHORITY_REVIEW: (Step.APPROVE, Step.COMPLETE),
}


def weeks(figures: Figures, province: str) -> list[Week]:
    """The weeks, oldest first."""
    return [_week(monday, _moves(f, province)) for monday, f in figures.weeks.items()]


def _moves(found: Counted, province: str) -> list[MoveCount]:
    return [move for move in found.moves if province in ("", move[0])]


def _week(monday: dt.date, moves: list[MoveCount]) -> Week:
    steps: Counter[str] = Counter()
    for _province, step, *_rest, n in moves:
        steps[step] += n
    return Week(
        monday,
        opened=steps[""],
        received=steps[Step.SUBMIT_REQUEST],
        submitted=steps[Step.SUBMIT_TO_PROVIDER],
        filed=steps[Step.APPROVE],
        closed=sum(steps[step] for step in CLOSING),
        provider=_passed(moves, State.PROVIDER_REVIEW),
        administration=_passed(moves, State.AUTHORITY_REVIEW),
    )


def _passed(moves: list[MoveCount], state: State) -> Passed:
    first = [(step, n) for _p, step, left, _h, first, n in moves if first and left == state]
    passed = sum(n for step, n in first if step in PASSING[state])
    return Passed(passed, sum(n for _step, n in first))


def altogether(passed: Iterable[Passed]) -> Passed:
    """Several weeks' decisions together."""
    found = list(passed)
    return Passed(sum(p.passed for p in found), sum(p.decided for p in found))


def reasons(figures: Figures, province: str) -> list[tuple[str, int]]:
    """What the reasons of returns were about and how often, the most frequent first."""
    found: Counter[str] = Counter()
    for week in figures.weeks.values():
        for where, about, n in week.reasons:
            if province in ("", where):
                found[about] += n
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def stays(figures: Figures, province: str) -> dict[tuple[str | None, State], Counter[int]]:
    """Per province and state, and per state altogether (""), how long cases stayed, in hours."""
    found: defaultdict[tuple[str | None, State], Counter[int]] = defaultdict(Counter)
    for week in figures.weeks.values():
        for where, _step, left, hours, _first, n in week.moves:
            if hours is not None and province in ("", where) and (timed := _TIMED.get(left)):
                found[where, timed][hours] += n
    for (_where, state), hours_seen in list(found.items()):
        found["", state].update(hours_seen)
    return found


def phases() -> dict[Phase, list[State]]:
    """The states of each phase, in their order."""
    return {phase: [state for state in State if state.phase == phase] for phase in Phase}
