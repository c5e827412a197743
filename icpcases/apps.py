"""The frame as a Django app: its static files, its translations and its system checks."""

from django.apps import AppConfig
from django.core.checks import register

from icpcases.checks import (
    office_is_named,
    scanner_is_there,
    site_url_is_public,
    sqlite_is_safe_for_processes,
)


class FrameConfig(AppConfig):
    """What belongs to no room of the house in particular."""

    name = "icpcases"

    def ready(self) -> None:
        from icpcases.completeness import states_are_complete, steps_are_complete

        register(steps_are_complete)
        register(states_are_complete)
        register(scanner_is_there)
        register(sqlite_is_safe_for_processes)
        register(site_url_is_public, deploy=True)
        register(office_is_named, deploy=True)
