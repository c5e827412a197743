"""Files people send: the ending, the content and a real parse must agree."""

import hashlib
import io
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from icpcases.types import Text

from .pdf import check_pdf
from .virus_scan import scan

ENDINGS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_MAGIC = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
MAX_SIDE = 20_000
MAX_LABEL = 200
# Where a file that has been read keeps what was found.
_FOUND = "checked"


@dataclass(frozen=True)
class Upload:
    """A file that has passed: what is kept of it; `pages` of a PDF."""

    content: bytes
    media_type: str
    label: str
    pages: int | None = None

    @property
    def sha256(self) -> str:
        """The digest of what is kept."""
        return hashlib.sha256(self.content).hexdigest()

    def as_file(self) -> ContentFile:
        """The file as a storage takes it."""
        ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
        return ContentFile(self.content, name=f"paper.{ending[self.media_type]}")


def check_ahead(files: Iterable[File]) -> None:
    """Check files before a lock is taken: a scanner may take its time. The forms tell."""
    for file in files:
        with suppress(ValidationError):
            check_upload(file)


def check_upload(file: File) -> Upload:
    """Read a file that somebody sent. Raises ValidationError with what is wrong with it.

    A step that lost a race is judged again, and with it the same file: it is read once.
    """
    found: Upload | ValidationError | None = getattr(file, _FOUND, None)
    if found is None:
        try:
            found = _checked(file)
        except ValidationError as error:
            found = error
        setattr(file, _FOUND, found)
    if isinstance(found, ValidationError):
        raise found
    return found


def _checked(file: File) -> Upload:
    label = clean_label(file.name or "")
    content = _content(file)
    media_type = ENDINGS.get(label.rpartition(".")[2].lower())
    if media_type is None:
        raise ValidationError(_("Only JPEG, PNG and PDF files can be taken."))
    if not content.startswith(_MAGIC[media_type]):
        raise ValidationError(_("The file's content does not fit its name's ending."))
    scan(content)
    if media_type == "application/pdf":
        return Upload(content, media_type, label, check_pdf(content))
    return Upload(_clean_image(content, media_type), media_type, label)


def _content(file: File) -> bytes:
    limit = settings.DOCUMENT_MAX_MB * 1024 * 1024
    file.seek(0)
    content: bytes = file.read(limit + 1)
    if len(content) > limit:
        raise ValidationError(
            _("This file is larger than %(limit)s MB."), params={"limit": settings.DOCUMENT_MAX_MB}
        )
    return content


def clean_label(name: str) -> str:
    """What the sender called the file, as a label: no folders, nothing that does not show."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in base if c.isprintable())
    if len(kept) <= MAX_LABEL:
        return kept
    stem, _dot, ending = kept.rpartition(".")
    return f"{stem[: MAX_LABEL - 10]}.{ending[:9]}"


def _clean_image(content: bytes, media_type: str) -> bytes:
    # Written anew, so that nothing hides behind the picture: no EXIF, no trailing bytes.
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
            _need_size(image.width, image.height)
            image.load()
            kept = io.BytesIO()
            _plain(image).save(kept, _FORMATS[media_type], quality=90)
            return kept.getvalue()
    except Image.DecompressionBombError as error:
        raise ValidationError(_("This picture has too many pixels.")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError) as error:
        raise ValidationError(_("This picture cannot be read.")) from error


def _need_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE or width * height > settings.DOCUMENT_MAX_MEGAPIXELS * 10**6:
        raise ValidationError(_("This picture has too many pixels."))


def _plain(image: Image.Image) -> Image.Image:
    """The picture upright, without transparency, and without anything said about it."""
    # A telephone writes into the EXIF which way is up; without it the picture lies on its side.
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    plain = upright if upright.mode in ("RGB", "L") else upright.convert("RGB")
    plain.info.clear()
    return plain


class PaperField(forms.FileField):
    """A form field for a document's file; its value is an Upload."""

    def __init__(self, label: Text | None = None) -> None:
        accepted = forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"})
        super().__init__(label=label or _("file"), widget=accepted)

    def clean(self, data: object, initial: object = None) -> Upload | None:
        """Check the file. Raises ValidationError."""
        file = super().clean(data, initial)
        return check_upload(file) if file else None
