"""Pictures: every kind of pixel comes out as it was seen; large ones are made to fit, legibly."""

import io
import struct
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from icpcases.files.uploads import Upload, check_upload
from icpcases.files.worker import pictures

from .gradients import GRADIENTS, GREY, HEIGHT, WIDTH, heic, saved
from .hostile import CONTENT, PICTURE, PIXELS, picture

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

SLOW = "This picture takes too long to open; photograph the paper again."
MB = 1 << 20


def kept(name: str, content: bytes) -> Upload:
    return check_upload(ContentFile(content, name))


def shown(upload: Upload) -> Image.Image:
    return Image.open(io.BytesIO(upload.content))


def sentence_of(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refusal:
        kept(name, content)
    return " ".join(refusal.value.messages)


def greys(image: Image.Image) -> list[int]:
    middle = image.convert("L").crop((0, HEIGHT // 2, WIDTH, HEIGHT // 2 + 1))
    return list(middle.tobytes())


@pytest.mark.parametrize(
    ("name", "content"), [pytest.param(name, c, id=what) for name, what, c in GRADIENTS]
)
def test_a_gradient_stays_a_gradient(name, content):
    upload = kept(name, content)
    values = greys(shown(upload))
    assert (values[0], values[-1]) == (0, pytest.approx(255, abs=2))
    # Of two colours, of four, of sixteen: as far from the true grey as that must be.
    few = {2: 128, 4: 64, 16: 16}.get(len(set(values)), 3)
    assert max(abs(value - at) for at, value in enumerate(values)) <= few
    assert values == sorted(values) or few == 3
    assert (upload.media_type, upload.label) == (
        ("image/png", "paper.png") if name.endswith("png") else ("image/jpeg", "paper.jpg")
    )


def test_sixteen_bits_are_scaled_not_cut():
    """A third of 65,535 is a third of 255; cut off, it would be white."""
    row = struct.pack(">H", 21845) * WIDTH
    for mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        ordered = row if mode == "I;16B" else struct.pack("<H", 21845) * WIDTH
        image = Image.frombytes(mode, (WIDTH, HEIGHT), ordered * HEIGHT)
        assert greys(pictures.in_eight_bits(image)) == [85] * WIDTH


@pytest.mark.parametrize("mode", ["L", "LA", "PA", "RGBX", "RGBA", "RGBa", "CMYK", "HSV", "YCbCr"])
def test_whatever_the_library_makes_of_a_picture(mode):
    middle = {"PA": "P", "RGBa": "RGBA"}.get(mode, "RGB")
    source = GREY if middle == "P" else GREY.convert(middle)
    if middle == "P":
        source = Image.frombytes("P", GREY.size, GREY.tobytes())
        source.putpalette(bytes(v for grey in range(256) for v in (grey,) * 3))
    values = greys(pictures.in_eight_bits(source.convert(mode)))
    assert max(abs(value - at) for at, value in enumerate(values)) <= 1


@pytest.mark.parametrize("mode", ["I", "F", "LAB"])
def test_pixels_without_black_and_white_are_refused(mode):
    with pytest.raises(pictures.NotTaken, match="colours"):
        pictures.in_eight_bits(Image.new(mode, (4, 4)))


@pytest.mark.parametrize("name", ["paper.jfif", "paper.JFIF", "paper.jpeg", "paper.jpg"])
def test_every_ending_of_a_jpeg_is_one(name):
    assert kept(name, picture("JPEG")).media_type == "image/jpeg"


def test_the_first_bytes_of_a_heic_are_of_a_picture():
    content = heic(GREY.convert("RGB"))
    assert content[4:12] == b"ftypheic"
    other = {
        brand: content.replace(b"ftypheic", b"ftyp" + brand, 1) for brand in (b"isom", b"avif")
    }
    assert [
        sentence_of("film.heic", other[b"isom"]),
        sentence_of("paper.heic", other[b"avif"]),
        sentence_of("paper.heic", picture("JPEG")),
        sentence_of("paper.jpg", content),
        sentence_of("paper.webp", content),
        sentence_of("paper.heic", content[:40]),
        sentence_of("paper.webp", picture("WEBP")[:30]),
    ] == [*[CONTENT] * 5, *[PICTURE] * 2]
    assert kept("paper.heif", content.replace(b"ftypheic", b"ftypmif1", 1)).label == "paper.jpg"


@pytest.mark.parametrize("said", range(1, 9))
def test_a_telephone_held_in_any_way(said):
    """A red corner, as the eight orientations of EXIF place it: which corner of the shown picture
    the first pixel of the file is."""
    lying = Image.new("RGB", (96, 64), "white")
    lying.paste("red", (0, 0, 32, 32))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = said, "Telephone"
    size = (96, 64) if said < 5 else (64, 96)
    corner = {
        1: "left top", 2: "right top", 3: "right bottom", 4: "left bottom",
        5: "left top", 6: "right top", 7: "right bottom", 8: "left bottom",
    }[said]  # fmt: skip
    image = shown(kept("paper.jpg", saved(lying, "JPEG", exif=exif, quality=95))).convert("RGB")
    across, down = corner.split()
    at = (8 if across == "left" else size[0] - 9, 8 if down == "top" else size[1] - 9)
    assert (image.size, dict(image.getexif())) == (size, {})
    red, green, blue = image.crop((*at, at[0] + 1, at[1] + 1)).tobytes()
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_a_heic_is_turned_once():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (96, 64), "white")
    assert shown(kept("p.heic", heic(lying, exif=exif.tobytes()))).size == (64, 96)


def test_exif_that_cannot_be_read_costs_nobody_the_picture():
    broken = saved(GREY, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert greys(shown(kept("p.jpg", broken)))[-1] > 250


def test_nothing_said_about_a_picture_is_kept():
    secret = b"31.2304 N 121.4737 E"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    marked = {"exif": exif, "comment": secret, "icc_profile": secret * 8, "xmp": secret}
    for name, kind in (("p.jpg", "JPEG"), ("p.webp", "WEBP"), ("p.png", "PNG")):
        content = saved(GREY.convert("RGB"), kind, **marked)
        assert secret in content or kind == "PNG"
        assert secret not in kept(name, content).content
        assert b"ICC" not in kept(name, content).content


def photograph(size: tuple[int, int], noise: float = 30) -> Image.Image:
    """Grey noise, as a poor camera sees a table."""
    return Image.effect_noise(size, noise).convert("RGB")


#: An identity card (85.6 mm wide) over four fifths of the width of 48 megapixels: 75 pixels a
#: millimetre. Its smallest print is 2 mm high, with strokes of a fifth of a millimetre: 15 pixels.
LARGE, STROKE = (8064, 6048), 15


@pytest.fixture(scope="module")
def large_photograph() -> bytes:
    image = photograph(LARGE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((800, 800, 7200, 4800), fill="white")
    for at in range(1000, 7000, 2 * STROKE):
        draw.rectangle((at, 1000, at + STROKE - 1, 4600), fill="black")
    content = saved(image, "JPEG", quality=72)
    assert 9 * MB < len(content) < 25 * MB
    return content


def test_a_large_photograph_is_made_smaller_and_stays_legible(large_photograph):
    upload = kept("card.jpg", large_photograph)
    image = shown(upload)
    assert len(upload.content) <= 4 * MB
    assert max(image.size) >= 2400
    assert image.width / image.height == pytest.approx(4 / 3, abs=0.01)
    # The strokes are still black beside white: between them at least half of all there is.
    scale = image.width / LARGE[0]
    line = image.convert("L").crop(
        (round(2000 * scale), round(3000 * scale), round(6000 * scale), round(3000 * scale) + 1)
    )
    values = sorted(line.tobytes())
    dark, light = values[len(values) // 8], values[-len(values) // 8]
    assert light - dark > 128
    assert len([v for v in values if v < 128]) == pytest.approx(len(values) / 2, rel=0.15)


def test_what_fits_is_not_made_smaller():
    content = saved(photograph((4000, 3000), 6), "JPEG", quality=80)
    assert len(content) < 4 * MB
    upload = kept("card.jpg", content)
    assert shown(upload).size == (4000, 3000)
    # Written as it was, it neither grows nor fades.
    assert len(upload.content) == pytest.approx(len(content), rel=0.05)


def test_a_long_picture_keeps_its_width():
    """A conversation on a telephone, 1,080 by 9,000: the words in it are small already."""
    content = saved(photograph((1080, 9000), 60), "JPEG", quality=95)
    assert len(content) > 4 * MB
    upload = kept("talk.jpg", content)
    assert len(upload.content) <= 4 * MB
    assert shown(upload).width >= 700


def test_a_large_png_becomes_a_jpeg():
    content = saved(photograph((2600, 2000), 60), "PNG")
    assert len(content) > 4 * MB
    upload = kept("Scan 1.PNG", content)
    assert (upload.media_type, upload.label) == ("image/jpeg", "Scan 1.jpg")
    assert (shown(upload).size, len(upload.content) <= 4 * MB) == ((2600, 2000), True)


def test_a_small_limit_is_kept(settings):
    settings.DOCUMENT_MAX_MB = 1
    upload = kept("p.jpg", saved(photograph((5000, 3750), 60), "JPEG", quality=60))
    assert (len(upload.content) <= MB, max(shown(upload).size)) == (True, 2400)


def test_no_picture_is_made_smaller_than_can_be_read():
    with pytest.raises(pictures.NotTaken, match="large"):
        pictures.written_anew(
            saved(photograph((3000, 2250), 90), "JPEG"), "image/jpeg", 9000, 10**8
        )


def scans(count: int) -> bytes:
    """A progressive JPEG of 49 megapixels whose last scan comes again and again."""
    content = saved(Image.new("L", (7000, 7000)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


def test_a_picture_that_takes_for_ever_is_given_up(monkeypatch):
    """3,000 scans of 49 megapixels, one second of work in every thirty kilobytes."""
    monkeypatch.setattr("icpcases.files.opening.SECONDS", 3)
    started = time.monotonic()
    assert sentence_of("p.jpg", scans(3000)) == SLOW
    assert time.monotonic() - started < 10


def test_what_no_step_makes_small_enough_is_refused_in_words(settings):
    settings.DOCUMENT_MAX_MB = 0
    assert sentence_of("p.jpg", picture("JPEG")) == (
        "This picture cannot be made small enough; photograph the paper again."
    )


def test_hostile_heic_and_webp_are_told(settings):
    settings.DOCUMENT_MAX_MEGAPIXELS = 1
    assert [
        sentence_of("p.heic", heic(GREY)[:-50]),
        sentence_of("p.webp", picture("WEBP", (900, 900))[:-50]),
        sentence_of("p.heic", heic(Image.new("RGB", (1001, 1000)))),
        sentence_of("p.webp", picture("WEBP", (1001, 1000))),
    ] == [PICTURE, PICTURE, PIXELS, PIXELS]
    behind = {
        "p.heic": heic(GREY) + b"<script>", "p.webp": picture("WEBP") + b"<script>",
    }  # fmt: skip
    for name, content in behind.items():
        assert b"<script>" not in kept(name, content).content
