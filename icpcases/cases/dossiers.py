"""Fetching, once, everything the rules read of a case."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import cached_property

from icpcases.rules import dossier as d
from icpcases.rules.about_case import CASE_APPLICANT_FREE, NUMBER_VALID
from icpcases.rules.documents import Kind, Wanted
from icpcases.rules.facts import FACT_NAMES, Facts, ForumAnswer, ServerRegion, read_fact
from icpcases.rules.numbers import icp_number

from .clocks import Tables, exact
from .models import Document, DueRun, HistoryRow, NotNeeded, Order, Request, Setting
from .prepared import Prepared
from .states import HOLDING_DOMAIN, WITH_NUMBER, State
from .steps import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import FilingCase

_CHUNK = 4


def _step_rows(case: int) -> "QuerySet[HistoryRow]":
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.STEP)
    return rows.order_by("-sequence")


def _rivals(domain: Any, case: Any) -> "QuerySet[FilingCase]":
    from .models import FilingCase

    same = FilingCase.objects.filter(registrable_domain=domain, state__in=HOLDING_DOMAIN)
    return same.exclude(pk=case).only("pk", "reference", "state")


def _rival_orders(applicant: Any, case: Any) -> "QuerySet[Order]":
    live = Order.objects.filter(applicant=applicant, ended_on__isnull=True, exclusive=True)
    return live.exclude(case=case).select_related("case", "provider")


def _beside(case: int) -> "QuerySet[FilingCase]":
    """What every change asks for, and whether there is anything of the rarer kinds."""
    from .models import FilingCase

    return FilingCase.objects.filter(pk=case).values_list(
        Subquery(_step_rows(case).values("happened_at")[:1]),
        Subquery(DueRun.objects.filter(pk=1).values("asked")),
        Exists(Request.objects.filter(case=case)),
        Exists(NotNeeded.objects.filter(case=case)),
        Exists(_rivals(OuterRef("registrable_domain"), OuterRef("pk"))),
        Exists(_rival_orders(OuterRef("applicant"), OuterRef("pk"))),
    )


# What every step reads, and every page about a case.
_DOCUMENTS = Prepared(lambda c: Document.objects.filter(case=c).select_related("added_by"), int)
_PAPER = ("pk", "kind", "status", "issued_in", "expires_on")
_PAPERS = Prepared(lambda c: Document.objects.filter(case=c).values_list(*_PAPER), int)
_NOT_NEEDED = Prepared(
    lambda c: NotNeeded.objects.filter(case=c).values_list("kind", flat=True), int
)
_REQUESTS = Prepared(lambda c: Request.objects.filter(case=c), int)
_ORDERS = Prepared(lambda c: Order.objects.filter(case=c).select_related("provider"), int)
_RIVALS = Prepared(_rivals, str, int)
_RIVAL_ORDERS = Prepared(_rival_orders, int, int)
_NEWEST_STEP = Prepared(lambda c: _step_rows(c).values_list("happened_at", flat=True)[:1], int)
BESIDE = Prepared(_beside, int)
_RARE: dict[str, type] = {
    "requests": list, "not_needed": frozenset, "rivals": list, "rival_orders": list,
}  # fmt: skip


@dataclass
class Rows:
    """The rows around a case; each is fetched when first asked for, and then kept."""

    case: "FilingCase"
    tables: Tables = field(default_factory=Tables)
    # Locked for a change: what only pages show is not fetched.
    lean: bool = False

    @classmethod
    def locked(cls, case: "FilingCase", beside: tuple[Any, ...]) -> "Rows":
        """The rows around a case that is locked, given what `BESIDE` says of it."""
        rows = cls(case, lean=True)
        newest, asked, *there = beside
        rows.newest_step_at, rows.tables = newest, exact(asked)
        for (name, kind), some in zip(_RARE.items(), there, strict=True):
            if not some:
                vars(rows)[name] = kind()
        return rows

    @cached_property
    def documents(self) -> list[Document]:
        """The case's documents, oldest first."""
        return _DOCUMENTS(self.case.pk, case=self.case)

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
        return _REQUESTS(self.case.pk, case=self.case)

    @cached_property
    def orders(self) -> list[Order]:
        """The case's orders, oldest first."""
        return _ORDERS(self.case.pk, case=self.case)

    @property
    def live_order(self) -> Order | None:
        """The order the case lives on, if one has not ended."""
        return next((order for order in self.orders if order.ended_on is None), None)

    @cached_property
    def margin_days(self) -> int:
        """How many days before its expiry a document no longer counts as current."""
        return Setting.number("document_margin_days")

    @cached_property
    def rivals(self) -> "list[FilingCase]":
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
        undone: set[int | None] = set()
        for row in self._steps_newest_first():
            if row.step == Step.STEP_BACK:
                undone.add(row.undoes)
            elif row.sequence not in undone:
                return row
        return None

    @cached_property
    def turns(self) -> list[tuple[dt.datetime, str]]:
        """Since the case came into its state: when each change happened, and whose turn it left."""
        case = self.case
        steps = HistoryRow.objects.filter(
            case=case, to_state=case.state, happened_at=case.state_since
        )
        moves = steps.exclude(from_state__in=("", case.state)).exclude(step=Step.STEP_BACK)
        entered = moves.aggregate(last=Max("sequence"))["last"]
        # What was recorded late stands where it happened.
        rows = HistoryRow.objects.filter(case=case, sequence__gte=entered or 0)
        return list(rows.order_by("happened_at", "sequence").values_list("happened_at", "turn"))

    def _steps_newest_first(self) -> Iterator[HistoryRow]:
        rows = _step_rows(self.case.pk)
        first = list(rows[:_CHUNK])
        yield from first
        if len(first) == _CHUNK:
            yield from rows[_CHUNK:].iterator(chunk_size=500)


class CaseDossier(d.Dossier):
    """The dossier of a case: what takes a query is fetched when a rule first reads it.

    What stands in the case's own row is read at once, because a step changes it later on.
    """

    _rows: Rows
    met_for: Step | None

    def __init__(self, case: "FilingCase", rows: Rows, now: dt.datetime) -> None:
        # What is still to be fetched must not look as if it were there.
        vars(self).update(
            facts=case.facts,
            today=timezone.localdate(now),
            now=now,
            confirmed=case.applicant.confirmed,
            service_leader=case.service_leader,
            service_leader_phone=case.service_leader_phone,
            domain=case.domain,
            filed=case.filed_on,
            _rows=rows,
            met_for=None,
        )

    def but(self, **changes: Any) -> "CaseDossier":
        """This dossier with other values in some fields; the rest is fetched when it is read."""
        other = object.__new__(CaseDossier)
        own = vars(other)
        own.update(vars(self), **changes, met_for=None)
        for name in _FOLLOWING:
            own.pop(name, None)
        return other

    def met_by(self, step: Step) -> None:
        """Remember that every guard of a step was judged of this dossier and is met."""
        vars(self)["met_for"] = step

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        return super().wanted

    @cached_property
    def relied_on(self) -> tuple[d.Paper, ...]:
        return super().relied_on

    @cached_property
    def papers(self) -> tuple[d.Paper, ...]:
        return self._rows.papers

    @cached_property
    def not_needed(self) -> frozenset[Kind]:
        return self._rows.not_needed

    @cached_property
    def margin_days(self) -> int:
        return self._rows.margin_days

    @cached_property
    def asks(self) -> tuple[d.Ask, ...]:
        requests = self._rows.requests
        return tuple(d.Ask(str(r.pk), r.text, d.RequestStatus(r.status)) for r in requests)

    @cached_property
    def rivals(self) -> tuple[d.Rival, ...]:
        return tuple(d.Rival(case.reference) for case in self._rows.rivals)

    @cached_property
    def rival_orders(self) -> tuple[d.Rival, ...]:
        orders = self._rows.rival_orders
        return tuple(d.Rival(o.case.reference, o.provider.name) for o in orders)

    @cached_property
    def order(self) -> d.Order | None:
        order = self._rows.live_order
        return order_of(order) if order else None

    @cached_property
    def provider(self) -> str:
        return self.order.provider if self.order else ""

    @cached_property
    def provider_one_order(self) -> bool:
        order = self._rows.live_order
        return order.provider.one_order_per_applicant if order else True

    @cached_property
    def earlier_state(self) -> str:
        row = self._rows.step_to_undo
        return State(row.from_state).value if row else ""

    @cached_property
    def earlier_unmet(self) -> tuple[str, ...]:
        row = self._rows.step_to_undo
        return _unmet_before(self, row, self._rows) if row else ()


# Worked out of the others: anew where one of them is replaced.
_FOLLOWING = ("wanted", "relied_on")
_KEPT = [name for name, part in vars(CaseDossier).items() if isinstance(part, cached_property)]
_FETCHED = [name for name in _KEPT if name not in _FOLLOWING]


def parts_read(dossier: d.Dossier) -> frozenset[str]:
    """What of a case's dossier has been fetched so far."""
    return frozenset(vars(dossier)) & frozenset(_FETCHED)


def dossier_of(
    case: "FilingCase", rows: Rows | None = None, now: dt.datetime | None = None
) -> d.Dossier:
    """The dossier of a case as its rows stand, judged at `now`."""
    return CaseDossier(case, rows or Rows(case), now or timezone.now())


def order_of(order: Order) -> d.Order:
    """An order as the rules read it."""
    return d.Order(order.provider.name, order.number, order.submitted_on, order.last_day)


def paper_of(document: Document) -> d.Paper:
    """A document as the rules read it."""
    return _paper(*(getattr(document, name) for name in _PAPER))


def _paper(
    pk: int, kind: str, status: str, issued_in: str | None, expires_on: dt.date | None
) -> d.Paper:
    region = ServerRegion(issued_in) if issued_in else None
    return d.Paper(str(pk), Kind(kind), d.DocumentStatus(status), region, expires_on)


def _unmet_before(dossier: d.Dossier, row: HistoryRow, rows: Rows) -> tuple[str, ...]:
    """The rules that would fail in the state before this step, with what it entered cleared."""
    before = dossier.but(
        facts=_facts_before(dossier.facts, row),
        papers=_papers_before(dossier.papers, row),
    )
    earlier = State(row.from_state)
    unmet = [guard.rule.code for guard in earlier.about.invariants if not guard.met(before)]
    return (*unmet, *_unmet_across_cases(before, row, rows))


def _unmet_across_cases(before: d.Dossier, row: HistoryRow, rows: Rows) -> list[str]:
    """The rules across cases that the earlier state asks for anew: for its order, its number."""
    from .entries import look_up_number

    asked = []
    ended = row.changes.get("ended_orders", ())
    for order in (order for order in rows.orders if order.pk in ended):
        alive = before.but(provider=order.provider.name, provider_one_order=order.exclusive)
        asked.append((CASE_APPLICANT_FREE, alive))
    if row.from_state in WITH_NUMBER and row.to_state not in WITH_NUMBER:
        number = look_up_number(rows.case, icp_number(rows.case.icp_number))
        asked.append((NUMBER_VALID, before.but(number=number)))
    return [rule.code for rule, dossier in asked if not rule.holds(dossier)]


def _facts_before(facts: Facts, row: HistoryRow) -> Facts:
    fields = row.changes.get("fields", {})
    old = {name: read_fact(name, value[0]) for name, value in fields.items() if name in FACT_NAMES}
    # A changed answer never breaks a case: it is looked up, and no fact of the case's own.
    return replace(facts, province_accepts_forums=ForumAnswer.YES, **old)


def _papers_before(papers: tuple[d.Paper, ...], row: HistoryRow) -> tuple[d.Paper, ...]:
    made = {str(pk) for pk in row.changes.get("documents", ())}
    doubted = {str(pk) for pk in row.changes.get("doubted", ())}
    return tuple(
        replace(paper, status=d.DocumentStatus.ACCEPTED)
        if paper.key in doubted and paper.status == d.DocumentStatus.PENDING
        else paper
        for paper in papers
        if paper.key not in made
    )
