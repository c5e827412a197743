"""The bar of a case: the phases it has walked, the one it is in, those still due."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icpcases.rules.verdict import FactsMissing, Stage, Verdict, find_stages, find_verdict

from .models import HistoryRow
from .states import Phase, State

if TYPE_CHECKING:
    from .models import FilingCase

_PHASE_OF = {
    Stage.CERTIFICATE: Phase.CERTIFICATE,
    Stage.PREAPPROVAL: Phase.PREAPPROVAL,
    Stage.FILING: Phase.FILING,
}
_IN_ORDER = list(Phase)


@dataclass(frozen=True)
class Segment:
    """A phase on the bar, and where the case stands to it: done, now or ahead."""

    phase: Phase
    place: str


def route_bar(case: "FilingCase") -> list[Segment]:
    """The phases of this case's route, from its history and from what its facts still ask."""
    return bars_of([case])[0]


def bars_of(cases: "list[FilingCase]") -> list[list[Segment]]:
    """The bars of several cases, in their order, in one query."""
    walked = walked_phases(cases)
    return [_bar(case, walked[case.pk]) for case in cases]


def _bar(case: "FilingCase", behind: set[Phase]) -> list[Segment]:
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


def walked_phases(cases: "list[FilingCase]") -> dict[int, set[Phase]]:
    """Per case the phases it has been in, but for those it was taken back out of."""
    steps = HistoryRow.objects.filter(case__in=cases, kind=HistoryRow.Kind.STEP)
    rows = steps.order_by("sequence").values_list("case_id", "sequence", "to_state", "undoes")
    reached: dict[int, dict[int, str]] = {case.pk: {} for case in cases}
    for case_id, sequence, to_state, undoes in rows:
        if undoes:
            reached[case_id].pop(undoes, None)
        else:
            reached[case_id][sequence] = to_state
    return {
        pk: {Phase.INTAKE} | {State(state).phase for state in states.values()}
        for pk, states in reached.items()
    }


def phases_due(case: "FilingCase") -> set[Phase]:
    """The phases the facts still ask for; the plain way while the facts are not complete."""
    try:
        if find_verdict(case.facts) != Verdict.FILE:
            return {Phase.CLOSED}
        stages = find_stages(case.facts)
    except FactsMissing:
        return {Phase.FILING, Phase.DONE}
    return {_PHASE_OF[stage] for stage in stages} | {Phase.DONE}
