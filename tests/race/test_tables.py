"""Two supervisors save one row in the same moment: the later waits, and is told."""

import threading
from contextlib import nullcontext

import pytest
from django.db import connections
from django.test import Client

from icpcases.cases.models import Provider
from tests.harness.protections import without_locks
from tests.harness.race import stopping_after
from tests.staff.test_tables import shown, signed_in

pytestmark = [pytest.mark.race, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("locks", "answers", "phone"),
    [
        (nullcontext, {"early": 302, "late": 422}, ""),
        # What it is worth: without the lock the earlier one writes over what the later saved.
        (without_locks, {"early": 302, "late": 302}, ""),
    ],
)
def test_the_row_is_held_from_comparing_to_saving(world, chen, locks, answers, phone):
    provider = world.provider()
    address = f"/admin/cases/provider/{provider.pk}/change/"
    early, late = signed_in(chen), signed_in(chen)
    first = {**shown(early.get(address)), "website": "https://cloud.example"}
    second = {**shown(late.get(address)), "phone": "400-800"}
    got: dict[str, int] = {}

    def post(name: str, client: Client, sent: dict[str, object]) -> None:
        got[name] = client.post(address, sent).status_code

    def other() -> None:
        try:
            with locks():
                post("late", late, second)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other, daemon=True)

    def meanwhile() -> None:
        thread.start()
        # Held, the other one waits for us; not held, it is through long before.
        thread.join(3)

    with stopping_after("FOR UPDATE", meanwhile), locks():
        post("early", early, first)
    thread.join(30)
    assert got == answers
    kept = Provider.objects.get()
    assert (kept.website, kept.phone) == ("https://cloud.example", phone)
