"""Messages at the office: on top of the case, marked on Today and in the list, in the history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.workflow.actions.messages import write_to_office
from icpcases.workflow.engine import perform
from tests.applicants.pages import body_of, text_of
from tests.staff.test_pages import case_path

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

LIST = "/admin/cases/filingcase/"


@pytest.fixture
def case(world, wei, li) -> FilingCase:
    case = world.at("provider_review")
    case.officer = li
    case.save(update_fields=["officer"])
    write_to_office(case, wei, "When will it be done?", case.version)
    case.refresh_from_db()
    return case


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def address(case: FilingCase, rest: str) -> str:
    return f"{LIST}{case.pk}/{rest}"


def rows(case: FilingCase) -> list[tuple[str, object]]:
    found = HistoryRow.objects.filter(case=case, kind="message").order_by("sequence")
    return list(found.values_list("note_public", "entered"))[1:]


def test_what_waits_stands_first_on_the_case(as_li, case):
    page = as_li.get(case_path(case))
    assert page.context["now"].title == "Answer the applicant's message"
    body = body_of(page)
    now = body[body.index('id="now"') : body.index('id="notes"')]
    assert "When will it be done?" in now
    assert 'id="message_text"' in now
    assert 'data-key="m"' in now
    assert "Read, no answer needed" in now
    # The step that is due comes after it.
    step = page.context["now"].step
    assert step.name == "provider_passes"
    assert now.index(step.label) > now.index("Read, no answer needed")


def test_today_the_list_and_the_history_show_it(as_li, case):
    today = text_of(as_li.get("/admin/"))
    assert "Answers and messages to read" in today
    assert "message Answer the applicant's message" in today
    listed = as_li.get(f"{LIST}?answered=1")
    assert "message-waits" in body_of(listed)
    assert case.reference in text_of(listed)
    history = body_of(as_li.get(case_path(case)))
    history = history[history.index('id="history"') :]
    assert "Message from the applicant" in history
    assert "From the applicant" in history


def test_it_is_answered_where_it_stands(as_li, case):
    number = case.version
    sent = as_li.post(
        address(case, "messages/"), {"version": case.version, "text": "On Friday."}, follow=True
    )
    assert sent.redirect_chain == [(case_path(case), 302)]
    assert "The message has been sent." in text_of(sent)
    assert rows(case) == [("On Friday.", {"from": "office", "settles": [number]})]
    case.refresh_from_db()
    assert (case.message_waits, case.answered) == (None, False)
    page = as_li.get(case_path(case))
    assert page.context["unread"] == []
    assert "Write to the applicant" in text_of(page)
    exchange = text_of(as_li.get(address(case, "messages/")))
    assert "On Friday." in exchange
    assert "When will it be done?" in exchange


def test_it_is_read_by_a_click_and_not_by_looking(as_li, case):
    for rest in ("change/", "messages/", "messages/read/"):
        as_li.get(address(case, rest), follow=True)
    case.refresh_from_db()
    assert case.message_waits == case.version
    data = {"version": case.version, "csrfmiddlewaretoken": "one page"}
    for _click in range(2):
        done = as_li.post(address(case, "messages/read/"), data, follow=True)
        assert "Marked as read." in text_of(done)
    assert rows(case) == [("", {"settles": [case.version]})]
    assert "Read a message: no answer needed" in text_of(as_li.get(case_path(case)))


def test_what_came_after_the_page_was_opened_is_not_read_with_it(as_li, case, wei):
    seen = case.version
    as_li.post(address(case, "messages/read/"), {"version": seen, "csrfmiddlewaretoken": "a page"})
    case.refresh_from_db()
    write_to_office(case, wei, "One more thing.", case.version)
    refused = as_li.post(address(case, "messages/read/"), {"version": seen})
    assert refused.status_code == 409
    assert "did not show the message that waits" in text_of(refused)
    case.refresh_from_db()
    assert case.message_waits == case.version


def test_a_double_click_answers_once_and_a_stale_page_answers_too(as_li, case, chen):
    data = {"version": case.version, "text": "Soon.", "csrfmiddlewaretoken": "one page"}
    perform(case, "provider_passes", chen, {}, case.version)
    statuses = [as_li.post(address(case, "messages/"), data).status_code for _click in range(2)]
    assert statuses == [302, 302]
    assert [text for text, _entered in rows(case)] == ["Soon."]


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 2001])
def test_what_cannot_be_sent_is_said_and_kept(as_li, case, text):
    page = as_li.post(address(case, "messages/"), {"version": case.version, "text": text})
    assert page.status_code == 422
    assert rows(case) == []
    if text.startswith("x"):
        assert text in body_of(page)


def test_an_auditor_reads_and_does_not_write(client, case, sun):
    client.force_login(sun)
    page = client.get(address(case, "messages/"))
    assert "When will it be done?" in text_of(page)
    assert "<textarea" not in body_of(page)
    assert "When will it be done?" in text_of(client.get(case_path(case)))
    assert "message_text" not in body_of(client.get(case_path(case)))
    for rest in ("messages/", "messages/read/"):
        data = {"version": case.version, "text": "I may not."}
        assert client.post(address(case, rest), data).status_code == 403
    assert rows(case) == []


def test_on_a_closed_case_too(as_li, world, wei, li):
    case = world.at("withdrawn")
    write_to_office(case, wei, "Can it be opened again?", case.version)
    case.refresh_from_db()
    case.officer = li
    case.save(update_fields=["officer"])
    assert "Can it be opened again?" in text_of(as_li.get(case_path(case)))
    sent = as_li.post(address(case, "messages/"), {"version": case.version, "text": "Yes."})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert (case.turn, case.answered) == ("nobody", False)


def test_the_list_finds_closed_cases_whose_turn_is_an_officer_s(as_li, world, wei):
    case = world.at("withdrawn")
    write_to_office(case, wei, "Hello?", case.version)
    page = as_li.get(f"{LIST}?state=withdrawn&turn=officer")
    assert case.reference in text_of(page)


@pytest.mark.parametrize("written", [1, 3])
def test_a_waiting_message_costs_the_case_page_one_query(
    as_li, world, wei, written, django_assert_num_queries
):
    case = world.at("triage")
    as_li.get(case_path(case))
    with CaptureQueriesContext(connection) as before:
        as_li.get(case_path(case))
    for n in range(written):
        write_to_office(case, wei, f"Number {n}.", case.version + n)
    with django_assert_num_queries(len(before) + 1):
        as_li.get(case_path(case))


def test_where_the_next_thing_is_led_to_the_message_is_not_passed_by(as_li, case):
    world_step = {"version": case.version, "then": "next"}
    done = as_li.post(address(case, "step/provider_passes/"), world_step)
    assert (done.status_code, done["Location"]) == (302, case_path(case))
