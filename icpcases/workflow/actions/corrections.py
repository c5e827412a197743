"""Putting right what our own record has wrong of facts that are locked."""

from django.utils import timezone

from icpcases.cases.forms.corrections import FactsCorrectionForm
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import FilingCase, RegisterRow, Service, SubjectFiling
from icpcases.cases.permissions import is_supervisor
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import WITH_NUMBER, State
from icpcases.register.record import Record, RegisterChange, hold_records
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import MAKING
from icpcases.rules.rule import Finding, Guard, Party, Source
from icpcases.rules.text import _
from icpcases.search import index
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.explain import NOT_PERMITTED
from icpcases.workflow.settling import settle_turns

from .checks import Kinds, account_of, need_reason
from .register import taken_findings

# A field of the register, and the fact that it was entered from.
_OF_SERVICE = {
    "name": "site_name",
    **{n: n for n in ("service_leader", "service_leader_phone", "service_leader_id")},
    "app_features": "app_features",
}
_OF_SUBJECT = ("subject_leader", "subject_leader_phone", "subject_leader_id")
_OF_DOMAIN = {
    "domain": "domain", "domain_unicode": "domain_unicode",
    "registrable_domain": "registrable_domain",
}  # fmt: skip


def correct_facts(
    case: FilingCase, by: Actor, form: FactsCorrectionForm, seen_version: int
) -> FilingCase:
    """Write a valid FactsCorrectionForm on a case whose facts are locked: one history row.

    State and numbers stay; where the register has the same slip from this case, it is put right
    with it. Raises NotAllowed for who is no supervisor, Stale, and Closed where the facts are not
    locked, or would break what the case's state stands on.
    """
    register: RegisterChange | None = None

    def broken(fresh: FilingCase) -> Closed | None:
        form.write_to(fresh)
        findings = broken_rules(fresh, CaseFile(fresh)) or taken_findings(register)
        return Closed(findings) if findings else None

    with changing(case, by, seen_version, what="correction", explain=broken) as change:
        if not is_supervisor(by):
            raise NotAllowed(by, (ONLY_SUPERVISORS,))
        _need_locked(change.case)
        need_reason(form.cleaned_data["reason"])
        hold_records(change.case)
        failing = frozenset(f.code for f in broken_rules(change.case, change.rows))
        form.write_to(change.case)
        if not change.changed_fields():
            return change.case
        found = broken_rules(change.case, change.rows.anew())
        if new := tuple(finding for finding in found if finding.code not in failing):
            raise Closed(new)
        register = RegisterChange(
            change.case.applicant, RegisterRow.What.CORRECTED, account_of(by),
            timezone.localdate(), change.now, change.case, form.cleaned_data["reason"],
        )  # fmt: skip
        _record(change, register, form)
        return change.case


def _record(change: Change, register: RegisterChange, form: FactsCorrectionForm) -> None:
    data = form.cleaned_data
    _follow(change, register)
    _correct_checks(change)
    row = register.keep()
    change.record(
        Kinds.CORRECTION,
        made={"register": [row.pk]} if row else {},
        reasons=[{"about": "", "text": data["reason"]}],
        note_public=data["note_public"] if data["tell"] else "",
        told=data["tell"],
    )
    if row is not None:
        settle_turns(register)
        if register.service is not None:
            for other in register.service.cases.exclude(pk=change.case.pk):
                index.keep(other)


def broken_rules(case: FilingCase, rows: CaseFile) -> tuple[Finding, ...]:
    """What the case's state stands on and, of one under the rules of a filing, all of these."""
    dossier = dossier_of(case, rows)
    about = case.is_at.about
    asked: dict[Guard, None] = dict.fromkeys(about.invariants)
    if about.filing_rules:
        asked |= dict.fromkeys(State.PREPARING.about.invariants)
    return tuple(finding for guard in asked for finding in guard.unmet(dossier))


def _need_locked(case: FilingCase) -> None:
    if not case.is_at.locked:
        raise Closed((_NOT_LOCKED,))


def _follow(change: Change, register: RegisterChange) -> None:
    """Have the register say the same, where it still says what this case had entered."""
    case, before = change.case, change.before
    service = case.service
    entered = case.is_of in MAKING and case.is_at in WITH_NUMBER
    if case.is_of == FilingType.CHANGE and case.is_at == State.COMPLETED:
        entered = True
    if not entered:
        return
    if service is not None:
        _put_right(register, service, before, case, _OF_SERVICE)
        for domain in service.domains.filter(domain=before["domain"]):
            _put_right(register, domain, before, case, _OF_DOMAIN)
    subject: SubjectFiling | None = service.subject if service else subject_of(case.applicant_id)
    if subject is not None:
        # Who is not named as the subject's leader is the service's.
        own = {
            name: name if before[name] else name.replace("subject", "service")
            for name in _OF_SUBJECT
        }
        _put_right(register, subject, before, case, own)


def _put_right(
    register: RegisterChange, record: Record, before: dict[str, object], case: FilingCase,
    names: dict[str, str],
) -> None:  # fmt: skip
    new = {
        field: getattr(case, fact)
        for field, fact in names.items()
        if getattr(record, field) == before[fact] and getattr(case, fact) != before[fact]
    }
    register.change(record, **new)
    if new and isinstance(record, Service):
        register.service = record


def _correct_checks(change: Change) -> None:
    """Whom the SMS check still asks is called as corrected."""
    case, before = change.case, change.before
    for check in change.rows.unanswered:
        part = "service_leader" if check.person == check.Person.SERVICE else "subject_leader"
        part = part if before[part] else "service_leader"
        if (check.name, check.phone) == (before[part], before[f"{part}_phone"]):
            check.name, check.phone = getattr(case, part), getattr(case, f"{part}_phone")
            check.save(update_fields=["name", "phone"])


ONLY_SUPERVISORS = Finding(
    NOT_PERMITTED,
    Source.NONE,
    _("The facts are locked. Only a supervisor can correct them."),
    _("Ask a supervisor, or begin a change filing."),
    Party.SUPERVISOR,
)
_NOT_LOCKED = Finding(
    "facts.open",
    Source.NONE,
    _("The facts are not locked, so no correction is needed."),
    _("Edit them in the usual way."),
    Party.OFFICER,
)
