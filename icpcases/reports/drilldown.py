"""The history rows behind a figure of the board: the same rows that were counted."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from icpcases.cases.models import HistoryRow
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step

from .metrics import CLOSING, PASSING
from .queries import DECIDING, start_of
from .scope import EVERYTHING, Scope

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

NO_PROVINCE = "none"
Rows = QuerySet[HistoryRow]


class Since(TypedDict):
    """When the case came into the state that it left with a row."""

    since: dt.datetime | None


RowSince: TypeAlias = "WithAnnotations[HistoryRow, Since]"


def _steps(*steps: Step) -> Callable[[Rows, str], Rows]:
    return lambda rows, detail: rows.filter(step__in=steps)


def _opened(rows: Rows, detail: str) -> Rows:
    return rows.filter(step="", sequence=1)


def _decided(state: State) -> Callable[[Rows, str], Rows]:
    def first(rows: Rows, detail: str) -> Rows:
        deciding = Q(from_state=state.value, step__in=DECIDING[state])
        earlier = HistoryRow.objects.effective().filter(
            deciding, case=OuterRef("case"), sequence__lt=OuterRef("sequence")
        )
        return rows.filter(deciding).exclude(Exists(earlier))

    return first


def _passed(state: State) -> Callable[[Rows, str], Rows]:
    decided = _decided(state)
    return lambda rows, detail: decided(rows, detail).filter(step__in=PASSING[state])


def _about(rows: Rows, detail: str) -> Rows:
    # Within a text of the reasons the quotation marks would be escaped.
    told = rows.filter(step=Step.RETURN_FOR_CORRECTION)
    return told.annotate(said=Cast("reasons", TextField())).filter(
        said__contains=f'"about": "{detail}"'
    )


def _stayed(rows: Rows, detail: str) -> Rows:
    steps = [step for step in Step if detail in step.about.sources]
    return _moving(rows.filter(step__in=steps, from_state=detail))


FIGURES: dict[str, Callable[[Rows, str], Rows]] = {
    "opened": _opened,
    "received": _steps(Step.SUBMIT_REQUEST),
    "submitted": _steps(Step.SUBMIT_TO_PROVIDER),
    "filed": _steps(Step.APPROVE),
    "closed": _steps(*CLOSING),
    "provider": _decided(State.PROVIDER_REVIEW),
    "provider-passed": _passed(State.PROVIDER_REVIEW),
    "administration": _decided(State.AUTHORITY_REVIEW),
    "administration-passed": _passed(State.AUTHORITY_REVIEW),
    "about": _about,
    "stayed": _stayed,
}


def rows_behind(
    figure: str, first: dt.date, last: dt.date, scope: Scope = EVERYTHING, detail: str = ""
) -> Rows:
    """The rows counted in a figure from one day to another, newest first.

    `detail` is what a reason is about, or the state stayed in. Raises KeyError for no figure.
    """
    span = (start_of(first), start_of(last + dt.timedelta(days=1)))
    rows = HistoryRow.objects.effective().filter(happened_at__gte=span[0], happened_at__lt=span[1])
    if scope.province:
        province = None if scope.province == NO_PROVINCE else scope.province
        rows = rows.filter(case__province=province)
    if scope.type:
        rows = rows.filter(case__filing_type=scope.type)
    if scope.kind:
        rows = rows.filter(case__service_kind=scope.kind)
    return FIGURES[figure](rows, detail).order_by("-happened_at", "-pk")


def first_rows(rows: Rows, most: int) -> list[RowSince]:
    """The first of the rows with their cases, each with `since`: when the case came into the
    state that it then left. Chosen first and looked up then, or the sorting would look up all."""
    chosen = list(rows.values_list("pk", flat=True)[:most])
    before = _moving(HistoryRow.objects.effective()).filter(
        case=OuterRef("case"), sequence__lt=OuterRef("sequence")
    )
    since = Subquery(before.order_by("-sequence").values("happened_at")[:1])
    found = HistoryRow.objects.filter(pk__in=chosen).annotate(since=since)
    return list(
        found.select_related("case__applicant", "case__officer").order_by("-happened_at", "-pk")
    )


def _moving(rows: Rows) -> Rows:
    return rows.filter(Q(sequence=1) | (~Q(step="") & ~Q(from_state=F("to_state"))))


def after_row(rows: Rows, pk: int) -> Rows:
    """Those of the rows that come behind this one; all of them where it is not known."""
    at = HistoryRow.objects.filter(pk=pk).values_list("happened_at", flat=True).first()
    return rows.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk)) if at else rows
