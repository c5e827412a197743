"""Fetching, once, everything the rules read of a case."""

import datetime as dt
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from icpcases.rules import dossier as d
from icpcases.rules.about_case import CASE_APPLICANT_FREE, NUMBER_VALID
from icpcases.rules.documents import Kind
from icpcases.rules.facts import FACT_NAMES, Facts, ForumAnswer, ServerRegion, read_fact
from icpcases.rules.numbers import icp_number

from .models import Document, HistoryRow, NotNeeded, Order, Request, Setting
from .states import HOLDING_DOMAIN, WITH_NUMBER, State
from .steps import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import FilingCase

_CHUNK = 4


@dataclass
class Rows:
    """The rows around a case; each is fetched when first asked for, and then kept."""

    case: "FilingCase"

    @cached_property
    def documents(self) -> list[Document]:
        """The case's documents, oldest first."""
        return list(self.case.documents.select_related("added_by"))

    @cached_property
    def not_needed(self) -> frozenset[Kind]:
        """The conditional documents an officer marked as not needed."""
        kinds = NotNeeded.objects.filter(case=self.case).values_list("kind", flat=True)
        return frozenset(Kind(kind) for kind in kinds)

    @cached_property
    def requests(self) -> list[Request]:
        """The requests to the applicant, oldest first."""
        return list(self.case.requests.all())

    @cached_property
    def orders(self) -> list[Order]:
        """The case's orders, oldest first."""
        return list(self.case.orders.select_related("provider"))

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
        same = type(self.case).objects.filter(
            registrable_domain=self.case.registrable_domain, state__in=HOLDING_DOMAIN
        )
        return list(same.exclude(pk=self.case.pk).only("pk", "reference", "state"))

    @cached_property
    def rival_orders(self) -> list[Order]:
        """Live orders of the same applicant's other cases."""
        live = Order.objects.filter(
            applicant=self.case.applicant_id, ended_on__isnull=True, exclusive=True
        )
        return list(live.exclude(case=self.case).select_related("case", "provider"))

    @cached_property
    def newest_step_at(self) -> dt.datetime | None:
        """When the newest step happened, taken back or not."""
        return self._step_rows().values_list("happened_at", flat=True).first()

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

    def _step_rows(self) -> "QuerySet[HistoryRow]":
        rows = HistoryRow.objects.filter(case=self.case, kind=HistoryRow.Kind.STEP)
        return rows.order_by("-sequence")

    def _steps_newest_first(self) -> Iterator[HistoryRow]:
        first = list(self._step_rows()[:_CHUNK])
        yield from first
        if len(first) == _CHUNK:
            yield from self._step_rows()[_CHUNK:].iterator(chunk_size=500)


class CaseDossier(d.Dossier):
    """The dossier of a case: what takes a query is fetched when a rule first reads it.

    What stands in the case's own row is read at once, because a step changes it later on.
    """

    _rows: Rows

    def __init__(self, case: "FilingCase", rows: Rows, now: dt.datetime) -> None:
        super().__init__(
            facts=case.facts,
            today=timezone.localdate(now),
            now=now,
            confirmed=case.applicant.confirmed,
            service_leader=case.service_leader,
            service_leader_phone=case.service_leader_phone,
            domain=case.domain,
            filed=case.filed_on,
        )
        # What is still to be fetched must not look as if it were there.
        for name in _FETCHED:
            del vars(self)[name]
        vars(self)["_rows"] = rows

    def but(self, **changes: Any) -> d.Dossier:
        """This dossier with other values in some fields; the rest is fetched when it is read."""
        other = copy(self)
        vars(other).update(changes)
        return other

    @cached_property
    def papers(self) -> tuple[d.Paper, ...]:
        return tuple(paper_of(document) for document in self._rows.documents)

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


_FETCHED = [name for name, part in vars(CaseDossier).items() if isinstance(part, cached_property)]


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
    return d.Paper(
        str(document.pk),
        Kind(document.kind),
        d.DocumentStatus(document.status),
        ServerRegion(document.issued_in) if document.issued_in else None,
        document.expires_on,
    )


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
