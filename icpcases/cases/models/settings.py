"""The numbers an office may set for itself, and the counter of references."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Setting(models.Model):
    """A number of the rule book that an office may set for itself."""

    DEFAULTS = {
        "document_margin_days": 90,
        "draft_reminder_days": 14,
        "request_reminder_days": 3,
        "sms_reminder_hours": 4,
        "public_security_reminder_days": 7,
        "document_first_reminder_days": 90,
        "document_second_reminder_days": 60,
        "document_last_reminder_days": 30,
        "join_undo_days": 30,
    }

    key = models.CharField(_("setting"), max_length=40, primary_key=True)
    value = models.PositiveIntegerField(_("value"))

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"

    @property
    def label(self) -> str:
        """What the number is about, in the reader's language; a key nobody knows as it is."""
        return str(_SETTING_LABELS.get(self.key, self.key))


_SETTING_LABELS = {
    "document_margin_days": _("Days a document must still be valid"),
    "draft_reminder_days": _("Days until a draft is brought to mind"),
    "request_reminder_days": _("Days before a request is due, to bring it to mind"),
    "sms_reminder_hours": _("Hours before the SMS window ends, to bring it to mind"),
    "public_security_reminder_days": _(
        "Days before the public-security filing is due, to bring it to mind"
    ),
    "document_first_reminder_days": _("Days before a document expires, first reminder"),
    "document_second_reminder_days": _("Days before a document expires, second reminder"),
    "document_last_reminder_days": _("Days before a document expires, last reminder"),
    "join_undo_days": _("Days in which two joined applicants can be taken apart again"),
}


class ReferenceCounter(models.Model):
    """The last case number given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("reference counter")
        verbose_name_plural = _("reference counters")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
