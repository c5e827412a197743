"""The numbers and lists that staff can edit, and the access log."""

from django.conf import settings
from django.core.cache import caches
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..states import State, Unit


class Clock(models.Model):
    """The turn clock of a state: how long it may be that party's turn."""

    state = models.CharField(_("state"), max_length=30, choices=State.choices, primary_key=True)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)

    class Meta:
        verbose_name = _("turn clock")
        verbose_name_plural = _("turn clocks")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.amount} {self.get_unit_display()}"


class CalendarDay(models.Model):
    """A day on which the State Council's notice departs from the ordinary week."""

    class Kind(models.TextChoices):
        """What the notice says of the day."""

        HOLIDAY = "holiday", _("Public holiday")
        WORKDAY = "workday", _("Make-up working day")

    day = models.DateField(_("day"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    notice = models.CharField(_("notice"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar of working days")
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}"


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

    @classmethod
    def number(cls, key: str) -> int:
        """The value of a setting: the office's, else the default. KeyError if there is none."""
        tables = caches["tables"]
        stored = tables.get_or_set(
            "settings", lambda: dict(cls.objects.values_list("key", "value"))
        )
        return (stored or {}).get(key, cls.DEFAULTS[key])


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


class AccessLogRow(models.Model):
    """A private thing somebody looked at: which, who, when."""

    class What(models.TextChoices):
        """What was looked at."""

        DOCUMENT = "document", _("Document")
        NUMBER = "number", _("Masked number")

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

    def __str__(self) -> str:
        return f"{self.by} {self.what} {self.detail}"
