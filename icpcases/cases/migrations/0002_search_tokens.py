"""What no model describes: the table that searches walk, and what PostgreSQL is told to count."""

import django.db.models.deletion
from django.db import migrations, models

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

# How many groups there are, PostgreSQL guesses column by column, and far too many: it would count
# with one process where two take two thirds of the time.
STATISTICS = (
    "CREATE STATISTICS case_groups (ndistinct)"
    " ON officer_id, state, province_id, turn FROM cases_filingcase"
)


def make_table(apps, schema_editor):
    schema_editor.execute(TABLE[schema_editor.connection.vendor])


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_searchtoken")


def know_groups(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(STATISTICS)


def forget_groups(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS case_groups")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
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
        migrations.RunPython(know_groups, forget_groups),
    ]
