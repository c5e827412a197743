"""The machine: each step as a django-fsm transition, declared from the table in lifecycle/steps.py.

What a step does stands there and in workflow/effects.py; `workflow.engine.perform` takes it.
"""

from collections.abc import Callable
from typing import Any, Protocol

from django_fsm import RETURN_VALUE, transition

from icpcases.cases.permissions import HasPeople, may_take
from icpcases.lifecycle.definition import BACK, StepDefinition
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import STEPS, Step
from icpcases.rules.dossier import Dossier


class StepEffects(Protocol):
    """What a step brings about; given by whoever takes it."""

    def apply(self) -> State | None:
        """Do it, and give back the state where the step itself finds out which."""
        ...


class Transitions:
    """The transitions of a case: one method a step, by the step's name."""

    #: What the rules read of this case, once the workflow has attached it (`dossier_for`).
    dossier: Dossier | None = None


def _guards_met(step: Step) -> Callable[[Any], bool]:
    def condition(case: Transitions) -> bool:
        dossier = case.dossier
        if dossier is None:
            # Nothing is known, so nothing is open: a bare `case.approve()` in a shell.
            return not step.guards
        judged = getattr(dossier, "met_for", None) is step
        return judged or all(guard.met(dossier) for guard in step.guards)

    return condition


def _may(step: Step) -> Callable[[Any, Any], bool]:
    def permission(case: HasPeople, user: Actor | None) -> bool:
        return may_take(case, step, user)

    return permission


def _method(step: Step) -> Callable[[Transitions, StepEffects], State | None]:
    def take(case: Transitions, effects: StepEffects) -> State | None:
        return effects.apply()

    take.__name__ = step.value
    take.__qualname__ = f"Transitions.{step.value}"
    return take


def _target(about: StepDefinition) -> Any:
    if about.target == BACK:
        return RETURN_VALUE()
    return RETURN_VALUE(*about.targets) if isinstance(about.target, tuple) else about.target


for _step, _about in STEPS.items():
    declare = transition(
        field="state",
        source=list(_about.sources),
        target=_target(_about),
        conditions=[_guards_met(_step)],
        permission=_may(_step),
        custom={"step": _step},
    )
    setattr(Transitions, _step.value, declare(_method(_step)))
