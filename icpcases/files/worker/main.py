"""The process that opens a file: run as a file, with what was sent on standard input.

`main.py pdfs check` prints one verdict, `main.py pdfs page N` a page as PNG, `main.py small SIDE` a
small JPEG of a picture, `main.py pictures TYPE BYTES PIXELS` a verdict and the picture written
anew. Of the program around it, it loads what opens that one kind of file and nothing else.
"""

import contextlib
import importlib
import resource
import sys
from pathlib import Path

CPU_SECONDS, MEMORY = 20, 3 << 29
_ANSWERS = {"pdfs": "pdf_answer", "pictures": "picture_answer", "small": "small_answer"}


def main(kind: str, *what: str) -> None:
    """Do what was asked, within limits the kernel keeps."""
    limits = {"CPU": CPU_SECONDS, "AS": MEMORY, "CORE": 0}
    for name, limit in limits.items():
        # Not every system knows each of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    opener = importlib.import_module(f"icpcases.files.worker.{kind}")
    for part in getattr(opener, _ANSWERS[kind])(sys.stdin.buffer.read(), *what):
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    # Python left our own folder out (-I); at the end of the path it shadows nothing.
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    main(*sys.argv[1:])
