"""Following without an account: the right code shows the stage, five wrong ones close the page."""

import datetime as dt
import re
from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from icpcases.cases.models import FilingCase, FollowTry
from icpcases.lifecycle.states import State
from icpcases.workflow.actions.open_case import FOLLOW_ALPHABET, new_follow_code

from .pages import body_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

NOBODYS = "ICP-2026-999999"
WRONG = "2222222222"
NOT_FOUND = "There is no case with this reference and code."
CLOSED = "Too many wrong tries. Try again in a quarter of an hour."


def follow(reference: str, code: str, machine: str = "192.0.2.1") -> Any:
    return Client(REMOTE_ADDR=machine).post("/follow/", {"reference": reference, "code": code})


def tries(*machines: str, reference: str = NOBODYS) -> list[int]:
    return [follow(reference, WRONG, machine).status_code for machine in machines]


def let_pass(**time: int) -> None:
    """Moves what is counted into the past."""
    past = dt.timedelta(**time)
    for row in FollowTry.objects.all():
        row.since -= past
        row.closed_until = row.closed_until and row.closed_until - past
        row.save()


@pytest.fixture
def case(world) -> FilingCase:
    return world.at("returned")


def test_the_page_asks_for_reference_and_code(client):
    page = client.get("/follow/")
    assert (page.status_code, list(page.context["form"].fields)) == (200, ["reference", "code"])
    assert client.post("/follow/", {}).status_code == 422
    assert client.post("/follow/", {"reference": "\0", "code": "x" * 99}).status_code == 422


@pytest.mark.parametrize("state", State.values)
def test_the_right_code_shows_the_stage_and_whose_move(world, state):
    case = world.at(state)
    page = follow(case.reference, case.follow_code)
    shown = text_of(page)
    assert page.status_code == 200
    assert str(State(state).about.applicant) in shown
    assert str(State(state).about.meaning) in shown
    assert ("Nobody has to do anything." in shown) is (case.turn == "nobody")
    assert ("It is the move of the applicant." in shown) is (case.turn == "applicant")
    assert page.headers["Cache-Control"].count("no-store") == 1


def test_nothing_personal_and_nothing_of_the_case_itself_is_shown(case):
    page = body_of(follow(case.reference, case.follow_code))
    for own in (
        case.domain, case.site_name, case.service_leader, case.service_leader_phone,
        case.applicant.name, case.applicant.certificate_number, "wei@example.com",
        "Business licence", "blurred", case.follow_code, f"/cases/{case.reference}",
    ):  # fmt: skip
        assert own not in page
    assert case.reference in page


@pytest.mark.parametrize("how", ["{r} ", "{lower}"])
@pytest.mark.parametrize("code", ["{c}", " {lower} ", "{spaced}"])
def test_case_and_spaces_do_not_matter(case, how, code):
    words = {"r": case.reference, "lower": case.reference.lower()}
    plain = case.follow_code
    codes = {"c": plain, "lower": plain.lower(), "spaced": f"{plain[:5]} {plain[5:]}"}
    assert follow(how.format(**words), code.format(**codes)).status_code == 200


def test_a_code_is_not_guessed():
    codes = {new_follow_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {10}
    assert len(FOLLOW_ALPHABET) ** 10 > 2**48


def shown(page: Any, reference: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body_of(page)).replace(
        reference, "REF"
    )


def test_a_wrong_code_and_an_unknown_reference_get_the_same_answer(case):
    wrong = follow(case.reference, WRONG, "192.0.2.7")
    unknown = follow(NOBODYS, WRONG, "192.0.2.8")
    assert [wrong.status_code, unknown.status_code] == [422, 422]
    assert shown(wrong, case.reference) == shown(unknown, NOBODYS)
    assert NOT_FOUND in text_of(unknown)
    assert follow(NOBODYS, "0" * 10, "192.0.2.9").status_code == 422


def test_a_wrong_code_and_an_unknown_reference_cost_the_same(case):
    costs = []
    for machine, reference in (("192.0.2.7", case.reference), ("192.0.2.8", NOBODYS)):
        with CaptureQueriesContext(connection) as queries:
            follow(reference, WRONG, machine)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_following_costs_three_queries_tries_case_and_history(case, django_assert_num_queries):
    assert follow(case.reference, case.follow_code, "192.0.2.7").status_code == 200
    caches["pages"].clear()
    with django_assert_num_queries(3):
        assert follow(case.reference, case.follow_code, "192.0.2.7").status_code == 200
    with django_assert_num_queries(2):
        assert follow(case.reference, case.follow_code, "192.0.2.7").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_following_may_be_the_first_that_a_connection_is_asked(case):
    # A thread has a connection of its own, which is not open yet.
    statuses: list[int] = []

    def work() -> None:
        statuses.append(follow(case.reference, case.follow_code).status_code)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert statuses == [200]


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_tries_close_a_reference_from_wherever_they_come(case, known):
    reference = case.reference if known else NOBODYS
    machines = [f"192.0.2.{n}" for n in range(10, 17)]
    assert tries(*machines, reference=reference) == [422] * 5 + [429] * 2
    page = follow(reference, case.follow_code, "198.51.100.1")
    assert (page.status_code, CLOSED in text_of(page)) == (429, True)
    assert case.site_name not in body_of(page)


def test_five_wrong_tries_close_a_machine_for_every_reference(case):
    one = "192.0.2.50"
    references = [f"ICP-2026-9000{n:02d}" for n in range(7)]
    found = [follow(reference, WRONG, one).status_code for reference in references]
    assert found == [422] * 5 + [429] * 2
    assert follow(case.reference, case.follow_code, one).status_code == 429
    assert follow(case.reference, case.follow_code, "192.0.2.51").status_code == 200


def test_what_is_closed_opens_after_a_quarter_of_an_hour(case):
    tries(*["192.0.2.60"] * 5, reference=case.reference)
    let_pass(minutes=14)
    assert follow(case.reference, case.follow_code, "192.0.2.60").status_code == 429
    let_pass(minutes=2)
    assert follow(case.reference, WRONG, "192.0.2.60").status_code == 422
    assert follow(case.reference, case.follow_code, "192.0.2.60").status_code == 200


def test_wrong_tries_of_another_hour_are_forgotten(case):
    tries(*["192.0.2.61"] * 4, reference=case.reference)
    let_pass(minutes=16)
    assert tries(*["192.0.2.61"] * 4, reference=case.reference) == [422] * 4
    assert follow(case.reference, case.follow_code, "192.0.2.61").status_code == 200


def test_the_right_code_forgives_the_reference_but_not_the_machine(case):
    one = "192.0.2.62"
    tries(*[one] * 4, reference=case.reference)
    assert follow(case.reference, case.follow_code, one).status_code == 200
    assert tries(one, reference=NOBODYS) == [422]
    assert follow(case.reference, case.follow_code, one).status_code == 429
    assert tries(*[f"192.0.2.{n}" for n in range(70, 74)], reference=case.reference) == [422] * 4
    assert follow(case.reference, case.follow_code, "192.0.2.75").status_code == 200


def test_behind_a_proxy_visitors_are_counted_each_by_their_own_address(case, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(REMOTE_ADDR="127.0.0.1")

    def through_the_proxy(visitor: str, reference: str, code: str) -> int:
        data = {"reference": reference, "code": code}
        answer = client.post("/follow/", data, headers={"x-forwarded-for": f"6.6.6.6, {visitor}"})
        return answer.status_code

    found = [through_the_proxy("192.0.2.1", f"ICP-2026-80{n:04d}", WRONG) for n in range(6)]
    assert found == [422] * 5 + [429]
    assert through_the_proxy("192.0.2.2", case.reference, case.follow_code) == 200


def test_what_was_tried_is_no_row_per_try(case):
    tries(*["192.0.2.80"] * 9, reference=case.reference)
    rows = FollowTry.objects.order_by("key").values_list("key", "wrong")
    assert list(rows) == [("address 192.0.2.80", 5), (f"reference {case.reference}", 5)]
    assert FollowTry.objects.filter(closed_until__gt=timezone.now()).count() == 2


def test_full_width_digits_letters_and_dashes_are_no_wrong_try(case):
    def wide(text: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) for c in text)

    code = f"{case.follow_code[:5]}-{case.follow_code[5:]}".lower()
    for reference, typed in ((case.reference, code), (f" {case.reference.lower()} ", code)):
        page = follow(wide(reference.strip()), wide(typed))
        assert (page.status_code, FollowTry.objects.count()) == (200, 0)
