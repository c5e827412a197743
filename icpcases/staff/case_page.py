"""The case page: where the case stands, what is next, and how it came here."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from icpcases.cases.dossiers import Rows, dossier_of
from icpcases.cases.effects import FACT_FIELDS
from icpcases.cases.explain import explain
from icpcases.cases.models import Document, FilingCase, HistoryRow
from icpcases.cases.roles import is_supervisor, is_working
from icpcases.cases.route import recommended_step, route_bar
from icpcases.cases.states import State
from icpcases.cases.telling import delivery_problems
from icpcases.rules.about_facts import FORUM_PROVINCE
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.facts import FACT_LABELS
from icpcases.rules.numbers import mask, mask_phone, mask_resident_id
from icpcases.rules.rule import Party

from .beside import beside_case
from .told import show_step

HISTORY_PAGE = 20
PRIVATE = {"service_leader_phone": mask_phone, "service_leader_id": mask_resident_id}


def case_context(request: HttpRequest, case: FilingCase) -> dict[str, Any]:
    """Everything the case page shows; the rows around the case are fetched once."""
    rows = Rows(case)
    case.dossier = dossier_of(case, rows)
    return {
        "case": case,
        "title": case.reference,
        "suggested": recommended_step(case),
        "mine": case.officer_id == request.user.pk,
        "bar": route_bar(case),
        "steps": [show_step(case, explanation) for explanation in explain(case, request.user)],
        "facts": list(fact_rows(case)),
        "site": list(site_rows(case)),
        "papers": paper_rows(case, rows),
        "requests": rows.requests,
        "requests_open": sum(
            r.status in (RequestStatus.OPEN, RequestStatus.ANSWERED) for r in rows.requests
        ),
        "orders": rows.orders,
        "certificate": masked_certificate(case.applicant),
        "applicant_phone": mask_phone(case.applicant.phone) if case.applicant.phone else "",
        "may_work": is_working(request.user),
        "may_assign": is_supervisor(request.user),
        "mail_problems": delivery_problems(case),
        "province_changed": answer_changed(case),
        "history": history_page(request, case),
        "today": timezone.localdate(),
        **beside_case(case, is_working(request.user)),
    }


def answer_changed(case: FilingCase) -> bool:
    """Whether the province no longer takes forums while this case's pre-approval is under way."""
    under_way = case.is_at in (State.PREAPPROVAL_NEEDED, State.PREAPPROVAL_APPLIED)
    return under_way and not FORUM_PROVINCE.holds(case.dossier)


def fact_rows(case: FilingCase) -> Iterator[tuple[str, str, str]]:
    """Name, label and shown value of every fact."""
    for name in FACT_FIELDS:
        yield name, gettext(FACT_LABELS[name]), shown_fact(case, name)
    if case.forum and case.province:
        answer = case.province.get_accepts_forums_display()
        yield "province_accepts_forums", gettext(FACT_LABELS["province_accepts_forums"]), answer


def shown_fact(case: FilingCase, name: str) -> str:
    """A fact's value in the reader's language."""
    value = getattr(case, name)
    if value is None or value == "":
        return gettext("not given")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    display = getattr(case, f"get_{name}_display", None)
    return str(display() if display else value)


def site_rows(case: FilingCase) -> Iterator[tuple[str, str, str, bool]]:
    """Name, label, shown value, and whether the whole value takes a logged click."""
    names = ("site_name", "domain_unicode", "ip_address", "service_leader", *PRIVATE)
    for name in names:
        value = getattr(case, name) or ""
        label = str(_field(case, name).verbose_name)
        if name in PRIVATE and value:
            yield name, label, PRIVATE[name](value), True
        elif value or name != "ip_address":
            yield name, label, value or gettext("not given"), False


@dataclass(frozen=True)
class PaperRow:
    """A kind of document on the page: whether it is wanted, on what condition, what is there."""

    kind: Kind
    label: str
    when: str
    wanted: bool
    not_needed: bool
    documents: list[Document]

    @property
    def add_url_kind(self) -> str:
        """The kind as the upload page takes it."""
        return self.kind.value


def paper_rows(case: FilingCase, rows: Rows) -> list[PaperRow]:
    """The documents wanted, then those that are there without being wanted."""
    by_kind: dict[str, list[Document]] = {}
    for document in rows.documents:
        by_kind.setdefault(document.kind, []).append(document)
    wanted = wanted_documents(case.facts)
    found = [
        PaperRow(w.kind, gettext(w.kind.label), gettext(w.when) if w.when else "", True,
                 w.kind in rows.not_needed, by_kind.pop(w.kind.value, []))
        for w in wanted
    ]  # fmt: skip
    others = [
        PaperRow(Kind(kind), gettext(Kind(kind).label), "", False, False, documents)
        for kind, documents in by_kind.items()
    ]
    return found + others


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


def masked_certificate(applicant: Any) -> str:
    """The applicant's certificate number, masked where it is a person's."""
    number: str = applicant.certificate_number
    return mask(number) if applicant.number_is_private and number else number
