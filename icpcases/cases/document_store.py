"""Keeping a document's file: written before the row, taken away if the row does not stay."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.core.files.storage import default_storage

from icpcases.files.uploads import KEPT, Upload
from icpcases.rules.documents import Kind

from .models import Document, FilingCase


class OnPaper(TypedDict, total=False):
    """What a paper says of itself, and what has been decided of it already."""

    number: str
    issuer: str
    issued_in: str | None
    issued_on: dt.date | None
    expires_on: dt.date | None
    status: str


_written: ContextVar[list[str] | None] = ContextVar("_written", default=None)


@contextmanager
def files_follow_rows() -> Iterator[list[str]]:
    """Within: a file that was written goes again if the block, and so its row, fails.

    Gives the names of these files: emptied where their rows may have stayed all the same.
    """
    names: list[str] = []
    token = _written.set(names)
    try:
        yield names
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise
    finally:
        _written.reset(token)


def keep_document(
    case: FilingCase,
    kind: Kind,
    upload: Upload,
    by: User | None,
    at: dt.datetime,
    **fields: Unpack[OnPaper],
) -> Document:
    """Keep a file as a document of the case, handed in at that time."""
    document = Document(
        case=case,
        kind=kind.value,
        label=upload.label,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=upload.sha256,
        pages=upload.pages,
        added_by=by,
        added_at=at,
        **fields,
    )
    document.file.save(file_name(upload.media_type), upload.as_file(), save=False)
    names = _written.get()
    if names is not None:
        names.append(str(document.file.name))
    document.save(force_insert=True)
    return document


def file_name(media_type: str) -> str:
    """A name of our own: what the sender called the file is only a label."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}.{KEPT.get(media_type, 'bin')}"
