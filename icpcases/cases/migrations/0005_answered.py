"""Whether answers of the applicant wait for the officer, kept on the case for the queues."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def fill(apps, schema_editor):
    answers = apps.get_model("cases", "Request").objects.filter(
        case=OuterRef("pk"), status="answered"
    )
    cases = apps.get_model("cases", "FilingCase").objects
    cases.filter(Exists(answers)).update(answered=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_reminder_settings")]
    operations = [
        migrations.AddField(
            model_name="filingcase",
            name="answered",
            field=models.BooleanField(default=False, verbose_name="answers wait for the officer"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
