"""The one door through which a case changes: locked, judged again, recorded."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from icpcases.rules.rule import Finding, Party, Source
from icpcases.rules.text import _

from . import explain as explaining
from .clocks import set_turn
from .dossiers import BESIDE, Rows, dossier_of
from .effects import Work
from .entries import Entry, entry_for
from .finding import index
from .models import FilingCase, HistoryRow
from .moments import moment
from .papers import files_follow_rows
from .prepared import Prepared, insert, together, update
from .roles import is_staff_role
from .steps import Step
from .telling import asked_audience, tell
from .uploads import Upload

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Fields that follow from the others, or that every change touches: no part of a row's changes.
_DERIVED = {
    "version", "state", "state_since",
    "turn", "turn_since", "due_at", "due_provisional", "answered",
}  # fmt: skip


_READ_THE_CLOCK = {"order.alive", "order.expired", "document.current"}


class Refused(Exception):
    """A change that did not happen; nothing was changed."""


class NotAllowed(Refused):
    """The user may not do this to this case."""

    def __init__(self, user: Any, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(str(user))
        self.user, self.findings = user, findings


class Closed(Refused):
    """Rules stand in the way: all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings

    @property
    def codes(self) -> list[str]:
        """The codes of the rules in the way, in their order, each once."""
        return list(dict.fromkeys(finding.code for finding in self.findings))


class Stale(Refused):
    """The case has changed since it was seen: what happened meanwhile, and by whom."""

    def __init__(self, rows: list[HistoryRow]) -> None:
        super().__init__(", ".join(str(row) for row in rows))
        self.rows = rows


class BadEntry(Refused):
    """What was entered cannot be taken; the form says what, and keeps what was typed."""

    def __init__(self, form: Any) -> None:
        super().__init__(form.errors.as_json())
        self.form = form


@dataclass
class Change:
    """One change under way on a locked case: recorded `now`, happened `at`."""

    case: FilingCase
    by: Any
    now: dt.datetime
    at: dt.datetime
    rows: Rows
    before: dict[str, Any]

    @classmethod
    def on(
        cls,
        case: FilingCase,
        by: Any,
        happened: dt.datetime | None = None,
        beside: tuple[Any, ...] | None = None,
    ) -> "Change":
        """A change of a case that is locked, as it stands now."""
        now, rows = timezone.now(), Rows.locked(case, beside or BESIDE(case.pk)[0])
        return cls(case, by, now, _moment(rows, happened, now), rows, _values(case))

    def changed_fields(self) -> dict[str, list[Any]]:
        """The case's own fields that differ from before, each with old and new."""
        return _plain_changes(self._changed())

    def _changed(self) -> dict[str, tuple[Any, Any]]:
        after = _values(self.case)
        pairs = zip(self.before.items(), after.values(), strict=True)
        return {name: (old, new) for (name, old), new in pairs if new != old}

    def record(
        self,
        kind: HistoryRow.Kind,
        at: dt.datetime | None = None,
        moved: bool = False,
        rows: Rows | None = None,
        **row: Any,
    ) -> HistoryRow:
        """Save the case one version on, with the one history row of this change.

        `rows` are those around the case where they are known to be as before.
        """
        at = at or self.at
        case = self.case
        if moved:
            case.state_since = at
        set_turn(case, rows or Rows(case), at, moved, self.rows.tables)
        case.version += 1
        changed = self._changed()
        changes = {"fields": _plain_changes(changed), **row.pop("made", {})}
        with together():
            update(case, tuple(changed))
            saved = self._keep(kind, at, changes, row)
        index.follow(case, saved)
        case.forget_dossier()
        return saved

    def _keep(
        self, kind: HistoryRow.Kind, at: dt.datetime, changes: dict[str, Any], row: dict[str, Any]
    ) -> HistoryRow:
        """The history row, and what hangs on it: its notes can be found, people are told."""
        case = self.case
        # Asked for before it is needed: what is sent together is waited for once.
        audience = asked_audience(case) if row.get("told") else None
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
            changes={name: value for name, value in changes.items() if value},
            **row,
        )
        index.note(case, saved)
        if audience:
            tell(case, saved, audience())
        return saved


def _moment(rows: Rows, happened: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    try:
        return min(moment(rows, happened, now), now) if happened else now
    except ValidationError as error:
        words = error.messages[0], _("Correct when it happened.")
        finding = Finding("happened", Source.NONE, *words, Party.OFFICER, ())
        raise Closed((finding,)) from None


def _values(case: FilingCase) -> dict[str, Any]:
    names, values = _fields()
    return dict(zip(names, values(vars(case)), strict=True))


@cache
def _fields() -> tuple[list[str], Callable[[dict[str, Any]], tuple[Any, ...]]]:
    names = [field.attname for field in FilingCase._meta.concrete_fields]
    return names, itemgetter(*names)


def _plain_changes(changed: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {
        name: [_plain(old), _plain(new)]
        for name, (old, new) in changed.items()
        if name not in _DERIVED
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Upload):
        return value.label
    if isinstance(value, FieldFile):
        return value.name
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def _locked(case: int) -> "QuerySet[FilingCase]":
    rows = FilingCase.objects.select_for_update(of=("self",))
    return rows.select_related("applicant", "province").filter(pk=case)


LOCKED = Prepared(_locked, int)


@contextmanager
def changing(
    case: FilingCase, by: Any, seen_version: int, happened: dt.datetime | None = None
) -> Iterator[Change]:
    """Lock the case for one change by somebody who has seen `seen_version`.

    `happened` sets a change back that is recorded late. Raises NotAllowed before anything is
    told to whoever may not see the case, and Stale if it has changed meanwhile.
    Source of the order: the locked row is judged again, never the page.
    """
    with files_follow_rows(), transaction.atomic(durable=True):
        with together():
            asked = LOCKED.sent(case.pk), BESIDE.sent(case.pk)
            ((locked,), (beside,)) = (take() for take in asked)
        if by is not SYSTEM and not explaining.may_see(locked, by):
            raise NotAllowed(by)
        if locked.version != seen_version:
            meanwhile = HistoryRow.objects.filter(case=locked, sequence__gt=seen_version)
            raise Stale(list(meanwhile.select_related("by").order_by("sequence")))
        yield Change.on(locked, None if by is SYSTEM else by, happened, beside)


class _System:
    """The program itself, when time alone brings a step about."""

    pk = None
    is_authenticated = is_active = False

    def __str__(self) -> str:
        return "system"


SYSTEM = _System()
_SYSTEM_STEPS = {Step.EXPIRE_ORDER}


def perform(
    case: FilingCase, step: Step | str, by: Any, data: Mapping[str, Any] | None, seen_version: int
) -> FilingCase:
    """Take a step, or raise NotAllowed, Closed, Stale or BadEntry and change nothing.

    `data` holds what the step's form takes, files included. Gives back the case as it is
    afterwards. Raises ValueError for a name that is no step.
    """
    step = Step(step)
    try:
        with changing(case, by, seen_version) as change:
            _take(change, step, by, data or {})
            return change.case
    except IntegrityError:
        # A rule across cases lost a race; the rule, asked again, says which and why.
        fresh = FilingCase.objects.with_names().get(pk=case.pk)
        raise _lost_race(fresh, step, by, data or {}) from None


def _lost_race(case: FilingCase, step: Step, by: Any, data: Mapping[str, Any]) -> Refused:
    findings = explaining.unmet_guards(case.dossier, step, not is_staff_role(by))
    if findings:
        return Closed(findings)
    entry = entry_for(case, Rows(case), step, data, not is_office(by))
    return Stale([]) if entry.is_valid() else BadEntry(entry)


def _take(change: Change, step: Step, by: Any, data: Mapping[str, Any]) -> None:
    case = change.case
    unmet = _need_open(change, step, by)
    entry = entry_for(case, change.rows, step, data, not is_office(by))
    if not entry.is_valid():
        raise BadEntry(entry)
    # A clock ahead by seconds is let pass, but nothing happens after it was recorded.
    happened = entry.cleaned_data["happened"] = min(entry.cleaned_data["happened"], change.now)
    if step.guards:
        _judge_entered(case, step, by, entry, unmet)
    findings = [{"code": g.rule.code, "wanted": g.wanted, "met": True} for g in step.guards]
    from_state = case.state
    work = Work(case, change.rows, entry, change.by)
    getattr(case, step.value)(work)
    _write(change, step, work, from_state, happened, findings)


def _need_open(change: Change, step: Step, by: Any) -> tuple[Finding, ...]:
    """What is in the way today and is decided by the day entered. Raises NotAllowed or Closed."""
    case = change.case
    elsewhere = explaining.state_findings(case, step)
    if elsewhere:
        raise Closed(elsewhere)
    if not (by is SYSTEM and step in _SYSTEM_STEPS):
        wanting = explaining.permission_findings(case, step, by)
        if wanting:
            raise NotAllowed(by, wanting)
    if not step.guards:
        return ()
    case.dossier = dossier_of(case, change.rows, change.now)
    unmet = explaining.unmet_guards(case.dossier, step, not is_staff_role(by))
    if any(finding.code not in _READ_THE_CLOCK for finding in unmet):
        raise Closed(unmet)
    return unmet


def _judge_entered(
    case: FilingCase, step: Step, by: Any, entry: Entry, unmet: tuple[Finding, ...]
) -> None:
    """Judge the step with what was entered. Raises Closed with every rule in the way."""
    if entry.dossier.today != case.dossier.today:
        # Backdated, the rules that read a date are judged by the day it happened.
        unmet = explaining.unmet_guards(entry.dossier, step, not is_staff_role(by))
    if unmet:
        raise Closed(unmet)
    # What waited for the entry was judged with it, so every guard is met.
    case.dossier = entry.dossier
    entry.dossier.met_by(step)


def _write(
    change: Change, step: Step, work: Work, from_state: str, at: dt.datetime, findings: list[Any]
) -> None:
    data = work.entry.cleaned_data
    change.record(
        HistoryRow.Kind.STEP,
        at=at,
        moved=change.case.state != from_state and work.undoes is None,
        rows=None if work.made or work.undoes else change.rows,
        made=work.made,
        step=step.value,
        from_state=from_state,
        on_behalf_of=on_behalf(change, step, data),
        reasons=work.entry.given_reasons,
        note_public=data.get("note_public", ""),
        note_internal=data.get("note_internal", ""),
        entered={name: _plain(value) for name, value in work.entered.items()},
        findings=findings,
        # Who is not asked, such as an applicant, does not keep it from the others.
        told=bool(data.get("tell", step.about.tells)),
        undoes=work.undoes,
    )


def is_office(by: Any) -> bool:
    """Whether the office acts, rather than an applicant."""
    return by is SYSTEM or is_staff_role(by)


def on_behalf(change: Change, step: Step, data: Mapping[str, Any]) -> str:
    """The party whose act an officer has recorded; empty where it is the actor's own."""
    if data.get("returned_by"):
        return str(data["returned_by"])
    party = step.about.acts_for
    if party is None or change.by is None:
        return ""
    own = party == Party.APPLICANT and change.by.pk in change.case.people_pks
    return "" if own else party.value
