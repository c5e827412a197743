"""Files people send: the ending, the content and a real parse must agree."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

ENDINGS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_MAGIC = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
MAX_PIXELS = 50_000_000
MAX_PAGES = 200
MAX_LABEL = 200
_ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/OpenAction", "/AA")


@dataclass(frozen=True)
class Upload:
    """A file that has passed: what is kept of it."""

    content: bytes
    media_type: str
    label: str

    @property
    def sha256(self) -> str:
        """The digest of what is kept."""
        return hashlib.sha256(self.content).hexdigest()

    def as_file(self) -> ContentFile:
        """The file as a storage takes it."""
        ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
        return ContentFile(self.content, name=f"paper.{ending[self.media_type]}")


def check_upload(file: File) -> Upload:
    """Read a file that somebody sent. Raises ValidationError with what is wrong with it."""
    label = clean_label(file.name or "")
    limit = settings.DOCUMENT_MAX_MB * 1024 * 1024
    if file.size is not None and file.size > limit:
        raise ValidationError(
            _("This file is larger than %(limit)s MB."), params={"limit": settings.DOCUMENT_MAX_MB}
        )
    # A step that lost a race is judged again, and with it the same file.
    file.seek(0)
    content = file.read(limit + 1)
    media_type = ENDINGS.get(label.rpartition(".")[2].lower())
    if media_type is None:
        raise ValidationError(_("Only JPEG, PNG and PDF files can be taken."))
    if not content.startswith(_MAGIC[media_type]):
        raise ValidationError(_("The file's content does not fit its name's ending."))
    if media_type == "application/pdf":
        _check_pdf(content)
    else:
        content = _clean_image(content, media_type)
    return Upload(content, media_type, label)


def clean_label(name: str) -> str:
    """What the sender called the file, as a label: no folders, no control characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in base if c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e")
    if len(kept) <= MAX_LABEL:
        return kept
    stem, _dot, ending = kept.rpartition(".")
    return f"{stem[: MAX_LABEL - 10]}.{ending[:9]}"


def _clean_image(content: bytes, media_type: str) -> bytes:
    # Written anew, so that nothing hides behind the picture: no EXIF, no trailing bytes.
    wrong = ValidationError(_("This picture cannot be read."))
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("This picture has too many pixels."))
            image.load()
            clean = image if image.mode in ("RGB", "L") else image.convert("RGB")
            kept = io.BytesIO()
            clean.info.clear()
            clean.save(kept, _FORMATS[media_type], optimize=media_type == "image/png")
            return kept.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise wrong from error
    except Image.DecompressionBombError as error:
        raise ValidationError(_("This picture has too many pixels.")) from error


def _check_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise ValidationError(_("This PDF is encrypted; send it without a password."))
        if not 1 <= len(reader.pages) <= MAX_PAGES:
            raise ValidationError(
                _("A PDF must have between 1 and %(limit)s pages."), params={"limit": MAX_PAGES}
            )
        if any(mark.encode() in content for mark in ("/JavaScript", "/Launch", "/EmbeddedFile")):
            raise ValidationError(_("This PDF carries scripts or other files; send it without."))
        _need_passive(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError(_("This PDF cannot be read.")) from error


def _need_passive(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"].get_object()
    names: Any = root.get("/Names", {})
    names = names.get_object() if hasattr(names, "get_object") else names
    if any(mark in place for place in (root, names) for mark in _ACTIVE):
        raise ValidationError(_("This PDF carries scripts or other files; send it without."))


class PaperField(forms.FileField):
    """A form field for a document's file; its value is an Upload."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("file"))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check the file. Raises ValidationError."""
        file = super().clean(data, initial)
        return check_upload(file) if file else None
