"""Small pictures of documents, as lists show them. Another process makes them."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from .pdf import NoPicture, page_picture

_TOOL = Path(__file__).with_name("small_worker.py")
SECONDS = 20
#: The longest side, in pixels: a paper is known again, and no number on it can be read.
SIDE = 160
log = logging.getLogger(__name__)


def has_small_picture(media_type: str) -> bool:
    """Whether a file of this type can be shown as a small picture."""
    return media_type in ("image/jpeg", "image/png", "application/pdf")


def small_picture(content: bytes, media_type: str) -> bytes:
    """A kept file as a small JPEG; of a PDF its first page. Raises NoPicture."""
    if not has_small_picture(media_type):
        raise NoPicture
    if media_type == "application/pdf":
        content = page_picture(content, 1)
    # Nothing of our environment goes where a stranger's file is read.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", str(_TOOL), str(SIDE)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS, check=True, env=kept
        )
    except (subprocess.SubprocessError, OSError) as error:
        log.warning("A small picture could not be made: %s", type(error).__name__)
        raise NoPicture from error
    return done.stdout
