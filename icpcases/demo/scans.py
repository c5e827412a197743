"""Papers to try the program with: small PDF and PNG files that say what they stand for."""

import io
import textwrap

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageDraw

from icpcases.files.uploads import Upload, as_checked
from icpcases.rules.documents import Kind

_PICTURES = {
    Kind.IDENTITY: (205, 226, 240),
    Kind.RESIDENCE_PERMIT: (240, 231, 205),
    Kind.BUSINESS_LICENCE: (245, 236, 214),
    Kind.LEGAL_REPRESENTATIVE_ID: (208, 228, 236),
    Kind.SERVICE_LEADER_ID: (212, 224, 243),
    Kind.AUTHORISATION_LETTER: (244, 243, 238),
    Kind.LEADER_ID: (206, 230, 230),
    Kind.BRANCH_LICENCE: (243, 228, 218),
    Kind.BRANCH_RESPONSIBLE_ID: (214, 226, 234),
    Kind.CHIEF_REPRESENTATIVE_ID: (220, 226, 240),
    Kind.DOMAIN_CERTIFICATE: (236, 240, 246),
}
_SPECIMEN = "DEMO - not a real document"


def scan_of(kind: Kind, holder: str, number: str) -> UploadedFile:
    """A file for a document: what is photographed or cut from a screen as a picture, else PDF."""
    name = kind.value.replace("_", "-")
    if kind in _PICTURES:
        return as_checked(Upload(_png(kind, number), "image/png", f"{name}.png"))
    page = _pdf([kind.label, holder, number, _SPECIMEN])
    return as_checked(Upload(page, "application/pdf", f"{name}.pdf", pages=1))


def _png(kind: Kind, number: str) -> bytes:
    portrait = kind == Kind.IDENTITY or kind.value.endswith("_id")
    image = Image.new("RGB", (320, 200), _PICTURES[kind])
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, 315, 195), outline=(120, 130, 140), width=2)
    draw.text((16, 14), "\n".join(textwrap.wrap(kind.label, 40)), fill=(30, 40, 60))
    draw.text((16, 152), f"No. {number}", fill=(30, 40, 60))
    draw.text((16, 172), _SPECIMEN, fill=(150, 60, 60))
    if portrait:
        draw.rectangle((228, 50, 300, 144), fill=(235, 235, 235), outline=(150, 150, 150))
        draw.ellipse((246, 62, 282, 102), fill=(170, 170, 170))
        draw.pieslice((236, 106, 292, 182), 180, 360, fill=(170, 170, 170))
    else:
        draw.ellipse((236, 76, 296, 136), outline=(190, 50, 50), width=4)
        draw.regular_polygon((266, 106, 14), 5, fill=(190, 50, 50))
    for line in range(4):
        draw.rectangle((16, 56 + 22 * line, 190 - 24 * line, 61 + 22 * line), fill=(185, 190, 195))
    out = io.BytesIO()
    # As a picture that is handed in is written: so it stays the same when it is.
    image.save(out, "PNG")
    return out.getvalue()


def _pdf(lines: list[str]) -> bytes:
    """A page with these lines, one below the other."""
    page = b"BT 60 760 Td 26 TL\n" + b"".join(map(_line, filter(None, lines))) + b"ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        # Every reader brings this font for Chinese, so that it need not be put in.
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
        b" /DescendantFonts [7 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 8 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /ItalicAngle 0 /Ascent 880"
        b" /Descent -120 /CapHeight 880 /StemV 93 /FontBBox [-25 -254 1000 880] >>",
    )
    return _assembled(objects)


def _line(text: str) -> bytes:
    if text.isascii():
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"/F1 15 Tf ({escaped}) Tj T*\n".encode()
    return f"/F2 15 Tf <{text.encode('utf-16-be').hex()}> Tj T*\n".encode()


def _assembled(objects: tuple[bytes, ...]) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return out + b"startxref\n%d\n%%%%EOF\n" % start
