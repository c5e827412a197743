"""The machine at the level of rules: states and facts, granted all that is no fact.

What the facts do not decide is granted: papers accepted for true claims, the applicant
confirmed, what the filing type begins with, no other case in the way, orders both alive and
expired.
"""

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from icpcases.lifecycle.definition import BACK
from icpcases.lifecycle.states import Phase, State
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import wanted_documents
from icpcases.rules.dossier import (
    DocumentStatus,
    Dossier,
    Filed,
    NumberCheck,
    Paper,
    Platform,
    Register,
)
from icpcases.rules.facts import Facts, FilingType, ForumAnswer, ServerRegion, read_facts
from icpcases.rules.rule import Guard
from tests.domain import VALUES, leads_to

TODAY = dt.date(2026, 6, 15)
GRANTED = {"order.alive", "order.expired", "state.restorable"}
# By hand from section 5: the steps that set a fact.
SETS = {
    Step.RECORD_CERTIFICATE: "registration_certificate",
    Step.RECORD_PREAPPROVAL: "preapproval",
}
# The facts that are walked over, each with its values.
WALKED: dict[str, tuple[Any, ...]] = {**VALUES, "mainland_cdn": (True, False)}
# What the register holds where a further access begins; a first filing begins with nothing.
HOSTED_ELSEWHERE = Register("京ICP备12345678号", "live", Filed("1", "京ICP备12345678号-1"))
IN_REGISTER = {FilingType.FIRST: Register(), FilingType.ADD_ACCESS: HOSTED_ELSEWHERE}
FEATURES = (Platform("android", "玉兰", "cn.yulan", "30820122", "5F:2A"),)
Entry = dict[str, object]
Conditions = dict[object, tuple[Guard, ...]]


def granted(facts: Facts) -> Dossier:
    """A dossier with these facts in which everything else is as it should be."""
    papers = tuple(
        Paper(kind.value, kind, DocumentStatus.ACCEPTED,
              None if kind.self_made else ServerRegion.MAINLAND)
        for kind in (wanted.kind for wanted in wanted_documents(facts))
    )  # fmt: skip
    return Dossier(
        facts, today=TODAY, confirmed=True, service_leader="王伟",
        service_leader_phone="13800138000", domain="example.cn", papers=papers,
        number=NumberCheck("京", "京"), filed=TODAY, opening=TODAY, earlier_state="triage",
        register=IN_REGISTER[facts.filing_type], site_name="玉兰", platforms=FEATURES,
    )  # fmt: skip


def steps_and_states() -> Conditions:
    """What every step asks for, and what every state stands on, as declared."""
    return {
        **{step: step.guards for step in Step},
        **{state: state.about.invariants for state in State},
    }


@dataclass
class Walk:
    """Everything that can be reached: per state the set of facts, as one bit per entry."""

    entries: list[Entry]
    conditions: Conditions
    met: dict[tuple[str, bool], int]
    given: Entry = field(default_factory=dict)

    @classmethod
    def over(cls, partial: bool, **given: str) -> "Walk":
        """The walk over every combination of values, with filing type and kind as `given`;
        `partial` lets each be not given too, but for the one that is never missing."""
        more = (None,) if partial else ()
        values = [
            value if name == "mainland_cdn" else (*value, *more) for name, value in WALKED.items()
        ]
        entries = [dict(zip(WALKED, one, strict=True)) for one in itertools.product(*values)]
        return cls(entries, steps_and_states(), {}, dict(given))

    @property
    def everything(self) -> int:
        return (1 << len(self.entries)) - 1

    @property
    def of_type(self) -> FilingType:
        """The filing type that is walked."""
        return FilingType(str(self.given.get("filing_type", "first")))

    def weakened(self, what: object, guards: tuple[Guard, ...]) -> "Walk":
        """The same walk with other guards at one step or state."""
        return Walk(self.entries, {**self.conditions, what: guards}, self.met, self.given)

    @cached_property
    def dossiers(self) -> list[Dossier]:
        known = {"province": "CN-BJ", **self.given}
        return [granted(read_facts(entry | known)) for entry in self.entries]

    def meeting(self, guard: Guard) -> int:
        """The facts under which a guard is met."""
        if guard.rule.code in GRANTED:
            return self.everything
        key = guard.rule.code, guard.wanted
        if key not in self.met:
            self.met[key] = bits(guard.met(dossier) for dossier in self.dossiers)
        return self.met[key]

    @cached_property
    def allowed(self) -> dict[object, int]:
        """Per step and state the facts under which all it asks for is met."""
        found = dict.fromkeys(self.conditions, self.everything)
        for what, guards in self.conditions.items():
            for guard in guards:
                found[what] &= self.meeting(guard)
        return found

    @cached_property
    def _places(self) -> dict[str, tuple[int, list[int]]]:
        """Per fact how far apart entries lie that differ in it alone, and who has which value."""
        found, stride = {}, 1
        for name in reversed(WALKED):
            values = list(dict.fromkeys(entry[name] for entry in self.entries))
            masks = [bits(entry[name] == value for entry in self.entries) for value in values]
            found[name] = (stride, masks)
            stride *= len(values)
        return found

    def made_true(self, name: str, facts: int) -> int:
        """The same facts with one of them true, which is its first value."""
        stride, masks = self._places[name]
        return either((facts & mask) >> at * stride for at, mask in enumerate(masks))

    def made_anything(self, name: str, facts: int) -> int:
        """The same facts with one of them anything."""
        stride, masks = self._places[name]
        first = self.made_true(name, facts)
        return either(first << at * stride for at, _mask in enumerate(masks))

    def taken(self, step: Step, facts: int) -> int:
        """The facts after a step."""
        facts &= self.allowed[step]
        return self.made_true(SETS[step], facts) if step in SETS and facts else facts

    @cached_property
    def reachable(self) -> dict[State, int]:
        """Per state the facts with which a case can be in it, whatever anybody does.

        Wider than the truth where it costs nothing: a step back may undo any step into the
        state, and a fact a step had set may have been anything before.
        """
        found = dict.fromkeys(State, 0)
        found[State.DRAFT] = self.everything
        while True:
            before = dict(found)
            for state in State:
                self._spread(found, state)
            if found == before:
                return found

    def _spread(self, found: dict[State, int], state: State) -> None:
        here = found[state]
        if not here:
            return
        found[state] |= self.made_anything("province_accepts_forums", here)
        if not state.locked:
            found[state] |= self.allowed[state]
        for step, target in self._moves(state):
            found[target] |= self.taken(step, here)
        for step in Step:
            back = self.made_anything(SETS[step], here) if step in SETS else here
            for source in step.about.sources:
                if found[source] and (step, state) in self._moves(source):
                    found[source] |= back & self.allowed[source]

    def _moves(self, state: State) -> list[tuple[Step, State]]:
        """The steps that lead a case of this type out of a state, and where to."""
        steps = Step.leading_out_of(state, self.of_type)
        return [(s, State(to)) for s in steps if (to := leads_to(s, state, self.of_type)) != BACK]

    @cached_property
    def ending(self) -> dict[State, int]:
        """Per state the facts from which steps alone, none of them back, lead to an end."""
        ends = (Phase.CLOSED, Phase.DONE)
        found = {state: self.everything if state.phase in ends else 0 for state in State}
        while True:
            before = dict(found)
            for state in State:
                for step, target in self._moves(state):
                    found[state] |= self._leading_into(step, found[target])
            if found == before:
                return found

    def _leading_into(self, step: Step, wanted: int) -> int:
        allowed = self.allowed[step]
        if step not in SETS:
            return allowed & wanted
        _stride, (true, *_others) = self._places[SETS[step]]
        return allowed & self.made_anything(SETS[step], wanted & true)


def bits(flags: Iterable[object]) -> int:
    """One bit per flag, the first the lowest."""
    text = "".join("1" if flag else "0" for flag in flags)
    return int(text[::-1], 2)


def either(masks: Iterable[int]) -> int:
    """What is in any of them."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def changed(facts: Facts, **values: Any) -> Facts:
    """The same facts but for these."""
    return replace(facts, **values)


# One case, step by step, to hold against the real one


@dataclass
class Walker:
    """A case of the walk: its state, its facts, and the steps that can be taken back."""

    facts: Facts
    state: State = State.DRAFT
    taken: tuple[tuple[Step, State, str, object], ...] = ()

    def step(self, step: Step) -> "Walker | None":
        """The case after a step, or None where it is closed."""
        if step not in Step.leading_out_of(self.state) or step == Step.EXPIRE_ORDER:
            return None
        if step == Step.STEP_BACK:
            return self._back()
        dossier = granted(self.facts)
        if not all(g.met(dossier) for g in step.guards if g.rule.code not in GRANTED):
            return None
        after = State(leads_to(step, self.state))
        name = SETS.get(step, "")
        old = getattr(self.facts, name) if name else None
        facts = changed(self.facts, **{name: True}) if name else self.facts
        return Walker(facts, after, (*self.taken, (step, self.state, name, old)))

    def _back(self) -> "Walker | None":
        if not self.taken:
            return None
        _step, state, name, old = self.taken[-1]
        facts = changed(self.facts, **{name: old}) if name else self.facts
        # A changed answer of the province never breaks a case.
        asked = replace(facts, province_accepts_forums=ForumAnswer.YES)
        if not all(guard.met(granted(asked)) for guard in state.about.invariants):
            return None
        return Walker(facts, state, self.taken[:-1])

    def edit(self, facts: Facts) -> "Walker | None":
        """The case with other facts, or None where they are locked or break its state."""
        before, after = granted(self.facts), granted(facts)
        broken = [g for g in self.state.about.invariants if g.met(before) and not g.met(after)]
        return None if self.state.locked or broken else replace(self, facts=facts)
