"""What is run on the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def statements(values: bool = False) -> Iterator[list[str]]:
    """The SQL of every statement run within, and the values of its marks if wanted.

    Django's own record asks the cursor for the text, which PostgreSQL's does not know of what
    was sent in a pipeline.
    """
    run: list[str] = []

    def watched(execute: Any, sql: Any, given: Any, *rest: Any) -> Any:
        run.append(" ".join([str(sql), *map(str, given or ())]) if values else str(sql))
        return execute(sql, given, *rest)

    with connection.execute_wrapper(watched):
        yield run
