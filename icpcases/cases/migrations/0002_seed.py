"""The tables as they stand when the program is new, and the groups of the roles."""

from django.db import migrations


def fill(apps, schema_editor):
    from icpcases.cases import seeds
    from icpcases.lifecycle.roles import STAFF_GROUPS

    apps.get_model("cases", "Province").objects.bulk_create(
        apps.get_model("cases", "Province")(
            code=p.code,
            name_en=p.name,
            name_zh=p.name_zh,
            icp_character=p.character,
            administration=p.administration,
            accepts_forums=p.accepts_forums,
            review_days=p.review_days,
        )
        for p in seeds.PROVINCES
    )
    day = apps.get_model("cases", "CalendarDay")
    day.objects.bulk_create(
        day(
            day=d.day,
            kind="workday" if d.working else "holiday",
            name=f"{d.name} {d.name_zh}",
            notice=seeds.NOTICES[year],
        )
        for year, days in seeds.CALENDAR.items()
        for d in days
    )
    clock = apps.get_model("cases", "Clock")
    clock.objects.bulk_create(
        clock(state=state, amount=limit[0], unit=limit[1])
        for state, limit in seeds.CLOCKS.items()
        if limit
    )
    setting = apps.get_model("cases", "Setting")
    setting.objects.bulk_create(
        setting(key=key, value=value)
        for key, value in (("document_margin_days", 90), ("draft_reminder_days", 14))
    )
    group = apps.get_model("auth", "Group")
    for name in STAFF_GROUPS:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
