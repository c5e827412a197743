"""What was done, with its verb, in the history rows that are no steps."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from icpcases.cases.models import HistoryRow
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.workflow.actions.messages import is_from_applicant

_OF_PEOPLE = {
    "assigned": gettext_noop("Assigned to %(value)s"),
    "confirmed": gettext_noop("Confirmed the applicant: %(value)s"),
    "unconfirmed": gettext_noop("Took back the confirmation of the applicant: %(value)s"),
    "moved_to": gettext_noop("Moved to the applicant: %(value)s"),
    "named": gettext_noop("Changed who applies: %(value)s"),
    "invited": gettext_noop("Invited: %(value)s"),
    "joined": gettext_noop("Joined: %(value)s"),
    "removed": gettext_noop("Removed: %(value)s"),
    "taken_back": gettext_noop("Took back the invitation: %(value)s"),
}


def deed_of(row: HistoryRow) -> str:
    """Who asked, answered, judged or changed what; empty for a row of another kind."""
    if row.sequence == 1:
        return _("Case opened")
    if row.kind == HistoryRow.Kind.REQUEST:
        return _request(row.entered)
    if row.kind == HistoryRow.Kind.DOCUMENT:
        return _document(row.entered)
    if row.kind == HistoryRow.Kind.MESSAGE:
        return _message(row)
    if row.kind == HistoryRow.Kind.FOLLOW_UP:
        return _("The applicant was reminded") if row.entered.get("reminded") else ""
    edited = row.kind == HistoryRow.Kind.EDIT
    return _of_people(row.entered) or (_edit(row.changes) if edited else "")


def _message(row: HistoryRow) -> str:
    if not row.note_public:
        return _("Read a message: no answer needed")
    return _("Message from the applicant") if is_from_applicant(row) else _("Message")


def _of_people(entered: Mapping[str, object]) -> str:
    if "assigned" in entered and not entered["assigned"]:
        return _("Released to the queue")
    found = next((name for name in _OF_PEOPLE if name in entered), "")
    return _(_OF_PEOPLE[found]) % {"value": entered[found]} if found else ""


def _edit(changes: Mapping[str, object]) -> str:
    fields = changes.get("fields") or ()
    if isinstance(fields, Mapping) and "filing_type" in fields:
        return _("Changed the filing type")
    return _("Changed the facts") if fields else ""


def _request(entered: Mapping[str, object]) -> str:
    if "asked" in entered:
        return _("Asked the applicant")
    if "answered" in entered:
        return _("Answered")
    said = {
        RequestStatus.ACCEPTED.value: _("Accepted the answer"),
        RequestStatus.OPEN.value: _("Asked again"),
        RequestStatus.WAIVED.value: _("Waived the request"),
    }
    return said.get(str(entered.get("decision", "")), "")


def _document(entered: Mapping[str, object]) -> str:
    if "taken_from" in entered:
        said = _("Reused from another case: %(paper)s")
    elif "added" in entered:
        said = _("Handed in: %(paper)s")
    elif "taken_back" in entered:
        said = _("Taken back by the applicant: %(paper)s")
    elif "not_needed" in entered:
        said = _("Not needed: %(paper)s") if entered.get("is") else _("Needed after all: %(paper)s")
    else:
        said = {
            DocumentStatus.ACCEPTED.value: _("Accepted: %(paper)s"),
            DocumentStatus.REFUSED.value: _("Refused: %(paper)s"),
            DocumentStatus.REMOVED.value: _("Removed: %(paper)s"),
            DocumentStatus.PENDING.value: _("Corrected: %(paper)s"),
        }.get(str(entered.get("status", "")), "")
    kind = next((entered[name] for name in _NAMING_A_KIND if name in entered), "")
    return said % {"paper": _(Kind(str(kind)).label)} if said and kind else ""


_NAMING_A_KIND = ("added", "judged", "taken_back", "not_needed")
