"""System checks about the machine the program runs on."""

import shutil
import sqlite3
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.http.request import validate_host

from icpcases.office import WANTED

# WAL came with 3.7.0; the reset of its file could lose pages until 3.51.3 mended it.
WAL_RESET_UNSAFE = ((3, 7, 0), (3, 51, 2))
WAL_RESET_ID = "icpcases.W001"
SITE_URL_ID = "icpcases.W002"
OFFICE_ID = "icpcases.W003"
SCANNER_ID = "icpcases.E001"


def sqlite_is_safe_for_processes(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warns when several processes share a SQLite file through a library that may corrupt it."""
    oldest, newest = WAL_RESET_UNSAFE
    on_sqlite = str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")
    several = settings.WEB_CONCURRENCY > 1
    if not (on_sqlite and several and oldest <= sqlite3.sqlite_version_info <= newest):
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} can corrupt a WAL database that several processes "
            f"write, and WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}.",
            hint="Run one process with threads, use SQLite 3.51.3 or later, or use PostgreSQL.",
            id=WAL_RESET_ID,
        )
    ]


def site_url_is_public(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warns before a deployment when links in mails would lead to the reader's own machine."""
    url = urlsplit(settings.SITE_URL)
    if url.scheme == "https" and validate_host(url.hostname or "", settings.ALLOWED_HOSTS):
        return []
    return [
        Warning(
            f"Links in mails begin with {settings.SITE_URL}, where nobody reaches this site.",
            hint="Set SITE_URL to its https address, with a host that is in ALLOWED_HOSTS.",
            id=SITE_URL_ID,
        )
    ]


def office_is_named(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warns before a deployment when pages and mails do not say who runs the site."""
    lacking = [name for name in WANTED if not getattr(settings, name)]
    if not lacking:
        return []
    said = ", ".join(f"{WANTED[name]} ({name})" for name in lacking)
    return [
        Warning(
            f"Applicants hand in copies of their papers, and are not told the office's {said}.",
            hint="Set them: every page and mail shows them. docs/operating.md says how.",
            id=OFFICE_ID,
        )
    ]


def scanner_is_there(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuses a scanner that cannot be started: no document at all could be handed in."""
    command = settings.DOCUMENT_SCANNER
    if not command or shutil.which(command[0]):
        return []
    return [
        Error(
            f"DOCUMENT_SCANNER names {command[0]}, which is no program on this machine.",
            hint="Install it, give its whole path, or leave DOCUMENT_SCANNER empty.",
            id=SCANNER_ID,
        )
    ]
