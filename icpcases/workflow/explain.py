"""The one function every surface asks: which steps are open, and what closes the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_staff_role, may_take
from icpcases.lifecycle.definition import StepDefinition
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_case import SUBJECT_IDLE
from icpcases.rules.about_register import SUBJECT_KNOWN
from icpcases.rules.dossier import Dossier
from icpcases.rules.facts import Facts, FilingType
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.rule import Finding, Guard, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.workflow.dossier import dossier_for, rows_for

from .own_step import taking_back_findings
from .recommendation import recommended_step
from .refusals import NOT_PERMITTED

_WHO_MAY = {
    Role.SUPERVISOR: (
        _("Only a supervisor takes this step."),
        _("Ask a supervisor."),
        Party.SUPERVISOR,
    ),
    Role.OFFICER: (
        _("Only an officer or a supervisor takes this step."),
        _("The office takes it when it is due."),
        Party.OFFICER,
    ),
    Role.APPLICANT: (
        _("Only the applicant, an officer or a supervisor takes this step."),
        _("Ask one of them."),
        Party.OFFICER,
    ),
}
# What waits for the provider that is chosen.
_OF_THE_PROVIDER = (SUBJECT_IDLE, SUBJECT_KNOWN)
# How many answers that hang on the facts alone are kept: small, and alike in many cases.
_KEPT = 8192


@dataclass(frozen=True)
class Explanation:
    """A step as one reader meets it: open, or every finding in the way, all together."""

    step: Step
    unmet: tuple[Finding, ...]
    later: tuple[Guard, ...]

    @property
    def open(self) -> bool:
        """Whether this reader may take the step now."""
        return not self.unmet

    @property
    def out_of_reach(self) -> bool:
        """Whether this reader can do nothing to open it: nobody can, or it is another's step."""
        return any(f.who == Party.NOBODY or f.code == NOT_PERMITTED for f in self.unmet)


def explain(case: FilingCase, user: Actor | None) -> list[Explanation]:
    """Every step that leads out of the case's state, the recommended first."""
    first = recommended_step(case)
    steps = sorted(Step.leading_out_of(case.is_at, case.is_of), key=lambda step: step != first)
    return [_explanation(case, step, user) for step in steps]


def explain_step(case: FilingCase, step: Step, user: Actor | None) -> Explanation:
    """One step of the case as this reader meets it."""
    return _explanation(case, step, user, state_findings(case, step, user))


def _explanation(
    case: FilingCase, step: Step, user: Actor | None, elsewhere: tuple[Finding, ...] = ()
) -> Explanation:
    dossier, wanting = dossier_for(case), permission_findings(case, step, user)
    guards = unmet_guards(dossier, step, not is_staff_role(user))
    return Explanation(step, (*wanting, *elsewhere, *guards), checked_later(dossier, step))


def unmet_guards(dossier: Dossier, step: Step, for_applicant: bool = False) -> tuple[Finding, ...]:
    """The findings of every guard that can be judged before something is entered."""
    return tuple(_unmet(dossier, step, for_applicant)) if step.about.before else ()


def _unmet(dossier: Dossier, step: Step, for_applicant: bool) -> Iterator[Finding]:
    facts, changed = dossier.facts, dossier.changed
    for guard, by_facts in _told_by_facts(step.about, facts, changed, for_applicant):
        yield from guard.unmet(dossier, for_applicant) if by_facts is None else by_facts


@lru_cache(maxsize=_KEPT)
def _told_by_facts(
    about: StepDefinition, facts: Facts, changed: frozenset[str], for_applicant: bool
) -> tuple[tuple[Guard, tuple[Finding, ...] | None], ...]:
    """The guards of a step that these facts alone do not meet, each with its findings; None
    for a guard that must look at more. Facts never change, so this may be kept."""
    dossier = Dossier(facts, changed=changed)
    told = (
        (guard, guard.unmet(dossier, for_applicant) if guard.rule.of_facts else None)
        for guard in about.before
    )
    return tuple((guard, findings) for guard, findings in told if findings != ())


def checked_later(dossier: Dossier, step: Step) -> tuple[Guard, ...]:
    """The guards that wait for what will be entered."""
    later = step.about.later
    if dossier.facts.filing_type != FilingType.ADD_ACCESS:
        later = tuple(guard for guard in later if guard.rule is not SUBJECT_KNOWN)
    if dossier.facts.filing_type in INSPECTIONS:
        # They have no order, and wait for no other errand.
        return tuple(guard for guard in later if guard.rule not in _OF_THE_PROVIDER)
    # On an order that is alive, nothing is chosen that another errand could have.
    if not later or not dossier.provider:
        return later
    return tuple(guard for guard in later if guard.rule not in _OF_THE_PROVIDER)


def permission_findings(case: FilingCase, step: Step, user: Actor | None) -> tuple[Finding, ...]:
    """Wanting permission, told as a rule is: who may take the step."""
    if may_take(case, step, user):
        return ()
    if step.about.own:
        return taking_back_findings(rows_for(case), step, user, NOT_PERMITTED)
    wanted = next(role for role in _ORDER if role in step.who)
    sentence, remedy, who = _WHO_MAY[wanted]
    return (Finding(NOT_PERMITTED, Source.NONE, sentence, remedy, who),)


_ORDER = (Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR)


def state_findings(case: FilingCase, step: Step, user: Actor | None) -> tuple[Finding, ...]:
    """That a step does not lead out of the state the case is in, as this reader knows the state."""
    if step.about.leads_out_of(case.is_at, case.is_of):
        return ()
    sentence = _("This step is not possible while the case is in this state: %(about)s.")
    name = case.is_at.label if is_staff_role(user) else case.words.applicant
    place = Place(PlaceKind.STATE, case.state, str(name))
    if case.is_at in step.about.sources:
        sentence = _("This step is no part of a filing of this type: %(about)s.")
        place = Place(PlaceKind.FACT, "filing_type", case.is_of.label)
    remedy = _("See which steps are possible now.")
    return (Finding("state", Source.NONE, sentence, remedy, Party.NOBODY, (place,)),)
