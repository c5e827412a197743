"""Following without an account: the right code shows the stage; wrong ones shut out nobody else."""

import datetime as dt
import re
import time
from threading import Thread
from typing import Any

import pytest
from django.core import signing
from django.core.cache import caches
from django.core.signing import b62_encode
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from icpcases.applicants.tracking import forget_tries, network_of
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
    """The page that the browser of a machine ends on."""
    data = {"reference": reference, "code": code}
    return Client(REMOTE_ADDR=machine).post("/follow/", data, follow=True)


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
    closed, done = State(state).closed, "Everything is done: nothing is asked of you."
    assert (done in shown) is (case.turn == "nobody" and not closed)
    assert ("It is the applicant's move." in shown) is (case.turn == "applicant")
    assert ("The case is with" in shown) is (case.turn not in ("applicant", "nobody"))
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


def test_following_costs_four_queries_tries_and_case_then_case_and_history(
    case, django_assert_num_queries
):
    assert follow(case.reference, case.follow_code, "192.0.2.7").status_code == 200
    caches["pages"].clear()
    with django_assert_num_queries(4):
        assert follow(case.reference, case.follow_code, "192.0.2.7").status_code == 200
    with django_assert_num_queries(3):
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
def test_five_wrong_tries_close_a_reference_to_the_machine_and_to_nobody_else(case, known):
    """A20: whoever guesses at one address does not shut out the owner at another."""
    reference = case.reference if known else NOBODYS
    one = "192.0.2.10"
    assert tries(*[one] * 7, reference=reference) == [422] * 5 + [429] * 2
    page = follow(reference, case.follow_code, one)
    assert (page.status_code, CLOSED in text_of(page)) == (429, True)
    assert case.site_name not in body_of(page)
    assert follow(case.reference, case.follow_code, "198.51.100.1").status_code == 200
    # The machine itself may look at another case, as all who share its address may.
    assert tries(one, reference="ICP-2026-900001") == [422]


def test_a_reference_that_is_tried_from_all_over_slows_down_and_shuts_out_nobody(case):
    guessing = [f"192.0.{n // 200}.{n % 200 + 1}" for n in range(51)]
    assert set(tries(*guessing, reference=case.reference)) == {422}
    # From now on a machine has two wrong tries instead of five, a new one as well.
    new = "198.51.100.2"
    assert tries(*[new] * 3, reference=case.reference) == [422, 422, 429]
    # Who mistypes once gets in at the second try, whoever else is guessing.
    owner = "198.51.100.3"
    assert tries(owner, reference=case.reference) == [422]
    assert follow(case.reference, case.follow_code, owner).status_code == 200
    # Other cases are as quick as ever.
    assert tries(*["198.51.100.4"] * 6) == [422] * 5 + [429]


def test_twenty_wrong_tries_close_a_machine_for_every_reference(case):
    one = "192.0.2.50"
    references = [f"ICP-2026-9000{n:02d}" for n in range(22)]
    found = [follow(reference, WRONG, one).status_code for reference in references]
    assert found == [422] * 20 + [429] * 2
    assert follow(case.reference, case.follow_code, one).status_code == 429
    assert follow(case.reference, case.follow_code, "192.0.2.51").status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_a_household_of_the_sixth_version_is_one_address(address, network):
    assert network_of(address) == network


def test_other_addresses_of_one_household_bring_no_tries_back(case):
    machines = [f"2001:db8:1:2::{n:x}" for n in range(1, 7)]
    assert tries(*machines, reference=case.reference) == [422] * 5 + [429]
    assert follow(case.reference, case.follow_code, "2001:db8:1:3::1").status_code == 200


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


def test_the_right_code_forgives_its_reference_but_not_the_others(case):
    one = "192.0.2.62"
    assert tries(*[one] * 19, reference=case.reference) == [422] * 5 + [429] * 14
    let_pass(minutes=16)
    assert tries(*[one] * 4, reference=case.reference) == [422] * 4
    assert follow(case.reference, case.follow_code, one).status_code == 200
    assert tries(*[one] * 5, reference=case.reference) == [422] * 5
    assert tries(*[one] * 6) == [422] * 5 + [429]


def test_behind_a_proxy_visitors_are_counted_each_by_their_own_address(case, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(REMOTE_ADDR="127.0.0.1")

    def through_the_proxy(visitor: str, reference: str, code: str) -> int:
        data = {"reference": reference, "code": code}
        answer = client.post(
            "/follow/", data, headers={"x-forwarded-for": f"6.6.6.6, {visitor}"}, follow=True
        )
        return answer.status_code

    found = [through_the_proxy("192.0.2.1", f"ICP-2026-80{n:04d}", WRONG) for n in range(21)]
    assert found == [422] * 20 + [429]
    assert through_the_proxy("192.0.2.2", case.reference, case.follow_code) == 200


def test_what_was_tried_is_no_row_per_try(case):
    tries(*["192.0.2.80"] * 9, reference=case.reference)
    rows = FollowTry.objects.order_by("key").values_list("key", "wrong")
    assert sorted(rows) == [
        (f"{case.reference} 192.0.2.80", 5),
        ("address 192.0.2.80", 5),
        (f"reference {case.reference}", 5),
    ]
    assert FollowTry.objects.filter(closed_until__gt=timezone.now()).count() == 1


def test_tries_are_forgotten_after_a_day(case):
    tries("192.0.2.80", reference=case.reference)
    made = FollowTry.objects.order_by("since")[0].since
    last = FollowTry.objects.order_by("-since")[0].since
    day = dt.timedelta(days=1)
    assert forget_tries(made + day) == 0
    assert forget_tries(last + day + dt.timedelta(seconds=1)) == 3
    assert not FollowTry.objects.exists()


def test_full_width_digits_letters_and_dashes_are_no_wrong_try(case):
    def wide(text: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in text)

    code = f"{case.follow_code[:5]}\u2013\u200b{case.follow_code[5:]}\u202c".lower()
    for reference, typed in ((case.reference, code), (f" {case.reference.lower()} ", code)):
        page = follow(wide(reference.strip()), wide(typed))
        assert (page.status_code, FollowTry.objects.count()) == (200, 0)


def right(case: FilingCase, client: Client) -> Any:
    return client.post("/follow/", {"reference": case.reference, "code": case.follow_code})


def page_of(case: FilingCase) -> str:
    return f"/follow/{case.reference}/"


def test_a_right_code_leads_to_a_page_that_stays(case):
    """A20: reloaded, kept as a bookmark, in the other language; no code in any address."""
    client = Client()
    answer = right(case, client)
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(case))
    kept = answer.cookies["followed"]
    assert {name: kept[name] for name in ("path", "max-age", "samesite", "httponly")} == {
        "path": "/follow/", "max-age": 30 * 86400, "samesite": "Lax", "httponly": True,
    }  # fmt: skip
    assert case.follow_code not in kept.value + answer.headers["Location"]
    assert case.follow_code not in str(signing.loads(kept.value, salt="icpcases.followed"))
    meaning = str(State(case.state).about.meaning)
    for _ in range(2):
        page = client.get(page_of(case))
        assert (page.status_code, meaning in text_of(page)) == (200, True)
    until = timezone.localdate() + dt.timedelta(days=30)
    assert f"until {until:%Y-%m-%d}." in text_of(page)
    assert f"It has been so since {timezone.localdate(case.state_since):%Y-%m-%d}." in text_of(page)
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": page_of(case)})
    assert answer.headers["Location"] == page_of(case)
    assert '<html lang="zh-hans">' in body_of(client.get(page_of(case)))


def test_several_cases_are_followed_at_once_the_newest_ten(world):
    cases = [world.case() for _ in range(11)]
    client = Client()
    for case in cases:
        right(case, client)
    found = [client.get(page_of(case)).status_code for case in cases]
    assert found == [302] + [200] * 10
    listed = re.findall(r'href="/follow/(ICP-[\d-]+)/"', body_of(client.get("/follow/")))
    assert listed == [case.reference for case in cases[:0:-1]]
    # One that is looked at again with its code is the newest again.
    right(cases[1], client)
    right(cases[0], client)
    assert [client.get(page_of(case)).status_code for case in cases[:3]] == [200, 200, 302]


def test_a_new_code_and_a_closed_account_end_nothing(case, wei):
    client = Client()
    right(case, client)
    FilingCase.objects.filter(pk=case.pk).update(follow_code=new_follow_code())
    wei.is_active = False
    wei.save()
    assert client.get(page_of(case)).status_code == 200
    assert right(case, Client()).status_code == 422


class Past(signing.TimestampSigner):
    """Signs as the program did some days ago."""

    days = 31

    def timestamp(self) -> str:
        return b62_encode(int(time.time()) - self.days * 86400)


def test_an_old_or_foreign_cookie_leads_to_the_form_with_the_reference(case, world):
    other = world.case()
    now = int(time.time())
    mine, theirs = [case.reference, now], [other.reference, now]
    month = [case.reference, now - 30 * 86400 - 1]
    salt = "icpcases.followed"
    for cookie in (
        "", "x", "\0", signing.dumps([mine], salt="another"), signing.dumps([theirs], salt=salt),
        signing.dumps([month], salt=salt), Past(salt=salt).sign_object([mine]),
        signing.dumps([mine], salt=salt, key="another site's"),
    ):  # fmt: skip
        client = Client()
        client.cookies["followed"] = cookie
        answer = client.get(page_of(case))
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/follow/?reference={case.reference}"
        page = client.get(answer.headers["Location"])
        assert page.context["form"]["reference"].value() == case.reference
        assert f"Enter the code of {case.reference} here." in text_of(page)
    client.cookies["followed"] = signing.dumps([mine], salt=salt)
    assert client.get(page_of(case)).status_code == 200


def test_an_unknown_reference_and_a_foreign_case_get_the_same_answer(case):
    for asked in (case.reference, NOBODYS):
        answer = Client().get(f"/follow/{asked}/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/follow/?reference={asked}"
    for odd in ("%00", "x" * 10_000, "１２", "%F0%9F%92%A9", "<script>"):
        assert Client().get(f"/follow/{odd}/").status_code == 302
        assert Client().get("/follow/", {"reference": odd}).status_code == 200


def test_the_browser_forgets_a_case_by_a_click(case, world):
    client, other = Client(), world.case()
    right(case, client)
    right(other, client)
    assert client.post(page_of(case)).headers["Location"] == "/follow/"
    assert [client.get(page_of(c)).status_code for c in (case, other)] == [302, 200]
    assert Client(enforce_csrf_checks=True).post(page_of(case)).status_code == 403


def test_whoever_follows_is_not_stopped_by_wrong_tries_of_his_own_address(case):
    client = Client(REMOTE_ADDR="192.0.2.90")
    right(case, client)
    assert tries(*["192.0.2.90"] * 6, reference=case.reference)[-1] == 429
    assert client.get(page_of(case)).status_code == 200


def test_who_has_only_the_reference_is_told_whom_to_ask(client):
    shown = text_of(client.get("/follow/"))
    assert "You have the reference, but no code?" in shown
    assert "ask the office and give the reference" in shown
