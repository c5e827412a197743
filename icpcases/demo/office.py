"""The people of the demo office, its tables, and what all its cases share."""

import datetime as dt
import random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone

from icpcases.cases.forms.applicants import ApplicantForm
from icpcases.cases.forms.provinces import ProvinceAnswerForm
from icpcases.cases.models import Applicant, CertificateType, Provider, Province
from icpcases.deadlines.tables import calendar
from icpcases.workflow.actions.provinces import answer_of_province

from .clients import ALL_FIRMS, ALL_SITES
from .data import CAST, PROVIDERS, Cloud, Firm, Member, Site
from .forms import valid
from .numbers import Numbers
from .times import OfficeTime

ORDER_NUMBERS = ("{day:%Y%m%d}{n:06d}", "SH{day:%Y%m%d}{n:04d}", "BA-{day:%Y%m%d}-{n:04d}")


class Office:
    """Users, providers, applicants and numbers; the same ones for the same seed."""

    def __init__(
        self,
        seed: int,
        password: str,
        firms: dict[str, Firm] = ALL_FIRMS,
        sites: dict[str, Site] = ALL_SITES,
    ) -> None:
        self.firms, self.sites = firms, sites
        self.seed = seed
        self.now = timezone.localtime()
        self.today = self.now.date()
        self.time = OfficeTime(calendar(), self.now)
        self.numbers = Numbers(random.Random(f"numbers {seed}"))
        self.applicants: dict[str, Applicant] = {}
        # Hashed once: it takes half a second, and all of them have the same.
        hashed = make_password(password)
        self.users = {member.username: _user(member, hashed) for member in CAST}
        self.providers = [_provider(provider) for provider in PROVIDERS]
        self.confirmed: set[str] = set()
        self._orders = 0
        self._leaders: dict[tuple[str, bool], tuple[str, str]] = {}

    def rng(self, name: str) -> random.Random:
        """Chance for one story, whatever the others draw."""
        return random.Random(f"{name} {self.seed}")

    def leader(self, key: str, head: bool = False) -> tuple[str, str]:
        """The resident ID and the phone of a firm's service leader, or of its head."""
        if (key, head) not in self._leaders:
            province = self.firms[key].province
            self._leaders[key, head] = self.numbers.resident_id(province), self.numbers.mobile()
        return self._leaders[key, head]

    def applicant(self, key: str) -> Applicant:
        """The applicant of a firm as it is now: made with its first case, then the same."""
        if key not in self.applicants:
            form = valid(ApplicantForm(data=self._applicant_data(key, self.firms[key])))
            self.applicants[key] = form.save(commit=False)
            self.applicants[key].licence_number = self.firms[key].licence
        elif self.applicants[key].pk:
            self.applicants[key].refresh_from_db()
        return self.applicants[key]

    def _certificate(self, key: str, firm: Firm) -> tuple[str, str]:
        if firm.twin:
            other = self.applicant(firm.twin)
            return other.certificate_type, other.certificate_number
        if firm.kind == "individual":
            return CertificateType.RESIDENT_ID, self.leader(key)[0]
        if firm.kind == "foreign_enterprise":
            number = f"{key[:3].upper()}-{self.numbers.digits(7)}"
            return CertificateType.FOREIGN_REGISTRATION, number
        return CertificateType.CREDIT_CODE, self.numbers.credit_code(firm.kind, firm.province)

    def _applicant_data(self, key: str, firm: Firm) -> dict[str, str]:
        kind, number = self._certificate(key, firm)
        return {
            "name": firm.name,
            "certificate_type": str(kind),
            "certificate_number": number,
            "phone": self.numbers.mobile(),
            "email": f"office@{key.replace('_', '-')}.example",
            "language": firm.language,
        }

    def day_ahead(self, days: int) -> dt.date:
        """The day so many days from today."""
        return self.today + dt.timedelta(days=days)

    def order(self, which: int, day: dt.date) -> dict[str, object]:
        """A provider and a new order number in its format."""
        self._orders += 1
        number = ORDER_NUMBERS[which].format(day=day, n=self._orders)
        return {"provider": self.providers[which].pk, "order_number": number}

    def province_answers(self, code: str, answer: str, at: dt.datetime, source: str) -> None:
        """Record what an administration answered about forums."""
        data = {"accepts_forums": answer, "asked_on": timezone.localdate(at), "source": source}
        form = valid(ProvinceAnswerForm(data=data))
        province = Province.objects.get(pk=code)
        answer_of_province(province, self.users["zhao"], form.cleaned_data)


def _user(member: Member, hashed: str) -> User:
    user = User.objects.create(
        username=member.username,
        password=hashed,
        last_name=member.last_name,
        first_name=member.first_name,
        email=member.email,
        is_staff=bool(member.group),
    )
    user.groups.set(Group.objects.filter(name=member.group))
    return user


def _provider(provider: Cloud) -> Provider:
    return Provider.objects.create(
        name=f"{provider.name} {provider.name_zh}",
        order_number_format=provider.order_number_format,
        order_number_example=provider.order_number_example,
        order_life_days=provider.order_life_days,
        warn_days=list(provider.warn_days),
        review_days=provider.review_days,
        phone=provider.phone,
        website=provider.website,
    )
