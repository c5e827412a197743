"""System checks of the declaration: what a step or a state lacks is named before it is met."""

from collections.abc import Iterator, Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.utils.functional import Promise

from icpcases.cases.models import FilingCase
from icpcases.diagram.layout import EXITS, PLACES, ROUTES
from icpcases.lifecycle.definition import BACK, STAYS
from icpcases.lifecycle.states import STATES, UNDECLARED, State
from icpcases.lifecycle.steps import STEPS, Step
from icpcases.rules.rule import Party
from icpcases.workflow.effects import Effects
from icpcases.workflow.step_forms import STEP_FORMS

STEP_ID = "icpcases.E002"
STATE_ID = "icpcases.E003"
_LABELLED = "Give it one beside its value, marked for translation."


def steps_are_complete(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Names what a step lacks: labels, definition, sentences, effects, fields, form, picture."""
    return [
        Error(f"The step {step.value} has no {lack}.", hint=where, id=STEP_ID)
        for step in Step
        for lack, where in _lacks_of_step(step)
    ]


def states_are_complete(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Names what a state lacks: its label, definition, clock, place on the diagram, sentences."""
    return [
        Error(f"The state {state.value} has no {lack}.", hint=where, id=STATE_ID)
        for state in State
        for lack, where in _lacks_of_state(state)
    ]


def _is_labelled(member: Step | State) -> bool:
    """Whether somebody gave it a label: without, an enum makes one of its name."""
    label: object = member.label
    return isinstance(label, Promise)


def _lacks_of_step(step: Step) -> Iterator[tuple[str, str]]:
    declared = "Declare it in icpcases/lifecycle/steps.py."
    if not _is_labelled(step):
        yield "label", _LABELLED
    about = STEPS.get(step)
    if about is None:
        yield "definition", declared
        return
    if not str(about.does):
        yield "sentence that says what it will do (does)", declared
    if not str(about.happened):
        yield "mail sentence (happened)", declared
    for effect in about.effects:
        if not callable(getattr(Effects, effect.value, None)):
            yield (
                f"method for the effect {effect.value}",
                "Write it in icpcases/workflow/effects.py.",
            )
    fields = {field.name for field in FilingCase._meta.get_fields()}
    if about.claims and about.claims not in fields:
        yield f"field on the case for {about.claims}", "Add it to icpcases/cases/models/case.py."
    form = STEP_FORMS.get(step)
    if form is None:
        yield "form", "Name one in STEP_FORMS of icpcases/workflow/step_forms/__init__.py."
    else:
        for name, field in form.base_fields.items():
            if not field.label:
                yield f"label for {name}", "Give its form field a label."
    drawn_by_itself = step in EXITS or about.target in (STAYS, BACK)
    if not drawn_by_itself and any((step, source) not in ROUTES for source in about.sources):
        yield "picture", "Give it ROUTES or a place among EXITS in icpcases/diagram/layout.py."


def _lacks_of_state(state: State) -> Iterator[tuple[str, str]]:
    declared = "Declare it in icpcases/lifecycle/states.py."
    if not _is_labelled(state):
        yield "label", _LABELLED
    about = STATES.get(state)
    if about is None:
        yield "definition", declared
        return
    if about.clock is UNDECLARED:
        yield "clock (clock=None where none runs)", declared
    if state not in PLACES:
        yield "place on the diagram", "Give it one in PLACES of icpcases/diagram/layout.py."
    for name in ("applicant", "ahead", "meaning"):
        if not str(getattr(about, name)):
            yield f"sentence ({name})", declared
    duties = any(about.needed and state in about.sources for about in STEPS.values())
    if Party.APPLICANT in state.turns and not (str(about.needed) or duties):
        yield "sentence for the applicant's turn (needed)", declared
