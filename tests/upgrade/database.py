"""A database made of a dump, on which the program works for a while."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from icpcases.deadlines.tables import forget
from tests.harness import databases

_NUMBERS = count()


@contextmanager
def database_of(sql: str, folder: Path, then: Iterable[str] = ()) -> Iterator[str]:
    """While this lasts the program works on a database made of this SQL; gives its DATABASE_URL.

    `then` is run afterwards, past the program: what happened to the database meanwhile.
    """
    make = _on_postgres if databases.chosen() == "postgres" else _on_sqlite
    with make(sql, folder, then) as (name, url):
        usual = connection.settings_dict["NAME"]
        _turn_to(name)
        try:
            yield url
        finally:
            _turn_to(usual)


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    # What was kept of the other database's rows.
    ContentType.objects.clear_cache()
    forget()


@contextmanager
def _on_sqlite(sql: str, folder: Path, then: Iterable[str]) -> Iterator[tuple[str, str]]:
    file = folder / f"release-{next(_NUMBERS)}.sqlite3"
    made = sqlite3.connect(file)
    try:
        made.executescript(sql)
        for statement in then:
            made.execute(statement)
        made.commit()
    finally:
        made.close()
    yield str(file), f"sqlite:///{quote(str(file))}"


@contextmanager
def _on_postgres(sql: str, folder: Path, then: Iterable[str]) -> Iterator[tuple[str, str]]:
    name = f"release_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            for statements in ([sql], then):
                # The dump leaves a connection without a search path.
                with psycopg.connect(_url(name)) as made:
                    for statement in statements:
                        made.execute(statement.encode())
            yield name, _url(name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _url(database: str) -> str:
    return f"postgres://icpcases@/{database}?" + urlencode({"host": str(databases.SOCKET)})
