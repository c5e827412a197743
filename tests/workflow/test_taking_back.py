"""A paper is taken back by its own side while nobody has looked at it; what it answered is open."""

import pytest

from icpcases.cases.models import HistoryRow
from icpcases.files.uploads import check_upload
from icpcases.integrity.cases import turn_differs
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.documents import add_document
from icpcases.workflow.actions.judging import correct_document, judge_document, remove_document
from icpcases.workflow.actions.taking_back import take_paper_back
from icpcases.workflow.exceptions import Closed, NotAllowed, Stale
from tests.world import png, upload

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def case(world):
    return world.at("preparing")


def paper_of(case, by, kind="business_licence", colour=(1, 2, 3)):
    case.refresh_from_db()
    data = {
        "kind": kind,
        "file": check_upload(upload(content=png(colour))),
        "issued_in": "mainland",
    }
    made = add_document(case, by, data, case.version)
    case.refresh_from_db()
    return made


def asked(case, li, about):
    request = requests.ask(case, li, {"about": about, "text": "Once more."}, case.version)
    case.refresh_from_db()
    return request


def test_what_nobody_has_looked_at_is_taken_back_and_told_in_the_history(case, wei):
    paper = paper_of(case, wei)
    take_paper_back(case, wei, paper.pk, case.version)
    case.refresh_from_db()
    paper.refresh_from_db()
    row = HistoryRow.objects.filter(case=case).latest("sequence")
    assert (paper.status, row.kind, row.by, row.sequence) == (
        "removed", "document", wei, case.version,
    )  # fmt: skip
    assert row.entered == {
        "taken_back": "business_licence", "document": paper.pk, "file": "paper.png",
    }  # fmt: skip
    # It is handed in once more as if it had never been there.
    again = paper_of(case, wei)
    assert (again.status, again.sha256) == ("pending", paper.sha256)


@pytest.mark.parametrize("name", ["mei", "stranger", "li", "chen", "sun"])
def test_nobody_else_takes_it_back(case, wei, name, request):
    paper, other = paper_of(case, wei), request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        take_paper_back(case, other, paper.pk, case.version)
    paper.refresh_from_db()
    assert paper.status == "pending"


def accept(case, li, paper):
    judge_document(case, li, paper.pk, True, "", case.version)


def refuse(case, li, paper):
    judge_document(case, li, paper.pk, False, "blurred", case.version)


def correct(case, li, paper):
    read_off = {"kind": paper.kind, "number": "9144", "issued_in": "mainland"}
    correct_document(case, li, paper.pk, read_off, case.version)


def remove(case, li, paper):
    remove_document(case, li, paper.pk, "double", case.version)


@pytest.mark.parametrize("look", [accept, refuse, correct, remove])
def test_what_the_office_has_looked_at_stays(case, wei, li, look):
    paper = paper_of(case, wei)
    look(case, li, paper)
    case.refresh_from_db()
    paper.refresh_from_db()
    before = paper.status
    with pytest.raises(Closed) as closed:
        take_paper_back(case, wei, paper.pk, case.version)
    paper.refresh_from_db()
    assert (closed.value.codes, paper.status) == (["document.taken_back"], before)


def test_what_the_office_has_handed_in_stays(case, wei, li):
    paper = paper_of(case, li)
    with pytest.raises(Closed):
        take_paper_back(case, wei, paper.pk, case.version)


def test_what_was_accepted_before_a_reopening_is_no_longer_the_applicants_to_take(
    world, wei, li, chen
):
    case = world.at("preparing")
    paper = paper_of(case, wei)
    accept(case, li, paper)
    for step in ("withdraw", "reopen"):
        case = world.step(case, step, by=chen)
    paper.refresh_from_db()
    assert paper.status == "pending"
    with pytest.raises(Closed):
        take_paper_back(case, wei, paper.pk, case.version)


def test_nothing_is_taken_back_of_a_closed_case(world, case, wei):
    paper = paper_of(case, wei)
    case = world.step(case, "withdraw", by=wei)
    with pytest.raises(NotAllowed):
        take_paper_back(case, wei, paper.pk, case.version)


def test_from_an_old_page_it_is_stale(case, wei, li):
    paper = paper_of(case, wei)
    seen = case.version
    accept(case, li, paper)
    with pytest.raises(Stale):
        take_paper_back(case, wei, paper.pk, seen)


def test_the_request_it_answered_is_open_again(case, wei, li):
    request = asked(case, li, "business_licence")
    paper = paper_of(case, wei)
    request.refresh_from_db()
    assert (request.status, case.turn) == ("answered", "officer")
    take_paper_back(case, wei, paper.pk, case.version)
    request.refresh_from_db()
    case.refresh_from_db()
    assert (request.status, case.turn, case.answered) == ("open", "applicant", False)
    assert HistoryRow.objects.latest("pk").entered["opens"] == [request.pk]
    assert list(turn_differs()) == []


@pytest.mark.parametrize("first", [True, False])
def test_while_another_paper_answers_it_the_request_stays_answered(case, wei, li, first):
    request = asked(case, li, "business_licence")
    papers = [paper_of(case, wei, colour=colour) for colour in ((1, 2, 3), (4, 5, 6))]
    gone, other = papers if first else papers[::-1]
    take_paper_back(case, wei, gone.pk, case.version)
    request.refresh_from_db()
    case.refresh_from_db()
    assert request.status == "answered"
    if first:
        take_paper_back(case, wei, other.pk, case.version)


@pytest.mark.parametrize(
    ("about", "text", "left"),
    [
        ("", "See the paper.", "answered"),
        ("", "", "open"),
        ("business_licence", "See the paper.", "open"),
        ("business_licence", "", "open"),
    ],
)
def test_words_alone_answer_a_question_but_no_request_for_a_paper(case, wei, li, about, text, left):
    request = asked(case, li, about)
    kind = about or "other"
    data = {"kind": kind, "file": check_upload(upload()), "issued_in": "mainland"}
    requests.answer(case, wei, request.pk, text, case.version, papers=[data])
    case.refresh_from_db()
    take_paper_back(case, wei, case.documents.get().pk, case.version)
    request.refresh_from_db()
    assert (request.status, request.answer) == (left, text)


def test_another_request_is_left_alone(case, wei, li):
    other = asked(case, li, "domain_certificate")
    paper_of(case, wei, "domain_certificate", (9, 9, 9))
    paper = paper_of(case, wei)
    take_paper_back(case, wei, paper.pk, case.version)
    other.refresh_from_db()
    assert other.status == "answered"
