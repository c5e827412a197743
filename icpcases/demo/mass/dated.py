"""Rows of a lived case in which slots are left open, moved to another week."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import Model

from icpcases.cases.models import FilingCase, Province
from icpcases.deadlines.tables import Tables
from icpcases.deadlines.turns import due
from icpcases.types import SqlValue
from icpcases.workflow.casefile import CaseFile


@dataclass(frozen=True)
class Slot:
    """A place that is filled for each case anew."""

    name: str


@dataclass(frozen=True)
class Json:
    """JSON text with slots: literal pieces, in the form of the database, and names of slots in
    turn."""

    pieces: tuple[str, ...]


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
    #: What it did to records that were there: their table, the slot of their key, new values.
    updates: list[tuple[type[Model], str, dict[str, Value]]]
    happened: list[dt.datetime]
    #: When the records that were there had been found, and since when they were filed.
    found_at: dt.datetime | None
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


def slot_of_key(model: type[Model], place: int) -> str:
    """The slot of the key of a row, by its place among those of its table."""
    return f"{model._meta.model_name}.{place}"
