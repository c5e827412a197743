"""A small picture of a large one, in a process of its own: decoding takes memory and time.

Run as a file, with a JPEG or PNG on standard input: `small_worker.py 160` writes a JPEG that is
nowhere longer than so many pixels. It knows nothing of the program around it.
"""

import contextlib
import io
import resource
import sys

from PIL import Image

CPU_SECONDS, MEMORY, PIXELS = 20, 1 << 30, 200_000_000


def small(content: bytes, side: int) -> bytes:
    """The picture as a JPEG, no side longer than `side` pixels."""
    # Ours to judge was what came in; this only keeps a forged size from filling the memory.
    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
        # A JPEG is decoded at an eighth of its size where that is enough.
        image.draft("RGB", (2 * side, 2 * side))
        image.thumbnail((side, side))
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=80)
        return out.getvalue()


def answer_asked(side: str) -> None:
    """Do what was asked, within limits the kernel keeps."""
    limits = {"CPU": CPU_SECONDS, "AS": MEMORY, "CORE": 0}
    for name, limit in limits.items():
        # Not every system knows each of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    sys.stdout.buffer.write(small(sys.stdin.buffer.read(), int(side)))


if __name__ == "__main__":
    answer_asked(*sys.argv[1:])
