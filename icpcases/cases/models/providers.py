"""Providers and the orders a case lives on."""

import datetime as dt
import re
from functools import partial

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Provider(models.Model):
    """A cloud that hosts sites and files for applicants, with its own settings."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    order_life_days = models.PositiveSmallIntegerField(_("life of an order, in days"), default=45)
    warn_days = models.JSONField(_("warn after days"), default=partial(list, (30, 40)))
    one_order_per_applicant = models.BooleanField(_("one order per applicant"), default=True)
    review_days = models.PositiveSmallIntegerField(
        _("provider's review, in working days"),
        null=True,
        blank=True,
        help_text=_("Left empty, the turn clock of this review counts."),
    )
    order_number_format = models.CharField(
        _("order number format"),
        max_length=100,
        blank=True,
        help_text=_("A regular expression; empty accepts any number."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a format that is not a regular expression. Raises ValidationError."""
        try:
            re.compile(self.order_number_format)
        except re.error as error:
            sentence = _("Not a regular expression: %(error)s.") % {"error": error}
            raise ValidationError({"order_number_format": sentence}) from error


class Order(models.Model):
    """A provider's order: it lives from its first submission until it ends."""

    case = models.ForeignKey("cases.FilingCase", on_delete=models.PROTECT, related_name="orders")
    applicant = models.ForeignKey("cases.Applicant", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(_("order number"), max_length=60)
    submitted_on = models.DateField(_("first submitted"))
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    exclusive = models.BooleanField(_("the applicant's only order there"), default=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_on__isnull=True), name="order_one_live_per_case"
            ),
            models.UniqueConstraint(
                fields=["provider", "applicant"],
                condition=Q(ended_on__isnull=True, exclusive=True),
                name="order_one_live_per_applicant",
            ),
            models.UniqueConstraint(fields=["provider", "number"], name="order_number_once"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("submitted_on")),
                name="order_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.number}"

    @property
    def last_day(self) -> dt.date:
        """The last day on which the order can be submitted again."""
        return self.submitted_on + dt.timedelta(days=self.provider.order_life_days)
