"""What the demo office enters in the register by hand: what was found there, and what was lost."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    ProviderAccess,
    Province,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.cases.permissions import shown_name
from icpcases.register import acts
from icpcases.register.found import found_service, found_subject
from icpcases.register.record import RegisterChange, lock_applicant
from icpcases.rules.domains import parse_domain
from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import icp_number

from .found import FoundSubject, ListedSite
from .office import Office

LOST = ProviderAccess.Ended.LOST


@contextmanager
def _change(
    applicant: Applicant, what: RegisterRow.What, by: User, day: dt.date, source: str
) -> Iterator[RegisterChange]:
    with transaction.atomic():
        now, locked = timezone.now(), lock_applicant(applicant.pk)
        change = RegisterChange(locked, what, by, day, now, source=source)
        yield change
        change.keep()


@contextmanager
def _found(applicant: Applicant, by: User, day: dt.date) -> Iterator[RegisterChange]:
    source = f"as found in the public register on {day} by {shown_name(by)}"
    with _change(applicant, RegisterRow.What.FOUND, by, day, source) as change:
        yield change


def enter_found(office: Office, found: FoundSubject, at: dt.datetime) -> None:
    """What the public register says of a client, entered by the officer who looked it up."""
    by, day = office.users["li"], timezone.localdate(at)
    firm, applicant = office.firms[found.firm], office.applicant(found.firm)
    # Whose records they are was looked at first.
    applicant.confirmed_at, applicant.confirmed_by = at, by
    applicant.save()
    office.confirmed.add(found.firm)
    number, phone = office.leader(found.firm, head=bool(firm.head))
    leader = {
        "subject_leader": firm.head or firm.leader,
        "subject_leader_phone": phone,
        "subject_leader_id": number,
    }
    province = Province.objects.get(pk=firm.province)
    with _found(applicant, by, day) as change:
        subject = found_subject(
            change, province, icp_number(found.number), found.filed_on, **leader
        )
    for listed in found.services:
        with _found(applicant, by, day) as change:
            _enter(office, change, subject, listed)


def _enter(
    office: Office, change: RegisterChange, subject: SubjectFiling, listed: ListedSite
) -> None:
    key = next(key for key, a in office.applicants.items() if a.pk == change.applicant.pk)
    number, phone = office.leader(key)
    domains = [parse_domain(domain) for domain in listed.domains]
    service = found_service(
        change, subject, ServiceKind.WEBSITE, icp_number(listed.number), listed.filed_on, domains,
        name=listed.name, opened_on=listed.filed_on, footer_on=listed.filed_on,
        service_leader=office.firms[key].leader, service_leader_phone=phone,
        service_leader_id=number,
    )  # fmt: skip
    for place in listed.providers:
        acts.open_access(change, service, office.providers[place], listed.filed_on)
    acts.settle_subject(change, subject)


def lose_access(access: ProviderAccess, by: User, day: dt.date, reason: str) -> None:
    """A provider took its access away; with the last one the service has none."""
    applicant = access.service.subject.applicant
    with _change(applicant, RegisterRow.What.LOST, by, day, reason) as change:
        change.service = access.service
        acts.end_access(change, access, day, LOST)


def lose_service(service: Service, by: User, day: dt.date, reason: str) -> None:
    """The administration took the filing away: it is cancelled, and its accesses end."""
    with _change(service.subject.applicant, RegisterRow.What.LOST, by, day, reason) as change:
        acts.cancel_service(change, service, day, LOST)
