"""Which private things were looked at: append-only, enforced in the database (triggers.py)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccessLogRow(models.Model):
    """A private thing somebody looked at: which, who, when."""

    class What(models.TextChoices):
        """What was looked at."""

        DOCUMENT = "document", _("Document")
        NUMBER = "number", _("Masked number")
        SHEET = "sheet", _("Copy sheet")

    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    detail = models.CharField(_("detail"), max_length=100)
    case = models.ForeignKey(
        "cases.FilingCase",
        verbose_name=_("filing case"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        # Not the fact of this name: how a site is reached is another word in Chinese.
        verbose_name = pgettext_lazy("access log", "access")
        verbose_name_plural = _("access log")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["at", "id"], name="access_at")]

    def __str__(self) -> str:
        return f"{self.by} {self.what} {self.detail}"
