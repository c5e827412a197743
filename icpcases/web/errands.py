"""An errand begun from a portfolio: what its button says, and the facts that are known already."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, FilingCase, ProviderAccess, Service
from icpcases.register.portfolio import ServiceLine
from icpcases.register.prefill import seed
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES


@dataclass(frozen=True)
class Offer:
    """An errand that may begin, and the page on which it does."""

    label: str
    url: str


_BEGUN = ("applicant", "filing_type", "service", "provider_access", "follows")


def begun_with(request: HttpRequest) -> dict[str, str]:
    """What the address says of the errand that is to begin; all numbers but one."""
    given = {name: request.GET.get(name, "") for name in _BEGUN}
    numbers = [given[name] for name in _BEGUN if name != "filing_type" and given[name]]
    fits = all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers)
    known = given["filing_type"] in set(FilingType)
    return {n: v for n, v in given.items() if v} if fits and known else {}


def followed(begun: dict[str, str], applicant: Applicant) -> FilingCase | None:
    """The applicant's errand that the new one follows, where its button says so."""
    cases = FilingCase.objects.filter(applicant=applicant)
    return cases.filter(pk=begun.get("follows") or 0).first()


def about_client(begun: dict[str, str], applicant: Applicant | None) -> bool:
    """Whether the address speaks of this very client."""
    return applicant is not None and begun.get("applicant") == str(applicant.pk)


def facts_form(
    data: Mapping[str, object] | None, begun: dict[str, str], applicant: Applicant | None
) -> FactsForm:
    """The facts; of an errand begun from a portfolio, as far as they are known already."""
    if applicant is None or not about_client(begun, applicant):
        first = {"filing_type": begun["filing_type"]} if begun else {}
        return FactsForm(data, initial=first, applicant=applicant)
    blank = FilingCase(applicant=applicant, filing_type=begun["filing_type"])
    service = _service(begun, applicant)
    seed(blank, service)
    blank.provider_access = _access(begun, service)
    return FactsForm.of(blank, data)


def misfits(begun: dict[str, str], applicant: Applicant | None) -> list[str]:
    """What the address says of the errand and is not this client's; nothing of whose it is."""
    if not begun or (applicant and not about_client(begun, applicant)):
        # Another client has been chosen on the page itself.
        return []
    if applicant is None:
        return [_("The address names no client that is known here: find the applicant below.")]
    service, asked = _service(begun, applicant), TYPES[FilingType(begun["filing_type"])]
    found = {
        _("The service in the address does not belong to %(client)s; choose the right one below."):
            asked.about_service and "service" in begun and service is None,
        _("The access in the address is not an open one of this service."):
            service is not None and "provider_access" in begun and not _access(begun, service),
        _("The case in the address, which this one is to follow, is none of %(client)s."):
            "follows" in begun and followed(begun, applicant) is None,
    }  # fmt: skip
    return [sentence % {"client": applicant.name} for sentence, wrong in found.items() if wrong]


def _service(begun: dict[str, str], applicant: Applicant) -> Service | None:
    services = Service.objects.filter(subject__applicant=applicant)
    return services.filter(pk=begun.get("service") or 0).first()


def _access(begun: dict[str, str], service: Service | None) -> ProviderAccess | None:
    accesses = ProviderAccess.objects.filter(service=service, until__isnull=True)
    return accesses.filter(pk=begun.get("provider_access") or 0).first() if service else None


def offers_of(
    url: str, applicant: Applicant, line: ServiceLine, without: frozenset[FilingType] = frozenset()
) -> list[Offer]:
    """The errands that may begin about a service; the end of an access once for each."""
    found = []
    for filing_type in line.offers:
        if filing_type == FilingType.CANCEL_ACCESS:
            found += [offer(url, applicant, filing_type, line.service, a) for a in line.accesses]
        elif filing_type not in without:
            found.append(offer(url, applicant, filing_type, line.service))
    return found


def offer(
    url: str, applicant: Applicant, filing_type: FilingType, service: Service | None = None,
    access: ProviderAccess | None = None,
) -> Offer:  # fmt: skip
    """One errand about the applicant, or about a service or access of his."""
    given: dict[str, object] = {"applicant": applicant.pk, "filing_type": filing_type.value}
    label = _(filing_type.label)
    if service is not None:
        given["service"] = service.pk
    if access is not None:
        given["provider_access"] = access.pk
        label = _("%(type)s: %(provider)s") % {"type": label, "provider": access.provider}
    return Offer(label, f"{url}?{urlencode(given)}")
