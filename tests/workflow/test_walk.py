"""Every state can be reached through the door, and the history of the way is whole."""

import pytest

from icpcases.lifecycle.states import State


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state.value for state in State])
def test_every_state_is_reached(careful_world, state):
    case = careful_world.at(state)
    sequences = list(case.history.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, case.version + 1))
