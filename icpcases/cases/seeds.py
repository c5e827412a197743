"""What the tables hold when the program is new. Staff edit the tables, nobody edits this."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Province:
    """A province, its ICP character and the administration that decides there."""

    code: str
    name: str
    name_zh: str
    character: str
    administration: str
    review_days: int = 20
    accepts_forums: str = "unknown"


#: Codes by ISO 3166-2:CN, in the order of GB/T 2260.
PROVINCES = (
    Province("CN-BJ", "Beijing", "北京", "京", "北京市通信管理局"),
    Province("CN-TJ", "Tianjin", "天津", "津", "天津市通信管理局"),
    Province("CN-HE", "Hebei", "河北", "冀", "河北省通信管理局"),
    Province("CN-SX", "Shanxi", "山西", "晋", "山西省通信管理局"),
    Province("CN-NM", "Inner Mongolia", "内蒙古", "蒙", "内蒙古自治区通信管理局"),
    Province("CN-LN", "Liaoning", "辽宁", "辽", "辽宁省通信管理局"),
    Province("CN-JL", "Jilin", "吉林", "吉", "吉林省通信管理局"),
    Province("CN-HL", "Heilongjiang", "黑龙江", "黑", "黑龙江省通信管理局"),
    Province("CN-SH", "Shanghai", "上海", "沪", "上海市通信管理局"),
    Province("CN-JS", "Jiangsu", "江苏", "苏", "江苏省通信管理局"),
    Province("CN-ZJ", "Zhejiang", "浙江", "浙", "浙江省通信管理局", review_days=30),
    Province("CN-AH", "Anhui", "安徽", "皖", "安徽省通信管理局"),
    Province("CN-FJ", "Fujian", "福建", "闽", "福建省通信管理局"),
    Province("CN-JX", "Jiangxi", "江西", "赣", "江西省通信管理局"),
    Province("CN-SD", "Shandong", "山东", "鲁", "山东省通信管理局"),
    Province("CN-HA", "Henan", "河南", "豫", "河南省通信管理局"),
    Province("CN-HB", "Hubei", "湖北", "鄂", "湖北省通信管理局"),
    Province("CN-HN", "Hunan", "湖南", "湘", "湖南省通信管理局"),
    Province("CN-GD", "Guangdong", "广东", "粤", "广东省通信管理局"),
    Province("CN-GX", "Guangxi", "广西", "桂", "广西壮族自治区通信管理局"),
    Province("CN-HI", "Hainan", "海南", "琼", "海南省通信管理局"),
    Province("CN-CQ", "Chongqing", "重庆", "渝", "重庆市通信管理局"),
    Province("CN-SC", "Sichuan", "四川", "蜀", "四川省通信管理局"),
    Province("CN-GZ", "Guizhou", "贵州", "黔", "贵州省通信管理局"),
    Province("CN-YN", "Yunnan", "云南", "滇", "云南省通信管理局"),
    Province("CN-XZ", "Tibet", "西藏", "藏", "西藏自治区通信管理局"),
    Province("CN-SN", "Shaanxi", "陕西", "陕", "陕西省通信管理局"),
    Province("CN-GS", "Gansu", "甘肃", "陇", "甘肃省通信管理局"),
    Province("CN-QH", "Qinghai", "青海", "青", "青海省通信管理局"),
    Province("CN-NX", "Ningxia", "宁夏", "宁", "宁夏回族自治区通信管理局"),
    Province("CN-XJ", "Xinjiang", "新疆", "新", "新疆维吾尔自治区通信管理局"),
)


@dataclass(frozen=True)
class Day:
    """A day a State Council notice names: off, or a weekend day worked to make up for it."""

    day: date
    name: str
    name_zh: str
    working: bool = False


def _festival(name: str, name_zh: str, first: date, last: date, *makeup: date) -> tuple[Day, ...]:
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (
        *(Day(day, name, name_zh) for day in span),
        *(Day(day, name, name_zh, working=True) for day in makeup),
    )


NEW_YEAR = ("New Year", "元旦")
SPRING = ("Spring Festival", "春节")
TOMB_SWEEPING = ("Tomb-Sweeping Day", "清明节")
LABOUR = ("Labour Day", "劳动节")
DRAGON_BOAT = ("Dragon Boat Festival", "端午节")
MID_AUTUMN = ("Mid-Autumn Festival", "中秋节")
NATIONAL = ("National Day", "国庆节")
NATIONAL_AND_MID_AUTUMN = ("National Day and Mid-Autumn Festival", "国庆节、中秋节")

#: Per published year its notice: 国务院办公厅关于部分节假日安排的通知.
NOTICES = {2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}

#: Per published year its holidays and the weekend days worked instead.
CALENDAR: dict[int, tuple[Day, ...]] = {
    2025: (
        *_festival(*NEW_YEAR, date(2025, 1, 1), date(2025, 1, 1)),
        *_festival(
            *SPRING, date(2025, 1, 28), date(2025, 2, 4), date(2025, 1, 26), date(2025, 2, 8)
        ),
        *_festival(*TOMB_SWEEPING, date(2025, 4, 4), date(2025, 4, 6)),
        *_festival(*LABOUR, date(2025, 5, 1), date(2025, 5, 5), date(2025, 4, 27)),
        *_festival(*DRAGON_BOAT, date(2025, 5, 31), date(2025, 6, 2)),
        *_festival(
            *NATIONAL_AND_MID_AUTUMN,
            date(2025, 10, 1),
            date(2025, 10, 8),
            date(2025, 9, 28),
            date(2025, 10, 11),
        ),
    ),
    2026: (
        *_festival(*NEW_YEAR, date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 4)),
        *_festival(
            *SPRING, date(2026, 2, 15), date(2026, 2, 23), date(2026, 2, 14), date(2026, 2, 28)
        ),
        *_festival(*TOMB_SWEEPING, date(2026, 4, 4), date(2026, 4, 6)),
        *_festival(*LABOUR, date(2026, 5, 1), date(2026, 5, 5), date(2026, 5, 9)),
        *_festival(*DRAGON_BOAT, date(2026, 6, 19), date(2026, 6, 21)),
        *_festival(*MID_AUTUMN, date(2026, 9, 25), date(2026, 9, 27)),
        *_festival(
            *NATIONAL, date(2026, 10, 1), date(2026, 10, 7), date(2026, 9, 20), date(2026, 10, 10)
        ),
    ),
}

#: Per state how long its turn may take: amount and unit (working_days, days, hours), or None.
CLOCKS: dict[str, tuple[int, str] | None] = {
    "draft": None,
    "triage": (1, "working_days"),
    "certificate_needed": None,
    "certificate_applied": None,
    "certificate_granted": (1, "working_days"),
    "preapproval_needed": None,
    "preapproval_applied": (60, "days"),
    "preapproval_granted": (1, "working_days"),
    "preparing": (2, "working_days"),
    "provider_review": (2, "working_days"),
    "sms_verification": (24, "hours"),
    "authority_review": (20, "working_days"),
    "returned": (2, "working_days"),
    "filed": None,
    "open": (30, "days"),
    "not_required": None,
    "referred": None,
    "ineligible": None,
    "refused": None,
    "withdrawn": None,
    "cancelled": None,
}


@dataclass(frozen=True)
class Provider:
    """An access provider and its ways; the format is a regular expression for its orders."""

    name: str
    name_zh: str
    order_number_format: str
    order_life_days: int = 45
    warn_days: tuple[int, ...] = (30, 40)
    one_order_per_applicant: bool = True
    review_days: int = 2


#: Invented providers, to try the program with.
PROVIDERS = (
    Provider("Example Cloud", "示例云", r"\d{14}"),
    Provider("Sample Hosting", "样例主机", r"[A-Z]{2}\d{12}"),
    Provider("Demo Networks", "演示网络", r"BA-\d{8}-\d{4}"),
)
