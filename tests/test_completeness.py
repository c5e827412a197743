"""`manage.py check` names what a step or a state lacks: each thing taken away in turn."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from icpcases import completeness
from icpcases.diagram.layout import PLACES, ROUTES
from icpcases.lifecycle.states import STATES, UNDECLARED, State
from icpcases.lifecycle.steps import STEPS, Step
from icpcases.workflow.effects import Effects
from icpcases.workflow.step_forms import STEP_FORMS, ApprovalForm

# Nothing here asks a database.
pytestmark = pytest.mark.sqlite

IN_STEPS = "Declare it in icpcases/lifecycle/steps.py."
IN_STATES = "Declare it in icpcases/lifecycle/states.py."
BESIDE = "Give it one beside its value, marked for translation."


def said() -> list[tuple[str, str, str | None]]:
    """What the system checks say: each message with its number and its hint."""
    return [(str(m.id), m.msg, m.hint) for m in run_checks()]


def declare_step(monkeypatch: pytest.MonkeyPatch, step: Step, **other: Any) -> None:
    monkeypatch.setitem(STEPS, step, replace(STEPS[step], **other))


def declare_state(monkeypatch: pytest.MonkeyPatch, state: State, **other: Any) -> None:
    monkeypatch.setitem(STATES, state, replace(STATES[state], **other))


def test_the_whole_declaration_lacks_nothing():
    assert said() == []


# A step


def test_a_step_without_definition(monkeypatch):
    monkeypatch.delitem(STEPS, Step.APPROVE)
    assert said() == [("icpcases.E002", "The step approve has no definition.", IN_STEPS)]


def test_a_step_without_label(monkeypatch):
    # What an enum calls a member that has only a value.
    labels = {**{step: step.label for step in Step}, Step.APPROVE: "Approve"}
    monkeypatch.setattr(Step, "label", property(labels.get), raising=False)
    assert said() == [("icpcases.E002", "The step approve has no label.", BESIDE)]


def test_a_step_without_the_sentence_before_the_click(monkeypatch):
    declare_step(monkeypatch, Step.APPROVE, does="")
    lack = "sentence that says what it will do (does)"
    assert said() == [("icpcases.E002", f"The step approve has no {lack}.", IN_STEPS)]


def test_a_step_without_the_sentence_of_its_mail(monkeypatch):
    declare_step(monkeypatch, Step.APPROVE, happened="")
    lack = "mail sentence (happened)"
    assert said() == [("icpcases.E002", f"The step approve has no {lack}.", IN_STEPS)]


def test_a_step_without_the_method_of_its_effect(monkeypatch):
    monkeypatch.delattr(Effects, "note_confirmation")
    assert said() == [
        (
            "icpcases.E002",
            "The step confirm_sms has no method for the effect note_confirmation.",
            "Write it in icpcases/workflow/effects.py.",
        )
    ]


def test_a_step_without_form(monkeypatch):
    monkeypatch.delitem(STEP_FORMS, Step.APPROVE)
    assert said() == [
        (
            "icpcases.E002",
            "The step approve has no form.",
            "Name one in STEP_FORMS of icpcases/workflow/step_forms/__init__.py.",
        )
    ]


def test_a_step_that_claims_what_no_case_has(monkeypatch):
    declare_step(monkeypatch, Step.RECORD_CERTIFICATE, claims="certificate_seen")
    assert said() == [
        (
            "icpcases.E002",
            "The step record_certificate has no field on the case for certificate_seen.",
            "Add it to icpcases/cases/models/case.py.",
        )
    ]


def test_a_step_without_the_label_of_a_field(monkeypatch):
    monkeypatch.setattr(ApprovalForm.base_fields["filed_on"], "label", None)
    lack = "label for filed_on"
    hint = "Give its form field a label."
    assert said() == [("icpcases.E002", f"The step approve has no {lack}.", hint)]


@pytest.mark.parametrize("drawn", ["as an arrow", "as a mark"])
def test_a_step_without_picture(monkeypatch, drawn):
    step = Step.APPROVE if drawn == "as an arrow" else Step.REOPEN
    if drawn == "as an arrow":
        monkeypatch.delitem(ROUTES, (step, State.AUTHORITY_REVIEW))
    else:
        others = tuple(exit for exit in completeness.EXITS if exit != step)
        monkeypatch.setattr(completeness, "EXITS", others)
    hint = "Give it ROUTES or a place among EXITS in icpcases/diagram/layout.py."
    assert said() == [("icpcases.E002", f"The step {step.value} has no picture.", hint)]


# A state


def test_a_state_without_definition(monkeypatch):
    monkeypatch.delitem(STATES, State.RETURNED)
    assert said() == [("icpcases.E003", "The state returned has no definition.", IN_STATES)]


def test_a_state_without_label(monkeypatch):
    labels = {**{state: state.label for state in State}, State.RETURNED: "Returned"}
    monkeypatch.setattr(State, "label", property(labels.get), raising=False)
    assert said() == [("icpcases.E003", "The state returned has no label.", BESIDE)]


def test_a_state_that_says_nothing_of_its_clock(monkeypatch):
    declare_state(monkeypatch, State.RETURNED, clock=UNDECLARED)
    lack = "clock (clock=None where none runs)"
    assert said() == [("icpcases.E003", f"The state returned has no {lack}.", IN_STATES)]


def test_a_state_without_a_running_clock_says_so(monkeypatch):
    declare_state(monkeypatch, State.RETURNED, clock=None)
    assert said() == []


def test_a_state_without_place(monkeypatch):
    monkeypatch.delitem(PLACES, State.RETURNED)
    hint = "Give it one in PLACES of icpcases/diagram/layout.py."
    lack = "place on the diagram"
    assert said() == [("icpcases.E003", f"The state returned has no {lack}.", hint)]


@pytest.mark.parametrize("name", ["applicant", "ahead", "meaning"])
def test_a_state_without_one_of_its_sentences(monkeypatch, name):
    declare_state(monkeypatch, State.RETURNED, **{name: ""})
    lack = f"sentence ({name})"
    assert said() == [("icpcases.E003", f"The state returned has no {lack}.", IN_STATES)]


@pytest.mark.parametrize("state", [State.RETURNED, State.CERTIFICATE_NEEDED])
def test_a_state_without_the_sentence_of_the_applicants_turn(monkeypatch, state):
    declare_state(monkeypatch, state, needed="")
    lack = "sentence for the applicant's turn (needed)"
    assert said() == [("icpcases.E003", f"The state {state.value} has no {lack}.", IN_STATES)]


# Both are errors: nothing runs with them.


def test_what_is_lacking_stops_every_command(monkeypatch):
    monkeypatch.delitem(STEPS, Step.APPROVE)
    monkeypatch.delitem(PLACES, State.RETURNED)
    with pytest.raises(SystemCheckError) as refused:
        call_command("check")
    named = [line for line in str(refused.value).splitlines() if " has no " in line]
    assert named == [
        "?: (icpcases.E002) The step approve has no definition.",
        "?: (icpcases.E003) The state returned has no place on the diagram.",
    ]
