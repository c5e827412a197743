"""Pages of a PDF, files found by their digest, forms sent once, invitations taken back."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def turn_drafts(apps, schema_editor):
    """What was sent back and is answered waits for the officer."""
    asked = apps.get_model("cases", "Request").objects.filter(case=OuterRef("pk"), status="open")
    drafts = apps.get_model("cases", "FilingCase").objects.filter(state="draft", answered=True)
    drafts.filter(~Exists(asked)).update(turn="officer")


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_words")]
    operations = [
        migrations.AddField(
            model_name="document",
            name="pages",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pages"),
        ),
        migrations.AddField(
            model_name="filingcase",
            name="form_token",
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
        ),
        migrations.AlterField(
            model_name="document",
            name="sha256",
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.RunPython(turn_drafts, migrations.RunPython.noop),
    ]
