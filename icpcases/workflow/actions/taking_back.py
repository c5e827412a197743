"""Taking back a document that its own side has handed in and the office has not looked at."""

from icpcases.cases.models import Document, FilingCase, HistoryRow, Request
from icpcases.cases.permissions import roles_on
from icpcases.lifecycle.roles import Actor, Role
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import GONE, DocumentStatus, RequestStatus
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_ITS_OWN_SIDE, ONLY_WHILE_IT_RUNS

from .checks import Kinds
from .documents import came_with_answer


def take_paper_back(case: FilingCase, by: Actor, pk: int, seen_version: int) -> Document:
    """Take a document back: nobody relies on it, and what it alone has answered is open again.

    Raises NotAllowed for whoever is not on the case, and Closed once the office has looked at it.
    """
    with changing(case, by, seen_version, what="document") as change:
        if Role.APPLICANT not in roles_on(change.case, by):
            raise NotAllowed(by, ONLY_ITS_OWN_SIDE)
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        document = Document.objects.get(pk=pk, case=change.case)
        if not may_be_taken_back(change.case, document) or _looked_at(document):
            raise Closed((_too_late(document),))
        document.status = DocumentStatus.REMOVED.value
        document.save(update_fields=["status"])
        opened = _open_again(change, document)
        change.record(
            Kinds.DOCUMENT,
            entered={
                "taken_back": document.kind,
                "document": document.pk,
                "file": document.label,
                **({"opens": opened} if opened else {}),
            },
        )
        return document


def may_be_taken_back(case: FilingCase, document: Document) -> bool:
    """Whether it waits to be judged, and somebody on the case has handed it in."""
    waits = document.status == DocumentStatus.PENDING and not case.is_at.closed
    return waits and document.added_by_id in case.people_pks


def _looked_at(document: Document) -> bool:
    """Whether the office has judged or corrected it before, and is to confirm it anew."""
    rows = HistoryRow.objects.filter(case=document.case_id, kind=HistoryRow.Kind.DOCUMENT)
    return rows.filter(entered__document=document.pk, entered__has_key="judged").exists()


def _too_late(document: Document) -> Finding:
    return Finding(
        "document.taken_back",
        Source.NONE,
        _("The office has looked at this document, or handed it in itself: %(about)s."),
        _("Hand in another one; the newer one counts once it is accepted."),
        Party.APPLICANT,
        (Place(PlaceKind.DOCUMENT, document.kind, Kind(document.kind).label),),
    )


def _open_again(change: Change, document: Document) -> list[int]:
    """Open the requests that nothing answers any more once this document is gone."""
    opened = []
    for request in change.rows.requests:
        if request.status == RequestStatus.ANSWERED and _stood_on(request, document):
            request.status = RequestStatus.OPEN.value
            request.save(update_fields=["status"])
            opened.append(request.pk)
    return opened


def _stood_on(request: Request, document: Document) -> bool:
    came = came_with_answer(request)
    if all(paper.pk != document.pk for paper in came):
        return False
    if any(paper.status not in GONE for paper in came):
        return False
    if request.for_paper:
        waiting = Document.objects.filter(case=request.case_id, kind=request.about)
        return not waiting.filter(status=DocumentStatus.PENDING.value).exists()
    return not request.answer and request.value is None
