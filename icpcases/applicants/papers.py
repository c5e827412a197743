"""The papers of a case as a checklist: what is wanted, what was handed in, how each stands."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Document, FilingCase, Request
from icpcases.files.small import has_small_picture
from icpcases.lifecycle.states import Phase
from icpcases.rules.documents import Kind, Wanted
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.types import Text
from icpcases.workflow.actions.taking_back import may_be_taken_back
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_for


class PaperStanding(TextChoices):
    """How it stands with one kind of paper, as its applicant reads it."""

    WANTED = "wanted", _("Wanted")
    MAYBE = "maybe", _("Wanted in some cases")
    LOOKED_AT = "looked_at", _("Being checked")
    ACCEPTED = "accepted", _("Accepted")
    ENDING = "ending", _("Ends soon")
    EXPIRED = "expired", _("Expired")
    REPLACE = "replace", _("To be replaced")

    @property
    def owed(self) -> bool:
        """Whether the applicant has something to hand in."""
        return self in (
            PaperStanding.WANTED,
            PaperStanding.REPLACE,
            PaperStanding.ENDING,
            PaperStanding.EXPIRED,
        )


@dataclass(frozen=True)
class HandedIn:
    """A document on its line, and what is said of it there; empty where the line says it."""

    document: Document
    said: Text = ""
    may_be_taken_back: bool = False

    @property
    def has_picture(self) -> bool:
        """Whether a small picture of it can be shown."""
        return bool(self.document.file) and has_small_picture(self.document.media_type)


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper. `when` is the condition on which it is wanted, `why` what the office has
    said of it, `until` the day on which what counts ends, where that is soon or over."""

    kind: Kind
    standing: PaperStanding
    when: str
    why: list[str]
    due_on: dt.date | None
    until: dt.date | None
    now: list[HandedIn]
    older: list[HandedIn]
    button: Text

    @property
    def label(self) -> str:
        """The name of the paper, in the reader's language."""
        return gettext(self.kind.label)

    @property
    def late(self) -> bool:
        """Whether the day by which it is asked for is over."""
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def several(self) -> bool:
        """Whether each of its papers stands for itself, and says itself how it stands."""
        return self.kind == Kind.OTHER and not self.why

    @property
    def owed(self) -> bool:
        """Whether its button is the one to press."""
        return bool(self.button) and self.standing.owed


@dataclass(frozen=True)
class Checklist:
    """The kinds a case wants, each a line, then whatever else was handed in."""

    wanted: list[PaperLine]
    others: list[PaperLine]

    @property
    def owed(self) -> int:
        """How many papers are still to be handed in or replaced."""
        return sum(line.owed for line in [*self.wanted, *self.others])

    @property
    def lines(self) -> list[PaperLine]:
        """All of it, in order."""
        return [*self.wanted, *self.others]


def checklist(case: FilingCase, rows: CaseFile) -> Checklist:
    """The papers of a case, out of the rows around it: no question for each line."""
    kinds = _Kinds(case, rows)
    always = sorted(kinds.wanted.values(), key=lambda wanted: bool(wanted.when))
    asked = [kind for kind in kinds.asked if kind not in kinds.wanted]
    others = [kind for kind in kinds.papers if kind not in kinds.wanted and kind not in asked]
    return Checklist(
        [kinds.line(kind) for kind in [*(wanted.kind for wanted in always), *asked]],
        [kinds.line(kind) for kind in others],
    )


class _Kinds:
    """What there is of each kind: whether it is wanted, asked for, handed in."""

    def __init__(self, case: FilingCase, rows: CaseFile) -> None:
        self.case, self.rows = case, rows
        self.dossier = dossier_for(case)
        self.wanted = {wanted.kind: wanted for wanted in self.dossier.wanted}
        self.papers: dict[Kind, list[Document]] = defaultdict(list)
        for document in rows.documents:
            if document.status != DocumentStatus.REMOVED:
                self.papers[Kind(document.kind)].append(document)
        self.asked: dict[Kind, list[Request]] = defaultdict(list)
        for request in rows.requests if not case.is_at.closed else ():
            if request.for_paper and request.status == RequestStatus.OPEN:
                self.asked[Kind(request.about)].append(request)

    def line(self, kind: Kind) -> PaperLine:
        """The line of a kind."""
        wanted, asked = self.wanted.get(kind, Wanted(kind)), self.asked.get(kind, [])
        one = OfKind(self.papers.get(kind, []), asked, self.last_day, wanted)
        standing, now = one.standing, one.now
        days = [request.due_on for request in asked if request.due_on]
        return PaperLine(
            kind,
            standing,
            when=gettext(wanted.when) if wanted.when else "",
            why=list(one.why),
            due_on=min(days, default=None),
            until=one.until,
            now=[self.handed_in(paper, one.said_now(paper)) for paper in now],
            older=[
                self.handed_in(paper, one.said_of_older(paper))
                for paper in one.papers
                if paper not in now
            ],
            button=self.button(kind, standing),
        )

    def handed_in(self, paper: Document, said: Text) -> HandedIn:
        return HandedIn(paper, said, may_be_taken_back(self.case, paper))

    @cached_property
    def last_day(self) -> dt.date:
        """The last day on which a paper that ends is as good as expired."""
        return timezone.localdate() + dt.timedelta(days=self.dossier.margin_days)

    def button(self, kind: Kind, standing: PaperStanding) -> Text:
        """What the button at the line says; none where nothing can be handed in any more."""
        if self.case.is_at.closed or (kind == Kind.OTHER and not self.asked.get(kind)):
            return ""
        done = self.case.is_at.phase == Phase.DONE
        if standing in (PaperStanding.WANTED, PaperStanding.MAYBE):
            return "" if done and not self.asked.get(kind) else _("Hand in")
        if standing == PaperStanding.LOOKED_AT:
            return _("Hand in another page")
        # What is accepted need not be touched; another one is still taken below the list.
        return "" if standing == PaperStanding.ACCEPTED else _("Replace")


@dataclass
class OfKind:
    """The papers of one kind, oldest first, with what asks for them."""

    papers: list[Document]
    asked: list[Request]
    last_day: dt.date
    wanted: Wanted

    def of(self, status: DocumentStatus) -> list[Document]:
        """Those that stand so."""
        return [paper for paper in self.papers if paper.status == status]

    @property
    def several(self) -> bool:
        """Whether each is a paper of its own, rather than a newer version of the one before."""
        return self.wanted.kind == Kind.OTHER

    @cached_property
    def standing(self) -> PaperStanding:
        """How it stands: what is asked decides, then what waits, then what counts."""
        if self.asked:
            return PaperStanding.REPLACE if self.papers else PaperStanding.WANTED
        if self.of(DocumentStatus.PENDING):
            return PaperStanding.LOOKED_AT
        if accepted := self.of(DocumentStatus.ACCEPTED):
            ends = accepted[-1].expires_on
            if ends is None or ends > self.last_day:
                return PaperStanding.ACCEPTED
            return PaperStanding.EXPIRED if ends < timezone.localdate() else PaperStanding.ENDING
        if self.papers:
            return PaperStanding.REPLACE
        return PaperStanding.MAYBE if self.wanted.when else PaperStanding.WANTED

    @cached_property
    def now(self) -> list[Document]:
        """Those that the line is about: what waits, what counts, or what is to be replaced."""
        if self.several:
            return self.papers
        if self.standing == PaperStanding.LOOKED_AT:
            return self.of(DocumentStatus.PENDING)
        if self.standing == PaperStanding.REPLACE:
            return _together(self.papers)
        return _together(self.of(DocumentStatus.ACCEPTED))

    @property
    def why(self) -> Iterator[str]:
        """What the office has said: what it asks, else why it has refused the newest."""
        if self.asked:
            yield from dict.fromkeys(request.text for request in self.asked)
        elif self.standing == PaperStanding.REPLACE:
            yield from dict.fromkeys(paper.refusal for paper in self.now if paper.refusal)

    @property
    def until(self) -> dt.date | None:
        """The day on which what counts ends, where that is to be told."""
        if self.standing not in (PaperStanding.ENDING, PaperStanding.EXPIRED):
            return None
        return self.of(DocumentStatus.ACCEPTED)[-1].expires_on

    def said_now(self, paper: Document) -> Text:
        """What is said of a paper the line is about, where the line does not say it."""
        return STANDS[paper.status] if self.several else ""

    def said_of_older(self, paper: Document) -> Text:
        """What is said of a paper in whose place another has come."""
        if paper.status == DocumentStatus.REFUSED:
            return _("refused by the office")
        if self.standing == PaperStanding.LOOKED_AT:
            return _("accepted; counts until the newer one is accepted")
        return _("replaced by a newer one")


#: How one document stands, in words.
STANDS: dict[str, Text] = {
    DocumentStatus.PENDING.value: _("being looked at"),
    DocumentStatus.ACCEPTED.value: _("accepted by the office"),
    DocumentStatus.REFUSED.value: _("refused by the office"),
    DocumentStatus.REMOVED.value: _("no longer counts"),
}


def _together(papers: list[Document]) -> list[Document]:
    """The newest, with what was handed in along with it: the two sides of a card."""
    return [paper for paper in papers if paper.added_at == papers[-1].added_at]
