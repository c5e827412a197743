"""The people of a case, invitations to it, and tries to follow it without an account."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CasePerson(models.Model):
    """An account that may see a case: its owner, or a colleague of the owner."""

    class Part(models.TextChoices):
        """What the person is to the case."""

        OWNER = "owner", _("Owner")
        COLLEAGUE = "colleague", _("Colleague")

    case = models.ForeignKey("cases.FilingCase", on_delete=models.PROTECT, related_name="people")
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

    case = models.ForeignKey(
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
        constraints = [
            models.UniqueConstraint(
                fields=["case", "email"],
                condition=models.Q(accepted_at__isnull=True, taken_back_at__isnull=True),
                name="invitation_waiting_once",
            ),
        ]
        # Of what waits for whoever has just signed in with the address.
        indexes = [
            models.Index(
                fields=["email"],
                condition=models.Q(accepted_at__isnull=True, taken_back_at__isnull=True),
                name="invitation_waiting",
            ),
        ]

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
