"""Providers and the orders a case lives on."""

import datetime as dt
import re
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

LIFE_RANGE = (1, 3650)
REVIEW_RANGE = (1, 250)
MOST_WARNINGS = 10
_LIFE = [MinValueValidator(LIFE_RANGE[0]), MaxValueValidator(LIFE_RANGE[1])]
REVIEW_DAYS = [MinValueValidator(REVIEW_RANGE[0]), MaxValueValidator(REVIEW_RANGE[1])]
WEB_ADDRESS = URLValidator(["https", "http"])


class Provider(models.Model):
    """A cloud that hosts sites and files for applicants, with its own settings."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class LifeFrom(models.TextChoices):
        """The day on which the life of an order begins."""

        CREATION = "creation", _("the order's creation")
        SUBMISSION = "submission", _("its first submission")
        RETURN = "return", _("the latest return, else the first submission")

    class LifeWhile(models.TextChoices):
        """When the days of an order's life count."""

        ALWAYS = "always", _("always, until the administration has it")
        ASKED = "asked", _("only while we are asked")

    order_life_days = models.PositiveSmallIntegerField(
        _("life of an order, in days"), default=45, validators=_LIFE,
        help_text=_("Takes effect at once, also for running orders."),
    )  # fmt: skip
    order_life_from = models.CharField(
        _("counted from"), max_length=10, choices=LifeFrom.choices,
        default=LifeFrom.SUBMISSION.value,
    )  # fmt: skip
    order_life_while = models.CharField(
        _("counted while"), max_length=6, choices=LifeWhile.choices,
        default=LifeWhile.ALWAYS.value,
    )  # fmt: skip
    services_per_order = models.PositiveSmallIntegerField(
        _("most services per order"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Left empty, any number."),
    )  # fmt: skip
    #: Whole days within the order's life, in ascending order.
    warn_days = models.JSONField(_("warn after days"), default=partial(list, (30, 40)), blank=True)
    review_days = models.PositiveSmallIntegerField(
        _("provider's review, in working days"),
        null=True,
        blank=True,
        validators=REVIEW_DAYS,
        help_text=_("Left empty, the turn clock of this review counts."),
    )
    order_number_format = models.CharField(
        _("order number format"),
        max_length=100,
        blank=True,
        help_text=_("A regular expression; empty accepts any number."),
    )
    order_number_example = models.CharField(
        _("order number, an example"), max_length=60, blank=True,
        help_text=_("Shown beside the field, so that people see what is meant."),
    )  # fmt: skip
    phone = models.CharField(
        _("telephone"), max_length=60, blank=True,
        help_text=_("Shown on each case being handled there, so that officers can call."),
    )  # fmt: skip
    website = models.CharField(
        _("web address"), max_length=200, blank=True, validators=[WEB_ADDRESS],
        help_text=_("Such as https://beian.example.com."),
    )  # fmt: skip
    #: What the copy sheet shows, in the order the provider's form asks; empty: as usual.
    copy_order = models.JSONField(_("order on the copy sheet"), default=list, blank=True)
    active = models.BooleanField(
        _("active"), default=True,
        help_text=_("Offered when a case is submitted. Cases it already has stay with it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(order_life_days__range=LIFE_RANGE), name="provider_life_in_range"
            ),
            models.CheckConstraint(
                condition=Q(review_days=None) | Q(review_days__range=REVIEW_RANGE),
                name="provider_review_in_range",
            ),
            models.CheckConstraint(
                condition=Q(services_per_order=None) | Q(services_per_order__gte=1),
                name="provider_order_holds_some",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What forms and jobs ask of the whole row. Raises ValidationError."""
        wrong: dict[str, object] = {}
        try:
            re.compile(self.order_number_format)
        except re.error as error:
            sentence = _("Not a regular expression: %(error)s.") % {"error": error}
            wrong["order_number_format"] = sentence
        if not self._warns_sensibly():
            wrong["warn_days"] = _(
                "Enter whole days within the order's life, such as 30, 40; at most ten of them."
            )
        if wrong:
            raise ValidationError(wrong)

    @property
    def shows_its_format(self) -> bool:
        """Whether the example fits the format: whoever types a number wrong is shown how one
        looks. An older row may have none, and works."""
        pattern = self.order_number_format
        return not pattern or bool(re.fullmatch(pattern, self.order_number_example))

    def _warns_sensibly(self) -> bool:
        days = self.warn_days
        if not isinstance(days, list) or len(days) > MOST_WARNINGS:
            return False
        whole = all(type(day) is int for day in days)
        return whole and all(1 <= day <= (self.order_life_days or 0) for day in days)


class Order(models.Model):
    """A provider's order: one subject's, with one case or several."""

    applicant = models.ForeignKey("cases.Applicant", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(_("order number"), max_length=60)
    created_on = models.DateField(_("created"), null=True, blank=True)
    submitted_on = models.DateField(_("first submitted"))
    returned_on = models.DateField(_("latest return"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    #: Whether a case of it is before the provider or the administrations: a subject has one such
    #: order at a time, over all providers.
    running = models.BooleanField(_("before the provider or the administrations"), default=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"], condition=Q(running=True), name="order_one_running"
            ),
            models.UniqueConstraint(fields=["provider", "number"], name="order_number_once"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(running=False),
                name="order_ended_runs_no_more",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("submitted_on")),
                name="order_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.number}"

    @property
    def counted_from(self) -> dt.date:
        """The day on which its life began, as this provider counts."""
        days = {
            Provider.LifeFrom.CREATION: self.created_on,
            Provider.LifeFrom.RETURN: self.returned_on,
        }
        return days.get(Provider.LifeFrom(self.provider.order_life_from)) or self.submitted_on

    @property
    def last_day(self) -> dt.date:
        """The last day of its life, where the days always count."""
        return self.counted_from + dt.timedelta(days=self.provider.order_life_days)


class OrderCase(models.Model):
    """That a case goes, or once went, by an order; at one time by one at most."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="memberships")
    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="memberships"
    )
    joined_on = models.DateField(_("submitted"))
    left_on = models.DateField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("case of an order")
        verbose_name_plural = _("cases of orders")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(left_on__isnull=True), name="order_one_live_per_case"
            ),
            models.UniqueConstraint(fields=["order", "case"], name="order_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.case_id}"
