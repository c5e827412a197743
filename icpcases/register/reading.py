"""What the register holds of a case, as the rules read it."""

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import FilingCase, ProviderAccess, Service, ServiceDomain
from icpcases.rules.dossier import Filed, Register
from icpcases.rules.filing_types import MAKING


def register_of(case: FilingCase) -> Register:
    """What the register holds of the applicant, and of the service the errand is about."""
    subject = subject_of(case.applicant_id)
    access = case.provider_access
    own = access is not None and access.until is None and access.service_id == case.service_id
    return Register(
        subject_number=subject.number if subject else "",
        subject_state=subject.state if subject else "",
        service=filed_of(case.service) if case.service else None,
        same_site=same_site(case),
        hosted_there=own,
    )


def filed_of(service: Service) -> Filed:
    """A service as the rules read it."""
    hosted = ProviderAccess.objects.filter(service=service, until__isnull=True)
    names = hosted.order_by("pk").values_list("provider__name", flat=True)
    return Filed(str(service.pk), service.number, service.state, tuple(names))


def same_site(case: FilingCase) -> Filed | None:
    """The live service of the case's kind that has its domain already, for what would file it."""
    if case.is_of not in MAKING or not case.registrable_domain:
        return None
    rows = ServiceDomain.objects.filter(
        live=True,
        registrable_domain=case.registrable_domain,
        service_kind=case.service_kind,
    )
    # What the case itself has filed is no other site.
    row = rows.exclude(service=case.service_id).select_related("service").first()
    return filed_of(row.service) if row else None
