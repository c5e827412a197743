"""The history on the case page: its newest rows, and what was entered and changed in each."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from icpcases.cases.models import Document, FilingCase, HistoryRow
from icpcases.rules.documents import Kind
from icpcases.rules.numbers import mask, mask_phone, mask_resident_id
from icpcases.rules.rule import Party

HISTORY_PAGE = 20
PRIVATE = {"service_leader_phone": mask_phone, "service_leader_id": mask_resident_id}


@dataclass(frozen=True)
class HistoryLine:
    """A history row with how long the case then stayed as it was, and what was changed."""

    row: HistoryRow
    stayed: dt.timedelta | None
    entered: list[tuple[str, str]]
    changed: list[tuple[str, str, str]]

    @property
    def recorded_later(self) -> bool:
        """Whether it was recorded in another minute than it happened."""
        happened, recorded = self.row.happened_at, self.row.recorded_at
        return recorded.replace(second=0, microsecond=0) != happened.replace(
            second=0, microsecond=0
        )


def history_page(request: HttpRequest, case: FilingCase) -> Page:
    """A page of the history, newest first, found by its numbers: they have no gap."""
    numbers = range(case.version, 0, -1)
    page: Any = Paginator(numbers, HISTORY_PAGE).get_page(request.GET.get("history"))
    rows = case.history.filter(sequence__in=page.object_list).select_related("by")
    page.object_list = history_lines(case, list(rows.order_by("-sequence")))
    return page


def history_lines(case: FilingCase, rows: list[HistoryRow]) -> list[HistoryLine]:
    """The rows, each with what it says; newest first as they came."""
    ends: dict[int, dt.datetime] = {}
    later: dt.datetime | None = None
    for row in rows:
        if row.kind == HistoryRow.Kind.STEP and row.from_state != row.to_state:
            ends[row.sequence] = later or timezone.now()
            later = row.happened_at
    return [
        HistoryLine(
            row,
            ends[row.sequence] - row.happened_at if row.sequence in ends else None,
            list(entered_lines(row)),
            list(changed_lines(case, row)),
        )
        for row in rows
    ]


def entered_lines(row: HistoryRow) -> Iterator[tuple[str, str]]:
    """What was entered, labelled."""
    for name, value in row.entered.items():
        if name == "assigned" and not value:
            yield gettext(_ENTERED[name]), gettext("nobody")
        elif value not in ("", None) and name in _ENTERED:
            yield gettext(_ENTERED[name]), _shown_entry(name, _masked(row, name, value))


def _masked(row: HistoryRow, name: str, value: Any) -> Any:
    personal = name == "number" and "added" in row.entered and Kind(row.entered["added"]).personal
    return mask(value) if personal else value


def _shown_entry(name: str, value: Any) -> str:
    if name in ("added", "judged", "not_needed"):
        return gettext(Kind(value).label)
    if name == "status":
        return str(Document.Status(value).label)
    if name == "returned_by":
        return gettext(Party(value).label)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value)


def _(text: str) -> str:
    return text


_ENTERED = {
    "authority": _("authority"), "applied_on": _("applied on"), "number": _("number"),
    "application_number": _("application number"), "issued_on": _("issued on"),
    "expires_on": _("expires on"), "issuer": _("issuer"), "provider": _("provider"),
    "order_number": _("order number"), "icp_number": _("ICP number"), "filed_on": _("granted on"),
    "opened_on": _("opened on"), "footer_on": _("in the footer since"),
    "public_security_number": _("public-security number"), "late": _("after the SMS window"),
    "public_security_on": _("filed on"), "cancelled_on": _("cancelled on"),
    "added": _("document added"), "judged": _("document judged"), "status": _("status"),
    "not_needed": _("document not needed"), "answer": _("answer"), "opened": _("case opened"),
    "confirmed": _("applicant confirmed"), "returned_by": _("returned by"), "file": _("file"),
    "is": _("marked"), "assigned": _("assigned to"),
    "invited": _("invited"), "joined": _("joined"), "removed": _("removed"),
    "taken_back": _("invitation taken back"),
}  # fmt: skip


def changed_lines(case: FilingCase, row: HistoryRow) -> Iterator[tuple[str, str, str]]:
    """What an edit changed: label, old and new value as readers see them."""
    if row.kind != HistoryRow.Kind.EDIT:
        return
    for name, (old, new) in row.changes.get("fields", {}).items():
        if name not in ("domain", "registrable_domain"):
            label = str(_field(case, name).verbose_name)
            yield label, shown_value(case, name, old), shown_value(case, name, new)


def shown_value(case: FilingCase, name: str, value: Any) -> str:
    """A field's value as it stands in the history: masked where it is private."""
    if value in (None, ""):
        return "—"
    if name in PRIVATE:
        return PRIVATE[name](value)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    choices: Any = _field(case, name).choices or ()
    return str(dict(choices).get(value, value))


def _field(case: FilingCase, name: str) -> Any:
    return case._meta.get_field(name)
