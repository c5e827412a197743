"""What is run on the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL of every statement run within, its values left out.

    Django's own record asks the cursor for the text, which PostgreSQL's does not know of what
    was sent in a pipeline.
    """
    run: list[str] = []

    def watched(execute: Any, sql: Any, *rest: Any) -> Any:
        run.append(str(sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(watched):
        yield run
