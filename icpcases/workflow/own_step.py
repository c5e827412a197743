"""Whose the newest step is: whoever took it takes it back for a while, later a supervisor does."""

import datetime as dt

from django.utils import timezone

from icpcases.cases.models import HistoryRow, Setting
from icpcases.cases.permissions import shown_name, staff_roles
from icpcases.deadlines.tables import recent_tables
from icpcases.lifecycle.retired import step_name
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.steps import Step
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _

from .casefile import CaseFile

_MINUTES = "step_back_minutes"


def own_until(rows: CaseFile, user: Actor | None) -> dt.datetime | None:
    """Until when the newest step is the user's own to take back; None where it is another's.

    Counted from when it was recorded, whenever it happened.
    """
    row = rows.step_to_undo
    if row is None or user is None or user.pk is None or row.by_id != user.pk:
        return None
    return row.recorded_at + dt.timedelta(minutes=_minutes(rows))


def _minutes(rows: CaseFile) -> int:
    if not rows.lean:
        return recent_tables().settings[_MINUTES]
    # Under the lock it is the setting of this moment.
    own = Setting.objects.filter(pk=_MINUTES).values_list("value", flat=True).first()
    return Setting.DEFAULTS[_MINUTES] if own is None else own


def taking_back_findings(
    rows: CaseFile, step: Step, user: Actor | None, code: str
) -> tuple[Finding, ...]:
    """Why somebody who may not take back every step may not take back the newest."""
    row = rows.step_to_undo
    if row is None or not staff_roles(user) & step.about.own:
        return (_finding(code, _NOT_YOURS),)
    until = own_until(rows, user)
    if until is None:
        return (_finding(code, _ANOTHERS, _place(row, _taker(row))),)
    if until <= timezone.now():
        shown = f"{timezone.localtime(until):%Y-%m-%d %H:%M}"
        return (_finding(code, _OVER, _place(row, f"≤ {shown}")),)
    return ()


def _taker(row: HistoryRow) -> str:
    return shown_name(row.by) if row.by else ""


def _place(row: HistoryRow, beside: str) -> Place:
    name = step_name(row.step)
    return Place(PlaceKind.STEP, Step.STEP_BACK, f"{name} ({beside})" if beside else name)


def _finding(code: str, sentence: str, *places: Place) -> Finding:
    return Finding(code, Source.NONE, sentence, _("Ask a supervisor."), Party.SUPERVISOR, places)


_NOT_YOURS = _(
    "Only a supervisor can take back a step. For a short time, the officer who took it can too."
)
_ANOTHERS = _("Only a supervisor can take back a step that somebody else took: %(about)s.")
_OVER = _("The time in which you could take back your own step is over: %(about)s.")
