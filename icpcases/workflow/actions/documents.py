"""Documents that are handed in, one or several at once; the same file twice is noticed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from icpcases.cases.document_store import keep_document
from icpcases.cases.forms.document_formset import PaperRows
from icpcases.cases.forms.documents import own_kinds
from icpcases.cases.models import Document, FilingCase, HistoryRow, NotNeeded, Request
from icpcases.cases.permissions import roles_on
from icpcases.lifecycle.roles import Actor, Role
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Cleaned
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_THOSE_ON_THE_CASE, ONLY_WHILE_IT_RUNS

from .asking import answer_by_paper
from .checks import Kinds, When, account_of, need_unlocked, need_worker


def add_document(
    case: FilingCase, by: Actor, data: Cleaned, seen_version: int, happened: When = None
) -> Document:
    """Hand in a document, given a valid DocumentForm's data."""
    with changing(case, by, seen_version, happened, what="document") as change:
        return hand_in(change, [data])[0]


def add_documents(
    case: FilingCase, by: Actor, papers: Iterable[Cleaned], seen_version: int
) -> list[Document]:
    """Hand in several documents, all or none, given the data of valid DocumentForms."""
    with changing(case, by, seen_version, what="document") as change:
        return hand_in(change, papers)


def mark_not_needed(
    case: FilingCase,
    by: Actor,
    kind: Kind,
    not_needed: bool,
    seen_version: int,
    happened: When = None,
) -> None:
    """Say whether a conditional document's condition applies to this case."""
    with changing(case, by, seen_version, happened, what="document") as change:
        need_worker(change.case, by)
        need_unlocked(change)
        if not_needed:
            NotNeeded.objects.get_or_create(case=change.case, kind=kind.value)
        else:
            NotNeeded.objects.filter(case=change.case, kind=kind.value).delete()
        change.record(Kinds.DOCUMENT, entered={"not_needed": kind.value, "is": not_needed})


_FIELDS = ("number", "issued_in", "issued_on", "expires_on")
_HERE_ALREADY = {
    DocumentStatus.PENDING: _("The same file is here already, and waits to be judged: %(about)s."),
    DocumentStatus.ACCEPTED: _("The same file is here already, and is accepted: %(about)s."),
    DocumentStatus.REFUSED: _("The office has refused this same file already: %(about)s."),
}


def hand_in(
    change: Change, papers: Iterable[Cleaned], answering: int | None = None
) -> list[Document]:
    """Keep the documents of valid DocumentForms on a case that is locked, all or none.

    Each answers the open request for it, but for the one that is being answered in words.
    Raises NotAllowed for whoever may not, and Closed for a file that is there already.
    """
    if not roles_on(change.case, change.by) - {Role.AUDITOR}:
        raise NotAllowed(change.by, ONLY_THOSE_ON_THE_CASE)
    if change.case.is_at.closed:
        raise NotAllowed(change.by, ONLY_WHILE_IT_RUNS)
    return [_keep(change, data, answering) for data in papers]


def _keep(change: Change, data: Cleaned, answering: int | None) -> Document:
    kind = Kind(data["kind"])
    _need_new(change, kind, data["file"].sha256)
    fields = {name: data[name] for name in _FIELDS if name in data}
    document = keep_document(
        change.case, kind, data["file"], account_of(change.by), change.at, **fields
    )
    answers = answer_by_paper(change, kind.value, but=answering)
    change.record(
        HistoryRow.Kind.DOCUMENT,
        made={"documents": [document.pk]},
        entered={
            "added": document.kind,
            "file": document.label,
            "number": document.number,
            **({"answers": answers, "document": document.pk} if answers else {}),
        },
    )
    return document


def _need_new(change: Change, kind: Kind, sha256: str) -> None:
    same = Document.objects.filter(case=change.case, kind=kind.value, sha256=sha256).last()
    if same is None or same.status == DocumentStatus.REMOVED:
        return
    finding = Finding(
        "document.once",
        Source.NONE,
        _HERE_ALREADY[DocumentStatus(same.status)],
        _("Hand in a different file, or none: this one is not needed twice."),
        Party.APPLICANT,
        (Place(PlaceKind.DOCUMENT, kind.value, kind.label),),
    )
    raise Closed((finding,))


def came_with_answer(asked: Request) -> list[Document]:
    """The documents that came with the newest answer to a request, or were one themselves."""
    return came_with_answers(asked.case_id, [asked])[asked.pk]


def came_with_answers(case: int, requests: Iterable[Request]) -> dict[int, list[Document]]:
    """The same of several requests of a case, by their keys, in two queries."""
    said = Q(kind=HistoryRow.Kind.REQUEST, entered__has_key="answered")
    handed_in = Q(kind=HistoryRow.Kind.DOCUMENT, entered__has_key="answers")
    rows = HistoryRow.objects.filter(said | handed_in, case=case).order_by("sequence")
    came: dict[int, list[int]] = {}
    were: dict[int, list[int]] = defaultdict(list)
    for entered in rows.values_list("entered", flat=True):
        if "answered" in entered:
            came[entered["answered"]] = entered.get("papers", [])
        for pk in entered.get("answers", ()):
            were[pk].append(entered["document"])
    documents = {paper.pk: paper for paper in Document.objects.filter(case=case).order_by("pk")}
    found: dict[int, list[Document]] = {}
    for asked in requests:
        keys = {*came.get(asked.pk, ()), *(were[asked.pk] if asked.for_paper else ())}
        found[asked.pk] = [paper for pk, paper in documents.items() if pk in keys]
    return found


def repeated(documents: Iterable[Document]) -> list[str]:
    """A sentence for each file that its case holds as another kind of document too."""
    return [
        gettext("%(file)s is in this case as another document too: %(kind)s.")
        % {"file": document.label, "kind": same.get_kind_display()}
        for document in documents
        for same in same_files(document).filter(case=document.case_id)[:1]
    ]


def same_files(document: Document) -> QuerySet[Document]:
    """Other documents, of whatever case, with exactly this file."""
    rows = Document.objects.filter(sha256=document.sha256).exclude(sha256="")
    rows = rows.exclude(status=DocumentStatus.REMOVED.value)
    return rows.exclude(pk=document.pk).order_by("pk")


_KINDS = {kind.value for kind in Kind}


def paper_rows_of(request: Any, case: FilingCase) -> PaperRows:
    """The rows of a page that takes documents: the kind the link names, else what is wanted."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    kind = request.GET.get("kind", "")
    kinds = [kind] if kind in _KINDS else still_wanted(case)
    return PaperRows(data, files, kinds=kinds, own=own_kinds(case))


def still_wanted(case: FilingCase) -> list[str]:
    """The kinds of document that the case wants and that nobody has handed in."""
    dossier = dossier_for(case)
    there = {paper.kind for paper in dossier.relied_on}
    missing = [wanted.kind.value for wanted in dossier.wanted if wanted.kind not in there]
    return missing or [Kind.OTHER.value]
