"""Two orders of one subject that both ran before a subject might have one only."""

import pytest

from icpcases.cases.models import FilingCase, Order
from icpcases.integrity.cases import order_out_of_step
from icpcases.workflow.exceptions import Closed

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(world):
    """As migration 0005 leaves them: each case before somebody, the older order running."""
    applicant = world.applicant()
    world.filed(applicant, number="京ICP备20210001号-1")
    cases = []
    for name in ("Older", "Younger"):
        case = world.supply(world.at("preparing", applicant=applicant, filing_type="add_service"))
        entry = {"provider": world.provider().pk, "order_number": name}
        cases.append(world.step(case, "submit_to_provider", **entry))
        Order.objects.update(running=False)
    Order.objects.filter(number="Older").update(running=True)
    return cases


def orders(case: FilingCase) -> dict[str, str]:
    found = Order.objects.filter(applicant=case.applicant).order_by("pk")
    return {o.number: "ended" if o.ended_on else "runs" if o.running else "waits" for o in found}


def approved(world, case: FilingCase) -> FilingCase:
    for step in ("provider_passes", "sent_to_administration", "confirm_sms"):
        case = world.step(case, step)
    return world.step(case, "approve", icp_number="京ICP备20210001号-7")


@pytest.mark.parametrize("end", ["withdraw", "approve"])
def test_when_the_older_ends_the_younger_runs_until_its_own_end(world, pair, end):
    older, younger = pair
    assert orders(older) == {"Older": "runs", "Younger": "waits"}
    older = approved(world, older) if end == "approve" else world.step(older, "withdraw")
    assert orders(older) == {"Older": "ended", "Younger": "runs"}
    assert list(order_out_of_step()) == []
    world.step(younger, "withdraw")
    assert orders(older) == {"Older": "ended", "Younger": "ended"}


def test_while_the_older_is_pulled_back_the_younger_runs_and_the_older_waits_for_it(world, pair):
    older, younger = pair
    older = world.step(older, "pull_back")
    assert orders(older) == {"Older": "waits", "Younger": "runs"}
    assert list(order_out_of_step()) == []
    with pytest.raises(Closed) as closed:
        world.step(older, "submit_to_provider")
    assert closed.value.codes == ["subject.idle"]
    world.step(younger, "withdraw")
    assert world.step(older, "submit_to_provider").state == "provider_review"
    assert orders(older) == {"Older": "runs", "Younger": "ended"}


@pytest.mark.parametrize("end", ["withdraw", "approve", "pull_back"])
def test_taken_back_the_older_runs_again_and_the_younger_waits(world, pair, end):
    older, _younger = pair
    older = approved(world, older) if end == "approve" else world.step(older, end)
    older = world.step(older, "step_back", by=world.chen)
    assert older.state == ("authority_review" if end == "approve" else "provider_review")
    assert orders(older) == {"Older": "runs", "Younger": "waits"}
    assert list(order_out_of_step()) == []


def test_a_submission_taken_back_lets_the_younger_run(world, pair):
    older, _younger = pair
    older = world.step(older, "step_back", by=world.chen)
    assert (older.state, orders(older)) == ("preparing", {"Younger": "runs"})


def test_when_the_younger_ends_the_older_runs_on(world, pair):
    older, younger = pair
    world.step(younger, "withdraw")
    assert orders(older) == {"Older": "runs", "Younger": "ended"}


def test_another_errand_that_is_only_being_prepared_does_not_run(world, pair):
    older, younger = pair
    younger = world.step(younger, "pull_back")
    world.step(older, "withdraw")
    assert orders(older) == {"Older": "ended", "Younger": "waits"}
