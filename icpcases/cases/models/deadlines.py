"""What due dates hang on: turn clocks, the calendar, and the run that reckons them anew."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from icpcases.lifecycle.states import State, Unit

LONGEST_CLOCK = 1000
CALENDAR_YEARS = range(2000, 2100)
_WEEKEND = 5


def _once(name: str, places: list[str], province: bool, provider: bool) -> models.UniqueConstraint:
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
    amount = models.PositiveSmallIntegerField(
        _("amount"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CLOCK)],
        help_text=_("Takes effect at once, also for cases already in this state."),
    )  # fmt: skip
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
            models.CheckConstraint(
                condition=models.Q(amount__range=(1, LONGEST_CLOCK)), name="clock_amount_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(unit__in=[unit.value for unit in Unit]), name="clock_unit_known"
            ),
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
            raise ValidationError({"province": _("Set these days in the province itself.")})
        if self.state == State.PROVIDER_REVIEW and place == (False, True):
            raise ValidationError({"provider": _("Set these days in the provider itself.")})


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
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["holiday", "workday"]), name="calendar_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}"

    def clean(self) -> None:
        """A day of our time; what is worked for it is a weekend's. Raises ValidationError."""
        day: dt.date | None = self.day
        if day is None:
            return
        if day.year not in CALENDAR_YEARS:
            raise ValidationError({"day": _("%s lies too far away.") % self.day})
        if self.kind == self.Kind.WORKDAY and self.day.weekday() < _WEEKEND:
            sentence = _("%s is worked anyway, being no Saturday or Sunday.") % self.day
            raise ValidationError({"kind": sentence})


class CalendarYear(models.Model):
    """A year whose notice of the State Council is in the calendar, wholly.

    Days alone make no year known: a single one may have been entered by hand, or be named by the
    notice of the year beside it.
    """

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    notice = models.CharField(_("notice"), max_length=100, blank=True)
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("saved by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("year of the calendar")
        verbose_name_plural = _("years of the calendar")
        ordering = ("-year",)

    def __str__(self) -> str:
        return f"{self.year} {self.notice}".rstrip()


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
