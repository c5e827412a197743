"""`manage.py load_calendar FILE`: the holidays and make-up days of a year."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from icpcases.cases.models import CalendarDay
from icpcases.deadlines import recalculation
from icpcases.deadlines.calendar_files import BadCalendar, Loaded, load_calendar, read_days


class Command(BaseCommand):
    """The file stands in place of all that was known of its years, wholly or not at all."""

    help = "Load public holidays and make-up working days from a CSV or JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument(
            "file", help="columns or keys: day (2027-01-01), kind (holiday, workday), name, notice"
        )

    def handle(self, *args: object, file: str, **options: object) -> None:
        """Load it and say what has changed. Raises CommandError, and then changes nothing."""
        try:
            found = load_calendar(read_days(Path(file).read_bytes()))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except BadCalendar as error:
            why = "\n".join(error.sentences)
            raise CommandError(f"{file}: nothing is loaded.\n{why}") from None
        self._say(found)
        self.stdout.write(f"due dates changed: {recalculation.recalculate()}")

    def _say(self, found: Loaded) -> None:
        years = ", ".join(map(str, found.years))
        if found.same:
            self.stdout.write(f"{years}: everything stands there already.")
        for word in ("added", "changed", "removed"):
            for day in getattr(found, word):
                self.stdout.write(f"{word}: {_line(day)}")


def _line(day: CalendarDay) -> str:
    return f"{day.day:%Y-%m-%d} {day.kind} {day.name}".rstrip()
