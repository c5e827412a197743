"""The demo enters what the forms take, and nothing else."""

from typing import Any

from django.forms import BaseForm


class Unbelievable(ValueError):
    """A form refused what a story enters."""


def valid(form: BaseForm) -> Any:
    """The form, if what was entered passes. Raises Unbelievable with its errors."""
    if not form.is_valid():
        raise Unbelievable(form.errors.as_json(escape_html=False))
    return form
