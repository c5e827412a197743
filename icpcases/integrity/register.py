"""Checkers over the register: numbers, domains, accesses, and the states that follow from them."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from icpcases.cases.models import ProviderAccess, RegisterRow, Service, ServiceDomain, SubjectFiling
from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import IcpNumber, icp_number, service_number
from icpcases.rules.numbers import NumberError

from .registry import Found, checker


@checker
def service_number_wrong() -> Iterator[Found]:
    """A service whose number is not its kind's, or not of what it is listed under."""
    rows = Service.objects.values_list("number", "number_of", "service_kind")
    for number, listed, kind in rows.iterator(chunk_size=2000):
        try:
            read = service_number(number, ServiceKind(kind))
        except (NumberError, ValueError):
            read = None
        if read is None or str(read) != number or read.subject != listed:
            yield Found(number, "is no number of such a service.")


@checker
def subject_number_wrong() -> Iterator[Found]:
    """A subject filing whose number fits neither its format nor its province."""
    rows = SubjectFiling.objects.values_list("number", "province__icp_character")
    for number, character in rows.iterator(chunk_size=2000):
        read = _read(number)
        if read is None or read.n is not None or read.licence or read.character != character:
            yield Found(number, "is no subject number of its province.")


def _read(number: str) -> IcpNumber | None:
    try:
        return icp_number(number)
    except NumberError:
        return None


@checker
def number_of_two_applicants() -> Iterator[Found]:
    """A number that services of two applicants are listed under."""
    by_number = Service.objects.values("number_of").annotate(
        applicants=Count("subject__applicant", distinct=True)
    )
    for row in by_number.filter(applicants__gt=1):
        yield Found(row["number_of"], "is the number of services of several applicants.")
    others = SubjectFiling.objects.filter(number=OuterRef("number_of"))
    others = others.exclude(applicant=OuterRef("subject__applicant"))
    for number in Service.objects.filter(Exists(others)).values_list("number", flat=True):
        yield Found(number, "is listed under another applicant's subject number.")


@checker
def domain_out_of_step() -> Iterator[Found]:
    """A domain that does not say of its service what the service says of itself."""
    live = Q(service__state=Service.State.LIVE, live=False) | (
        ~Q(service__state=Service.State.LIVE) & Q(live=True)
    )
    wrong = ServiceDomain.objects.filter(live | ~Q(service_kind=F("service__service_kind")))
    for number, domain in wrong.values_list("service__number", "domain"):
        yield Found(number, f"has {domain} with another state or kind than its own.")


@checker
def state_out_of_step() -> Iterator[Found]:
    """A service or subject whose state does not follow from its accesses or services."""
    hosted = ProviderAccess.objects.filter(service=OuterRef("pk"), until__isnull=True)
    services = Service.objects.annotate(hosted=Exists(hosted))
    for number in services.filter(state=Service.State.LIVE, hosted=False).values_list(
        "number", flat=True
    ):
        yield Found(number, "is live, and nobody hosts it.")
    for number in (
        services.exclude(state=Service.State.LIVE)
        .filter(hosted=True)
        .values_list("number", flat=True)
    ):
        yield Found(number, "is not live, and is hosted.")
    live = Service.objects.filter(subject=OuterRef("pk"), state=Service.State.LIVE)
    subjects = SubjectFiling.objects.annotate(has_live=Exists(live))
    wrong = Q(state=SubjectFiling.State.LIVE, has_live=False) | (
        ~Q(state=SubjectFiling.State.LIVE) & Q(has_live=True)
    )
    for number, state in subjects.filter(wrong).values_list("number", "state"):
        yield Found(number, f"is {state}, which its services do not bear out.")


@checker
def register_without_history() -> Iterator[Found]:
    """A service that no row of the register's history tells of."""
    told = RegisterRow.objects.filter(service=OuterRef("pk"))
    for number in Service.objects.exclude(Exists(told)).values_list("number", flat=True):
        yield Found(number, "stands in the register, and nothing says since when.")
