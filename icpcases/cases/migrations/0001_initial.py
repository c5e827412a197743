"""Every table that the models describe."""

import functools

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Applicant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "certificate_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credit_code", "Unified social credit code"),
                            ("resident_id", "Resident ID"),
                            ("permit", "Mainland travel or residence permit"),
                            ("registration_certificate", "Registration certificate"),
                            ("foreign_registration", "Registration outside the Mainland"),
                        ],
                        max_length=30,
                        verbose_name="certificate type",
                    ),
                ),
                (
                    "certificate_number",
                    models.CharField(blank=True, max_length=60, verbose_name="certificate number"),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hans", "Simplified Chinese")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed"),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "applicant",
                "verbose_name_plural": "applicants",
                "ordering": ("name", "pk"),
                "indexes": [models.Index(fields=["name", "id"], name="applicant_name")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)),
                        fields=("certificate_type", "certificate_number"),
                        name="applicant_certificate_unique",
                        violation_error_message="Another confirmed applicant has this certificate.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            models.Q(
                                models.Q(("certificate_type", ""), _negated=True),
                                models.Q(("certificate_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="applicant_confirmed_has_certificate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[("holiday", "Public holiday"), ("workday", "Make-up working day")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("notice", models.CharField(blank=True, max_length=100, verbose_name="notice")),
            ],
            options={
                "verbose_name": "calendar day",
                "verbose_name_plural": "calendar of working days",
                "ordering": ("-day",),
            },
        ),
        migrations.CreateModel(
            name="DueRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked", models.PositiveBigIntegerField(default=0)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "reckoning of due dates",
                "verbose_name_plural": "reckonings of due dates",
            },
        ),
        migrations.CreateModel(
            name="FollowTry",
            fields=[
                ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("closed_until", models.DateTimeField(null=True)),
                ("since", models.DateTimeField()),
            ],
            options={
                "verbose_name": "tries to follow a case",
                "verbose_name_plural": "tries to follow cases",
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "order_life_days",
                    models.PositiveSmallIntegerField(
                        default=45, verbose_name="life of an order, in days"
                    ),
                ),
                (
                    "warn_days",
                    models.JSONField(
                        default=functools.partial(list, (30, 40)), verbose_name="warn after days"
                    ),
                ),
                (
                    "one_order_per_applicant",
                    models.BooleanField(default=True, verbose_name="one order per applicant"),
                ),
                (
                    "review_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Left empty, the turn clock of this review counts.",
                        null=True,
                        verbose_name="provider's review, in working days",
                    ),
                ),
                (
                    "order_number_format",
                    models.CharField(
                        blank=True,
                        help_text="A regular expression; empty accepts any number.",
                        max_length=100,
                        verbose_name="order number format",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "provider",
                "verbose_name_plural": "providers",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Province",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=5, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name_en", models.CharField(max_length=40, verbose_name="name in English")),
                ("name_zh", models.CharField(max_length=20, verbose_name="name in Chinese")),
                (
                    "icp_character",
                    models.CharField(max_length=1, unique=True, verbose_name="ICP character"),
                ),
                ("administration", models.CharField(max_length=60, verbose_name="administration")),
                (
                    "accepts_forums",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
                        default="unknown",
                        max_length=7,
                        verbose_name="accepts forums",
                    ),
                ),
                ("checked_on", models.DateField(blank=True, null=True, verbose_name="asked on")),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="source of the answer"
                    ),
                ),
                (
                    "review_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Left empty, the turn clock of this review counts.",
                        null=True,
                        verbose_name="administration's review, in working days",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
            ],
            options={
                "verbose_name": "province",
                "verbose_name_plural": "provinces",
                "ordering": ("code",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("accepts_forums__in", ["yes", "no", "unknown"])),
                        name="province_answer_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("triage", "Triage"),
                            ("certificate_needed", "Certificate needed"),
                            ("certificate_applied", "Certificate applied for"),
                            ("certificate_granted", "Certificate granted"),
                            ("preapproval_needed", "Pre-approval needed"),
                            ("preapproval_applied", "Pre-approval applied for"),
                            ("preapproval_granted", "Pre-approval granted"),
                            ("preparing", "Preparing the filing"),
                            ("provider_review", "Provider's review"),
                            ("sms_verification", "SMS check"),
                            ("authority_review", "Administration's review"),
                            ("returned", "Returned for correction"),
                            ("filed", "Filed"),
                            ("open", "Open"),
                            ("not_required", "Not required"),
                            ("referred", "Referred"),
                            ("ineligible", "Not permitted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=30,
                        verbose_name="state",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        help_text="Left empty, the clock counts in every province.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.province",
                        verbose_name="province",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        help_text="Left empty, the clock counts with every provider.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.provider",
                        verbose_name="provider",
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField(verbose_name="amount")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("working_days", "working days"),
                            ("days", "calendar days"),
                            ("hours", "hours"),
                        ],
                        max_length=12,
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "turn clock",
                "verbose_name_plural": "turn clocks",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("provider__isnull", True), ("province__isnull", True)),
                        fields=("state",),
                        name="clock_once",
                        violation_error_message="There is a clock for this already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("provider__isnull", True), ("province__isnull", False)),
                        fields=("state", "province"),
                        name="clock_once_per_province",
                        violation_error_message="There is a clock for this already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("provider__isnull", False), ("province__isnull", True)),
                        fields=("state", "provider"),
                        name="clock_once_per_provider",
                        violation_error_message="There is a clock for this already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("provider__isnull", False), ("province__isnull", False)
                        ),
                        fields=("state", "province", "provider"),
                        name="clock_once_per_both",
                        violation_error_message="There is a clock for this already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(max_length=20, unique=True, verbose_name="reference"),
                ),
                (
                    "follow_code",
                    models.CharField(max_length=12, verbose_name="code to follow with"),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.applicant",
                        verbose_name="applicant",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officer",
                    ),
                ),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "Draft"),
                            ("triage", "Triage"),
                            ("certificate_needed", "Certificate needed"),
                            ("certificate_applied", "Certificate applied for"),
                            ("certificate_granted", "Certificate granted"),
                            ("preapproval_needed", "Pre-approval needed"),
                            ("preapproval_applied", "Pre-approval applied for"),
                            ("preapproval_granted", "Pre-approval granted"),
                            ("preparing", "Preparing the filing"),
                            ("provider_review", "Provider's review"),
                            ("sms_verification", "SMS check"),
                            ("authority_review", "Administration's review"),
                            ("returned", "Returned for correction"),
                            ("filed", "Filed"),
                            ("open", "Open"),
                            ("not_required", "Not required"),
                            ("referred", "Referred"),
                            ("ineligible", "Not permitted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=30,
                        protected=True,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
                (
                    "form_token",
                    models.CharField(editable=False, max_length=60, null=True, unique=True),
                ),
                (
                    "applicant_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("individual", "Individual"),
                            ("enterprise", "Enterprise registered in the Mainland"),
                            ("organisation", "Other mainland organisation"),
                            ("foreign_enterprise", "Enterprise registered outside the Mainland"),
                        ],
                        max_length=20,
                        null=True,
                        verbose_name="applicant type",
                    ),
                ),
                (
                    "mainland_branch",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="branch in the Mainland"
                    ),
                ),
                (
                    "registration_certificate",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="registration certificate"
                    ),
                ),
                (
                    "server_region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mainland", "Mainland China"),
                            ("hong_kong", "Hong Kong"),
                            ("macau", "Macau"),
                            ("taiwan", "Taiwan"),
                            ("overseas", "Overseas"),
                        ],
                        max_length=20,
                        null=True,
                        verbose_name="server region",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("domain", "By a domain name"),
                            ("ip_address", "By an IP address only"),
                        ],
                        max_length=20,
                        null=True,
                        verbose_name="access",
                    ),
                ),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        choices=[("http", "HTTP"), ("https", "HTTPS")],
                        max_length=20,
                        null=True,
                        verbose_name="protocol",
                    ),
                ),
                ("forum", models.BooleanField(blank=True, null=True, verbose_name="forum")),
                (
                    "preapproval",
                    models.BooleanField(blank=True, null=True, verbose_name="BBS pre-approval"),
                ),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.province",
                        verbose_name="province",
                    ),
                ),
                (
                    "site_name",
                    models.CharField(blank=True, max_length=100, verbose_name="site name"),
                ),
                ("domain", models.CharField(blank=True, max_length=253, verbose_name="domain")),
                (
                    "domain_unicode",
                    models.CharField(blank=True, max_length=253, verbose_name="domain as shown"),
                ),
                (
                    "registrable_domain",
                    models.CharField(blank=True, max_length=253, verbose_name="registrable domain"),
                ),
                (
                    "ip_address",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                (
                    "service_leader",
                    models.CharField(blank=True, max_length=100, verbose_name="service leader"),
                ),
                (
                    "service_leader_phone",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="service leader's phone"
                    ),
                ),
                (
                    "service_leader_id",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="service leader's ID number"
                    ),
                ),
                (
                    "icp_number",
                    models.CharField(blank=True, max_length=40, verbose_name="ICP number"),
                ),
                (
                    "icp_subject",
                    models.CharField(blank=True, max_length=30, verbose_name="subject number"),
                ),
                ("filed_on", models.DateField(blank=True, null=True, verbose_name="filed on")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="opened on")),
                (
                    "footer_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="number in the footer since"
                    ),
                ),
                (
                    "public_security_number",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="public-security number"
                    ),
                ),
                (
                    "public_security_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="public-security filing on"
                    ),
                ),
                (
                    "cancelled_on",
                    models.DateField(blank=True, null=True, verbose_name="cancelled on"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("state_since", models.DateTimeField(verbose_name="in this state since")),
                (
                    "turn",
                    models.CharField(
                        choices=[
                            ("applicant", "the applicant"),
                            ("officer", "an officer"),
                            ("supervisor", "a supervisor"),
                            ("provider", "the provider"),
                            ("authority", "the administration"),
                            ("nobody", "nobody"),
                        ],
                        max_length=12,
                        verbose_name="turn",
                    ),
                ),
                ("turn_since", models.DateTimeField(verbose_name="turn since")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                (
                    "due_provisional",
                    models.BooleanField(default=False, verbose_name="due date provisional"),
                ),
                (
                    "answered",
                    models.BooleanField(default=False, verbose_name="answers wait for the officer"),
                ),
            ],
            options={
                "verbose_name": "filing case",
                "verbose_name_plural": "filing cases",
                "ordering": ("-pk",),
                "permissions": [("work", "Can work filing cases")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "triage",
                                    "certificate_needed",
                                    "certificate_applied",
                                    "certificate_granted",
                                    "preapproval_needed",
                                    "preapproval_applied",
                                    "preapproval_granted",
                                    "preparing",
                                    "provider_review",
                                    "sms_verification",
                                    "authority_review",
                                    "returned",
                                    "filed",
                                ],
                            )
                        ),
                        fields=["state", "province", "state_since"],
                        name="case_ageing",
                    ),
                    models.Index(
                        condition=models.Q(("turn", "officer")),
                        fields=["officer", "due_at"],
                        name="case_queue",
                    ),
                    models.Index(
                        condition=models.Q(("answered", True)),
                        fields=["officer", "due_at"],
                        name="case_answered",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("turn", "officer"), _negated=True), ("due_at__isnull", False)
                        ),
                        fields=["officer", "due_at"],
                        name="case_with_others",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("officer__isnull", True),
                            models.Q(("turn", "nobody"), _negated=True),
                            models.Q(("state", "draft"), _negated=True),
                        ),
                        fields=["due_at"],
                        name="case_unassigned",
                    ),
                    models.Index(
                        fields=["officer", "state", "province", "turn"], name="case_officer"
                    ),
                    models.Index(fields=["province", "state", "turn"], name="case_province_state"),
                    models.Index(fields=["state", "turn", "id"], name="case_state_turn"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at", "id", "officer", "state", "province", "turn"],
                        name="case_due",
                    ),
                    models.Index(fields=["state_since", "id"], name="case_since"),
                    models.Index(
                        fields=["created_at", "id", "officer", "state", "province", "turn"],
                        name="case_created",
                    ),
                    models.Index(
                        condition=models.Q(("answered", True)),
                        fields=["id"],
                        name="case_answered_newest",
                    ),
                    models.Index(fields=["registrable_domain"], name="case_registrable"),
                    models.Index(fields=["domain"], name="case_domain"),
                    models.Index(fields=["icp_number"], name="case_icp_number"),
                    models.Index(fields=["icp_subject"], name="case_icp_subject"),
                    models.Index(fields=["service_leader_phone"], name="case_leader_phone"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "triage",
                                    "certificate_needed",
                                    "certificate_applied",
                                    "certificate_granted",
                                    "preapproval_needed",
                                    "preapproval_applied",
                                    "preapproval_granted",
                                    "preparing",
                                    "provider_review",
                                    "sms_verification",
                                    "authority_review",
                                    "returned",
                                    "filed",
                                    "open",
                                ],
                            ),
                            models.Q(("registrable_domain", ""), _negated=True),
                        ),
                        fields=("registrable_domain",),
                        name="case_domain_free",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["filed", "open"])),
                        fields=("icp_number",),
                        name="case_icp_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "triage",
                                    "certificate_needed",
                                    "certificate_applied",
                                    "certificate_granted",
                                    "preapproval_needed",
                                    "preapproval_applied",
                                    "preapproval_granted",
                                    "preparing",
                                    "provider_review",
                                    "sms_verification",
                                    "authority_review",
                                    "returned",
                                    "filed",
                                    "open",
                                    "not_required",
                                    "referred",
                                    "ineligible",
                                    "refused",
                                    "withdrawn",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="case_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        "preparing",
                                        "provider_review",
                                        "sms_verification",
                                        "authority_review",
                                        "returned",
                                        "filed",
                                        "open",
                                        "cancelled",
                                    ],
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                ("server_region", "mainland"),
                                ("server_region__isnull", False),
                                ("access", "domain"),
                                ("access__isnull", False),
                                ("applicant_type__isnull", False),
                                ("forum__isnull", False),
                                models.Q(
                                    ("forum", False),
                                    models.Q(
                                        models.Q(("applicant_type", "individual"), _negated=True),
                                        ("preapproval", True),
                                        ("preapproval__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                models.Q(
                                    models.Q(
                                        ("applicant_type", "foreign_enterprise"), _negated=True
                                    ),
                                    models.Q(
                                        ("mainland_branch", True),
                                        ("mainland_branch__isnull", False),
                                    ),
                                    models.Q(
                                        ("registration_certificate", True),
                                        ("registration_certificate__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="case_filing_rules",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["filed", "open"]), _negated=True),
                            models.Q(
                                models.Q(("icp_number", ""), _negated=True),
                                ("filed_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_filed_has_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("opened_on__isnull", True),
                                models.Q(("state", "open"), _negated=True),
                            ),
                            models.Q(
                                ("filed_on__isnull", False),
                                ("opened_on__gte", models.F("filed_on")),
                                ("opened_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_opens_after_filing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("domain", ""), ("registrable_domain", "")),
                            models.Q(
                                models.Q(("domain", ""), _negated=True),
                                models.Q(("registrable_domain", ""), _negated=True),
                                models.Q(
                                    ("domain", models.F("registrable_domain")),
                                    (
                                        "domain__endswith",
                                        django.db.models.functions.text.Concat(
                                            models.Value("."), models.F("registrable_domain")
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="case_domain_pair",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessLogRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("document", "Document"), ("number", "Masked number")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("detail", models.CharField(max_length=100, verbose_name="detail")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.filingcase",
                        verbose_name="filing case",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "access",
                "verbose_name_plural": "access log",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="CasePerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="cases.filingcase",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_parts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("owner", "Owner"), ("colleague", "Colleague")],
                        default="owner",
                        max_length=10,
                        verbose_name="part",
                    ),
                ),
            ],
            options={
                "verbose_name": "person on a case",
                "verbose_name_plural": "people on a case",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "user"), name="case_person_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.filingcase",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                "identity",
                                "Resident ID, or mainland-issued travel or residence permit",
                            ),
                            ("residence_permit", "Residence permit of the province"),
                            ("business_licence", "Business licence"),
                            ("legal_representative_id", "ID of the legal representative"),
                            ("service_leader_id", "ID of the service leader"),
                            ("authorisation_letter", "Authorisation letter"),
                            ("legal_person_certificate", "Legal-person certificate"),
                            ("leader_id", "ID of the organisation's leader"),
                            ("branch_licence", "Business licence of the mainland branch"),
                            ("branch_responsible_id", "ID of the branch's responsible person"),
                            (
                                "registration_certificate",
                                "Registration Certificate of Foreign Enterprises Permanent Office in China",
                            ),
                            ("chief_representative_id", "ID of the chief representative"),
                            ("bbs_preapproval", "BBS pre-approval"),
                            ("board_list", "Board list with moderators"),
                            ("service_rules", "Service rules of the forum"),
                            ("security_measures", "Security measures of the forum"),
                            (
                                "domain_certificate",
                                "Domain certificate: real-name verified, registrant is the applicant",
                            ),
                            ("other", "Other document"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="number")),
                ("issuer", models.CharField(blank=True, max_length=100, verbose_name="issuer")),
                (
                    "issued_in",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mainland", "Mainland China"),
                            ("hong_kong", "Hong Kong"),
                            ("macau", "Macau"),
                            ("taiwan", "Taiwan"),
                            ("overseas", "Overseas"),
                        ],
                        max_length=10,
                        null=True,
                        verbose_name="issued in",
                    ),
                ),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                ("file", models.FileField(upload_to="", verbose_name="file")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="file's name")),
                (
                    "media_type",
                    models.CharField(blank=True, max_length=20, verbose_name="media type"),
                ),
                ("size", models.PositiveIntegerField(default=0, verbose_name="bytes")),
                ("sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                (
                    "pages",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pages"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Not yet judged"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="reason of the refusal"
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            models.Q(
                                ("issued_in__isnull", True),
                                (
                                    "kind__in",
                                    [
                                        "authorisation_letter",
                                        "board_list",
                                        "service_rules",
                                        "security_measures",
                                    ],
                                ),
                            ),
                            models.Q(("issued_in", "mainland"), ("issued_in__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_accepted_is_mainland",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "accepted", "refused"])),
                        name="document_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="cases.filingcase",
                    ),
                ),
                ("sequence", models.PositiveIntegerField(verbose_name="number in the case")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("step", "Step"),
                            ("edit", "Edit"),
                            ("request", "Request"),
                            ("document", "Document"),
                            ("assignment", "Assignment"),
                            ("note", "Note"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("submit_request", "Send the application"),
                            ("send_back", "Send back to the applicant"),
                            ("close_not_required", "Close: no filing required"),
                            ("refer", "Refer to the local administration"),
                            ("decline", "Decline: not permitted"),
                            ("begin_certificate", "Begin the certificate stage"),
                            (
                                "record_certificate_application",
                                "Record the application for the certificate",
                            ),
                            ("record_certificate", "Record the certificate"),
                            ("begin_preapproval", "Begin the pre-approval stage"),
                            (
                                "record_preapproval_application",
                                "Record the application for pre-approval",
                            ),
                            ("record_preapproval", "Record the pre-approval"),
                            ("record_refusal", "Record a refusal"),
                            ("prepare_filing", "Prepare the filing"),
                            ("submit_to_provider", "Submit to the provider"),
                            ("provider_passes", "Record that the provider passed it"),
                            ("return_for_correction", "Record a return for correction"),
                            ("confirm_sms", "Confirm the SMS check"),
                            ("approve", "Record the ICP number"),
                            ("record_opening", "Record the opening of the site"),
                            ("record_footer", "Record the number in the footer"),
                            ("record_public_security", "Record the public-security filing"),
                            ("expire_order", "Let the order expire"),
                            ("withdraw", "Withdraw the case"),
                            ("cancel_filing", "Cancel the filing"),
                            ("reopen", "Reopen the case"),
                            ("step_back", "Take the last step back"),
                        ],
                        max_length=40,
                        verbose_name="step",
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("triage", "Triage"),
                            ("certificate_needed", "Certificate needed"),
                            ("certificate_applied", "Certificate applied for"),
                            ("certificate_granted", "Certificate granted"),
                            ("preapproval_needed", "Pre-approval needed"),
                            ("preapproval_applied", "Pre-approval applied for"),
                            ("preapproval_granted", "Pre-approval granted"),
                            ("preparing", "Preparing the filing"),
                            ("provider_review", "Provider's review"),
                            ("sms_verification", "SMS check"),
                            ("authority_review", "Administration's review"),
                            ("returned", "Returned for correction"),
                            ("filed", "Filed"),
                            ("open", "Open"),
                            ("not_required", "Not required"),
                            ("referred", "Referred"),
                            ("ineligible", "Not permitted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=30,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("triage", "Triage"),
                            ("certificate_needed", "Certificate needed"),
                            ("certificate_applied", "Certificate applied for"),
                            ("certificate_granted", "Certificate granted"),
                            ("preapproval_needed", "Pre-approval needed"),
                            ("preapproval_applied", "Pre-approval applied for"),
                            ("preapproval_granted", "Pre-approval granted"),
                            ("preparing", "Preparing the filing"),
                            ("provider_review", "Provider's review"),
                            ("sms_verification", "SMS check"),
                            ("authority_review", "Administration's review"),
                            ("returned", "Returned for correction"),
                            ("filed", "Filed"),
                            ("open", "Open"),
                            ("not_required", "Not required"),
                            ("referred", "Referred"),
                            ("ineligible", "Not permitted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=30,
                        verbose_name="to",
                    ),
                ),
                ("turn", models.CharField(max_length=12, verbose_name="turn afterwards")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.CharField(blank=True, max_length=12, verbose_name="on behalf of"),
                ),
                ("happened_at", models.DateTimeField(verbose_name="happened")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("reasons", models.JSONField(blank=True, default=list, verbose_name="reasons")),
                (
                    "note_public",
                    models.TextField(blank=True, verbose_name="note for the applicant"),
                ),
                ("note_internal", models.TextField(blank=True, verbose_name="internal note")),
                ("entered", models.JSONField(blank=True, default=dict, verbose_name="entered")),
                ("changes", models.JSONField(blank=True, default=dict, verbose_name="changes")),
                (
                    "findings",
                    models.JSONField(
                        blank=True, default=list, verbose_name="findings of the rules"
                    ),
                ),
                ("told", models.BooleanField(default=False, verbose_name="the applicant was told")),
                (
                    "undoes",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="takes back"),
                ),
            ],
            options={
                "verbose_name": "history row",
                "verbose_name_plural": "history",
                "ordering": ("case", "sequence"),
                "indexes": [
                    models.Index(fields=["step", "happened_at"], name="history_step_happened"),
                    models.Index(fields=["case", "kind", "sequence"], name="history_kind"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "sequence"), name="history_sequence_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="cases.filingcase",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "part",
                    models.CharField(
                        choices=[("owner", "Owner"), ("colleague", "Colleague")],
                        max_length=10,
                        verbose_name="part",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("invited_at", models.DateTimeField(verbose_name="invited")),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
                ),
                (
                    "taken_back_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="NotNeeded",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="not_needed",
                        to="cases.filingcase",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                "identity",
                                "Resident ID, or mainland-issued travel or residence permit",
                            ),
                            ("residence_permit", "Residence permit of the province"),
                            ("business_licence", "Business licence"),
                            ("legal_representative_id", "ID of the legal representative"),
                            ("service_leader_id", "ID of the service leader"),
                            ("authorisation_letter", "Authorisation letter"),
                            ("legal_person_certificate", "Legal-person certificate"),
                            ("leader_id", "ID of the organisation's leader"),
                            ("branch_licence", "Business licence of the mainland branch"),
                            ("branch_responsible_id", "ID of the branch's responsible person"),
                            (
                                "registration_certificate",
                                "Registration Certificate of Foreign Enterprises Permanent Office in China",
                            ),
                            ("chief_representative_id", "ID of the chief representative"),
                            ("bbs_preapproval", "BBS pre-approval"),
                            ("board_list", "Board list with moderators"),
                            ("service_rules", "Service rules of the forum"),
                            ("security_measures", "Security measures of the forum"),
                            (
                                "domain_certificate",
                                "Domain certificate: real-name verified, registrant is the applicant",
                            ),
                            ("other", "Other document"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "document not needed",
                "verbose_name_plural": "documents not needed",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind"), name="not_needed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("step", "What happened"),
                            ("reminder", "Reminder"),
                            ("urgent", "Urgent reminder"),
                            ("letter", "Letter"),
                        ],
                        default="step",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="cases.filingcase",
                        verbose_name="case",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="cases.historyrow",
                    ),
                ),
                (
                    "key",
                    models.CharField(blank=True, max_length=100, verbose_name="what it reminds of"),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="address")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("line", models.TextField(blank=True, verbose_name="line added by staff")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="delivery",
                    ),
                ),
                ("once", models.BooleanField(default=False, verbose_name="never sent twice")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "next_try_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next try"
                    ),
                ),
                ("deadline", models.DateTimeField(verbose_name="deadline")),
                (
                    "leased_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="leased until"),
                ),
                (
                    "leased_by",
                    models.CharField(blank=True, max_length=100, verbose_name="leased by"),
                ),
                ("latest_error", models.TextField(blank=True, verbose_name="latest error")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "resent",
                    models.PositiveSmallIntegerField(default=0, verbose_name="times sent again"),
                ),
                ("subject", models.CharField(blank=True, max_length=250, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("html", models.TextField(blank=True, verbose_name="text as HTML")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["state", "next_try_at"], name="notice_state_next"),
                    models.Index(fields=["address", "sent_at"], name="notice_sent_to"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("history", "address"), name="notice_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("key", "address"),
                        name="notice_reminds_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("history__isnull", False), ("kind", "step")),
                            models.Q(
                                ("case__isnull", False),
                                ("kind__in", ["reminder", "urgent"]),
                                models.Q(("key", ""), _negated=True),
                            ),
                            ("kind", "letter"),
                            _connector="OR",
                        ),
                        name="notice_is_about_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="cases.filingcase",
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.applicant",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="cases.provider",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="order number")),
                ("submitted_on", models.DateField(verbose_name="first submitted")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended")),
                (
                    "exclusive",
                    models.BooleanField(
                        default=True, verbose_name="the applicant's only order there"
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("case",),
                        name="order_one_live_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True), ("exclusive", True)),
                        fields=("provider", "applicant"),
                        name="order_one_live_per_applicant",
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "number"), name="order_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("ended_on__gte", models.F("submitted_on")),
                            _connector="OR",
                        ),
                        name="order_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProvinceAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="cases.province",
                    ),
                ),
                ("answer", models.CharField(max_length=7, verbose_name="answer")),
                ("before", models.CharField(max_length=7, verbose_name="answer before")),
                ("asked_on", models.DateField(verbose_name="asked on")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "answer of a province",
                "verbose_name_plural": "answers of provinces",
                "ordering": ("-recorded_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ReferenceCounter",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "reference counter",
                "verbose_name_plural": "reference counters",
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="cases.filingcase",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("document_missing", "Document missing"),
                            ("document_refused", "Document refused"),
                            ("fact", "Fact to correct"),
                            ("question", "Question"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=30, verbose_name="about")),
                ("text", models.TextField(max_length=2000, verbose_name="what is asked")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for the applicant"),
                            ("answered", "Answered"),
                            ("accepted", "Accepted"),
                            ("waived", "Waived"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=4000, verbose_name="answer")),
                (
                    "waiver",
                    models.CharField(blank=True, max_length=500, verbose_name="why it was waived"),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="times asked")),
                ("created_at", models.DateTimeField(verbose_name="asked")),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="returns",
                        to="cases.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "request to the applicant",
                "verbose_name_plural": "requests to the applicant",
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "answered", "accepted", "waived"])
                        ),
                        name="request_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="cases.filingcase",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
            ],
            options={
                "verbose_name": "text a case is found by",
                "verbose_name_plural": "texts cases are found by",
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                (
                    "key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="setting"
                    ),
                ),
                ("value", models.PositiveIntegerField(verbose_name="value")),
            ],
            options={
                "verbose_name": "setting",
                "verbose_name_plural": "settings",
            },
        ),
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("key", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(null=True, verbose_name="as of")),
                ("stale", models.BooleanField(default=True)),
                ("seen", models.BigIntegerField(default=0)),
                ("among_newest", models.PositiveIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("packed", models.BinaryField(default=b"")),
            ],
            options={
                "verbose_name": "summary",
                "verbose_name_plural": "summaries",
                "default_permissions": (),
            },
        ),
    ]
