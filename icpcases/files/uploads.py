"""Files people send: the ending, the content and a real parse must agree."""

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from icpcases.types import Text

from .pdf import check_pdf
from .picture import rewritten
from .virus_scan import scan

ENDINGS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "jfif": "image/jpeg", "png": "image/png",
    "heic": "image/heic", "heif": "image/heic", "webp": "image/webp", "pdf": "application/pdf",
}  # fmt: skip
#: What is kept, and the ending of our own name for it; other pictures become JPEG.
KEPT = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
#: What a file field offers to choose from. A telephone offers its camera too.
ACCEPT = ",".join([*dict.fromkeys(ENDINGS.values()), "image/heif", *(f".{e}" for e in ENDINGS)])
_MAGIC = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.S),
    # A box `ftyp` with one of the brands of pictures packed by HEVC, or of any such container.
    "image/heic": re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.S),
    "application/pdf": re.compile(rb"%PDF-"),
}
MAX_LABEL = 200
WRONG_ENDING = _("Only pictures (JPEG, PNG, HEIC, WebP) and PDF files can be taken.")
TOO_LARGE_PDF = _(
    "This PDF is larger than %(limit)s MB. Save it smaller, or send photos of its pages."
)
TOO_LARGE = _("This picture is larger than %(limit)s MB. Take it again with fewer megapixels.")
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
        return ContentFile(self.content, name=f"paper.{KEPT[self.media_type]}")


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


def as_checked(upload: Upload) -> SimpleUploadedFile:
    """A file of our own making, as if somebody had sent it: nobody need look into it."""
    file = SimpleUploadedFile(upload.label, upload.content, upload.media_type)
    setattr(file, _FOUND, upload)
    return file


def _checked(file: File) -> Upload:
    label = clean_label(file.name or "")
    media_type = ENDINGS.get(label.rpartition(".")[2].lower())
    if media_type is None:
        raise ValidationError(WRONG_ENDING)
    content = _content(file, media_type)
    if not _MAGIC[media_type].match(content):
        raise ValidationError(_("The file's content does not fit its name's ending."))
    scan(content)
    if media_type == "application/pdf":
        return Upload(content, media_type, label, check_pdf(content))
    kept_type, kept = rewritten(content, media_type)
    if kept_type != media_type:
        label = f"{label.rpartition('.')[0]}.{KEPT[kept_type]}"
    return Upload(kept, kept_type, label)


def _content(file: File, media_type: str) -> bytes:
    is_pdf = media_type == "application/pdf"
    limit = settings.DOCUMENT_MAX_MB if is_pdf else settings.DOCUMENT_UPLOAD_MAX_MB
    file.seek(0)
    content: bytes = file.read((limit << 20) + 1)
    if len(content) > limit << 20:
        raise ValidationError(TOO_LARGE_PDF if is_pdf else TOO_LARGE, params={"limit": limit})
    return content


def clean_label(name: str) -> str:
    """What the sender called the file, as a label: no folders, nothing that does not show."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in base if c.isprintable())
    if len(kept) <= MAX_LABEL:
        return kept
    stem, _dot, ending = kept.rpartition(".")
    return f"{stem[: MAX_LABEL - 10]}.{ending[:9]}"


class PaperField(forms.FileField):
    """A form field for a document's file; its value is an Upload."""

    def __init__(self, label: Text | None = None) -> None:
        accepted = forms.FileInput(attrs={"accept": ACCEPT})
        super().__init__(label=label or _("file"), widget=accepted)

    def clean(self, data: object, initial: object = None) -> Upload | None:
        """Check the file. Raises ValidationError."""
        file = super().clean(data, initial)
        return check_upload(file) if file else None
