"""Several people doing the same thing in the same second: real threads, real connections."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

PATIENCE_SECONDS = 60


@contextmanager
def stopping_after(words: str, stop: Callable[[], object]) -> Iterator[None]:
    """This thread stops once, when its connection has run a statement with these words in it."""
    stopped = False

    def watched(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal stopped
        found = execute(sql, *rest)
        if words in sql and not stopped:
            stopped = True
            stop()
        return found

    with connection.execute_wrapper(watched):
        yield
    assert stopped, f"no statement with {words} was run"


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Runs the actions at once, a thread and a connection each; what each returned or raised."""
    results: list[Any] = [None] * len(actions)
    start = threading.Barrier(len(actions))

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            # Connecting takes longer than the step itself: do it before the race.
            connections["default"].ensure_connection()
            start.wait(PATIENCE_SECONDS)
            results[place] = action()
        except BaseException as error:  # noqa: BLE001 - the test judges it, whatever it is
            results[place] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, action), daemon=True)
        for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        if thread.is_alive():
            raise AssertionError(f"an action still hangs after {PATIENCE_SECONDS} seconds")
    return results
