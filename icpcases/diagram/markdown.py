"""The workflow as tables: states, transitions, the matrix of roles, the rule book."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from icpcases.lifecycle.definition import BACK, STAYS
from icpcases.lifecycle.roles import Role
from icpcases.lifecycle.states import Phase, State
from icpcases.lifecycle.steps import Step
from icpcases.lifecycle.ways import comes_through
from icpcases.rules.book import RULES
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import FIELDS_OF_LEADER, TYPES, Asks
from icpcases.rules.rule import Guard, Rule, Source
from icpcases.workflow.step_forms import STEP_FORMS, StepForm

ROLES = (Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR)
NEVER = "·"
_HEAD = """\
# The workflow of a filing case

Written by `manage.py workflow` from the declaration in `icpcases/lifecycle/states.py`,
`icpcases/lifecycle/steps.py` and `icpcases/rules`; `manage.py workflow --check` holds the two
against each other. Change the declaration, not this file.

![The phases, states and steps of a filing case](workflow.svg)
"""
_STATES = """\
## States

The clocks are those the program starts with; the office edits them. A province's own review
days stand above the administration's clock, a provider's own above the provider's.
"""
_TYPES = """\
## Filing types

What a case is about. Every type walks the states of the picture above, but for those it has no
need of; which of the rules about facts it asks stands beside it, all others are asked of every
type. A change asks by SMS whoever's data change, and one person with one phone only once.
"""
_STEPS = """\
## Transitions

**not** before a rule: the step asks that the rule fails. *(on the form)*: judged on what is
entered with the step, the others before it is offered. A applicant (own case), O officer,
S supervisor; o an officer for a short time, where the newest step is their own. Every step also
takes {common}; but {silent} tells nobody, so it takes neither `note_public` nor `tell`.
"""
_MATRIX = """\
## Who may do what, where

Per phase, the steps that lead out of its states and who may take them: A applicant (own case),
O officer, S supervisor; o an officer for a short time, where the newest step is their own.
{never} means that the step does not lead out of that state. Whether a step is open in a given
case is said by its guards, above.
"""
_BOOK = """\
## The rule book

The sentence says what is wrong when the rule does not hold; a rule may say it more precisely
for the case at hand, and “…” stands for what it names there. The last column is said where a
step asks that the rule fails, and it holds.
"""


def workflow_markdown() -> str:
    """Every table, in the active language."""
    common = _codes(StepForm.base_fields)
    silent = _codes(step.value for step in Step if not step.about.tells)
    parts = (
        _HEAD,
        _STATES,
        _table(_STATE_HEAD, (_state_row(state) for state in State)),
        _TYPES,
        _table(_TYPE_HEAD, (_type_row(filing_type) for filing_type in FilingType)),
        _STEPS.format(common=common, silent=silent),
        _table(_STEP_HEAD, (_step_row(step) for step in Step)),
        _MATRIX.format(never=NEVER),
        *(part for phase in Phase for part in _matrix(phase)),
        _BOOK,
        _table(_RULE_HEAD, (_rule_row(rule) for rule in RULES)),
        "The entries of the source FAQ:\n",
        _table(("source", "question"), _sources()),
    )
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: object) -> str:
    return " ".join(str(text).replace("|", r"\|").split()) or NEVER


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_STATE_HEAD = (
    "state", "for staff", "for the applicant now", "for the applicant ahead", "phase",
    "whose turn", "clock", "facts", "invariants",
)  # fmt: skip


def _state_row(state: State) -> tuple[str, ...]:
    about = state.about
    return (
        f"`{state.value}`",
        str(state.label),
        str(about.applicant),
        str(about.ahead),
        str(state.phase.label),
        _whose_turn(state),
        clock_of(state),
        "locked" if state.locked else "",
        ", ".join(_guard(guard) for guard in about.invariants),
    )


def _whose_turn(state: State) -> str:
    usual, asked, done = state.turn(), state.turn(True), state.turn(duties_done=True)
    judged = state.turn(answers_wait=True)
    found = state.name_of(usual)
    if judged != usual:
        found += f"; {judged.label} while an answer waits and no request is open"
    if asked != usual:
        found += f"; {asked.label} while a request is open"
    if done != usual:
        found += f"; {done.label} once both duties are recorded"
    return found


def clock_of(state: State) -> str:
    """The turn clock a state starts with, such as “2 working days”; empty without one."""
    clock = state.about.clock
    if clock is None:
        return ""
    amount, unit = clock
    words = str(unit.label)
    return f"{amount} {words.removesuffix('s') if amount == 1 else words}"


_TYPE_HEAD = (
    "filing type", "label", "begins when", "rules about facts", "SMS check asks",
    "passes by", "steps it has not",
)  # fmt: skip
_ASKS = {
    Asks.ALL: "all",
    Asks.TOUCHED: "those the changed values touch, on the new values",
    Asks.NONE: "none",
}


def _type_row(filing_type: FilingType) -> tuple[str, ...]:
    about = TYPES[filing_type]
    everything = frozenset().union(*FIELDS_OF_LEADER.values())
    passed_by = (s for s in State if not comes_through(filing_type, s, everything))
    lacking = (step.value for step in Step if filing_type not in step.about.types)
    return (
        f"`{filing_type.value}`",
        _(filing_type.label),
        _(about.begins),
        _ASKS[about.asks],
        ", ".join(_(leader.label) for leader in about.sms) or "nobody",
        _codes(state.value for state in passed_by),
        _codes(lacking),
    )


_STEP_HEAD = ("transition", "label", "from", "to", "guards", "entered", "who")


def _step_row(step: Step) -> tuple[str, ...]:
    return (
        f"`{step.value}`",
        str(step.label),
        _sources_of(step),
        _target_of(step),
        ", ".join(_guard(guard) for guard in step.guards),
        ", ".join(_entered(step)),
        who(step),
    )


def _sources_of(step: Step) -> str:
    sources = step.about.sources
    return "every state" if sources == tuple(State) else _codes(s.value for s in sources)


def _target_of(step: Step) -> str:
    target = step.about.target
    if target is STAYS:
        return "stays"
    if target == BACK:
        return "the state before"
    return _codes(state.value for state in step.about.targets)


def _guard(guard: Guard) -> str:
    code = f"`{guard.rule.code}`"
    wanted = code if guard.wanted else f"**not** {code}"
    return f"{wanted} *(on the form)*" if guard.on_entry else wanted


def _entered(step: Step) -> Iterable[str]:
    for name, field in STEP_FORMS[step].base_fields.items():
        if name not in StepForm.base_fields:
            label = str(field.label)
            yield f"`{name}`" if label == name.replace("_", " ") else f"`{name}` ({label})"


def who(step: Step) -> str:
    """The letters of everybody who may take a step; small where it must be their own newest."""
    letters = {role: role.value[0] for role in ROLES if role in step.who | step.about.own}
    return " ".join(
        letters[role].upper() if role in step.who else letters[role] for role in letters
    )


def _matrix(phase: Phase) -> tuple[str, ...]:
    states = [state for state in State if state.phase == phase]
    steps = [step for step in Step if set(states) & set(step.about.sources)]
    rows = ([f"`{step.value}`", *(_may(step, state) for state in states)] for step in steps)
    return f"### {phase.label}\n", _table(["transition", *(f"`{s.value}`" for s in states)], rows)


def _may(step: Step, state: State) -> str:
    return who(step) if state in step.about.sources else NEVER


_RULE_HEAD = (
    "rule", "source", "sentence", "remedy", "who can put it right", "if it should fail, and holds",
)  # fmt: skip


def _rule_row(rule: Rule) -> tuple[str, ...]:
    words = rule.failing
    failing_wanted = any(
        guard.rule is rule and not guard.wanted for step in Step for guard in step.guards
    )
    return (
        f"`{rule.code}`",
        str(rule.source.value),
        _worded(words.sentence),
        _worded(words.remedy),
        _(words.who.label),
        _worded(rule.holding.sentence) if failing_wanted else "",
    )


def _worded(source: str) -> str:
    return _(source).replace("%(about)s", "…")


def _sources() -> Iterable[tuple[str, str]]:
    for source in Source:
        if source.question:
            yield source.value, _(source.question)
