"""The portfolio of a client with very many services against that of one with few."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measure import Figure, race
from bench.pages import get
from icpcases.cases.models import (
    Applicant,
    Provider,
    ProviderAccess,
    Province,
    RegisterRow,
    Service,
    ServiceDomain,
    SubjectFiling,
)

MANY, FEW = 1_000, 10


def run() -> dict[str, dict[str, Figure]]:
    """Both pages in turn; the clients are taken back afterwards."""
    client = Client()
    client.force_login(User.objects.get(username="li"))
    with transaction.atomic():
        sides = {
            name: get(client, reverse("admin:cases_portfolio", args=[_client(n).pk]))
            for name, n in (("ours", MANY), (f"with {FEW} services", FEW))
        }
        found = {f"portfolio of {MANY:,} services": race(sides)}
        transaction.set_rollback(True)
    return found


def _client(count: int) -> Applicant:
    """A client with so many websites, each hosted by one provider and entered by one row."""
    day, now = dt.date(2021, 3, 4), timezone.now()
    applicant = Applicant.objects.create(name=f"Client of {count}", created_at=now)
    number = f"京ICP备{90_000_000 + count}号"
    subject = SubjectFiling.objects.create(
        applicant=applicant, province=Province.objects.get(pk="CN-BJ"), number=number,
        filed_on=day,
    )  # fmt: skip
    services = Service.objects.bulk_create(
        Service(
            subject=subject, name=f"Site {n}", number=f"{number}-{n}", number_of=number,
            filed_on=day, opened_on=day,
        )
        for n in range(1, count + 1)
    )  # fmt: skip
    names = {service: f"site{service.pk}-of-{count}.example" for service in services}
    ServiceDomain.objects.bulk_create(
        ServiceDomain(
            service=service, service_kind=service.service_kind, domain=name, domain_unicode=name,
            registrable_domain=name,
        )
        for service, name in names.items()
    )  # fmt: skip
    provider = Provider.objects.order_by("pk")[0]
    ProviderAccess.objects.bulk_create(
        ProviderAccess(service=service, provider=provider, since=day) for service in services
    )
    RegisterRow.objects.bulk_create(
        RegisterRow(
            applicant=applicant, service=service.pk, what=RegisterRow.What.FOUND, happened_on=day,
            recorded_at=now, changes={f"service {service.pk}": {}},
        )
        for service in services
    )  # fmt: skip
    return applicant
