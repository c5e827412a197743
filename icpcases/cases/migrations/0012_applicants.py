"""Applicants: folded numbers, two records joined to one, tokens of their own, one live invitation."""

import re
import unicodedata

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

TABLE = {
    # One ordered tree on SQLite. The C collation on PostgreSQL: beginnings are ranges.
    "sqlite": (
        "CREATE TABLE cases_applicanttoken (token varchar(50) NOT NULL, applicant_id bigint NOT"
        " NULL, PRIMARY KEY (token, applicant_id)) WITHOUT ROWID"
    ),
    "postgresql": (
        'CREATE TABLE cases_applicanttoken (token varchar(50) COLLATE "C" NOT NULL,'
        " applicant_id bigint NOT NULL, PRIMARY KEY (token, applicant_id))"
    ),
}
UNDO_DAYS = ("join_undo_days", 30)
WHY_UNCONFIRMED = "Two confirmed applicants had one certificate number, written differently."


def make_table(apps, schema_editor):
    schema_editor.execute(TABLE[schema_editor.connection.vendor])


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_applicanttoken")


DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
BRACKETS = str.maketrans("\u3014\u3010\uff3b[\uff5b{\u3015\u3011\uff3d]\uff5d}", "(((((())))))")
UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def folded(number):
    """A certificate number in capitals, one width, without blanks and dashes."""
    if not number.isascii():
        wide = unicodedata.normalize("NFKC", number).casefold()
        bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", wide))
        number = unicodedata.normalize("NFKC", bare).translate(DASHES)
    number = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]+", " ", number.casefold())
    return re.sub(r"[\s\-]+", "", number.translate(BRACKETS)).translate(UPPER)


def fold_numbers(apps, schema_editor):
    """Of two confirmed applicants whose numbers turn out to be one, the later is confirmed no
    more; that is said, and kept on its record."""
    applicants = apps.get_model("cases", "Applicant").objects
    asked = applicants.exclude(certificate_number="").order_by("pk")
    rows = asked.values_list("pk", "certificate_type", "certificate_number", "confirmed_at")
    odd = [
        (pk, kind, folded(number), confirmed)
        for pk, kind, number, confirmed in rows.iterator(chunk_size=10_000)
        if folded(number) != number
    ]
    for pk, kind, number, confirmed in odd:
        same = applicants.filter(
            certificate_type=kind, certificate_number=number, confirmed_at__isnull=False
        )
        other = same.exclude(pk=pk).first()
        if confirmed and other:
            applicants.filter(pk=pk).update(confirmed_at=None, confirmed_by=None)
            apps.get_model("cases", "ApplicantChange").objects.create(
                applicant_id=pk, other_id=other.pk, what="unconfirmed", at=timezone.now(),
                reason=WHY_UNCONFIRMED,
            )  # fmt: skip
            print(f"\n  Applicants {other.pk} and {pk} have one certificate: look at {pk}.")
        applicants.filter(pk=pk).update(certificate_number=number)


def end_doubled_invitations(apps, schema_editor):
    """Of an address that was invited to a case several times, the newest invitation stands."""
    invitations = apps.get_model("cases", "Invitation").objects
    waiting = invitations.filter(accepted_at__isnull=True, taken_back_at__isnull=True)
    newer = waiting.filter(
        case=models.OuterRef("case"), email=models.OuterRef("email"), pk__gt=models.OuterRef("pk")
    )
    old = waiting.filter(models.Exists(newer)).values_list("pk", flat=True)
    invitations.filter(pk__in=list(old)).update(taken_back_at=timezone.now())


def set_days(apps, schema_editor):
    key, value = UNDO_DAYS
    apps.get_model("cases", "Setting").objects.get_or_create(key=key, defaults={"value": value})


def nothing(apps, schema_editor):
    """What was folded stays folded."""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_judging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApplicantChange",
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
                        choices=[
                            ("joined", "Merged into another record"),
                            ("apart", "Merge undone"),
                            ("moved", "Case moved to another applicant"),
                            ("unconfirmed", "Confirmation taken back"),
                            ("proposed", "Merge proposed"),
                        ],
                        max_length=11,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("moved", models.JSONField(blank=True, default=dict, verbose_name="moved")),
                (
                    "undone_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="merge undone at"),
                ),
            ],
            options={
                "verbose_name": "change to an applicant",
                "verbose_name_plural": "changes to applicants",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ApplicantText",
            fields=[
                (
                    "applicant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="cases.applicant",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
            ],
            options={
                "verbose_name": "search text of an applicant",
                "verbose_name_plural": "search texts of applicants",
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_table, drop_table)],
            state_operations=[
                migrations.CreateModel(
                    name="ApplicantToken",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "token",
                                "applicant_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("token", models.CharField(max_length=50, verbose_name="token")),
                        (
                            "applicant",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="cases.applicant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "search token of an applicant",
                        "verbose_name_plural": "search tokens of applicants",
                    },
                )
            ],
        ),
        migrations.AddField(
            model_name="applicant",
            name="joined_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joined",
                to="cases.applicant",
                verbose_name="merged into",
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("accepted_at__isnull", True), ("taken_back_at__isnull", True)),
                fields=["email"],
                name="invitation_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("joined_to__isnull", True),
                    models.Q(("joined_to", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="applicant_joined_to_another",
            ),
        ),
        migrations.RunPython(end_doubled_invitations, nothing),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("taken_back_at__isnull", True)),
                fields=("case", "email"),
                name="invitation_waiting_once",
            ),
        ),
        migrations.AddField(
            model_name="applicantchange",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="cases.applicant",
            ),
        ),
        migrations.AddField(
            model_name="applicantchange",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="applicantchange",
            name="other",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.applicant",
            ),
        ),
        migrations.AlterField(
            model_name="registerrow",
            name="what",
            field=models.CharField(
                choices=[
                    ("filed", "Filed by a case"),
                    ("completed", "Changed by a case"),
                    ("found", "Entered as found in the public register"),
                    ("corrected", "Corrected"),
                    ("dated", "Opening or duty recorded"),
                    ("lost", "Loss recorded"),
                    ("joined", "Came with another record of the applicant"),
                    ("taken_back", "Taken back"),
                ],
                max_length=10,
                verbose_name="what",
            ),
        ),
        migrations.RunPython(set_days, nothing),
        # Last: on PostgreSQL no table is altered while its rows have just been changed.
        migrations.RunPython(fold_numbers, nothing),
    ]
