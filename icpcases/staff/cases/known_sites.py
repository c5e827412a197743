"""Who has a site already: named before a second case about it is opened."""

from dataclasses import dataclass

from django.urls import reverse

from icpcases.cases.models import FilingCase, ServiceDomain
from icpcases.rules.domains import Domain
from icpcases.staff.links import case_url
from icpcases.types import Cleaned

MOST = 5


@dataclass(frozen=True)
class SameSite:
    """A case under way or a live service with the same name and kind."""

    name: str
    about: str
    url: str


def known_sites(facts: Cleaned) -> list[SameSite]:
    """Cases that are not closed, and live services, of this domain and kind."""
    domain, kind = facts.get("domain"), facts.get("service_kind")
    if not isinstance(domain, Domain) or facts.get("service"):
        # What is about a service that is filed has its domain, of course.
        return []
    cases = FilingCase.objects.filter(registrable_domain=domain.registrable, service_kind=kind)
    cases = cases.select_related("applicant").order_by("-pk")
    found = [
        SameSite(case.reference, f"{case.applicant.name} · {case.is_at.label}", case_url(case))
        for case in cases[:MOST]
        if not case.is_at.closed
    ]
    live = ServiceDomain.objects.filter(
        registrable_domain=domain.registrable, service_kind=kind, live=True
    )
    return found + [
        SameSite(
            row.service.number,
            row.service.subject.applicant.name,
            reverse("admin:cases_service", args=[row.service_id]),
        )
        for row in live.select_related("service__subject__applicant")[:MOST]
    ]
