"""Whose case it is in the office, and internal notes on it."""

from typing import Any

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working, roles_on, shown_name
from icpcases.lifecycle.roles import Role
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import NotAllowed

from .checks import Kinds, When, need_worker


def assign(
    case: FilingCase, by: Any, officer: Any, seen_version: int, happened: When = None
) -> None:
    """Give the case to an officer, or to nobody. Officers claim and release, supervisors assign."""
    with changing(case, by, seen_version, happened, what="assignment") as change:
        need_worker(change.case, by)
        own = officer is None or officer == by
        taken = change.case.officer_id not in (None, by.pk)
        if Role.SUPERVISOR not in roles_on(change.case, by) and (not own or taken):
            raise NotAllowed(by)
        if officer is not None and not is_working(officer):
            raise NotAllowed(officer)
        if change.case.officer != officer:
            change.case.officer = officer
            name = shown_name(officer) if officer else ""
            change.record(Kinds.ASSIGNMENT, entered={"assigned": name})


def add_note(
    case: FilingCase, by: Any, text: str, seen_version: int, happened: When = None
) -> None:
    """Leave an internal note."""
    with changing(case, by, seen_version, happened, what="note") as change:
        need_worker(change.case, by)
        change.record(Kinds.NOTE, note_internal=text)
