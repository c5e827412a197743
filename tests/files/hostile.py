"""Files nobody should send, each made here byte by byte, with the sentence it is refused with."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

ENDING = "Only pictures (JPEG, PNG, HEIC, WebP) and PDF files can be taken."
CONTENT = "The file's content does not fit its name's ending."
PICTURE = "This picture cannot be read."
PIXELS = "This picture has too many pixels."
ACTIVE = "This PDF carries scripts or other files; send it without."
ENCRYPTED = "This PDF is encrypted; send it without a password."
UNREADABLE = "This PDF cannot be read."
COMPLEX = "This PDF is too complex to be checked; print it to a new PDF and send that."
MORE = "Something else follows the end of this PDF; print it to a new PDF and send that."
PAGES = "A PDF must have between 1 and 200 pages."
LARGE = "This picture is larger than 25 MB. Take it again with fewer megapixels."
LARGE_PDF = "This PDF is larger than 4 MB. Save it smaller, or send photos of its pages."


@dataclass(frozen=True)
class Hostile:
    """A file by the name it is sent under; `sentence` is why it is refused."""

    what: str
    name: str
    make: Callable[[], bytes]
    sentence: str


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), mode: str = "RGB", **save) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else "white").save(out, kind, **save)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims a size; what is in it need not fit."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose head claims a size."""
    plain = picture("JPEG")
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", height, width) + plain[at + 4 :]


def pdf(catalog: bytes = b"", page: bytes = b"", *more: bytes, tail: bytes = b"") -> bytes:
    """A PDF of one empty page; `more` are its objects from number 4 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] " + page + b" >>",
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n%s" % (
        size, start, tail,
    )  # fmt: skip


def stream(head: bytes, data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        head, len(packed), packed,
    )  # fmt: skip


def packed_pdf(packed: bytes, data: bytes | None = None) -> bytes:
    """A PDF with object 4 in an object stream, so that its bytes show nothing of it."""
    if data is None:
        data = b"4 0 " + packed
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        5: stream(b"/Type /ObjStm /N 1 /First 4", data),
    }
    out, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[6] = len(out)
    rows = [struct.pack(">BIH", 0, 0, 65535)]
    for number in range(1, 7):
        place = struct.pack(">BIH", 2, 5, 0)
        rows.append(place if number == 4 else struct.pack(">BIH", 1, places[number], 0))
    table = stream(b"/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R", b"".join(rows))
    return out + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, places[6])


def locked_pdf(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(size: int = 1000) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"\0" * size)
    return out.getvalue()


def text_bomb() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "A" * (80 << 20), zip=True)
    return picture(pnginfo=notes)


def pages(count: int) -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def nested(depth: int) -> bytes:
    return pdf(b"/Deep " + b"[" * depth + b"]" * depth)


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
NOTE = b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A %s >>]"
FILE = b"<< /Type /Filespec /F (x.exe) /EF << /F 5 0 R >> >>"

REFUSED = [
    # What is no JPEG, PNG or PDF, by its name or by its content.
    Hostile("a program", "paper.exe", lambda: b"MZ" + b"\0" * 64, ENDING),
    Hostile("a page", "paper.html", lambda: HTML, ENDING),
    Hostile("a drawing with a script", "paper.svg", lambda: SVG, ENDING),
    Hostile("an archive", "paper.zip", zipped, ENDING),
    Hostile("no ending at all", "paper", picture, ENDING),
    Hostile("a second ending", "paper.png.exe", picture, ENDING),
    Hostile("an ending behind a NUL", "paper.php\0", picture, ENDING),
    Hostile("a GIF", "paper.gif", lambda: picture("GIF"), ENDING),
    Hostile("a page named PNG", "paper.png", lambda: HTML, CONTENT),
    Hostile("a drawing named PNG", "paper.png", lambda: SVG, CONTENT),
    Hostile("a page named PDF", "paper.pdf", lambda: HTML, CONTENT),
    Hostile("a zip bomb named PDF", "paper.pdf", lambda: zipped(50 << 20), CONTENT),
    Hostile("a PNG named JPEG", "paper.jpg", picture, CONTENT),
    Hostile("a JPEG named PNG", "paper.png", lambda: picture("JPEG"), CONTENT),
    Hostile("a PDF named JPEG", "paper.jpeg", pdf, CONTENT),
    Hostile("a GIF named PNG", "paper.png", lambda: picture("GIF"), CONTENT),
    Hostile("a page in front of a PDF", "paper.pdf", lambda: HTML + pdf(), CONTENT),
    Hostile("nothing", "paper.png", lambda: b"", CONTENT),
    # Pictures that are none, or would fill the memory.
    Hostile("only a PNG's first bytes", "p.png", lambda: picture()[:20], PICTURE),
    Hostile("a PNG cut in half", "p.png", lambda: png_of(40, 40, b"\0" * 300), PICTURE),
    Hostile("a JPEG cut off", "p.jpg", lambda: picture("JPEG", (900, 900))[:700], PICTURE),
    Hostile("a page behind PNG's first bytes", "p.png", lambda: picture()[:8] + HTML, PICTURE),
    Hostile("a bomb in a PNG's comment", "p.png", text_bomb, PICTURE),
    Hostile("50,000 by 50,000 pixels", "p.png", lambda: png_of(50_000, 50_000), PIXELS),
    Hostile("50,000 pixels in one line", "p.png", lambda: png_of(50_000, 1), PIXELS),
    Hostile("51 megapixels", "p.png", lambda: png_of(10_000, 5_100), PIXELS),
    Hostile("a JPEG of 65,500 lines", "p.jpg", lambda: jpeg_of(9_000, 65_500), PIXELS),
    Hostile("over the limit", "p.png", lambda: picture() + b"\0" * (25 << 20), LARGE),
    Hostile("a PDF over the limit", "p.pdf", lambda: pdf() + b"\0" * (4 << 20), LARGE_PDF),
    # PDFs that act, wherever it hides.
    Hostile("a script on opening", "p.pdf", lambda: pdf(b"/OpenAction " + JS), ACTIVE),
    Hostile("a script by its name", "p.pdf", lambda: pdf(
        b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", b"", JS), ACTIVE),
    Hostile("a script in a note", "p.pdf", lambda: pdf(b"", NOTE % JS), ACTIVE),
    Hostile("a script on turning the page", "p.pdf", lambda: pdf(
        b"", b"/AA << /O 4 0 R >>", b"<< /S /URI /URI (x) >>"), ACTIVE),
    Hostile("a script in a field", "p.pdf", lambda: pdf(
        b"/AcroForm << /Fields [4 0 R] >>", b"",
        b"<< /FT /Tx /T (a) /A << /Next [5 0 R] >> >>", b"<< /S /Named /JS 6 0 R >>",
        stream(b"", b"app.alert(1)")), ACTIVE),
    Hostile("a script's name in disguise", "p.pdf", lambda: pdf(
        b"/OpenAction << /S /J#61vaScript /J#53 (x) >>"), ACTIVE),
    Hostile("a script nothing leads to", "p.pdf", lambda: pdf(b"", b"", JS), ACTIVE),
    Hostile("a script in an object stream", "p.pdf", lambda: packed_pdf(JS), ACTIVE),
    Hostile("a script in a stream no table names", "p.pdf", lambda: pdf(
        b"", b"", stream(b"/Type /ObjStm /N 1 /First 4", b"9 0 " + JS)), ACTIVE),
    Hostile("an action nothing leads to", "p.pdf", lambda: pdf(
        b"", b"", b"<< /AA << /O 5 0 R >> >>", b"<< /S /URI /URI (x) >>"), ACTIVE),
    Hostile("a program to start", "p.pdf", lambda: pdf(
        b"", NOTE % b"<< /S /Launch /F (cmd.exe) >>"), ACTIVE),
    Hostile("an attachment", "p.pdf", lambda: pdf(
        b"/Names << /EmbeddedFiles << /Names [(x) 4 0 R] >> >>", b"", FILE,
        stream(b"/Type /EmbeddedFile", b"MZ")), ACTIVE),
    Hostile("an attachment in a note", "p.pdf", lambda: pdf(
        b"", b"/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS 4 0 R >>]", FILE,
        stream(b"", b"MZ")), ACTIVE),
    Hostile("an attachment met twice", "p.pdf", lambda: pdf(
        b"/Early 4 0 R /Late << /EF 4 0 R >>", b"", b"<< /F 5 0 R >>", stream(b"", b"MZ")),
        ACTIVE),
    Hostile("a film", "p.pdf", lambda: pdf(
        b"", b"/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] >>]"), ACTIVE),
    Hostile("a form with a program in it", "p.pdf", lambda: pdf(
        b"/AcroForm << /XFA 4 0 R /Fields [] >>", b"", stream(b"", b"<xdp/>")), ACTIVE),
    Hostile("a form that sends itself", "p.pdf", lambda: pdf(
        b"", NOTE % b"<< /S /SubmitForm /F (http://x) >>"), ACTIVE),
    Hostile("a way into an attached PDF", "p.pdf", lambda: pdf(
        b"", NOTE % b"<< /S /GoToE /D [0 /Fit] >>"), ACTIVE),
    # PDFs that cannot be opened, or not in reasonable time.
    Hostile("a password", "p.pdf", lambda: locked_pdf("secret", "secret"), ENCRYPTED),
    Hostile("only an owner's password", "p.pdf", lambda: locked_pdf("", "secret"), ENCRYPTED),
    Hostile("only a PDF's first bytes", "p.pdf", lambda: b"%PDF-1.7\n", UNREADABLE),
    Hostile("a PDF cut off", "p.pdf", lambda: pdf()[:150], UNREADABLE),
    Hostile("no page", "p.pdf", lambda: pdf().replace(b"[3 0 R] /Count 1", b"[] /Count 0    "),
            PAGES),
    Hostile("201 pages", "p.pdf", lambda: pages(201), PAGES),
    Hostile("an object stream of 100 MB", "p.pdf", lambda: packed_pdf(
        b"", b"4 0 " + b" " * (100 << 20)), COMPLEX),
    Hostile("brackets 100,000 deep", "p.pdf", lambda: nested(100_000), UNREADABLE),
    Hostile("half a million objects", "p.pdf", lambda: pdf(b"/A [%s]" % (b"[0 0 0 0 0]" * 90_000)),
            COMPLEX),
    Hostile("an archive behind a PDF", "p.pdf", lambda: pdf(tail=zipped()), MORE),
    Hostile("a page behind a PDF", "p.pdf", lambda: pdf(tail=HTML), MORE),
]  # fmt: skip
