"""`manage.py check_cases`: the integrity checkers, over live data."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from icpcases.integrity.registry import CHECKERS, DEEP, purpose


class Command(BaseCommand):
    """Runs the checkers and prints the cases they found; changes nothing."""

    help = "Look for cases that are not as they must be; exit 1 if any are found."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which checkers run, and how far they go."""
        parser.add_argument(
            "--only",
            action="append",
            choices=sorted(CHECKERS),
            metavar="NAME",
            help="run this checker only; may be given several times",
        )
        parser.add_argument("--list", action="store_true", help="name the checkers and run none")
        parser.add_argument(
            "--files",
            choices=("quick", "deep"),
            default="quick",
            help="deep: also read every document's file and compare it with what was handed in",
        )

    def handle(
        self, *args: object, only: list[str] | None, list: bool, files: str, **options: object
    ) -> None:
        """Print what each checker finds, then a summary; exit 1 if anything was found."""
        if list:
            for name in CHECKERS:
                self.stdout.write(f"{name}: {purpose(name)}")
            return
        names = only or [name for name in CHECKERS if files == "deep" or name not in DEEP]
        found = sum(self._run(name) for name in names)
        word = "checker" if len(names) == 1 else "checkers"
        self.stdout.write(f"{len(names)} {word}, {found or 'nothing'} found.")
        if found:
            sys.exit(1)

    def _run(self, name: str) -> int:
        count = 0
        for count, found in enumerate(CHECKERS[name](), 1):
            if count == 1:
                self.stdout.write(f"{name}: {purpose(name)}")
            self.stdout.write(f"  {found.reference} {found.sentence}")
        self.stdout.write(f"{name}: {count} found" if count else f"{name}: nothing found")
        return count
