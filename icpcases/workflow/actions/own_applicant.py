"""Who applies, put right in a draft by the applicant's own people."""

from icpcases.cases.forms.applicants import OWN_FIELDS, OwnApplicantForm
from icpcases.cases.forms.facts import own_leader
from icpcases.cases.models import Applicant, FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.rules.facts import ApplicantType
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.search import index
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed

from .checks import Kinds, need_fact_editor

_LEADER = ("service_leader", "service_leader_phone", "service_leader_id")


def own_fields_open(case: FilingCase) -> tuple[str, ...]:
    """What of the record of who applies may be changed by way of this draft.

    Nothing once the office has confirmed the record, or another case stands on it too: then it
    is no longer this draft's own.
    """
    shared = FilingCase.objects.filter(applicant=case.applicant_id).exclude(pk=case.pk)
    return () if case.applicant.confirmed or shared.exists() else OWN_FIELDS


def edit_own_applicant(
    case: FilingCase, by: Actor, form: OwnApplicantForm, seen_version: int
) -> FilingCase:
    """Write a valid form on the record of who applies, with a row in the case's history.

    Raises NotAllowed but in a draft, Stale, DoneAlready, and Closed where the record is not this
    draft's own.
    """
    with changing(case, by, seen_version, what="applicant") as change:
        need_fact_editor(change.case, by)
        applicant = Applicant.objects.select_for_update().get(pk=change.case.applicant_id)
        change.case.applicant = applicant
        entered = {name: form.cleaned_data[name] for name in form.fields}
        changed = {
            name: [getattr(applicant, name), value]
            for name, value in entered.items()
            if getattr(applicant, name) != value
        }
        if not changed:
            return change.case
        if not changed.keys() <= set(own_fields_open(change.case)):
            raise Closed((_NOT_ITS_OWN,))
        himself = _leads_himself(change.case)
        for name, (_old, new) in changed.items():
            setattr(applicant, name, new)
        applicant.save(update_fields=list(changed))
        _follow(change, himself)
        made = {"applicant": [[name, *values] for name, values in changed.items()]}
        change.record(Kinds.EDIT, made=made, entered={"named": applicant.name})
        index.keep_applicant(applicant)
        return change.case


def _leads_himself(case: FilingCase) -> bool:
    """Whether an individual stands there as the leader of his own service."""
    if case.applicant_type != ApplicantType.INDIVIDUAL:
        return False
    return case.service_leader in ("", case.applicant.name)


def _follow(change: Change, himself: bool) -> None:
    """Have the leader who is the applicant himself be called as the applicant is now."""
    if not himself:
        return
    case = change.case
    standing = {name: getattr(case, name) for name in _LEADER}
    for name in _LEADER:
        setattr(case, name, "")
    proposed = own_leader(case)
    for name in _LEADER:
        setattr(case, name, proposed.get(name) or standing[name])


_NOT_ITS_OWN = Finding(
    "applicant.certificate",
    Source.NONE,
    _("The office has confirmed who applies, or another case stands on the same record."),
    _("Write to the office if something of it is wrong."),
    Party.OFFICER,
    (Place(PlaceKind.APPLICANT, "", _("applicant")),),
)
