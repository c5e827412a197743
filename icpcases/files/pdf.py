"""PDFs: whether one may be kept, and its pages as pictures."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .opening import NotOpened, asked_of_file

MAX_PICTURE = 20 << 20

_TROUBLE = {
    "encrypted": _("This PDF is encrypted; send it without a password."),
    "active": _("This PDF carries scripts or other files; send it without."),
    "more": _("Something else follows the end of this PDF; print it to a new PDF and send that."),
    "complex": _("This PDF is too complex to be checked; print it to a new PDF and send that."),
}


class NoPicture(Exception):
    """The page cannot be shown as a picture."""


def check_pdf(content: bytes) -> int:
    """The number of its pages. Raises ValidationError with why it is not taken."""
    try:
        said = asked_of_file(content, "pdfs", "check").decode().strip()
    except NotOpened as error:
        said = "complex" if error.at_limit else "unreadable"
    if said.startswith("ok "):
        return _counted(int(said[3:]))
    raise ValidationError(_TROUBLE.get(said, _("This PDF cannot be read.")))


def _counted(pages: int) -> int:
    if not 1 <= pages <= settings.DOCUMENT_MAX_PAGES:
        raise ValidationError(
            _("A PDF must have between 1 and %(limit)s pages."),
            params={"limit": settings.DOCUMENT_MAX_PAGES},
        )
    return pages


def page_picture(content: bytes, number: int) -> bytes:
    """A page as PNG; the first is 1. Raises NoPicture."""
    try:
        picture = asked_of_file(content, "pdfs", "page", str(number))
    except (NotOpened, OSError) as error:
        raise NoPicture from error
    if len(picture) > MAX_PICTURE:
        raise NoPicture
    return picture
