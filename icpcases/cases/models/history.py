"""The history of a case: append-only, enforced in the database (triggers.py)."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from icpcases.lifecycle.retired import STATE_CHOICES, STEP_CHOICES
from icpcases.lifecycle.steps import Step


class HistoryQuerySet(models.QuerySet["HistoryRow"]):
    """What has happened, or what still counts of it."""

    def effective(self) -> "HistoryQuerySet":
        """Without steps taken back, and without the taking back: they never were.

        For few rows of many cases; for the whole history of one, `effective` below is linear.
        """
        undoing = HistoryRow.objects.filter(case=OuterRef("case"), undoes=OuterRef("sequence"))
        return self.exclude(step=Step.STEP_BACK).exclude(Exists(undoing))


class HistoryRow(models.Model):
    """One change of a case: who, on whose behalf, both times, from, to, why, and what."""

    class Kind(models.TextChoices):
        """What kind of change it was."""

        STEP = "step", _("Step")
        EDIT = "edit", _("Edit")
        REQUEST = "request", _("Request")
        DOCUMENT = "document", _("Document")
        ASSIGNMENT = "assignment", _("Assignment")
        NOTE = "note", _("Note")
        CORRECTION = "correction", _("Correction")
        FOLLOW_UP = "follow_up", _("Follow-up")
        MESSAGE = "message", _("Message")

    # Found by the indexes below, which both begin with the case.
    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="history", db_index=False
    )
    sequence = models.PositiveIntegerField(_("number in the case"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    step = models.CharField(_("step"), max_length=40, choices=STEP_CHOICES, blank=True)
    from_state = models.CharField(_("from"), max_length=30, choices=STATE_CHOICES, blank=True)
    to_state = models.CharField(_("to"), max_length=30, choices=STATE_CHOICES)
    turn = models.CharField(_("turn afterwards"), max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    on_behalf_of = models.CharField(_("on behalf of"), max_length=12, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    note_public = models.TextField(_("note for the applicant"), blank=True)
    note_internal = models.TextField(_("internal note"), blank=True)
    entered = models.JSONField(_("entered"), default=dict, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    findings = models.JSONField(_("findings of the rules"), default=list, blank=True)
    told = models.BooleanField(_("the applicant was told"), default=False)
    undoes = models.PositiveIntegerField(_("takes back"), null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history row")
        verbose_name_plural = _("history")
        ordering = ("case", "sequence")
        indexes = [
            # What happened in a week, step by step: the board's figures and the cases behind them.
            models.Index(fields=["step", "happened_at"], name="history_step_happened"),
            # The newest step of a case, however many notes came after it.
            models.Index(fields=["case", "kind", "sequence"], name="history_kind"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="history_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.sequence}"


class Undoable(Protocol):
    """What tells whether a row was taken back: its case, its number, the number it takes back."""

    @property
    def case_id(self) -> int: ...

    @property
    def sequence(self) -> int: ...

    @property
    def undoes(self) -> int | None: ...


Row = TypeVar("Row", bound=Undoable)


def effective(newest_first: Iterable[Row]) -> Iterator[Row]:
    """The rows without steps taken back, and without the taking back: they never were."""
    undone: set[tuple[int, int]] = set()
    for row in newest_first:
        if row.undoes is not None:
            undone.add((row.case_id, row.undoes))
        elif (row.case_id, row.sequence) not in undone:
            yield row
