"""The register of what is filed, beside the cases, and what cases need to point at it."""

import django.core.validators
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

OLD_TRIGGERS = {
    "sqlite": (
        "history_kept", "history_unchanged", "history_not_replaced", "case_kept",
        "case_not_replaced", "case_not_displaced", "case_domain_inserted", "case_domain_updated",
        "case_number_inserted", "case_number_updated",
    ),
    "postgresql": (
        "history_kept ON cases_historyrow", "history_not_truncated ON cases_historyrow",
        "case_kept ON cases_filingcase", "case_not_truncated ON cases_filingcase",
        "case_domain ON cases_filingcase", "case_number ON cases_filingcase",
    ),
}  # fmt: skip


def drop_old_triggers(apps, schema_editor):
    """Some read columns that go; after the migrations those of this release are installed."""
    for trigger in OLD_TRIGGERS[schema_editor.connection.vendor]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS check_site_number()")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "__first__"),
        ("cases", "0003_seed"),
    ]

    operations = [
        migrations.RunPython(drop_old_triggers, migrations.RunPython.noop),
        migrations.CreateModel(
            name="OrderCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_on", models.DateField(verbose_name="submitted")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="left")),
            ],
            options={
                "verbose_name": "case of an order",
                "verbose_name_plural": "cases of orders",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ProviderAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "ended_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("errand", "ended by an errand"),
                            ("cancelled", "the service was cancelled"),
                            ("lost", "taken away by the provider or the administration"),
                        ],
                        max_length=9,
                        verbose_name="why it ended",
                    ),
                ),
            ],
            options={
                "verbose_name": "access",
                "verbose_name_plural": "accesses",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="RegisterRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.PositiveBigIntegerField(blank=True, db_index=True, null=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("filed", "Filed by a case"),
                            ("completed", "Changed by a case"),
                            ("found", "Entered as found in the public register"),
                            ("corrected", "Corrected"),
                            ("dated", "Opening or duty recorded"),
                            ("lost", "Loss recorded"),
                            ("taken_back", "Taken back"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("sequence", models.PositiveIntegerField(blank=True, null=True)),
                ("happened_on", models.DateField(verbose_name="on")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                (
                    "source",
                    models.CharField(blank=True, max_length=500, verbose_name="source or reason"),
                ),
                ("changes", models.JSONField(blank=True, default=dict, verbose_name="changes")),
            ],
            options={
                "verbose_name": "change of the register",
                "verbose_name_plural": "changes of the register",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "service_kind",
                    models.CharField(
                        choices=[
                            ("website", "Website"),
                            ("app", "App"),
                            ("mini_program", "Mini-program"),
                            ("quick_app", "Quick app"),
                        ],
                        default="website",
                        max_length=12,
                        verbose_name="service kind",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                (
                    "number",
                    models.CharField(max_length=50, unique=True, verbose_name="service number"),
                ),
                ("number_of", models.CharField(max_length=40, verbose_name="listed under")),
                ("filed_on", models.DateField(verbose_name="filed on")),
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
                    "state",
                    models.CharField(
                        choices=[
                            ("live", "Live"),
                            ("no_access", "No access: no provider hosts it"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="live",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "cancelled_on",
                    models.DateField(blank=True, null=True, verbose_name="cancelled on"),
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
                    "app_features",
                    models.JSONField(blank=True, default=dict, verbose_name="App features"),
                ),
                ("filed_here", models.BooleanField(default=False, verbose_name="filed by a case")),
            ],
            options={
                "verbose_name": "service",
                "verbose_name_plural": "services",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ServiceDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service_kind", models.CharField(max_length=12)),
                ("live", models.BooleanField(default=True)),
                ("domain", models.CharField(max_length=253, verbose_name="domain")),
                (
                    "domain_unicode",
                    models.CharField(max_length=253, verbose_name="domain as shown"),
                ),
                (
                    "registrable_domain",
                    models.CharField(max_length=253, verbose_name="registrable domain"),
                ),
            ],
            options={
                "verbose_name": "domain of a service",
                "verbose_name_plural": "domains of services",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="SmsCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="round")),
                (
                    "person",
                    models.CharField(
                        choices=[
                            ("subject_leader", "Subject leader"),
                            ("service_leader", "Service leader"),
                            ("both", "Subject and service leader, one person"),
                        ],
                        max_length=14,
                        verbose_name="person",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed"),
                ),
                ("closed", models.BooleanField(default=False, verbose_name="the round is over")),
            ],
            options={
                "verbose_name": "SMS check",
                "verbose_name_plural": "SMS checks",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="SubjectFiling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="subject number"),
                ),
                ("filed_on", models.DateField(verbose_name="filed on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("live", "Live"),
                            ("shell", "Shell: nothing filed under it"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="live",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "cancelled_on",
                    models.DateField(blank=True, null=True, verbose_name="cancelled on"),
                ),
                (
                    "subject_leader",
                    models.CharField(blank=True, max_length=100, verbose_name="subject leader"),
                ),
                (
                    "subject_leader_phone",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="subject leader's phone"
                    ),
                ),
                (
                    "subject_leader_id",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="subject leader's ID number"
                    ),
                ),
            ],
            options={
                "verbose_name": "subject filing",
                "verbose_name_plural": "subject filings",
            },
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_accepted_is_mainland",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_domain_free",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_icp_number_once",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_filing_rules",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_filed_has_number",
        ),
        migrations.RemoveConstraint(
            model_name="filingcase",
            name="case_opens_after_filing",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="order_one_live_per_case",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="order_one_live_per_applicant",
        ),
        migrations.RemoveIndex(
            model_name="filingcase",
            name="case_ageing",
        ),
        migrations.RemoveIndex(
            model_name="filingcase",
            name="case_icp_number",
        ),
        migrations.RemoveIndex(
            model_name="filingcase",
            name="case_icp_subject",
        ),
        migrations.RemoveField(
            model_name="provider",
            name="one_order_per_applicant",
        ),
        migrations.AddField(
            model_name="applicant",
            name="licence_expires_on",
            field=models.DateField(blank=True, null=True, verbose_name="licence expires on"),
        ),
        migrations.AddField(
            model_name="applicant",
            name="licence_issued_on",
            field=models.DateField(blank=True, null=True, verbose_name="licence issued on"),
        ),
        migrations.AddField(
            model_name="applicant",
            name="licence_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="commercial licence"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="app_features",
            field=models.JSONField(blank=True, default=dict, verbose_name="App features"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="changing",
            field=models.JSONField(blank=True, default=dict, verbose_name="what changes"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="filing_type",
            field=models.CharField(
                choices=[
                    ("first", "First filing"),
                    ("add_service", "Further service"),
                    ("add_access", "Further access"),
                    ("change", "Change"),
                    ("cancel_service", "Cancel a service"),
                    ("cancel_subject", "Cancel the subject"),
                    ("cancel_access", "End an access"),
                    ("inspection", "Inspection"),
                ],
                default="first",
                max_length=20,
                verbose_name="filing type",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="findings",
            field=models.TextField(blank=True, verbose_name="findings"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="cases.filingcase",
                verbose_name="follows",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="mainland_cdn",
            field=models.BooleanField(default=False, verbose_name="nodes in the Mainland"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="service_kind",
            field=models.CharField(
                choices=[
                    ("website", "Website"),
                    ("app", "App"),
                    ("mini_program", "Mini-program"),
                    ("quick_app", "Quick app"),
                ],
                default="website",
                max_length=20,
                verbose_name="service kind",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="subject_leader",
            field=models.CharField(blank=True, max_length=100, verbose_name="subject leader"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="subject_leader_id",
            field=models.CharField(
                blank=True, max_length=30, verbose_name="subject leader's ID number"
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="subject_leader_phone",
            field=models.CharField(
                blank=True, max_length=20, verbose_name="subject leader's phone"
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="subject_name",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="new name of the subject"
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="term",
            field=models.DateField(blank=True, null=True, verbose_name="term"),
        ),
        migrations.AddField(
            model_name="order",
            name="created_on",
            field=models.DateField(blank=True, null=True, verbose_name="created"),
        ),
        migrations.AddField(
            model_name="order",
            name="returned_on",
            field=models.DateField(blank=True, null=True, verbose_name="latest return"),
        ),
        migrations.AddField(
            model_name="order",
            name="running",
            field=models.BooleanField(
                default=True, verbose_name="before the provider or the administrations"
            ),
        ),
        migrations.AddField(
            model_name="provider",
            name="order_life_from",
            field=models.CharField(
                choices=[
                    ("creation", "the order's creation"),
                    ("submission", "its first submission"),
                    ("return", "the latest return, else the first submission"),
                ],
                default="submission",
                max_length=10,
                verbose_name="counted from",
            ),
        ),
        migrations.AddField(
            model_name="provider",
            name="order_life_while",
            field=models.CharField(
                choices=[
                    ("always", "always, until the administration has it"),
                    ("asked", "only while we are asked"),
                ],
                default="always",
                max_length=6,
                verbose_name="counted while",
            ),
        ),
        migrations.AddField(
            model_name="provider",
            name="order_number_example",
            field=models.CharField(
                blank=True,
                help_text="Shown beside the field, so that people see what is meant.",
                max_length=60,
                verbose_name="order number, an example",
            ),
        ),
        migrations.AddField(
            model_name="provider",
            name="services_per_order",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Left empty, any number.",
                null=True,
                verbose_name="most services per order",
            ),
        ),
        migrations.AddField(
            model_name="provider",
            name="telephone",
            field=models.CharField(blank=True, max_length=60, verbose_name="telephone"),
        ),
        migrations.AddField(
            model_name="provider",
            name="website",
            field=models.CharField(
                blank=True,
                max_length=200,
                validators=[django.core.validators.URLValidator(["https", "http"])],
                verbose_name="web address",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="state",
            field=models.CharField(
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
                    ("provider_passed", "Passed by the provider"),
                    ("sms_verification", "SMS check"),
                    ("authority_review", "Administration's review"),
                    ("returned", "Returned for correction"),
                    ("filed", "Filed"),
                    ("open", "Open"),
                    ("completed", "Completed"),
                    ("not_required", "Not required"),
                    ("referred", "Referred"),
                    ("ineligible", "Not permitted"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=30,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("identity", "Resident ID, or mainland-issued travel or residence permit"),
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
                    ("domain_certificate", "Domain certificate: real-name verified"),
                    (
                        "app_features",
                        "Features sheet of the App, or a screenshot of its signing certificate",
                    ),
                    ("change_of_name", "Notice of the change of name"),
                    ("other", "Other document"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="filingcase",
            name="state",
            field=django_fsm.FSMField(
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
                    ("provider_passed", "Passed by the provider"),
                    ("sms_verification", "SMS check"),
                    ("authority_review", "Administration's review"),
                    ("returned", "Returned for correction"),
                    ("filed", "Filed"),
                    ("open", "Open"),
                    ("completed", "Completed"),
                    ("not_required", "Not required"),
                    ("referred", "Referred"),
                    ("ineligible", "Not permitted"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                max_length=30,
                protected=True,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="filingcase",
            name="turn",
            field=models.CharField(
                choices=[
                    ("applicant", "the applicant"),
                    ("officer", "an officer"),
                    ("supervisor", "a supervisor"),
                    ("provider", "the provider"),
                    ("ministry", "the ministry"),
                    ("authority", "the administration"),
                    ("nobody", "nobody"),
                ],
                max_length=12,
                verbose_name="turn",
            ),
        ),
        migrations.AlterField(
            model_name="historyrow",
            name="from_state",
            field=models.CharField(
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
                    ("provider_passed", "Passed by the provider"),
                    ("sms_verification", "SMS check"),
                    ("authority_review", "Administration's review"),
                    ("returned", "Returned for correction"),
                    ("filed", "Filed"),
                    ("open", "Open"),
                    ("completed", "Completed"),
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
        migrations.AlterField(
            model_name="historyrow",
            name="step",
            field=models.CharField(
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
                    ("record_preapproval_application", "Record the application for pre-approval"),
                    ("record_preapproval", "Record the pre-approval"),
                    ("record_refusal", "Record a refusal"),
                    ("prepare_filing", "Prepare the filing"),
                    ("submit_to_provider", "Submit to the provider"),
                    ("provider_passes", "Record that the provider passed it"),
                    ("sent_to_administration", "Record that it was sent on"),
                    ("pull_back", "Pull back from the provider"),
                    ("sms_expired", "Record that the SMS check ran out"),
                    ("return_for_correction", "Record a return for correction"),
                    ("confirm_sms", "Confirm the SMS check"),
                    ("approve", "Record the ICP number"),
                    ("complete", "Record that it is done"),
                    ("record_opening", "Record the opening of the site"),
                    ("record_footer", "Record the number in the footer"),
                    ("record_public_security", "Record the public-security filing"),
                    ("expire_order", "Let the order expire"),
                    ("withdraw", "Withdraw the case"),
                    ("reopen", "Reopen the case"),
                    ("step_back", "Take the last step back"),
                    ("cancel_filing", "Cancel the filing"),
                ],
                max_length=40,
                verbose_name="step",
            ),
        ),
        migrations.AlterField(
            model_name="historyrow",
            name="to_state",
            field=models.CharField(
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
                    ("provider_passed", "Passed by the provider"),
                    ("sms_verification", "SMS check"),
                    ("authority_review", "Administration's review"),
                    ("returned", "Returned for correction"),
                    ("filed", "Filed"),
                    ("open", "Open"),
                    ("completed", "Completed"),
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
        migrations.AlterField(
            model_name="notneeded",
            name="kind",
            field=models.CharField(
                choices=[
                    ("identity", "Resident ID, or mainland-issued travel or residence permit"),
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
                    ("domain_certificate", "Domain certificate: real-name verified"),
                    (
                        "app_features",
                        "Features sheet of the App, or a screenshot of its signing certificate",
                    ),
                    ("change_of_name", "Notice of the change of name"),
                    ("other", "Other document"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
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
                                "app_features",
                            ],
                        ),
                    ),
                    models.Q(("issued_in", "mainland"), ("issued_in__isnull", False)),
                    _connector="OR",
                ),
                name="document_accepted_is_mainland",
            ),
        ),
        migrations.AddField(
            model_name="ordercase",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="cases.filingcase",
            ),
        ),
        migrations.AddField(
            model_name="ordercase",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="cases.order",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="orders",
            field=models.ManyToManyField(
                related_name="cases", through="cases.OrderCase", to="cases.order"
            ),
        ),
        migrations.AddField(
            model_name="provideraccess",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accesses",
                to="cases.provider",
                verbose_name="provider",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="provider_access",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="cases",
                to="cases.provideraccess",
                verbose_name="access",
            ),
        ),
        migrations.AddField(
            model_name="registerrow",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="register_rows",
                to="cases.applicant",
            ),
        ),
        migrations.AddField(
            model_name="registerrow",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="registerrow",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="register_rows",
                to="cases.filingcase",
            ),
        ),
        migrations.AddField(
            model_name="provideraccess",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accesses",
                to="cases.service",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="cases",
                to="cases.service",
                verbose_name="service",
            ),
        ),
        migrations.AddField(
            model_name="servicedomain",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="domains",
                to="cases.service",
            ),
        ),
        migrations.AddField(
            model_name="smscheck",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sms_checks",
                to="cases.filingcase",
            ),
        ),
        migrations.AddField(
            model_name="subjectfiling",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subject_filings",
                to="cases.applicant",
                verbose_name="applicant",
            ),
        ),
        migrations.AddField(
            model_name="subjectfiling",
            name="province",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subject_filings",
                to="cases.province",
                verbose_name="province",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="cases.subjectfiling",
                verbose_name="subject filing",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_on__isnull", True)),
                fields=("case",),
                name="order_one_live_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercase",
            constraint=models.UniqueConstraint(fields=("order", "case"), name="order_case_once"),
        ),
        migrations.AddConstraint(
            model_name="provideraccess",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("service", "provider"),
                name="access_open_once",
                violation_error_message="The service is hosted at this provider already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="provideraccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by", ""), ("until__isnull", True)),
                    models.Q(("until__isnull", False), models.Q(("ended_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="access_ends_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="provideraccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True),
                    ("since__isnull", True),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="access_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicedomain",
            constraint=models.UniqueConstraint(
                condition=models.Q(("live", True)),
                fields=("registrable_domain", "service_kind"),
                name="service_domain_free",
                violation_error_message="Another live service of this kind has this domain.",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicedomain",
            constraint=models.UniqueConstraint(
                fields=("service", "domain"), name="service_domain_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="smscheck",
            constraint=models.UniqueConstraint(
                fields=("case", "number", "person"), name="sms_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectfiling",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "cancelled"), _negated=True),
                fields=("applicant",),
                name="subject_one_per_applicant",
                violation_error_message="This applicant has a subject filing already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectfiling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_on__isnull", True), ("state__in", ["live", "shell"])),
                    models.Q(("cancelled_on__isnull", False), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="subject_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["subject", "state"], name="service_subject_state"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["number_of"], name="service_number_of"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_on__isnull", True), ("state__in", ["live", "no_access"])),
                    models.Q(("cancelled_on__isnull", False), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="service_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_on__isnull", True),
                    ("filed_here", False),
                    ("opened_on__gte", models.F("filed_on")),
                    _connector="OR",
                ),
                name="service_opens_after_filing",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service_kind__in", ["website", "app", "mini_program", "quick_app"])
                ),
                name="service_kind_known",
            ),
        ),
    ]
