"""Steps and states of earlier releases: no case takes them any more, and histories name them."""

from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import ServiceKind
from icpcases.types import Text

from .states import State
from .steps import Step
from .wording import step_words

STATES: dict[str, Text] = {"cancelled": _("Cancelled")}
STEPS: dict[str, Text] = {"cancel_filing": _("Cancel the filing")}
HAPPENED: dict[str, Text] = {
    "cancel_filing": _("The filing has been cancelled; the site may no longer be served."),
}
STATE_CHOICES = [*State.choices, *STATES.items()]
STEP_CHOICES = [*Step.choices, *STEPS.items()]


def step_name(code: str) -> str:
    """How a step is called, of this release or an earlier one."""
    return str(STEPS[code] if code in STEPS else Step(code).label)


def step_happened(code: str, kind: ServiceKind, inspection: bool = False) -> str:
    """What the applicant is told of it, in the words of the kind of service."""
    if code in HAPPENED:
        return str(HAPPENED[code])
    return str(step_words(Step(code), kind, inspection).happened)
