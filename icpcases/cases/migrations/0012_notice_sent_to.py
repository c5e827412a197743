"""Whether a later mail has reached an address is asked on every case page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_history_by_kind")]
    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["address", "sent_at"], name="notice_sent_to"),
        ),
    ]
