"""`manage.py recalculate`: every due date reckoned anew."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from icpcases.cases.soundness import collecting_skipped
from icpcases.deadlines import recalculation


class Command(BaseCommand):
    """Resumes where it was interrupted; safe while people work, and on several machines at once."""

    help = "Reckon every due date anew from the history, the calendar and the clocks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to begin, or only to go on."""
        parser.add_argument(
            "--go-on",
            action="store_true",
            help="only finish what a change of the calendar or a clock has asked for",
        )

    def handle(self, *args: object, go_on: bool, **options: object) -> None:
        """Say how many have changed."""
        if not go_on:
            recalculation.ask_later()
        with collecting_skipped() as skipped:
            self.stdout.write(f"due dates changed: {recalculation.recalculate()}")
        for sentence in skipped:
            self.stderr.write(self.style.ERROR(f"left out: {sentence}"))
        if skipped:
            sys.exit(1)
