"""What waits for an officer's judgement: on a case one after the other, then over the queue."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from icpcases.cases.models import Document, FilingCase, Request
from icpcases.lifecycle.roles import Actor
from icpcases.rules.dossier import DocumentStatus, RequestStatus

from .queue import own_queue

PAPER, REQUEST = "document", "request"


@dataclass(frozen=True)
class ToJudge:
    """A document or an answered request that waits, and on which case."""

    case_id: int
    kind: str
    pk: int


def next_on_case(
    case: FilingCase, paper: int | None = None, request: int | None = None
) -> ToJudge | None:
    """What is judged next on a case: its documents in order, then its answered requests.

    Given what was passed over, only what comes behind it.
    """
    if request is None:
        papers = papers_waiting(case).filter(pk__gt=paper or 0)
        found = papers.values_list("pk", flat=True).first()
        if found:
            return ToJudge(case.pk, PAPER, found)
    answered = Request.objects.filter(case=case, status=RequestStatus.ANSWERED.value)
    found = answered.filter(pk__gt=request or 0).values_list("pk", flat=True).first()
    return ToJudge(case.pk, REQUEST, found) if found else None


def papers_waiting(case: FilingCase) -> QuerySet[Document]:
    """The documents of a case that nobody has judged yet, oldest first."""
    return Document.objects.filter(case=case, status=DocumentStatus.PENDING.value).order_by("pk")


def next_in_queue(user: Actor, after: int | None = None) -> ToJudge | None:
    """The first that waits on the user's cases in the order of the queue, or behind one of them.

    Behind the last case comes the first again.
    """
    keys = own_queue(user)
    at = keys.index(after) if after in keys else len(keys)
    keys = keys[at + 1 :] + keys[:at]
    waiting = FilingCase.objects.filter(pk__in=keys).filter(something_waits()).only("pk").in_bulk()
    first = next((waiting[pk] for pk in keys if pk in waiting), None)
    return next_on_case(first) if first else None


def something_waits() -> Q:
    """That a document or an answer of a case waits to be judged; a message is read elsewhere."""
    papers = Document.objects.filter(case=OuterRef("pk"), status=DocumentStatus.PENDING.value)
    answers = Request.objects.filter(case=OuterRef("pk"), status=RequestStatus.ANSWERED.value)
    return Q(answered=True) & Q(Exists(answers)) | Q(Exists(papers))
