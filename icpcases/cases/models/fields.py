"""Model fields that keep a value in the one form in which it is compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models

from icpcases.rules.folding import certificate_key

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


class CertificateNumberField(_Text):
    """A certificate number of any type: however it is typed, saved or looked for, it is folded.

    What is unique must not depend on capitals, width, blanks and dashes.
    """

    def get_prep_value(self, value: object) -> str | None:
        """The number as the database keeps it."""
        return None if value is None else certificate_key(str(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The number as it is kept, on the record as well."""
        value = certificate_key(str(getattr(model_instance, self.attname)))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Sequence[object], dict[str, object]]:
        """For migrations it is the column that it is: they import nothing of the program."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
