"""The papers of a case as a checklist: what is wanted, handed in, looked at, accepted, replaced."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone
from PIL import Image

from icpcases.applicants.papers import checklist
from icpcases.cases.models import AccessLogRow, Document
from icpcases.files.uploads import check_upload
from icpcases.rules.documents import Kind
from icpcases.staff.tables.access_log import looked_in_words
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.documents import add_document, add_documents, mark_not_needed
from icpcases.workflow.actions.judging import judge_document, remove_document
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from tests.domain import DOCUMENT_NAMES, DOCUMENTS_OF, kinds_for
from tests.harness.watch import statements
from tests.world import FOREIGN, FORUM, png, upload, user

from .pages import links_in, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

LICENCE = "business_licence"
TODAY = timezone.localdate()


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


@pytest.fixture
def case(world):
    return world.at("preparing")


def hand_in(case, by, kind=LICENCE, name="licence.png", colour=(1, 2, 3), **fields):
    case.refresh_from_db()
    file = check_upload(upload(name, png(colour)))
    data = {"kind": kind, "file": file, "issued_in": "mainland", **fields}
    made = add_document(case, by, data, case.version)
    case.refresh_from_db()
    return made


def of(case):
    case.refresh_from_db()
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    return checklist(case, rows)


def line(case, kind=LICENCE):
    return next(one for one in of(case).lines if one.kind.value == kind)


def stands(case, kind=LICENCE):
    """How it stands, why, the button, and the files shown on top and folded."""
    found = line(case, kind)
    shown = [[paper.document.pk for paper in papers] for papers in (found.now, found.older)]
    return (found.standing.value, found.why, str(found.button), *shown)


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        ({}, ("enterprise", "website")),
        ({"applicant_type": "individual"}, ("individual", "website")),
        ({"applicant_type": "organisation"}, ("organisation", "website")),
        ({**FORUM}, ("enterprise", "forum", "website")),
        ({**FOREIGN}, ("certificate", "website")),
    ],
)
def test_each_kind_the_case_wants_is_a_line_the_conditional_ones_last(world, facts, who):
    case = world.at("draft", **facts) if facts else world.at("draft")
    conditional = {
        kind.removesuffix("?") for name in who for kind in DOCUMENTS_OF[name] if kind.endswith("?")
    }
    wanted = kinds_for(*who)
    expected = [(kind, "wanted") for kind in wanted if kind not in conditional]
    expected += [(kind, "maybe") for kind in wanted if kind in conditional]
    lines = of(case).wanted
    assert [(one.kind.value, one.standing.value) for one in lines] == expected
    assert all(str(one.button) == "Hand in" for one in lines)
    assert all(bool(one.when) == (one.standing == "maybe") for one in lines)
    assert of(case).owed == len(wanted) - len(conditional)


def test_a_paper_from_wanted_to_accepted(case, wei, li):
    assert stands(case) == ("wanted", [], "Hand in", [], [])
    paper = hand_in(case, wei)
    assert stands(case) == ("looked_at", [], "Hand in another page", [paper.pk], [])
    judge(case, li, paper)
    assert stands(case) == ("accepted", [], "", [paper.pk], [])


def judge(case, li, paper, accept=True, reason="", **more):
    case.refresh_from_db()
    judge_document(case, li, paper.pk, accept, reason, case.version, **more)


def test_a_refused_paper_is_to_be_replaced_with_the_reason(case, wei, li):
    paper = hand_in(case, wei)
    judge(case, li, paper, False, "The seal cannot be read.")
    found = line(case)
    assert stands(case) == ("replace", ["The seal cannot be read."], "Replace", [paper.pk], [])
    assert found.due_on == case.requests.get().due_on
    newer = hand_in(case, wei, colour=(4, 5, 6))
    assert stands(case) == ("looked_at", [], "Hand in another page", [newer.pk], [paper.pk])
    assert str(line(case).older[0].said) == "refused by the office"
    judge(case, li, newer)
    assert stands(case) == ("accepted", [], "", [newer.pk], [paper.pk])


@pytest.mark.parametrize(("days", "late"), [(0, False), (-1, True)])
def test_what_is_asked_for_says_until_when_and_that_it_is_late(case, li, as_wei, days, late):
    due_on = TODAY + dt.timedelta(days=days)
    requests.ask(case, li, {"about": LICENCE, "text": "Please.", "due_on": due_on}, case.version)
    assert (line(case).due_on, line(case).late) == (due_on, late)
    for rest in ("documents/", "requests/", f"requests/{case.requests.get().pk}/"):
        told = text_of(as_wei.get(path(case, rest)))
        assert (f"Was due on {due_on}: it is late" in told) is late
        assert (f"Until {due_on}" in told) is not late


def test_refused_without_asking_for_another_it_still_says_why(case, wei, li):
    paper = hand_in(case, wei)
    judge(case, li, paper, False, "Not this one.", quiet=True)
    assert stands(case) == ("replace", ["Not this one."], "Replace", [paper.pk], [])


def test_an_accepted_paper_that_is_asked_for_again_never_says_accepted(case, wei, li, as_wei):
    paper = hand_in(case, wei)
    judge(case, li, paper)
    case.refresh_from_db()
    requests.ask(case, li, {"about": LICENCE, "text": "The provider wants colour."}, case.version)
    assert stands(case)[:2] == ("replace", ["The provider wants colour."])
    shown = part_of(as_wei.get(path(case, "documents/")), LICENCE)
    assert "To be replaced" in shown
    assert "Accepted" not in shown


def test_an_accepted_paper_counts_until_its_successor_is_accepted(case, wei, li):
    old = hand_in(case, wei)
    judge(case, li, old)
    new = hand_in(case, wei, colour=(4, 5, 6))
    assert stands(case) == ("looked_at", [], "Hand in another page", [new.pk], [old.pk])
    assert str(line(case).older[0].said) == "accepted; counts until the newer one is accepted"
    judge(case, li, new)
    assert stands(case)[3:] == ([new.pk], [old.pk])
    assert str(line(case).older[0].said) == "replaced by a newer one"


def test_the_two_sides_of_a_card_stand_together(case, wei, li):
    sides = [
        {"kind": LICENCE, "file": check_upload(upload(content=png(c))), "issued_in": "mainland"}
        for c in ((1, 1, 1), (2, 2, 2))
    ]
    papers = add_documents(case, wei, sides, case.version)
    for paper in papers:
        judge(case, li, paper)
    assert stands(case) == ("accepted", [], "", [paper.pk for paper in papers], [])


# The days until it ends, with a margin of 90 days (section 6).
@pytest.mark.parametrize(
    ("days", "standing"),
    [(None, "accepted"), (91, "accepted"), (90, "ending"), (0, "ending"), (-1, "expired")],
)
def test_what_ends_soon_or_has_ended_says_its_day(case, wei, li, as_wei, days, standing):
    ends = None if days is None else TODAY + dt.timedelta(days=days)
    paper = hand_in(case, wei, expires_on=ends)
    judge(case, li, paper)
    told = standing != "accepted"
    assert (stands(case)[0], line(case).until) == (standing, ends if told else None)
    shown = part_of(as_wei.get(path(case, "documents/")), LICENCE)
    assert (f"{ends}" in shown) is told


@pytest.mark.parametrize(("first", "second"), [(None, 10), (10, None), (400, 10), (10, 400)])
def test_the_newest_accepted_paper_counts(case, wei, li, first, second):
    for n, days in enumerate((first, second)):
        ends = None if days is None else TODAY + dt.timedelta(days=days)
        judge(case, li, hand_in(case, wei, colour=(n, 0, 9), expires_on=ends))
    assert stands(case)[0] == ("ending" if second == 10 else "accepted")


def test_a_conditional_paper_is_gone_once_it_is_not_needed(case, li):
    mark_not_needed(case, li, Kind.AUTHORISATION_LETTER, True, case.version)
    assert "authorisation_letter" not in [one.kind.value for one in of(case).lines]


def test_what_else_was_handed_in_stands_below_each_by_its_name(case, wei, li, as_wei):
    first = hand_in(case, wei, "other", "landlord.png", (1, 1, 1))
    second = hand_in(case, wei, "other", "map.png", (2, 2, 2))
    judge(case, li, second)
    found = of(case)
    assert [one.kind.value for one in found.others] == ["other"]
    assert [(p.document.pk, str(p.said)) for p in found.others[0].now] == [
        (first.pk, "being looked at"), (second.pk, "accepted by the office"),
    ]  # fmt: skip
    shown = part_of(as_wei.get(path(case, "documents/")), "other")
    for name in ("landlord.png", "map.png"):
        assert f"{name} handed in on {TODAY}" in shown


def test_what_was_removed_is_not_shown(case, wei, li):
    paper = hand_in(case, wei)
    remove_document(case, li, paper.pk, "double", case.version)
    assert stands(case) == ("wanted", [], "Hand in", [], [])


def test_a_paper_that_is_asked_for_beyond_the_route_is_a_line_too(case, li):
    requests.ask(case, li, {"about": "change_of_name", "text": "Show it."}, case.version)
    assert stands(case, "change_of_name") == ("wanted", ["Show it."], "Hand in", [], [])


@pytest.mark.parametrize("state", ["withdrawn", "refused", "filed", "open", "completed"])
def test_where_nothing_is_wanted_any_more_there_is_no_button(world, state):
    case = world.at(state)
    assert [str(one.button) for one in of(case).lines if one.button] == []
    assert of(case).owed == 0


def part_of(page: Any, kind: str) -> str:
    """What the page says of one kind."""
    body = page.content.decode()
    name = DOCUMENT_NAMES.get(kind, "Other document")
    start = body.index(f"<strong>{name}</strong>")
    end = body.find('<li class="standing-', start)
    return " ".join(re.sub(r"<[^>]+>", " ", body[start : None if end < 0 else end]).split())


def test_each_line_has_its_button_and_every_link_leads_somewhere(case, wei, li, as_wei):
    paper = hand_in(case, wei)
    page = as_wei.get(path(case, "documents/"))
    links = dict(links_in(page.content.decode()))
    add, own = path(case, "documents/add/"), path(case, f"documents/{paper.pk}/")
    assert links["licence.png"] == own
    assert links["Take back licence.png"] == f"{own}take_back/"
    wanted = kinds_for("enterprise", "website")
    always = [kind for kind in wanted if kind != "authorisation_letter"]
    assert [url for url in links.values() if url.startswith(add)] == [
        f"{add}?kind={kind}" for kind in (*always, "authorisation_letter", "other")
    ]
    for url in links.values():
        assert as_wei.get(url).status_code in (200, 302)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_however_many_papers(case, wei, as_wei, number):
    for n in range(number):
        hand_in(case, wei, "other", f"{n}.png", (n, n, n))
    as_wei.get(path(case, "documents/"))
    with statements() as seen:
        as_wei.get(path(case, "documents/"))
    assert len(seen) == COST


COST = 7


# A small picture


def test_a_small_picture_is_small_private_and_logged(case, wei, as_wei):
    big = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(big, "JPEG")
    case.refresh_from_db()
    data = {
        "kind": LICENCE, "file": check_upload(upload("a.jpg", big.getvalue())),
        "issued_in": "mainland",
    }  # fmt: skip
    paper = add_document(case, wei, data, case.version)
    answer = as_wei.get(path(case, f"documents/{paper.pk}/small/"))
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (160, 107))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=86400"
    assert answer["X-Content-Type-Options"] == "nosniff"
    row = AccessLogRow.objects.get()
    assert (row.by, row.case, row.detail) == (wei, case, f"{paper.pk} {LICENCE} small")
    said = f"Business licence (document {paper.pk}), a small picture"
    assert looked_in_words(row) == said


def test_of_a_pdf_it_shows_the_first_page(case, wei, as_wei):
    out = io.BytesIO()
    Image.new("RGB", (400, 800), "red").save(out, "PDF")
    case.refresh_from_db()
    data = {
        "kind": LICENCE, "file": check_upload(upload("a.pdf", out.getvalue())),
        "issued_in": "mainland",
    }  # fmt: skip
    paper = add_document(case, wei, data, case.version)
    answer = as_wei.get(path(case, f"documents/{paper.pk}/small/"))
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (80, 160)
        red, green, blue = picture.convert("RGB").tobytes()[3 * (80 * 80 + 40) :][:3]
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_a_file_that_is_lost_or_no_picture_is_not_found(world, as_wei, wei):
    case = world.supply(world.at("preparing"))
    paper = case.documents.first()
    address = path(case, f"documents/{paper.pk}/small/")
    assert as_wei.get(address).status_code == 404
    there = hand_in(case, wei, "other")
    caches["pages"].clear()
    there.file.storage.delete(there.file.name)
    assert as_wei.get(path(case, f"documents/{there.pk}/small/")).status_code == 404
    assert AccessLogRow.objects.count() == 0


def test_a_bent_picture_breaks_nothing(case, wei, as_wei):
    paper = hand_in(case, wei)
    with paper.file.storage.open(paper.file.name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\nno picture")
    assert as_wei.get(path(case, f"documents/{paper.pk}/small/")).status_code == 404


# Taken back on its page


def test_it_is_taken_back_by_two_presses_and_twice_is_once(case, wei, as_wei):
    paper = hand_in(case, wei)
    address = path(case, f"documents/{paper.pk}/take_back/")
    page = as_wei.get(address)
    assert (page.status_code, case.documents.get().status) == (200, "pending")
    sent = {"version": case.version, "csrfmiddlewaretoken": "one page"}
    answers = [as_wei.post(address, sent) for _ in range(2)]
    assert [(a.status_code, a.url) for a in answers] == [(302, path(case))] * 2
    assert case.documents.get().status == "removed"
    assert case.history.filter(entered__has_key="taken_back").count() == 1
    told = text_of(as_wei.get(path(case)))
    assert "Document taken back: Business licence." in told
    again = as_wei.get(address)
    assert "This paper has been taken out already." in text_of(again)
    assert 'type="submit" class="button main"' not in again.content.decode()


def test_looked_at_meanwhile_it_stays(case, wei, li, as_wei):
    paper = hand_in(case, wei)
    seen = case.version
    judge(case, li, paper)
    answer = as_wei.post(path(case, f"documents/{paper.pk}/take_back/"), {"version": seen})
    paper.refresh_from_db()
    assert (answer.status_code, paper.status) == (409, "accepted")


@pytest.mark.parametrize("version", ["", "-1", "\x00", "9" * 40, "1.5"])
def test_an_odd_version_changes_nothing(case, wei, as_wei, version):
    paper = hand_in(case, wei)
    answer = as_wei.post(path(case, f"documents/{paper.pk}/take_back/"), {"version": version})
    paper.refresh_from_db()
    assert (answer.status_code, paper.status) == (409, "pending")


@pytest.mark.parametrize("rest", ["small/", "take_back/"])
def test_a_paper_of_another_case_is_not_there(case, world, wei, as_wei, rest):
    mei = user("mei-of-another")
    theirs = world.at("preparing", owner=mei)
    paper = hand_in(theirs, mei)
    answers = [
        as_wei.get(path(which, f"documents/{number}/{rest}")).status_code
        for which, number in ((theirs, paper.pk), (case, paper.pk), (case, 999_999))
    ]
    assert answers == [404, 404, 404]
    assert Document.objects.get(pk=paper.pk).status == "pending"
