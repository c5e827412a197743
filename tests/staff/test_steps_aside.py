"""The steps of a case: what the reader can do nothing about is told quietly, and alarms nobody."""

import pytest

from tests.harness.reading import blocks
from tests.staff.test_pages import case_path

pytestmark = pytest.mark.django_db


def shown(client, case):
    """The steps in the list, and those set aside."""
    context = client.get(case_path(case)).context
    aside = [step.name for step in context["steps_aside"]]
    return [step.name for step in context["steps"] if step.name not in aside], aside


def test_where_no_step_can_be_taken_back_a_draft_says_so_quietly(client, world, chen, li):
    case = world.case()
    for reader in (li, chen):
        client.force_login(reader)
        assert shown(client, case) == (["submit_request", "withdraw"], ["step_back"])


def test_a_completed_case_has_no_step_for_an_officer_and_one_for_a_supervisor(
    client, world, chen, li
):
    case = world.at("completed")
    client.force_login(li)
    assert shown(client, case) == ([], ["step_back"])
    texts = [text for _name, text in blocks(client.get(case_path(case)).content.decode())]
    assert "There is no step for you to take." in texts
    assert "Not for you now: Take the last step back" in texts
    assert "closed" not in texts
    client.force_login(chen)
    assert shown(client, case) == (["step_back"], [])


def test_an_order_that_lives_does_not_alarm_by_not_being_expired(client, world, chen):
    client.force_login(chen)
    case = world.at("returned")
    assert shown(client, case) == (
        ["submit_to_provider", "withdraw", "step_back"], ["expire_order"],
    )  # fmt: skip


def test_what_somebody_can_put_right_stays_in_the_list(client, world, li):
    client.force_login(li)
    case = world.at("preparing")
    page = client.get(case_path(case))
    closed = [step.name for step in page.context["steps"] if not step.open]
    assert closed == ["submit_to_provider", "step_back"]
    assert shown(client, case) == (["submit_to_provider", "withdraw"], ["step_back"])


def test_who_only_reads_sees_the_step_that_is_due(client, world, sun):
    client.force_login(sun)
    case = world.at("authority_review")
    assert shown(client, case) == (
        ["approve"], ["return_for_correction", "record_refusal", "step_back"],
    )  # fmt: skip
