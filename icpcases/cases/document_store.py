"""Keeping a document's file: written before the row, taken away if the row does not stay."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage

from icpcases.rules.documents import Kind

from .models import Document

if TYPE_CHECKING:
    from icpcases.files.uploads import Upload

    from .models import FilingCase

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
    case: "FilingCase", kind: Kind, upload: "Upload", by: Any, at: dt.datetime, **fields: Any
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
    document.file.save(upload.label, upload.as_file(), save=False)
    names = _written.get()
    if names is not None:
        names.append(str(document.file.name))
    document.save(force_insert=True)
    return document
