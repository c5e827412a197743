"""Which record of the register has what somebody wants to enter, in words for the office."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from icpcases.cases.models import Applicant, ProviderAccess, Service, ServiceDomain, SubjectFiling

from .record import Record, RegisterChange

TAKEN_NUMBER, TAKEN_DOMAIN, TAKEN_SUBJECT = "number", "domain", "subject"
TAKEN_BY_OTHER, TAKEN_ACCESS = "other", "access"


def service_in_words(service: Service) -> str:
    """Number, name, kind and client of a service."""
    return _("%(number)s %(name)s (%(kind)s, %(client)s)") % {
        "number": service.number,
        "name": service.name,
        "kind": service.get_service_kind_display(),
        "client": service.subject.applicant.name,
    }


def subject_in_words(subject: SubjectFiling) -> str:
    """Number and client of a subject filing."""
    values = {"number": subject.number, "client": subject.applicant.name}
    return _("%(number)s (subject filing, %(client)s)") % values


def service_with(number: str, but: int | None = None) -> str:
    """The service, other than this one, that has the number; empty where none has."""
    same = _services().filter(number=number)
    found = (same.exclude(pk=but) if but else same).first()
    return service_in_words(found) if found else ""


def listed_for_another(number: str, applicant: int) -> str:
    """What of another applicant is listed under this subject's number; empty where nothing is."""
    subjects = SubjectFiling.objects.select_related("applicant").filter(number=number)
    subject = subjects.exclude(applicant=applicant).first()
    if subject:
        return subject_in_words(subject)
    service = _services().filter(number_of=number).exclude(subject__applicant=applicant).first()
    return service_in_words(service) if service else ""


def holders_of(change: RegisterChange) -> list[tuple[str, str]]:
    """What of a change that was refused another record has: what it is, and which record."""
    found = (held for record in change.touched for held in _held(change.applicant, record))
    return list(dict.fromkeys(pair for pair in found if pair[1]))


def _services() -> QuerySet[Service]:
    return Service.objects.select_related("subject__applicant").order_by("pk")


def _held(applicant: Applicant, record: Record) -> Iterator[tuple[str, str]]:
    if isinstance(record, SubjectFiling):
        yield TAKEN_BY_OTHER, listed_for_another(record.number, applicant.pk)
        own = SubjectFiling.objects.select_related("applicant").exclude(pk=record.pk)
        standing = Q(applicant=applicant) & ~Q(state=SubjectFiling.State.CANCELLED)
        for other in own.filter(standing | Q(number=record.number, applicant=applicant)):
            yield TAKEN_SUBJECT, subject_in_words(other)
    elif isinstance(record, Service):
        yield TAKEN_NUMBER, service_with(record.number, record.pk)
        yield TAKEN_BY_OTHER, listed_for_another(record.number_of, applicant.pk)
        for domain in ServiceDomain.objects.filter(service=record.pk):
            yield TAKEN_DOMAIN, _live_at(domain.registrable_domain, record)
    elif isinstance(record, ServiceDomain):
        yield TAKEN_DOMAIN, _live_at(record.registrable_domain, record.service)
    elif isinstance(record, ProviderAccess):
        there = ProviderAccess.objects.filter(service=record.service_id, until__isnull=True)
        for access in there.filter(provider=record.provider_id).exclude(pk=record.pk):
            yield TAKEN_ACCESS, service_in_words(access.service)


def _live_at(registrable: str, service: Service) -> str:
    live = ServiceDomain.objects.filter(registrable_domain=registrable, live=True)
    same = live.filter(service_kind=service.service_kind).exclude(service=service.pk)
    found = _services().filter(pk__in=same.values("service")).first()
    return service_in_words(found) if found else ""
