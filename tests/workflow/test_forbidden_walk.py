"""No path, over all facts and all sequences of steps, enters a forbidden combination."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.facts import Facts, ForumAnswer, read_fact, read_facts
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed
from tests.domain import ANSWERS, CLOSED, STATES, UNDER_THE_RULES, forbidden
from tests.world import ENTERPRISE, World, typed

from .walking import WALKED, Walk, Walker, bits, changed

# What must be right of every case in a filing.
FIVE = ("server.mainland", "site.domain", "forum.not_individual", "forum.preapproval",
        "foreign.papers")  # fmt: skip


def trespasses(walk: Walk) -> list[tuple[str, dict[str, object]]]:
    """The reachable combinations that must not be, as far as the first of each state."""
    found = []
    for state in UNDER_THE_RULES:
        bad = bits(forbidden(state, entry | walk.given) for entry in walk.entries)
        both = walk.reachable[State(state)] & bad
        if both:
            found.append((state, walk.entries[both.bit_length() - 1]))
    return found


def dead_ends(walk: Walk) -> list[str]:
    """The states in which a case can be without a way to its end."""
    return [s for s in STATES if walk.reachable[State(s)] & ~walk.ending[State(s)]]


@pytest.fixture(scope="module")
def whole() -> Walk:
    return Walk.over(partial=False)


@pytest.fixture(scope="module")
def further() -> Walk:
    """A further access, which ends as completed."""
    return Walk.over(partial=False, filing_type="add_access")


COUNT = 4 * 2 * 2 * 5 * 2 * 2 * 2 * 3 * 2 * 2


@pytest.mark.slow
@pytest.mark.sqlite
def test_over_all_facts_no_forbidden_combination_is_reached_and_every_case_can_end(whole, further):
    app = Walk.over(partial=False, service_kind="app")
    assert [len(walk.entries) for walk in (whole, further, app)] == [COUNT, COUNT, COUNT]
    assert [trespasses(walk) for walk in (whole, further, app)] == [[], [], []]
    assert [dead_ends(walk) for walk in (whole, further, app)] == [[], [], []]


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_same_with_facts_that_are_not_given():
    walk = Walk.over(partial=True)
    assert len(walk.entries) == 5 * 3 * 3 * 6 * 3 * 3 * 3 * 4 * 3 * 2
    assert trespasses(walk) == []
    assert dead_ends(walk) == []


# Where a case of either type ends well, the other never comes.
ENDS = {"whole": ["completed"], "further": ["filed", "open"]}


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("name", ENDS)
def test_every_state_is_reached_with_exactly_the_facts_it_is_for(name, request):
    """The walk walks: a walk that got nowhere would meet nothing forbidden either."""
    walk = request.getfixturevalue(name)
    assert [state for state in STATES if not walk.reachable[State(state)]] == ENDS[name]
    fine = bits(not forbidden("preparing", entry) for entry in walk.entries)
    under = [state for state in UNDER_THE_RULES if state not in ENDS[name]]
    assert {state: walk.reachable[State(state)] == fine for state in under} == (
        dict.fromkeys(under, True)
    )
    # Drafts may be anything, and what was reopened or withdrawn may too.
    for state in ("draft", "withdrawn"):
        assert walk.reachable[State(state)] == walk.everything


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("code", FIVE)
def test_without_one_guard_on_the_way_in_the_walk_trespasses(whole, code):
    fewer = tuple(guard for guard in Step.PREPARE_FILING.guards if guard.rule.code != code)
    walk = whole.weakened(Step.PREPARE_FILING, fewer)
    assert "preparing" in [state for state, _entry in trespasses(walk)]


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("code", FIVE)
@pytest.mark.parametrize("state", ["preparing", "returned"])
def test_without_one_invariant_an_edit_trespasses(whole, code, state):
    fewer = tuple(guard for guard in State(state).about.invariants if guard.rule.code != code)
    walk = whole.weakened(State(state), fewer)
    assert state in [found for found, _entry in trespasses(walk)]


@pytest.mark.slow
@pytest.mark.sqlite
def test_without_withdrawing_a_forum_could_wait_for_its_province_for_ever(whole):
    """A province nobody has asked opens neither the pre-approval nor the filing."""
    (never, *_rest) = Step.REFER.guards
    walk = whole.weakened(Step.WITHDRAW, (never, replace(never, wanted=False)))
    assert dead_ends(walk) == ["draft", "triage", "certificate_granted"]


# The walk against the real thing


STARTS: tuple[dict[str, object], ...] = (
    {},
    {"forum": True, "preapproval": False},
    {"applicant_type": "foreign_enterprise", "mainland_branch": False,
     "registration_certificate": False},
    {"applicant_type": "foreign_enterprise", "mainland_branch": False,
     "registration_certificate": False, "forum": True, "preapproval": False},
    {"applicant_type": "individual", "forum": True, "preapproval": False},
    {"server_region": "hong_kong"},
    {"access": "ip_address"},
)  # fmt: skip
SELDOM = {
    Step.WITHDRAW, Step.RECORD_REFUSAL, Step.SEND_BACK, Step.STEP_BACK, Step.PULL_BACK,
    Step.SMS_EXPIRED, Step.RETURN_FOR_CORRECTION,
}  # fmt: skip
ACTIONS = 32
SEEDS = range(60)


class Pair:
    """A real case and its walker, given the same things to do."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        plain = {name: ENTERPRISE.get(name) for name in WALKED} | {"forum": False}
        plain["mainland_cdn"] = False
        start = plain | STARTS[seed % len(STARTS)] | {"province_accepts_forums": "yes"}
        world.province_answers("CN-BJ", "yes")
        self.walker = Walker(self.facts_of(start))
        self.case = world.case(self.typed(start))
        self.done: Counter[str] = Counter()

    @staticmethod
    def facts_of(entry: dict[str, object]) -> Facts:
        return read_facts(entry | {"province": "CN-BJ"})

    @staticmethod
    def typed(entry: dict[str, object]) -> dict[str, Any]:
        given = {n: typed(v) for n, v in entry.items() if n != "province_accepts_forums"}
        return {**ENTERPRISE, **given}

    def grant(self) -> None:
        """Settle and supply whatever is no fact."""
        self.case = FilingCase.objects.get(pk=self.case.pk)
        self.case.requests.update(status="waived", waiver="granted")
        self.case.documents.filter(status="pending").update(status="accepted")
        self.world.supply(self.case)

    def act(self) -> None:
        throw = self.dice.random()
        if throw < 0.08:
            self.edit()
        elif throw < 0.12:
            self.answer_of_the_province()
        else:
            self.step(self.choose(throw))

    def choose(self, throw: float) -> Step:
        if throw < 0.2:
            return self.dice.choice(list(Step))
        steps = Step.leading_out_of(self.walker.state)
        return self.dice.choices(steps, [1 if step in SELDOM else 6 for step in steps])[0]

    def step(self, step: Step) -> None:
        wanted = self.walker.step(step)
        case, world = self.case, self.world
        try:
            perform(case, step, world.chen, world.entry(case, step.value), case.version)
        except Closed:
            assert wanted is None, f"{step} closed in {self.walker}"
            return
        assert wanted is not None, f"{step} went through in {self.walker}"
        self.walker = wanted
        self.done[step.value] += 1

    def edit(self) -> None:
        name = self.dice.choice([n for n in WALKED if n != "province_accepts_forums"])
        value = self.dice.choice((*WALKED[name], None))
        facts = changed(self.walker.facts, **{name: read_fact(name, value)})
        wanted = self.walker.edit(facts)
        entry = {n: getattr(facts, n) for n in WALKED}
        form = FactsForm(data={**self.typed(entry), "domain": self.case.domain})
        assert form.is_valid()
        try:
            edit_facts(self.case, self.world.chen, form, self.case.version)
        except Closed:
            assert wanted is None, f"{name}={value} closed in {self.walker}"
            return
        assert wanted is not None, f"{name}={value} went through in {self.walker}"
        self.walker = wanted

    def answer_of_the_province(self) -> None:
        answer = self.dice.choice(ANSWERS)
        self.world.province_answers("CN-BJ", answer)
        facts = changed(self.walker.facts, province_accepts_forums=ForumAnswer(answer))
        self.walker = replace(self.walker, facts=facts)

    def compare(self) -> None:
        case = FilingCase.objects.get(pk=self.case.pk)
        assert (case.state, case.facts) == (self.walker.state.value, self.walker.facts)
        stored: dict[str, Any] = {name: getattr(case.facts, name) for name in WALKED}
        assert not forbidden(case.state, stored)


def walk_together(world: World, seed: int) -> Counter[str]:
    pair = Pair(world, seed)
    for _time in range(ACTIONS):
        pair.grant()
        pair.act()
        pair.compare()
    return pair.done


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS[:7])
def test_the_real_case_goes_where_the_walk_goes(world, seed):
    assert sum(walk_together(world, seed).values()) > 0


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.sqlite  # the seven above walk on both
def test_sixty_walks_take_every_step_and_agree_each_time(world):
    done: Counter[str] = Counter()
    for seed in SEEDS:
        done += walk_together(world, seed)
    # An order here is never old enough to expire, nor is a first filing completed without a number.
    assert set(done) == {step.value for step in Step} - {"expire_order", "complete"}


def test_closed_states_are_those_of_the_table():
    assert [state.value for state in State if state.closed] == CLOSED
