"""gunicorn's settings for the demo: one process, in which the mail leaves as well.

In an office mail leaves by `manage.py deliver --forever`, a process of its own; the demo's
SQLite file is better off with a single one.
"""

import threading

from django.db import OperationalError, close_old_connections

workers = 1
threads = 8
loglevel = "warning"


def post_worker_init(worker) -> None:
    """Begin to deliver once the process is up; it ends with it."""
    threading.Thread(target=deliver_for_ever, name="deliver", daemon=True).start()


def deliver_for_ever() -> None:
    """Send what waits, every two seconds."""
    from icpcases.notifications.delivery import deliver, worker_name

    name, pause = worker_name(), threading.Event()
    while not pause.wait(2):
        close_old_connections()
        try:
            deliver(name)
        except OperationalError:
            # The file is busy; the next round tries again.
            continue
