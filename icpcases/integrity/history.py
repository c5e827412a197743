"""Integrity checkers of the history: whole, in step with the case, in the order of time."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby, starmap
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.lifecycle.states import State
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.workflow.timing import TOLERANCE

from .registry import Found, checker

_STEP = HistoryRow.Kind.STEP.value
#: Where a case may begin: an inspection is prepared at once.
_BEGINNINGS = (State.DRAFT.value, State.PREPARING.value)


class ChainLink(NamedTuple):
    """What a history row says, and the case it belongs to."""

    reference: str
    case_state: str
    filing_type: str
    version: int
    sequence: int
    kind: str
    from_state: str
    to_state: str
    happened_at: dt.datetime
    recorded_at: dt.datetime


@checker
def history_chain() -> Iterator[Found]:
    """A history with a gap, with rows that do not follow, or that ends elsewhere than its case."""
    rows = HistoryRow.objects.filter(case=OuterRef("pk"))
    bare = FilingCase.objects.filter(~Exists(rows)).order_by("pk")
    for reference in bare.values_list("reference", flat=True).iterator(chunk_size=2000):
        yield Found(reference, "has no history.")
    for reference, chain in _by_case(HistoryRow.objects.all()):
        for sentence in _breaks(chain):
            yield Found(reference, sentence)


def _breaks(chain: Iterable[ChainLink]) -> Iterator[str]:
    number, state = 0, State.DRAFT.value
    for row in chain:
        if number == 0 and row.filing_type in INSPECTIONS:
            # Nothing of it is drafted: whoever inspects has asked already.
            state = State.PREPARING.value
        if row.sequence != number + 1:
            yield f"has no history row {number + 1}, but a row {row.sequence}."
        if not number and row.kind != _STEP and row.to_state in _BEGINNINGS:
            state = row.to_state
        # Only a step moves a case, and each from where the row before left it.
        began = row.from_state if row.kind == _STEP else row.to_state
        if began != state:
            yield f"was in {state}, but history row {row.sequence} starts in {began or 'no state'}."
        number, state, case_state, version = (
            row.sequence,
            row.to_state,
            row.case_state,
            row.version,
        )
    if state != case_state:
        yield f"is in {case_state}, but its history ends in {state}."
    if number != version:
        yield f"is at version {version}, but its history ends with row {number}."


@checker
def steps_out_of_order() -> Iterator[Found]:
    """A step that happened before the step before it, or after it was recorded."""
    for reference, steps in _by_case(HistoryRow.objects.filter(kind=_STEP)):
        before: ChainLink | None = None
        for step in steps:
            if before and step.happened_at < before.happened_at:
                yield Found(reference, f"took step {step.sequence} before step {before.sequence}.")
            if step.happened_at > step.recorded_at + 2 * TOLERANCE:
                yield Found(reference, f"took step {step.sequence} after it was recorded.")
            before = step


def _by_case(rows: QuerySet[HistoryRow]) -> Iterator[tuple[str, Iterable[ChainLink]]]:
    """Per case its rows in their order, from one query that is read as it is used."""
    fields = (
        "case__reference", "case__state", "case__filing_type", "case__version", "sequence", "kind",
        "from_state", "to_state", "happened_at", "recorded_at",
    )  # fmt: skip
    found = rows.order_by("case_id", "sequence").values_list(*fields)
    links = starmap(ChainLink, found.iterator(chunk_size=2000))
    return groupby(links, key=lambda link: link.reference)
