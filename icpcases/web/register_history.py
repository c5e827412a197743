"""What each change of the register has changed, from what to what, private numbers masked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.apps import apps
from django.db.models import CharField, Model, QuerySet, Value
from django.db.models.functions import Cast

from icpcases.cases.forms.of_kind import labels_of
from icpcases.cases.models import Provider, ProviderAccess, Province, RegisterRow, Service
from icpcases.rules.facts import ServiceKind

from .errand_panel import Changed, changes_shown

#: Field by field the value before and after, as a row keeps them.
Fields: TypeAlias = Mapping[str, list[Any]]

# Of each record what people read, in their order: all else follows from it, or is a key.
_READ = {
    "applicant": ("name",),
    "subjectfiling": (
        "number", "province_id", "filed_on", "state", "cancelled_on", "subject_leader",
        "subject_leader_phone", "subject_leader_id",
    ),
    "service": (
        "number", "service_kind", "name", "filed_on", "opened_on", "footer_on",
        "public_security_number", "public_security_on", "state", "cancelled_on", "service_leader",
        "service_leader_phone", "service_leader_id", "app_features",
    ),
    "servicedomain": ("domain_unicode",),
    "provideraccess": ("provider_id", "since", "until", "ended_by"),
}  # fmt: skip


@dataclass(frozen=True)
class RecordLine:
    """A record that was made or changed, and what of it."""

    about: str
    changes: list[Changed]


class Names:
    """What the records that some rows speak of are called, all in one question."""

    def __init__(self, rows: Iterable[RegisterRow]) -> None:
        changes = [item for row in rows for item in row.changes.items()]
        services = Service.objects.filter(
            pk__in=_keys(changes, "service") | _values(changes, "service_id")
        )
        accesses = ProviderAccess.objects.filter(pk__in=_keys(changes, "provideraccess"))
        providers = Provider.objects.filter(pk__in=_values(changes, "provider_id"))
        provinces = Province.objects.filter(pk__in=_values(changes, "province_id"))
        known = _named("service", services, "number", "service_kind").union(
            _named("provideraccess", accesses, "provider__name", "service__number"),
            _named("provider_id", providers, "name", "name"),
            _named("province_id", provinces, "name_en", "name_zh"),
            all=True,
        )
        self.known = {f"{what} {key}": (name, more) for what, key, name, more in known.order_by()}
        for label, fields in changes:
            # What a step taken back had entered is there no more; its rows still say it.
            if label.startswith("service ") and "id" in fields:
                number, kind = (_either(fields[name]) for name in ("number", "service_kind"))
                self.known.setdefault(label, (number, kind))

    def kind(self, label: str) -> ServiceKind:
        """What kind of service it is."""
        return ServiceKind(self.known.get(label, ("", ServiceKind.WEBSITE))[1])

    def value(self, name: str, value: object) -> object:
        """A value as it was kept; of a provider or a province what it is called."""
        called = self.known.get(f"{name} {value}")
        if called is None:
            return value
        return (
            str(Province(name_en=called[0], name_zh=called[1]))
            if name == "province_id"
            else called[0]
        )

    def about(self, label: str, fields: Fields) -> str:
        """A record by what it is, and which one."""
        model = _model(label)
        named, (name, more) = str(model._meta.verbose_name), self.known.get(label, ("", ""))
        if model is Service:
            return f"{named} {name}".rstrip()
        if model is ProviderAccess and "service_id" in fields:
            # A new one, or one that was taken back: its provider is told among what changed.
            name, more = "", self.known.get(f"service {_either(fields['service_id'])}", ("", ""))[0]
        return f"{named} {more} {name}".strip() if model is ProviderAccess else named


def _named(what: str, records: QuerySet[Any], name: str, more: str) -> QuerySet[Any, Any]:
    asked = records.order_by().annotate(what=Value(what), key=Cast("pk", CharField()))
    return asked.values_list("what", "key", name, more)


def register_lines(rows: list[RegisterRow]) -> list[tuple[RegisterRow, list[RecordLine]]]:
    """Each row with the records it has made or changed."""
    names = Names(rows)
    return [(row, list(_records(row, names))) for row in rows]


def _records(row: RegisterRow, names: Names) -> Iterator[RecordLine]:
    # The database keeps the labels in an order of its own.
    kinds = list(_READ)
    ordered = sorted(row.changes.items(), key=lambda item: _place(kinds, item[0]))
    for label, fields in ordered:
        changes = list(_changes(label, fields, names))
        if changes:
            yield RecordLine(names.about(label, fields), changes)


def _changes(label: str, fields: Fields, names: Names) -> Iterator[Changed]:
    model = _model(label)
    others = labels_of(names.kind(label)) if model is Service else {}
    for name in _READ[label.split()[0]]:
        old, new = fields.get(name, (None, None))
        # What stays empty in a new record is no change of it.
        if old == new or (old in _NOTHING and new in _NOTHING):
            continue
        for change in changes_shown(
            model(), name, *(names.value(name, value) for value in (old, new))
        ):
            yield replace(change, label=str(others.get(name, change.label)))


_NOTHING: tuple[object, ...] = (None, "", {})


def _place(kinds: list[str], label: str) -> tuple[int, int]:
    return kinds.index(label.split()[0]), _key(label)


def _keys(changes: Iterable[tuple[str, Fields]], kind: str) -> set[int]:
    return {_key(label) for label, _fields in changes if label.split()[0] == kind}


def _values(changes: Iterable[tuple[str, Fields]], name: str) -> set[Any]:
    found = {value for _label, fields in changes for value in fields.get(name, ())}
    return found - {None}


def _either(pair: list[Any]) -> Any:
    old, new = pair
    return old if new is None else new


def _key(label: str) -> int:
    return int(label.split()[1])


def _model(label: str) -> type[Model]:
    return apps.get_model("cases", label.split()[0])
