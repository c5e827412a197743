"""The reader's own newest step, while it may still be taken back without asking anybody."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from icpcases.lifecycle.retired import step_name
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.steps import Step
from icpcases.staff.links import StepShown
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.own_step import own_until

_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class OwnStep:
    """What may be taken back, where, and how many minutes are left."""

    label: str
    url: str
    minutes: int


def own_step(rows: CaseFile, steps: Iterable[StepShown], user: Actor) -> OwnStep | None:
    """The step to offer quietly on top of the page; None where there is none."""
    until, row = own_until(rows, user), rows.step_to_undo
    left = until - timezone.now() if until else dt.timedelta()
    if row is None or left <= dt.timedelta():
        return None
    back = next((step for step in steps if step.name == Step.STEP_BACK and step.open), None)
    return OwnStep(step_name(row.step), back.url, -(-left // _MINUTE)) if back else None
