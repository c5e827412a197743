"""Two people in the same second: exactly one wins, and the other reads who did what."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, FilingCase, HistoryRow
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.open_case import next_reference, open_case
from icpcases.workflow.changes import SYSTEM
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Busy, Closed, Stale
from tests.harness.protections import without_locks
from tests.harness.race import stopping_after, together
from tests.world import ENTERPRISE, World, user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


ROUNDS = 20


REASONS = {"reasons": [{"about": "domain", "text": "Not real-name verified."}]}


@pytest.fixture
def bo(db):
    """A second officer."""
    return user("bo", "officer", is_staff=True)


def fresh(case: FilingCase) -> FilingCase:
    """The case as one person's page holds it."""
    return FilingCase.objects.get(pk=case.pk)


def step(case: FilingCase, name: str, by: Any, data: dict[str, Any]) -> Callable[[], Any]:
    """Somebody's click, on the page as it is now."""
    page = fresh(case)
    return lambda: perform(page, name, by, data, page.version)


def one_winner(results: list[Any]) -> tuple[int, int]:
    """The places of the winner and of the loser; any other outcome fails."""
    won = [at for at, result in enumerate(results) if not isinstance(result, BaseException)]
    lost = [at for at, result in enumerate(results) if isinstance(result, BaseException)]
    assert (len(won), len(lost)) == (1, 1), results
    return won[0], lost[0]


def judge(results: list[Any], people: list[Any], names: list[str]) -> str:
    """One wins; the other is told who did it and which step. Gives back the winner's step."""
    won, lost = one_winner(results)
    stale = results[lost]
    assert isinstance(stale, Stale), repr(stale)
    assert [(row.by, row.step) for row in stale.rows] == [(people[won], names[won])]
    return names[won]


def test_of_two_steps_on_one_case_exactly_one_is_taken(world: World, li, bo, chen):
    case = world.at("provider_review")
    names = ["provider_passes", "return_for_correction"]
    targets = {"provider_passes": "provider_passed", "return_for_correction": "returned"}
    data = [{}, {**REASONS, "returned_by": "provider"}]
    seen: Counter[str] = Counter()
    for turn in range(ROUNDS):
        rows = case.history.count()
        order = [0, 1] if turn % 2 else [1, 0]
        clicks = [step(case, names[at], [li, bo][at], data[at]) for at in order]
        results = together(*clicks)
        winner = judge(results, [[li, bo][at] for at in order], [names[at] for at in order])
        case.refresh_from_db()
        assert (case.state, case.history.count()) == (targets[winner], rows + 1)
        assert case.history.latest("sequence").sequence == case.version
        seen[winner] += 1
        case = world.step(case, "step_back", by=chen)
    assert sum(seen.values()) == ROUNDS


def test_of_two_who_take_the_same_step_exactly_one_does(world: World, li, bo):
    case = world.at("filed")
    today = timezone.localdate()
    for _round in range(ROUNDS):
        rows = case.history.count()
        clicks = [step(case, "record_footer", who, {"footer_on": today}) for who in (li, bo)]
        judge(together(*clicks), [li, bo], ["record_footer"] * 2)
        case.refresh_from_db()
        assert case.history.count() == rows + 1


def test_of_eight_who_take_the_same_step_exactly_one_does(world: World):
    people = [user(f"officer{at}", "officer") for at in range(8)]
    case = world.at("triage")
    results = together(*(step(case, "prepare_filing", who, {}) for who in people))
    won = [result for result in results if isinstance(result, FilingCase)]
    lost = [result for result in results if isinstance(result, Stale)]
    assert (len(won), len(lost)) == (1, 7)
    winner = people[results.index(won[0])]
    assert {(row.by, row.step) for stale in lost for row in stale.rows} == {
        (winner, "prepare_filing")
    }


def test_a_step_is_not_taken_twice_back(world: World, chen):
    other = user("zhou", "supervisor")
    case = world.at("sms_verification")
    for _round in range(5):
        why = {"reason": "oops"}
        results = together(*(step(case, "step_back", who, why) for who in (chen, other)))
        judge(results, [chen, other], ["step_back"] * 2)
    case.refresh_from_db()
    assert case.state == "draft"


def test_an_edit_and_a_step_do_not_pass_each_other_by(world: World, li, bo):
    case = world.at("triage")
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "server_region": "hong_kong"})
    assert form.is_valid()
    page = fresh(case)
    results = together(
        lambda: edit_facts(page, li, form, page.version),
        step(case, "prepare_filing", bo, {}),
    )
    won, lost = one_winner(results)
    assert [(row.by, row.kind) for row in results[lost].rows] == [
        (li, "edit") if won == 0 else (bo, "step")
    ]
    case.refresh_from_db()
    assert (case.state, case.server_region) == (
        ("triage", "hong_kong") if won == 0 else ("preparing", "mainland")
    )


def test_a_paper_is_not_refused_under_a_submission(world: World, li, bo):
    case = world.supply(world.at("preparing"))
    paper = case.documents.get(kind="business_licence")
    entry = world.entry(case, "submit_to_provider")
    page = fresh(case)
    results = together(
        lambda: judge_document(page, li, paper.pk, False, "blurred", page.version),
        step(case, "submit_to_provider", bo, entry),
    )
    won, _lost = one_winner(results)
    paper.refresh_from_db()
    case.refresh_from_db()
    assert (paper.status, case.state) == (
        ("refused", "preparing") if won == 0 else ("accepted", "provider_review")
    )


def test_the_system_and_an_officer_meet_over_an_expired_order(world: World, li):
    case = world.at("returned")
    case.requests.update(status="waived", waiver="asked in error")
    case.orders.update(submitted_on="2026-01-05")
    results = together(
        step(case, "expire_order", SYSTEM, {}),
        step(case, "withdraw", li, {"reason": "given up"}),
    )
    judge(results, [None, li], ["expire_order", "withdraw"])


def heedless(case: FilingCase, name: str, by: Any, data: dict[str, Any]) -> Callable[[], Any]:
    """A click that whatever has changed meanwhile does not stop."""

    def click() -> FilingCase:
        while True:
            page = fresh(case)
            with suppress(Stale):
                return perform(page, name, by, data, page.version)

    return click


def unlocked(
    case: FilingCase, name: str, by: Any, data: dict[str, Any], both_have_read: Barrier
) -> Callable[[], Any]:
    """A click that does not wait for the other: both read the case before either writes."""
    take = step(case, name, by, data)

    def click() -> Any:
        with without_locks(), stopping_after('FROM "cases_filingcase"', both_have_read.wait):
            return take()

    return click


def test_without_the_version_both_win_and_the_later_overwrites(world: World, li, bo):
    case = world.at("open")
    rows = case.history.count()
    numbers = ["京公网安备11010802000001号", "京公网安备11010802000002号"]
    entry = world.entry(case, "record_public_security")
    results = together(*(
        heedless(case, "record_public_security", who, {**entry, "public_security_number": number})
        for who, number in zip((li, bo), numbers, strict=True)
    ))  # fmt: skip
    assert [type(result) for result in results] == [FilingCase, FilingCase]
    assert case.history.count() == rows + 2
    last = case.history.latest("sequence")
    case.refresh_from_db()
    assert case.service
    assert case.service.public_security_number == numbers[[li, bo].index(last.by)]


def test_without_the_lock_only_the_database_stops_the_second_and_cannot_say_who(
    world: World, li, bo
):
    case = world.at("filed")
    entry, both = {"footer_on": timezone.localdate()}, Barrier(2, timeout=30)
    results = together(*(unlocked(case, "record_footer", who, entry, both) for who in (li, bo)))
    won, lost = one_winner(results)
    if connection.vendor == "sqlite":
        assert type(results[lost]) is Busy
    else:
        assert type(results[lost]) is Stale
        assert [row.by for row in results[lost].rows] == [(li, bo)[won]]


def test_two_cases_about_one_domain_sent_at_once(world: World, li, bo):
    for turn in range(5):
        cases = [world.case(domain=f"www.same-{turn}.cn"), world.case(domain=f"same-{turn}.cn")]
        results = together(*(
            step(case, "submit_request", who, {}) for case, who in zip(cases, (li, bo), strict=True)
        ))  # fmt: skip
        won, lost = one_winner(results)
        assert isinstance(results[lost], Closed)
        assert results[lost].codes == ["service.free"]
        (finding,) = results[lost].findings
        assert [place.key for place in finding.places] == [cases[won].reference]
        assert [fresh(cases[at]).state for at in (won, lost)] == ["triage", "draft"]


def test_an_edit_and_a_submission_meet_over_one_domain(world: World, li, bo):
    case, draft = world.at("triage"), world.case(domain="wanted.cn")
    form = FactsForm(data={**ENTERPRISE, "domain": "www.wanted.cn"})
    assert form.is_valid()
    page = fresh(case)
    results = together(
        lambda: edit_facts(page, li, form, page.version),
        step(draft, "submit_request", bo, {}),
    )
    won, lost = one_winner(results)
    wanted = {0: ["service.free"], 1: ["service.free", "state.stands"]}
    assert results[lost].codes == wanted[won]


def error_codes(error: Any) -> dict[str, list[str]]:
    assert isinstance(error, BadEntry), repr(error)
    found = error.form.errors.as_data()
    return {field: [str(one.code) for one in errors] for field, errors in found.items()}


def together_with(world: World, case: FilingCase) -> FilingCase:
    """A second case of the same subject, on the same order and as far on its way."""
    first = world.step(case, "step_back", by=world.chen)
    for _ in range(3):
        first = world.step(first, "step_back", by=world.chen)
    assert first.state == "preparing"
    other = world.supply(world.at("preparing", applicant=case.applicant))
    order: dict[str, Any] = {"provider": world.provider().pk, "order_number": "5"}
    for both in (first, other):
        world.step(both, "submit_to_provider", **order)
    for both in (first, other):
        for name in ("provider_passes", "sent_to_administration", "confirm_sms"):
            world.step(both, name)
    return other


@pytest.mark.parametrize("whose", ["one applicant", "two applicants"])
def test_two_approvals_with_one_number(world: World, li, bo, chen, whose):
    one = world.at("authority_review")
    same: dict[str, Any] = {"applicant": one.applicant} if whose == "one applicant" else {}
    other = together_with(world, one) if same else world.at("authority_review")
    today = timezone.localdate()
    # One applicant has many sites under one subject number: there the whole number must collide.
    ends = ["1", "1"] if same else ["1", "2"]
    for turn in range(5):
        numbers = [f"京ICP备{20270000 + turn}号-{end}" for end in ends]
        results = together(*(
            step(case, "approve", who, {"icp_number": number, "filed_on": today})
            for case, who, number in zip((one, other), (li, bo), numbers, strict=True)
        ))  # fmt: skip
        won, lost = one_winner(results)
        assert error_codes(results[lost]) == {"icp_number": ["number.valid"]}
        states = [fresh((one, other)[at]).state for at in (won, lost)]
        assert states == ["filed", "authority_review"]
        world.step((one, other)[won], "step_back", by=chen)


def test_two_submissions_of_one_applicant_at_one_provider(world: World, li, bo, chen):
    one = world.supply(world.at("preparing"))
    other = world.supply(world.at("preparing", applicant=one.applicant))
    for _round in range(5):
        results = together(*(
            step(case, "submit_to_provider", who, world.entry(case, "submit_to_provider"))
            for case, who in zip((one, other), (li, bo), strict=True)
        ))  # fmt: skip
        won, lost = one_winner(results)
        assert error_codes(results[lost]) == {"provider": ["subject.idle"]}
        world.step((one, other)[won], "step_back", by=chen)


def test_two_orders_with_one_number(world: World, li, bo, chen):
    cases = [world.supply(world.at("preparing")) for _who in range(2)]
    entry = {"provider": world.provider().pk, "order_number": "7"}
    for _round in range(5):
        results = together(*(
            step(case, "submit_to_provider", who, entry)
            for case, who in zip(cases, (li, bo), strict=True)
        ))  # fmt: skip
        won, lost = one_winner(results)
        assert list(error_codes(results[lost])) == ["order_number"]
        world.step(cases[won], "step_back", by=chen)


def confirmation(case: FilingCase, by: Any) -> Callable[[], None]:
    page = fresh(case)
    return lambda: confirm_applicant(page, by, page.version)


def test_two_applicants_with_one_certificate_are_not_both_confirmed(world: World, li, bo):
    for turn in range(5):
        claim: dict[str, Any] = {
            "certificate_type": "permit",
            "certificate_number": f"H{turn}",
            "confirmed": False,
        }
        cases = [world.case(applicant=world.applicant(**claim)) for _who in range(2)]
        results = together(*(
            confirmation(case, who) for case, who in zip(cases, (li, bo), strict=True)
        ))  # fmt: skip
        won, lost = one_winner(results)
        assert isinstance(results[lost], Closed), repr(results[lost])
        assert results[lost].codes == ["applicant.certificate"]
        assert [fresh(cases[at]).applicant.confirmed for at in (won, lost)] == [True, False]


def test_references_are_unique_however_many_ask_at_once(db):
    def ask() -> list[str]:
        found = []
        for _time in range(25):
            with transaction.atomic():
                found.append(next_reference(2031))
        return found

    references = [one for many in together(*[ask] * 8) for one in many]
    assert sorted(references) == [f"ICP-2031-{number:06d}" for number in range(1, 201)]


def test_the_history_has_no_gap_after_all_of_this(world: World, li, bo):
    case = world.at("triage")

    def note(who: Any) -> Callable[[], Any]:
        def leave() -> None:
            while True:
                page = fresh(case)
                try:
                    return add_note(page, who, "again", page.version)
                except Stale:
                    continue

        return leave

    together(*(note(who) for who in [li, bo] * 4))
    rows = HistoryRow.objects.filter(case=case).order_by("sequence")
    assert [row.sequence for row in rows] == list(range(1, fresh(case).version + 1))
    assert rows.filter(kind="note").count() == 8


def test_a_draft_kept_by_two_clicks_at_once_is_one_draft(world, wei):
    data = {**ENTERPRISE, "domain": "two-clicks.cn"}
    for turn in range(5):

        def click(token: str = f"{turn:032x}") -> FilingCase:
            form = FactsForm(data=data)
            assert form.is_valid()
            applicant = Applicant(name="玉兰书店", email="wei@example.com")
            return open_case(wei, applicant, form, owner=wei, token=token)

        made = together(click, click)
        assert {case.pk for case in made} == {made[0].pk}, made
    assert (FilingCase.objects.count(), Applicant.objects.count()) == (5, 5)
