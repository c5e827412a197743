"""PDFs: whether one may be kept, and its pages as pictures. Another process opens them."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_TOOL = Path(__file__).with_name("pdf_worker.py")
SECONDS = 30
MAX_PICTURE = 20 << 20
log = logging.getLogger(__name__)

_TROUBLE = {
    "encrypted": _("This PDF is encrypted; send it without a password."),
    "active": _("This PDF carries scripts or other files; send it without."),
    "more": _("Something else follows the end of this PDF; print it to a new PDF and send that."),
    "complex": _("This PDF is too complex to be checked; print it to a new PDF and send that."),
}


class NoPicture(Exception):
    """The page cannot be shown as a picture."""


def check_pdf(content: bytes) -> int:
    """The number of its pages. Raises ValidationError with why it is not taken."""
    try:
        said = _ask(content, "check").decode().strip()
    except subprocess.TimeoutExpired:
        said = "complex"
    except subprocess.CalledProcessError as error:
        # Killed at a limit, or by its own fault.
        said = "complex" if error.returncode < 0 else "unreadable"
    if said.startswith("ok "):
        return _counted(int(said[3:]))
    raise ValidationError(_TROUBLE.get(said, _("This PDF cannot be read.")))


def _counted(pages: int) -> int:
    if not 1 <= pages <= settings.DOCUMENT_MAX_PAGES:
        raise ValidationError(
            _("A PDF must have between 1 and %(limit)s pages."),
            params={"limit": settings.DOCUMENT_MAX_PAGES},
        )
    return pages


def page_picture(content: bytes, number: int) -> bytes:
    """A page as PNG; the first is 1. Raises NoPicture."""
    try:
        picture = _ask(content, "page", str(number))
    except (subprocess.SubprocessError, OSError) as error:
        log.warning("A page of a PDF could not be drawn: %s", type(error).__name__)
        raise NoPicture from error
    if len(picture) > MAX_PICTURE:
        raise NoPicture
    return picture


def _ask(content: bytes, *what: str) -> bytes:
    # Nothing of our environment, its secrets least of all, goes where a stranger's file is read.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", str(_TOOL), *what]
    done = subprocess.run(
        command, input=content, capture_output=True, timeout=SECONDS, check=True, env=kept
    )
    return done.stdout
