"""The outbox: what is owed to somebody by mail, and how its delivery stands."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: For how long a notice is worth sending.
LIFE = dt.timedelta(days=5)


class Notice(models.Model):
    """A mail that a history row, or time alone, owes somebody; it leaves after the commit."""

    class Kind(models.TextChoices):
        """What a notice is about, and so how it is treated."""

        STEP = "step", _("What happened")
        REMINDER = "reminder", _("Reminder")
        URGENT = "urgent", _("Urgent reminder")
        LETTER = "letter", _("Letter")

    class State(models.TextChoices):
        """How its delivery stands."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")
        #: Never sent, on purpose: the step was taken back, or its reader may read no more.
        HELD = "held", _("Held back")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.STEP)
    case = models.ForeignKey(
        "cases.FilingCase",
        verbose_name=_("case"),
        on_delete=models.PROTECT,
        null=True,
        related_name="notices",
    )
    # Found by `notice_once`; an index of its own would cost each step an entry more.
    history = models.ForeignKey(
        "cases.HistoryRow",
        on_delete=models.PROTECT,
        null=True,
        related_name="notices",
        db_index=False,
    )
    key = models.CharField(_("what it reminds of"), max_length=100, blank=True)
    #: Whose it is; nobody's account where it goes to the applicant's own address. Found by no
    #: query: each look begins with a case or a row of its history.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=10)
    line = models.TextField(_("line added by staff"), blank=True)
    created_at = models.DateTimeField(_("created"))

    state = models.CharField(
        _("delivery"), max_length=10, choices=State.choices, default=State.WAITING
    )
    once = models.BooleanField(_("never sent twice"), default=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    deadline = models.DateTimeField(_("deadline"))
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    leased_by = models.CharField(_("leased by"), max_length=100, blank=True)
    latest_error = models.TextField(_("latest error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    resent = models.PositiveSmallIntegerField(_("times sent again"), default=0)

    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text as HTML"), blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="notice_state_next"),
            # Whether a later mail has reached an address that an earlier one did not.
            models.Index(fields=["address", "sent_at"], name="notice_sent_to"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["history", "address"], name="notice_once"),
            models.UniqueConstraint(
                fields=["key", "address"], condition=~Q(key=""), name="notice_reminds_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="step", history__isnull=False)
                | Q(kind__in=["reminder", "urgent"], case__isnull=False) & ~Q(key="")
                | Q(kind="letter"),
                name="notice_is_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.address}"

    @property
    def message_id(self) -> str:
        """The mail's identity: a repeat after a crash carries the same, a resent one another."""
        host = urlsplit(getattr(settings, "SITE_URL", "")).hostname or "localhost"
        made = f"{self.created_at.astimezone(dt.UTC):%Y%m%d%H%M%S}"
        again = f"-{self.resent}" if self.resent else ""
        return f"<notice-{self.pk}-{made}{again}@{host}>"
