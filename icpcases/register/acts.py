"""What errands and people do to the register (domain.md, section 2).

Each act is given a `RegisterChange` and leaves the states of accesses, services and subject as
the domain has them: a service without an access has none, a subject without a live service is a
shell.
"""

import datetime as dt

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import FilingCase, Provider, ProviderAccess, Service, SubjectFiling
from icpcases.cases.models.register import ServiceDomain
from icpcases.rules.icp_numbers import IcpNumber

from .record import RegisterChange

_LEADERS = ("subject_leader", "subject_leader_phone", "subject_leader_id")
_SERVICE_LEADERS = ("service_leader", "service_leader_phone", "service_leader_id")


def file_service(
    change: RegisterChange, case: FilingCase, number: IcpNumber, day: dt.date,
    provider: Provider | None,
) -> Service:  # fmt: skip
    """Enter what an approved case has filed: the subject where there is none yet, the service,
    its domain, its access."""
    assert case.province is not None
    subject = subject_of(case.applicant_id)
    if subject is None:
        leaders = {n: getattr(case, n) or getattr(case, o) for n, o in _LEADER_OR_SERVICE.items()}
        subject = SubjectFiling(
            applicant_id=case.applicant_id, province=case.province, number=number.subject,
            filed_on=day, **leaders,
        )  # fmt: skip
        change.create(subject)
    service = Service(
        subject=subject, service_kind=case.service_kind, name=case.site_name,
        number=str(number), number_of=number.subject, filed_on=day, filed_here=True,
        app_features=case.app_features, **{n: getattr(case, n) for n in _SERVICE_LEADERS},
    )  # fmt: skip
    change.create(service)
    if case.domain:
        add_domain(change, service, case.domain, case.domain_unicode, case.registrable_domain)
    if provider is not None:
        open_access(change, service, provider, day)
    settle_subject(change, subject)
    return service


_LEADER_OR_SERVICE = dict(zip(_LEADERS, _SERVICE_LEADERS, strict=True))


def add_domain(
    change: RegisterChange, service: Service, ascii_name: str, shown: str, registrable: str
) -> None:
    """Enter a domain of a service."""
    change.create(
        ServiceDomain(
            service=service, service_kind=service.service_kind, domain=ascii_name,
            live=service.state == Service.State.LIVE, domain_unicode=shown,
            registrable_domain=registrable,
        )
    )  # fmt: skip


def open_access(
    change: RegisterChange, service: Service, provider: Provider, day: dt.date | None
) -> ProviderAccess:
    """Enter that a provider hosts the service, unless it does; a service without one is live."""
    there = service.accesses.filter(provider=provider, until__isnull=True).first()
    if there is not None:
        return there
    access = ProviderAccess(service=service, provider=provider, since=day)
    change.create(access)
    if service.state == Service.State.NO_ACCESS:
        change.change(service, state=Service.State.LIVE.value)
    return access


def end_access(
    change: RegisterChange, access: ProviderAccess, day: dt.date, why: ProviderAccess.Ended
) -> None:
    """End an access; with the last one the service has none."""
    if access.until is not None:
        return
    day = max(day, access.since or day)
    change.change(access, until=day, ended_by=why.value)
    service = access.service
    left = service.accesses.filter(until__isnull=True).exists()
    if service.state == Service.State.LIVE and not left:
        change.change(service, state=Service.State.NO_ACCESS.value)
    settle_subject(change, service.subject)


def cancel_service(
    change: RegisterChange, service: Service, day: dt.date,
    why: ProviderAccess.Ended = ProviderAccess.Ended.CANCELLED,
) -> None:  # fmt: skip
    """Cancel a service: its accesses end; the subject of the last one is a shell."""
    if service.state == Service.State.CANCELLED:
        return
    for access in service.accesses.filter(until__isnull=True):
        since = access.since or day
        change.change(access, until=max(day, since), ended_by=why.value)
    change.change(service, state=Service.State.CANCELLED.value, cancelled_on=day)
    settle_subject(change, service.subject)


def cancel_subject(change: RegisterChange, subject: SubjectFiling, day: dt.date) -> None:
    """Cancel a subject and all its services."""
    for service in subject.services.exclude(state=Service.State.CANCELLED):
        service.subject = subject
        cancel_service(change, service, day)
    change.change(subject, state=SubjectFiling.State.CANCELLED.value, cancelled_on=day)


def settle_subject(change: RegisterChange, subject: SubjectFiling) -> None:
    """Have the subject say whether anything live is filed under it."""
    if subject.state == SubjectFiling.State.CANCELLED:
        return
    live = subject.services.filter(state=Service.State.LIVE).exists()
    state = SubjectFiling.State.LIVE if live else SubjectFiling.State.SHELL
    change.change(subject, state=state.value)


def apply_change(change: RegisterChange, case: FilingCase) -> None:
    """Put the new values of a change filing in force, and no others."""
    changed, service = case.changed, case.service
    subject = service.subject if service else subject_of(case.applicant_id)
    if subject is not None:
        new = {n: getattr(case, n) for n in _LEADERS if n in changed}
        change.change(subject, **new)
    if "subject_name" in changed:
        change.change(change.applicant, name=case.subject_name)
    if service is None:
        return
    fields = {n: getattr(case, n) for n in (*_SERVICE_LEADERS, "app_features") if n in changed}
    if "site_name" in changed:
        fields["name"] = case.site_name
    change.change(service, **fields)
    if "domain" in changed:
        for row in service.domains.all():
            change.remove(row)
        add_domain(change, service, case.domain, case.domain_unicode, case.registrable_domain)
