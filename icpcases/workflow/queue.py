"""What an officer takes next: their own cases in order, and those nobody has.

Each list is capped and read from an index of its own, so that it costs the same however many
cases there are.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, TextChoices, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Document, FilingCase, OrderCase
from icpcases.cases.permissions import shown_name
from icpcases.deadlines.orders import WITH_US
from icpcases.deadlines.recalculation import waiting_run
from icpcases.deadlines.turns import end_of
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.dossier import Dossier
from icpcases.rules.rule import Party
from icpcases.search.query import fetch
from icpcases.types import SqlValue

from .casefile import order_of
from .leave import Absences, absences

SHOWN = 20
COUNTED = 10_000


class Bucket(TextChoices):
    """Why a case is to be taken, the most urgent first. A case is in the first that fits."""

    OVERDUE = "overdue", _("Overdue")
    SMS = "sms", _("SMS window running")
    ANSWERED = "answered", _("Answers and messages to read")
    TODAY = "today", _("Due today")
    NEW = "new", _("New")
    REST = "rest", _("The rest")
    CHASE = "chase", _("With others: to follow up today, or overdue")
    DRAFTS = "drafts", _("Drafts that nobody has joined")
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
    """The buckets, each once, and whether due dates are being reckoned anew meanwhile.

    `covered` are the names of the colleagues whose cases are among them, by their keys;
    `unjoined` counts the user's own cases that are going and that no applicant has joined.
    """

    lists: list[Listed]
    reckoning: bool
    covered: dict[int, str]
    unjoined: int


def queue_of(user: Actor, now: dt.datetime | None = None, away: Absences | None = None) -> Queue:
    """The cases of the user and of those stood in for, in the order to take them, and the
    unassigned ones; five queries, or four where it is known who is `away`."""
    now = now or timezone.now()
    away = away or absences(timezone.localdate(now))
    covered = {one.pk: shown_name(one) for one in away.covered_by(user.pk)}
    values = _values([user.pk, *covered], now)
    pieces = _pieces(len(covered) + 1)
    counts = _counts(pieces, values)
    places = _places(pieces, values)
    cases = _cases([pk for pks in places.values() for pk in pks])
    _know_orders([case for case in cases.values() if case.is_at in _WITH_ORDER])
    lists = [
        Listed(
            bucket, sorted(map(cases.__getitem__, pks), key=_ORDERS.get(bucket, _order))[:SHOWN],
            counts[bucket],
        )
        for bucket, pks in places.items()
    ]  # fmt: skip
    return Queue(lists, bool(counts[_RECKONING]), covered, counts[_UNJOINED])


def next_case(user: Actor, after: int | None = None, other_than: int | None = None) -> int | None:
    """The case the user takes next: the first, or the one that follows `after`.

    `other_than` is the case that has just been worked on. None where nothing is left.
    """
    mine = [pk for pk in own_queue(user) if pk != other_than]
    if after in mine[:-1]:
        return mine[mine.index(after) + 1]
    return next((pk for pk in mine if pk != after), None)


def own_queue(user: Actor) -> list[int]:
    """The keys of the user's own cases, in the order to take them."""
    lists = (listed for listed in queue_of(user).lists if listed.bucket != Bucket.UNASSIGNED)
    return [case.pk for listed in lists for case in listed.cases]


_OURS = f"officer_id = %(user)s AND turn = '{Party.OFFICER.value}'"
# Worded as the partial index of what lies with others is.
_OTHERS = f"officer_id = %(user)s AND NOT (turn = '{Party.OFFICER.value}')"
_GOING = f"NOT (turn = '{Party.NOBODY.value}')"
_SMS = f"state = '{State.SMS_VERIFICATION.value}'"
_NEW = f"state = '{State.TRIAGE.value}'"
_DATED, _UNDATED = "due_at IS NOT NULL", "due_at IS NULL"
_CAME_IN = f"officer_id = %(user)s AND answered AND {_GOING}"
_UNASSIGNED = f"officer_id IS NULL AND {_GOING} AND NOT (state = '{State.DRAFT.value}')"
_WRITTEN_DRAFT = f"officer_id IS NULL AND answered AND state = '{State.DRAFT.value}'"
_JOINED = "EXISTS (SELECT 1 FROM cases_caseperson p WHERE p.case_id = cases_filingcase.id)"
_DRAFT = f"officer_id = %(user)s AND state = '{State.DRAFT.value}'"
#: What each bucket holds, piece by piece, each worded so that a partial index of FilingCase holds
#: it in order: nowhere are cases with a due date mixed with those that have none.
_PIECES = (
    (Bucket.OVERDUE, f"{_OURS} AND due_at < %(now)s"),
    # The window is over and it is still the applicant's turn: the officer finds out why.
    (Bucket.OVERDUE, f"{_OTHERS} AND {_GOING} AND {_SMS} AND due_at < %(now)s"),
    (Bucket.SMS, f"{_OTHERS} AND {_GOING} AND {_SMS} AND due_at >= %(now)s"),
    (
        Bucket.ANSWERED,
        f"{_CAME_IN} AND {_DATED} AND NOT ({_SMS})"
        f" AND NOT (turn = '{Party.OFFICER.value}' AND due_at < %(now)s)",
    ),
    # Of an SMS window too, where no clock puts it among the others.
    (Bucket.ANSWERED, f"{_CAME_IN} AND {_UNDATED}"),
    (Bucket.TODAY, f"{_OURS} AND NOT answered AND due_at >= %(now)s AND due_at <= %(today)s"),
    (Bucket.NEW, f"{_OURS} AND NOT answered AND {_NEW} AND due_at > %(today)s"),
    (Bucket.NEW, f"{_OURS} AND NOT answered AND {_NEW} AND {_UNDATED}"),
    (Bucket.REST, f"{_OURS} AND NOT answered AND NOT ({_NEW}) AND due_at > %(today)s"),
    (Bucket.REST, f"{_OURS} AND NOT answered AND NOT ({_NEW}) AND {_UNDATED}"),
    (
        Bucket.CHASE,
        f"{_OTHERS} AND {_GOING} AND follow_up_on <= %(day)s AND NOT ({_SMS}) AND NOT answered",
    ),
    # One that has a day to ask again waits for it.
    (
        Bucket.CHASE,
        f"{_OTHERS} AND {_GOING} AND due_at < %(now)s AND follow_up_on IS NULL"
        f" AND NOT ({_SMS}) AND NOT answered",
    ),
    (
        Bucket.DRAFTS,
        f"{_DRAFT} AND created_at < %(yesterday)s AND follow_up_on IS NULL AND NOT {_JOINED}"
        " AND due_at IS NULL AND NOT answered",
    ),
    (Bucket.UNASSIGNED, f"{_UNASSIGNED} AND {_DATED}"),
    (Bucket.UNASSIGNED, f"{_UNASSIGNED} AND {_UNDATED}"),
    # Nobody takes a draft, but somebody reads what its applicant writes.
    (Bucket.UNASSIGNED, f"{_WRITTEN_DRAFT} AND {_DATED}"),
    (Bucket.UNASSIGNED, f"{_WRITTEN_DRAFT} AND {_UNDATED}"),
)
# Where the next step asks of the order, or somebody of the provider.
_WITH_ORDER = (*WITH_US, State.PROVIDER_REVIEW, State.PROVIDER_PASSED)
_RECKONING, _UNJOINED = "reckoning", "unjoined"
_NOBODY_JOINED = f"officer_id = %(user0)s AND {_GOING} AND NOT {_JOINED}"
#: What a line tells of a case, or needs to tell the next step.
_TOLD = (
    "reference", "version", "officer", "state", "turn", "turn_since", "due_at",
    "due_provisional", "answered", "message_waits",
    "domain_unicode", "ip_address", "site_name", "applicant__name", "province__accepts_forums",
    "province__phone",
    "applicant_type", "mainland_branch", "registration_certificate", "server_region", "access",
    "protocol", "forum", "preapproval", "filing_type", "service_kind", "mainland_cdn", "changing",
    "service__footer_on", "service__public_security_on", "follow_up_on", "follow_up",
    "contacted_on", "contacted", "contact",
)  # fmt: skip


def _values(users: list[int | None], now: dt.datetime) -> dict[str, SqlValue]:
    today = timezone.localdate(now)
    times = {"now": now, "today": end_of(today), "yesterday": now - dt.timedelta(days=1)}
    adapt = connection.ops.adapt_datetimefield_value
    return {
        **{f"user{n}": pk for n, pk in enumerate(users)},
        **{name: adapt(time) for name, time in times.items()},
        "day": connection.ops.adapt_datefield_value(today),
    }


def _pieces(people: int) -> list[tuple[Bucket, str]]:
    """The pieces for each of so many people, and once those of cases that nobody has."""
    return [
        (bucket, piece.replace("%(user)s", f"%(user{n})s"))
        for n in range(people)
        for bucket, piece in _PIECES
        if n == 0 or bucket != Bucket.UNASSIGNED
    ]


def _of_each_piece(
    pieces: list[tuple[Bucket, str]], asked: str, order: str, limit: int
) -> list[str]:
    """What is asked of each piece, behind its number; along the index that holds it in order."""
    return [
        f"SELECT {n}, {asked} FROM (SELECT id FROM cases_filingcase"
        f" WHERE {piece} ORDER BY {_along(piece)}{order} LIMIT {limit}) piece{n}"
        for n, (_bucket, piece) in enumerate(pieces)
    ]


def _along(piece: str) -> str:
    """The column by which the index of a piece is in order."""
    return "follow_up_on" if "follow_up_on <=" in piece else "due_at"


def _counts(pieces: list[tuple[Bucket, str]], values: dict[str, SqlValue]) -> dict[str, int]:
    """How many cases each bucket has, how many runs that reckon due dates wait, and of how many
    cases nobody has joined."""
    parts = _of_each_piece(pieces, "COUNT(*)", "", COUNTED + 1)
    waiting, _none = waiting_run().values("pk").query.sql_with_params()
    parts.append(f"SELECT {len(pieces)}, COUNT(*) FROM ({waiting}) runs")
    alone = f"SELECT 1 FROM cases_filingcase WHERE {_NOBODY_JOINED} LIMIT {COUNTED + 1}"
    parts.append(f"SELECT {len(pieces) + 1}, COUNT(*) FROM ({alone}) alone")
    names = [*(bucket.value for bucket, _piece in pieces), _RECKONING, _UNJOINED]
    found = Counter[str]()
    for n, count in fetch(" UNION ALL ".join(parts), values):
        found[names[n]] += count
    return found


def _places(
    pieces: list[tuple[Bucket, str]], values: dict[str, SqlValue]
) -> dict[Bucket, list[int]]:
    """The keys of the cases that are shown in each bucket, in one query."""
    parts = _of_each_piece(pieces, "id", ", id", SHOWN)
    found: dict[Bucket, list[int]] = {bucket: [] for bucket in Bucket}
    for n, pk in fetch(" UNION ALL ".join(parts), values):
        found[pieces[n][0]].append(pk)
    return found


def _cases(keys: list[int]) -> Mapping[int, FilingCase]:
    """The cases with what their lines tell, and no more."""
    known = FilingCase.objects.select_related("applicant", "province", "service").only(*_TOLD)
    pending = Document.objects.filter(case=OuterRef("pk"), status=Document.Status.PENDING)
    return known.annotate(papers_wait=Exists(pending)).in_bulk(keys)


def _order(case: FilingCase) -> tuple[bool, dt.datetime, int]:
    return case.due_at is None, case.due_at or case.turn_since, case.pk


def _by_follow_up(case: FilingCase) -> tuple[dt.date, dt.datetime, int]:
    due = case.due_at or case.turn_since
    return case.follow_up_on or timezone.localdate(due), due, case.pk


_ORDERS: dict[Bucket, Callable[[FilingCase], tuple[dt.date, dt.datetime, int]]] = {
    Bucket.CHASE: _by_follow_up
}


def _know_orders(cases: list[FilingCase]) -> None:
    """Give cases with an order what their next step asks of a dossier: the order, the day.

    Whom to call stands with the order, too."""
    live = OrderCase.objects.filter(left_on__isnull=True).select_related("order__provider")
    prefetch_related_objects(cases, Prefetch("memberships", live, to_attr="live_memberships"))
    today = timezone.localdate()
    for case in cases:
        memberships: list[OrderCase] = vars(case)["live_memberships"]
        if case.is_at not in WITH_US:
            continue
        order = order_of(memberships[0].order, case) if memberships else None
        case.dossier = Dossier(case.facts, today=today, order=order)
