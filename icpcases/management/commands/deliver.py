"""`manage.py deliver`: send the mail that waits."""

import logging
import signal
import threading
from collections import Counter

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from icpcases.notifications.delivery import deliver, worker_name

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sends notices; any number of workers on any number of machines may run at once."""

    help = "Send the mail that waits: one pass, or --forever until SIGTERM."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to go on, and how often to look."""
        parser.add_argument("--forever", action="store_true", help="go on until SIGTERM or Ctrl-C")
        parser.add_argument(
            "--interval",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="with --forever, how long to rest when nothing is due (default: %(default)s)",
        )

    def handle(self, *args: object, forever: bool, interval: float, **options: object) -> None:
        """One pass, or passes until told to stop; the mail under way is finished first."""
        worker, ended = worker_name(), threading.Event()
        if not forever:
            self.say(deliver(worker))
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        while not ended.is_set():
            close_old_connections()
            try:
                self.say(deliver(worker, ended.is_set))
            except OperationalError:
                # The database is busy or restarting; what was claimed is tried again.
                log.exception("delivery is interrupted")
            ended.wait(interval)

    def say(self, done: Counter[str]) -> None:
        """One line, where anything happened."""
        if done.total():
            self.stdout.write(", ".join(f"{name}: {n}" for name, n in sorted(done.items()) if n))
            self.stdout.flush()
