"""Messages between an applicant and the office: which one waits, and a row of its own kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_applicants"),
    ]

    operations = [
        migrations.AddField(
            model_name="filingcase",
            name="message_waits",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="message waits"),
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
                    ("message", "Message"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
