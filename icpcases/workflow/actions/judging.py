"""Judging the documents of a case: accept, refuse, correct what was read off, take out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from icpcases.cases.forms.documents import READ_OFF
from icpcases.cases.models import Document, FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.rules.about_papers import DOCUMENT_MAINLAND
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.rule import Finding, Place, PlaceKind
from icpcases.types import Cleaned
from icpcases.workflow.changes import Change, changing, plain
from icpcases.workflow.comparison import differences_of
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_ACCEPTED_PAPERS, ONLY_WHILE_IT_RUNS

from .asking import answer_by_paper, ask_for_paper, settle_for_paper
from .checks import (
    Kinds,
    When,
    account_of,
    failing_invariants,
    need_invariants,
    need_reason,
    need_unlocked,
    need_worker,
)

_WRITTEN = ["status", "refusal", *READ_OFF]


def judge_document(
    case: FilingCase,
    by: Actor,
    pk: int,
    accept: bool,
    refusal: str,
    seen_version: int,
    happened: When = None,
    read_off: Cleaned | None = None,
    quiet: bool = False,
) -> Document:
    """Accept or refuse a document. Raises Closed where its papers stand or may not be accepted.

    `read_off` corrects what somebody typed of it. Refusing asks the applicant for another one,
    by one request and one mail; not where it is done `quiet`ly.
    """
    with changing(case, by, seen_version, happened, what="document") as change:
        need_worker(change.case, by)
        if not accept:
            need_reason(refusal)
        judged = Judged.of(change, pk, read_off)
        return judged.accept() if accept else judged.refuse(refusal, quiet)


def accept_documents(
    case: FilingCase, by: Actor, keys: Iterable[int], seen_version: int
) -> list[Document]:
    """Accept several documents that still wait: all of them, or none."""
    with changing(case, by, seen_version, what="document") as change:
        need_worker(change.case, by)
        waiting = Document.objects.filter(case=change.case, status=DocumentStatus.PENDING.value)
        papers = list(waiting.filter(pk__in=keys).order_by("pk"))
        need_mainland(papers)
        return [Judged(change, paper).accept() for paper in papers]


def correct_document(
    case: FilingCase, by: Actor, pk: int, read_off: Cleaned, seen_version: int
) -> Document:
    """Correct what was read off a document: kind, number, place and dates."""
    with changing(case, by, seen_version, what="document") as change:
        need_worker(change.case, by)
        failing = failing_invariants(change)
        judged = Judged.of(change, pk, read_off)
        document = judged.document
        if document.status == DocumentStatus.ACCEPTED:
            need_mainland([document])
            if any(name in ("kind", "issued_in") for name, _old, _new in judged.corrected):
                need_unlocked(change)
        if judged.corrected:
            document.save(update_fields=_WRITTEN)
            need_invariants(change, failing)
            judged.record()
        return document


def remove_document(
    case: FilingCase, by: Actor, pk: int, reason: str, seen_version: int
) -> Document:
    """Take a document out, with a reason: nobody relies on it any more, its file is kept."""
    with changing(case, by, seen_version, what="document") as change:
        need_worker(change.case, by)
        need_reason(reason)
        judged = Judged.of(change, pk)
        judged.move(DocumentStatus.REMOVED, reason)
        judged.record(reasons=[{"about": judged.document.kind, "text": reason}])
        return judged.document


def take_over_document(case: FilingCase, by: Actor, source: int, seen_version: int) -> Document:
    """Use a document that was accepted on another case of the same applicant; its file is shared.

    It is accepted here too, unless something on it does not fit this case. Raises NotAllowed for a
    document that is none of these.
    """
    with changing(case, by, seen_version, what="document") as change:
        need_worker(change.case, by)
        theirs = reusable_documents(change.case).filter(pk=source).first()
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        if theirs is None:
            raise NotAllowed(by, ONLY_ACCEPTED_PAPERS)
        copied = {field: getattr(theirs, field) for field in _COPIED}
        document = Document(case=change.case, added_by=account_of(by), added_at=change.at, **copied)
        fits = not differences_of(document, change.case)
        document.status = (DocumentStatus.ACCEPTED if fits else DocumentStatus.PENDING).value
        document.save(force_insert=True)
        moved = (settle_for_paper if fits else answer_by_paper)(change, document.kind)
        change.record(
            Kinds.DOCUMENT,
            made={"documents": [document.pk]},
            entered={
                "added": document.kind, "file": document.label, "number": document.number,
                "taken_from": theirs.case.reference, "document": document.pk,
                "status": document.status, ("settles" if fits else "answers"): moved,
            },
        )  # fmt: skip
        return document


_COPIED = (*READ_OFF, "issuer", "file", "label", "media_type", "size", "sha256", "pages")
#: What says something about the site or this errand, rather than about the applicant.
_OF_THE_SITE = (
    Kind.DOMAIN_CERTIFICATE, Kind.APP_FEATURES, Kind.BBS_PREAPPROVAL, Kind.BOARD_LIST,
    Kind.SERVICE_RULES, Kind.SECURITY_MEASURES, Kind.AUTHORISATION_LETTER, Kind.OTHER,
)  # fmt: skip


def reusable_documents(case: FilingCase) -> QuerySet[Document]:
    """The accepted documents about the applicant on other cases, the newest first."""
    accepted = Document.objects.filter(status=DocumentStatus.ACCEPTED.value)
    others = accepted.filter(case__applicant=case.applicant_id).exclude(case=case.pk)
    kinds = [kind.value for kind in _OF_THE_SITE]
    return others.exclude(kind__in=kinds).select_related("case").order_by("-pk")


@dataclass
class Judged:
    """A document that is judged within a change, with what was corrected of it."""

    change: Change
    document: Document
    corrected: tuple[tuple[str, object, object], ...] = ()

    @classmethod
    def of(cls, change: Change, pk: int, read_off: Cleaned | None = None) -> "Judged":
        """The document with what was read off it now."""
        document = Document.objects.get(pk=pk, case=change.case)
        return cls(change, document, tuple(_correct(document, read_off or {})))

    def accept(self) -> Document:
        """Accept it; what asked for it is settled with it, once no other one of it waits."""
        need_mainland([self.document])
        self.document.status, self.document.refusal = DocumentStatus.ACCEPTED.value, ""
        self.document.save(update_fields=_WRITTEN)
        kind = self.document.kind
        others = Document.objects.filter(case=self.change.case, kind=kind)
        waits = others.filter(status=DocumentStatus.PENDING.value).exists()
        settled = [] if waits else settle_for_paper(self.change, kind)
        self.record({"settles": settled} if settled else None)
        return self.document

    def refuse(self, reason: str, quiet: bool) -> Document:
        """Refuse it, and ask for another one."""
        self.move(DocumentStatus.REFUSED, reason)
        kind, asked = self.document.kind, None
        if not (quiet or self.change.case.is_at.closed):
            asked = {"asks": ask_for_paper(self.change, kind, reason).pk}
        self.record(asked, told=not quiet, reasons=[{"about": kind, "text": reason}])
        return self.document

    def move(self, status: DocumentStatus, reason: str) -> None:
        """Give up a document, unless the case's state stands on it."""
        before, failing = self.document.status, failing_invariants(self.change)
        self.document.status, self.document.refusal = status.value, reason
        self.document.save(update_fields=_WRITTEN)
        if before == DocumentStatus.ACCEPTED:
            need_unlocked(self.change)
            need_invariants(self.change, failing)

    def record(
        self,
        more: Mapping[str, object] | None = None,
        told: bool = False,
        reasons: list[dict[str, str]] | None = None,
    ) -> None:
        """The history row: what was judged, how, and what was corrected, from what to what."""
        document = self.document
        corrected: dict[str, list[object]] = {}
        if self.corrected:
            corrected["corrected"] = [
                [name, plain(old), plain(new)] for name, old, new in self.corrected
            ]
        self.change.record(
            Kinds.DOCUMENT,
            made=corrected,
            entered={
                "judged": document.kind,
                "document": document.pk,
                "status": document.status,
                **(more or {}),
            },
            told=told,
            reasons=reasons or [],
        )


def _correct(
    document: Document, read_off: Mapping[str, object]
) -> list[tuple[str, object, object]]:
    """Put on a document what was read off it; what that has changed."""
    corrected = []
    for name, new in read_off.items():
        old = getattr(document, name)
        if (old or None) != (new or None):
            setattr(document, name, new)
            corrected.append((name, old, new))
    return corrected


def need_mainland(papers: Iterable[Document]) -> None:
    """Raises Closed where one of the documents was issued outside the Mainland."""
    outside = [paper for paper in papers if paper.issued_in not in (None, "mainland")]
    if not outside:
        return
    rule, words = DOCUMENT_MAINLAND, DOCUMENT_MAINLAND.failing
    places = tuple(
        Place(PlaceKind.DOCUMENT, kind, Kind(kind).label)
        for kind in dict.fromkeys(paper.kind for paper in outside)
    )
    finding = Finding(rule.code, rule.source, words.sentence, words.remedy, words.who, places)
    raise Closed((finding,))
