"""One change of a case: the lock, and the one history row it leaves."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.cases.models.follow_up import FollowedUp
from icpcases.cases.outbox import Audience, asked_audience, enqueue, told_of
from icpcases.cases.permissions import is_staff_role, may_see
from icpcases.db.postgres import pipeline
from icpcases.db.statements import Rows, insert, update
from icpcases.deadlines.turns import set_turn
from icpcases.files.uploads import Upload
from icpcases.lifecycle.roles import Actor
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.rule import Finding, Party, Source
from icpcases.rules.text import _
from icpcases.search import index
from icpcases.types import HistoryValue, SqlRow

from .casefile import BESIDE, CaseFile
from .exceptions import Closed, DoneAlready, NotAllowed, Refused, Stale
from .refusals import ONLY_THOSE_ON_THE_CASE
from .timing import checked_moment
from .transactions import one_transaction

# Fields that follow from the others, or that every change touches: no part of a row's changes.
_DERIVED = {
    "version", "state", "state_since",
    "turn", "turn_since", "due_at", "due_provisional", "answered", "message_waits",
}  # fmt: skip


class SeenVersion(int):
    """The version of a case that a page showed, with what the sending of its form is known by."""

    sending: str

    def __new__(cls, version: int, sending: str = "") -> "SeenVersion":
        """The number, and the digest of all that was sent."""
        made = super().__new__(cls, version)
        made.sending = sending
        return made


class Recorded(TypedDict, total=False):
    """What a change leaves in its history row, beside what is true of every change."""

    made: Mapping[str, list[Any]]
    step: str
    from_state: str
    on_behalf_of: str
    reasons: list[dict[str, str]]
    note_public: str
    note_internal: str
    entered: Mapping[str, object]
    findings: list[dict[str, object]]
    told: bool
    undoes: int | None


@dataclass
class Change:
    """One change under way on a locked case: recorded `now`, happened `at`."""

    case: FilingCase
    by: Actor | None
    now: dt.datetime
    at: dt.datetime
    rows: CaseFile
    before: dict[str, object]
    sending: str = ""

    @classmethod
    def on(
        cls,
        case: FilingCase,
        by: Actor | None,
        happened: dt.datetime | None = None,
        beside: SqlRow | None = None,
    ) -> "Change":
        """A change of a case that is locked, as it stands now."""
        now, rows = timezone.now(), CaseFile.locked(case, beside or BESIDE(case.pk)[0])
        return cls(case, by, now, _moment(rows, happened, now), rows, _values(case))

    def changed_fields(self) -> dict[str, list[HistoryValue]]:
        """The case's own fields that differ from before, each with old and new."""
        return _plain_changes(self._changed())

    def _changed(self) -> dict[str, tuple[object, object]]:
        after = _values(self.case)
        pairs = zip(self.before.items(), after.values(), strict=True)
        return {name: (old, new) for (name, old), new in pairs if new != old}

    def record(
        self,
        kind: HistoryRow.Kind,
        at: dt.datetime | None = None,
        moved: bool = False,
        rows: CaseFile | None = None,
        **row: Unpack[Recorded],
    ) -> HistoryRow:
        """Save the case one version on, with the one history row of this change.

        `rows` are those around the case where they are known to be as before.
        """
        at = at or self.at
        case = self.case
        if moved:
            case.state_since = at
            # What was to be asked is answered, or somebody else is to be asked now.
            case.follow_up_on = case.follow_up = None
        set_turn(case, rows or self.rows.anew(), at, moved, self.rows.tables)
        case.version += 1
        changed = self._changed()
        changes: dict[str, object] = {"fields": _plain_changes(changed), **row.pop("made", {})}
        with pipeline():
            update(case, tuple(changed))
            saved = self._keep(kind, at, changes, row)
        index.follow(case, saved)
        case.dossier = None
        # Of several rows in one change each tells what it changed itself.
        self.before = _values(case)
        return saved

    def _keep(
        self, kind: HistoryRow.Kind, at: dt.datetime, changes: dict[str, object], row: Recorded
    ) -> HistoryRow:
        """The history row, and what hangs on it: its notes can be found, people are told."""
        case = self.case
        # Asked for before it is needed: what is sent together is waited for once.
        told = self._asked_who_is_told(row) if row.get("told") else None
        saved: HistoryRow = insert(
            HistoryRow,
            case_id=case.pk,
            sequence=case.version,
            kind=kind.value,
            to_state=case.state,
            turn=case.turn,
            by_id=self.by and self.by.pk,
            happened_at=at,
            recorded_at=self.now,
            changes={name: v for name, v in (changes | {SENDING: self.sending}).items() if v},
            **row,
        )
        index.note(case, saved)
        if told:
            # A step may be taken back while its mail waits; nothing else may.
            may_be_undone = kind == HistoryRow.Kind.STEP and row.get("undoes") is None
            minutes = self.rows.tables.settings["mail_wait_minutes"] if may_be_undone else 0
            enqueue(case, saved, told(), dt.timedelta(minutes=minutes))
        return saved

    def _asked_who_is_told(self, row: Recorded) -> Callable[[], Audience]:
        """Everybody concerned; of a taking back, whoever was told of what is taken back."""
        undone = self.rows.step_to_undo if row.get("undoes") else None
        return partial(told_of, self.case, undone) if undone else asked_audience(self.case)


def _moment(rows: CaseFile, happened: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    try:
        return min(checked_moment(rows, happened, now), now) if happened else now
    except ValidationError as error:
        words = error.messages[0], _("Correct when it happened.")
        finding = Finding("happened", Source.NONE, *words, Party.OFFICER, ())
        raise Closed((finding,)) from None


def _values(case: FilingCase) -> dict[str, object]:
    names, values = _fields()
    return dict(zip(names, values(vars(case)), strict=True))


@cache
def _fields() -> tuple[list[str], Callable[[dict[str, object]], tuple[object, ...]]]:
    names = [field.attname for field in FilingCase._meta.concrete_fields]
    return names, itemgetter(*names)


def _plain_changes(changed: dict[str, tuple[object, object]]) -> dict[str, list[HistoryValue]]:
    return {
        name: [plain(old), plain(new)]
        for name, (old, new) in changed.items()
        if name not in _DERIVED
    }


def plain(value: object) -> HistoryValue:
    """A value as the history keeps it."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Upload):
        return value.label
    if isinstance(value, FieldFile):
        return value.name
    if value is None or isinstance(value, bool | int | dict | list):
        return value
    return str(value)


def _locked(case: int) -> QuerySet[FilingCase]:
    rows = FilingCase.objects.select_for_update(of=("self",))
    return rows.select_related("applicant", "province", "service").filter(pk=case)


LOCKED = Rows(
    FilingCase, "applicant", "province", "service",
    where="own.id = %s", lock=True, same_as=_locked,
)  # fmt: skip


@contextmanager
def changing(
    case: FilingCase,
    by: Actor,
    seen_version: int,
    happened: dt.datetime | None = None,
    what: str = "change",
    explain: Callable[[FilingCase], Refused | None] = lambda fresh: None,
    whatever_happened: bool = False,
) -> Iterator[Change]:
    """Lock the case for one change by somebody who has seen `seen_version`.

    `happened` sets a change back that is recorded late. Where the database refuses it, `explain`
    says which rule does, asked of the case as it is then. What fits `whatever_happened` meanwhile,
    as a message does, is never stale. Raises NotAllowed before anything is
    told to whoever may not see the case, Stale if it has changed meanwhile in a way that concerns
    `by`, DoneAlready if the very same sending did it, and DatabaseTrouble.
    Source of the order: the locked row is judged again, never the page.
    """

    def refused() -> Refused | None:
        fresh = FilingCase.objects.with_names().get(pk=case.pk)
        return explain(fresh) or _stale(fresh, seen_version, by, whatever_happened)

    with one_transaction(f"{case.reference}, {what}", seen_version, refused):
        with pipeline():
            take_case, take_beside = LOCKED.sent(case.pk), BESIDE.sent(case.pk)
            [locked], [beside] = take_case(), take_beside()
        if by is not SYSTEM and not may_see(locked, by):
            raise NotAllowed(by, ONLY_THOSE_ON_THE_CASE)
        if stale := _stale(locked, seen_version, by, whatever_happened):
            raise stale
        change = Change.on(locked, None if by is SYSTEM else by, happened, beside)
        change.sending = _sending(seen_version)
        yield change


#: Under which name a history row keeps what the sending is known by; shown nowhere.
SENDING = "sending"


def _sending(seen_version: int) -> str:
    return seen_version.sending if isinstance(seen_version, SeenVersion) else ""


def _stale(
    case: FilingCase, seen_version: int, by: Actor, whatever_happened: bool
) -> Refused | None:
    if case.version == seen_version:
        return None
    meanwhile = list(_since(case, seen_version))
    if _did(meanwhile, by, seen_version):
        return DoneAlready(str(case))
    concerns = _concerns_staff if by is SYSTEM or is_staff_role(by) else _concerns_applicants
    if whatever_happened or (meanwhile and not any(map(concerns, meanwhile))):
        return None
    return Stale(meanwhile)


def _since(case: FilingCase, seen_version: int) -> QuerySet[HistoryRow]:
    rows = HistoryRow.objects.filter(case=case, sequence__gt=seen_version)
    return rows.select_related("by").order_by("sequence")


def _did(rows: Iterable[HistoryRow], by: Actor, seen_version: int) -> bool:
    sending = _sending(seen_version)
    return bool(sending) and any(
        row.by_id == by.pk and row.changes.get(SENDING) == sending for row in rows
    )


def done_already(case: FilingCase, by: Actor, seen_version: int) -> bool:
    """Whether the very same sending has changed the case since; asked only if it has changed."""
    if case.version == seen_version:
        return False
    return _did(_since(case, seen_version), by, seen_version)


# Fields of a case that are the office's own affair: applicants neither see nor need them.
_OWN_AFFAIRS = {"officer_id", *(field.name for field in FollowedUp._meta.fields)}


def _concerns_staff(row: HistoryRow) -> bool:
    """Whether a change touches anything that an act depends on: a message does not."""
    return row.kind != HistoryRow.Kind.MESSAGE


_IDENTITY = {"confirmed", "unconfirmed"}
_WAITS = DocumentStatus.PENDING.value


def _concerns_applicants(row: HistoryRow) -> bool:
    """Whether a change is seen by applicants, or touches anything that their acts depend on.

    Notes, who works the case, when the office asks again, whether it knows who the applicant is,
    and what it reads off a paper that waits are its own affair.
    """
    if not _concerns_staff(row):
        return False
    kind, entered = row.kind, row.entered
    own_kind = (
        kind == HistoryRow.Kind.NOTE
        or (kind == HistoryRow.Kind.FOLLOW_UP and not row.told)
        or (kind == HistoryRow.Kind.ASSIGNMENT and entered.keys() <= {"assigned"})
        or (kind == HistoryRow.Kind.EDIT and entered and entered.keys() <= _IDENTITY)
        or (
            kind == HistoryRow.Kind.DOCUMENT and "judged" in entered and entered["status"] == _WAITS
        )
    )
    fields = row.changes.get("fields", {}).keys()
    own_changes = row.changes.keys() <= {"fields", "corrected", SENDING}
    return not (own_kind and own_changes and fields <= _OWN_AFFAIRS)


class _System:
    """The program itself, when time alone brings a step about."""

    pk = None
    is_authenticated = is_active = False

    def __str__(self) -> str:
        return "system"


SYSTEM = _System()
