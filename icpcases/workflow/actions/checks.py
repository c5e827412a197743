"""What the changes that are no step must meet: who acts, and what the case's state stands on."""

import datetime as dt

from django.contrib.auth.models import User

from icpcases.cases.models import (
    FilingCase,
    HistoryRow,
)
from icpcases.cases.permissions import is_staff_role, is_working, roles_on
from icpcases.lifecycle.roles import WORKING, Actor, Role
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import Change
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_AN_ACCOUNT, ONLY_IN_A_DRAFT, ONLY_WORKERS

Kinds = HistoryRow.Kind
When = dt.datetime | None


def account_of(by: Actor | None) -> User:
    """The account that acts, as rows keep it. Raises NotAllowed where there is none."""
    if not isinstance(by, User):
        raise NotAllowed(by, ONLY_AN_ACCOUNT)
    return by


def need_fact_editor(case: FilingCase, by: Actor) -> None:
    """Working staff edit facts; the applicant only in a draft. Raises NotAllowed."""
    roles = roles_on(case, by)
    if roles & WORKING or (Role.APPLICANT in roles and case.is_at == State.DRAFT):
        return
    raise NotAllowed(by, ONLY_WORKERS if is_staff_role(by) else ONLY_IN_A_DRAFT)


def need_worker(case: FilingCase, by: Actor) -> None:
    """Raises NotAllowed unless `by` works cases."""
    if refused := worker_needed(by):
        raise refused


def worker_needed(by: Actor) -> NotAllowed | None:
    """What is said to whoever works no cases, where no case is at hand; else nothing."""
    return None if is_working(by) else NotAllowed(by, ONLY_WORKERS)


def need_unlocked(change: Change) -> None:
    """Raises Closed in a state whose facts are locked, naming the step to take back first."""
    case = change.case
    if case.is_at.locked:
        raise Closed((_locked(case, change.rows),))


def need_same_beginning(change: Change) -> None:
    """Raises Closed where an inspection became another errand, or another errand an inspection.

    An inspection begins at the office, without an application: neither way leads from the one
    to the other.
    """
    was = FilingType(str(change.before["filing_type"]))
    if (was in INSPECTIONS) != (change.case.is_of in INSPECTIONS):
        raise Closed((_OTHER_BEGINNING,))


_OTHER_BEGINNING = Finding(
    "filing.type",
    Source.NONE,
    _(
        "Only the party that inspects can start an inspection. Another errand cannot become an "
        "inspection, nor an inspection another errand."
    ),
    _("Open a new case, and withdraw this one if it is not needed."),
    Party.OFFICER,
)


def _locked(case: FilingCase, rows: CaseFile) -> Finding:
    step = rows.step_to_undo
    label = str(Step(step.step).label) if step else ""
    return Finding(
        "facts.locked",
        Source.NONE,
        _("The facts are locked while somebody outside decides on them, or has decided."),
        _("A supervisor first takes back this step: %(about)s."),
        Party.SUPERVISOR,
        (Place(PlaceKind.STEP, "step_back", label),),
    )


def failing_invariants(change: Change) -> frozenset[str]:
    """The rules that fail before the change: a changed answer of a province breaks no case."""
    dossier = dossier_of(change.case, change.rows)
    invariants = change.case.is_at.about.invariants
    return frozenset(guard.rule.code for guard in invariants if not guard.met(dossier))


def need_invariants(change: Change, failing: frozenset[str]) -> None:
    """Raises Closed with every rule that the change breaks and the case's state stands on."""
    findings = broken_invariants(change.case, change.rows.anew(), failing)
    if findings:
        raise Closed(findings)


def broken_invariants(
    case: FilingCase, rows: CaseFile, failing: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """The rules the case's state stands on that do not hold, and the step to take back first.

    Those `failing` already are left out.
    """
    dossier = dossier_of(case, rows)
    found = tuple(
        finding
        for guard in case.is_at.about.invariants
        if guard.rule.code not in failing
        for finding in guard.unmet(dossier)
    )
    step = rows.step_to_undo
    if not found or step is None:
        return found
    back = Finding(
        "state.stands",
        Source.NONE,
        _("The case's state depends on what this would change."),
        _("A supervisor first takes back this step: %(about)s."),
        Party.SUPERVISOR,
        (Place(PlaceKind.STEP, "step_back", str(Step(step.step).label)),),
    )
    return (*found, back)


def need_reason(reason: str) -> None:
    """Raises Closed where no reason is given."""
    if reason.strip():
        return
    finding = Finding(
        "reason.given",
        Source.NONE,
        _("No reason is given."),
        _("Say why, in words the applicant understands."),
        Party.OFFICER,
    )
    raise Closed((finding,))
