"""Editing the facts of a case."""

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import roles_on
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.states import State
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import Closed

from .asking import answer_by_facts
from .checks import (
    Kinds,
    When,
    broken_invariants,
    failing_invariants,
    need_fact_editor,
    need_invariants,
    need_same_beginning,
    need_unlocked,
)


def edit_facts(
    case: FilingCase, by: Actor, form: FactsForm, seen_version: int, happened: When = None
) -> FilingCase:
    """Write a valid FactsForm on the case, unless its state's invariants would break.

    Raises NotAllowed, Stale, or Closed with every rule the edit breaks.
    """

    def broken(fresh: FilingCase) -> Closed | None:
        form.write_to(fresh)
        findings = broken_invariants(fresh, CaseFile(fresh))
        return Closed(findings) if findings else None

    with changing(case, by, seen_version, happened, "edit", broken) as change:
        need_fact_editor(change.case, by)
        need_unlocked(change)
        failing = failing_invariants(change)
        form.write_to(change.case)
        need_same_beginning(change)
        if change.changed_fields():
            need_invariants(change, failing)
            own = Role.APPLICANT in roles_on(change.case, by) and change.case.is_at == State.DRAFT
            answers = answer_by_facts(change) if own else []
            change.record(Kinds.EDIT, entered={"answers": answers} if answers else {})
        return change.case
