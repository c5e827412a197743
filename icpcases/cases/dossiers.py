"""Fetching, once, everything the rules read of a case."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

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

_CHUNK = 40


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
    def newest_step(self) -> HistoryRow | None:
        """The newest step, taken back or not."""
        return next(self._steps_newest_first(), None)

    @property
    def not_before(self) -> dt.datetime:
        """The moment before which nothing more happens: the newest step, else the opening."""
        return self.newest_step.happened_at if self.newest_step else self.case.created_at

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
    def _first_steps(self) -> list[HistoryRow]:
        return list(self._step_rows()[:_CHUNK])

    def _step_rows(self) -> "QuerySet[HistoryRow]":
        rows = HistoryRow.objects.filter(case=self.case, kind=HistoryRow.Kind.STEP)
        return rows.order_by("-sequence")

    def _steps_newest_first(self) -> Iterator[HistoryRow]:
        yield from self._first_steps
        if len(self._first_steps) == _CHUNK:
            yield from self._step_rows()[_CHUNK:].iterator(chunk_size=500)


def dossier_of(
    case: "FilingCase", rows: Rows | None = None, now: dt.datetime | None = None
) -> d.Dossier:
    """The dossier of a case as its rows stand, judged at `now`."""
    rows = rows or Rows(case)
    now = now or timezone.now()
    order = rows.live_order
    dossier = d.Dossier(
        facts=case.facts,
        today=timezone.localdate(now),
        now=now,
        confirmed=case.applicant.confirmed,
        service_leader=case.service_leader,
        service_leader_phone=case.service_leader_phone,
        domain=case.domain,
        papers=tuple(paper_of(document) for document in rows.documents),
        not_needed=rows.not_needed,
        margin_days=rows.margin_days,
        asks=tuple(d.Ask(str(r.pk), r.text, d.RequestStatus(r.status)) for r in rows.requests),
        rivals=tuple(d.Rival(case.reference) for case in rows.rivals),
        rival_orders=tuple(d.Rival(o.case.reference, o.provider.name) for o in rows.rival_orders),
        provider=order.provider.name if order else "",
        provider_one_order=order.provider.one_order_per_applicant if order else True,
        order=order_of(order) if order else None,
        filed=case.filed_on,
    )
    return _with_earlier_state(dossier, rows)


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


def _with_earlier_state(dossier: d.Dossier, rows: Rows) -> d.Dossier:
    row = rows.step_to_undo
    if row is None:
        return dossier
    earlier = State(row.from_state)
    before = replace(
        dossier,
        facts=_facts_before(dossier.facts, row),
        papers=_papers_before(dossier.papers, row),
    )
    unmet = [guard.rule.code for guard in earlier.about.invariants if not guard.met(before)]
    unmet += _unmet_across_cases(before, row, rows)
    return replace(dossier, earlier_state=earlier.value, earlier_unmet=tuple(unmet))


def _unmet_across_cases(before: d.Dossier, row: HistoryRow, rows: Rows) -> list[str]:
    """The rules across cases that the earlier state asks for anew: for its order, its number."""
    from .entries import look_up_number

    asked = []
    ended = row.changes.get("ended_orders", ())
    for order in (order for order in rows.orders if order.pk in ended):
        alive = replace(before, provider=order.provider.name, provider_one_order=order.exclusive)
        asked.append((CASE_APPLICANT_FREE, alive))
    if row.from_state in WITH_NUMBER and row.to_state not in WITH_NUMBER:
        number = look_up_number(rows.case, icp_number(rows.case.icp_number))
        asked.append((NUMBER_VALID, replace(before, number=number)))
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
