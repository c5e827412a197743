"""What is entered with a step: its form's fields are as Django's own, only later."""

from typing import Any

import pytest
from django import forms

from icpcases.lifecycle.steps import Step
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.step_forms import StepForm, step_form

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TOLD = ("name", "html_name", "html_initial_name", "html_initial_id", "label", "help_text")


@pytest.mark.parametrize("step", list(Step))
def test_a_field_tells_and_shows_what_djangos_own_does(world: Any, step: Step) -> None:
    case = world.at("provider_review")
    entry: StepForm = step_form(case, CaseFile(case), step)
    assert list(entry.fields) == [field.name for field in entry]
    for field in entry:
        own = forms.BoundField(entry, field.field, field.name)
        assert [getattr(field, name) for name in TOLD] == [getattr(own, name) for name in TOLD]
        assert (field.as_field_group(), str(field), field.label_tag()) == (
            own.as_field_group(), str(own), own.label_tag(),
        )  # fmt: skip
