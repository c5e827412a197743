"""A client's portfolio: the subject filing, its services, and the errands about them.

A page of it costs the same number of queries for ten services and for a thousand.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Applicant,
    FilingCase,
    ProviderAccess,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.deadlines.orders import WITH_US
from icpcases.lifecycle.states import STATES, Phase
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES
from icpcases.search.services import fitting

# A line takes a twentieth of what the page takes without any: of a thousand services so many are
# shown that it takes less than twice as long as with ten (bench/portfolio.py).
SHOWN, ROWS = 30, 20
#: Of a client with more errands under way than these, the newest are shown.
MOST_ERRANDS = 500
_ENDED = (Phase.DONE, Phase.CLOSED)
_GOING = [state.value for state, about in STATES.items() if about.phase not in _ENDED]


@dataclass(frozen=True)
class ServiceLine:
    """A service with who hosts it, and the errands about it that are going on."""

    service: Service
    accesses: list[ProviderAccess]
    errands: list[FilingCase]
    offers: list[FilingType]


@dataclass
class Portfolio:
    """All that stands in the register of one applicant."""

    applicant: Applicant
    subject: SubjectFiling | None
    former: list[SubjectFiling]
    page: Page
    lines: list[ServiceLine]
    #: How many services the client has, whatever was asked for.
    total: int
    #: Errands that are about no service yet, or about the subject.
    errands: list[FilingCase]
    offers: list[FilingType]
    #: How many cases could be submitted together.
    ready: int = 0
    rows: list[RegisterRow] = field(default_factory=list)


def portfolio_of(
    applicant: Applicant,
    number: str | None = None,
    words: str = "",
    state: str = "",
    kind: str = "",
    told: Collection[int] = (),
) -> Portfolio:
    """The portfolio with one page of services, those that fit what was asked for.

    `told` are the records of applicants whose register is told of beside it.
    """
    subjects = list(
        SubjectFiling.objects.filter(applicant=applicant).select_related("province").order_by("pk")
    )
    standing = [s for s in subjects if s.state != SubjectFiling.State.CANCELLED]
    subject = standing[0] if standing else None
    services = _services(applicant, words, state, kind)
    page = Paginator(services, SHOWN).get_page(number)
    going = FilingCase.objects.filter(applicant=applicant, state__in=_GOING).order_by("-pk")
    errands = list(going[:MOST_ERRANDS])
    shown = list(page.object_list)
    for service in shown:
        service.subject = next(s for s in subjects if s.pk == service.subject_id)
    return Portfolio(
        applicant=applicant,
        subject=subject,
        former=[s for s in subjects if s is not subject],
        page=page,
        lines=[_line(service, errands) for service in shown],
        total=_services(applicant).count() if words or state or kind else page.paginator.count,
        errands=[case for case in errands if case.service_id is None],
        offers=_offers_of_subject(subject),
        ready=sum(case.is_at in WITH_US for case in errands),
        rows=_newest_rows(told) if told else [],
    )


def _services(
    applicant: Applicant, words: str = "", state: str = "", kind: str = ""
) -> QuerySet[Service]:
    found = Service.objects.filter(subject__applicant=applicant)
    if words:
        found = found.filter(pk__in=fitting(found, words))
    if state in Service.State.values:
        found = found.filter(state=state)
    if kind:
        found = found.filter(service_kind=kind)
    hosted = ProviderAccess.objects.filter(until__isnull=True).select_related("provider")
    return found.order_by("-pk").prefetch_related(
        "domains",
        Prefetch("accesses", hosted, to_attr="open_accesses"),
    )


def _line(service: Service, going: list[FilingCase]) -> ServiceLine:
    accesses: list[ProviderAccess] = vars(service)["open_accesses"]
    errands = [case for case in going if case.service_id == service.pk]
    for access in accesses:
        access.service = service
    return ServiceLine(service, accesses, errands, _offers_of_service(service))


def _offers_of_service(service: Service) -> list[FilingType]:
    """The errands that may begin about a service (domain.md, section 2)."""
    if service.state == Service.State.CANCELLED:
        return []
    ready = [FilingType.ADD_ACCESS, FilingType.CANCEL_SERVICE]
    if service.state == Service.State.LIVE:
        ready += [FilingType.CHANGE, FilingType.CANCEL_ACCESS, FilingType.INSPECTION]
    return [filing_type for filing_type in TYPES if filing_type in ready]


def _offers_of_subject(subject: SubjectFiling | None) -> list[FilingType]:
    if subject is None:
        return [FilingType.FIRST]
    offers = [FilingType.ADD_SERVICE]
    if subject.state == SubjectFiling.State.LIVE:
        offers.append(FilingType.CHANGE)
    return [*offers, FilingType.CANCEL_SUBJECT]


def _newest_rows(applicants: Collection[int]) -> list[RegisterRow]:
    rows = RegisterRow.objects.filter(applicant__in=applicants).order_by("-pk")
    number = Service.objects.filter(pk=OuterRef("service")).values("number")
    return list(rows.annotate(number=Subquery(number)).select_related("case", "by")[:ROWS])


def consequences(case: FilingCase) -> list[str]:
    """What ends with a cancelling errand, by number and name: said before the step."""
    kind, service, access = case.is_of, case.service, case.provider_access
    if kind == FilingType.CANCEL_SUBJECT:
        subject = subject_of(case.applicant_id)
        if subject is None:
            return []
        left = subject.services.exclude(state=Service.State.CANCELLED).order_by("pk")
        return [subject.number, *map(_named, left.only("number", "name"))]
    if kind == FilingType.CANCEL_SERVICE and service:
        return [_named(service)]
    if kind == FilingType.CANCEL_ACCESS and service and access:
        return ends_with(service, access)
    return []


def ends_with(service: Service, access: ProviderAccess | None = None) -> list[str]:
    """What ends with a service, or with one access of it."""
    if access is None:
        return [_named(service)]
    ends = f"{access.provider} · {_named(service)}"
    others = service.accesses.filter(until=None).exclude(pk=access.pk)
    return [ends] if others.exists() else [ends, _("No provider hosts the service after that.")]


def _named(service: Service) -> str:
    return f"{service.number} {service.name}".rstrip()
