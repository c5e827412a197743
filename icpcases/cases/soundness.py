"""Rows that jobs read: whether each makes sense, and how a job goes on past one that does not.

What a form refuses is refused here too: both ask the row's own `clean_fields` and `clean`. A row
that came past the forms is left out, logged, and told of.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model

from .models import CalendarDay, Clock, Provider, Province, Setting

log = logging.getLogger(__name__)
#: What code raises that reads a value which makes no sense; a fault of the database is no such.
BAD_VALUE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError,
    ValidationError,
)  # fmt: skip
TABLES: tuple[type[Model], ...] = (Provider, Province, Clock, Setting, CalendarDay)
_Row = TypeVar("_Row")
_Made = TypeVar("_Made")
_skipped: ContextVar[list[str] | None] = ContextVar("skipped", default=None)


@dataclass(frozen=True)
class Unsound:
    """A row of a table that jobs leave out, and why."""

    row: Model
    sentence: str

    def __str__(self) -> str:
        return f"{self.row._meta.verbose_name} {self.row.pk}: {self.sentence}"


def fault_of(row: Model) -> str:
    """Why jobs leave the row out; empty where it makes sense."""
    # The database keeps what a foreign key points to.
    keys = {field.name for field in row._meta.fields if isinstance(field, ForeignKey)}
    try:
        row.clean_fields(exclude=keys | _beside_the_point(row))
        if not isinstance(row, Clock):
            row.clean()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _beside_the_point(row: Model) -> set[str]:
    """What no job reads."""
    return {"website", "copy_order"} if isinstance(row, Provider | Province) else set()


def is_sound(row: Model) -> bool:
    """Whether jobs may read the row; if not, that is logged."""
    fault = fault_of(row)
    if fault:
        log.error("left out: %s", Unsound(row, fault))
    return not fault


def unsound_rows() -> list[Unsound]:
    """Every row that jobs leave out, one query a table."""
    rows = (row for table in TABLES for row in table._default_manager.order_by("pk"))
    return [Unsound(row, fault) for row in rows if (fault := fault_of(row))]


def each_sound(
    rows: Iterable[_Row], make: Callable[[_Row], Iterable[_Made]], about: Callable[[_Row], object]
) -> Iterator[_Made]:
    """What is made of each row; one that makes no sense is skipped."""
    for row in rows:
        try:
            made = list(make(row))
        except BAD_VALUE as error:
            skip(about(row), error)
        else:
            yield from made


def skip(about: object, error: Exception) -> None:
    """Log that something was left out, and tell whoever collects it."""
    log.error("left out: %s", about, exc_info=error)
    found = _skipped.get()
    if found is not None:
        found.append(f"{about}: {type(error).__name__}: {error}")


@contextmanager
def collecting_skipped() -> Iterator[list[str]]:
    """Collect what is left out while a job runs."""
    found: list[str] = []
    token = _skipped.set(found)
    try:
        yield found
    finally:
        _skipped.reset(token)
