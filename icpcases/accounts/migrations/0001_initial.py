"""The table of the cache, in which tries are counted; and our name for second factors."""

from django.core.management import call_command
from django.db import migrations


def make_cache_table(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("createcachetable", "icpcases_cache", database=alias, verbosity=0)


def drop_cache_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE icpcases_cache")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("mfa", "0003_authenticator_type_uniq")]
    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[],
            options={
                "verbose_name": "second factor",
                "verbose_name_plural": "second factors",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("mfa.authenticator",),
        ),
        migrations.RunPython(make_cache_table, drop_cache_table),
    ]
