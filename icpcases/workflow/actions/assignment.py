"""Whose case it is in the office, and internal notes on it."""

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_supervisor, is_working, shown_name
from icpcases.lifecycle.roles import Actor
from icpcases.rules.rule import Finding, Party, Source
from icpcases.rules.text import _
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_TO_WORKERS, another_officers_case, giving_away

from .checks import Kinds, When, account_of, need_worker


def assign(
    case: FilingCase, by: Actor, officer: Actor | None, seen_version: int, happened: When = None,
    claiming: bool = False,
) -> None:  # fmt: skip
    """Give the case to an officer, or to nobody. Officers claim and release, supervisors assign."""
    with changing(case, by, seen_version, happened, what="assignment") as change:
        need_worker(change.case, by)
        if wanting := assignment_findings(change.case, by, officer):
            raise NotAllowed(by, wanting)
        if claiming and change.case.officer_id not in (None, by.pk):
            raise Closed((_TAKEN_ALREADY,))
        if officer is not None and not is_working(officer):
            raise NotAllowed(officer, ONLY_TO_WORKERS)
        if change.case.officer != officer:
            taker = None if officer is None else account_of(officer)
            change.case.officer = taker
            name = shown_name(taker) if taker else ""
            change.record(Kinds.ASSIGNMENT, entered={"assigned": name})


def claim_case(case: FilingCase, by: Actor, seen_version: int) -> None:
    """Take a case that nobody has: even a supervisor takes a colleague's only by assigning it."""
    assign(case, by, by, seen_version, claiming=True)


def assignment_findings(
    case: FilingCase, by: Actor, officer: Actor | None = None
) -> tuple[Finding, ...]:
    """Why the user may not give the case to this officer, or to nobody; empty if he may."""
    if is_supervisor(by):
        return ()
    if case.officer_id not in (None, by.pk):
        return another_officers_case()
    return () if officer is None or officer == by else giving_away()


_TAKEN_ALREADY = Finding(
    "case.unassigned",
    Source.NONE,
    _("A colleague already works on this case. You can only claim cases that nobody has."),
    _("Assign it to yourself if you want to take it over."),
    Party.SUPERVISOR,
)


def add_note(
    case: FilingCase, by: Actor, text: str, seen_version: int, happened: When = None
) -> None:
    """Leave an internal note."""
    with changing(case, by, seen_version, happened, what="note") as change:
        need_worker(change.case, by)
        change.record(Kinds.NOTE, note_internal=text)
