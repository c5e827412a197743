"""The virus scanner: any command that reads the file on standard input. It fails closed."""

import logging
import os
import signal
import subprocess

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# As clamdscan and its like have it: 0 is clean, 1 is a find, everything else went wrong.
CLEAN, FOUND = 0, 1
log = logging.getLogger(__name__)


def scan(content: bytes) -> None:
    """Ask the scanner, if there is one. Raises ValidationError unless it says clean."""
    if not settings.DOCUMENT_SCANNER:
        return
    code = _ask(settings.DOCUMENT_SCANNER, content)
    if code == FOUND:
        log.warning("The scanner found something in a file that somebody sent.")
        raise ValidationError(_("The virus scanner found something in this file."))
    if code != CLEAN:
        raise ValidationError(
            _("This file could not be checked for viruses just now. Try again later.")
        )


def _ask(command: list[str], content: bytes) -> int | None:
    """The scanner's exit code; None where it could not be started or did not end in time."""
    quiet = subprocess.DEVNULL
    try:
        scanner = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except (OSError, ValueError) as error:
        log.error("The scanner cannot be started: %s", type(error).__name__)
        return None
    try:
        scanner.communicate(content, timeout=settings.DOCUMENT_SCANNER_SECONDS)
    except subprocess.TimeoutExpired:
        log.error("The scanner did not end within %s s.", settings.DOCUMENT_SCANNER_SECONDS)
        return None
    finally:
        _end(scanner)
    if scanner.returncode not in (CLEAN, FOUND):
        log.error("The scanner failed with %s.", scanner.returncode)
    return scanner.returncode


def _end(scanner: subprocess.Popen[bytes]) -> None:
    # With whatever it started itself.
    if scanner.poll() is None:
        os.killpg(scanner.pid, signal.SIGKILL)
        scanner.wait()
