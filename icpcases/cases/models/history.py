"""The history of a case: append-only, enforced in the database (triggers.py)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step


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

    # Found by the indexes below, which both begin with the case.
    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="history", db_index=False
    )
    sequence = models.PositiveIntegerField(_("number in the case"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    step = models.CharField(_("step"), max_length=40, choices=Step.choices, blank=True)
    from_state = models.CharField(_("from"), max_length=30, choices=State.choices, blank=True)
    to_state = models.CharField(_("to"), max_length=30, choices=State.choices)
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
