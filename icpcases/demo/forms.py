"""The demo enters what the forms take, and nothing else."""

from typing import TypeVar

from django.forms import BaseForm

_Form = TypeVar("_Form", bound=BaseForm)


class Unbelievable(ValueError):
    """A form refused what a story enters."""


def valid(form: _Form) -> _Form:
    """The form, if what was entered passes. Raises Unbelievable with its errors."""
    if not form.is_valid():
        raise Unbelievable(form.errors.as_json(escape_html=False))
    return form
