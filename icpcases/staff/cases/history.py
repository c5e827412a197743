"""The history on the case page: its newest rows, and what was entered and changed in each."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Field
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from icpcases.cases.models import Document, FilingCase, HistoryRow, RegisterRow, SmsCheck
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind
from icpcases.rules.numbers import mask
from icpcases.web.errand_panel import changes_shown, shown_value
from icpcases.workflow.step_forms import STEP_FORMS

HISTORY_PAGE = 20


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
    page: Page = Paginator(numbers, HISTORY_PAGE).get_page(request.GET.get("history"))
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
    """What was entered beside what the row's own line says, labelled."""
    fields = STEP_FORMS[Step(row.step)].base_fields if row.step in Step else {}
    for name, value in row.entered.items():
        if value not in ("", None) and name in fields:
            yield str(fields[name].label), _shown_in(fields[name], value)
        elif value not in ("", None) and name in _ENTERED:
            yield gettext(_ENTERED[name]), _shown_entry(name, _masked(row, name, value))


def _shown_in(field: forms.Field, value: object) -> str:
    """What a step's field was filled in with, by the name of the choice where it is one."""
    if isinstance(value, bool):
        return _yes_no(value)
    if value in SmsCheck.Person.values:
        return str(SmsCheck.Person(str(value)).label)
    # A provider's name stands in the history as it was; only codes have another name.
    if type(field) is forms.ChoiceField:
        return next((str(name) for code, name in field.widget.choices if code == value), str(value))
    return str(value)


def _yes_no(value: bool) -> str:
    return gettext("Yes") if value else gettext("No")


def _masked(row: HistoryRow, name: str, value: object) -> object:
    personal = name == "number" and "added" in row.entered and Kind(row.entered["added"]).personal
    return mask(str(value)) if personal else value


def _shown_entry(name: str, value: object) -> str:
    if name == "register":
        return str(RegisterRow.What(str(value)).label)
    return _yes_no(value) if isinstance(value, bool) else str(value)


def _(text: str) -> str:
    return text


_ENTERED = {
    "number": _("number"), "late": _("after the SMS window"), "taken_from": _("reused from"),
    "answer": _("answer"), "file": _("file"), "register": _("register"),
    "moved_from": _("moved from the applicant"),
}  # fmt: skip


# Fields of earlier releases, which edits never changed but steps did.
_GONE = {
    "icp_number", "icp_subject", "filed_on", "opened_on", "footer_on", "public_security_number",
    "public_security_on", "cancelled_on",
}  # fmt: skip


_TELLING_FIELDS = (
    HistoryRow.Kind.EDIT,
    HistoryRow.Kind.CORRECTION,
    HistoryRow.Kind.FOLLOW_UP,
    HistoryRow.Kind.REQUEST,
)


def changed_lines(case: FilingCase, row: HistoryRow) -> Iterator[tuple[str, str, str]]:
    """What an edit changed: label, old and new value as readers see them."""
    if row.kind == HistoryRow.Kind.DOCUMENT:
        yield from _corrected(row)
    if row.kind not in _TELLING_FIELDS:
        return
    for name, (old, new) in row.changes.get("fields", {}).items():
        if name not in ("applicant_id", "domain", "registrable_domain") and name not in _GONE:
            for change in changes_shown(case, name, old, new):
                yield change.label, "" if old in (None, "") else change.old, change.new


def _corrected(row: HistoryRow) -> Iterator[tuple[str, str, str]]:
    """What was read off a document otherwise than somebody had typed, a person's number masked."""
    paper = Document(kind=row.entered.get("judged", ""))
    for name, *pair in row.changes.get("corrected", ()):
        personal = name == "number" and Kind(paper.kind).personal
        values = [mask(str(v)) if personal and v else shown_value(paper, name, v) for v in pair]
        yield str(model_field(paper, name).verbose_name), values[0], values[1]


def model_field(record: FilingCase | Document, name: str) -> Field:
    """A field of a record, by its name or its column."""
    field = record._meta.get_field(name)
    assert isinstance(field, Field)
    return field
