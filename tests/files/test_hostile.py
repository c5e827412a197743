"""Hostile files are refused, each with its sentence, or kept harmless."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from icpcases.files.uploads import check_upload, clean_label

from .hostile import COMPLEX, CONTENT, HTML, REFUSED, Hostile, jpeg_of, pages, pdf, picture, zipped

# Nothing here asks a database for anything that differs.
pytestmark = [pytest.mark.sqlite, pytest.mark.slow]


def sentence_of(name: str, content: bytes) -> str:
    """Why a file is refused; empty if it is taken."""
    try:
        check_upload(ContentFile(content, name))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def tried() -> list[Any]:
    """All of them. For a PDF a process is started, for a bomb it runs on for seconds: those whose
    sentence is told by another are for when there is time."""
    told, found = {COMPLEX}, []
    for hostile in REFUSED:
        opened = hostile.name.endswith(".pdf") and hostile.sentence != CONTENT
        marks = [pytest.mark.slow] * (opened and hostile.sentence in told)
        found.append(pytest.param(hostile, marks=marks, id=hostile.what))
        told.add(hostile.sentence)
    return found


@pytest.mark.parametrize("hostile", tried())
def test_each_is_refused_with_its_sentence(hostile: Hostile):
    assert sentence_of(hostile.name, hostile.make()) == hostile.sentence


def test_there_are_enough_of_them():
    assert len({hostile.what for hostile in REFUSED}) >= 40


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [
        ("paper.pdf", pdf(), 1),
        ("paper.PDF", pages(200), 200),
        # A place to open at, a link and a form are no scripts.
        ("paper.pdf", pdf(b"/OpenAction [3 0 R /Fit]"), 1),
        ("paper.pdf", pdf(b"/OpenAction 4 0 R", b"", b"<< /S /GoTo /D [3 0 R /Fit] >>"), 1),
        ("paper.pdf", pdf(b"", b"/Annots [<< /Subtype /Link /A << /S /URI /URI (x) >> >>]"), 1),
        ("paper.pdf", pdf(b"/AcroForm << /Fields [<< /FT /Tx /T (a) >>] >>"), 1),
        ("paper.pdf", pdf(tail=b"\r\n\0\0"), 1),
        ("paper.png", picture(), None),
        ("paper.JPEG", picture("JPEG"), None),
    ],
)
def test_the_control_honest_files_are_taken(name, content, pages):
    assert check_upload(ContentFile(content, name)).pages == pages


PAYLOADS = {
    "an archive behind a PNG": ("p.png", picture() + zipped(), b"PK"),
    "a page behind a JPEG": ("p.jpg", picture("JPEG") + HTML, b"<script>"),
    "a page in a JPEG's comment": ("p.jpg", picture("JPEG", comment=HTML), b"<script>"),
}


@pytest.mark.parametrize("what", PAYLOADS)
def test_what_hides_in_a_picture_is_not_kept(what):
    name, content, payload = PAYLOADS[what]
    assert payload in content
    assert payload not in check_upload(ContentFile(content, name)).content


def test_where_a_photograph_was_taken_is_not_kept_but_it_stands_upright():
    exif = Image.Exif()
    # Turned a quarter, as telephones say it; and a place.
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    lying = picture("JPEG", (40, 20), exif=exif)
    kept = check_upload(ContentFile(lying, "photo.jpg"))
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})


def test_a_transparent_stamp_lies_on_white():
    stamp = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    out = io.BytesIO()
    stamp.save(out, "PNG")
    kept = check_upload(ContentFile(out.getvalue(), "stamp.png"))
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.mode, image.getpixel((0, 0))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\wei\\licence.png", "licence.png"),
        ("a\0b\n.png", "ab.png"),
        ("photo\u202egnp.exe\u2066.png", "photognp.exe.png"),
        ("执照 营业.png", "执照 营业.png"),
        ("x" * 300 + ".png", "x" * 190 + ".png"),
    ],
)
def test_names_are_labels_only(sent, label):
    assert clean_label(sent) == label


def test_the_limits_come_from_the_settings(settings):
    settings.DOCUMENT_MAX_MB, settings.DOCUMENT_MAX_MEGAPIXELS = 1, 1
    settings.DOCUMENT_MAX_PAGES, settings.DOCUMENT_UPLOAD_MAX_MB = 2, 2
    assert [
        sentence_of("p.pdf", pdf() + b"\0" * (1 << 20)),
        sentence_of("p.png", picture() + b"\0" * (2 << 20)),
        sentence_of("p.png", picture(size=(1001, 1000))),
        sentence_of("p.pdf", pages(3)),
    ] == [
        "This PDF is larger than 1 MB. Save it smaller, or send photos of its pages.",
        "This picture is larger than 2 MB. Take it again with fewer megapixels.",
        "This picture has too many pixels.",
        "A PDF must have between 1 and 2 pages.",
    ]
    assert sentence_of("p.png", picture(size=(1000, 1000))) == sentence_of("p.pdf", pages(2)) == ""


def test_a_pdf_that_never_ends_is_given_up(settings, monkeypatch):
    monkeypatch.setattr("icpcases.files.opening.SECONDS", 0.01)
    assert sentence_of("p.pdf", pdf()) == (
        "This PDF is too complex to be checked; print it to a new PDF and send that."
    )


def test_a_file_is_read_once_however_often_it_is_asked_about():
    file = ContentFile(jpeg_of(8, 8), "p.jpg")
    assert check_upload(file) is check_upload(file)
