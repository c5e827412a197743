"""Who the mass cases are about: invented people and firms with numbers that pass every check."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from icpcases.demo.numbers import CHARACTERS, REGIONS
from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import LETTERS
from icpcases.rules.numbers import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    RESIDENT_CHECKS,
    RESIDENT_WEIGHTS,
)

# The most frequent family names first: how often a name is met falls with its place.
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴"
    "亓逄郗佘仝乜麴昝"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉晓雪梅婷鑫宇浩佳雨欣梓轩子涵思远"
    "志成美玲海燕春生永福德顺世昌慧颖立新振东嘉琪若溪"
)
_BRANDS = (
    "云海天润恒信华泰众合鼎盛瑞丰星辰博雅远航卓越启明同创佳艺金桥绿源锦绣长青新锐中科万象和顺百川"
)
_TRADES = (
    "科技", "网络科技", "信息技术", "文化传播", "商贸", "电子商务", "餐饮管理", "教育咨询",
    "食品", "机械设备", "装饰工程", "旅游", "医疗器械", "物流", "农业发展", "服饰",
    "体育文化", "环保科技", "影视文化", "家居用品",
)  # fmt: skip
_BODIES = ("研究所", "协会", "图书馆", "中学", "志愿者服务中心", "文化馆", "商会", "博物馆")
_ABROAD = ("Trading", "Design", "Labs", "Instruments", "Foods", "Textiles", "Marine", "Optics")
_FORMS = ("Ltd", "GmbH", "Inc.", "B.V.", "Pte Ltd", "K.K.", "AG", "S.A.")
_STEMS = (
    "an", "bei", "chang", "da", "en", "fu", "guang", "hai", "jin", "kai", "lan", "ming", "nan",
    "ou", "ping", "qing", "rong", "shan", "tian", "wan", "xin", "yun", "zhong", "hua", "long",
)  # fmt: skip
_ENDINGS = ("cn", "com", "com.cn", "net", "org.cn", "top", "shop", "中国")
_ENDING_WEIGHTS = (40, 34, 12, 5, 3, 3, 2, 1)
# Cases per province, roughly as the sites of the Mainland lie.
_WEIGHTS = {
    "CN-GD": 16, "CN-BJ": 12, "CN-JS": 9, "CN-ZJ": 9, "CN-SH": 8, "CN-SD": 7, "CN-FJ": 5,
    "CN-SC": 5, "CN-HA": 5, "CN-HB": 4, "CN-HE": 4, "CN-HN": 3, "CN-AH": 3, "CN-LN": 2,
    "CN-SN": 2, "CN-CQ": 2, "CN-TJ": 2,
}  # fmt: skip
_CODES = tuple(REGIONS)
_PROVINCE_SUMS = tuple(accumulate(_WEIGHTS.get(code, 1) for code in _CODES))
_FAMILY_SUMS = tuple(accumulate(1 / (place + 3) for place in range(len(_FAMILIES))))
_ENDING_SUMS = tuple(accumulate(_ENDING_WEIGHTS))
_BIRTHS, _FIRST_BIRTH = 14_000, dt.date(1966, 1, 1)
_BODIES_OF_CODES = 90_000_000
_STRIDE = 7_777_777  # prime to what it strides through, so that no number comes twice
_LIVED = 500  # order numbers below are left to the cases that are lived through the door
_MOBILES = ("142", "143", "154", "160", "168")


@dataclass(slots=True)
class FiledSite:
    """A website of an applicant that is in the register, live, and hosted at one provider."""

    pk: int
    access: int
    provider: int
    name: str
    domain: tuple[str, str]
    phone: str


@dataclass(slots=True)
class InventedApplicant:
    """An applicant: what its row holds, and who leads its sites."""

    pk: int
    kind: str
    province: str
    name: str
    certificate: tuple[str, str]
    phone: str
    email: str
    leader: str
    leader_phone: str
    leader_id: str
    user: int | None = None
    # The week until which a case of it is with a provider, who takes one at a time.
    busy_since: int = 10_000
    subject: str = ""
    sites: int = 0
    # Its subject filing in the register, and the live sites there that an errand can be about.
    subject_pk: int = 0
    filed: list[FiledSite] = field(default_factory=list)
    # Its Apps and programs there.
    others: int = 0
    #: The phone of the subject's leader: as it was when the subject was filed.
    head_phone: str = ""

    @property
    def own_email(self) -> str:
        """The address of its account."""
        return f"owner@a{self.user}.example"

    @property
    def language(self) -> str:
        """The language of its mails."""
        return "en" if self.kind == "foreign_enterprise" else "zh-hans"


class Identities:
    """Draws parties and numbers; the same ones for the same seed, and none twice.

    `places` are the provinces' short names, with which the names of firms begin.
    """

    def __init__(self, rng: random.Random, places: dict[str, str]) -> None:
        self.rng, self.places = rng, places
        self._codes = 0
        self._people: Counter[str] = Counter()
        self._subjects: Counter[tuple[str, int]] = Counter()
        self._orders: Counter[tuple[int, dt.date]] = Counter()
        self._police: Counter[str] = Counter()
        self._sites = 0

    def province(self) -> str:
        """A province, the large ones more often."""
        return self.rng.choices(_CODES, cum_weights=_PROVINCE_SUMS)[0]

    def person(self) -> str:
        """A Chinese name: the frequent ones often."""
        (family,) = self.rng.choices(_FAMILIES, cum_weights=_FAMILY_SUMS)
        rng = self.rng.random
        first = _GIVEN[int(rng() * len(_GIVEN))]
        second = _GIVEN[int(rng() * len(_GIVEN))] if rng() < 0.6 else ""
        return f"{family}{first}{second}"

    def party(self, pk: int, kind: str, province: str) -> InventedApplicant:
        """A new applicant."""
        leader = self.person()
        leader_id = self.resident_id(province)
        return InventedApplicant(
            pk,
            kind,
            province,
            leader if kind == "individual" else self._name(kind, province, pk),
            self._certificate(kind, province, leader_id, pk),
            self.mobile(),
            f"office@a{pk}.example",
            leader,
            self.mobile(),
            leader_id,
        )

    def _name(self, kind: str, province: str, pk: int) -> str:
        choice = self.rng.choice
        if kind == "foreign_enterprise":
            stem = f"{choice(_STEMS)}{choice(_STEMS)}{choice(_STEMS)}".capitalize()
            return f"{stem} {choice(_ABROAD)} {choice(_FORMS)}"
        place = self.places[province]
        if kind == "organisation":
            return f"{place}{choice(_GIVEN)}{choice(_GIVEN)}{choice(_BODIES)}"
        brand = f"{choice(_BRANDS)}{choice(_BRANDS)}{choice(_GIVEN) if pk % 3 else ''}"
        return f"{place}{brand}{choice(_TRADES)}有限公司"

    def _certificate(self, kind: str, province: str, own_id: str, pk: int) -> tuple[str, str]:
        if kind == "individual":
            return "resident_id", own_id
        if kind == "foreign_enterprise":
            return "foreign_registration", f"FR-{pk:08d}"
        return "credit_code", self.credit_code("91" if kind == "enterprise" else "51", province)

    def credit_code(self, category: str, province: str) -> str:
        """A unified social credit code that was not drawn before."""
        self._codes += 1
        body = str(10_000_000 + self._codes * _STRIDE % _BODIES_OF_CODES)
        code = f"{category}{REGIONS[province]}0199{body}"
        code += "0123456789X"[
            -sum(map(int.__mul__, (3, 7, 9, 10, 5, 8, 4, 2), map(int, body))) % 11
        ]
        total = sum(w * _VALUE[c] for w, c in zip(CREDIT_WEIGHTS, code, strict=True))
        return code + CREDIT_ALPHABET[-total % 31]

    def resident_id(self, province: str) -> str:
        """A resident ID number that was not drawn before, of somebody between 22 and 60 or so."""
        drawn = self._people[province]
        self._people[province] += 1
        turn, place = divmod(drawn, _BIRTHS)
        born = _FIRST_BIRTH + dt.timedelta(days=place * 7_919 % _BIRTHS)
        number = f"{REGIONS[province]}01{90 + turn // 998 % 10}{born:%Y%m%d}{1 + turn % 998:03d}"
        total = sum(map(int.__mul__, RESIDENT_WEIGHTS, map(int, number)))
        return number + RESIDENT_CHECKS[total % 11]

    def mobile(self) -> str:
        """A mobile number in a range that nobody is given."""
        rng = self.rng.random
        return f"{_MOBILES[int(rng() * 5)]}{int(rng() * 10**8):08d}"

    def domain(self) -> tuple[str, str]:
        """A registrable domain that was not drawn before: as key, and as shown."""
        self._sites += 1
        rng = self.rng
        (ending,) = rng.choices(_ENDINGS, cum_weights=_ENDING_SUMS)
        if ending == "中国":
            shown = f"{rng.choice(_BRANDS)}{rng.choice(_GIVEN)}{self._sites}.中国"
            return shown.encode("idna").decode(), shown
        stem = _STEMS[int(rng.random() * len(_STEMS))] + _STEMS[int(rng.random() * len(_STEMS))]
        shown = f"{stem}{self._sites:x}.{ending}"
        return shown, shown

    def icp_number(
        self, party: InventedApplicant, year: int, kind: ServiceKind = ServiceKind.WEBSITE
    ) -> str:
        """The number of the next service of a party."""
        if not party.subject:
            key = (party.province, year)
            self._subjects[key] += 1
            character = CHARACTERS[party.province]
            party.subject = f"{character}ICP备{year}{self._subjects[key]:06d}号"
        party.sites += 1
        return f"{party.subject}-{party.sites}{LETTERS[kind]}"

    def public_security(self, province: str) -> str:
        """A public-security number that was not drawn before."""
        self._police[province] += 1
        region = f"{REGIONS[province]}01"
        return f"{CHARACTERS[province]}公网安备{region}{self._police[province]:010d}号"

    def order_number(self, place: int, day: dt.date, shape: str) -> str:
        """The next order number of a provider on a day, in the provider's format."""
        self._orders[place, day] += 1
        return shape.format(day=day, n=_LIVED + self._orders[place, day])

    def letters(self, alphabet: str, count: int) -> str:
        """So many random letters."""
        return "".join(self.rng.choices(alphabet, k=count))


_VALUE = {letter: value for value, letter in enumerate(CREDIT_ALPHABET)}
