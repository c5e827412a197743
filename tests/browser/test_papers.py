"""Documents in a real browser: on a telephone, several at once, and beside the officer's form."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from icpcases.cases.models import FilingCase
from icpcases.files.uploads import check_upload
from tests.files.gradients import GREY, heic
from tests.files.hostile import pages, pdf, picture
from tests.world import png, upload

from .public import enter
from .test_accessibility import violations

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Milliseconds; a busy machine takes long over 48 megapixels.
PATIENCE = 60_000
PHONE = {"width": 390, "height": 844}
REASONS = [
    {"about": "business_licence", "text": "The licence is blurred."},
    {"about": "domain_certificate", "text": "The certificate names somebody else."},
    {"about": "", "text": "What is the site for?"},
]


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    """Pick files, once the script has made the place for them."""
    expect(page.locator("[data-drop]")).to_be_visible()
    page.locator("[data-pick]").set_input_files(files)


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def returned(world) -> FilingCase:
    """Returned with three reasons; the documents were accepted, so one file is there already."""
    case = world.at("provider_review")
    return world.step(case, "return_for_correction", reasons=REASONS)


def test_a_return_is_put_right_on_a_telephone(open_page: Callable[..., Page], returned, wei, li):
    phone = open_page(viewport=PHONE, has_touch=True)
    enter(phone, wei)
    own = f"/cases/{returned.reference}/"
    phone.goto(own)
    assert fits(phone)
    expect(phone.locator("#needed .asked")).to_have_count(3)
    licence, certificate, question = returned.requests.order_by("pk")
    files = {
        licence: file("licence.jpg", picture("JPEG", (300, 200))),
        certificate: file("certificate.pdf", pages(2)),
    }
    for asked, one in files.items():
        phone.locator(f"[name=r{asked.pk}-file]").set_input_files([one])
    phone.locator(f"[name=r{question.pk}-answer]").fill("A shop for books.")
    assert fits(phone)
    phone.locator("#needed .submit button").click()
    phone.wait_for_url(f"**{own}")
    expect(phone.locator(".messages")).to_contain_text("Saved; the office will look at it.")
    expect(phone.locator(".move")).to_contain_text("The case is with the office.")

    desk = open_page()
    enter(desk, li)
    office = f"/admin/cases/filingcase/{returned.pk}/"
    desk.goto(f"{office}change/")
    expect(desk.locator(".case-head .request-answered")).to_have_text("answered")
    # Each document settles the request for it; then comes the answer in words, then the case.
    papers = returned.documents.filter(status="pending").order_by("pk")
    words = returned.requests.get(about="")
    desk.goto(f"{office}judge/")
    for page in [*(f"documents/{paper.pk}/" for paper in papers), f"requests/{words.pk}/"]:
        desk.wait_for_url(f"**{office}{page}")
        desk.locator(".decide button.default").click()
    desk.wait_for_url(f"**{office}change/")
    expect(desk.locator(".case-head .request-answered")).to_have_count(0)
    desk.goto(f"{office}step/submit_to_provider/")
    desk.locator("main .submit button.default").click()
    desk.wait_for_url(f"**{office}change/")
    returned.refresh_from_db()
    assert (returned.state, returned.documents.count()) == ("provider_review", 7)


def test_several_files_at_once_and_one_of_them_wrong(page: Page, world, wei, document_root: Path):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/?kind=business_licence")
    choose(
        page,
        file("licence.png", png("red")),
        file("bad.pdf", b"nothing"),
        file("id.png", png("blue")),
    )
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    rows.nth(1).locator("select").first.select_option("other")
    rows.nth(2).locator("select").first.select_option("service_leader_id")
    rows.nth(2).locator("summary").click()
    rows.nth(2).get_by_label("Number").fill("ID-7")
    page.locator("main .submit button").click()
    expect(rows.nth(1).locator(".errorlist")).to_have_text(
        "The file's content does not fit its name's ending."
    )
    assert (case.documents.count(), len(list(document_root.rglob("*.png")))) == (0, 0)
    assert violations(page) == []
    # What was chosen and typed is still there; the wrong one is left out.
    expect(page.locator("[data-again]")).to_have_count(0)
    rows.nth(1).locator("[data-leave-out]").click()
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    kept = case.documents.order_by("pk").values_list("kind", "label", "number")
    assert list(kept) == [
        ("business_licence", "licence.png", ""), ("service_leader_id", "id.png", "ID-7"),
    ]  # fmt: skip


def test_files_are_dropped_and_no_more_than_ten_taken(page: Page, world, wei):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/")
    carrier = page.evaluate_handle(
        """() => { const carrier = new DataTransfer();
        for (let n = 0; n < 12; n++) carrier.items.add(new File(["x"], `${n}.png`));
        return carrier; }"""
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": carrier})
    expect(page.locator("[data-row]")).to_have_count(10)
    expect(page.locator("[data-said]")).to_have_text(
        "10 files can be sent at once; the others were left out."
    )
    # Each is taken for what is still wanted, as long as something is.
    kinds = [row.input_value() for row in page.locator("[data-row] select[name$=kind]").all()]
    assert kinds == [
        "business_licence", "legal_representative_id", "service_leader_id",
        "authorisation_letter", "domain_certificate", *[""] * 5,
    ]  # fmt: skip


def test_a_lost_connection_loses_nothing(page: Page, world, wei):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/?kind=business_licence")
    choose(page, file("licence.png", png()))
    page.context.set_offline(True)
    page.locator("main .submit button").click()
    expect(page.locator("[data-said]")).to_contain_text("It is not known whether it has arrived.")
    page.context.set_offline(False)
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    assert case.documents.count() == 1


def test_what_the_database_did_is_shown_and_the_files_stay_chosen(page: Page, world, wei):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/?kind=business_licence")
    choose(page, file("licence.png", png()))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON cases_document"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    page.locator("main .submit button").click()
    expect(page.locator("main .refusal h2")).to_have_text(
        "The database refuses this, and nothing was changed"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse")
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    assert case.documents.count() == 1


def test_without_script_rows_are_filled_one_by_one(open_page: Callable[..., Page], world, wei):
    case = world.at("preparing")
    page = open_page(java_script_enabled=False)
    client = Client()
    client.force_login(wei)
    page.goto("/check/")
    base = page.url.split("/check/")[0]
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page.goto(f"/cases/{case.reference}/documents/add/")
    rows = page.locator("[data-row]")
    assert rows.count() == 3
    assert page.locator("[data-drop]").is_hidden()
    for n in (0, 2):
        rows.nth(n).locator("input[type=file]").set_input_files(file(f"{n}.png", png((n, 0, 0))))
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    kinds = case.documents.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["business_licence", "service_leader_id"]


# Says what leaves for the server: the browser's own tools do not know the size of a form's files.
TELL_SIZE = """
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (form) {
  console.info(form.get("file").size);
  return send.call(this, form);
};
"""


def large_photograph() -> bytes:
    """A photograph of 48 megapixels and more than 9 MB, as a telephone makes it."""
    noise = Image.effect_noise((8064, 6048), 30)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=85)
    assert 9 << 20 < out.tell() < 25 << 20
    return out.getvalue()


def test_a_large_photograph_is_made_smaller_before_it_is_sent(open_page, world, wei, tmp_path):
    case = world.at("preparing")
    phone = open_page(viewport=PHONE, has_touch=True)
    enter(phone, wei)
    phone.add_init_script(TELL_SIZE)
    phone.goto(f"/cases/{case.reference}/documents/add/?kind=business_licence")
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(large_photograph())
    expect(phone.locator("[data-drop]")).to_be_visible()
    field = phone.locator("[data-row] input[type=file]")
    field.set_input_files(photo)
    told = phone.locator("[data-told]").first
    expect(told).to_have_text(
        re.compile(r"^Made smaller, so that it is sent faster: \d+\.\d MB → [0-3]\.\d MB$"),
        timeout=PATIENCE,
    )
    assert field.evaluate("field => field.files[0].size") < 4 << 20
    # Chosen again and sent at once: the sending waits for the picture, and goes smaller.
    field.set_input_files(photo)
    with phone.expect_console_message(timeout=PATIENCE) as sending:
        phone.locator("main .submit button").click()
    assert 1000 < int(sending.value.text) < 4 << 20
    phone.wait_for_url(f"**/cases/{case.reference}/", timeout=PATIENCE)
    paper = case.documents.get()
    assert (paper.label, paper.media_type) == ("IMG_0001.jpg", "image/jpeg")
    with Image.open(io.BytesIO(paper.file.read())) as image:
        assert max(image.size) >= 2400
        assert image.width * 3 == image.height * 4


def test_what_a_telephone_sends_arrives_as_a_jpeg(page: Page, world, wei):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/")
    photos = [
        file("IMG_1.HEIC", heic(GREY.convert("RGB"))),
        file("2.jfif", picture("JPEG", (300, 200))),
        file("3.webp", picture("WEBP", (300, 200))),
    ]
    choose(page, *photos)
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    kept = case.documents.order_by("pk").values_list("label", "media_type")
    assert list(kept) == [
        ("IMG_1.jpg", "image/jpeg"), ("2.jfif", "image/jpeg"), ("3.jpg", "image/jpeg"),
    ]  # fmt: skip


def test_what_cannot_be_taken_is_said_before_it_is_sent(page: Page, world, wei):
    case = world.at("preparing")
    enter(page, wei)
    page.goto(f"/cases/{case.reference}/documents/add/")
    expect(page.locator("main")).to_contain_text("Or a PDF of up to 4 MB.")
    posted: list[str] = []
    page.on("request", lambda r: posted.append(r.url) if r.method == "POST" else None)
    choose(
        page,
        file("scan.pdf", pdf() + b"\0" * (4 << 20)),
        file("letter.docx", b"PK"),
        file("licence.png", png()),
    )
    rows = page.locator("[data-row]")
    faults = page.locator("[data-row] .errorlist")
    expect(faults).to_have_text(
        [
            "This PDF is larger than 4 MB. Save it smaller, or send photos of its pages.",
            "Only pictures (JPEG, PNG, HEIC, WebP) and PDF files can be taken.",
        ]
    )
    assert violations(page) == []
    page.locator("main .submit button").click()
    expect(rows.nth(0).locator("input[type=file]")).to_be_focused()
    assert (posted, case.documents.count()) == ([], 0)
    # Another file mends a row; one that is not wanted after all is left out.
    rows.nth(0).locator("input[type=file]").set_input_files(file("scan.pdf", pdf()))
    expect(faults).to_have_count(1)
    rows.nth(1).locator("[data-leave-out]").click()
    page.locator("main .submit button").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    assert case.documents.count() == 2


def test_an_officer_looks_at_a_pdf_beside_the_form(page: Page, world, li):
    case = world.at("preparing")
    paper = world.document(case, "other", file=check_upload(upload("three.pdf", pages(3))))
    enter(page, li)
    page.goto(f"/admin/cases/filingcase/{case.pk}/documents/{paper.pk}/")
    first = page.locator(".pages-shown img").first
    expect(first).to_have_js_property("complete", True)
    assert first.evaluate("image => image.naturalWidth") == 1600
    before = first.bounding_box()
    page.locator("#zoom-3").check()
    after = first.bounding_box()
    assert before
    assert after
    assert round(after["width"] / before["width"], 1) == 2.5
    assert violations(page) == []
    assert fits(page)


def test_a_photograph_that_is_asked_for_is_made_smaller_where_it_is_asked(
    open_page, returned, wei, tmp_path
):
    """Chosen and sent at once: the sending waits for the picture."""
    phone = open_page(viewport=PHONE, has_touch=True)
    enter(phone, wei)
    phone.goto(f"/cases/{returned.reference}/")
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(large_photograph())
    asked = returned.requests.order_by("pk")[0]
    field = phone.locator(f"[name=r{asked.pk}-file]")
    field.set_input_files(tmp_path / "IMG_0001.jpg")
    expect(phone.locator("#needed [data-told]").first).to_have_text(
        re.compile(r"^Made smaller, so that it is sent faster: \d+\.\d MB → [0-3]\.\d MB$"),
        timeout=PATIENCE,
    )
    assert field.evaluate("field => field.files[0].size") < 4 << 20
    field.set_input_files(photo)
    phone.locator("#needed .submit button").click()
    expect(phone.locator(".messages")).to_contain_text("Saved", timeout=PATIENCE)
    paper = returned.documents.get(status="pending")
    assert (paper.label, paper.media_type) == ("IMG_0001.jpg", "image/jpeg")
