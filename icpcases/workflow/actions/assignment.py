"""Whose case it is in the office, and internal notes on it."""

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working, roles_on, shown_name
from icpcases.lifecycle.roles import Actor, Role
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import NotAllowed

from .checks import Kinds, When, account_of, need_worker


def assign(
    case: FilingCase, by: Actor, officer: Actor | None, seen_version: int, happened: When = None
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
            taker = None if officer is None else account_of(officer)
            change.case.officer = taker
            name = shown_name(taker) if taker else ""
            change.record(Kinds.ASSIGNMENT, entered={"assigned": name})


def add_note(
    case: FilingCase, by: Actor, text: str, seen_version: int, happened: When = None
) -> None:
    """Leave an internal note."""
    with changing(case, by, seen_version, happened, what="note") as change:
        need_worker(change.case, by)
        change.record(Kinds.NOTE, note_internal=text)
