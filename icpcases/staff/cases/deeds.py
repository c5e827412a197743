"""What was done, with its verb, in the history rows that are no steps: requests and documents."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from icpcases.cases.models import HistoryRow
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus


def deed_of(row: HistoryRow) -> str:
    """Who asked, answered, judged what; empty for a row of another kind."""
    if row.kind == HistoryRow.Kind.REQUEST:
        return _request(row.entered)
    return _document(row.entered) if row.kind == HistoryRow.Kind.DOCUMENT else ""


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
        said = _("Took over from another case: %(paper)s")
    elif "added" in entered:
        said = _("Handed in: %(paper)s")
    elif "not_needed" in entered:
        said = _("Not needed: %(paper)s") if entered.get("is") else _("Needed after all: %(paper)s")
    else:
        said = {
            DocumentStatus.ACCEPTED.value: _("Accepted: %(paper)s"),
            DocumentStatus.REFUSED.value: _("Refused: %(paper)s"),
            DocumentStatus.REMOVED.value: _("Took out: %(paper)s"),
            DocumentStatus.PENDING.value: _("Corrected: %(paper)s"),
        }.get(str(entered.get("status", "")), "")
    kind = next(
        (entered[name] for name in ("added", "judged", "not_needed") if name in entered), ""
    )
    return said % {"paper": _(Kind(str(kind)).label)} if said and kind else ""
