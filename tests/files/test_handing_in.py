"""Several documents at once: all or none, each named where it is wrong; the same file noticed."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from icpcases.cases.models import AccessLogRow, Document
from icpcases.files.uploads import check_upload
from icpcases.rules.documents import Kind
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.documents import add_documents
from tests.applicants.pages import path, text_of
from tests.world import png, upload

from .hostile import CONTENT, ENDING, REFUSED, pages, pdf

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def case(world):
    case = world.at("preparing")
    case.refresh_from_db()
    return case


@pytest.fixture
def as_wei(wei):
    client = Client()
    client.force_login(wei)
    return client


@pytest.fixture
def as_li(li):
    client = Client()
    client.force_login(li)
    return client


def two(case, **changed: Any) -> dict[str, Any]:
    """Two documents as the page sends them."""
    return {
        "version": case.version, "rows": "3",
        "kind": "business_licence", "file": upload("licence.png"), "issued_in": "mainland",
        "paper1-kind": "domain_certificate", "paper1-issued_in": "mainland",
        "paper1-file": upload("domain.pdf", pdf()), "paper1-number": "D-1",
        "paper2-kind": "other", "paper2-issued_in": "mainland", **changed,
    }  # fmt: skip


def kept(folder: Path) -> int:
    return len([file for file in folder.rglob("*") if file.is_file()])


def test_several_arrive_together_and_each_leaves_its_row(case, as_wei, wei, document_root):
    answer = as_wei.post(path(case, "documents/add/"), two(case))
    assert (answer.status_code, answer["Location"]) == (302, path(case))
    rows = case.documents.order_by("pk").values_list("kind", "label", "number", "pages", "status")
    assert list(rows) == [
        ("business_licence", "licence.png", "", None, "pending"),
        ("domain_certificate", "domain.pdf", "D-1", 1, "pending"),
    ]
    before, case.version = case.version, case.version + 2
    history = case.history.filter(sequence__gt=before).order_by("sequence")
    assert [(row.kind, row.entered["added"], row.by) for row in history] == [
        ("document", "business_licence", wei), ("document", "domain_certificate", wei),
    ]  # fmt: skip
    assert kept(document_root) == 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "content": (
        {"paper1-file": lambda: upload("domain.pdf", b"%PDF-")},
        "This PDF cannot be read.",
    ),
    "kind": ({"paper1-kind": lambda: ""}, "This field is required."),
    "no file": ({"paper1-file": lambda: ""}, "This field is required."),
    "date": ({"paper1-issued_on": lambda: "2026-13-01"}, "Enter a valid date."),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_that_is_wrong_keeps_all_out_and_loses_nothing_typed(case, as_wei, document_root, what):
    changed, sentence = WRONG[what]
    sent = two(case, **{name: make() for name, make in changed.items()})
    answer = as_wei.post(path(case, "documents/add/"), sent)
    assert answer.status_code == 422
    first, second, _third = answer.context["papers"].forms
    assert (first.errors, list(second.errors.values())) == ({}, [[sentence]])
    assert second["number"].value() == "D-1"
    shown = text_of(answer)
    assert "Nothing has been handed in yet" in shown
    assert "Choose this file once more: licence.png" in shown
    assert (case.documents.count(), kept(document_root)) == (0, 0)


def test_a_row_nobody_touched_is_no_fault_and_keeps_its_kind(case, as_wei):
    sent = {
        "version": case.version, "rows": "3", "kind": "business_licence",
        "file": upload("licence.png", b"no"), "issued_in": "mainland",
        "paper1-kind": "domain_certificate", "paper1-issued_in": "mainland",
        "paper2-kind": "other", "paper2-issued_in": "mainland",
    }  # fmt: skip
    answer = as_wei.post(path(case, "documents/add/"), sent)
    forms = answer.context["papers"].forms
    assert [dict(form.errors) for form in forms] == [{"file": [CONTENT]}, {}, {}]
    assert [form["kind"].value() for form in forms] == [
        "business_licence", "domain_certificate", "other",
    ]  # fmt: skip
    assert "This field is required." not in text_of(answer)


def test_every_fault_is_told_in_one_round(case, as_wei):
    sent = two(case, kind="", file=upload("a.exe"), **{"paper1-issued_on": "2026-13-01"})
    forms = as_wei.post(path(case, "documents/add/"), sent).context["papers"].forms
    assert [dict(form.errors) for form in forms] == [
        {"kind": ["This field is required."], "file": [ENDING]},
        {"issued_on": ["Enter a valid date."]},
        {},
    ]


def test_only_an_empty_form_asks_for_a_file(case, as_wei):
    sent = {"version": case.version, "rows": "2", "kind": "other", "issued_in": "mainland"}
    forms = as_wei.post(path(case, "documents/add/"), sent).context["papers"].forms
    assert [dict(form.errors) for form in forms] == [{"file": ["This field is required."]}, {}]


def test_the_kinds_the_case_wants_are_offered_first(case, as_wei, as_li):
    """An enterprise's website, as the table of documents has it; and all others once."""
    wanted = [
        "business_licence", "legal_representative_id", "service_leader_id",
        "authorisation_letter", "domain_certificate",
    ]  # fmt: skip
    office = f"/admin/cases/filingcase/{case.pk}/documents/add/"
    own = path(case, "documents/add/")
    wrong = two(case, file=upload("licence.png", b"no"))
    shown = [as_wei.get(own), as_wei.get(f"{own}?kind=other"), as_wei.post(own, wrong)]
    for answer in (*shown, as_li.get(office)):
        papers = answer.context["papers"]
        for form in (*papers.forms, papers.blank):
            (none, _choose), (first, here), (second, others) = form.fields["kind"].choices
            assert (none, str(first), str(second)) == ("", "Wanted for this case", "Other kinds")
            assert [kind for kind, _name in here] == wanted
            assert sorted(wanted + [kind for kind, _name in others]) == sorted(
                kind.value for kind in Kind
            )
        assert '<optgroup label="Wanted for this case">' in answer.text


def test_what_is_taken_is_said_before_it_is_sent(case, as_wei, as_li):
    page = as_wei.get(path(case, "documents/add/"))
    assert (
        "A picture (JPEG, PNG, HEIC, WebP) of up to 25 MB: a large one is made smaller by itself. "
        "Or a PDF of up to 4 MB."
    ) in " ".join(text_of(page).split())
    # The file field of the row, the place to pick several, and the row that is copied.
    assert page.text.count(f'accept="{ACCEPT}"') == 5
    assert "capture" not in page.text
    assert ("photo-good.svg" in page.text, "photo-bad.svg" in page.text) == (True, True)
    office = as_li.get(f"/admin/cases/filingcase/{case.pk}/documents/add/")
    assert "photo-good.svg" not in office.text


#: Each as a telephone or a computer names it, beside its ending.
ACCEPT = (
    "image/jpeg,image/png,image/heic,image/webp,application/pdf,image/heif,"
    ".jpg,.jpeg,.jfif,.png,.heic,.heif,.webp,.pdf"
)


@pytest.mark.slow
def test_ten_hostile_files_at_once_are_each_told(case, as_wei, document_root):
    chosen = REFUSED[::6][:10]
    sent = {"version": case.version, "rows": "10"}
    for n, hostile in enumerate(chosen):
        prefix = f"paper{n}-" if n else ""
        sent |= {f"{prefix}kind": "other", f"{prefix}issued_in": "mainland"}
        sent[f"{prefix}file"] = upload(hostile.name.replace("\0", ""), hostile.make() or b"x")
    answer = as_wei.post(path(case, "documents/add/"), sent)
    assert answer.status_code == 422
    found = [form.errors["file"] for form in answer.context["papers"].forms]
    assert found == [[hostile.sentence] for hostile in chosen]
    assert (case.documents.count(), kept(document_root)) == (0, 0)


def test_a_crash_midway_leaves_neither_row_nor_file(case, wei, document_root, monkeypatch):
    """The disk fills up while the second file is written."""
    write, files = Document.save, []

    def full(self: Document, **kwargs: Any) -> None:
        files.append(kept(document_root))
        if len(files) == 2:
            raise OSError("No space left on device")
        write(self, **kwargs)

    monkeypatch.setattr(Document, "save", full)
    papers = [
        {"kind": "other", "file": check_upload(upload(content=png(c))), "issued_in": "mainland"}
        for c in ("red", "blue")
    ]
    with pytest.raises(OSError, match="No space"):
        add_documents(case, wei, papers, case.version)
    assert files == [1, 2]
    before = case.version
    case.refresh_from_db()
    assert (case.documents.count(), kept(document_root), case.version) == (0, 0, before)


@pytest.mark.parametrize("rows", ["", "0", "-1", "99999", "x", "١"])
def test_an_odd_number_of_rows_is_no_crash(case, as_wei, rows):
    answer = as_wei.post(path(case, "documents/add/"), {"version": case.version, "rows": rows})
    assert answer.status_code == 422
    assert answer.context["papers"].forms[0].errors["file"] == ["This field is required."]


def test_no_more_than_ten_rows_are_read(case, as_wei):
    answer = as_wei.post(path(case, "documents/add/"), {"version": case.version, "rows": "999"})
    assert len(answer.context["papers"].forms) == 10


def test_the_page_begins_with_what_is_still_wanted(world, case, as_wei, as_li):
    """An enterprise's licence, and the IDs; what is there already is not asked for."""
    world.document(case, "business_licence")
    world.document(case, "legal_representative_id", accept=False)
    for page in (
        as_wei.get(path(case, "documents/add/")),
        as_li.get(f"/admin/cases/filingcase/{case.pk}/documents/add/"),
    ):
        kinds = [form["kind"].value() for form in page.context["papers"].forms]
        assert kinds == ["legal_representative_id", "service_leader_id", "authorisation_letter"]
    asked = as_wei.get(path(case, "documents/add/?kind=domain_certificate"))
    assert [form["kind"].value() for form in asked.context["papers"].forms] == [
        "domain_certificate"
    ]


def test_a_script_is_told_where_to_go_on(case, as_wei):
    sent = {"headers": {"X-Progress": "1"}}
    answer = as_wei.post(path(case, "documents/add/"), two(case), **sent)
    assert (answer.status_code, answer["X-Location"]) == (204, path(case))
    assert "It has arrived" in text_of(as_wei.get(path(case)))


ONCE = {
    None: "The same file is here already, and waits to be judged: Business licence.",
    True: "The same file is here already, and is accepted: Business licence.",
    False: "The office has refused this same file already: Business licence.",
}


@pytest.mark.parametrize("judged", ONCE)
def test_the_same_file_twice_in_a_case_is_told_what_it_is(
    world, case, as_wei, judged, document_root
):
    file = check_upload(upload())
    world.document(case, "business_licence", accept=judged, file=file)
    case.refresh_from_db()
    answer = as_wei.post(path(case, "documents/add/"), two(case))
    assert answer.status_code == 409
    assert ONCE[judged] in text_of(answer)
    assert (case.documents.count(), kept(document_root)) == (1, 1)


def test_the_same_file_as_another_document_is_taken_and_told(case, as_wei):
    one = two(case, **{"paper1-file": upload("again.png")})
    answer = as_wei.post(path(case, "documents/add/"), one, follow=True)
    assert case.documents.count() == 2
    shown = text_of(answer)
    assert "again.png is in this case as another document too: Business licence." in shown


def test_the_same_file_in_a_case_of_others_is_told_to_staff_only(world, case, mei, as_wei, as_li):
    file = check_upload(upload())
    theirs = world.case(owner=mei)
    world.document(theirs, "business_licence", file=file)
    answer = as_wei.post(path(case, "documents/add/"), two(case), follow=True)
    assert case.documents.count() == 2
    assert theirs.reference not in answer.text
    paper = case.documents.get(kind="business_licence")
    page = text_of(as_li.get(f"/admin/cases/filingcase/{case.pk}/documents/{paper.pk}/"))
    assert f"The same file lies in a case of another applicant: {theirs.reference}" in page
    other = case.documents.get(kind="domain_certificate")
    page = text_of(as_li.get(f"/admin/cases/filingcase/{case.pk}/documents/{other.pk}/"))
    assert "The same file lies" not in page


def ask(case, li, about: str):
    requests.ask(case, li, {"about": about, "text": "Once more, please."}, case.version)
    case.refresh_from_db()
    return case.requests.get()


def test_a_request_is_answered_with_its_document_in_one_go(case, as_wei, as_li, li):
    asked = ask(case, li, "business_licence")
    page = as_wei.get(path(case, f"requests/{asked.pk}/"))
    assert page.context["papers"].forms[0]["kind"].value() == "business_licence"
    answer = as_wei.post(path(case, f"requests/{asked.pk}/"), {**two(case), "answer": ""})
    asked.refresh_from_db()
    assert (answer.status_code, asked.status, case.documents.count()) == (302, "answered", 2)
    papers = list(case.documents.order_by("pk"))
    own = as_wei.get(path(case, f"requests/{asked.pk}/"))
    office = as_li.get(f"/admin/cases/filingcase/{case.pk}/requests/{asked.pk}/")
    assert [paper for paper, _ in office.context["came"]] == papers
    assert [paper.document for paper in own.context["told"].came] == papers
    assert "Business licence Not yet judged" in text_of(office)
    for paper in papers:
        handed = f"handed in on {timezone.localdate(paper.added_at)}, being looked at"
        assert f"{paper.get_kind_display()}: {paper.label} {handed}" in text_of(own)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"file": lambda: upload("licence.png", b"no")}, 422), ({"version": lambda: 1}, 409)],
)
def test_with_a_document_that_is_not_taken_nothing_is_answered(case, as_wei, li, changed, status):
    asked = ask(case, li, "")
    sent = {**two(case), "answer": "See the scan."} | {n: make() for n, make in changed.items()}
    answer = as_wei.post(path(case, f"requests/{asked.pk}/"), sent)
    asked.refresh_from_db()
    assert (answer.status_code, asked.status, case.documents.count()) == (status, "open", 0)
    assert "See the scan." in answer.text


def test_an_answer_says_something(case, as_wei, li):
    asked = ask(case, li, "")
    sent = {"version": case.version, "answer": " ", "rows": "1", "kind": "other"}
    answer = as_wei.post(path(case, f"requests/{asked.pk}/"), sent)
    assert answer.status_code == 422
    assert "Answer in a few words, or add a document." in text_of(answer)


def test_staff_see_pages_of_a_pdf_as_pictures_and_it_is_logged(world, case, as_li, li):
    file = check_upload(upload("three.pdf", pages(3)))
    paper = world.document(case, "business_licence", file=file)
    base = f"/admin/cases/filingcase/{case.pk}/documents/{paper.pk}/"
    assert as_li.get(base).context["pictures"] == [f"{base}page/{n}/" for n in (1, 2, 3)]
    answer = as_li.get(f"{base}page/3/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.content.startswith(b"\x89PNG")
    log = AccessLogRow.objects.get(what="document")
    assert (log.by, log.case, log.detail) == (li, case, f"{paper.pk} business_licence page 3")
    assert [as_li.get(f"{base}page/{n}/").status_code for n in (0, 4)] == [404, 404]
    # The file itself opens nowhere but on the reader's own machine.
    assert as_li.get(f"{base}picture/").status_code == 404
    assert as_li.get(f"{base}file/")["Content-Disposition"].startswith("attachment;")


def test_a_pdf_that_cannot_be_drawn_is_no_crash(world, case, as_li):
    paper = world.document(case, "business_licence", file=check_upload(upload("p.pdf", pdf())))
    with paper.file.open("wb") as file:
        file.write(b"%PDF-1.7 broken")
    base = f"/admin/cases/filingcase/{case.pk}/documents/{paper.pk}/"
    assert [as_li.get(f"{base}page/1/").status_code, as_li.get(base).status_code] == [404, 200]


def test_an_answered_case_says_so_on_its_head(world, case, as_li, li, wei):
    page = f"/admin/cases/filingcase/{case.pk}/change/"
    assert "request-answered" not in as_li.get(page).text
    asked = ask(case, li, "")
    requests.answer(case, wei, asked.pk, "Here.", case.version)
    head = as_li.get(page).text.split("</header>")[0:3]
    assert '<span class="badge request-answered">answered</span>' in "".join(head)
