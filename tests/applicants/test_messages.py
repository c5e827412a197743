"""The message box of an applicant's case: written once, kept, and seen by nobody else."""

import pytest
from django.test import Client

from icpcases.applicants.messages import messages_of
from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.messages import mark_read, write_to_applicant, write_to_office
from tests.domain import STATES
from tests.world import user

from .pages import body_of, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

QUERIES = 5


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def fresh(case: FilingCase) -> FilingCase:
    return FilingCase.objects.get(pk=case.pk)


def written(case: FilingCase) -> list[str]:
    rows = HistoryRow.objects.filter(case=case, kind="message").order_by("sequence")
    return list(rows.values_list("note_public", flat=True))


def send(client: Client, case: FilingCase, text: str, **data: object):
    return client.post(path(case, "messages/"), {"version": case.version, "text": text, **data})


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_the_office_is_written_to_in_every_state(as_wei, world, state):
    case = world.at(state)
    page = send(as_wei, case, "Is anything missing?\r\nThank you.")
    assert (page.status_code, page["Location"]) == (302, path(case, "messages/"))
    assert written(case) == ["Is anything missing?\nThank you."]
    shown = text_of(as_wei.get(path(case, "messages/")))
    assert "Your message has been sent to the office." in shown
    assert "not read yet Is anything missing?" in shown


def test_both_sides_read_who_wrote_and_what_is_read(as_wei, world, wei, li):
    case = world.at("triage")
    colleague = user("colleague")
    participants.accept(participants.invite(case, wei, colleague.email, case.version), colleague)
    write_to_office(case, colleague, "From a colleague.", fresh(case).version)
    mark_read(case, li, fresh(case).version)
    write_to_office(case, wei, "From me.", fresh(case).version)
    write_to_applicant(case, li, "From the office.", fresh(case).version)
    write_to_office(case, wei, "Once more.", fresh(case).version)
    case = fresh(case)
    page = as_wei.get(path(case, "messages/"))
    said = page.context["exchange"].object_list
    assert [(one.text, one.from_applicant, one.waits) for one in said] == [
        ("Once more.", True, True), ("From the office.", False, False), ("From me.", True, False),
        ("From a colleague.", True, False),
    ]  # fmt: skip
    order = text_of(page).partition("What has been written")[2]
    marks = [
        "You ·",
        "not read yet",
        "The office ·",
        "You ·",
        "read by the office",
        "A colleague ·",
    ]
    at = -1
    for mark in marks:
        at = order.index(mark, at + 1)
    # Nobody's name or address at the office.
    assert li.email not in body_of(page)
    timeline = text_of(as_wei.get(path(case, "timeline/")))
    for sentence in (
        "You or a colleague wrote to the office.", "The office has read your message.",
        "The office wrote to you.", "From the office.", "Once more.",
    ):  # fmt: skip
        assert sentence in timeline
    newest = messages_of(case)
    assert [one.text for one in newest.said] == ["Once more.", "From the office."]
    assert (newest.more, newest.waits) == (True, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This field is required."),
        (" \r\n ", "This field is required."),
        ("a\x00b", "Null characters are not allowed."),
        ("x" * 2001, "Ensure this value has at most 2000 characters (it has 2001)."),
        ("x" * 10_000, "Ensure this value has at most 2000 characters (it has 10000)."),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(as_wei, world, text, sentence):
    case = world.case()
    page = send(as_wei, case, text)
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert written(case) == []
    if text.strip("x") == "" and text:
        assert text in body_of(page)


def test_a_line_break_counts_as_one_character(as_wei, world):
    case = world.case()
    assert send(as_wei, case, "x\r\n" * 999 + "xy").status_code == 302
    assert send(as_wei, fresh(case), "x\r\n" * 999 + "xyz").status_code == 422


def test_a_double_click_and_an_old_page(as_wei, world, li):
    case = world.at("triage")
    one = {"csrfmiddlewaretoken": "one page"}
    add_note(case, li, "Meanwhile.", case.version)
    world.step(case, "prepare_filing")
    first, second = (send(as_wei, case, "Hello.", **one) for _click in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert written(case) == ["Hello."]
    # The same words from a page of their own are another message.
    assert send(as_wei, case, "Hello.", csrfmiddlewaretoken="another").status_code == 302
    assert written(case) == ["Hello.", "Hello."]
    # A version that is no number stands in nobody's way.
    odd = as_wei.post(path(case, "messages/"), {"version": "９", "text": "Odd."})
    assert (odd.status_code, written(case)[-1]) == (302, "Odd.")


def test_reading_writes_nothing(as_wei, world, wei):
    case = world.case()
    write_to_office(case, wei, "Hello.", case.version)
    before = fresh(case).version
    assert as_wei.get(path(case, "messages/")).status_code == 200
    assert fresh(case).version == before


def test_nobody_else_finds_the_box(world, wei, mei, li, client):
    case = world.at("triage")
    write_to_office(case, wei, "Between us.", case.version)
    for account, address in ((mei, path(case, "messages/")), (mei, path(case)), (li, path(case))):
        client.force_login(account)
        assert client.get(address).status_code == 404
        assert client.post(path(case, "messages/"), {"text": "Let me in."}).status_code == 404
    client.logout()
    assert client.get(path(case, "messages/")).status_code == 302
    # Nor does whoever follows the case by its code.
    code = {"reference": case.reference, "code": case.follow_code}
    page = client.post("/follow/", code, follow=True)
    assert page.status_code == 200
    assert "Between us." not in body_of(page)
    assert "wrote" not in text_of(page)
    assert written(case) == ["Between us."]


def test_an_internal_note_is_no_message(as_wei, world, li):
    case = world.at("triage")
    add_note(case, li, "Kept inside.", case.version)
    write_to_applicant(case, li, "To you.", fresh(case).version)
    page = as_wei.get(path(case, "messages/"))
    assert "Kept inside." not in body_of(page)
    assert len(page.context["exchange"].object_list) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_exchange_costs_the_same(as_wei, world, wei, rows, django_assert_num_queries):
    case = world.case()
    for n in range(rows):
        write_to_office(case, wei, f"Number {n}.", case.version + n)
    with django_assert_num_queries(QUERIES):
        as_wei.get(path(case, "messages/"))


def test_long_exchanges_have_pages(as_wei, world, wei):
    case = world.case()
    for n in range(51):
        write_to_office(case, wei, f"Number {n}.", case.version + n)
    assert "Number 50." in text_of(as_wei.get(path(case, "messages/")))
    older = as_wei.get(path(case, "messages/") + "?page=2")
    assert [one.text for one in older.context["exchange"].object_list] == ["Number 0."]
