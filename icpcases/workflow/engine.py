"""The one door through which a case changes: locked, judged again, recorded."""

from collections.abc import Mapping
from functools import partial

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.cases.permissions import is_staff_role
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.steps import Effect, Step
from icpcases.register.record import hold_records
from icpcases.rules.rule import Finding, Party

from . import explain as explaining
from .casefile import CaseFile
from .changes import SYSTEM, Change, changing, plain
from .dossier import dossier_for, dossier_of
from .effects import Effects
from .exceptions import BadEntry, Busy, Closed, NotAllowed, Refused
from .step_forms import StepForm, SubmissionForm, step_form

_SYSTEM_STEPS = {Step.EXPIRE_ORDER}
# What is judged for these must not change in the register before they are recorded.
_REGISTERING = {Effect.KEEP_IN_REGISTER, Effect.DATE_SERVICE, Effect.UNDO}


def perform(
    case: FilingCase,
    step: Step | str,
    by: Actor,
    data: Mapping[str, object] | None,
    seen_version: int,
) -> FilingCase:
    """Take a step, or raise NotAllowed, Closed, Stale or BadEntry and change nothing.

    Raises DatabaseTrouble as `changing` does, and ValueError for a name that is no step.
    `data` holds what the step's form takes, files included. Gives back the case as it is
    afterwards.
    """
    step, data = Step(step), data or {}
    lost = partial(_lost_race, step=step, by=by, data=data)
    with changing(case, by, seen_version, what=step.value, explain=lost) as change:
        _take(change, step, by, data)
        return change.case


def _lost_race(
    case: FilingCase, step: Step, by: Actor, data: Mapping[str, object]
) -> Refused | None:
    """The rule across cases that the step has lost a race about, asked again."""
    findings = explaining.unmet_guards(dossier_for(case), step, not is_staff_role(by))
    if findings:
        return Closed(findings)
    form = step_form(case, CaseFile(case), step, data, not is_office(by))
    if not form.is_valid():
        return BadEntry(form)
    # Both began one order; it is there now, and tried again the case joins it.
    joins = isinstance(form, SubmissionForm) and form.order_named is not None
    return Busy(str(case)) if joins else None


def _take(change: Change, step: Step, by: Actor, data: Mapping[str, object]) -> None:
    case = change.case
    if _REGISTERING & set(step.about.effects):
        hold_records(case)
    unmet = _need_open(change, step, by)
    form = step_form(case, change.rows, step, data, not is_office(by))
    if not form.is_valid():
        raise BadEntry(form)
    # A clock ahead by seconds is let pass, but nothing happens after it was recorded.
    at = form.cleaned_data["happened"] = min(form.cleaned_data["happened"], change.now)
    if step.guards:
        _judge_entered(case, step, by, form, unmet)
    from_state = case.state
    effects = Effects(case, change.rows, step, form.entered, form.given_reasons, at, change.by)
    getattr(case, step.value)(effects)
    _write(change, step, form, effects, from_state)


def _need_open(change: Change, step: Step, by: Actor) -> tuple[Finding, ...]:
    """What is in the way today and is decided by the day entered. Raises NotAllowed or Closed."""
    case = change.case
    elsewhere = explaining.state_findings(case, step, by)
    if elsewhere:
        raise Closed(elsewhere)
    if step.guards:
        case.dossier = dossier_of(case, change.rows, change.now)
    if not (by is SYSTEM and step in _SYSTEM_STEPS):
        wanting = explaining.permission_findings(case, step, by)
        if wanting:
            raise NotAllowed(by, wanting)
    if not step.guards:
        return ()
    unmet = explaining.unmet_guards(dossier_for(case), step, not is_staff_role(by))
    by_date = {guard.rule.code for guard in step.guards if guard.rule.reads_date}
    if any(finding.code not in by_date for finding in unmet):
        raise Closed(unmet)
    return unmet


def _judge_entered(
    case: FilingCase, step: Step, by: Actor, form: StepForm, unmet: tuple[Finding, ...]
) -> None:
    """Judge the step with what was entered. Raises Closed with every rule in the way."""
    if form.dossier.today != dossier_for(case).today:
        # Backdated, the rules that read a date are judged by the day it happened.
        unmet = explaining.unmet_guards(form.dossier, step, not is_staff_role(by))
    if unmet:
        raise Closed(unmet)
    # What waited for the entry was judged with it, so every guard is met.
    case.dossier = form.dossier
    form.dossier.met_by(step)


def _write(change: Change, step: Step, form: StepForm, effects: Effects, from_state: str) -> None:
    data = form.cleaned_data
    change.record(
        HistoryRow.Kind.STEP,
        at=effects.at,
        moved=change.case.state != from_state and effects.undoes is None,
        rows=None if effects.made or effects.undoes else change.rows,
        made=effects.made,
        step=step.value,
        from_state=from_state,
        on_behalf_of=party_acted_for(change, step, data),
        reasons=form.given_reasons,
        note_public=data.get("note_public", ""),
        note_internal=data.get("note_internal", ""),
        entered={name: plain(value) for name, value in effects.entered.items()},
        findings=[{"code": g.rule.code, "wanted": g.wanted, "met": True} for g in step.guards],
        # Who is not asked, such as an applicant, does not keep it from the others.
        told=bool(data.get("tell", step.about.tells)),
        undoes=effects.undoes,
    )


def is_office(by: Actor | None) -> bool:
    """Whether the office acts, rather than an applicant."""
    return by is SYSTEM or is_staff_role(by)


def party_acted_for(change: Change, step: Step, data: Mapping[str, object]) -> str:
    """The party whose act an officer has recorded; empty where it is the actor's own."""
    if data.get("returned_by"):
        return str(data["returned_by"])
    party = step.about.acts_for
    if party is None or change.by is None:
        return ""
    if party == Party.AUTHORITY and change.case.about.inspection:
        # Who asks may be the provider as well, and an inspection that was missed nobody refused.
        return ""
    own = party == Party.APPLICANT and change.by.pk in change.case.people_pks
    return "" if own else party.value
