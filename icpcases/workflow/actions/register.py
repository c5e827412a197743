"""What people do to the register by hand: enter what was found, correct it, record a loss."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Applicant,
    ProviderAccess,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.lifecycle.roles import Actor
from icpcases.register import acts, found
from icpcases.register.holders import (
    TAKEN_ACCESS,
    TAKEN_BY_OTHER,
    TAKEN_DOMAIN,
    TAKEN_NUMBER,
    TAKEN_SUBJECT,
    holders_of,
)
from icpcases.register.record import RegisterChange, lock_applicant
from icpcases.rules.facts import ServiceKind
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.search import index
from icpcases.types import Cleaned
from icpcases.workflow.exceptions import Closed, NotAllowed, Refused
from icpcases.workflow.refusals import ONLY_SUPERVISORS, ONLY_WORKERS
from icpcases.workflow.sendings import Sent, make_once
from icpcases.workflow.settling import settle_turns
from icpcases.workflow.transactions import one_transaction

from .checks import account_of

_SUBJECT_LEADER = ("subject_leader", "subject_leader_phone", "subject_leader_id")
_SERVICE_FIELDS = (
    "name", "opened_on", "footer_on", "public_security_number", "public_security_on",
    "service_leader", "service_leader_phone", "service_leader_id",
    "app_features",
)  # fmt: skip


def newest_row(applicant: int) -> int:
    """The key of the newest change of an applicant's register: what a page has seen."""
    rows = RegisterRow.objects.filter(applicant=applicant).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


@contextmanager
def registering(
    by: Actor, applicant: int, what: RegisterRow.What, day: dt.date, source: str,
    seen: int | None = None, sent: Sent | None = None,
) -> Iterator[RegisterChange]:  # fmt: skip
    """One change of an applicant's register by hand, in a transaction of its own.

    `seen` is the newest row the page knew of. Raises NotAllowed for who works no cases, and
    Closed where somebody else has changed the register meanwhile or the database refuses it; and
    MadeAlready where the very same sending has done it.
    """
    if not is_working(by):
        raise NotAllowed(by, ONLY_WORKERS)
    change: RegisterChange | None = None

    def refused() -> Refused | None:
        return Closed(taken_findings(change) or (_TAKEN,))

    with one_transaction(f"the register of applicant {applicant}", explain=refused):
        make_once(sent)
        locked = lock_applicant(applicant)
        if seen is not None and newest_row(applicant) != seen:
            raise Closed((_CHANGED_MEANWHILE,))
        change = RegisterChange(locked, what, account_of(by), day, timezone.now(), source=source)
        yield change
        change.keep()
        settle_turns(change)
        if change.service is not None:
            for case in change.service.cases.select_related("applicant", "service"):
                index.keep(case)


def enter_subject(
    by: Actor, applicant: Applicant, data: Cleaned, sent: Sent | None = None
) -> SubjectFiling:
    """Enter an applicant's subject filing as it was found. Raises Closed where there is one."""
    if not applicant.confirmed:
        raise Closed((_UNCONFIRMED,))
    with _found(by, applicant.pk, data, sent) as change:
        leader = {name: data[name] for name in _SUBJECT_LEADER}
        return found.found_subject(
            change, data["province"], data["number"], data["filed_on"], **leader
        )


def enter_service(
    by: Actor, applicant: Applicant, data: Cleaned, sent: Sent | None = None
) -> Service:
    """Enter a service as it was found, under the applicant's subject filing."""
    number = data["number"]
    with _found(by, applicant.pk, data, sent) as change:
        subject = subject_of(applicant.pk)
        if subject is None:
            raise Closed((_NO_SUBJECT,))
        own = {subject.number, applicant.licence_number} - {""}
        if number.subject not in own:
            place = Place(PlaceKind.SUBJECT, subject.number, subject.number)
            raise Closed((_finding(_OTHER_SUBJECT, _("Correct the number."), place),))
        service = found.found_service(
            change, subject, ServiceKind(data["service_kind"]), number, data["filed_on"],
            data["domains"], **{name: data[name] for name in _SERVICE_FIELDS},
        )  # fmt: skip
        if data["provider"]:
            acts.open_access(change, service, data["provider"], data["since"])
        acts.settle_subject(change, subject)
        return service


def enter_access(
    by: Actor, service: Service, data: Cleaned, sent: Sent | None = None
) -> ProviderAccess:
    """Enter that another provider hosts a service.

    Raises Closed of a cancelled one, and where this provider hosts it already.
    """
    with _found(by, service.subject.applicant_id, data, sent) as change:
        standing = Service.objects.select_related("subject").filter(pk=service.pk).first()
        if standing is None:
            # The step that filed it has been taken back.
            raise Closed((_CHANGED_MEANWHILE,))
        if standing.state == Service.State.CANCELLED:
            raise Closed((_CANCELLED,))
        if standing.accesses.filter(provider=data["provider"], until__isnull=True).exists():
            raise Closed((_HOSTED_THERE,))
        change.service = standing
        access = acts.open_access(change, standing, data["provider"], data["since"])
        acts.settle_subject(change, standing.subject)
        return access


def correct_service(
    by: Actor, service: Service, data: Cleaned, seen: int, sent: Sent | None = None
) -> None:
    """Put right what our own record has wrong. Only supervisors; with a reason."""
    if not is_supervisor(by):
        raise NotAllowed(by, ONLY_SUPERVISORS)
    today = timezone.localdate()
    what, holder = RegisterRow.What.CORRECTED, service.subject.applicant_id
    with registering(by, holder, what, today, data["reason"], seen, sent) as change:
        number = data["number"]
        change.change(
            service, service_kind=data["service_kind"], number=str(number),
            number_of=number.subject, filed_on=data["filed_on"],
            **{name: data[name] for name in _SERVICE_FIELDS},
        )  # fmt: skip
        there = {row.domain: row for row in service.domains.all()}
        wanted = {domain.ascii: domain for domain in data["domains"]}
        for name in there.keys() - wanted.keys():
            change.remove(there[name])
        for name in wanted.keys() - there.keys():
            domain = wanted[name]
            acts.add_domain(change, service, name, domain.unicode, domain.registrable)


def record_loss(
    by: Actor, service: Service, access: ProviderAccess | None, day: dt.date, reason: str,
    seen: int, sent: Sent | None = None,
) -> None:  # fmt: skip
    """Record that a service, or one of its accesses, was taken away. Only supervisors.

    Raises Closed of what has ended already, or had not begun on that day.
    """
    if not is_supervisor(by):
        raise NotAllowed(by, ONLY_SUPERVISORS)
    what, lost = RegisterRow.What.LOST, ProviderAccess.Ended.LOST
    with registering(by, service.subject.applicant_id, what, day, reason, seen, sent) as change:
        _can_be_lost(service, access, day)
        change.service = service
        if access is not None:
            acts.end_access(change, access, day, lost)
        else:
            acts.cancel_service(change, service, day, lost)


def _can_be_lost(service: Service, access: ProviderAccess | None, day: dt.date) -> None:
    """Raises Closed of what has ended already, or had not begun on that day."""
    if service.state == Service.State.CANCELLED:
        raise Closed((_CANCELLED_ALREADY,))
    if access is not None and access.until is not None:
        raise Closed((_ENDED_ALREADY,))
    begun = (access.since if access else None) or service.filed_on
    if begun and day < begun:
        place = Place(PlaceKind.ENTRY, "lost_on", str(begun))
        raise Closed((_finding(_NOT_YET, _("Correct the day."), place),))


def taken_findings(change: RegisterChange | None) -> tuple[Finding, ...]:
    """What another record has already of what was to be entered, and which record it is."""
    found = holders_of(change) if change else []
    places = ((what, Place(PlaceKind.RULE, what, words)) for what, words in found)
    return tuple(_finding(_TAKEN_BY[what], _CORRECT, place) for what, place in places)


@contextmanager
def _found(by: Actor, applicant: int, data: Cleaned, sent: Sent | None) -> Iterator[RegisterChange]:
    source = gettext("as found in the public register")
    day = data["looked_up_on"]
    with registering(by, applicant, RegisterRow.What.FOUND, day, source, sent=sent) as change:
        yield change


def _finding(sentence: str, remedy: str, *places: Place) -> Finding:
    return Finding("register", Source.NONE, sentence, remedy, Party.OFFICER, places)


_OTHER_SUBJECT = _("This applicant's services are listed under another number: %(about)s.")
_CORRECT = _("Look at it, and correct what was typed.")
_TAKEN_BY = {
    TAKEN_NUMBER: _("A service has this number already: %(about)s."),
    TAKEN_DOMAIN: _("A live service of this kind has the domain already: %(about)s."),
    TAKEN_SUBJECT: _("The applicant has a subject filing already: %(about)s."),
    TAKEN_BY_OTHER: _("This subject number belongs to another applicant: %(about)s."),
    TAKEN_ACCESS: _("This provider hosts the service already: %(about)s."),
}
_TAKEN = _finding(
    _("The register has this already: the number, the domain, the subject or the access."),
    _("Look for it in the search, and correct what was typed."),
)
_CHANGED_MEANWHILE = _finding(
    _("Somebody has changed this applicant's register since you opened the page."),
    _("See what it says now, and enter yours again."),
)
_UNCONFIRMED = _finding(
    _("No officer has confirmed who the applicant is, so nothing can be filed in this name."),
    _("Confirm the applicant from one of his cases first."),
)
_NO_SUBJECT = _finding(
    _("The applicant has no subject filing for the service to belong to."),
    _("Enter the subject filing first."),
)
_CANCELLED = _finding(
    _("The service is cancelled, so nobody hosts it."),
    _("File it anew as a further service."),
)
_HOSTED_THERE = _finding(
    _("This provider hosts the service already."),
    _("Choose another provider that also hosts it. If there is none, there is nothing to enter."),
)
_CANCELLED_ALREADY = _finding(
    _("The service is cancelled already."),
    _("Look at what the register says now."),
)
_ENDED_ALREADY = _finding(
    _("This access has ended already."),
    _("Look at what the register says now."),
)
_NOT_YET = _("What was lost on that day only began on %(about)s.")
