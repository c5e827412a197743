"""The register: what is filed, apart from the errands about it (domain.md, section 2).

A number or a date stands here and nowhere else; cases read it. What changes a record leaves a
`RegisterRow`, which is never changed or deleted (triggers.py).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import ServiceKind

LEADER_NAME, LEADER_PHONE = 100, 20


class SubjectFiling(models.Model):
    """An applicant's own entry in the register: at most one that is not cancelled."""

    class State(models.TextChoices):
        """Whether it stands, and whether anything is filed under it."""

        LIVE = "live", _("Live")
        SHELL = "shell", _("Shell: nothing filed under it")
        CANCELLED = "cancelled", _("Cancelled")

    applicant = models.ForeignKey(
        "cases.Applicant",
        verbose_name=_("applicant"),
        on_delete=models.PROTECT,
        related_name="subject_filings",
    )
    province = models.ForeignKey(
        "cases.Province",
        verbose_name=_("province"),
        on_delete=models.PROTECT,
        related_name="subject_filings",
    )
    number = models.CharField(_("subject number"), max_length=40, unique=True)
    filed_on = models.DateField(_("filed on"))
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.LIVE.value
    )
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    subject_leader = models.CharField(_("subject leader"), max_length=LEADER_NAME, blank=True)
    subject_leader_phone = models.CharField(
        _("subject leader's phone"), max_length=LEADER_PHONE, blank=True
    )
    subject_leader_id = models.CharField(_("subject leader's ID number"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("subject filing")
        verbose_name_plural = _("subject filings")
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"],
                condition=~Q(state="cancelled"),
                name="subject_one_per_applicant",
                violation_error_message=_("This applicant has a subject filing already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["live", "shell"], cancelled_on__isnull=True)
                | Q(state="cancelled", cancelled_on__isnull=False),
                name="subject_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Service(models.Model):
    """A website, App, mini-program or quick app that is filed under a subject."""

    class State(models.TextChoices):
        """Whether it may be served, and whether anybody hosts it."""

        LIVE = "live", _("Live")
        NO_ACCESS = "no_access", _("No access: no provider hosts it")
        CANCELLED = "cancelled", _("Cancelled")

    subject = models.ForeignKey(
        SubjectFiling,
        verbose_name=_("subject filing"),
        on_delete=models.PROTECT,
        related_name="services",
    )
    service_kind = models.CharField(
        _("service kind"),
        max_length=12,
        choices=[(kind.value, _(kind.label)) for kind in ServiceKind],
        default=ServiceKind.WEBSITE.value,
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    number = models.CharField(_("service number"), max_length=50, unique=True)
    #: The number of the subject, or of the licence, that the service number begins with.
    number_of = models.CharField(_("listed under"), max_length=40)
    filed_on = models.DateField(_("filed on"))
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    footer_on = models.DateField(_("number in the footer since"), null=True, blank=True)
    public_security_number = models.CharField(
        _("public-security number"), max_length=40, blank=True
    )
    public_security_on = models.DateField(_("public-security filing on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.LIVE.value
    )
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    service_leader = models.CharField(_("service leader"), max_length=LEADER_NAME, blank=True)
    service_leader_phone = models.CharField(
        _("service leader's phone"), max_length=LEADER_PHONE, blank=True
    )
    service_leader_id = models.CharField(_("service leader's ID number"), max_length=30, blank=True)
    app_features = models.JSONField(_("App features"), default=dict, blank=True)
    #: Whether an errand of ours filed it, so that it cannot have been open before.
    filed_here = models.BooleanField(_("filed by a case"), default=False)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["subject", "state"], name="service_subject_state"),
            models.Index(fields=["number_of"], name="service_number_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["live", "no_access"], cancelled_on__isnull=True)
                | Q(state="cancelled", cancelled_on__isnull=False),
                name="service_state_known",
            ),
            models.CheckConstraint(
                condition=Q(opened_on__isnull=True)
                | Q(filed_here=False)
                | Q(opened_on__gte=F("filed_on")),
                name="service_opens_after_filing",
            ),
            models.CheckConstraint(
                condition=Q(service_kind__in=[kind.value for kind in ServiceKind]),
                name="service_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def kind(self) -> ServiceKind:
        """What kind of service it is."""
        return ServiceKind(self.service_kind)

    @property
    def duties_done(self) -> bool:
        """Whether both duties after the opening are recorded."""
        return self.footer_on is not None and self.public_security_on is not None


class ServiceDomain(models.Model):
    """A domain of a service, by the name that is filed; several on old filings.

    Kind and liveness are the service's own, kept beside the name by a trigger, so that an index
    can hold two live services of one kind apart.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="domains")
    service_kind = models.CharField(max_length=12)
    live = models.BooleanField(default=True)
    domain = models.CharField(_("domain"), max_length=253)
    domain_unicode = models.CharField(_("domain as shown"), max_length=253)
    registrable_domain = models.CharField(_("registrable domain"), max_length=253)

    class Meta:
        verbose_name = _("domain of a service")
        verbose_name_plural = _("domains of services")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["registrable_domain", "service_kind"],
                condition=Q(live=True),
                name="service_domain_free",
                violation_error_message=_("Another live service of this kind has this domain."),
            ),
            models.UniqueConstraint(fields=["service", "domain"], name="service_domain_once"),
        ]

    def __str__(self) -> str:
        return self.domain_unicode


class ProviderAccess(models.Model):
    """That a service is hosted at a provider, from a day on, until it ends."""

    class Ended(models.TextChoices):
        """Why an access ended."""

        ERRAND = "errand", _("ended by an errand")
        CANCELLED = "cancelled", _("the service was cancelled")
        LOST = "lost", _("taken away by the provider or the administration")

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="accesses")
    provider = models.ForeignKey(
        "cases.Provider",
        verbose_name=_("provider"),
        on_delete=models.PROTECT,
        related_name="accesses",
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    ended_by = models.CharField(_("why it ended"), max_length=9, choices=Ended.choices, blank=True)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["service", "provider"],
                condition=Q(until__isnull=True),
                name="access_open_once",
                violation_error_message=_("The service is hosted at this provider already."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="")
                | (Q(until__isnull=False) & ~Q(ended_by="")),
                name="access_ends_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="access_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.provider}"


class RegisterRow(models.Model):
    """One change of a register record: which errand or person changed what, when, and why.

    It names the records by their keys: what a step taken back had entered is there no more.
    """

    class What(models.TextChoices):
        """What kind of change it was."""

        FILED = "filed", _("Filed by a case")
        COMPLETED = "completed", _("Changed by a case")
        FOUND = "found", _("Entered as found in the public register")
        CORRECTED = "corrected", _("Corrected")
        DATED = "dated", _("Opening or duty recorded")
        LOST = "lost", _("Loss recorded")
        JOINED = "joined", _("Came with another record of the applicant")
        TAKEN_BACK = "taken_back", _("Taken back")

    applicant = models.ForeignKey(
        "cases.Applicant", on_delete=models.PROTECT, related_name="register_rows"
    )
    service = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, null=True, related_name="register_rows"
    )
    # Of the case's history row that did it.
    sequence = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    happened_on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(_("recorded"))
    source = models.CharField(_("source or reason"), max_length=500, blank=True)
    #: Per record, such as `service 12`: field by field the value before and after; for a new
    #: record each value before is null.
    changes = models.JSONField(_("changes"), default=dict, blank=True)

    class Meta:
        verbose_name = _("change of the register")
        verbose_name_plural = _("changes of the register")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.applicant_id}: {self.what}"


class SmsCheck(models.Model):
    """One person's part in a round of the ministry's SMS check on a case."""

    class Person(models.TextChoices):
        """Who is asked; one person with one phone who is both answers once."""

        SUBJECT = "subject_leader", _("Subject leader")
        SERVICE = "service_leader", _("Service leader")
        BOTH = "both", _("Subject and service leader, one person")

    case = models.ForeignKey(
        "cases.FilingCase", on_delete=models.PROTECT, related_name="sms_checks"
    )
    number = models.PositiveSmallIntegerField(_("round"))
    person = models.CharField(_("person"), max_length=14, choices=Person.choices)
    name = models.CharField(_("name"), max_length=LEADER_NAME, blank=True)
    phone = models.CharField(_("phone"), max_length=LEADER_PHONE, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    closed = models.BooleanField(_("the round is over"), default=False)

    class Meta:
        verbose_name = _("SMS check")
        verbose_name_plural = _("SMS checks")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["case", "number", "person"], name="sms_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.number} {self.person}"
