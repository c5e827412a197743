"""A case that was lived through the door, read back as a pattern for cases of its kind.

Everything that belongs to this one case is replaced by the name of a slot; all else stays as the
door wrote it. Dates move by whole weeks, so that every moment keeps its day of the week.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

from django.db.models import Field, Model
from django.utils import timezone

from icpcases.cases.models import (
    CasePerson,
    Document,
    FilingCase,
    HistoryRow,
    Notice,
    NotNeeded,
    Order,
    Province,
    Request,
)
from icpcases.cases.models.notices import LIFE
from icpcases.cases.permissions import shown_name
from icpcases.db.bulk import form
from icpcases.deadlines.tables import Tables, recent_tables
from icpcases.deadlines.turns import due
from icpcases.demo.walk import Walk
from icpcases.types import SqlValue
from icpcases.workflow.casefile import CaseFile

from .stories import Life

#: The tables of a case, in the order in which their rows may be written.
TABLES: tuple[type[Model], ...] = (
    FilingCase, CasePerson, Order, Document, NotNeeded, Request, HistoryRow, Notice,
)  # fmt: skip
# Columns that hold what is somebody's own, by the slot of the same name; empty ones stay empty.
_OWN: dict[type[Model], tuple[str, ...]] = {
    FilingCase: (
        "reference", "follow_code", "province_id", "site_name", "domain", "domain_unicode",
        "registrable_domain", "ip_address", "service_leader", "service_leader_phone",
        "service_leader_id", "icp_number", "icp_subject", "public_security_number",
    ),
    Notice: ("address", "language"),
}  # fmt: skip
PKS_IN_JSON = {
    "documents": Document, "doubted": Document, "document": Document,
    "orders": Order, "ended_orders": Order,
    "requests": Request, "asked": Request, "answered": Request, "settled": Request,
}  # fmt: skip
_TOKEN = re.compile(r'"@@#(.+?)@@"|@@(.+?)@@')
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEKS_KEPT = 4  # the cases come in the order of time
_TWO_WEEKS = dt.timedelta(0), dt.timedelta(weeks=1)
_MAIL_TAKES = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Slot:
    """A place that is filled for each case anew."""

    name: str


@dataclass(frozen=True)
class Json:
    """JSON text with slots: literal pieces, in the form of the database, and names of slots in
    turn."""

    pieces: tuple[str, ...]


_M = TypeVar("_M", bound=Model)
Value: TypeAlias = SqlValue | Slot | Json
#: What an open place waits for: the name of a slot, a moment whose minutes are open, or a text
#: with slots in it.
Key: TypeAlias = str | dt.datetime | Json
#: The values of a row, and its open places.
Row: TypeAlias = tuple[list[SqlValue], list[tuple[int, Key]]]


@dataclass
class Dated:
    """A template moved by some weeks: rows in which only slots and the minutes are left open."""

    rows: dict[type[Model], list[Row]]
    keys: dict[type[Model], list[str]]
    happened: list[dt.datetime]
    days: dict[str, dt.date]
    case: FilingCase
    _rows_around: CaseFile
    _tables: Tables
    moments: set[dt.datetime] = field(init=False)
    texts: set[Json] = field(init=False)
    _due: dict[str, tuple[dt.datetime | None, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        waited = {
            key for rows in self.rows.values() for _values, places in rows for _, key in places
        }
        self.moments = {key for key in waited if isinstance(key, dt.datetime)}
        self.texts = {key for key in waited if isinstance(key, Json)}

    def due(self, province: Province) -> tuple[dt.datetime | None, bool]:
        """When the present turn of a case in this province is due, and whether provisionally."""
        if province.pk not in self._due:
            self.case.province = province
            self._due[province.pk] = due(self.case, self._rows_around, self._tables)
        return self._due[province.pk]


class Template:
    """The rows of one lived case with slots in them."""

    def __init__(self, life: Life, walk: Walk) -> None:
        self.life = life
        case = FilingCase.objects.with_names().get(pk=walk.case.pk)
        self.case, self.owned = case, bool(walk.story.owner)
        self.people = {user.pk: name for name, user in walk.office.users.items()}
        self.names = {shown_name(user): name for name, user in walk.office.users.items()}
        self.found: dict[type[Model], Sequence[Model]] = {
            model: list(_rows_of(model, case)) for model in TABLES
        }
        self.places = {
            model: {row.pk: place for place, row in enumerate(rows)}
            for model, rows in self.found.items()
        }
        self.history = self.rows_of(HistoryRow)
        self.confirms = any("confirmed" in row.entered for row in self.history)
        self.moments = [row.happened_at for row in self.history]
        # How far every moment may lie earlier without falling on another day in Shanghai.
        self.slack = min(_since_midnight(moment) for moment in self.moments)
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

    def without_confirmation(self) -> "Template":
        """The same life of an applicant whom the office has confirmed for another case."""
        other = object.__new__(Template)
        vars(other).update(vars(self), confirms=False)
        gone = next(row.sequence for row in self.history if "confirmed" in row.entered)
        kept = [row for row in self.history if row.sequence != gone]
        other.history = [_renumbered(row, gone) for row in kept]
        other.found = {**self.found, HistoryRow: other.history}
        other.case = _copy(self.case, version=self.case.version - 1)
        other.found[FilingCase] = [other.case]
        other.places = {
            **self.places, HistoryRow: {row.pk: n for n, row in enumerate(other.history)}
        }  # fmt: skip
        other.patterns = {}
        other.dated = lru_cache(maxsize=_WEEKS_KEPT)(other._dated)
        return other

    def _dated(self, weeks: int) -> Dated:
        by = dt.timedelta(weeks=weeks)
        rows = {
            model: [self._row(row, place, by) for place, row in enumerate(found)]
            for model, found in self.found.items()
        }
        keys = {model: [_pk(model, n) for n in range(len(found))] for model, found in rows.items()}
        happened = [row.happened_at - by for row in self.history]
        orders = enumerate(self.rows_of(Order))
        days = {f"order:{place}": row.submitted_on - by for place, row in orders}
        return Dated(rows, keys, happened, days, *self._moved(by), self.tables)

    def _moved(self, by: dt.timedelta) -> tuple[FilingCase, CaseFile]:
        """The case and what its clock reads, so many weeks earlier."""
        case = self.case
        opened = case.opened_on and case.opened_on - by
        moved = _copy(
            case,
            state_since=case.state_since - by,
            turn_since=case.turn_since - by,
            opened_on=opened,
        )
        around = CaseFile(moved)
        around.orders = self.rows_of(Order)
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
            return Slot(_pk(model, place))
        if name == "province_id":
            return Slot(name)
        if field_.related_model:
            return self._reference(field_.related_model, value)
        if name in _OWN.get(model, ()) and value:
            return Slot(name)
        if model in _NUMBERED and name == "number" and value:
            return Slot(f"{_NUMBERED[model]}:{place}")
        if isinstance(value, dict | list):
            return self._json(value, by)
        if isinstance(value, dt.datetime):
            return value - by
        if isinstance(value, dt.date):
            return value - by
        return str(value) if name == "file" else value

    def _reference(self, model: type[Model], value: int | None) -> Value:
        if value is None or model.__name__ == "Provider":
            return value
        if model.__name__ == "User":
            return Slot(f"user:{self.people[value]}")
        if model.__name__ == "Applicant":
            return Slot("applicant")
        return Slot(_pk(model, self.places[model][value]))

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
            return f"@@#{_pk(model, self.places[model][value])}@@"
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
            case.icp_number: "icp_number",
            case.icp_subject: "icp_subject",
            case.public_security_number: "public_security_number",
            **{name: f"shown:{who}" for name, who in self.names.items()},
        }
        for model, slot in _NUMBERED.items():
            rows = enumerate(self.rows_of(model))
            own |= {row.number: f"{slot}:{place}" for place, row in rows}
        return {text: slot for text, slot in own.items() if text}


_NUMBERED: dict[type[Order | Document], str] = {Order: "order", Document: "paper"}


def _pk(model: type[Model], place: int) -> str:
    return f"{model._meta.model_name}.{place}"


def _rows_of(model: type[Model], case: FilingCase) -> Iterator[Model]:
    if model is FilingCase:
        yield case
        return
    rows = model._default_manager.filter(case=case)
    if model is Order:
        rows = rows.select_related("provider")
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


def _renumbered(row: HistoryRow, gone: int) -> HistoryRow:
    undoes = row.undoes and row.undoes - (row.undoes > gone)
    return _copy(row, sequence=row.sequence - (row.sequence > gone), undoes=undoes)


def _copy(row: _M, **changes: object) -> _M:
    """An unsaved copy of a row with other values, protected or not."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return type(row)(**{**fields, **changes})


def _since_midnight(moment: dt.datetime) -> int:
    local = timezone.localtime(moment)
    return local.hour * 3600 + local.minute * 60 + local.second
