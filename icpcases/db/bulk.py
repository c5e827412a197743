"""Writing very many rows: COPY on PostgreSQL, many at a time on SQLite. Every guard stays on."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from .postgres import driver

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def form() -> Callable[[Any], Any]:
    """What gives a value the form in which `put` takes it for this database."""
    return _FORMS[connection.vendor]


def put(table: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write rows whose values have their `form`, in the caller's transaction."""
    _WRITERS[connection.vendor](table, columns, lines)


def _as_copied(value: Any) -> str:
    if type(value) is str:
        plain = value.isprintable() and "\\" not in value
        return value if plain else value.translate(_ESCAPED)
    if value is None:
        return "\\N"
    return str(value)


def _as_sqlite_keeps(value: Any) -> Any:
    if type(value) is dt.datetime:
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if type(value) is dt.date else value


def _copy(table: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    text = "".join(["\t".join(line) + "\n" for line in lines])
    own = driver(connections[DEFAULT_DB_ALIAS])
    with own.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        copy.write(text)


def _insert(table: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("%s" for _ in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(lines))


_FORMS = {"postgresql": _as_copied, "sqlite": _as_sqlite_keeps}
_WRITERS = {"postgresql": _copy, "sqlite": _insert}
