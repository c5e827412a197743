"""The numbers and lists that staff can edit, and the access log."""

from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..states import State, Unit


def _once(name: str, places: list[str], province: bool, provider: bool) -> Any:
    return models.UniqueConstraint(
        fields=["state", *places],
        condition=models.Q(province__isnull=province, provider__isnull=provider),
        name=name,
        violation_error_message=_("There is a clock for this already."),
    )


class Clock(models.Model):
    """How long a state may be its party's turn: everywhere, in a province, with a provider.

    The most specific row counts: province and provider, provider, province, neither. Two terms
    stand elsewhere, with what they are about: a province's days for the administration's
    review, and a provider's for its own.
    """

    state = models.CharField(_("state"), max_length=30, choices=State.choices)
    province = models.ForeignKey(
        "cases.Province",
        verbose_name=_("province"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Left empty, the clock counts in every province."),
    )
    provider = models.ForeignKey(
        "cases.Provider",
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Left empty, the clock counts with every provider."),
    )
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)

    class Meta:
        verbose_name = _("turn clock")
        verbose_name_plural = _("turn clocks")
        ordering = ("pk",)
        constraints = [
            _once("clock_once", [], province=True, provider=True),
            _once("clock_once_per_province", ["province"], province=False, provider=True),
            _once("clock_once_per_provider", ["provider"], province=True, provider=False),
            _once("clock_once_per_both", ["province", "provider"], province=False, provider=False),
        ]

    def __str__(self) -> str:
        places = [str(place) for place in (self.province, self.provider) if place]
        return " · ".join(
            [str(self.get_state_display()), *places, f"{self.amount} {self.get_unit_display()}"]
        )

    def clean(self) -> None:
        """Send the two terms that stand elsewhere there. Raises ValidationError."""
        place = (bool(self.province_id), bool(self.provider_id))
        if self.state == State.AUTHORITY_REVIEW and place == (True, False):
            raise ValidationError({"province": _("These days stand with the province itself.")})
        if self.state == State.PROVIDER_REVIEW and place == (False, True):
            raise ValidationError({"provider": _("These days stand with the provider itself.")})


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


class DueRun(models.Model):
    """One row: whether due dates wait to be reckoned anew, and how far that has come.

    `asked` counts the changes that asked for it, `done` says up to which of them it is done,
    and `cursor` is the key of the last case that has been looked at.
    """

    asked = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("reckoning of due dates")
        verbose_name_plural = _("reckonings of due dates")

    def __str__(self) -> str:
        return f"{self.done}/{self.asked} @ {self.cursor}"


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
