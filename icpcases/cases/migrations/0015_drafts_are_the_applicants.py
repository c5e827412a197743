"""A draft that was sent back and answered is the applicant's to send again."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have such drafts lie with the applicant."""
    cases = apps.get_model("cases", "FilingCase").objects.filter(state="draft", turn="officer")
    cases.update(turn="applicant")


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_reader_language")]
    operations = [migrations.RunPython(give_back, migrations.RunPython.noop)]
