"""`manage.py rebuild_search`: make the search index anew from the records."""

from django.core.management.base import BaseCommand

from icpcases.search.index import rebuild, rebuild_clients


class Command(BaseCommand):
    """After rows were loaded past the program; check_cases says whether it is needed."""

    help = "Makes the index that cases and applicants are found by anew."

    def handle(self, *args: object, **options: object) -> None:
        """Rebuild, and say how large it is."""
        self.stdout.write(f"{rebuild() + rebuild_clients()} tokens.")
