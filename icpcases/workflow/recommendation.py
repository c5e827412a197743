"""The step to take next, and the phases still due."""

from functools import lru_cache

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import WITH_NUMBER, Phase, State
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_case import ORDER_EXPIRED
from icpcases.rules.facts import Facts
from icpcases.rules.verdict import (
    FactsMissing,
    Stage,
    Verdict,
    find_stages,
    find_verdict,
    next_stage,
)
from icpcases.workflow.dossier import dossier_for

_PHASE_OF = {
    Stage.CERTIFICATE: Phase.CERTIFICATE,
    Stage.PREAPPROVAL: Phase.PREAPPROVAL,
    Stage.FILING: Phase.FILING,
}
# Of how many different facts the answer is kept: they are alike in many cases.
_KEPT = 4096
_BY_VERDICT = {
    Verdict.NOT_REQUIRED: Step.CLOSE_NOT_REQUIRED,
    Verdict.REFER: Step.REFER,
    Verdict.NOT_PERMITTED: Step.DECLINE,
}
_BY_STAGE = {
    Stage.CERTIFICATE: Step.BEGIN_CERTIFICATE,
    Stage.PREAPPROVAL: Step.BEGIN_PREAPPROVAL,
    Stage.FILING: Step.PREPARE_FILING,
}


def recommended_step(case: FilingCase) -> Step | None:
    """The step that takes this case on its way, open or not; None where none does."""
    state = case.is_at
    if state == State.RETURNED and ORDER_EXPIRED.holds(dossier_for(case)):
        return Step.EXPIRE_ORDER
    if state in WITH_NUMBER and case.service is not None and case.service.state == "cancelled":
        return None
    if state == State.OPEN:
        return None if case.duties_done else _next_duty(case)
    for step in Step.leading_out_of(state, case.is_of):
        if step.about.forward:
            return step
    by_facts = step_by_facts(case.facts, case.changed)
    if by_facts and by_facts.about.leads_out_of(state, case.is_of):
        return by_facts
    return None


@lru_cache(maxsize=_KEPT)
def step_by_facts(facts: Facts, changed: frozenset[str]) -> Step | None:
    """The step that the office takes first with these facts; None while the verdict is open."""
    try:
        closing = _BY_VERDICT.get(find_verdict(facts, changed))
        return closing or _BY_STAGE[next_stage(facts, changed)]
    except FactsMissing:
        return None


def is_elsewhere(case: FilingCase, step: Step) -> bool:
    """Whether the facts lead this case another way than by a step that hangs on them."""
    if step not in _BY_VERDICT.values() and step not in _BY_STAGE.values():
        return False
    return step not in _steps_by_facts(case.facts, case.changed)


@lru_cache(maxsize=_KEPT)
def _steps_by_facts(facts: Facts, changed: frozenset[str]) -> frozenset[Step]:
    """The steps that lie on the way these facts give, or may while they are not complete."""
    try:
        verdict = find_verdict(facts, changed)
    except FactsMissing:
        return frozenset((*_BY_VERDICT.values(), *_BY_STAGE.values()))
    if verdict in _BY_VERDICT:
        return frozenset({_BY_VERDICT[verdict]})
    try:
        return frozenset(_BY_STAGE[stage] for stage in find_stages(facts, changed))
    except FactsMissing:
        return frozenset(_BY_STAGE.values())


def _next_duty(case: FilingCase) -> Step:
    footer = case.service is not None and case.service.footer_on
    return Step.RECORD_PUBLIC_SECURITY if footer else Step.RECORD_FOOTER


def phases_due(case: FilingCase) -> set[Phase]:
    """The phases the facts still ask for; the plain way while the facts are not complete."""
    try:
        if find_verdict(case.facts, case.changed) != Verdict.FILE:
            return {Phase.CLOSED}
        stages = find_stages(case.facts, case.changed)
    except FactsMissing:
        return {Phase.FILING, Phase.DONE}
    return {_PHASE_OF[stage] for stage in stages} | {Phase.DONE}
