"""Whose turn a filed case is when its service is changed from elsewhere."""

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.integrity.cases import turn_differs
from icpcases.workflow.actions.register import record_loss

from .test_undoing import back, completed

pytestmark = pytest.mark.django_db


def turn(case: FilingCase) -> tuple[str, bool, str]:
    case.refresh_from_db()
    newest = case.history.order_by("-sequence")[0]
    return case.turn, case.due_at is not None, newest.entered.get("register", "")


@pytest.mark.parametrize("state", ["filed", "open"])
@pytest.mark.parametrize("kind", ["cancel_service", "cancel_subject"])
def test_nothing_is_left_to_do_for_a_cancelled_site(world, state, kind):
    filed = world.at(state)
    assert filed.turn == "applicant"
    due = filed.due_at is not None
    errand = completed(world, kind, filed.service)
    assert turn(filed) == ("nobody", False, "completed")
    back(world, errand)
    assert turn(filed) == ("applicant", due, "taken_back")
    assert list(turn_differs()) == []


def test_nothing_is_left_to_do_for_a_site_that_is_lost(world):
    filed = world.at("open")
    today = timezone.localdate()
    record_loss(world.chen, filed.service, None, today, "No answer.", newest(filed))
    assert turn(filed) == ("nobody", False, "lost")
    assert list(turn_differs()) == []


def newest(case: FilingCase) -> int:
    return case.applicant.register_rows.order_by("-pk")[0].pk
