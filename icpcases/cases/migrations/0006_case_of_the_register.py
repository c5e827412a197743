"""Numbers and dates leave the case; type and kind say which rules of a filing it is held to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_fill_register"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="filingcase",
            name="cancelled_on",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="filed_on",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="footer_on",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="icp_number",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="icp_subject",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="opened_on",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="public_security_number",
        ),
        migrations.RemoveField(
            model_name="filingcase",
            name="public_security_on",
        ),
        migrations.RemoveField(
            model_name="order",
            name="case",
        ),
        migrations.RemoveField(
            model_name="order",
            name="exclusive",
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("running", True)),
                fields=("applicant",),
                name="order_one_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on__isnull", True), ("running", False), _connector="OR"),
                name="order_ended_runs_no_more",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
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
                            "provider_passed",
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
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(("filing_type", "first"), _negated=True),
                fields=["filing_type", "id"],
                name="case_other_type",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(("service_kind", "website"), _negated=True),
                fields=["service_kind", "id"],
                name="case_other_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.UniqueConstraint(
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
                            "provider_passed",
                            "sms_verification",
                            "authority_review",
                            "returned",
                        ],
                    ),
                    models.Q(("filing_type__in", ["inspection"]), _negated=True),
                    models.Q(("registrable_domain", ""), _negated=True),
                ),
                fields=("registrable_domain", "service_kind"),
                name="case_domain_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("service__isnull", False),
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
                            "provider_passed",
                            "sms_verification",
                            "authority_review",
                            "returned",
                        ],
                    ),
                    models.Q(("filing_type__in", ["inspection"]), _negated=True),
                ),
                fields=("service",),
                name="case_service_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.CheckConstraint(
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
                            "provider_passed",
                            "sms_verification",
                            "authority_review",
                            "returned",
                            "filed",
                            "open",
                            "completed",
                            "not_required",
                            "referred",
                            "ineligible",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="case_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "filing_type__in",
                        [
                            "first",
                            "add_service",
                            "add_access",
                            "change",
                            "cancel_service",
                            "cancel_subject",
                            "cancel_access",
                            "inspection",
                        ],
                    ),
                    ("service_kind__in", ["website", "app", "mini_program", "quick_app"]),
                ),
                name="case_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                "preparing",
                                "provider_review",
                                "provider_passed",
                                "sms_verification",
                                "authority_review",
                                "returned",
                                "filed",
                                "open",
                                "completed",
                            ],
                        ),
                        _negated=True,
                    ),
                    (
                        "filing_type__in",
                        ["cancel_service", "cancel_subject", "cancel_access", "inspection"],
                    ),
                    models.Q(
                        ("filing_type", "change"),
                        models.Q(
                            models.Q(
                                ("mainland_cdn", False),
                                ("server_region__isnull", False),
                                models.Q(("server_region", "mainland"), _negated=True),
                            ),
                            models.Q(
                                ("access", "ip_address"),
                                ("access__isnull", False),
                                ("service_kind", "website"),
                            ),
                            models.Q(
                                ("forum", True),
                                ("forum__isnull", False),
                                models.Q(
                                    models.Q(
                                        ("applicant_type", "individual"),
                                        ("applicant_type__isnull", False),
                                    ),
                                    ("preapproval", False),
                                    ("preapproval__isnull", True),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                ("applicant_type", "foreign_enterprise"),
                                ("applicant_type__isnull", False),
                                ("mainland_branch", False),
                                ("mainland_branch__isnull", False),
                                ("registration_certificate", False),
                                ("registration_certificate__isnull", False),
                            ),
                            _connector="OR",
                            _negated=True,
                        ),
                    ),
                    models.Q(
                        models.Q(
                            models.Q(
                                ("server_region", "mainland"), ("server_region__isnull", False)
                            ),
                            ("mainland_cdn", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("access", "domain"), ("access__isnull", False)),
                            models.Q(("service_kind", "website"), _negated=True),
                            _connector="OR",
                        ),
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
                            models.Q(("applicant_type", "foreign_enterprise"), _negated=True),
                            models.Q(("mainland_branch", True), ("mainland_branch__isnull", False)),
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
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["filed", "open"]), _negated=True),
                    models.Q(
                        ("filing_type__in", ["first", "add_service"]), ("service__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="case_filed_has_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "completed"), _negated=True),
                    models.Q(("filing_type__in", ["first", "add_service"]), _negated=True),
                    _connector="OR",
                ),
                name="case_completed_makes_nothing",
            ),
        ),
    ]
