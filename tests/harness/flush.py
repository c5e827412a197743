"""How transactional tests empty the tables at their end, the append-only history too."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db.backends.base.operations import BaseDatabaseOperations

from icpcases.cases import triggers


@contextmanager
def history_unguarded(connection: Any) -> Iterator[None]:
    """Without the triggers that keep the history: only the tests empty that table."""
    triggers.remove(connection)
    try:
        yield
    finally:
        triggers.install(connection)


def let_tests_flush() -> None:
    """Lets transactional tests empty every table at their end, the history too."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded_flush(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        with history_unguarded(self.connection):
            flush(self, sql_list)
        # Its table belongs to no model: what one test tried would count in the next.
        cache.clear()

    BaseDatabaseOperations.execute_sql_flush = unguarded_flush  # type: ignore[method-assign]
