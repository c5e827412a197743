"""The rows of a lived case and the register's records around it, and what in these is its own."""

import datetime as dt
import re
from collections.abc import Iterator

from django.db.models import Model
from django.utils import timezone

from icpcases.cases.models import (
    CasePerson,
    Document,
    FilingCase,
    HistoryRow,
    Notice,
    NotNeeded,
    Order,
    OrderCase,
    ProviderAccess,
    RegisterRow,
    Request,
    Service,
    ServiceDomain,
    SmsCheck,
    SubjectFiling,
)
from icpcases.cases.models.notices import LIFE

#: In the order in which they may be written: triggers look at those before.
RECORDS: tuple[type[Model], ...] = (SubjectFiling, Service, ServiceDomain, ProviderAccess)
#: The tables of a case, in the order in which their rows may be written.
TABLES: tuple[type[Model], ...] = (
    *RECORDS, FilingCase, CasePerson, Order, OrderCase, Document, NotNeeded, Request, SmsCheck,
    HistoryRow,
    RegisterRow, Notice,
)  # fmt: skip
#: The time of day at which records are looked up.
FOUND_AT = dt.time(10)
_MAIL_TAKES = dt.timedelta(minutes=1)
LABELS: dict[str, type[Model]] = {model._meta.model_name or "": model for model in RECORDS}
_LABEL = re.compile("([a-z]+) ([0-9]+)")
_SUBJECT = {
    "applicant_id": "applicant", "province_id": "province_id", "number": "subject_number",
    "subject_leader": "service_leader", "subject_leader_phone": "service_leader_phone",
    "subject_leader_id": "service_leader_id",
}  # fmt: skip
_SERVICE = {
    "name": "site_name", "number": "icp_number", "number_of": "subject_number",
    "public_security_number": "public_security_number", "service_leader": "service_leader",
    "service_leader_phone": "service_leader_phone", "service_leader_id": "service_leader_id",
}  # fmt: skip
_DOMAIN = {name: name for name in ("domain", "domain_unicode", "registrable_domain")}
_OWN: dict[type[Model], dict[str, str]] = {
    SubjectFiling: _SUBJECT, Service: _SERVICE, ServiceDomain: _DOMAIN, ProviderAccess: {},
}  # fmt: skip
#: Of the site that was filed before, where the case is about another.
_OF_BASE = {"name", "number", "domain", "domain_unicode", "registrable_domain"}


def _records_of(model: type[Model], case: FilingCase) -> Iterator[Model]:
    """The records of one kind that the applicant of a lived case has."""
    name = {SubjectFiling: "applicant", Service: "subject__applicant"}.get(
        model, "service__subject__applicant"
    )
    yield from model._default_manager.filter(**{name: case.applicant_id}).order_by("pk")


def read_label(label: str) -> tuple[type[Model] | None, int]:
    """The record that a change of the register is of."""
    found = _LABEL.fullmatch(label)
    if not found:
        return None, 0
    return LABELS.get(found[1]), int(found[2])


def slot_of(model: type[Model], name: str, base: bool) -> str:
    """The slot of a record's field; '' where its value is everybody's. `base` is what was filed
    before a case that is about something else."""
    slot = _OWN[model].get(name, "")
    return f"base_{slot}" if base and name in _OF_BASE and model is not SubjectFiling else slot


def rows_of_case(model: type[Model], case: FilingCase) -> Iterator[Model]:
    """The rows of one table that belong to a lived case, or to its applicant's register."""
    if model is FilingCase:
        yield case
        return
    if model in RECORDS:
        yield from _records_of(model, case)
        return
    if model is RegisterRow:
        # By this case and before it: the applicant has no other.
        yield from model._default_manager.filter(applicant=case.applicant_id).order_by("pk")
        return
    if model is Order:
        yield from case.orders.select_related("provider").order_by("pk")
        return
    rows = model._default_manager.filter(case=case)
    rows = rows.select_related("history") if model is Notice else rows
    for row in rows.order_by("sequence" if model is HistoryRow else "pk"):
        yield _settled(row)


def _settled(row: Model) -> Model:
    """The row as if it had been recorded when it happened, and the mail had left at once."""
    if isinstance(row, HistoryRow):
        row.recorded_at = row.happened_at
    if isinstance(row, Notice) and row.history:
        at = row.history.happened_at
        row.created_at = row.next_try_at = at
        row.deadline, row.sent_at = at + LIFE, at + _MAIL_TAKES
        row.state, row.attempts = Notice.State.SENT.value, 1
    return row


def settle_records(rows: list[RegisterRow], moments: list[dt.datetime]) -> dt.datetime | None:
    """Have what was done to the register be recorded when it happened; gives when it was found."""
    found_at = None
    for row in rows:
        if row.sequence:
            row.recorded_at = moments[row.sequence - 1]
        else:
            morning = dt.datetime.combine(row.happened_on, FOUND_AT)
            row.recorded_at = found_at = timezone.make_aware(morning)
    return found_at
