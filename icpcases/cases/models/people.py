"""Applicants, and the people who may see a case."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .case import FilingCase


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
    certificate_number = models.CharField(_("certificate number"), max_length=60, blank=True)
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


class CasePerson(models.Model):
    """An account that may see a case: its owner, or a colleague of the owner."""

    class Part(models.TextChoices):
        """What the person is to the case."""

        OWNER = "owner", _("Owner")
        COLLEAGUE = "colleague", _("Colleague")

    case: "models.ForeignKey[FilingCase, FilingCase]" = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="people"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_parts"
    )
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, default=Part.OWNER)

    class Meta:
        verbose_name = _("person on a case")
        verbose_name_plural = _("people on a case")
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="case_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_part_display()}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations may still be followed."""

    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted nor taken back."""
        return self.filter(accepted_at__isnull=True, taken_back_at__isnull=True)


class Invitation(models.Model):
    """An officer's or owner's word that whoever reads this address may join the case."""

    case: "models.ForeignKey[FilingCase, FilingCase]" = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    part = models.CharField(_("part"), max_length=10, choices=CasePerson.Part.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.email}"


class FollowTry(models.Model):
    """Wrong codes for a reference or from an address, so that neither is found by trying."""

    key = models.CharField(max_length=100, primary_key=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("tries to follow a case")
        verbose_name_plural = _("tries to follow cases")

    def __str__(self) -> str:
        return self.key
