"""One gradient, black on the left and white on the right, in every way a picture can hold it."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator

import pillow_heif
from PIL import Image

from .hostile import chunk

WIDTH, HEIGHT = 256, 32
GREY = Image.frombytes("L", (WIDTH, HEIGHT), bytes(range(WIDTH)) * HEIGHT)
_OPAQUE8, _OPAQUE16 = b"\xff", b"\xff\xff"


def saved(image: Image.Image, kind: str, **how) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def png_of_rows(colour: int, depth: int, row: bytes, more: bytes = b"") -> bytes:
    """A PNG written by hand: its colour type, its bits, and the one row all are alike."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress((b"\0" + row) * HEIGHT))
    return b"\x89PNG\r\n\x1a\n" + head + more + data + chunk(b"IEND", b"")


def samples(depth: int, times: int = 1, then: bytes = b"") -> bytes:
    """The row: each grey so many times, and something behind each."""
    wide = (lambda v: struct.pack(">H", v * 257)) if depth == 16 else (lambda v: bytes([v]))
    return b"".join(wide(value) * times + then for value in range(WIDTH))


def few_bits(depth: int) -> bytes:
    """The row in greys of fewer than eight bits."""
    bits = "".join(f"{value >> (8 - depth):0{depth}b}" for value in range(WIDTH))
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


_PALETTE = chunk(b"PLTE", b"".join(bytes([v]) * 3 for v in range(WIDTH)))


def pngs() -> Iterator[tuple[str, bytes]]:
    for depth in (1, 2, 4):
        yield f"grey of {depth} bits", png_of_rows(0, depth, few_bits(depth))
    for depth, opaque in ((8, _OPAQUE8), (16, _OPAQUE16)):
        yield f"grey of {depth} bits", png_of_rows(0, depth, samples(depth))
        yield f"colours of {depth} bits", png_of_rows(2, depth, samples(depth, 3))
        yield f"grey with alpha of {depth} bits", png_of_rows(4, depth, samples(depth, 1, opaque))
        yield (
            f"colours with alpha of {depth} bits",
            png_of_rows(6, depth, samples(depth, 3, opaque)),
        )
    yield (
        "grey of 16 bits, one see-through",
        png_of_rows(0, 16, samples(16), chunk(b"tRNS", b"\0\1")),
    )
    yield "a palette", png_of_rows(3, 8, samples(8), _PALETTE)
    yield (
        "a palette with alpha",
        png_of_rows(3, 8, samples(8), _PALETTE + chunk(b"tRNS", b"\xff" * 256)),
    )
    see_through = b"".join(bytes([0, 255 - value]) for value in range(WIDTH))
    yield "black that fades away", png_of_rows(4, 8, see_through)
    black = Image.new("RGB", GREY.size)
    yield "a film", saved(GREY.convert("RGB"), "PNG", save_all=True, append_images=[black])


def jpegs() -> Iterator[tuple[str, bytes]]:
    for mode in ("L", "RGB", "CMYK"):
        yield mode, saved(GREY.convert("RGB").convert(mode), "JPEG", quality=95)
    yield "RGB kept so", saved(GREY.convert("RGB"), "JPEG", quality=95, keep_rgb=True)
    yield "progressive", saved(GREY, "JPEG", quality=95, progressive=True)


def webps() -> Iterator[tuple[str, bytes]]:
    colours = GREY.convert("RGB")
    yield "with loss", saved(colours, "WEBP", quality=95)
    yield "without", saved(colours, "WEBP", lossless=True)
    yield "with alpha", saved(GREY.convert("RGBA"), "WEBP", lossless=True)
    black = Image.new("RGB", GREY.size)
    yield "a film", saved(colours, "WEBP", lossless=True, save_all=True, append_images=[black])


def heics() -> Iterator[tuple[str, bytes]]:
    """HEIC of eight bits, and of the ten or twelve a telephone's camera may write."""
    for mode in ("L", "RGB", "RGBA"):
        yield mode, heic(GREY.convert(mode))
    for name, times in (("L;16", 1), ("RGB;16", 3)):
        row = b"".join(struct.pack("<H", value * 257) * times for value in range(WIDTH))
        deep = pillow_heif.from_bytes(name, (WIDTH, HEIGHT), row * HEIGHT)
        out = io.BytesIO()
        deep.save(out, quality=95)
        yield f"{name}, deeper", out.getvalue()


def heic(image: Image.Image, **how) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=95, **how)
    return out.getvalue()


_ALL: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "png": pngs, "jpg": jpegs, "webp": webps, "heic": heics,
}  # fmt: skip
#: Name of the file, what it is, and the file.
GRADIENTS = [
    (f"paper.{ending}", f"{ending}: {what}", content)
    for ending, made in _ALL.items()
    for what, content in made()
]
