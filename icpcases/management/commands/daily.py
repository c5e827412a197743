"""`manage.py daily`: everything that time alone brings."""

import sys
from collections.abc import Callable

from django.core.management.base import BaseCommand
from django.utils import timezone

from icpcases.applicants.tracking import forget_tries
from icpcases.cases.soundness import BAD_VALUE, collecting_skipped, skip, unsound_rows
from icpcases.deadlines import recalculation
from icpcases.deadlines.calendar_files import missing_years
from icpcases.notifications.daily import expire_orders, forget_codes, remind
from icpcases.reports.cache import look_after_weeks
from icpcases.web.typed import forget_old_typed
from icpcases.workflow.sendings import forget_sendings


class Command(BaseCommand):
    """Safe at any time, any number of times, on several machines at once.

    What makes no sense is left out, so that everybody else is reminded; the exit code is then 1.
    """

    help = (
        "Let orders expire, write reminders, reckon due dates anew, name missing years; exit 1 "
        "if something was left out because it makes no sense."
    )

    def handle(self, *args: object, **options: object) -> None:
        """One look at the clock, and what it brings."""
        now = timezone.now()
        with collecting_skipped() as skipped:
            self._do("orders expired", lambda: expire_orders(now))
            self._do("reminders written", lambda: remind(now))
            self._do("", lambda: forget_codes(now))
            self._do("", lambda: forget_sendings(now))
            self._do("", lambda: forget_tries(now))
            self._do("", forget_old_typed)
            self._do("due dates changed", recalculation.recalculate)
            self._do("weeks counted anew", look_after_weeks)
        for sentence in missing_years(now):
            self.stdout.write(self.style.WARNING(sentence))
        left_out = [*map(str, unsound_rows()), *skipped]
        for sentence in left_out:
            self.stderr.write(self.style.ERROR(f"left out: {sentence}"))
        if left_out:
            sys.exit(1)

    def _do(self, said: str, part: Callable[[], int]) -> None:
        """One part; what stops it does not stop the others."""
        try:
            number = part()
        except BAD_VALUE as error:
            skip(said or part, error)
            return
        if said:
            self.stdout.write(f"{said}: {number}")
