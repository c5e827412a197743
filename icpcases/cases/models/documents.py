"""Documents of a case, and those it does not need."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.facts import ServerRegion
from icpcases.rules.numbers import mask

KINDS = [(kind.value, _(kind.label)) for kind in Kind]
REGIONS = [(region.value, _(region.label)) for region in ServerRegion]
SELF_MADE = [kind.value for kind in Kind if kind.self_made]


class Document(models.Model):
    """A paper of a case, judged by an officer."""

    class Status(models.TextChoices):
        """What an officer decided."""

        PENDING = DocumentStatus.PENDING.value, _("Not yet judged")
        ACCEPTED = DocumentStatus.ACCEPTED.value, _("Accepted")
        REFUSED = DocumentStatus.REFUSED.value, _("Refused")
        REMOVED = DocumentStatus.REMOVED.value, _("Removed")

    case = models.ForeignKey("cases.FilingCase", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=30, choices=KINDS)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issuer = models.CharField(_("issuer"), max_length=100, blank=True)
    issued_in = models.CharField(
        _("issued in"), max_length=10, choices=REGIONS, null=True, blank=True
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    file = models.FileField(_("file"), max_length=100)
    label = models.CharField(_("file's name"), max_length=200, blank=True)
    media_type = models.CharField(_("media type"), max_length=20, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    pages = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING
    )
    refusal = models.CharField(_("reason of the refusal"), max_length=500, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="accepted")
                | Q(kind__in=SELF_MADE, issued_in__isnull=True)
                | Q(issued_in="mainland", issued_in__isnull=False),
                name="document_accepted_is_mainland",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in DocumentStatus]),
                name="document_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def number_is_private(self) -> bool:
        """Whether the number is a person's, and is there to be masked."""
        return bool(self.number) and Kind(self.kind).personal

    @property
    def shown_number(self) -> str:
        """The number as pages show it."""
        return mask(self.number) if self.number_is_private else self.number


class NotNeeded(models.Model):
    """An officer's word that a conditional document's condition does not apply."""

    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="not_needed"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=KINDS)

    class Meta:
        verbose_name = _("document not needed")
        verbose_name_plural = _("documents not needed")
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="not_needed_once")]

    def __str__(self) -> str:
        return self.get_kind_display()
