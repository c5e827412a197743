"""Asking the process that opens files: no stranger's file is opened in this one."""

import logging
import os
import subprocess
import sys
from pathlib import Path

_WORKER = Path(__file__).parent / "worker" / "main.py"
SECONDS = 30
log = logging.getLogger(__name__)


class NotOpened(Exception):
    """The process gave no answer; `at_limit` where it took too much time or memory."""

    def __init__(self, at_limit: bool) -> None:
        super().__init__()
        self.at_limit = at_limit


def asked_of_file(content: bytes, *what: str) -> bytes:
    """What the process says of a file, asked as `worker/main.py` has it. Raises NotOpened."""
    # Nothing of our environment, its secrets least of all, goes where a stranger's file is read.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", str(_WORKER), *what]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS, check=True, env=kept
        )
    except subprocess.TimeoutExpired as error:
        log.warning("A file was not opened within %s s (%s).", SECONDS, what[0])
        raise NotOpened(at_limit=True) from error
    except subprocess.CalledProcessError as error:
        log.warning("Opening a file ended with %s (%s).", error.returncode, what[0])
        # Killed at a limit, or ended by its own fault.
        raise NotOpened(at_limit=error.returncode < 0) from error
    return done.stdout
