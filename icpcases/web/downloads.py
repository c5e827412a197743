"""Sending a document's file to whoever may see its case; who read it is logged."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase

from icpcases.cases.models import AccessLogRow, Document, FilingCase
from icpcases.files.pdf import NoPicture, page_picture
from icpcases.files.small import has_small_picture, small_picture

_Answer = TypeVar("_Answer", bound=HttpResponseBase)
# How long a small picture is remembered here, so that a list is not drawn anew for each reader.
_SECONDS = 600


def file_response(
    user: User | AnonymousUser, case: FilingCase, document: Document, as_attachment: bool
) -> FileResponse:
    """The file under a name of ours. The caller has asked the permission of the case.

    Raises Http404 where the file is gone.
    """
    name = _there(document)
    _log(user, case, document)
    ending = name.rpartition(".")[2]
    response = FileResponse(
        default_storage.open(name),
        as_attachment=as_attachment,
        filename=f"{case.reference}-{document.kind}-{document.pk}.{ending}",
        content_type=document.media_type or "application/octet-stream",
    )
    return _kept_apart(response)


def page_response(
    user: User | AnonymousUser, case: FilingCase, document: Document, number: int
) -> HttpResponse:
    """A page of a PDF as a picture; no browser opens the file itself. The first page is 1.

    The caller has asked the permission of the case. Raises Http404 where there is none.
    """
    if document.media_type != "application/pdf" or not 1 <= number <= (document.pages or 1):
        raise Http404
    with default_storage.open(_there(document)) as file:
        content = file.read()
    _log(user, case, document, f" page {number}")
    try:
        picture = page_picture(content, number)
    except NoPicture:
        raise Http404 from None
    return _kept_apart(HttpResponse(picture, content_type="image/png"))


def small_response(
    user: User | AnonymousUser, case: FilingCase, document: Document
) -> HttpResponse:
    """A small picture of the document, which the reader's own browser may keep for a day.

    The caller has asked the permission of the case. Raises Http404 where there is none.
    """
    if not (document.file and has_small_picture(document.media_type)):
        raise Http404
    name = _there(document)
    _log(user, case, document, " small")
    key = f"small-{document.sha256}"
    picture = caches["pages"].get(key)
    if picture is None:
        with default_storage.open(name) as file:
            content = file.read()
        try:
            picture = small_picture(content, document.media_type)
        except NoPicture:
            raise Http404 from None
        caches["pages"].set(key, picture, _SECONDS)
    response = _kept_apart(HttpResponse(picture, content_type="image/jpeg"))
    # What lies under a number never changes; nobody else's store keeps it.
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _there(document: Document) -> str:
    name = str(document.file.name)
    if not default_storage.exists(name):
        raise Http404
    return name


def _log(user: User | AnonymousUser, case: FilingCase, document: Document, more: str = "") -> None:
    assert user.is_authenticated
    AccessLogRow.objects.create(
        what=AccessLogRow.What.DOCUMENT,
        detail=f"{document.pk} {document.kind}{more}"[:100],
        case=case,
        by=user,
    )


def _kept_apart(response: _Answer) -> _Answer:
    """Nothing guesses what it is, keeps it, or lets it act."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
