"""Turn clocks per province and provider; due dates reckoned anew; indexes of the queue."""

from django.db import migrations, models
from django.db.models import Q

import icpcases.lifecycle.states


def copy(apps, schema_editor):
    old, new = apps.get_model("cases", "Clock"), apps.get_model("cases", "TurnClock")
    new.objects.bulk_create(
        new(state=c.state, amount=c.amount, unit=c.unit) for c in old.objects.order_by("pk")
    )


def leave_defaults_to_the_clocks(apps, schema_editor):
    """Where a province says no more than the clock for all says, the clock may speak."""
    clock = apps.get_model("cases", "Clock")
    usual = clock.objects.filter(state="authority_review", unit="working_days").first()
    if usual:
        provinces = apps.get_model("cases", "Province").objects
        provinces.filter(review_days=usual.amount).update(review_days=None)


def once(name, places, province, provider):
    return models.UniqueConstraint(
        fields=["state", *places],
        condition=Q(province__isnull=province, provider__isnull=provider),
        name=name,
        violation_error_message="There is a clock for this already.",
    )


def index(name, fields, condition):
    return migrations.AddIndex(
        "filingcase", models.Index(fields=fields, name=name, condition=condition)
    )


def place(model, name, hint):
    return models.ForeignKey(
        f"cases.{model}", models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=name, help_text=hint,
    )  # fmt: skip


# A table cannot be given another key in place: the clocks move into a new one.
CLOCKS = [
    migrations.CreateModel(
        "TurnClock",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "state",
                models.CharField(
                    "state", max_length=30, choices=icpcases.lifecycle.states.State.choices
                ),
            ),
            (
                "province",
                place(
                    "province",
                    "province",
                    "Left empty, the clock counts in every province.",
                ),
            ),
            (
                "provider",
                place(
                    "provider",
                    "provider",
                    "Left empty, the clock counts with every provider.",
                ),
            ),
            ("amount", models.PositiveSmallIntegerField("amount")),
            (
                "unit",
                models.CharField(
                    "unit", max_length=12, choices=icpcases.lifecycle.states.Unit.choices
                ),
            ),
        ],
        options={
            "verbose_name": "turn clock",
            "verbose_name_plural": "turn clocks",
            "ordering": ("pk",),
        },
    ),
    migrations.RunPython(copy, migrations.RunPython.noop),
    migrations.RunPython(leave_defaults_to_the_clocks, migrations.RunPython.noop),
    migrations.DeleteModel("Clock"),
    migrations.RenameModel("TurnClock", "Clock"),
    migrations.AddConstraint("clock", once("clock_once", [], True, True)),
    migrations.AddConstraint("clock", once("clock_once_per_province", ["province"], False, True)),
    migrations.AddConstraint("clock", once("clock_once_per_provider", ["provider"], True, False)),
    migrations.AddConstraint(
        "clock", once("clock_once_per_both", ["province", "provider"], False, False)
    ),
]
REVIEW_DAYS = [
    migrations.AlterField(
        of,
        "review_days",
        models.PositiveSmallIntegerField(
            f"{whose} review, in working days",
            null=True,
            blank=True,
            help_text="Left empty, the turn clock of this review counts.",
        ),
    )
    for of, whose in (("province", "administration's"), ("provider", "provider's"))
]
DUE_DATES = migrations.CreateModel(
    "DueRun",
    fields=[
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        ("asked", models.PositiveBigIntegerField(default=0)),
        ("done", models.PositiveBigIntegerField(default=0)),
        ("cursor", models.BigIntegerField(default=0)),
    ],
    options={
        "verbose_name": "reckoning of due dates",
        "verbose_name_plural": "reckonings of due dates",
    },
)
QUEUE = [
    index("case_queue", ["officer", "due_at"], Q(turn="officer")),
    index("case_answered", ["officer", "due_at"], Q(answered=True)),
    index("case_with_others", ["officer", "due_at"], ~Q(turn="officer") & Q(due_at__isnull=False)),
    index(
        "case_unassigned",
        ["due_at"],
        Q(officer__isnull=True) & ~Q(turn="nobody") & ~Q(state="draft"),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_files")]
    operations = [*CLOCKS, *REVIEW_DAYS, DUE_DATES, *QUEUE]
