"""Documents that are handed in, one or several at once; the same file twice is noticed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.rule import Finding, Party, Place, Source
from icpcases.rules.text import _

from .door import Change, Closed, NotAllowed
from .explain import roles_on
from .models import Document, HistoryRow, Request
from .papers import keep_document
from .roles import Role

_FIELDS = ("number", "issued_in", "issued_on", "expires_on")
_HERE_ALREADY = {
    DocumentStatus.PENDING: _("The same file is here already, and waits to be judged: %(about)s."),
    DocumentStatus.ACCEPTED: _("The same file is here already, and is accepted: %(about)s."),
    DocumentStatus.REFUSED: _("The office has refused this same file already: %(about)s."),
}


def hand_in(change: Change, papers: Iterable[Mapping[str, Any]]) -> list[Document]:
    """Keep the documents of valid DocumentForms on a case that is locked, all or none.

    Raises NotAllowed for whoever may not, and Closed for a file that is there already.
    """
    if not roles_on(change.case, change.by) - {Role.AUDITOR} or change.case.is_at.closed:
        raise NotAllowed(change.by)
    return [_keep(change, data) for data in papers]


def _keep(change: Change, data: Mapping[str, Any]) -> Document:
    kind = Kind(data["kind"])
    _need_new(change, kind, data["file"].sha256)
    fields = {name: data[name] for name in _FIELDS if name in data}
    document = keep_document(change.case, kind, data["file"], change.by, change.at, **fields)
    change.record(
        HistoryRow.Kind.DOCUMENT,
        made={"documents": [document.pk]},
        entered={"added": document.kind, "file": document.label, "number": document.number},
    )
    return document


def _need_new(change: Change, kind: Kind, sha256: str) -> None:
    same = Document.objects.filter(case=change.case, kind=kind.value, sha256=sha256).last()
    if same is None:
        return
    finding = Finding(
        "document.once",
        Source.NONE,
        _HERE_ALREADY[DocumentStatus(same.status)],
        _("Hand in another file, or none: this one need not come twice."),
        Party.APPLICANT,
        (Place("document", kind.value, kind.label),),
    )
    raise Closed((finding,))


def came_with_answer(asked: Request) -> list[Document]:
    """The documents that the newest answer to a request brought along."""
    rows = HistoryRow.objects.filter(case=asked.case_id, kind=HistoryRow.Kind.REQUEST)
    newest = rows.filter(entered__answered=asked.pk).order_by("sequence").last()
    papers = newest.entered.get("papers", []) if newest else []
    return list(Document.objects.filter(case=asked.case_id, pk__in=papers).order_by("pk"))


def repeated(documents: Iterable[Document]) -> list[str]:
    """A sentence for each file that its case holds as another kind of document too."""
    return [
        gettext("%(file)s is in this case as another document too: %(kind)s.")
        % {"file": document.label, "kind": same.get_kind_display()}
        for document in documents
        for same in same_files(document).filter(case=document.case_id)[:1]
    ]


def same_files(document: Document) -> Any:
    """Other documents, of whatever case, with exactly this file."""
    rows = Document.objects.filter(sha256=document.sha256).exclude(sha256="")
    return rows.exclude(pk=document.pk).order_by("pk")
