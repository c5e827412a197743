"""Due dates reckoned anew, after the calendar or a clock has changed.

A due date follows from the history and the tables, as a turn does: nobody did anything to the
case, so it gets no history row and no new version, and no open page turns stale. Each batch is
reckoned under the cases' locks: a step under way is waited for, and one that comes later reads
the tables anew. So neither overwrites the other with an older date.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet, prefetch_related_objects

from icpcases.cases.models import DueRun, FilingCase, Order, OrderCase, Request
from icpcases.cases.soundness import each_sound
from icpcases.rules.rule import Party

from .tables import Tables, forget
from .turns import Turns, due, turns_of

BATCH = 100
AT_ONCE = 300


def ask_for_recalculation() -> bool:
    """Have every due date reckoned anew; called in the transaction of the change.

    Few cases are reckoned as soon as it is committed, and True is given back. Many are left to
    the daily job, or to `manage.py recalculate`.
    """
    ask_later()
    few = waiting()[: AT_ONCE + 1].count() <= AT_ONCE
    if few:
        # What hinders it, such as a case that somebody holds, leaves it to the daily job.
        transaction.on_commit(recalculate, robust=True)
    return few


def ask_later() -> None:
    """Have every due date reckoned anew by whoever runs it next."""
    forget_tables()
    DueRun.objects.get_or_create(pk=1)
    DueRun.objects.filter(pk=1).update(asked=F("asked") + 1, cursor=0)


def forget_tables() -> None:
    """Have this process read the tables anew, now and once the change is committed."""
    forget()
    transaction.on_commit(forget)


def waiting_run() -> QuerySet[DueRun]:
    """The row that says what is still to be reckoned, if anything is."""
    return DueRun.objects.filter(asked__gt=F("done"))


def pending() -> bool:
    """Whether due dates wait to be reckoned anew."""
    return waiting_run().exists()


def recalculate() -> int:
    """Reckon what was asked for, from where it was left; how many due dates have changed."""
    changed = 0
    while work := waiting_run().first():
        last, found = _batch(work.cursor)
        changed += found
        # Asked again meanwhile, it starts anew.
        same = DueRun.objects.filter(asked=work.asked)
        if last:
            same.update(cursor=last)
        else:
            same.update(done=work.asked, cursor=0)
    return changed


def waiting() -> QuerySet[FilingCase]:
    """The cases for which a clock may run: it is somebody's turn."""
    return FilingCase.objects.exclude(turn=Party.NOBODY.value)


def _batch(after: int) -> tuple[int, int]:
    """The key of the last case looked at, 0 if there was none; and how many have changed."""
    tables = Tables()
    with transaction.atomic(durable=True):
        found = waiting().filter(pk__gt=after).select_related("province", "service").order_by("pk")
        cases = list(_held(found)[:BATCH])
        live = OrderCase.objects.filter(left_on__isnull=True).select_related("order__provider")
        memberships = Prefetch("memberships", live, to_attr="live_memberships")
        prefetch_related_objects(cases, "requests", memberships)
        changed = list(
            each_sound(
                cases, lambda case: [case] if _differs(case, tables) else [], lambda case: case
            )
        )
        FilingCase.objects.bulk_update(changed, ["due_at", "due_provisional"])
    return (cases[-1].pk if cases else 0), len(changed)


def _held(cases: QuerySet[FilingCase]) -> QuerySet[FilingCase]:
    """The cases under their locks, once whoever holds one is done with it."""
    return cases.select_for_update(of=("self",))


@dataclass
class _Prefetched:
    """The rows around a case that was read with many others."""

    case: FilingCase

    @property
    def requests(self) -> list[Request]:
        return list(self.case.requests.all())

    @property
    def live_order(self) -> Order | None:
        memberships: list[OrderCase] = vars(self.case)["live_memberships"]
        return memberships[0].order if memberships else None

    @property
    def turns(self) -> Turns:
        return turns_of(self.case)


def _differs(case: FilingCase, tables: Tables) -> bool:
    before = case.due_at, case.due_provisional
    case.due_at, case.due_provisional = due(case, _Prefetched(case), tables)
    return before != (case.due_at, case.due_provisional)
