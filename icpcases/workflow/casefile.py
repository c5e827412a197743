"""The rows around a case, each fetched when first asked for."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.functional import cached_property

from icpcases.cases.models import (
    Document,
    DueRun,
    FilingCase,
    HistoryRow,
    NotNeeded,
    Order,
    Request,
    Setting,
    effective,
)
from icpcases.db.statements import Rows, Values
from icpcases.deadlines.tables import Tables, current_tables, recent_tables
from icpcases.deadlines.turns import turns_of
from icpcases.lifecycle.states import HOLDING_DOMAIN, WITH_NUMBER
from icpcases.rules import dossier as d
from icpcases.rules import numbers
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import NumberCheck
from icpcases.rules.facts import (
    ServerRegion,
)
from icpcases.types import SqlRow

_CHUNK = 4
_MARGIN = "document_margin_days"
_R = TypeVar("_R", Document, Order, Request)


def _step_rows(case: int) -> QuerySet[HistoryRow]:
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.STEP)
    return rows.order_by("-sequence")


def _rivals(domain: str, case: int) -> QuerySet[FilingCase]:
    same = FilingCase.objects.filter(registrable_domain=domain, state__in=HOLDING_DOMAIN)
    return same.exclude(pk=case).only("pk", "reference", "state")


def _rival_orders(applicant: int | OuterRef, case: int | OuterRef) -> QuerySet[Order]:
    live = Order.objects.filter(applicant=applicant, ended_on__isnull=True, exclusive=True)
    return live.exclude(case=case).select_related("case", "provider")


def _beside(case: int) -> QuerySet[FilingCase, SqlRow]:
    # Of whatever state: to tell those that hold it takes PostgreSQL most of the planning.
    same_domain = FilingCase.objects.filter(registrable_domain=OuterRef("registrable_domain"))
    return FilingCase.objects.filter(pk=case).values_list(
        Subquery(_step_rows(case).values("happened_at")[:1]),
        Subquery(DueRun.objects.filter(pk=1).values("asked")),
        Subquery(Setting.objects.filter(pk=_MARGIN).values("value")),
        Exists(Request.objects.filter(case=case)),
        Exists(NotNeeded.objects.filter(case=case)),
        Exists(same_domain.exclude(pk=OuterRef("pk"))),
        Exists(_rival_orders(OuterRef("applicant"), OuterRef("pk"))),
    )


_HOLDING = ", ".join(f"'{state.value}'" for state in HOLDING_DOMAIN)
_PAPER = ("pk", "kind", "status", "issued_in", "expires_on")

# What every step reads, and every page about a case.
_DOCUMENTS = Rows(
    Document, "added_by",
    where="own.case_id = %s ORDER BY own.id",
    same_as=lambda case: Document.objects.filter(case=case).select_related("added_by"),
)  # fmt: skip
_PAPERS = Values(
    "SELECT id, kind, status, issued_in, expires_on FROM cases_document WHERE case_id = %s"
    " ORDER BY id",
    int, str, str, str, dt.date,
    same_as=lambda case: Document.objects.filter(case=case).values_list(*_PAPER),
)  # fmt: skip
_NOT_NEEDED = Values(
    "SELECT kind FROM cases_notneeded WHERE case_id = %s", str,
    same_as=lambda case: NotNeeded.objects.filter(case=case).values_list("kind", flat=True),
)  # fmt: skip
_REQUESTS = Rows(
    Request,
    where="own.case_id = %s ORDER BY own.id",
    same_as=lambda case: Request.objects.filter(case=case),
)
_ORDERS = Rows(
    Order, "provider",
    where="own.case_id = %s ORDER BY own.id",
    same_as=lambda case: Order.objects.filter(case=case).select_related("provider"),
)  # fmt: skip
_RIVALS = Rows(
    FilingCase,
    only=("id", "reference", "state"),
    where=f"own.registrable_domain = %s AND own.id <> %s AND own.state IN ({_HOLDING})"
    " ORDER BY own.id DESC",
    same_as=_rivals,
)
_RIVAL_ORDERS = Rows(
    Order, "case", "provider",
    where="own.applicant_id = %s AND own.case_id <> %s AND own.ended_on IS NULL AND own.exclusive"
    " ORDER BY own.id",
    same_as=_rival_orders,
)  # fmt: skip
_NEWEST_STEP = Values(
    "SELECT happened_at FROM cases_historyrow WHERE case_id = %s AND kind = 'step'"
    " ORDER BY sequence DESC LIMIT 1",
    dt.datetime,
    same_as=lambda case: _step_rows(case).values_list("happened_at", flat=True)[:1],
)
# What every change asks for, and whether there is anything of the rarer kinds.
BESIDE = Values(
    f"""SELECT
        (SELECT happened_at FROM cases_historyrow WHERE case_id = own.id AND kind = 'step'
            ORDER BY sequence DESC LIMIT 1),
        (SELECT asked FROM cases_duerun WHERE id = 1),
        (SELECT value FROM cases_setting WHERE key = '{_MARGIN}'),
        EXISTS (SELECT 1 FROM cases_request WHERE case_id = own.id),
        EXISTS (SELECT 1 FROM cases_notneeded WHERE case_id = own.id),
        EXISTS (SELECT 1 FROM cases_filingcase c WHERE c.id <> own.id
            AND c.registrable_domain = own.registrable_domain),
        EXISTS (SELECT 1 FROM cases_order WHERE applicant_id = own.applicant_id
            AND case_id <> own.id AND ended_on IS NULL AND exclusive)
    FROM cases_filingcase own WHERE own.id = %s""",
    dt.datetime, int, int, bool, bool, bool, bool,
    same_as=_beside,
)  # fmt: skip
_RARE: dict[str, type] = {
    "requests": list, "not_needed": frozenset, "rivals": list, "rival_orders": list,
}  # fmt: skip


@dataclass
class CaseFile:
    """The rows around a case; each is fetched when first asked for, and then kept."""

    case: FilingCase
    tables: Tables = field(default_factory=Tables)
    # Locked for a change: what only pages show is not fetched.
    lean: bool = False

    @classmethod
    def locked(cls, case: FilingCase, beside: SqlRow) -> "CaseFile":
        """The rows around a case that is locked, given what `BESIDE` says of it."""
        rows = cls(case, lean=True)
        newest, asked, margin, *there = beside
        rows.newest_step_at, rows.tables = newest, current_tables(asked)
        rows.margin_days = Setting.DEFAULTS[_MARGIN] if margin is None else margin
        for (name, kind), some in zip(_RARE.items(), there, strict=True):
            if not some:
                vars(rows)[name] = kind()
        return rows

    def anew(self) -> "CaseFile":
        """The same, with its rows fetched anew: what a change has written is among them."""
        again = CaseFile(self.case, self.tables, self.lean)
        again.margin_days = self.margin_days
        return again

    @cached_property
    def documents(self) -> list[Document]:
        """The case's documents, oldest first."""
        return self._about_the_case(_DOCUMENTS)

    @cached_property
    def papers(self) -> tuple[d.Paper, ...]:
        """The documents as the rules read them."""
        if self.lean and "documents" not in vars(self):
            return tuple(_paper(*row) for row in _PAPERS(self.case.pk))
        return tuple(paper_of(document) for document in self.documents)

    @cached_property
    def not_needed(self) -> frozenset[Kind]:
        """The conditional documents an officer marked as not needed."""
        return frozenset(Kind(kind) for kind in _NOT_NEEDED(self.case.pk))

    @cached_property
    def requests(self) -> list[Request]:
        """The requests to the applicant, oldest first."""
        return self._about_the_case(_REQUESTS)

    @cached_property
    def orders(self) -> list[Order]:
        """The case's orders, oldest first."""
        return self._about_the_case(_ORDERS)

    @property
    def live_order(self) -> Order | None:
        """The order the case lives on, if one has not ended."""
        return next((order for order in self.orders if order.ended_on is None), None)

    @cached_property
    def margin_days(self) -> int:
        """How many days before its expiry a document no longer counts as current."""
        return recent_tables().settings[_MARGIN]

    @cached_property
    def rivals(self) -> list[FilingCase]:
        """Other cases that hold the same registrable domain."""
        if not self.case.registrable_domain:
            return []
        return _RIVALS(self.case.registrable_domain, self.case.pk)

    @cached_property
    def rival_orders(self) -> list[Order]:
        """Live orders of the same applicant's other cases."""
        return _RIVAL_ORDERS(self.case.applicant_id, self.case.pk)

    @cached_property
    def newest_step_at(self) -> dt.datetime | None:
        """When the newest step happened, taken back or not."""
        newest = _NEWEST_STEP(self.case.pk)
        return newest[0] if newest else None

    @property
    def not_before(self) -> dt.datetime:
        """The moment before which nothing more happens: the newest step, else the opening."""
        return self.newest_step_at or self.case.created_at

    @cached_property
    def step_to_undo(self) -> HistoryRow | None:
        """The newest step that is no taking-back and has not been taken back itself."""
        return next(effective(self._steps_newest_first()), None)

    @cached_property
    def turns(self) -> list[tuple[dt.datetime, str]]:
        """Since the case came into its state: when each change happened, and whose turn it left."""
        return turns_of(self.case)

    def _about_the_case(self, question: Rows[_R]) -> list[_R]:
        """Rows that point at the case, with the very case at hand."""
        rows = question(self.case.pk)
        for row in rows:
            row.case = self.case
        return rows

    def _steps_newest_first(self) -> Iterator[HistoryRow]:
        rows = _step_rows(self.case.pk)
        first = list(rows[:_CHUNK])
        yield from first
        if len(first) == _CHUNK:
            yield from rows[_CHUNK:].iterator(chunk_size=500)


def order_of(order: Order) -> d.LiveOrder:
    """An order as the rules read it."""
    return d.LiveOrder(order.provider.name, order.number, order.submitted_on, order.last_day)


def paper_of(document: Document) -> d.Paper:
    """A document as the rules read it."""
    return _paper(*(getattr(document, name) for name in _PAPER))


def _paper(
    pk: int, kind: str, status: str, issued_in: str | None, expires_on: dt.date | None
) -> d.Paper:
    region = ServerRegion(issued_in) if issued_in else None
    return d.Paper(str(pk), Kind(kind), d.DocumentStatus(status), region, expires_on)


def look_up_number(case: FilingCase, number: numbers.IcpNumber) -> NumberCheck:
    """What the other cases say about a site number."""
    others = type(case).objects.filter(state__in=WITH_NUMBER).exclude(pk=case.pk)
    taken = others.filter(icp_number=str(number)).values_list("reference", flat=True).first()
    foreign = others.filter(icp_subject=number.subject).exclude(applicant=case.applicant_id)
    return NumberCheck(
        province_character=case.province.icp_character if case.province else "",
        character=number.character,
        taken_by=taken or "",
        subject_of_other=foreign.exists(),
    )
