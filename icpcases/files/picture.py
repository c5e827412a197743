"""Pictures: written anew as JPEG or PNG, as large as a document may be."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .opening import NotOpened, asked_of_file

_KEPT = {"ok image/jpeg": "image/jpeg", "ok image/png": "image/png"}
_TROUBLE = {
    "pixels": _("This picture has too many pixels."),
    "colours": _("The colours of this picture cannot be read; save it as JPEG and send that."),
    "large": _("This picture cannot be made small enough; photograph the paper again."),
    "complex": _("This picture takes too long to open; photograph the paper again."),
}


def rewritten(content: bytes, media_type: str) -> tuple[str, bytes]:
    """The media type and the bytes to keep of a picture. Raises ValidationError."""
    limits = (settings.DOCUMENT_MAX_MB << 20, settings.DOCUMENT_MAX_MEGAPIXELS * 10**6)
    try:
        said, _line, kept = asked_of_file(
            content, "pictures", media_type, *map(str, limits)
        ).partition(b"\n")
    except NotOpened as error:
        said, kept = (b"complex" if error.at_limit else b"unreadable"), b""
    verdict = said.decode(errors="replace")
    if verdict in _KEPT:
        return _KEPT[verdict], kept
    raise ValidationError(_TROUBLE.get(verdict, _("This picture cannot be read.")))
