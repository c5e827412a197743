"""Forms that made something, so that the same sending makes it once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sending(models.Model):
    """One sending of a form: who, where and all that was sent, in a digest; and where it led."""

    key = models.CharField(max_length=64, primary_key=True)
    led_to = models.CharField(_("led to"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made"), db_index=True)

    class Meta:
        verbose_name = _("form submission")
        verbose_name_plural = _("form submissions")

    def __str__(self) -> str:
        return f"{self.key[:12]} → {self.led_to}"
