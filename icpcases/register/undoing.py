"""Taking back what a step entered in the register."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from icpcases.cases.models import (
    FilingCase,
    HistoryRow,
    RegisterRow,
    Service,
    ServiceDomain,
    SubjectFiling,
)
from icpcases.lifecycle.states import HOLDING_SERVICE
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import MAKING

from .acts import settle_subject
from .record import RegisterChange, one_client, undo

_OF_SUBJECT = (FilingType.ADD_SERVICE, FilingType.CHANGE, FilingType.CANCEL_SUBJECT)


def rows_of(case: int, sequence: int) -> list[RegisterRow]:
    """What one step of a case did to the register."""
    return list(RegisterRow.objects.filter(case=case, sequence=sequence))


def users_since(case: int, sequence: int) -> tuple[str, ...]:
    """The references of errands that use what this step entered, and of persons' changes of it.

    An errand uses a record it is about, or a service or a subject it has changed since, or the
    place that was free meanwhile; what somebody has changed by hand is named by its day.
    """
    rows = rows_of(case, sequence)
    if not rows:
        return ()
    found = dict.fromkeys(_about_made(rows, case))
    found |= dict.fromkeys(_in_their_place(rows))
    under = Service.objects.filter(subject__in=made(rows, "subjectfiling"))
    touched, services = _touched(rows), _services(rows) | set(under.values_list("pk", flat=True))
    for row in _standing_since(rows).exclude(Q(case=case)).select_related("case"):
        if (
            touched & _touched([row])
            or services & _services([row])
            or _cancelled([row], services)
            or (_subjects_cancelled(rows) and made([row], "subjectfiling"))
        ):
            found[row.case.reference if row.case else f"{row.happened_on}"] = None
    return tuple(found)


def _standing_since(rows: list[RegisterRow]) -> QuerySet[RegisterRow]:
    """Later changes of the same applicant's records that have not been taken back."""
    newest = max(row.pk for row in rows)
    applicants = one_client({row.applicant_id for row in rows})
    undone = HistoryRow.objects.filter(case=OuterRef("case"), undoes=OuterRef("sequence"))
    later = RegisterRow.objects.filter(~Exists(undone), pk__gt=newest, applicant__in=applicants)
    return later.exclude(what__in=[RegisterRow.What.TAKEN_BACK, RegisterRow.What.JOINED])


def _in_their_place(rows: list[RegisterRow]) -> list[str]:
    """Who has filed the sites that would be live again under a name that is another's now."""
    names = {
        (fields["registrable_domain"][0], fields["service_kind"][0])
        for _key, fields in _records(rows, "servicedomain")
        if "id" in fields and fields["id"][1] is None
    }
    again = {key for key, fields in _records(rows, "service") if _was_live(fields)}
    own = ServiceDomain.objects.filter(service__in=again)
    names |= set(own.values_list("registrable_domain", "service_kind"))
    found = []
    for name, kind in sorted(names):
        taken = ServiceDomain.objects.filter(live=True, registrable_domain=name, service_kind=kind)
        for domain in taken.exclude(service__in=_services(rows)).select_related("service"):
            filing = FilingCase.objects.filter(service=domain.service, filing_type__in=MAKING)
            found.append(
                filing.values_list("reference", flat=True).first() or domain.service.number
            )
    return found


def _was_live(fields: Mapping[str, list[Any]]) -> bool:
    return fields.get("state", [None, None])[0] == Service.State.LIVE


def _records(rows: Iterable[RegisterRow], kind: str) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """The records of a kind that rows changed: their keys, and field by field both values."""
    for row in rows:
        for label, fields in row.changes.items():
            name, key = label.split()
            if name == kind:
                yield int(key), fields


def made(rows: Iterable[RegisterRow], kind: str) -> set[int]:
    """The keys of the records of a kind that these rows made."""
    return {
        key for key, fields in _records(rows, kind) if "id" in fields and fields["id"][0] is None
    }


def _about_made(rows: list[RegisterRow], case: int) -> list[str]:
    """The errands about records that these rows made: they would be about nothing without.

    Each kind is asked by its own index: all in one condition would look at every case.
    """
    subjects, others = made(rows, "subjectfiling"), FilingCase.objects.exclude(pk=case).order_by()
    of_subject = others.filter(filing_type__in=_OF_SUBJECT, state__in=HOLDING_SERVICE)
    kinds = (
        others.filter(service__in=made(rows, "service")),
        others.filter(service__subject__in=subjects),
        others.filter(provider_access__in=made(rows, "provideraccess")),
        of_subject.filter(applicant__subject_filings__in=subjects),
    )
    first, *more = (kind.values_list("pk", "reference") for kind in kinds)
    return [reference for _pk, reference in sorted(first.union(*more).order_by())]


def _services(rows: Iterable[RegisterRow]) -> set[int]:
    """The services that rows changed, themselves, their domains or their accesses."""
    some = list(rows)
    named = {key for key, _fields in _records(some, "service")}
    return named | {row.service for row in some if row.service is not None}


def _touched(rows: Iterable[RegisterRow]) -> set[tuple[str, int, str]]:
    """The fields of subjects and applicants that rows changed; whether a subject is a shell
    follows from its services, and is no change of its own."""
    return {
        (kind, key, name)
        for kind in ("subjectfiling", "applicant")
        for key, fields in _records(rows, kind)
        for name in fields
        if name != "state"
    }


def _subjects_cancelled(rows: Iterable[RegisterRow]) -> set[int]:
    ended = SubjectFiling.State.CANCELLED
    return {
        key
        for key, fields in _records(rows, "subjectfiling")
        if fields.get("state", [None, None])[1] == ended
    }


def _cancelled(rows: Iterable[RegisterRow], services: set[int]) -> bool:
    """Whether rows cancelled the subject of one of these services."""
    ended = _subjects_cancelled(rows)
    return bool(ended) and Service.objects.filter(pk__in=services, subject__in=ended).exists()


def take_back_entries(case: int, sequence: int, change: RegisterChange) -> None:
    """Set back what one step of a case did to the register."""
    rows = rows_of(case, sequence)
    over = SubjectFiling.objects.filter(services__in=_services(rows)).values_list("pk", flat=True)
    # Asked before and after: a service that goes leaves its subject, one that is back has one.
    subjects = set(over)
    undo(rows, change)
    subjects |= set(over.all())
    for subject in SubjectFiling.objects.filter(pk__in=subjects).order_by("pk"):
        settle_subject(change, subject)
