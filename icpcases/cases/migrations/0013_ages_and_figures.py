"""The board's ages are read off an index, and its figures are kept packed.

The index of state and due date goes: all that used it wants the state alone, for which there is
`case_state_turn`.
"""

from django.db import migrations, models

AGEING = [
    "draft", "triage", "certificate_needed", "certificate_applied", "certificate_granted",
    "preapproval_needed", "preapproval_applied", "preapproval_granted", "preparing",
    "provider_review", "sms_verification", "authority_review", "returned", "filed",
]  # fmt: skip

# How many groups there are, PostgreSQL guesses column by column, and far too many: it would count
# with one process where two take two thirds of the time.
STATISTICS = "CREATE STATISTICS case_groups (ndistinct)"
STATISTICS += " ON officer_id, state, province_id, turn FROM cases_filingcase"


def know_groups(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(STATISTICS)


def forget_groups(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS case_groups")


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_notice_sent_to")]
    operations = [
        migrations.RemoveIndex(model_name="filingcase", name="case_state_due"),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(state__in=AGEING),
                fields=["state", "province", "state_since"],
                name="case_ageing",
            ),
        ),
        migrations.RunPython(know_groups, forget_groups),
        # A cache: they are counted anew when they are next asked for.
        migrations.RunSQL("DELETE FROM cases_summary", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="summary", name="figures"),
        migrations.AddField(
            model_name="summary", name="packed", field=models.BinaryField(default=b"")
        ),
        migrations.AddField(
            model_name="summary",
            name="among_newest",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
