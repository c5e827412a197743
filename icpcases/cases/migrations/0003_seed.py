"""What the tables hold when the program is new, and the groups of the roles.

Staff edit the tables; nobody edits this. What a later release starts with is added by a later
migration, so that offices at work get it too.
"""

import datetime as dt

from django.db import migrations

# Codes by ISO 3166-2:CN, in the order of GB/T 2260.
PROVINCES = [
    ("CN-BJ", "Beijing", "北京", "京", "北京市通信管理局"),
    ("CN-TJ", "Tianjin", "天津", "津", "天津市通信管理局"),
    ("CN-HE", "Hebei", "河北", "冀", "河北省通信管理局"),
    ("CN-SX", "Shanxi", "山西", "晋", "山西省通信管理局"),
    ("CN-NM", "Inner Mongolia", "内蒙古", "蒙", "内蒙古自治区通信管理局"),
    ("CN-LN", "Liaoning", "辽宁", "辽", "辽宁省通信管理局"),
    ("CN-JL", "Jilin", "吉林", "吉", "吉林省通信管理局"),
    ("CN-HL", "Heilongjiang", "黑龙江", "黑", "黑龙江省通信管理局"),
    ("CN-SH", "Shanghai", "上海", "沪", "上海市通信管理局"),
    ("CN-JS", "Jiangsu", "江苏", "苏", "江苏省通信管理局"),
    ("CN-ZJ", "Zhejiang", "浙江", "浙", "浙江省通信管理局"),
    ("CN-AH", "Anhui", "安徽", "皖", "安徽省通信管理局"),
    ("CN-FJ", "Fujian", "福建", "闽", "福建省通信管理局"),
    ("CN-JX", "Jiangxi", "江西", "赣", "江西省通信管理局"),
    ("CN-SD", "Shandong", "山东", "鲁", "山东省通信管理局"),
    ("CN-HA", "Henan", "河南", "豫", "河南省通信管理局"),
    ("CN-HB", "Hubei", "湖北", "鄂", "湖北省通信管理局"),
    ("CN-HN", "Hunan", "湖南", "湘", "湖南省通信管理局"),
    ("CN-GD", "Guangdong", "广东", "粤", "广东省通信管理局"),
    ("CN-GX", "Guangxi", "广西", "桂", "广西壮族自治区通信管理局"),
    ("CN-HI", "Hainan", "海南", "琼", "海南省通信管理局"),
    ("CN-CQ", "Chongqing", "重庆", "渝", "重庆市通信管理局"),
    ("CN-SC", "Sichuan", "四川", "蜀", "四川省通信管理局"),
    ("CN-GZ", "Guizhou", "贵州", "黔", "贵州省通信管理局"),
    ("CN-YN", "Yunnan", "云南", "滇", "云南省通信管理局"),
    ("CN-XZ", "Tibet", "西藏", "藏", "西藏自治区通信管理局"),
    ("CN-SN", "Shaanxi", "陕西", "陕", "陕西省通信管理局"),
    ("CN-GS", "Gansu", "甘肃", "陇", "甘肃省通信管理局"),
    ("CN-QH", "Qinghai", "青海", "青", "青海省通信管理局"),
    ("CN-NX", "Ningxia", "宁夏", "宁", "宁夏回族自治区通信管理局"),
    ("CN-XJ", "Xinjiang", "新疆", "新", "新疆维吾尔自治区通信管理局"),
]
# Working days of an administration's review where they are not those of the clock for all.
REVIEW_DAYS = {"CN-ZJ": 30}

# Of each published year the notice (国务院办公厅关于部分节假日安排的通知); of each festival the first
# and the last day off, and the weekend days worked to make up for them.
CALENDAR = {
    "国办发明电〔2024〕12号": [
        ("New Year 元旦", "2025-01-01", "2025-01-01", []),
        ("Spring Festival 春节", "2025-01-28", "2025-02-04", ["2025-01-26", "2025-02-08"]),
        ("Tomb-Sweeping Day 清明节", "2025-04-04", "2025-04-06", []),
        ("Labour Day 劳动节", "2025-05-01", "2025-05-05", ["2025-04-27"]),
        ("Dragon Boat Festival 端午节", "2025-05-31", "2025-06-02", []),
        (
            "National Day and Mid-Autumn Festival 国庆节、中秋节",
            "2025-10-01",
            "2025-10-08",
            ["2025-09-28", "2025-10-11"],
        ),
    ],
    "国办发明电〔2025〕7号": [
        ("New Year 元旦", "2026-01-01", "2026-01-03", ["2026-01-04"]),
        ("Spring Festival 春节", "2026-02-15", "2026-02-23", ["2026-02-14", "2026-02-28"]),
        ("Tomb-Sweeping Day 清明节", "2026-04-04", "2026-04-06", []),
        ("Labour Day 劳动节", "2026-05-01", "2026-05-05", ["2026-05-09"]),
        ("Dragon Boat Festival 端午节", "2026-06-19", "2026-06-21", []),
        ("Mid-Autumn Festival 中秋节", "2026-09-25", "2026-09-27", []),
        ("National Day 国庆节", "2026-10-01", "2026-10-07", ["2026-09-20", "2026-10-10"]),
    ],
}

# How long a state may be its party's turn.
CLOCKS = [
    ("authority_review", 20, "working_days"),
    ("certificate_granted", 1, "working_days"),
    ("open", 30, "days"),
    ("preapproval_applied", 60, "days"),
    ("preapproval_granted", 1, "working_days"),
    ("preparing", 2, "working_days"),
    ("provider_review", 2, "working_days"),
    ("returned", 2, "working_days"),
    ("sms_verification", 24, "hours"),
    ("triage", 1, "working_days"),
]

SETTINGS = {
    "document_margin_days": 90,
    "draft_reminder_days": 14,
    "request_reminder_days": 3,
    "sms_reminder_hours": 4,
    "public_security_reminder_days": 7,
    "document_first_reminder_days": 90,
    "document_second_reminder_days": 60,
    "document_last_reminder_days": 30,
}

GROUPS = ["officer", "supervisor", "auditor"]


def fill(apps, schema_editor):
    def model(name):
        return apps.get_model("cases", name)

    provinces, days, clocks = model("Province"), model("CalendarDay"), model("Clock")
    provinces.objects.bulk_create(
        provinces(
            code=code,
            name_en=name,
            name_zh=name_zh,
            icp_character=character,
            administration=administration,
            accepts_forums="unknown",
            review_days=REVIEW_DAYS.get(code),
        )
        for code, name, name_zh, character, administration in PROVINCES
    )
    days.objects.bulk_create(days(**day) for day in calendar_days())
    clocks.objects.bulk_create(
        clocks(state=state, amount=amount, unit=unit) for state, amount, unit in CLOCKS
    )
    settings = model("Setting")
    settings.objects.bulk_create(settings(key=key, value=value) for key, value in SETTINGS.items())
    groups = apps.get_model("auth", "Group")
    for name in GROUPS:
        groups.objects.get_or_create(name=name)


def calendar_days():
    for notice, festivals in CALENDAR.items():
        for name, first, last, worked in festivals:
            day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
            while day <= end:
                yield {"day": day, "kind": "holiday", "name": name, "notice": notice}
                day += dt.timedelta(days=1)
            for make_up in worked:
                day = dt.date.fromisoformat(make_up)
                yield {"day": day, "kind": "workday", "name": name, "notice": notice}


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_search_tokens"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
