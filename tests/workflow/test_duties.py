"""The term of a duty is that of the clock which runs for it."""

from typing import Any

import pytest

from icpcases.cases.models import Clock
from icpcases.deadlines.tables import forget
from icpcases.workflow.duties import duties_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(wei, li, chen):
    """Builds cases; their papers are simply there."""
    return World(wei, li, chen)


def says(case: Any) -> str:
    forget()
    _footer, public_security = duties_of(case)
    return public_security.says


def test_public_security_is_due_by_the_clock_of_the_cases_province(world):
    here, there = world.at("filed"), world.at("filed")
    there.province_id = "CN-GD"
    Clock.objects.create(state="open", province_id="CN-BJ", amount=48, unit="hours")
    within = "The site is registered with public security within %s of its opening."
    assert (says(here), says(there)) == (within % "48 hours", within % "30 calendar days")


def test_without_a_clock_no_term_is_named(world):
    case = world.at("filed")
    Clock.objects.filter(state="open").delete()
    assert says(case) == "The site is registered with public security after its opening."
