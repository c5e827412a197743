"""What a page writes on the picture of the workflow: a case's way, numbers of cases, clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.deadlines.clocks import clocks_in_words
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step


@dataclass(frozen=True)
class StateCount:
    """A number written at a state, the page behind it, and what both are called."""

    number: int
    url: str
    label: str


@dataclass(frozen=True)
class Overlay:
    """The way of a case, or how many cases stand where; `clocks` stand for the program's own."""

    been: frozenset[State] = frozenset()
    now: State | None = None
    walked: frozenset[tuple[Step, State]] = frozenset()
    counts: Mapping[State, StateCount] = field(default_factory=dict)
    clocks: Mapping[State, str] | None = None

    def at(self, state: State) -> str:
        """The classes of a state's box."""
        if state == self.now:
            return "state now"
        return "state been" if state in self.been else "state"


def overlay_of(case: FilingCase, way: list[HistoryRow]) -> Overlay:
    """A case's way as it is drawn."""
    return Overlay(
        been=frozenset(State(row.to_state) for row in way),
        now=case.is_at,
        walked=frozenset((Step(r.step), State(r.from_state)) for r in way if r.step),
        clocks=clocks_in_words(),
    )
