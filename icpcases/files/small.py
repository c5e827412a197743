"""Small pictures of documents, as lists show them. Another process makes them."""

from .opening import NotOpened, asked_of_file
from .pdf import NoPicture, page_picture

#: The longest side, in pixels: a paper is known again, and no number on it can be read.
SIDE = 160


def has_small_picture(media_type: str) -> bool:
    """Whether a file of this type can be shown as a small picture."""
    return media_type in ("image/jpeg", "image/png", "application/pdf")


def small_picture(content: bytes, media_type: str) -> bytes:
    """A kept file as a small JPEG; of a PDF its first page. Raises NoPicture."""
    if not has_small_picture(media_type):
        raise NoPicture
    if media_type == "application/pdf":
        content = page_picture(content, 1)
    try:
        return asked_of_file(content, "small", str(SIDE))
    except (NotOpened, OSError) as error:
        raise NoPicture from error
