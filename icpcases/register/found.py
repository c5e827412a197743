"""Entering what no case of ours has filed: as found in the public register, however old."""

import datetime as dt
from collections.abc import Iterable

from icpcases.cases.models import Province, Service, SubjectFiling
from icpcases.rules.domains import Domain
from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import IcpNumber

from .acts import add_domain
from .record import RegisterChange


def found_subject(
    change: RegisterChange, province: Province, number: IcpNumber, filed_on: dt.date,
    **leader: str,
) -> SubjectFiling:  # fmt: skip
    """The applicant's subject filing; a shell until a live service stands under it."""
    subject = SubjectFiling(
        applicant=change.applicant, province=province, number=str(number), filed_on=filed_on,
        state=SubjectFiling.State.SHELL.value, **leader,
    )  # fmt: skip
    change.create(subject)
    return subject


def found_service(
    change: RegisterChange, subject: SubjectFiling, kind: ServiceKind, number: IcpNumber,
    filed_on: dt.date, domains: Iterable[Domain] = (), **known: object,
) -> Service:  # fmt: skip
    """A service under the subject; nobody hosts it until an access is entered."""
    service = Service(
        subject=subject, service_kind=kind.value, number=str(number), number_of=number.subject,
        filed_on=filed_on, state=Service.State.NO_ACCESS.value, **known,
    )  # fmt: skip
    change.create(service)
    for domain in domains:
        add_domain(change, service, domain.ascii, domain.unicode, domain.registrable)
    return service
