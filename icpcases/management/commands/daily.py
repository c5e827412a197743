"""`manage.py daily`: everything that time alone brings."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from icpcases.deadlines import recalculation
from icpcases.deadlines.calendar_files import missing_years
from icpcases.notifications.daily import expire_orders, forget_codes, remind
from icpcases.reports.cache import look_after_weeks
from icpcases.workflow.sendings import forget_sendings


class Command(BaseCommand):
    """Safe at any time, any number of times, on several machines at once."""

    help = "Let orders expire, write reminders, reckon due dates anew, name missing years."

    def handle(self, *args: object, **options: object) -> None:
        """One look at the clock, and what it brings."""
        now = timezone.now()
        self.stdout.write(f"orders expired: {expire_orders(now)}")
        self.stdout.write(f"reminders written: {remind(now)}")
        forget_codes(now)
        forget_sendings(now)
        self.stdout.write(f"due dates changed: {recalculation.recalculate()}")
        self.stdout.write(f"weeks counted anew: {look_after_weeks()}")
        for sentence in missing_years(now):
            self.stdout.write(self.style.WARNING(sentence))
