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


@dataclass(frozen=True)
class Offer:
    """An errand that may begin, and the page on which it does."""

    label: str
    url: str


_BEGUN = ("applicant", "filing_type", "service", "provider_access", "follows")


def begun_with(request: HttpRequest) -> dict[str, str]:
    """What the button of a portfolio says of the errand that is to begin; all numbers but one."""
    given = {name: request.GET.get(name, "") for name in _BEGUN}
    numbers = [given[name] for name in _BEGUN if name != "filing_type" and given[name]]
    fits = all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers)
    known = given["filing_type"] in set(FilingType)
    return {n: v for n, v in given.items() if v} if fits and known and given["applicant"] else {}


def followed(begun: dict[str, str], applicant: Applicant) -> FilingCase | None:
    """The applicant's errand that the new one follows, where its button says so."""
    cases = FilingCase.objects.filter(applicant=applicant)
    return cases.filter(pk=begun.get("follows") or 0).first()


def facts_form(
    data: Mapping[str, object] | None, begun: dict[str, str], applicant: Applicant | None
) -> FactsForm:
    """The facts; of an errand begun from a portfolio, as far as they are known already."""
    if applicant is None or str(applicant.pk) != begun.get("applicant"):
        return FactsForm(data, applicant=applicant)
    services = Service.objects.filter(subject__applicant=applicant)
    service = services.filter(pk=begun.get("service") or 0).first()
    accesses = ProviderAccess.objects.filter(pk=begun.get("provider_access") or 0)
    blank = FilingCase(applicant=applicant, filing_type=begun["filing_type"])
    seed(blank, service)
    blank.provider_access = accesses.filter(service=service).first() if service else None
    return FactsForm.of(blank, data)


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
