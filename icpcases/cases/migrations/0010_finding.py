"""The search index: a line and tokens per case, in a table ordered by token and case."""

import django.db.models.deletion
from django.db import migrations, models

from icpcases.search.index import rebuild

TABLE = {
    # One ordered tree on SQLite. The C collation on PostgreSQL: beginnings are ranges.
    "sqlite": (
        "CREATE TABLE cases_searchtoken (token varchar(50) NOT NULL, case_id bigint NOT NULL,"
        " PRIMARY KEY (token, case_id)) WITHOUT ROWID"
    ),
    "postgresql": (
        'CREATE TABLE cases_searchtoken (token varchar(50) COLLATE "C" NOT NULL,'
        " case_id bigint NOT NULL, PRIMARY KEY (token, case_id))"
    ),
}


def make_table(apps, schema_editor):
    schema_editor.execute(TABLE[schema_editor.connection.vendor])


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_searchtoken")


def fill(apps, schema_editor):
    rebuild(apps.get_model)


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_board")]
    operations = [
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
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_table, drop_table)],
            state_operations=[
                migrations.CreateModel(
                    name="SearchToken",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "token",
                                "case_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("token", models.CharField(max_length=50, verbose_name="token")),
                        (
                            "case",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.filingcase",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "search token",
                        "verbose_name_plural": "search tokens",
                    },
                )
            ],
        ),
        # Indexes of the list: docs/decisions/0008-finding.md says what each is for.
        migrations.RemoveIndex(model_name="filingcase", name="case_officer_state"),
        migrations.RemoveIndex(model_name="filingcase", name="case_due"),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                fields=["officer", "state", "province", "turn"], name="case_officer"
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(fields=["province", "state", "turn"], name="case_province_state"),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(fields=["state", "turn", "id"], name="case_state_turn"),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(due_at__isnull=False),
                fields=["due_at", "id", "officer", "state", "province", "turn"],
                name="case_due",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(fields=["state_since", "id"], name="case_since"),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                fields=["created_at", "id", "officer", "state", "province", "turn"],
                name="case_created",
            ),
        ),
        migrations.AddIndex(
            model_name="filingcase",
            index=models.Index(
                condition=models.Q(answered=True), fields=["id"], name="case_answered_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=models.Index(fields=["name", "id"], name="applicant_name"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
