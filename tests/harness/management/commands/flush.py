"""How transactional tests empty the tables at their end, the append-only history too."""

from typing import Any

from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections

from icpcases.cases import triggers


class Command(flush.Command):
    """Django's own, without the triggers that keep the history: only tests empty that table."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        triggers.remove(connection)
        try:
            super().handle(**options)
        finally:
            triggers.install(connection)
        # Its table belongs to no model: what one test tried would count in the next.
        cache.clear()
