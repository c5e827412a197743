"""What a page writes on the picture of the workflow: a case's way, numbers of cases, clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .clocks import kept, length_of
from .models import HistoryRow
from .states import State, Unit
from .steps import Step

if TYPE_CHECKING:
    from .models import FilingCase


@dataclass(frozen=True)
class Count:
    """A number written at a state, the page behind it, and what both are called."""

    number: int
    url: str
    label: str


@dataclass(frozen=True)
class Written:
    """The way of a case, or how many cases stand where; `clocks` stand for the program's own."""

    been: frozenset[State] = frozenset()
    now: State | None = None
    walked: frozenset[tuple[Step, State]] = frozenset()
    counts: Mapping[State, Count] = field(default_factory=dict)
    clocks: Mapping[State, str] | None = None

    def at(self, state: State) -> str:
        """The classes of a state's box."""
        if state == self.now:
            return "state now"
        return "state been" if state in self.been else "state"


def clocks_in_words() -> dict[State, str]:
    """The turn clocks of this office, such as “2 working days”; states without one are left out."""
    tables = kept()
    found = ((state, length_of(state, tables=tables)) for state in State)
    return {state: _in_words(*limit) for state, limit in found if limit}


def clock_in_words(state: State) -> str:
    """The turn clock of a state; empty where none runs."""
    limit = length_of(state)
    return _in_words(*limit) if limit else ""


def _in_words(amount: int, unit: Unit) -> str:
    words = str(unit.label)
    return _("%(n)s %(unit)s") % {
        "n": amount,
        "unit": words.removesuffix("s") if amount == 1 else words,
    }


def way_of(case: "FilingCase") -> list[HistoryRow]:
    """The steps on a case's way and its opening, oldest first, without those taken back."""
    rows = case.history.exclude(step="", sequence__gt=1).order_by("sequence")
    kept: dict[int, HistoryRow] = {}
    for row in rows.select_related("by").defer("changes", "findings", "entered"):
        if row.step == Step.STEP_BACK:
            kept.pop(row.undoes or 0, None)
        else:
            kept[row.sequence] = row
    return list(kept.values())


def written_way(case: "FilingCase", way: list[HistoryRow]) -> Written:
    """A case's way as it is drawn."""
    return Written(
        been=frozenset(State(row.to_state) for row in way),
        now=case.is_at,
        walked=frozenset((Step(r.step), State(r.from_state)) for r in way if r.step),
        clocks=clocks_in_words(),
    )
