"""In which language an account reads its pages and its mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReaderLanguage(models.Model):
    """The language somebody has chosen, or first signed in with; without a row, none is known."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="reads",
    )
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        verbose_name = _("language of a reader")
        verbose_name_plural = _("languages of readers")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.language}"
