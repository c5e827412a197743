"""A case that was lived through the door, read back as a pattern for cases of its kind.

Everything that belongs to this one case is replaced by the name of a slot; all else stays as the
door wrote it. Dates move by whole weeks, so that every moment keeps its day of the week.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db.models import Field, Model
from django.utils import timezone

from icpcases.cases.models import (
    Document,
    FilingCase,
    HistoryRow,
    Notice,
    Order,
    OrderCase,
    ProviderAccess,
    RegisterRow,
    Request,
    Service,
    SmsCheck,
    SubjectFiling,
)
from icpcases.cases.permissions import shown_name
from icpcases.db.bulk import form
from icpcases.deadlines.tables import recent_tables
from icpcases.demo.walk import Walk
from icpcases.types import SqlValue
from icpcases.workflow.casefile import CaseFile

from .dated import Dated, Json, Key, Row, Slot, Value, slot_of_key
from .records import RECORDS, TABLES, read_label, rows_of_case, settle_records, slot_of
from .stories import NEW_NAME, NEW_PHONE, Life

# Columns that hold what is somebody's own, and their slots; empty ones stay empty.
_OWN: dict[type[Model], dict[str, str]] = {
    FilingCase: {name: name for name in (
        "reference", "follow_code", "province_id", "site_name", "domain", "domain_unicode",
        "registrable_domain", "ip_address", "service_leader", "service_leader_phone",
        "service_leader_id", "subject_leader", "subject_leader_phone", "subject_leader_id",
    )},
    SmsCheck: {"name": "service_leader", "phone": "service_leader_phone"},
    Notice: {"address": "address", "language": "language"},
}  # fmt: skip
#: What a change filing changes to, by slots of their own.
_NEW = {NEW_PHONE: "new_phone", NEW_NAME: "new_name"}
PKS_IN_JSON = {
    "documents": Document, "doubted": Document, "document": Document,
    "orders": Order, "order": Order, "memberships": OrderCase, "left": OrderCase,
    "requests": Request, "asked": Request, "answered": Request, "settled": Request,
    "asks": Request, "answers": Request, "settles": Request,
    "sms_checks": SmsCheck, "confirmed_checks": SmsCheck, "closed_checks": SmsCheck,
    "register": RegisterRow, "service_id": Service, "provider_access_id": ProviderAccess,
}  # fmt: skip
_TOKEN = re.compile(r'"@@#(.+?)@@"|@@(.+?)@@')
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEKS_KEPT = 4  # the cases come in the order of time
_TWO_WEEKS = dt.timedelta(0), dt.timedelta(weeks=1)
_M = TypeVar("_M", bound=Model)


class Template:
    """The rows of one lived case with slots in them."""

    def __init__(self, life: Life, walk: Walk) -> None:
        self.life = life
        case = FilingCase.objects.with_names().get(pk=walk.case.pk)
        self.case, self.owned = case, bool(walk.story.owner)
        self.people = {user.pk: name for name, user in walk.office.users.items()}
        self.names = {shown_name(user): name for name, user in walk.office.users.items()}
        self.found: dict[type[Model], Sequence[Model]] = {
            model: list(rows_of_case(model, case)) for model in TABLES
        }
        self.places = {
            model: {row.pk: place for place, row in enumerate(rows)}
            for model, rows in self.found.items()
        }
        self.history = self.rows_of(HistoryRow)
        self.confirms = any("confirmed" in row.entered for row in self.history)
        self.moments = [row.happened_at for row in self.history]
        #: When what was filed before was entered, where the case begins with something.
        self.found_at = settle_records(self.rows_of(RegisterRow), self.moments)
        self.before = {
            label
            for row in self.rows_of(RegisterRow)
            if row.what == RegisterRow.What.FOUND
            for label in row.changes
        }
        # How far every moment may lie earlier without falling on another day in Shanghai.
        found = [self.found_at] if self.found_at else []
        self.slack = min(_since_midnight(moment) for moment in [*self.moments, *found])
        self.turns = CaseFile(case).turns
        self.form, self.tables = form(), recent_tables()
        self.patterns: dict[tuple[type[Model], int], tuple[Row, list[tuple[int, Field]]]] = {}
        self.texts = self._texts_of_its_own()
        self.dated = lru_cache(maxsize=_WEEKS_KEPT)(self._dated)

    def rows_of(self, model: type[_M]) -> list[_M]:
        """The rows of one table of the case."""
        return cast(list[_M], self.found[model])

    @property
    def first_day(self) -> dt.date:
        """The day on which the case was opened."""
        return timezone.localdate(self.moments[0])

    @property
    def weeks(self) -> int:
        """How many weeks the case took from its opening to its newest row, and one more."""
        return (self.moments[-1] - self.moments[0]).days // 7 + 1

    @property
    def filed(self) -> Service | None:
        """The service that the case has filed, if it has."""
        return self.case.service if self.case.about.makes else None

    def of_somebody_known(self) -> "Template":
        """The same life of an applicant whose records are there already: without them."""
        other = object.__new__(Template)
        vars(other).update(vars(self), found_at=None)
        other.found = {
            model: [row for row in rows if not self._was_before(row)]
            for model, rows in self.found.items()
        }
        other.dated = lru_cache(maxsize=_WEEKS_KEPT)(other._dated)
        return other

    def _was_before(self, row: Model) -> bool:
        if isinstance(row, RegisterRow):
            return row.what == RegisterRow.What.FOUND
        return type(row) in RECORDS and f"{row._meta.model_name} {row.pk}" in self.before

    def _dated(self, weeks: int) -> Dated:
        by = dt.timedelta(weeks=weeks)
        rows = {
            model: [self._row(row, self.places[model][row.pk], by) for row in found]
            for model, found in self.found.items()
        }
        keys = {
            model: [slot_of_key(model, self.places[model][row.pk]) for row in found]
            for model, found in self.found.items()
        }
        happened = [row.happened_at - by for row in self.history]
        orders = enumerate(self.rows_of(Order))
        days = {f"order:{place}": row.submitted_on - by for place, row in orders}
        found_at = self.found_at and self.found_at - by
        updates = [] if self.found_at else list(self._updates(by))
        return Dated(rows, keys, updates, happened, found_at, days, *self._moved(by), self.tables)

    def _updates(self, by: dt.timedelta) -> Iterator[tuple[type[Model], str, dict[str, Value]]]:
        """What the case did to records that were there before it."""
        for row in self.rows_of(RegisterRow):
            for label, fields in row.changes.items():
                model, pk = read_label(label)
                if model is None or label not in self.before:
                    continue
                new: dict[str, Value] = {}
                for name, (_old, value) in fields.items():
                    day = isinstance(value, str) and _DAY.fullmatch(value)
                    slot = self._slot(model, label, name, value)
                    moved = dt.date.fromisoformat(value) - by if day else value
                    new[name] = Slot(slot) if slot else moved
                yield model, slot_of_key(model, self.places[model][pk]), new

    def _moved(self, by: dt.timedelta) -> tuple[FilingCase, CaseFile]:
        """The case and what its clock reads, so many weeks earlier."""
        case = self.case
        moved = _copy(
            case,
            state_since=case.state_since - by,
            turn_since=case.turn_since - by,
            term=case.term and case.term - by,
        )
        if case.service:
            opened = case.service.opened_on
            moved.service = _copy(case.service, opened_on=opened and opened - by)
        around = CaseFile(moved)
        live = [row.order_id for row in self.rows_of(OrderCase) if row.left_on is None]
        orders = (order for order in self.rows_of(Order) if order.pk in live)
        around.live_order = next(orders, None)
        around.requests = [
            _copy(row, due_on=row.due_on and row.due_on - by) for row in self.rows_of(Request)
        ]
        # The newest row had not been written when the clock was last set.
        around.turns = [(at - by, turn) for at, turn in self.turns[:-1]]
        return moved, around

    def _row(self, row: Model, place: int, by: dt.timedelta) -> Row:
        key = type(row), place
        if key not in self.patterns:
            self.patterns[key] = self._pattern(row, place)
        pattern, moving = self.patterns[key]
        values, places = pattern[0].copy(), pattern[1].copy()
        for column, field_ in moving:
            self._fill(values, places, column, self._value(type(row), row, field_, place, by))
        return values, places

    def _pattern(self, row: Model, place: int) -> tuple[Row, list[tuple[int, Field]]]:
        """What is the same in every week, and the columns that are not."""
        model, moving = type(row), []
        values: list[SqlValue] = [None] * len(model._meta.concrete_fields)
        places: list[tuple[int, Key]] = []
        for column, field_ in enumerate(model._meta.concrete_fields):
            now, before = (self._value(model, row, field_, place, by) for by in _TWO_WEEKS)
            if now == before:
                self._fill(values, places, column, now)
            else:
                moving.append((column, field_))
        return (values, places), moving

    def _fill(
        self, values: list[SqlValue], places: list[tuple[int, Key]], column: int, value: Value
    ) -> None:
        if isinstance(value, Slot | Json | dt.datetime):
            places.append((column, value.name if isinstance(value, Slot) else value))
        else:
            values[column] = self.form(value)

    def _value(
        self, model: type[Model], row: Model, field_: Field, place: int, by: dt.timedelta
    ) -> Value:
        name, value = field_.attname, getattr(row, field_.attname)
        if name in ("due_at", "due_provisional") and model is FilingCase:
            return Slot(name)
        if field_.primary_key:
            return Slot(slot_of_key(model, place))
        if name == "province_id":
            return Slot(name)
        if model in RECORDS:
            slot = self._slot(model, f"{model._meta.model_name} {row.pk}", name, value)
            if slot:
                return Slot(slot)
        if field_.related_model:
            return self._reference(field_.related_model, value)
        if isinstance(row, RegisterRow) and name == "service" and value:
            return Slot(slot_of_key(Service, self.places[Service][value]))
        if isinstance(row, RegisterRow) and name == "changes":
            return self._json(self._changes(value, by), by)
        if value and name in _OWN.get(model, {}):
            return Slot(_NEW.get(value, _OWN[model][name]))
        if model in _NUMBERED and name == "number" and value:
            return Slot(f"{_NUMBERED[model]}:{place}")
        if isinstance(value, dict | list):
            return self._json(value, by)
        if isinstance(value, dt.datetime):
            return value - by
        if isinstance(value, dt.date):
            return value - by
        return str(value) if name == "file" else value

    def _slot(self, model: type[Model], label: str, name: str, value: object) -> str:
        """The slot of a field of a record, where its value is somebody's own."""
        side = label in self.before and self.case.about.makes
        slot = slot_of(model, name, side) if value else ""
        return _NEW.get(str(value), slot) if slot else ""

    def _changes(self, changes: dict[str, Any], by: dt.timedelta) -> dict[str, Any]:
        """What was done to the register, with a mark wherever a slot is."""
        opened = {}
        for label, fields in changes.items():
            model, pk = read_label(label)
            assert model is not None, label
            key = slot_of_key(model, self.places[model][pk])
            opened[f"{model._meta.model_name} @@{key}@@"] = {
                name: [self._mark(model, label, name, value, key) for value in pair]
                for name, pair in fields.items()
            }
        return opened

    def _mark(self, model: type[Model], label: str, name: str, value: Any, key: str) -> Any:
        if value is None:
            return None
        if name == "id":
            return f"@@#{key}@@"
        if slot := self._slot(model, label, name, value):
            return f"@@#{slot}@@" if isinstance(value, int) else f"@@{slot}@@"
        other = {"subject_id": SubjectFiling, "service_id": Service}.get(name)
        return f"@@#{slot_of_key(other, self.places[other][value])}@@" if other else value

    def _reference(self, model: type[Model], value: int | None) -> Value:
        if value is None or model.__name__ == "Provider":
            return value
        if model.__name__ == "User":
            return Slot(f"user:{self.people[value]}")
        if model.__name__ == "Applicant":
            return Slot("applicant")
        return Slot(slot_of_key(model, self.places[model][value]))

    def _json(self, value: object, by: dt.timedelta) -> Value:
        if not value:
            return json.dumps(value)
        text = json.dumps(self._open(value, "", by), ensure_ascii=True)
        parts = [part or "" for part in _TOKEN.split(text)]
        # Each match gives two groups, one of them empty: a number's, or a text's.
        pieces = [self.form(parts[0])]
        for number, name, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            pieces += [number or name, self.form(literal)]
        return Json(tuple(pieces)) if len(pieces) > 1 else text

    def _open(self, value: object, key: str, by: dt.timedelta) -> object:
        """The value with a mark wherever a slot is."""
        if isinstance(value, dict):
            return {name: self._open(inner, name, by) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._open(inner, key, by) for inner in value]
        if isinstance(value, str):
            return self._text(value, by)
        if key in PKS_IN_JSON and type(value) is int:
            model = PKS_IN_JSON[key]
            return f"@@#{slot_of_key(model, self.places[model][value])}@@"
        if key == "officer_id" and isinstance(value, int):
            return f"@@#user:{self.people[value]}@@"
        return value

    def _text(self, value: str, by: dt.timedelta) -> str:
        if _DAY.fullmatch(value):
            return (dt.date.fromisoformat(value) - by).isoformat()
        slot = self.texts.get(value)
        return f"@@{slot}@@" if slot else value

    def _texts_of_its_own(self) -> dict[str, str]:
        """What stands in JSON word for word and belongs to this case, with its slot."""
        case = self.case
        own = {
            case.reference: "reference",
            case.applicant.name: "name",
            **{name: f"shown:{who}" for name, who in self.names.items()},
        }
        for service in self.rows_of(Service):
            mine = service.pk == case.service_id or not case.about.makes
            own[service.number] = "icp_number" if mine else "base_icp_number"
            own[service.public_security_number] = "public_security_number"
        if case.service_kind == "app":
            packages = {given["package"] for given in case.app_features.values()}
            own |= {case.site_name: "site_name", **dict.fromkeys(packages, "package")}
        own |= {old: name for name, old in case.changing.items() if isinstance(old, str)}
        for model, slot in _NUMBERED.items():
            rows = enumerate(self.rows_of(model))
            own |= {row.number: f"{slot}:{place}" for place, row in rows}
        return {text: slot for text, slot in own.items() if text}


_NUMBERED: dict[type[Order | Document], str] = {Order: "order", Document: "paper"}


def _copy(row: _M, **changes: object) -> _M:
    """An unsaved copy of a row with other values, protected or not."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return type(row)(**{**fields, **changes})


def _since_midnight(moment: dt.datetime) -> int:
    local = timezone.localtime(moment)
    return local.hour * 3600 + local.minute * 60 + local.second
