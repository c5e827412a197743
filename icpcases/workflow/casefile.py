"""The rows around a case, each fetched when first asked for."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone
from django.utils.functional import cached_property

from icpcases.cases.models import (
    Document,
    DueRun,
    FilingCase,
    HistoryRow,
    NotNeeded,
    Order,
    OrderCase,
    Request,
    ServiceDomain,
    Setting,
    SmsCheck,
    SubjectFiling,
    effective,
)
from icpcases.db.statements import Rows, Values
from icpcases.deadlines.orders import last_day_of
from icpcases.deadlines.tables import Tables, current_tables, recent_tables
from icpcases.deadlines.turns import turns_of
from icpcases.lifecycle.states import HOLDING_SERVICE, State
from icpcases.register.reading import register_of
from icpcases.rules import dossier as d
from icpcases.rules.documents import Kind
from icpcases.rules.facts import (
    ServerRegion,
)
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.types import SqlRow

_CHUNK = 4
_MARGIN = "document_margin_days"
_R = TypeVar("_R", Document, Request)


def _step_rows(case: int) -> QuerySet[HistoryRow]:
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.STEP)
    return rows.order_by("-sequence")


def _rivals(case: int, domain: str, kind: str, service: int | None) -> QuerySet[FilingCase]:
    under_way = FilingCase.objects.filter(state__in=HOLDING_SERVICE)
    same_site = Q(registrable_domain=domain, service_kind=kind) & ~Q(registrable_domain="")
    same = under_way.filter(same_site | Q(service=service, service__isnull=False))
    same = same.exclude(filing_type__in=INSPECTIONS).exclude(pk=case).order_by("-pk")
    return same.only("pk", "reference", "state")


def _running_elsewhere(applicant: int | OuterRef, case: int | OuterRef) -> QuerySet[Order]:
    running = Order.objects.filter(applicant=applicant, running=True)
    own = OrderCase.objects.filter(case=case, left_on__isnull=True, order=OuterRef("pk"))
    return running.exclude(Exists(own)).select_related("provider")


def _live_order(case: int) -> QuerySet[Order]:
    own = OrderCase.objects.filter(case=case, left_on__isnull=True)
    return Order.objects.filter(pk__in=own.values("order")).select_related("provider")


def _beside(case: int) -> QuerySet[FilingCase, SqlRow]:
    # Of whatever state: to tell those that hold it takes PostgreSQL most of the planning.
    same_domain = FilingCase.objects.filter(registrable_domain=OuterRef("registrable_domain"))
    same_service = FilingCase.objects.filter(service=OuterRef("service"))
    subject = SubjectFiling.objects.filter(applicant=OuterRef("applicant"))
    subject = subject.exclude(state=SubjectFiling.State.CANCELLED)
    same_site = ServiceDomain.objects.filter(
        live=True,
        registrable_domain=OuterRef("registrable_domain"),
        service_kind=OuterRef("service_kind"),
    )
    return FilingCase.objects.filter(pk=case).values_list(
        Subquery(_step_rows(case).values("happened_at")[:1]),
        Subquery(DueRun.objects.filter(pk=1).values("asked")),
        Subquery(Setting.objects.filter(pk=_MARGIN).values("value")),
        Exists(Request.objects.filter(case=case)),
        Exists(NotNeeded.objects.filter(case=case)),
        ExpressionWrapper(
            Exists(same_domain.exclude(pk=OuterRef("pk")))
            | Exists(same_service.exclude(pk=OuterRef("pk"))),
            output_field=BooleanField(),
        ),
        Exists(_running_elsewhere(OuterRef("applicant"), OuterRef(OuterRef("pk")))),
        ExpressionWrapper(
            Q(service__isnull=False) | Exists(subject) | Exists(same_site),
            output_field=BooleanField(),
        ),
    )


_HOLDING = ", ".join(f"'{state.value}'" for state in HOLDING_SERVICE)
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
_SMS_CHECKS = Rows(
    SmsCheck,
    where="own.case_id = %s ORDER BY own.id",
    same_as=lambda case: SmsCheck.objects.filter(case=case),
)
_LIVE = "SELECT order_id FROM cases_ordercase WHERE case_id = %s AND left_on IS NULL"
_LIVE_ORDER = Rows(
    Order, "provider",
    where=f"own.id IN ({_LIVE}) ORDER BY own.id",
    same_as=_live_order,
)  # fmt: skip
_HELD_ORDER = Rows(
    Order, "provider",
    where="own.id = %s", lock=True,
    same_as=lambda order: (
        Order.objects.select_for_update(of=("self",)).select_related("provider").filter(pk=order)
    ),
)  # fmt: skip
_RIVALS = Rows(
    FilingCase,
    only=("id", "reference", "state"),
    where="own.id <> %s AND (own.registrable_domain = %s AND own.service_kind = %s"
    " AND own.registrable_domain <> '' OR own.service_id = %s)"
    f" AND own.state IN ({_HOLDING}) AND own.filing_type <> 'inspection' ORDER BY own.id DESC",
    same_as=_rivals,
)
_RUNNING = Rows(
    Order, "provider",
    where=f"own.applicant_id = %s AND own.running AND own.id NOT IN ({_LIVE}) ORDER BY own.id",
    same_as=_running_elsewhere,
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
            AND c.registrable_domain = own.registrable_domain)
        OR EXISTS (SELECT 1 FROM cases_filingcase c WHERE c.id <> own.id
            AND c.service_id = own.service_id),
        EXISTS (SELECT 1 FROM cases_order o WHERE o.applicant_id = own.applicant_id AND o.running
            AND NOT EXISTS (SELECT 1 FROM cases_ordercase m WHERE m.order_id = o.id
                AND m.case_id = own.id AND m.left_on IS NULL)),
        own.service_id IS NOT NULL
        OR EXISTS (SELECT 1 FROM cases_subjectfiling s WHERE s.applicant_id = own.applicant_id
            AND NOT (s.state = 'cancelled'))
        OR EXISTS (SELECT 1 FROM cases_servicedomain d WHERE d.live
            AND d.registrable_domain = own.registrable_domain AND d.service_kind = own.service_kind)
    FROM cases_filingcase own WHERE own.id = %s""",
    dt.datetime, int, int, bool, bool, bool, bool, bool,
    same_as=_beside,
)  # fmt: skip
_RARE: dict[str, type] = {
    "requests": list, "not_needed": frozenset, "rivals": list, "running": list,
    # Nothing of the applicant or his site is filed.
    "register": d.Register,
}  # fmt: skip


@dataclass
class CaseFile:
    """The rows around a case; each is fetched when first asked for, and then kept."""

    case: FilingCase
    tables: Tables = field(default_factory=Tables)
    # Locked for a change: what only pages show is not fetched.
    lean: bool = False
    # Named on the form, and judged there: what comes after that look is not joined.
    order_to_join: Order | None = None
    # All of the history, newest first, where a page has it already.
    whole_history: list[HistoryRow] | None = None

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
        """The orders the case goes or went by, oldest first."""
        return [membership.order for membership in self.memberships]

    @cached_property
    def memberships(self) -> list[OrderCase]:
        """That the case goes or went by them."""
        rows = OrderCase.objects.filter(case=self.case).select_related("order__provider")
        return list(rows.order_by("pk"))

    @cached_property
    def live_order(self) -> Order | None:
        """The order the case lives on, if it goes by one."""
        if "memberships" in vars(self):
            return next((m.order for m in self.memberships if m.left_on is None), None)
        return next(iter(_LIVE_ORDER(self.case.pk)), None)

    def hold_order(self, order: Order) -> Order:
        """The live order anew, locked until the change ends."""
        [self.live_order] = [held] = _HELD_ORDER(order.pk)
        return held

    @property
    def usable_order(self) -> Order | None:
        """The order the case can be submitted on: in preparing, none whose life is over."""
        order = self.live_order
        if order is None or self.case.is_at != State.PREPARING:
            return order
        last_day = last_day_of(order, self.case)
        over = last_day is not None and last_day < timezone.localdate()
        return None if over else order

    @cached_property
    def margin_days(self) -> int:
        """How many days before its expiry a document no longer counts as current."""
        return recent_tables().settings[_MARGIN]

    @cached_property
    def rivals(self) -> list[FilingCase]:
        """Other errands under way about the same service, or the same domain and kind."""
        case = self.case
        if not (case.registrable_domain or case.service_id):
            return []
        return _RIVALS(case.pk, case.registrable_domain, case.service_kind, case.service_id)

    @cached_property
    def register(self) -> d.Register:
        """What the register holds of the applicant and of the errand's service."""
        return register_of(self.case)

    @cached_property
    def sms_checks(self) -> list[SmsCheck]:
        """Whom the ministry's SMS check has asked, in every round."""
        return _SMS_CHECKS(self.case.pk)

    @property
    def unanswered(self) -> list[SmsCheck]:
        """Those of the present round who have not answered yet."""
        return [c for c in self.sms_checks if not c.closed and c.confirmed_at is None]

    @cached_property
    def running(self) -> list[Order]:
        """Orders of the same subject, other than the case's own, that are before anybody."""
        return _RUNNING(self.case.applicant_id, self.case.pk)

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
        if self.whole_history is not None:
            yield from (row for row in self.whole_history if row.kind == HistoryRow.Kind.STEP)
            return
        rows = _step_rows(self.case.pk).select_related("by")
        first = list(rows[:_CHUNK])
        yield from first
        if len(first) == _CHUNK:
            yield from rows[_CHUNK:].iterator(chunk_size=500)


def order_of(order: Order, case: FilingCase) -> d.LiveOrder:
    """An order as the rules read it."""
    return d.LiveOrder(
        order.provider.name, order.number, order.submitted_on, last_day_of(order, case)
    )


def paper_of(document: Document) -> d.Paper:
    """A document as the rules read it."""
    return _paper(*(getattr(document, name) for name in _PAPER))


def _paper(
    pk: int, kind: str, status: str, issued_in: str | None, expires_on: dt.date | None
) -> d.Paper:
    region = ServerRegion(issued_in) if issued_in else None
    return d.Paper(str(pk), Kind(kind), d.DocumentStatus(status), region, expires_on)


def running_order(order: Order) -> d.RunningOrder:
    """Another order of the subject as the rules read it, with the cases that go by it."""
    live = OrderCase.objects.filter(order=order, left_on__isnull=True).order_by("case_id")
    cases = list(live.values_list("case__reference", "case__state"))
    joinable = all(State(state) in _BEFORE_IT_IS_PASSED for _reference, state in cases)
    references = tuple(reference for reference, _state in cases)
    return d.RunningOrder(order.provider.name, order.number, references, joinable)


_BEFORE_IT_IS_PASSED = (State.PREPARING, State.PROVIDER_REVIEW, State.RETURNED)
