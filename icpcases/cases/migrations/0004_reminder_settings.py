"""The days of the reminders as an office may set them, and the cases of notices there were."""

import datetime as dt

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

SETTINGS = {
    "request_reminder_days": 3,
    "sms_reminder_hours": 4,
    "public_security_reminder_days": 7,
    "document_first_reminder_days": 90,
    "document_second_reminder_days": 60,
    "document_last_reminder_days": 30,
}


def fill(apps, schema_editor):
    setting = apps.get_model("cases", "Setting")
    for key, value in SETTINGS.items():
        setting.objects.get_or_create(key=key, defaults={"value": value})
    row = apps.get_model("cases", "HistoryRow").objects.filter(pk=OuterRef("history_id"))
    notices = apps.get_model("cases", "Notice").objects
    notices.update(
        case_id=Subquery(row.values("case_id")[:1]), deadline=F("created_at") + dt.timedelta(days=5)
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_outbox")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
