"""What the applicant is asked for."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.rules.dossier import RequestStatus

from .case import FilingCase
from .documents import KINDS


class Request(models.Model):
    """Something asked of the applicant: answered by them, settled by an officer."""

    class About(models.TextChoices):
        """What kind of thing is asked."""

        DOCUMENT_MISSING = "document_missing", _("Document missing")
        DOCUMENT_REFUSED = "document_refused", _("Document refused")
        FACT = "fact", _("Fact to correct")
        QUESTION = "question", _("Question")

    class Status(models.TextChoices):
        """Where the request stands."""

        OPEN = RequestStatus.OPEN.value, _("Waiting for the applicant")
        ANSWERED = RequestStatus.ANSWERED.value, _("Answered")
        ACCEPTED = RequestStatus.ACCEPTED.value, _("Accepted")
        WAIVED = RequestStatus.WAIVED.value, _("Waived")

    case = models.ForeignKey("cases.FilingCase", on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(_("kind"), max_length=20, choices=About.choices)
    about = models.CharField(_("about"), max_length=30, blank=True)
    text = models.TextField(_("what is asked"), max_length=2000)
    due_on = models.DateField(_("due"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    #: What the fact is to be, as its own control has taken it; accepting writes it on the case.
    value = models.JSONField(_("proposed value"), null=True, blank=True)
    waiver = models.CharField(_("why it was waived"), max_length=500, blank=True)
    round = models.PositiveSmallIntegerField(_("times asked"), default=1)
    created_at = models.DateTimeField(_("asked"))
    order = models.ForeignKey(
        "cases.Order", on_delete=models.SET_NULL, null=True, blank=True, related_name="returns"
    )

    class Meta:
        verbose_name = _("request to the applicant")
        verbose_name_plural = _("requests to the applicant")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in RequestStatus]),
                name="request_status_known",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def about_label(self) -> str:
        """The name of the document or fact it is about; empty for a question."""
        if self.for_fact:
            return _label_of_fact(self.about)
        return str(_PAPERS.get(self.about, "")) if self.for_paper else ""

    @property
    def over(self) -> bool:
        """Whether it waits for the applicant beyond its day."""
        if self.status != self.Status.OPEN or self.due_on is None:
            return False
        return self.due_on < timezone.localdate()

    @property
    def for_paper(self) -> bool:
        """Whether a document is asked for; a fact may bear the name of a kind."""
        return self.kind in (self.About.DOCUMENT_MISSING, self.About.DOCUMENT_REFUSED)

    @property
    def for_fact(self) -> bool:
        """Whether a fact is asked for."""
        return self.kind == self.About.FACT


def _label_of_fact(name: str) -> str:
    fields = {field.name: field for field in FilingCase._meta.concrete_fields}
    return str(fields[name].verbose_name) if name in fields else ""


_PAPERS = dict(KINDS)
