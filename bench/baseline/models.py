"""The same work by django-fsm-2, `save()` and django-fsm-log, in tables of its own."""

from django.conf import settings
from django.db import models
from django_fsm import FSMField, transition
from django_fsm_log.decorators import fsm_log_by, fsm_log_description


class PlainCase(models.Model):
    """A case with the columns that a filing needs, and the indexes its lists want.

    All columns of ours but those of the door and of the turn: version, whose turn since when,
    whether answers wait. What we keep in the register stands on the case.
    """

    reference = models.CharField(max_length=20, unique=True)
    follow_code = models.CharField(max_length=12)
    applicant = models.ForeignKey("cases.Applicant", models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    province = models.ForeignKey("cases.Province", models.PROTECT, null=True, related_name="+")
    state = FSMField(max_length=30, default="provider_review", db_index=True, protected=True)
    filing_type = models.CharField(max_length=20, default="first")
    service_kind = models.CharField(max_length=20, default="website")
    applicant_type = models.CharField(max_length=20, null=True, blank=True)
    mainland_branch = models.BooleanField(null=True, blank=True)
    registration_certificate = models.BooleanField(null=True, blank=True)
    server_region = models.CharField(max_length=20, null=True, blank=True)
    mainland_cdn = models.BooleanField(default=False)
    access = models.CharField(max_length=20, null=True, blank=True)
    protocol = models.CharField(max_length=20, null=True, blank=True)
    forum = models.BooleanField(null=True, blank=True)
    preapproval = models.BooleanField(null=True, blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    domain = models.CharField(max_length=253, blank=True, db_index=True)
    domain_unicode = models.CharField(max_length=253, blank=True)
    registrable_domain = models.CharField(max_length=253, blank=True, db_index=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    service_leader = models.CharField(max_length=100, blank=True)
    service_leader_phone = models.CharField(max_length=20, blank=True)
    service_leader_id = models.CharField(max_length=30, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    subject_leader = models.CharField(max_length=100, blank=True)
    subject_leader_phone = models.CharField(max_length=20, blank=True)
    subject_leader_id = models.CharField(max_length=30, blank=True)
    changing = models.JSONField(default=dict, blank=True)
    app_features = models.JSONField(default=dict, blank=True)
    term = models.DateField(null=True, blank=True)
    findings = models.TextField(blank=True)
    icp_number = models.CharField(max_length=50, blank=True, db_index=True)
    icp_subject = models.CharField(max_length=40, blank=True)
    filed_on = models.DateField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    footer_on = models.DateField(null=True, blank=True)
    public_security_number = models.CharField(max_length=40, blank=True)
    public_security_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_index=True)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return self.reference

    @fsm_log_by
    @fsm_log_description
    @transition(field=state, source="provider_review", target="provider_passed")
    def provider_passes(self, by=None, description=None) -> None:
        """The provider passed it."""

    @fsm_log_by
    @fsm_log_description
    @transition(field=state, source="provider_passed", target="sms_verification")
    def sent_to_administration(self, by=None, description=None) -> None:
        """The provider sent it on."""

    @fsm_log_by
    @fsm_log_description
    @transition(field=state, source="sms_verification", target="authority_review")
    def confirm_sms(self, by=None, description=None) -> None:
        """The SMS check is answered."""

    @fsm_log_by
    @fsm_log_description
    @transition(field=state, source="*", target="provider_review")
    def begin_again(self, by=None, description=None) -> None:
        """Back to where the measurement begins."""
