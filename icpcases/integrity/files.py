"""Integrity checkers of the documents' files: there, nobody else's, unchanged."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage

from icpcases.cases.models import Document

from .registry import BATCH, Found, checker, deep

_PIECE = 1 << 20


@checker
def row_without_file() -> Iterator[Found]:
    """A document whose file is not there."""
    for document in _documents():
        if not _there(document):
            name = document.file.name or "no file"
            yield Found(
                document.case.reference, f"has a {document.kind} whose file is lost: {name}."
            )


@checker
def file_without_row() -> Iterator[Found]:
    """A file that belongs to no document; one handed in at this moment may be named."""
    names = _walk("")
    while batch := list(islice(names, BATCH)):
        rows = Document.objects.filter(file__in=batch)
        for name in sorted(set(batch) - set(rows.values_list("file", flat=True))):
            yield Found(name, "belongs to no document.")


@deep
def file_changed() -> Iterator[Found]:
    """A document whose file is not the one that was handed in."""
    for document in _documents():
        if not _there(document):
            continue
        size, digest = _measured(document)
        if (size, digest) != (document.size, document.sha256):
            words = f"has a {document.kind} whose file has changed: {document.file.name}."
            yield Found(document.case.reference, words)


def _documents() -> Iterator[Document]:
    rows = Document.objects.select_related("case").order_by("pk")
    return rows.only("kind", "file", "size", "sha256", "case__reference").iterator(chunk_size=BATCH)


def _there(document: Document) -> bool:
    try:
        return bool(document.file) and default_storage.exists(str(document.file.name))
    except SuspiciousFileOperation:
        # A name that leads out of the folder of documents.
        return False


def _measured(document: Document) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with default_storage.open(str(document.file.name)) as file:
        for piece in file.chunks(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _walk(folder: str) -> Iterator[str]:
    """Every file of the storage, folder by folder."""
    for name in _sorted(folder, files=True):
        yield name
    for name in _sorted(folder, files=False):
        yield from _walk(name)


def _sorted(folder: str, files: bool) -> Iterable[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        # No document has been handed in yet.
        return []
    found = names if files else folders
    return sorted(f"{folder}/{name}" if folder else name for name in found)
