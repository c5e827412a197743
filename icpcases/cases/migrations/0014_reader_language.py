"""The language each account reads; tries to follow a case are counted by other keys from now on."""

from django.conf import settings
from django.db import migrations, models


def forget_tries(apps, schema_editor):
    """What was counted closes nothing for longer than a quarter of an hour."""
    apps.get_model("cases", "FollowTry").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReaderLanguage",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reads",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
            ],
            options={
                "verbose_name": "language of a reader",
                "verbose_name_plural": "languages of readers",
            },
        ),
        migrations.RunPython(forget_tries, migrations.RunPython.noop),
    ]
