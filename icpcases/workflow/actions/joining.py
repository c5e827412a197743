"""Two records of one applicant: a case moved from one to the other, the two joined, taken apart.

What stands in the way is said by the same functions before the click and under the lock.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    ApplicantChange,
    FilingCase,
    Order,
    OrderCase,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.cases.permissions import is_supervisor
from icpcases.deadlines.tables import recent_tables
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import Phase
from icpcases.register.record import RegisterChange
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.search import index
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed, NotAllowed, Refused
from icpcases.workflow.sendings import Sent, make_once
from icpcases.workflow.transactions import one_transaction

from .checks import (
    Kinds,
    account_of,
    failing_invariants,
    need_invariants,
    need_reason,
    need_worker,
    worker_needed,
)

What = ApplicantChange.What
#: Fields that the record that stands is given where it says nothing itself.
_FILLED = ("phone", "email", "licence_number", "licence_issued_on", "licence_expires_on")


def same_certificate(one: Applicant, other: Applicant) -> bool:
    """Whether two records bear the same certificate."""
    pairs = ((a.certificate_type, a.certificate_number) for a in (one, other))
    first, second = pairs
    return first == second and all(first)


def move_case(case: FilingCase, by: Actor, to: int, reason: str, seen_version: int) -> None:
    """Give the case to another applicant, its orders with it; judged anew as his.

    Raises NotAllowed, Stale, or Closed with all that stands in the way.
    """

    def broken(fresh: FilingCase) -> Closed | None:
        return Closed(found) if (found := in_the_way_of_moving(fresh, _record(to), by)) else None

    with changing(case, by, seen_version, what="another applicant", explain=broken) as change:
        need_worker(change.case, by)
        need_reason(reason)
        old, new = _held(change.case.applicant_id, to)
        if found := in_the_way_of_moving(change.case, new, by):
            raise Closed(found)
        orders = _own_orders(change.case)
        moved = {"cases": [change.case.pk], "orders": [order.pk for order in orders]}
        _log(What.MOVED, old, new, account_of(by), change.now, reason, moved)
        _hand_over(orders, new)
        _give(change, old, new, reason)


def in_the_way_of_moving(case: FilingCase, to: Applicant, by: Actor) -> tuple[Finding, ...]:
    """All that keeps the case from being moved to this applicant by this user."""
    return tuple(_against_moving(case, to, by))


def _against_moving(case: FilingCase, to: Applicant, by: Actor) -> Iterator[Finding]:
    own = case.applicant
    if to.pk == own.pk:
        yield _finding(_OWN, _("Choose another applicant."))
    if to.joined_to_id is not None:
        yield _finding(_JOINED, _CHOOSE_STANDING, _other(to))
    if case.is_at.locked and not (same_certificate(own, to) or is_supervisor(by)):
        yield _finding(_LOCKED, _ASK_SUPERVISOR, who=Party.SUPERVISOR)
    filed = case.service
    if case.is_at.phase == Phase.DONE or (filed and filed.subject.applicant_id != to.pk):
        number = filed.number if filed else case.reference
        place = Place(PlaceKind.SUBJECT, number, number)
        yield _finding(_FILED, _("Merge the two applicants instead."), place)
    yield from _against_its_order(case, to)


def _against_its_order(case: FilingCase, to: Applicant) -> Iterator[Finding]:
    live = Order.objects.filter(memberships__case=case, memberships__left_on__isnull=True).first()
    if live is None:
        return
    with_it = FilingCase.objects.filter(memberships__order=live).exclude(pk=case.pk)
    if with_it.exists():
        yield _finding(_SHARED, _("Merge the two applicants instead."), *_cases(with_it))
    if live.running and to.pk != case.applicant_id:
        yield from _busy(Order.objects.filter(applicant=to, running=True))


def _busy(running: QuerySet[Order]) -> Iterator[Finding]:
    cases = FilingCase.objects.filter(memberships__order__in=running)
    if running.exists():
        yield _finding(_BUSY, _("Wait until one of them is done."), *_cases(cases))


def join_applicants(
    goes: int, stays: int, by: Actor, reason: str, seen: str
) -> ApplicantChange:  # fmt: skip
    """Join one record to another of the same applicant: cases, orders, and all that is filed go
    along, each case with a row of its history; the record is kept, and found by what it says.

    `seen` is the `mark_of` both as the page showed them. Raises NotAllowed, or Closed with all
    that stands in the way.
    """
    if refused := worker_needed(by):
        raise refused
    need_reason(reason)

    def explained() -> Refused | None:
        found = in_the_way_of_joining(_record(goes), _record(stays), by)
        return Closed(found or (_CHANGED,))

    with one_transaction(f"applicant {goes} joined to {stays}", explain=explained):
        cases = _locked_cases(goes)
        one, other = _held(goes, stays)
        if mark_of(one, other) != seen:
            raise Closed((_CHANGED,))
        if found := in_the_way_of_joining(one, other, by):
            raise Closed(found)
        join = _Join(one, other, by, reason, timezone.now())
        return join.done(cases)


@dataclass
class _Join:
    goes: Applicant
    stays: Applicant
    by: Actor
    reason: str
    now: dt.datetime

    def done(self, cases: list[FilingCase]) -> ApplicantChange:
        orders = list(Order.objects.filter(applicant=self.goes))
        subjects = list(SubjectFiling.objects.filter(applicant=self.goes))
        moved: dict[str, object] = {
            "cases": [case.pk for case in cases],
            "orders": [order.pk for order in orders],
            "subjects": [subject.pk for subject in subjects],
            "filled": self._fill(),
        }
        self.goes.joined_to = self.stays
        self.goes.save(update_fields=["joined_to"])
        by = account_of(self.by)
        kept = _log(What.JOINED, self.goes, self.stays, by, self.now, self.reason, moved)
        _hand_over(orders, self.stays)
        _file_under(subjects, self.goes, self.stays, self.by, self.now, RegisterRow.What.JOINED)
        _give_all(cases, self.goes, self.stays, self.by, self.reason)
        index.keep_client(self.stays.pk)
        return kept

    def _fill(self) -> dict[str, str]:
        """Give the record that stays what only the other says; gives back what was given."""
        given = {
            name: getattr(self.goes, name)
            for name in _FILLED
            if getattr(self.goes, name) and not getattr(self.stays, name)
        }
        for name, value in given.items():
            setattr(self.stays, name, value)
        if given:
            self.stays.save(update_fields=list(given))
        return {name: str(value) for name, value in given.items()}


def in_the_way_of_joining(goes: Applicant, stays: Applicant, by: Actor) -> tuple[Finding, ...]:
    """All that keeps this user from joining one record to the other."""
    return tuple(_against_joining(goes, stays, by))


def _against_joining(goes: Applicant, stays: Applicant, by: Actor) -> Iterator[Finding]:
    if goes.pk == stays.pk:
        yield _finding(_SAME_RECORD, _("Choose another applicant."))
    for record in (goes, stays):
        if record.joined_to_id is not None:
            yield _finding(_JOINED, _CHOOSE_STANDING, _other(record))
    if goes.confirmed and not stays.confirmed:
        yield _finding(_CONFIRMED_STAYS, _("Merge them the other way round."), _other(goes))
    elif goes.confirmed and not is_supervisor(by):
        yield _finding(_BOTH_CONFIRMED, _("Propose it to a supervisor."), who=Party.SUPERVISOR)
    locked = [case for case in _cases_of(goes) if case.is_at.locked]
    if locked and not (same_certificate(goes, stays) or is_supervisor(by)):
        yield _finding(_LOCKED_CASES, _ASK_SUPERVISOR, *_cases(locked), who=Party.SUPERVISOR)
    standing = SubjectFiling.objects.exclude(state=SubjectFiling.State.CANCELLED)
    both = list(standing.filter(applicant__in=[goes.pk, stays.pk]).order_by("pk"))
    if len(both) > 1:
        places = (Place(PlaceKind.RULE, s.number, s.number) for s in both)
        yield _finding(_TWO_SUBJECTS, _CANCEL_ONE, *places)
    running = Order.objects.filter(applicant__in=[goes.pk, stays.pk], running=True)
    if goes.pk != stays.pk and running.count() > 1:
        yield from _busy(running)


def take_apart(join: ApplicantChange, by: Actor, reason: str) -> None:
    """Set back a join as if it had never been; only supervisors, for some days.

    What has been moved on since stays where it is. Raises NotAllowed, or Closed.
    """
    if not is_supervisor(by):
        raise NotAllowed(by, (_ONLY_SUPERVISOR,))
    need_reason(reason)

    def explained() -> Refused | None:
        found = in_the_way_of_taking_apart(ApplicantChange.objects.get(pk=join.pk))
        return Closed(found or (_CHANGED,))

    with one_transaction(f"applicants taken apart: {join.pk}", explain=explained):
        assert join.other_id is not None
        moved = set(join.moved["cases"])
        cases = [case for case in _locked_cases(join.other_id) if case.pk in moved]
        one, other = _held(join.applicant_id, join.other_id)
        held = ApplicantChange.objects.select_for_update().get(pk=join.pk)
        if found := in_the_way_of_taking_apart(held):
            raise Closed(found)
        _apart(held, one, other, cases, by, reason)


def _apart(
    join: ApplicantChange, one: Applicant, other: Applicant, cases: list[FilingCase], by: Actor,
    reason: str,
) -> None:  # fmt: skip
    now = timezone.now()
    join.undone_at, one.joined_to = now, None
    join.save(update_fields=["undone_at"])
    one.save(update_fields=["joined_to"])
    given = [n for n, value in join.moved["filled"].items() if str(getattr(other, n)) == value]
    for name in given:
        setattr(other, name, None if name.endswith("_on") else "")
    if given:
        other.save(update_fields=given)
    _log(What.APART, one, other, account_of(by), now, reason, {})
    _hand_over(Order.objects.filter(pk__in=join.moved["orders"], applicant=other), one)
    subjects = SubjectFiling.objects.filter(pk__in=join.moved["subjects"], applicant=other)
    _file_under(list(subjects), other, one, by, now, RegisterRow.What.TAKEN_BACK)
    _give_all(cases, other, one, by, reason)
    index.keep_client(one.pk)
    index.keep_client(other.pk)


def in_the_way_of_taking_apart(join: ApplicantChange) -> tuple[Finding, ...]:
    """All that keeps a join from being set back: its time, a further join, what stands on it."""
    return tuple(_against_taking_apart(join))


def undo_until(join: ApplicantChange) -> dt.datetime:
    """Until when a join can be taken apart."""
    return join.at + dt.timedelta(days=recent_tables().settings["join_undo_days"])


def _against_taking_apart(join: ApplicantChange) -> Iterator[Finding]:
    if join.what != What.JOINED or join.undone_at is not None or join.other is None:
        yield _finding(_APART_ALREADY, _("Look at the two as they are now."))
        return
    if undo_until(join) < timezone.now():
        yield _finding(_TOO_LATE, _("Move the cases one by one."), who=Party.SUPERVISOR)
    if join.other.joined_to_id is not None:
        yield _finding(_JOINED_ON, _("Undo that merge first."), _other(join.other))
    since = FilingCase.objects.filter(applicant=join.other).exclude(pk__in=join.moved["cases"])
    on_its_services = since.filter(service__subject__in=join.moved["subjects"])
    on_its_orders = since.filter(memberships__order__in=join.moved["orders"])
    users = (on_its_services | on_its_orders).distinct()
    if users.exists():
        yield _finding(_USED, _("Move these cases first, or leave the two merged."), *_cases(users))


def propose_join(goes: int, stays: int, by: Actor, reason: str, sent: Sent | None = None) -> None:
    """Leave word for a supervisor that two records are one applicant. Raises MadeAlready."""
    if refused := worker_needed(by):
        raise refused
    need_reason(reason)
    with one_transaction(f"applicant {goes} proposed to be joined to {stays}"):
        make_once(sent)
        one, other = _held(goes, stays)
        _log(What.PROPOSED, one, other, account_of(by), timezone.now(), reason, {})


def mark_of(one: Applicant, other: Applicant) -> str:
    """What tells whether two records, their cases or their filings have changed meanwhile."""
    said: list[object] = []
    for record in sorted((one, other), key=lambda record: record.pk):
        cases = FilingCase.objects.filter(applicant=record)
        rows = RegisterRow.objects.filter(applicant=record)
        said += [
            [getattr(record, field.attname) for field in record._meta.concrete_fields],
            cases.aggregate(n=Count("pk"), versions=Sum("version")),
            rows.aggregate(newest=Max("pk")),
        ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


def _give_all(
    cases: Iterable[FilingCase], old: Applicant, new: Applicant, by: Actor, reason: str
) -> None:
    """Each case with a row of its own; those that would stand on nothing are named together."""
    account, broken = account_of(by), []
    found: tuple[Finding, ...] = ()
    for case in cases:
        case.applicant = old
        try:
            _give(Change.on(case, account), old, new, reason)
        except Closed as closed:
            broken.append(case)
            found = found or closed.findings
    if broken:
        raise Closed((_finding(_CASES_BREAK, _("Look at these cases."), *_cases(broken)), *found))


def _give(change: Change, old: Applicant, new: Applicant, reason: str) -> None:
    failing = failing_invariants(change)
    change.case.applicant = new
    need_invariants(change, failing)
    entered = {"moved_from": old.name, "moved_to": new.name}
    change.record(Kinds.EDIT, entered=entered, note_internal=reason)


def _hand_over(orders: Iterable[Order], to: Applicant) -> None:
    for order in orders:
        order.applicant = to
        order.save(update_fields=["applicant"])


def _file_under(
    subjects: list[SubjectFiling], old: Applicant, new: Applicant, by: Actor, now: dt.datetime,
    what: RegisterRow.What,
) -> None:  # fmt: skip
    """What is filed is listed under the other record; the register's history says so."""
    if not subjects:
        return
    day = timezone.localdate(now)
    change = RegisterChange(old, what, account_of(by), day, now, source=new.name)
    for subject in subjects:
        change.change(subject, applicant_id=new.pk)
    for service in Service.objects.filter(subject__in=subjects)[:1]:
        change.service = service
    change.keep()


def _own_orders(case: FilingCase) -> list[Order]:
    """The orders that hold this case alone."""
    rows = OrderCase.objects.filter(order__memberships__case=case).values("order")
    alone = rows.annotate(cases=Count("case", distinct=True)).filter(cases=1).values("order")
    return list(Order.objects.filter(pk__in=alone))


def _locked_cases(applicant: int) -> list[FilingCase]:
    """The applicant's cases, locked before the applicant is: in this order everywhere."""
    rows = FilingCase.objects.select_for_update(of=("self",)).filter(applicant=applicant)
    return list(rows.select_related("applicant", "province", "service").order_by("pk"))


def _held(first: int, second: int) -> tuple[Applicant, Applicant]:
    """Two applicants, locked in the order of their keys."""
    rows = Applicant.objects.select_for_update().filter(pk__in=[first, second]).order_by("pk")
    held = {row.pk: row for row in rows}
    return held[first], held[second]


def _record(pk: int) -> Applicant:
    return Applicant.objects.get(pk=pk)


def _cases_of(applicant: Applicant) -> QuerySet[FilingCase]:
    return FilingCase.objects.filter(applicant=applicant).order_by("pk")


def _cases(cases: Iterable[FilingCase]) -> tuple[Place, ...]:
    found = dict.fromkeys(case.reference for case in cases)
    return tuple(Place(PlaceKind.CASE, reference, reference) for reference in found)


def _other(record: Applicant) -> Place:
    return Place(PlaceKind.OTHER_APPLICANT, str(record.pk), record.name)


def _log(
    what: ApplicantChange.What, one: Applicant, other: Applicant, by: User | None,
    at: dt.datetime, reason: str, moved: Mapping[str, object],
) -> ApplicantChange:  # fmt: skip
    return ApplicantChange.objects.create(
        what=what.value, applicant=one, other=other, by=by, at=at, reason=reason, moved=dict(moved)
    )


def _finding(
    sentence: str, remedy: str, *places: Place, who: Party = Party.OFFICER
) -> Finding:  # fmt: skip
    return Finding("applicant.record", Source.NONE, sentence, remedy, who, places)


_OWN = _("The case is this applicant's already.")
_SAME_RECORD = _("These are one and the same record.")
_JOINED = _("%(about)s was merged into another record.")
_CHOOSE_STANDING = _("Choose the record it was merged into.")
_LOCKED = _(
    "The applicant's name and certificate are locked while somebody outside decides on them, or "
    "has decided, and the other applicant has a different certificate."
)
_LOCKED_CASES = _(
    "The applicant is locked on these cases, and the other record has a different certificate: "
    "%(about)s."
)
_ASK_SUPERVISOR = _("Ask a supervisor to do it.")
_FILED = _("What this case is about is filed under its present applicant: %(about)s.")
_SHARED = _("The case's order holds other cases of the same subject: %(about)s.")
_BUSY = _("Both have an errand before the provider or the administrations: %(about)s.")
_CONFIRMED_STAYS = _("The confirmed record must be the one that stays: %(about)s.")
_BOTH_CONFIRMED = _("Both are confirmed: only a supervisor can merge them.")
_TWO_SUBJECTS = _("Each has its own subject filing, but an applicant can have only one: %(about)s.")
_CANCEL_ONE = _("Find out which one is valid, and have the other cancelled.")
_CASES_BREAK = _(
    "Under the other record, these cases could not stay in their present state: %(about)s."
)
_APART_ALREADY = _("These two are no longer merged.")
_TOO_LATE = _("The time for undoing this merge is over.")
_JOINED_ON = _("%(about)s has itself been merged into another record since then.")
_USED = _("Later cases depend on what came with the merge: %(about)s.")
_CHANGED = _finding(
    _("Somebody has changed one of the two records since you opened the page."),
    _("Look at them as they are now, and confirm again."),
)
_ONLY_SUPERVISOR = _finding(
    _("Only a supervisor can undo a merge."), _ASK_SUPERVISOR, who=Party.SUPERVISOR
)
