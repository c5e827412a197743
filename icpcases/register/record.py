"""Keeping a change of the register: the records it makes or changes, and the one row it leaves."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Field, Model, Q

from icpcases.cases.models import (
    Applicant,
    FilingCase,
    ProviderAccess,
    RegisterRow,
    Service,
    ServiceDomain,
    SubjectFiling,
)
from icpcases.search.index import keep_client

Record = SubjectFiling | Service | ServiceDomain | ProviderAccess | Applicant
_LABELS: dict[type[Model], str] = {
    Applicant: "applicant",
    SubjectFiling: "subjectfiling",
    Service: "service",
    ServiceDomain: "servicedomain",
    ProviderAccess: "provideraccess",
}


class RegisterChange:
    """What belongs together, for one applicant: records are made and changed through it.

    It is used within a transaction that holds the applicant's lock (`lock_applicant`).
    """

    def __init__(
        self,
        applicant: Applicant,
        what: RegisterRow.What,
        by: User | None,
        day: dt.date,
        now: dt.datetime,
        case: FilingCase | None = None,
        source: str = "",
    ) -> None:
        self.applicant, self.what, self.by = applicant, what, by
        self.day, self.now, self.case, self.source = day, now, case, source
        self.changes: dict[str, dict[str, list[Any]]] = {}
        self.service: Service | None = None
        #: The records it makes or changes, or has tried to.
        self.touched: list[Record] = []

    @property
    def services(self) -> list[int]:
        """The keys of the services it made or changed."""
        return [_key(label) for label in self.changes if _model(label) is Service]

    def create(self, record: Record) -> None:
        """Keep a new record."""
        self.touched.append(record)
        record.save(force_insert=True)
        values = {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}
        self._note(record, {name: [None, kept_value(value)] for name, value in values.items()})

    def change(self, record: Record, **fields: Any) -> None:
        """Change a record that is there; what stays the same is not noted."""
        different = {n: v for n, v in fields.items() if getattr(record, n) != v}
        if not different:
            return
        pairs = {n: [kept_value(getattr(record, n)), kept_value(v)] for n, v in different.items()}
        self._note(record, pairs)
        for name, value in different.items():
            setattr(record, name, value)
        self.touched.append(record)
        record.save(update_fields=list(different))

    def remove(self, record: ServiceDomain) -> None:
        """Take a domain off its service."""
        values = {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}
        self._note(record, {name: [kept_value(value), None] for name, value in values.items()})
        record.delete()

    def keep(self) -> RegisterRow | None:
        """The row of all that was done; None where nothing was."""
        if not self.changes:
            return None
        keep_client(self.applicant.pk)
        return RegisterRow.objects.create(
            applicant=self.applicant,
            service=self.service.pk if self.service else None,
            what=self.what.value,
            case=self.case,
            # The change of the case that is under way becomes its next history row.
            sequence=self.case.version + 1 if self.case else None,
            by=self.by,
            happened_on=self.day,
            recorded_at=self.now,
            source=self.source,
            changes=self.changes,
        )

    def _note(self, record: Record, values: dict[str, list[Any]]) -> None:
        if self.service is None:
            of = record if isinstance(record, Service) else getattr(record, "service", None)
            self.service = of
        noted = self.changes.setdefault(f"{_LABELS[type(record)]} {record.pk}", {})
        for name, (old, new) in values.items():
            noted[name] = [noted[name][0] if name in noted else old, new]


def one_client(keys: Iterable[int]) -> set[int]:
    """These records of applicants, with those they were joined to or that were joined to them."""
    known = set(keys)
    while True:
        # Each by its own index: both in one condition would look at every applicant.
        up, down = (
            Applicant.objects.filter(some).order_by().values_list("pk", "joined_to")
            for some in (Q(pk__in=known), Q(joined_to__in=known))
        )
        more = known | {key for pair in up.union(down).order_by() for key in pair if key}
        if more == known:
            return known
        known = more


def lock_applicant(pk: int) -> Applicant:
    """Take the lock that every change of an applicant's register records holds."""
    return Applicant.objects.select_for_update().get(pk=pk)


def hold_records(case: FilingCase) -> None:
    """Take the lock for a case, and read anew what may have changed before it was held."""
    case.applicant = lock_applicant(case.applicant_id)
    if case.service is not None:
        case.service.refresh_from_db()


def kept_value(value: object) -> Any:
    """A value as the register's history keeps it."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | dict | list | None) else str(value)


def undo(rows: list[RegisterRow], change: RegisterChange) -> None:
    """Set back what these rows did, newest first: the register is as if they had never been.

    What was made goes first, each record before what it stands on; the database keeps the
    labels in an order of its own.
    """
    for row in sorted(rows, key=lambda r: r.pk, reverse=True):
        parents_first = sorted(row.changes.items(), key=lambda item: _order(item[0]))
        for label, fields in reversed(parents_first):
            if _was_new(fields):
                _model(label)._default_manager.filter(pk=_key(label)).delete()
        for label, fields in parents_first:
            change.changes[label] = {name: [new, old] for name, (old, new) in fields.items()}
            if not _was_new(fields):
                _set_back(label, fields)


def _order(label: str) -> int:
    return list(_LABELS.values()).index(label.split()[0])


def _key(label: str) -> int:
    return int(label.split()[1])


def _model(label: str) -> type[Model]:
    return apps.get_model("cases", label.split()[0])


def _was_new(fields: Mapping[str, list[Any]]) -> bool:
    return "id" in fields and fields["id"][0] is None


def _set_back(label: str, fields: Mapping[str, list[Any]]) -> None:
    model = _model(label)
    values = {}
    for name, (old, _new) in fields.items():
        field = model._meta.get_field(name)
        assert isinstance(field, Field)
        values[name] = field.to_python(old)
    if "id" in fields:
        # Taken off since: back under its own key.
        model(**values).save(force_insert=True)
    else:
        model._default_manager.filter(pk=_key(label)).update(**values)
