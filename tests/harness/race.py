"""Several people doing the same thing in the same second: real threads, real connections."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 60


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
