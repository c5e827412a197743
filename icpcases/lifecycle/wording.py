"""The words of states and steps where what is filed is no website: an App is listed in a store,
and shows its number in its settings."""

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
        _("The number stands in its settings, linked to the ministry's register."),
        _("It has been recorded that the ICP number stands in its settings."),
        _("Show the ICP number in its settings, linked to the ministry's register."),
    ),
}


@cache
def state_words(state: State, kind: ServiceKind) -> StateDefinition:
    """What a state says of itself to the reader of a case about this kind of service."""
    other = {} if kind == ServiceKind.WEBSITE else _STATES.get(state, {})
    return replace(STATES[state], **other) if other else STATES[state]


@cache
def step_words(step: Step, kind: ServiceKind) -> StepWords:
    """What a step says of itself to the reader of a case about this kind of service."""
    if kind != ServiceKind.WEBSITE and step in _STEPS:
        return _STEPS[step]
    about = STEPS[step]
    return StepWords(step.label, about.does, about.happened, about.needed)
