"""What is known already when an errand about something filed begins."""

from typing import Any

from icpcases.cases.forms.filed import FACTS, SERVICE_FIELDS, SUBJECT_FIELDS
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import Applicant, FilingCase, Service
from icpcases.lifecycle.states import STATES, Phase
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES

_CLOSED = [state.value for state, about in STATES.items() if about.phase == Phase.CLOSED]
_DONE = [state.value for state, about in STATES.items() if about.phase == Phase.DONE]
# What another service of the same applicant says of the applicant too.
_OF_APPLICANT = ("applicant_type", "mainland_branch", "registration_certificate", "province_id")

# What an applicant's next site is usually like, proposed to be looked at.
_OF_LAST_SITE = (
    "server_region", "access", "protocol", "forum", "service_leader", "service_leader_phone",
    "service_leader_id",
)  # fmt: skip

_LAST = 5


def subject_defaults(applicant: Applicant) -> dict[str, Any]:
    """What the applicant's newest case tells of his subject filing."""
    case = FilingCase.objects.filter(applicant=applicant).order_by("-pk").first()
    if case is None:
        return {}
    leader = {n: getattr(case, n) for n in ("subject_leader", "subject_leader_phone")}
    return {"province": case.province_id, **leader}


def known_of(
    applicant: Applicant, filing_type: FilingType, service: Service | None
) -> dict[str, Any]:
    """The fields of a new case that the register and earlier cases tell, by their names."""
    known: dict[str, Any] = {}
    newest = FilingCase.objects.filter(applicant=applicant, state__in=_DONE).order_by("-pk")
    earlier = newest.first()
    if earlier is not None:
        known |= {name: getattr(earlier, name) for name in _OF_APPLICANT}
    subject = subject_of(applicant.pk)
    if subject is not None:
        known |= {name: getattr(subject, name) for name in SUBJECT_FIELDS[1:]}
        known["province_id"] = subject.province_id
    if TYPES[filing_type].makes:
        known = _like_the_last(applicant) | known
    if service is None or not TYPES[filing_type].about_service:
        return known
    of_service = newest.filter(service=service).first()
    if of_service is not None:
        names = (*FACTS, "protocol", "ip_address")
        known |= {name: getattr(of_service, name) for name in names}
    domain = service.domains.first()
    if domain is not None:
        of_domain = ("domain", "domain_unicode", "registrable_domain")
        known |= {name: getattr(domain, name) for name in of_domain}
        known["access"] = "domain"
    known |= {
        "service": service,
        "service_kind": service.service_kind,
        "site_name": service.name,
        **{name: getattr(service, name) for name in SERVICE_FIELDS[2:]},
    }
    return known


def _like_the_last(applicant: Applicant) -> dict[str, Any]:
    """What a further site shares with the applicant's last ones: never that it is a forum.

    What the newest does not say yet is taken from the one before it.
    """
    cases = FilingCase.objects.filter(applicant=applicant).exclude(forum=True)
    newest_first = list(cases.exclude(state__in=_CLOSED).order_by("-pk")[:_LAST])
    if newest_first:
        return {
            name: value
            for case in reversed(newest_first)
            for name in (*_OF_APPLICANT, *_OF_LAST_SITE)
            if (value := getattr(case, name)) not in (None, "")
        }
    services = Service.objects.filter(subject__applicant=applicant)
    filed = services.exclude(state=Service.State.CANCELLED).order_by("-pk").first()
    return {name: getattr(filed, name) for name in SERVICE_FIELDS[2:]} if filed else {}


def seed(case: FilingCase, service: Service | None) -> None:
    """Write what is known on a new case, unsaved."""
    for name, value in known_of(case.applicant, case.is_of, service).items():
        setattr(case, name, value)
