"""A picture written anew: upright, on white, eight bits a colour, and nothing but what it shows."""

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, JpegImagePlugin, UnidentifiedImageError

# The library's name of what comes as each media type; only this one is tried.
_FORMATS = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF",
}  # fmt: skip
MAX_SIDE = 20_000
# How a picture is made to fit, the first that does: long side (of 4 to 3), quality of the JPEG.
# At 2,400 the smallest print of an identity card (2 mm) is about 45 pixels high, and that of a page
# of A4 (10 point) 27: legible. So nothing is ever made smaller than that.
SHRINKING = ((4000, 88), (3200, 85), (2400, 82), (2400, 68), (2400, 50))
QUALITY = 90
_SIXTEEN_BITS = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
# What the library turns into grey or colours from black to white; the others have no such ends.
_PLAIN = frozenset(
    {"1", "L", "LA", "P", "PA", "RGB", "RGBX", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV"}
)
_TURN = Image.Transpose
# How a telephone held its picture, as the EXIF says it, and what sets it upright.
_UPRIGHT = {
    2: _TURN.FLIP_LEFT_RIGHT, 3: _TURN.ROTATE_180, 4: _TURN.FLIP_TOP_BOTTOM, 5: _TURN.TRANSPOSE,
    6: _TURN.ROTATE_270, 7: _TURN.TRANSVERSE, 8: _TURN.ROTATE_90,
}  # fmt: skip
_ORIENTATION = 0x0112


class NotTaken(Exception):
    """Why a picture is not taken, in one word."""


def picture_answer(
    content: bytes, media_type: str, most_bytes: str, most_pixels: str
) -> Iterator[bytes]:
    """A line, `ok` with the media type or why not, and after `ok` the picture.

    Why not: `pixels`, `colours`, `large`, `complex`, `unreadable`.
    """
    try:
        kept_type, kept = written_anew(content, media_type, int(most_bytes), int(most_pixels))
    except NotTaken as error:
        yield f"{error}\n".encode()
    except Image.DecompressionBombError:
        yield b"pixels\n"
    except MemoryError:
        yield b"complex\n"
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, RuntimeError, EOFError):
        yield b"unreadable\n"
    else:
        yield f"ok {kept_type}\n".encode()
        yield kept


def written_anew(
    content: bytes, media_type: str, most_bytes: int, most_pixels: int
) -> tuple[str, bytes]:
    """The media type of the picture as it is kept, and the picture. Raises NotTaken."""
    if media_type == "image/heic":
        _read_heic()
    large = len(content) > most_bytes
    with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
        _need_size(image, most_pixels)
        if large:
            # A JPEG can be decoded at half its size or less, for a fraction of the time.
            image.draft(None, _size_of(image, SHRINKING[0][0]))
        image.load()
        turn = _turn_of(image)
        encoding = _encoding_of(image)
        shown = in_eight_bits(image)
    if not large:
        kept = _written(_turned(shown, turn), **encoding)
        if len(kept) <= most_bytes:
            return f"image/{encoding['format']}".lower(), kept
    return "image/jpeg", _made_to_fit(shown, turn, most_bytes)


def _read_heic() -> None:
    from pillow_heif import register_heif_opener

    # One thread: the limits of this process are for all of them together.
    register_heif_opener(thumbnails=False, decode_threads=1)


def _need_size(image: Image.Image, most_pixels: int) -> None:
    if max(image.size) > MAX_SIDE or image.width * image.height > most_pixels:
        raise NotTaken("pixels")


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    try:
        said = image.getexif().get(_ORIENTATION)
    except (SyntaxError, ValueError, TypeError, KeyError, OSError):
        # What cannot be read says nothing; the picture itself is there.
        return None
    return _UPRIGHT.get(said) if isinstance(said, int) else None


def _turned(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey or colours of eight bits, from whatever pixels the picture has. Raises NotTaken."""
    if image.mode in _SIXTEEN_BITS:
        # Converted by itself, all above 255 would be white.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode not in _PLAIN:
        raise NotTaken("colours")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        page = Image.new("RGB", layer.size, "white")
        page.paste(layer, mask=layer)
        return page
    return image if image.mode == "RGB" else image.convert("L" if image.mode in "1L" else "RGB")


def _encoding_of(image: Image.Image) -> dict[str, object]:
    """How the picture is written at its own size."""
    if image.format == "PNG":
        return {"format": "PNG"}
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in ("L", "RGB"):
        # As it was written before: nearly nothing is lost, and it grows by nothing.
        sampling = JpegImagePlugin.get_sampling(image)
        return {"format": "JPEG", "qtables": image.quantization, "subsampling": sampling}
    return {"format": "JPEG", "quality": QUALITY}


def _written(image: Image.Image, **how: Any) -> bytes:
    image.info.clear()
    out = io.BytesIO()
    # Only the pixels: what else the opened file knows would be written along.
    image.save(out, exif=b"", icc_profile=None, comment=b"", **how)
    return out.getvalue()


def _size_of(image: Image.Image, side: int) -> tuple[int, int]:
    """Its size once its long side is `side`, for a picture of 4 to 3.

    A longer one, such as a picture of a whole conversation, has as many pixels as that.
    """
    width, height = image.size
    scale = max(side / max(width, height), (side * side * 0.75 / (width * height)) ** 0.5)
    return image.size if scale >= 1 else (round(width * scale), round(height * scale))


def _made_to_fit(image: Image.Image, turn: Image.Transpose | None, most_bytes: int) -> bytes:
    for side, quality in SHRINKING:
        size = _size_of(image, side)
        # Half of a telephone's picture is a little more than the first step: that will do.
        if size[0] * 1.05 < image.width:
            image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        kept = _written(_turned(image, turn), format="JPEG", quality=quality)
        if len(kept) <= most_bytes:
            return kept
    raise NotTaken("large")
