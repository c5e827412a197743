"""`manage.py load_calendar FILE`: the holidays and make-up days of a year."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from icpcases.cases.models import CalendarDay
from icpcases.deadlines import recalculation
from icpcases.deadlines.calendar_files import BadCalendar, Loaded, load_calendar, read_calendar


class Command(BaseCommand):
    """The notice stands in place of all that was known of its year, wholly or not at all.

    Days of the years beside it are added.
    """

    help = "Load public holidays and make-up working days from the notice, a CSV or a JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument(
            "file",
            help="the notice's text, or columns or keys: day (2027-01-01), kind (holiday, "
            "workday), name, notice",
        )
        parser.add_argument(
            "--year", type=int, help="the year the notice is for, where the file leaves it open"
        )

    def handle(self, *args: object, file: str, year: int | None, **options: object) -> None:
        """Load it and say what has changed. Raises CommandError, and then changes nothing."""
        try:
            notice = read_calendar(Path(file).read_bytes(), year)
            if notice.unread:
                raise BadCalendar(notice.unread)
            found = load_calendar(notice.days, notice.year)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except BadCalendar as error:
            why = "\n".join(error.sentences)
            raise CommandError(f"{file}: nothing is loaded.\n{why}") from None
        if found:
            self._say(found)
        self.stdout.write(f"due dates changed: {recalculation.recalculate()}")

    def _say(self, found: Loaded) -> None:
        if found.same:
            self.stdout.write(f"{found.year}: everything stands there already.")
        for word in ("added", "changed", "removed"):
            for day in getattr(found, word):
                self.stdout.write(f"{word}: {_line(day)}")


def _line(day: CalendarDay) -> str:
    return f"{day.day:%Y-%m-%d} {day.kind} {day.name}".rstrip()
