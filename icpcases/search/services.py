"""Finding a service over all clients: what is found of the client first, then which of his."""

from django.db.models import Q, QuerySet

from icpcases.cases.models import Service, ServiceDomain
from icpcases.rules.folding import normal
from icpcases.rules.icp_numbers import icp_number
from icpcases.rules.numbers import NumberError

from .applicants import find_applicants
from .index import service_line
from .query import words_of
from .tokens import NUMBER, compact

#: So many clients are looked through, and of them so many services.
CLIENTS, MOST = 500, 10_000


def find_services(typed: str) -> list[int]:
    """The keys of the services that fit all the words: number, name, domain, leader, client."""
    exact = _by_number(typed)
    if exact:
        return exact
    clients = find_applicants(typed, CLIENTS)
    return fitting(Service.objects.filter(subject__applicant__in=clients), typed, of_several=True)


def fitting(services: QuerySet[Service], typed: str, of_several: bool = False) -> list[int]:
    """Of some services those that fit all the words; of several clients, by whose they are too."""
    words = words_of(typed)
    theirs = services.select_related("subject__applicant").order_by("-pk")
    found = list(theirs[:MOST]) if words else []
    names: dict[int, list[str]] = {service.pk: [] for service in found}
    domains = ServiceDomain.objects.filter(service__in=found)
    for pk, *shown in domains.values_list("service_id", "domain", "domain_unicode"):
        names[pk] += shown

    def line(service: Service) -> str:
        client = service.subject.applicant if of_several else None
        return service_line(service, names[service.pk], client)

    return [service.pk for service in found if _fits(words, line(service))]


def _fits(words: list[str], line: str) -> bool:
    return all(word in line or compact(word) in line or _ends(word, line) for word in words)


def _ends(word: str, line: str) -> bool:
    """Whether these are the last digits of a telephone on the line."""
    numbers = (part for part in line.split("\n") if part.startswith(NUMBER))
    return word.isdigit() and any(number.endswith(word) for number in numbers)


def _by_number(typed: str) -> list[int]:
    """A number however it was typed, whole or the subject's alone."""
    try:
        number = str(icp_number(normal(typed)))
    except NumberError:
        return []
    fits = Q(number=number) | Q(number_of=number)
    return list(Service.objects.filter(fits).order_by("-pk").values_list("pk", flat=True)[:MOST])
