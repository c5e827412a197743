"""The people of the office beside their accounts: who is away, what was done to an account."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Who is away when."""

    def on(self, day: dt.date) -> "LeaveQuerySet":
        """The leaves that hold on a day."""
        not_over = Q(last_day__isnull=True) | Q(last_day__gte=day)
        return self.filter(not_over, first_day__lte=day)


class Leave(models.Model):
    """The days on which somebody of the office is away, and who stands in meanwhile."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="leave"
    )
    first_day = models.DateField(_("on leave from"))
    #: Empty where nobody knows yet until when.
    last_day = models.DateField(_("on leave until"), null=True, blank=True)
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stand-in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in_for",
    )

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("periods of leave")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="leave_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")),
                name="leave_stand_in_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.first_day}"

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is a day of this leave."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class StaffAct(models.Model):
    """What somebody did to a colleague's account, and when."""

    class What(models.TextChoices):
        """The acts of the staff page."""

        INVITED = "invited", _("Invited")
        LINK_SENT = "link_sent", _("Link for a new password sent")
        PASSWORD_SET = "password_set", _("Password set by its owner")
        CHANGED = "changed", _("Name, e-mail or role changed")
        SECOND_FACTOR = "second_factor", _("Second factor removed")
        LEAVE = "leave", _("Leave entered")
        LEAVE_ENDED = "leave_ended", _("Leave ended")
        HANDED_OVER = "handed_over", _("Cases handed over")
        CLOSED = "closed", _("Account closed")
        REOPENED = "reopened", _("Account reopened")

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("whose account"),
        on_delete=models.PROTECT,
        related_name="staff_acts",
    )
    what = models.CharField(_("what"), max_length=20, choices=What.choices)
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("action on an account")
        verbose_name_plural = _("actions on accounts")
        ordering = ("-pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.about}: {self.get_what_display()}"
