"""Integrity checkers of messages: what an applicant wrote waits, until somebody has read it."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q

from icpcases.cases.models import FilingCase, HistoryRow, Request
from icpcases.rules.dossier import RequestStatus
from icpcases.workflow.actions.messages import SETTLES, is_from_applicant

from .registry import Found, checker


@checker
def message_unread() -> Iterator[Found]:
    """A message that nobody has read and that does not wait, or a wait for one that was read."""
    rows = HistoryRow.objects.filter(kind=HistoryRow.Kind.MESSAGE).select_related("case")
    written = rows.order_by("case_id", "sequence").iterator(chunk_size=2000)
    waiting = {case.pk: case for case in FilingCase.objects.exclude(message_waits=None)}
    for _pk, of_case in groupby(written, key=attrgetter("case_id")):
        chain = list(of_case)
        case, unread = chain[0].case, _first_unread(chain)
        waiting.pop(case.pk, None)
        if unread != case.message_waits:
            words = f"says that message {case.message_waits or 'none'} waits; it is {unread}."
            yield Found(case.reference, words)
    for case in waiting.values():
        yield Found(case.reference, f"says that message {case.message_waits} waits; it has none.")


def _first_unread(chain: Iterable[HistoryRow]) -> int | None:
    unread: list[int] = []
    for row in chain:
        read = row.entered.get(SETTLES) or ()
        unread = [number for number in unread if number not in read]
        if is_from_applicant(row):
            unread.append(row.sequence)
    return unread[0] if unread else None


@checker
def unread_in_no_queue() -> Iterator[Found]:
    """A case with an answer or a message that waits in nobody's queue, or in one for nothing."""
    answers = Request.objects.filter(case=OuterRef("pk"), status=RequestStatus.ANSWERED.value)
    waits = Q(message_waits__isnull=False) | Q(Exists(answers))
    lost = FilingCase.objects.filter(waits, answered=False)
    for reference in lost.order_by("pk").values_list("reference", flat=True):
        yield Found(reference, "has an answer or a message that waits, but lies in no queue.")
    idle = FilingCase.objects.filter(answered=True).exclude(waits)
    for reference in idle.order_by("pk").values_list("reference", flat=True):
        yield Found(reference, "lies in a queue for an answer or a message that there is not.")
