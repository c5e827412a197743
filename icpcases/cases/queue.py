"""What an officer takes next: their own cases in order, and those nobody has.

Each list is capped and read from an index of its own, so that it costs the same however many
cases there are.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import (
    Exists,
    F,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    prefetch_related_objects,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.rules.dossier import Dossier
from icpcases.rules.rule import Party

from .clocks import end_of
from .dossiers import order_of
from .models import FilingCase, Order
from .recalculating import waiting_run
from .states import State

if TYPE_CHECKING:
    from .models.case import FilingCaseQuerySet

SHOWN = 50
COUNTED = 10_000


class Bucket(TextChoices):
    """Why a case is to be taken, the most urgent first. A case is in the first that fits."""

    OVERDUE = "overdue", _("Overdue")
    SMS = "sms", _("SMS window running")
    ANSWERED = "answered", _("Answered requests")
    TODAY = "today", _("Due today")
    NEW = "new", _("New")
    REST = "rest", _("The rest")
    CHASE = "chase", _("Overdue with others: ask how it stands")
    UNASSIGNED = "unassigned", _("Unassigned")


@dataclass(frozen=True)
class Listed:
    """A bucket with its first cases, and how many there are: at most one more than COUNTED."""

    bucket: Bucket
    cases: list[FilingCase]
    count: int

    @property
    def shown_count(self) -> str:
        """The number of cases, or that there are more than are counted."""
        return f"{self.count:,}" if self.count <= COUNTED else f"{COUNTED:,}+"

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.cases)


@dataclass(frozen=True)
class Queue:
    """The buckets, each once, and whether due dates are being reckoned anew meanwhile."""

    lists: list[Listed]
    reckoning: bool


class _Count(Subquery):
    """How many rows a capped query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


def queue_of(user: Any, now: dt.datetime | None = None) -> Queue:
    """The user's cases in the order to take them, and the unassigned ones; four queries."""
    queries = _queries(user, now or timezone.now())
    counts, reckoning = _counts(user, queries)
    places = _places(queries)
    cases = FilingCase.objects.with_names().in_bulk([pk for _bucket, pk in places])
    _know_orders([case for case in cases.values() if case.state == State.RETURNED])
    found: dict[str, list[FilingCase]] = {bucket: [] for bucket in Bucket}
    for bucket, pk in places:
        found[bucket].append(cases[pk])
    lists = [
        Listed(bucket, sorted(found[bucket], key=_order)[:SHOWN], counts[bucket])
        for bucket in Bucket
    ]
    return Queue(lists, reckoning)


def next_case(user: Any, after: int | None = None, other_than: int | None = None) -> int | None:
    """The case the user takes next: the first, or the one that follows `after`.

    `other_than` is the case that has just been worked on. None where nothing is left.
    """
    mine = [case.pk for listed in queue_of(user).lists if listed.bucket != Bucket.UNASSIGNED
            for case in listed.cases if case.pk != other_than]  # fmt: skip
    if after in mine[:-1]:
        return mine[mine.index(after) + 1]
    return next((pk for pk in mine if pk != after), None)


def _queries(user: Any, now: dt.datetime) -> "list[tuple[Bucket, FilingCaseQuerySet]]":
    """What each bucket holds; each is worded so that a partial index of FilingCase serves it."""
    today = end_of(timezone.localdate(now))
    sms, draft = Q(state=State.SMS_VERIFICATION.value), Q(state=State.DRAFT.value)
    officers_turn, nobodys_turn = Q(turn=Party.OFFICER.value), Q(turn=Party.NOBODY.value)
    late, later = Q(due_at__lt=now), Q(due_at__gt=today) | Q(due_at__isnull=True)
    new = Q(state=State.TRIAGE.value)
    mine = FilingCase.objects.filter(officer=user)
    ours, others = mine.filter(officers_turn), mine.filter(~officers_turn, ~nobodys_turn)
    unanswered = ours.filter(answered=False)
    return [
        (Bucket.OVERDUE, ours.filter(late)),
        # The window is over and it is still the applicant's turn: the officer finds out why.
        (Bucket.OVERDUE, others.filter(late, sms)),
        (Bucket.SMS, others.filter(sms, due_at__gte=now)),
        (
            Bucket.ANSWERED,
            mine.filter(~sms, ~nobodys_turn, ~(officers_turn & late), answered=True),
        ),
        (Bucket.TODAY, unanswered.filter(due_at__gte=now, due_at__lte=today)),
        (Bucket.NEW, unanswered.filter(later, new)),
        (Bucket.REST, unanswered.filter(later, ~new)),
        (Bucket.CHASE, others.filter(late, ~sms, answered=False)),
        (
            Bucket.UNASSIGNED,
            FilingCase.objects.filter(~nobodys_turn, ~draft, officer__isnull=True),
        ),
    ]


def _counts(
    user: Any, queries: "list[tuple[Bucket, FilingCaseQuerySet]]"
) -> tuple[dict[str, int], bool]:
    """How many cases each bucket has, and whether due dates are being reckoned anew."""
    counts = {
        f"n{place}": _Count(query.order_by().values("pk")[: COUNTED + 1])
        for place, (_bucket, query) in enumerate(queries)
    }
    one = get_user_model().objects.filter(pk=user.pk)
    found: Any = one.values(reckoning=Exists(waiting_run()), **counts).get()
    sums: dict[str, int] = dict.fromkeys(Bucket, 0)
    for place, (bucket, _query) in enumerate(queries):
        sums[bucket] += found[f"n{place}"]
    return sums, found["reckoning"]


def _places(queries: "list[tuple[Bucket, FilingCaseQuerySet]]") -> list[tuple[str, int]]:
    """Bucket and key of every case that is shown, in one query."""
    parts: list[QuerySet[Any, Any]] = []
    for bucket, query in queries:
        first = query.order_by(F("due_at").asc(nulls_last=True), "pk").values("pk")[:SHOWN]
        part = FilingCase.objects.filter(pk__in=first).order_by()
        parts.append(part.annotate(bucket=Value(bucket.value)).values_list("bucket", "pk"))
    return list(parts[0].union(*parts[1:], all=True))


def _order(case: FilingCase) -> tuple[bool, dt.datetime, int]:
    return case.due_at is None, case.due_at or case.turn_since, case.pk


def _know_orders(cases: list[FilingCase]) -> None:
    """Give returned cases what their next step asks of a dossier: the order, and the day."""
    orders = Order.objects.filter(ended_on__isnull=True).select_related("provider")
    prefetch_related_objects(cases, Prefetch("orders", orders, to_attr="live_orders"))
    today = timezone.localdate()
    for case in cases:
        live: list[Order] = vars(case)["live_orders"]
        order = order_of(live[0]) if live else None
        case.dossier = Dossier(case.facts, today=today, order=order)
