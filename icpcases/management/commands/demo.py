"""`manage.py demo`: fills an empty database with the demo office."""

import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from icpcases.cases.models import FilingCase
from icpcases.demo.load import NotLoaded, load_demo, taken_names
from icpcases.demo.mass.load import LEAST, load_many


class Command(BaseCommand):
    """Loads invented people and cases; refuses to touch an office that is at work."""

    help = "Load the demo office: people, tables and cases in every state."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do where something is there, and what to draw the chance from."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, without an error, if there are cases or users already",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="load although neither DEMO nor DEBUG is on",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            help="the same seed gives the same office, relative to today (default: %(default)s)",
        )

        parser.add_argument(
            "--cases",
            type=int,
            metavar="N",
            help="instead, load an office with this many cases, to see how it works with many",
        )

    def handle(
        self,
        *args: object,
        if_empty: bool,
        force: bool,
        seed: int,
        cases: int | None,
        **options: object,
    ) -> None:
        """Load, or say why not. Raises CommandError."""
        if not (settings.DEMO or settings.DEBUG or force):
            raise CommandError(
                "This is not a demo: neither DEMO nor DEBUG is on. "
                "With --force an empty database is filled all the same."
            )
        if cases is not None and cases < LEAST:
            raise CommandError(f"--cases {cases} is too few: {LEAST} or more.")
        there, users = _contents()
        if if_empty and (there or users):
            self.stdout.write("There are cases or users already: nothing was loaded.")
            return
        _need_room(there, users)
        password = os.environ.get("DEMO_PASSWORD", "")
        chosen = password or secrets.token_urlsafe(9)
        try:
            loaded = load_many(seed, chosen, cases) if cases else load_demo(seed, chosen)
        except NotLoaded as error:
            raise CommandError(
                f"The demo office is only half loaded. It stopped at {error}. "
                "Delete this database and its documents before trying again."
            ) from error
        if not password:
            self.stdout.write(f"The password of every demo user, shown this once: {chosen}")
        self.stdout.write(f"{loaded.cases} cases in {loaded.states} states.")


def _contents() -> tuple[int, set[str]]:
    """How many cases there are, and what the users are called. Raises CommandError."""
    try:
        names = get_user_model().objects.values_list("username", flat=True)
        return FilingCase.objects.count(), set(names)
    except DatabaseError as error:
        raise CommandError(f"Run manage.py migrate first: {error}.") from error


def _need_room(cases: int, users: set[str]) -> None:
    if cases:
        raise CommandError(
            f"There are cases here already ({cases}): the demo is only loaded into an empty "
            "database."
        )
    taken = taken_names(users)
    if taken:
        names = ", ".join(sorted(taken))
        raise CommandError(f"There are users of the demo's names here already: {names}.")
