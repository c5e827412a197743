"""Turning an errand into one of another filing type, its facts kept."""

from icpcases.cases.forms.filed import CHANGEABLE, changing_of, let_go
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import FilingCase, Service
from icpcases.lifecycle.roles import Actor
from icpcases.register.prefill import known_of
from icpcases.rules.facts import FilingType
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import Closed

from .checks import (
    Kinds,
    broken_invariants,
    failing_invariants,
    need_fact_editor,
    need_invariants,
    need_same_beginning,
    need_unlocked,
)


def change_type(
    case: FilingCase, by: Actor, filing_type: FilingType, seen_version: int
) -> FilingCase:
    """Make the case an errand of this type. Raises NotAllowed, Stale, or Closed.

    What it is about is found where the register tells: the live service with the case's domain.
    """

    def broken(fresh: FilingCase) -> Closed | None:
        _write(fresh, filing_type)
        findings = broken_invariants(fresh, CaseFile(fresh))
        return Closed(findings) if findings else None

    with changing(case, by, seen_version, what="filing type", explain=broken) as change:
        need_fact_editor(change.case, by)
        need_unlocked(change)
        failing = failing_invariants(change)
        _write(change.case, filing_type)
        need_same_beginning(change)
        if change.changed_fields():
            need_invariants(change, failing)
            change.record(Kinds.EDIT)
        return change.case


def _write(case: FilingCase, filing_type: FilingType) -> None:
    case.filing_type = filing_type.value
    let_go(case)
    if case.about.about_service:
        case.service = _service(case)
    case.changing = {}
    if filing_type == FilingType.CHANGE:
        # What the case says otherwise than the register is what it wants to change.
        known = known_of(case.applicant, filing_type, case.service)
        before = {name: known.get(name, getattr(case, name)) for name in CHANGEABLE}
        case.changing = changing_of(case, before)


def _service(case: FilingCase) -> Service | None:
    """The service the case is about, as far as the register tells."""
    if case.service is not None:
        return case.service
    subject = subject_of(case.applicant_id)
    if subject is None or not case.registrable_domain:
        return None
    same = subject.services.filter(
        domains__registrable_domain=case.registrable_domain, service_kind=case.service_kind
    )
    return same.exclude(state=Service.State.CANCELLED).first()
