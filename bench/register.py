"""The register around a case: its rows with places instead of keys, and made again from these."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from icpcases.cases.models import Applicant, FilingCase, Provider, RegisterRow, Service

#: In the order in which they stand on each other: PostgreSQL keeps labels in one of its own.
_KINDS = ("applicant", "subjectfiling", "service", "servicedomain", "provideraccess")
_OF = {"subject_id": "subjectfiling", "service_id": "service"}
Row = dict[str, Any]
#: Each record's place, by its kind and key.
Places = dict[str, dict[int, int]]


def rows_around(case: FilingCase) -> tuple[list[RegisterRow], list[RegisterRow]]:
    """What was done to the register of the case's applicant before it, and by it."""
    rows = RegisterRow.objects.filter(applicant=case.applicant_id).select_related("by")
    rows = rows.order_by("pk")
    opened = timezone.localdate(case.created_at)
    before = [row for row in rows if row.case_id != case.pk and row.happened_on <= opened]
    return before, [row for row in rows if row.case_id == case.pk]


def places_in(rows: Iterable[RegisterRow]) -> Places:
    """The places of the records that these rows made, in the order of their making."""
    found: Places = {name: {} for name in ("subjectfiling", "service", "provideraccess")}
    for row in rows:
        for label in sorted(row.changes, key=_order):
            name, key = label.split()
            of_kind = found.setdefault(name, {})
            of_kind.setdefault(int(key), len(of_kind))
    return found


def told(rows: Iterable[RegisterRow], places: Places) -> list[Row]:
    """What rows say, with places and names."""
    return [
        {
            "what": row.what,
            "on": row.happened_on,
            "by": row.by and row.by.username,
            "source": row.source,
            "sequence": row.sequence,
            "service": row.service and places["service"][row.service],
            "changes": {
                _placed(label, places): _fields(fields, places, label)
                for label, fields in sorted(row.changes.items(), key=lambda pair: _order(pair[0]))
            },
        }
        for row in rows
    ]


def _order(label: str) -> tuple[int, int]:
    name, key = label.split()
    return _KINDS.index(name), int(key)


def _placed(label: str, places: Places) -> str:
    name, key = label.split()
    return f"{name} {places[name][int(key)]}"


def _fields(fields: Row, places: Places, label: str) -> Row:
    kind = label.split()[0]
    return {
        name: [_value(name, kind, value, places) for value in pair]
        for name, pair in fields.items()
        if name != "applicant_id"
    }


def _value(name: str, kind: str, value: Any, places: Places) -> Any:
    if value is None:
        return None
    if name == "id":
        return places[kind][value]
    if name in _OF:
        return places[_OF[name]][value]
    return Provider.objects.get(pk=value).name if name == "provider_id" else value


class Again:
    """Records made once more, by the labels with places."""

    def __init__(self, applicant: Applicant, users: Any) -> None:
        self.applicant, self.users = applicant, users
        self.records: dict[str, Model] = {}

    def happens(self, row: Row) -> None:
        """A row of the register's history, with what it did."""
        changes = {}
        for label, fields in row["changes"].items():
            record = self._changed(label, {name: new for name, (_old, new) in fields.items()})
            pairs = {
                name: [None if v is None else self._key(name, label, v) for v in pair]
                for name, pair in fields.items()
            }
            if "id" in pairs:
                pairs["id"] = [None, record.pk]
            changes[f"{label.split()[0]} {record.pk}"] = pairs
        service = row["service"]
        RegisterRow.objects.create(
            applicant=self.applicant, what=row["what"], by=self.users(row["by"]),
            happened_on=row["on"], recorded_at=self.applicant.created_at,
            source=row["source"], changes=changes,
            service=None if service is None else self.records[f"service {service}"].pk,
        )  # fmt: skip

    def _changed(self, label: str, new: Row) -> Model:
        model: Any = apps.get_model("cases", label.split()[0])
        record: Any = self.records.get(label) or model()
        if label not in self.records and label.startswith("subjectfiling"):
            new = {**new, "applicant_id": self.applicant.pk}
        for name, value in new.items():
            if name != "id":
                field = model._meta.get_field(name)
                key = self._key(name, label, value)
                setattr(record, name, key if field.is_relation else field.to_python(key))
        if label.startswith("servicedomain"):
            # Kept by a trigger: what was said of it when it was entered may be older.
            record.live = record.service.state == Service.State.LIVE
        record.save()
        self.records[label] = record
        return record

    def _key(self, name: str, label: str, value: Any) -> Any:
        if name in _OF and value is not None:
            return self.records[f"{_OF[name]} {value}"].pk
        if name == "provider_id" and value is not None:
            return Provider.objects.get(name=value).pk
        return value
