"""A rule's finding as a page shows it, and what a page shows of a refusal."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.rules.rule import Finding, Place
from icpcases.workflow.exceptions import BadEntry, NotAllowed, OutcomeUnknown, Refused, Stale
from icpcases.workflow.messages import label_of, remedy_of, sentence_of

from .troubles import Trouble, trouble_of

Link = Callable[[FilingCase, Place], str]


@dataclass(frozen=True)
class FindingView:
    """A finding as a page shows it, with links to where it is put right."""

    code: str
    sentence: str
    remedy: str
    who: str
    party: str
    source: str
    question: str
    links: list[tuple[str, str]]


def view_of(case: FilingCase, finding: Finding, link: Link) -> FindingView:
    """A finding with its words in the reader's language and the surface's links."""
    found = ((label_of(place), link(case, place)) for place in finding.places)
    return FindingView(
        code=finding.code,
        sentence=sentence_of(finding),
        remedy=remedy_of(finding),
        who=_(finding.who.label),
        party=finding.who.value,
        source=_(finding.source.value) if finding.source.value else "",
        question=_(finding.source.question) if finding.source.question else "",
        links=[(label, url) for label, url in found if url],
    )


@dataclass(frozen=True)
class Refusal:
    """A change that did not happen, as a page shows it; or one of which nobody knows.

    `stale` is what has happened since the page was opened, where that is asked.
    """

    status: int
    stale: list[HistoryRow] | None
    not_allowed: bool
    findings: list[FindingView]
    trouble: Trouble | None


def refusal_of(case: FilingCase, error: Refused, link: Link) -> Refusal:
    """What a page shows of a refusal: what happened meanwhile, or the rules in the way."""
    return Refusal(
        status_of(error),
        _meanwhile(case, error),
        isinstance(error, NotAllowed),
        [view_of(case, finding, link) for finding in getattr(error, "findings", ())],
        trouble_of(error),
    )


def _meanwhile(case: FilingCase, error: Refused) -> list[HistoryRow] | None:
    if isinstance(error, OutcomeUnknown):
        # Read now: if it was kept, it is among them.
        rows = HistoryRow.objects.filter(case=case, sequence__gt=error.seen_version)
        return list(rows.select_related("by").order_by("sequence"))
    return list(error.rows) if isinstance(error, Stale) else None


def status_of(error: Refused) -> int:
    """The HTTP status a refusal is answered with."""
    trouble = trouble_of(error)
    if trouble:
        return trouble.status
    if isinstance(error, NotAllowed):
        return 403
    return 422 if isinstance(error, BadEntry) else 409
