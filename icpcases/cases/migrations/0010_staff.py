import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0009_undo"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="leave",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("first_day", models.DateField(verbose_name="on leave from")),
                (
                    "last_day",
                    models.DateField(blank=True, null=True, verbose_name="on leave until"),
                ),
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "periods of leave",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaffAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("link_sent", "Link for a new password sent"),
                            ("password_set", "Password set by its owner"),
                            ("changed", "Name, e-mail or role changed"),
                            ("second_factor", "Second factor removed"),
                            ("leave", "Leave entered"),
                            ("leave_ended", "Leave ended"),
                            ("handed_over", "Cases handed over"),
                            ("closed", "Account closed"),
                            ("reopened", "Account reopened"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300, verbose_name="detail")),
            ],
            options={
                "verbose_name": "action on an account",
                "verbose_name_plural": "actions on accounts",
                "ordering": ("-pk",),
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="filingcase",
            name="contact",
            field=models.CharField(
                blank=True, max_length=200, null=True, verbose_name="what was said"
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="contacted",
            field=models.CharField(
                blank=True,
                choices=[
                    ("provider", "the provider"),
                    ("authority", "the administration"),
                    ("applicant", "the applicant"),
                ],
                max_length=12,
                null=True,
                verbose_name="last contact with",
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="contacted_on",
            field=models.DateField(blank=True, null=True, verbose_name="last contact on"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="follow_up",
            field=models.CharField(
                blank=True, max_length=200, null=True, verbose_name="what to do then"
            ),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="follow_up_on",
            field=models.DateField(blank=True, null=True, verbose_name="follow-up day"),
        ),
        migrations.AlterField(
            model_name="historyrow",
            name="kind",
            field=models.CharField(
                choices=[
                    ("step", "Step"),
                    ("edit", "Edit"),
                    ("request", "Request"),
                    ("document", "Document"),
                    ("assignment", "Assignment"),
                    ("note", "Note"),
                    ("correction", "Correction"),
                    ("follow_up", "Follow-up"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(("follow_up_on__isnull", False)),
                fields=["officer", "follow_up_on"],
                name="case_follow_up",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(("turn", "nobody"), _negated=True),
                fields=["officer", "due_at", "turn"],
                name="case_going",
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="stand_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stands_in_for",
                to=settings.AUTH_USER_MODEL,
                verbose_name="stand-in",
            ),
        ),
        migrations.AddField(
            model_name="staffact",
            name="about",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staff_acts",
                to=settings.AUTH_USER_MODEL,
                verbose_name="whose account",
            ),
        ),
        migrations.AddField(
            model_name="staffact",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_day__isnull", True),
                    ("last_day__gte", models.F("first_day")),
                    _connector="OR",
                ),
                name="leave_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stand_in__isnull", True),
                    models.Q(("stand_in", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="leave_stand_in_is_another",
            ),
        ),
    ]
