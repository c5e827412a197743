"""The numbers an office may set for itself, and the counter of references."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

HIGHEST_SETTING = 3650


class Setting(models.Model):
    """A number of the rule book that an office may set for itself."""

    DEFAULTS = {
        "document_margin_days": 90,
        "draft_reminder_days": 14,
        "request_due_days": 5,
        "request_reminder_days": 3,
        "sms_reminder_hours": 4,
        "public_security_reminder_days": 7,
        "document_first_reminder_days": 90,
        "document_second_reminder_days": 60,
        "document_last_reminder_days": 30,
        "step_back_minutes": 15,
        "mail_wait_minutes": 2,
        "join_undo_days": 30,
    }

    key = models.CharField(_("setting"), max_length=40, primary_key=True)
    value = models.PositiveIntegerField(_("value"), validators=[MaxValueValidator(HIGHEST_SETTING)])

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__lte=HIGHEST_SETTING), name="setting_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"

    @property
    def label(self) -> str:
        """What the number is about, in the reader's language; a key nobody knows as it is."""
        return str(_SETTING_LABELS.get(self.key, self.key))

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the greatest value that makes sense."""
        return SETTING_LIMITS.get(self.key, (0, HIGHEST_SETTING))

    @property
    def effect(self) -> str:
        """What a change of it changes, and from when."""
        return str(SETTING_EFFECTS.get(self.key, ""))

    def clean(self) -> None:
        """Within what makes sense. Raises ValidationError."""
        least, most = self.limits
        if self.value is not None and not least <= self.value <= most:
            sentence = _("A number from %(least)s to %(most)s.") % {"least": least, "most": most}
            raise ValidationError({"value": sentence})


# The margin has no narrower limits than the database's: under a case's lock it is read as it is.
SETTING_LIMITS = {
    "draft_reminder_days": (1, 365),
    "request_reminder_days": (0, 60),
    "sms_reminder_hours": (1, 24),
    "public_security_reminder_days": (1, 30),
    "document_first_reminder_days": (1, 365),
    "document_second_reminder_days": (1, 365),
    "document_last_reminder_days": (1, 365),
    "step_back_minutes": (0, 1440),
    "mail_wait_minutes": (0, 60),
    "join_undo_days": (0, 365),
}
_NEXT_RUN = _(
    "Takes effect with the next run of the reminders. Reminders already sent are not sent again."
)
SETTING_EFFECTS = {
    "document_margin_days": _(
        "Takes effect at once, for every case. A case whose documents expire sooner cannot be "
        "submitted to the provider. For example: 90."
    ),
    "draft_reminder_days": _NEXT_RUN,
    "request_reminder_days": _NEXT_RUN,
    "sms_reminder_hours": _NEXT_RUN,
    "public_security_reminder_days": _NEXT_RUN,
    "document_first_reminder_days": _NEXT_RUN,
    "document_second_reminder_days": _NEXT_RUN,
    "document_last_reminder_days": _NEXT_RUN,
    "step_back_minutes": _("Takes effect at once. With 0, only supervisors can take steps back."),
    "mail_wait_minutes": _(
        "Applies to steps taken from now on. With 0, their mail is sent at once."
    ),
    "join_undo_days": _("Takes effect at once. With 0, a merge cannot be undone."),
}

_SETTING_LABELS = {
    "document_margin_days": _("Days a document must still be valid"),
    "draft_reminder_days": _("Days until a reminder about a draft"),
    "request_due_days": _("Working days the applicant has to answer a request"),
    "request_reminder_days": _("Days before a request is due, when a reminder is sent"),
    "sms_reminder_hours": _("Hours before the SMS window ends, when a reminder is sent"),
    "public_security_reminder_days": _(
        "Days before the public-security filing is due, when a reminder is sent"
    ),
    "document_first_reminder_days": _("Days before a document expires, first reminder"),
    "document_second_reminder_days": _("Days before a document expires, second reminder"),
    "document_last_reminder_days": _("Days before a document expires, last reminder"),
    "step_back_minutes": _("Minutes in which officers can take back their own newest step"),
    "mail_wait_minutes": _(
        "Minutes the mail of a step is held, so that the step can be taken back"
    ),
    "join_undo_days": _("Days in which a merge of two applicants can be undone"),
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
