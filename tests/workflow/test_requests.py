"""Asking the applicant: reasons are given, answers are judged, and the turn says who is next."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import Request
from icpcases.integrity.cases import turn_differs
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.requests import settle
from icpcases.workflow.exceptions import Closed
from tests.world import ENTERPRISE

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_back(world):
    """A draft with the one thing it was sent back for."""
    case = world.step(world.at("triage", ENTERPRISE), "send_back")
    case.refresh_from_db()
    return case


def answer(case, by):
    asked = case.requests.get()
    requests.answer(case, by, asked.pk, "It is a new scan.", case.version)
    case.refresh_from_db()
    return asked


@pytest.mark.parametrize("reason", ["", " \n"])
@pytest.mark.parametrize("decision", ["waived", "open"])
def test_a_request_is_not_settled_without_a_reason(sent_back, wei, li, decision, reason):
    asked = answer(sent_back, wei)
    with pytest.raises(Closed) as closed:
        settle(sent_back, li, asked.pk, decision, reason, sent_back.version)
    assert closed.value.codes == ["reason.given"]
    assert Request.objects.get().status == "answered"


def test_a_document_is_not_refused_without_a_reason(world, li):
    case = world.at("preparing")
    paper = world.document(case, "business_licence")
    case.refresh_from_db()
    with pytest.raises(Closed) as closed:
        judge_document(case, li, paper.pk, False, "  ", case.version)
    paper.refresh_from_db()
    assert (closed.value.codes, paper.status) == (["reason.given"], "pending")


def test_what_is_sent_back_and_answered_is_sent_again_at_once(world, sent_back, wei, li):
    assert (sent_back.turn, sent_back.answered) == ("applicant", False)
    with pytest.raises(Closed) as closed:
        world.step(sent_back, "submit_request", by=wei)
    assert closed.value.codes == ["request.settled"]
    asked = answer(sent_back, wei)
    assert (sent_back.turn, sent_back.answered) == ("applicant", True)
    assert list(turn_differs()) == []
    case = world.step(sent_back, "submit_request", by=wei)
    assert (case.state, case.turn, case.answered) == ("triage", "officer", True)
    settle(case, li, asked.pk, "accepted", "", case.version)
    case.refresh_from_db()
    assert (case.turn, case.answered) == ("officer", False)


def test_asked_again_it_has_a_term_of_its_own(sent_back, wei, li):
    asked = answer(sent_back, wei)
    day = timezone.localdate() + dt.timedelta(days=5)
    settle(sent_back, li, asked.pk, "open", "Blurred still.", sent_back.version, due_on=day)
    asked.refresh_from_db()
    sent_back.refresh_from_db()
    assert (asked.status, asked.round, asked.due_on, sent_back.turn) == (
        "open",
        2,
        day,
        "applicant",
    )
