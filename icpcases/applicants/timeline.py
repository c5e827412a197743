"""The dated timeline of a case, as its applicant may read it."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, HistoryRow, SmsCheck
from icpcases.lifecycle.retired import step_happened
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind
from icpcases.rules.rule import Party
from icpcases.workflow.actions.messages import is_from_applicant
from icpcases.workflow.step_forms import person_label

SHOWN = 100
#: How many rows of the history a case's own page tells, before it leads to all of them.
NEWEST = 6
_SHOWN = (
    HistoryRow.Kind.STEP, HistoryRow.Kind.REQUEST, HistoryRow.Kind.DOCUMENT,
    HistoryRow.Kind.CORRECTION, HistoryRow.Kind.MESSAGE,
)  # fmt: skip


def _rows(case: int) -> QuerySet[HistoryRow]:
    rows = HistoryRow.objects.filter(case=case, kind__in=_SHOWN).order_by("-sequence")
    # Of an answer that was taken back nobody's name is kept.
    checks = SmsCheck.objects.filter(
        case=OuterRef("case"), person=OuterRef("person"), confirmed_at=OuterRef("happened_at")
    )
    rows = rows.annotate(person=KT("entered__person"))
    named = rows.annotate(answered=Subquery(checks.values("name")[:1]))
    return named.defer("note_internal", "findings", "changes")


def _removed(case: int) -> QuerySet[HistoryRow, dict[str, str]]:
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.ASSIGNMENT)
    return rows.filter(entered__has_key="removed").values_list("entered", flat=True)


@dataclass(frozen=True)
class Moment:
    """Something that happened: when, what, by which role, and why."""

    at: dt.datetime
    what: str
    by: str
    reasons: list[str]
    note: str


@dataclass(frozen=True)
class Newest:
    """The newest of what has happened, and whether there is more."""

    moments: list[Moment]
    more: bool


def newest_moments(case: FilingCase, removed: list[str]) -> Newest:
    """What has happened lately, newest first. Internal notes and staff names are no part of it.

    `removed` are the addresses of those removed from the case.
    """
    rows, theirs = list(_rows(case.pk)[: NEWEST + 1]), people_ever(case, removed)
    moments = [m for row in rows[:NEWEST] for m in _moments(case, theirs, row)]
    return Newest(moments, len(rows) > NEWEST)


def older_moments(case: FilingCase, number: str | None) -> Page:
    """The same in pages, all the way back."""
    pages: Page = Paginator(_rows(case.pk), SHOWN).get_page(number)
    theirs = people_ever(case, addresses_removed(case))
    pages.object_list = [m for row in pages.object_list for m in _moments(case, theirs, row)]
    return pages


def moments_of(case: FilingCase, rows: Iterable[HistoryRow]) -> list[Moment]:
    """What these rows say to the applicant."""
    theirs = people_ever(case, addresses_removed(case))
    return [moment for row in rows for moment in _moments(case, theirs, row)]


def addresses_removed(case: FilingCase) -> list[str]:
    """The addresses of the people who were removed from the case."""
    return [entered["removed"] for entered in _removed(case.pk)]


def people_ever(case: FilingCase, removed: list[str]) -> frozenset[int]:
    """The accounts on the applicant's side: those on the case, and those removed from it."""
    if not removed:
        return case.people_pks
    accounts = get_user_model().objects.filter(email__in=removed)
    return case.people_pks | set(accounts.values_list("pk", flat=True))


def _moments(case: FilingCase, theirs: frozenset[int], row: HistoryRow) -> Iterator[Moment]:
    row.case = case
    tell = _WHAT.get(HistoryRow.Kind(row.kind))
    what = tell(row) if tell else ""
    if what:
        # Why a step was taken back is the office's own affair, and told to nobody.
        silent = row.step == Step.STEP_BACK or row.kind == HistoryRow.Kind.CORRECTION
        told = [] if silent else row.reasons
        # Nor what the office puts right by itself.
        told = [reason for reason in told if not reason.get("office")]
        reasons = [reason["text"] for reason in told if reason.get("text")]
        yield Moment(row.happened_at, what, _role(theirs, row), reasons, row.note_public)


def _role(theirs: frozenset[int], row: HistoryRow) -> str:
    if row.on_behalf_of in (Party.PROVIDER, Party.MINISTRY, Party.AUTHORITY):
        return State(row.from_state or row.to_state).name_of(Party(row.on_behalf_of))
    if row.by_id is None:
        return _("the program")
    return _("you or a colleague") if row.by_id in theirs else _("the office")


def _step(row: HistoryRow) -> str:
    if row.step == Step.CONFIRM_SMS and row.entered.get("person") in SmsCheck.Person:
        who = SmsCheck(person=row.entered["person"], name=vars(row).get("answered") or "")
        return _("An answer to the SMS check has been recorded: %(who)s.") % {
            "who": person_label(who)
        }
    return step_happened(row.step, row.case.kind, row.case.about.inspection)


def _request(row: HistoryRow) -> str:
    if "asked" in row.entered:
        return _("The office asks something of you.")
    if "answered" in row.entered:
        return _("A request was answered.")
    said = {
        "accepted": _("The office accepted an answer."),
        "open": _("The office asks again."),
        "waived": _("The office no longer asks for this."),
    }
    return said.get(row.entered.get("decision", ""), "")


def _document(row: HistoryRow) -> str:
    if "added" in row.entered:
        return _("Document handed in: %(kind)s.") % {"kind": _kind(row.entered["added"])}
    if "taken_back" in row.entered:
        return _("Document taken back: %(kind)s.") % {"kind": _kind(row.entered["taken_back"])}
    said = {
        "accepted": _("Document accepted: %(kind)s."),
        "refused": _("Document refused: %(kind)s."),
        "removed": _("Document removed: %(kind)s."),
    }
    text = said.get(row.entered.get("status", "")) if "judged" in row.entered else None
    return text % {"kind": _kind(row.entered["judged"])} if text else ""


def _message(row: HistoryRow) -> str:
    if not row.note_public:
        return _("The office has read your message.")
    if is_from_applicant(row):
        return _("You or a colleague wrote to the office.")
    return _("The office wrote to you.")


def _edited(row: HistoryRow) -> str:
    if "named" in row.entered:
        return _("Who applies was changed.")
    return _("The facts of the case were changed.") if row.changes.get("fields") else ""


def _corrected(row: HistoryRow) -> str:
    return _("The office has corrected its record.")


def _kind(code: str) -> str:
    return _(Kind(code).label)


_WHAT: dict[HistoryRow.Kind, Callable[[HistoryRow], str]] = {
    HistoryRow.Kind.STEP: _step,
    HistoryRow.Kind.REQUEST: _request,
    HistoryRow.Kind.DOCUMENT: _document,
    HistoryRow.Kind.EDIT: _edited,
    HistoryRow.Kind.MESSAGE: _message,
    HistoryRow.Kind.CORRECTION: _corrected,
}
