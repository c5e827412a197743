"""Looking into a PDF: whether anything in it acts, and its pages as pictures."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PdfReader

NODES, STREAM = 400_000, 10 << 20
WIDTH, HEIGHT = 1600, 3200
# What acts, hides another file, or leads to one; as a key or as a value, wherever it stands.
ACTIVE = frozenset(
    {
        "/JavaScript", "/JS", "/Launch", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/EF",
        "/RichMedia", "/XFA", "/Rendition", "/Movie", "/Sound", "/GoToE", "/GoToR",
        "/SubmitForm", "/ImportData",
    }
)  # fmt: skip
_TELLING = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|GoToE|SubmitForm|ImportData)\b"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(
    rb"/ObjStm\b[^>]*>>[^>]{0,200}?stream\r?\n|/ObjStm\b.{0,300}?stream\r?\n", re.S
)


class TooMuch(Exception):
    """More objects than any honest paper has."""


def verdict(content: bytes) -> str:
    """`ok` with the number of pages, or `encrypted`, `active`, `more`, `complex`, `unreadable`."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return "encrypted"
        if acts(reader) or tells(content):
            return "active"
        if content.rpartition(b"%%EOF")[2].strip(b"\0\r\n\t \x1a"):
            return "more"
        return f"ok {len(reader.pages)}"
    except (TooMuch, LimitReachedError, MemoryError, RecursionError):
        return "complex"
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError):
        return "unreadable"


def acts(reader: "PdfReader") -> bool:
    """Whether anything in the PDF acts or carries a file: all that is reachable, then the rest."""
    seen: set[tuple[int, int]] = set()
    if any(is_active(key, value) for key, value in nodes(reader.trailer, seen)):
        return True
    return any(is_active(key, value) for key, value in nodes(list(orphans(reader)), seen))


def orphans(reader: "PdfReader") -> Iterator[object]:
    """Every object the tables of the PDF name; what nothing leads to may not be readable."""
    from pypdf.errors import PyPdfError
    from pypdf.generic import IndirectObject

    numbers = [(number, part) for part, table in reader.xref.items() for number in table]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > NODES:
        raise TooMuch
    for number, part in numbers:
        try:
            yield IndirectObject(number, part, reader).get_object()
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue


def nodes(start: object, seen: set[tuple[int, int]]) -> Iterator[tuple[str, object]]:
    """Each value below `start` with the key it stands under, every object once."""
    from pypdf.generic import IndirectObject

    waiting, count = [("", start)], 0
    while waiting:
        key, value = waiting.pop()
        count += 1
        if count > NODES:
            raise TooMuch
        known = False
        if isinstance(value, IndirectObject):
            number, value = (value.idnum, value.generation), value.get_object()
            known = number in seen
            seen.add(number)
        yield key, value
        if known:
            continue
        if isinstance(value, dict):
            waiting += [(str(name), part) for name, part in value.items()]
        elif isinstance(value, list):
            waiting += [("", part) for part in value]


def is_active(key: str, value: object) -> bool:
    """Whether this acts. A PDF may open at a place of its own: that is no action."""
    if key == "/OpenAction":
        return not (
            isinstance(value, list) or (isinstance(value, dict) and value.get("/S") == "/GoTo")
        )
    return key in ACTIVE or (isinstance(value, str) and value in ACTIVE)


def tells(content: bytes) -> bool:
    """Whether the bytes name an action that no table leads to: another reader may find it."""
    plain = unescaped(content)
    if _TELLING.search(plain):
        return True
    return any(_TELLING.search(unescaped(part)) for part in packed(content))


def unescaped(content: bytes) -> bytes:
    """With names spelled out: /J#61vaScript is /JavaScript."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), content)


def packed(content: bytes) -> Iterator[bytes]:
    """What the object streams hold, each up to a limit."""
    for found in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[found.end() :], STREAM)
        except zlib.error:
            continue


def drawn_page(content: bytes, number: int) -> bytes:
    """A page as PNG, 1600 pixels wide unless it is very long."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG")
    return out.getvalue()


def pdf_answer(content: bytes, what: str, *number: str) -> Iterator[bytes]:
    """What `check` found, or the picture of `page N`; the first page is 1."""
    yield verdict(content).encode() if what == "check" else drawn_page(content, int(number[0]))
