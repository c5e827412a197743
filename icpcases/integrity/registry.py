"""What the integrity checkers stand on: what one finds, the register of them, batches."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from icpcases.cases.models import FilingCase, OrderCase
from icpcases.lifecycle.states import State
from icpcases.rules.documents import Kind
from icpcases.workflow.casefile import CaseFile

BATCH = 500
KNOWN = [state.value for state in State]


@dataclass(frozen=True)
class Found:
    """One thing that is not as it must be: the case (or file) and a sentence about it."""

    reference: str
    sentence: str


Checker = Callable[[], Iterable[Found]]
CHECKERS: dict[str, Checker] = {}
#: Checkers that read every document from its first byte to its last: only when asked for.
DEEP: set[str] = set()


def checker(function: Checker) -> Checker:
    """Register a checker under its function's name; its docstring says what it looks for."""
    CHECKERS[function.__name__] = function
    return function


def deep(function: Checker) -> Checker:
    """Register a checker that takes long."""
    DEEP.add(function.__name__)
    return checker(function)


def purpose(name: str) -> str:
    """What a checker looks for, in one line."""
    return (CHECKERS[name].__doc__ or "").partition("\n")[0]


def case_batches(cases: QuerySet[FilingCase]) -> Iterator[list[FilingCase]]:
    """The cases in the order of their keys, so many at a time, each batch in one query."""
    last = 0
    while batch := list(cases.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def case_files(batch: list[FilingCase]) -> dict[int, CaseFile]:
    """Per case the rows around it that its own rules read, in one query a kind of row.

    Other cases and the newest step are left out: no rule about one case alone asks for them.
    """
    live = OrderCase.objects.filter(left_on__isnull=True).select_related("order__provider")
    memberships = Prefetch("memberships", live, to_attr="live_memberships")
    prefetch_related_objects(batch, "documents", "requests", "not_needed", memberships)
    found = {}
    for case in batch:
        rows = CaseFile(case)
        rows.documents = list(case.documents.all())
        rows.requests = list(case.requests.all())
        by_order: list[OrderCase] = vars(case)["live_memberships"]
        rows.live_order = by_order[0].order if by_order else None
        rows.not_needed = frozenset(Kind(row.kind) for row in case.not_needed.all())
        rows.rivals, rows.running, rows.step_to_undo = [], [], None
        found[case.pk] = rows
    return found
