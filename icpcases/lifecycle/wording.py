"""The words of states and steps where what is filed is no website, an App is listed in a store and
shows its number in its settings, and where nothing is filed: an inspection is answered."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import ServiceKind
from icpcases.types import Text

from .states import STATES, State, StateDefinition
from .steps import STEPS, Step


@dataclass(frozen=True)
class StepWords:
    """What a step is called and said to do, before and after, and what is needed for it."""

    label: Text
    does: Text
    happened: Text
    needed: Text = ""


_STATES: dict[State, dict[str, Any]] = {
    State.FILED: {
        "applicant": _("Filed: it may be listed"),
        "meaning": _(
            "The ICP number has been granted; it may be listed, and must show the number."
        ),
        "needed": _("List it in a store, and record the day on the case's page."),
    },
    State.OPEN: {
        "applicant": _("Listed"),
        "ahead": _("Listed"),
        "meaning": _(
            "It is listed. Two duties come with it: the number in its settings and the "
            "public-security filing."
        ),
    },
}
_STEPS: dict[Step, StepWords] = {
    Step.APPROVE: StepWords(
        Step.APPROVE.label,
        _("It is filed under this number, and may be listed."),
        STEPS[Step.APPROVE].happened,
    ),
    Step.RECORD_OPENING: StepWords(
        _("Record that it is listed in a store"),
        _("Records that it is listed; from that day the time for the public-security filing runs."),
        _("It has been recorded that it is listed in a store."),
    ),
    Step.RECORD_FOOTER: StepWords(
        _("Record the number in its settings"),
        _("Records that the settings show the number, linked to the ministry's register."),
        _("It has been recorded that the settings show the ICP number."),
        _("Show the ICP number in its settings, linked to the ministry's register."),
    ),
}


_STATES_OF_INSPECTION: dict[State, dict[str, Any]] = {
    State.PREPARING: {
        "applicant": _("The answer is being prepared"),
        "ahead": _("The office prepares the answer"),
        "meaning": _("The office prepares the answer to the inspection."),
    },
    State.PROVIDER_REVIEW: {
        "ahead": _("The provider looks at the answer"),
        "meaning": _("The provider looks at the answer to the inspection."),
    },
    State.COMPLETED: {
        "meaning": _("The inspection is answered; what is filed stays as it was."),
    },
    State.REFUSED: {
        "applicant": _("Inspection not passed"),
        "ahead": _("Inspection not passed"),
        "meaning": _("The inspection was missed, or its answer was not accepted."),
    },
}
_STEPS_OF_INSPECTION: dict[Step, StepWords] = {
    Step.SUBMIT_TO_PROVIDER: StepWords(
        _("Hand the answer to the provider"),
        _("The answer goes to the provider; the facts are locked while others decide."),
        _("The office has handed the answer to the provider."),
    ),
    Step.PROVIDER_PASSES: StepWords(
        _("Record that the answer was accepted"),
        _("The provider has accepted the answer, and the inspection is completed."),
        _("The provider has accepted the answer."),
    ),
    Step.RECORD_REFUSAL: StepWords(
        _("Record that it was missed or not accepted"),
        _("The inspection is closed; a filing that was lost over it is recorded apart."),
        _("The inspection was missed, or its answer was not accepted."),
    ),
}


@cache
def state_words(state: State, kind: ServiceKind, inspection: bool = False) -> StateDefinition:
    """What a state says of itself to the reader of a case about this kind of service."""
    other = {} if kind == ServiceKind.WEBSITE else _STATES.get(state, {})
    if inspection:
        other = _STATES_OF_INSPECTION.get(state, {})
    return replace(STATES[state], **other) if other else STATES[state]


@cache
def step_words(step: Step, kind: ServiceKind, inspection: bool = False) -> StepWords:
    """What a step says of itself to the reader of a case about this kind of service."""
    if inspection and step in _STEPS_OF_INSPECTION:
        return _STEPS_OF_INSPECTION[step]
    if kind != ServiceKind.WEBSITE and step in _STEPS:
        return _STEPS[step]
    about = STEPS[step]
    return StepWords(step.label, about.does, about.happened, about.needed)
