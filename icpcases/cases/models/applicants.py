"""Applicants, and the people who may see a case."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .fields import CertificateNumberField


class CertificateType(models.TextChoices):
    """What identifies an applicant."""

    CREDIT_CODE = "credit_code", _("Unified social credit code")
    RESIDENT_ID = "resident_id", _("Resident ID")
    PERMIT = "permit", _("Mainland travel or residence permit")
    REGISTRATION_CERTIFICATE = "registration_certificate", _("Registration certificate")
    FOREIGN_REGISTRATION = "foreign_registration", _("Registration outside the Mainland")


class Applicant(models.Model):
    """The person or organisation that files: unique by certificate once confirmed."""

    name = models.CharField(_("name"), max_length=200)
    certificate_type = models.CharField(
        _("certificate type"), max_length=30, choices=CertificateType.choices, blank=True
    )
    certificate_number = CertificateNumberField(_("certificate number"), max_length=60, blank=True)
    #: Who holds a commercial licence is listed under its number: 京ICP证030173号.
    licence_number = models.CharField(_("commercial licence"), max_length=40, blank=True)
    licence_issued_on = models.DateField(_("licence issued on"), null=True, blank=True)
    licence_expires_on = models.DateField(_("licence expires on"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    #: The applicant that this second record of the same one was joined to: kept, but in no list.
    joined_to = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="joined",
    )

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        ordering = ("name", "pk")
        indexes = [models.Index(fields=["name", "id"], name="applicant_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_type", "certificate_number"],
                condition=Q(confirmed_at__isnull=False),
                name="applicant_certificate_unique",
                violation_error_message=_("Another confirmed applicant has this certificate."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | (~Q(certificate_type="") & ~Q(certificate_number="")),
                name="applicant_confirmed_has_certificate",
            ),
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True) | ~Q(joined_to=F("id")),
                name="applicant_joined_to_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def confirmed(self) -> bool:
        """Whether an officer has confirmed certificate type and number."""
        return self.confirmed_at is not None

    @property
    def number_is_private(self) -> bool:
        """Whether the certificate number is masked on every page."""
        return self.certificate_type in (CertificateType.RESIDENT_ID, CertificateType.PERMIT)


class ApplicantChange(models.Model):
    """What was done to an applicant as such: joined, taken apart, a case moved, unconfirmed."""

    class What(models.TextChoices):
        """What was done."""

        JOINED = "joined", _("Merged into another record")
        APART = "apart", _("Merge undone")
        MOVED = "moved", _("Case moved to another applicant")
        UNCONFIRMED = "unconfirmed", _("Confirmation taken back")
        PROPOSED = "proposed", _("Merge proposed")

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="changes")
    other = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    what = models.CharField(_("what"), max_length=11, choices=What.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    #: What came along, so that it can go back: keys of cases, orders and subject filings, and
    #: the fields that the other record was given.
    moved = models.JSONField(_("moved"), default=dict, blank=True)
    #: Of a join: when it was taken apart.
    undone_at = models.DateTimeField(_("merge undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change to an applicant")
        verbose_name_plural = _("changes to applicants")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.applicant_id}: {self.what}"
