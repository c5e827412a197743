"""Messages between an applicant and the office: written, answered, marked as read.

A message is a row of the history and is never changed. Those of the applicant wait, in somebody's
queue, until the office answers or an officer marks them as read. A message changes nothing that
anybody's act depends on: it makes no page stale, and it is written whatever happened meanwhile.
"""

from django.db.models import QuerySet

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.cases.permissions import is_theirs
from icpcases.lifecycle.roles import Actor
from icpcases.rules.rule import Finding, Party, Source
from icpcases.rules.text import _
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_THOSE_ON_THE_CASE

from .checks import Kinds, When, need_worker

#: What a history row of a message says under `entered`: whose it is, which ones it settles.
FROM, APPLICANT, OFFICE, SETTLES = "from", "applicant", "office", "settles"


def write_to_office(
    case: FilingCase, by: Actor, text: str, seen_version: int, happened: When = None
) -> None:
    """A message of the applicant: it waits until the office answers it or has read it.

    Raises NotAllowed unless `by` is a person of the case, and DoneAlready.
    """
    with changing(case, by, seen_version, happened, "message", whatever_happened=True) as change:
        if not is_theirs(change.case, by):
            raise NotAllowed(by, ONLY_THOSE_ON_THE_CASE)
        if change.case.message_waits is None:
            # The number that its row is about to get.
            change.case.message_waits = change.case.version + 1
        change.record(Kinds.MESSAGE, note_public=text, entered={FROM: APPLICANT})


def write_to_applicant(
    case: FilingCase, by: Actor, text: str, seen_version: int, happened: When = None
) -> None:
    """A message of the office, told by mail; it answers what the page showed, and nothing later.

    Raises NotAllowed unless `by` works cases, and DoneAlready.
    """
    with changing(case, by, seen_version, happened, "message", whatever_happened=True) as change:
        need_worker(change.case, by)
        entered = {FROM: OFFICE, SETTLES: _settle(change, seen_version)}
        change.record(Kinds.MESSAGE, note_public=text, entered=entered, told=True)


def mark_read(case: FilingCase, by: Actor, seen_version: int, happened: When = None) -> None:
    """No answer is needed to the messages that the page showed.

    Nothing is recorded where none waits any more. Raises NotAllowed, DoneAlready, and Closed where
    the page showed none of those that wait.
    """
    with changing(case, by, seen_version, happened, "message", whatever_happened=True) as change:
        need_worker(change.case, by)
        if settled := _settle(change, seen_version):
            change.record(Kinds.MESSAGE, entered={SETTLES: settled})
        elif change.case.message_waits is not None:
            raise Closed((_NOT_SEEN,))


_NOT_SEEN = Finding(
    "message.seen",
    Source.NONE,
    _("The page you came from did not show the message that waits."),
    _("Read it on the case's page first."),
    Party.OFFICER,
)


def _settle(change: Change, seen_version: int) -> list[int]:
    """Settle the waiting messages up to the version somebody has seen; their numbers."""
    waiting = [row.sequence for row in waiting_messages(change.case)]
    settled = [number for number in waiting if number <= seen_version]
    change.case.message_waits = next((n for n in waiting if n > seen_version), None)
    return settled


def waiting_messages(case: FilingCase) -> list[HistoryRow]:
    """The messages of the applicant that nobody has answered or read, oldest first; no query
    where none waits."""
    if case.message_waits is None:
        return []
    rows = HistoryRow.objects.filter(
        case=case, kind=Kinds.MESSAGE, sequence__gte=case.message_waits
    )
    return [row for row in rows.select_related("by").order_by("sequence") if is_from_applicant(row)]


def is_from_applicant(row: HistoryRow) -> bool:
    """Whether it is a message that the applicant's people have written."""
    return row.kind == Kinds.MESSAGE and row.entered.get(FROM) == APPLICANT


def waits(case: FilingCase, row: HistoryRow) -> bool:
    """Whether a message of the applicant waits: all that came behind the first that does."""
    if case.message_waits is None or not is_from_applicant(row):
        return False
    return row.sequence >= case.message_waits


def written_messages(case: FilingCase) -> QuerySet[HistoryRow]:
    """All messages of both sides, newest first; without the marks that one was read."""
    rows = HistoryRow.objects.filter(case=case, kind=Kinds.MESSAGE).exclude(note_public="")
    return rows.select_related("by").order_by("-sequence")
