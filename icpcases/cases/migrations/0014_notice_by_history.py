"""A mail is found by its history row along `notice_once`, which begins with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_ages_and_figures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="history",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="cases.historyrow",
            ),
        ),
    ]
