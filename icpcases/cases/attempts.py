"""What every surface does with a change somebody sends: try it, and tell why it was refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from icpcases.rules.rule import Finding, Place

from .door import Closed, NotAllowed, Refused, Stale
from .models import FilingCase, HistoryRow
from .uploads import check_ahead
from .wording import label_of, remedy_of, sentence_of

Link = Callable[[FilingCase, Place], str]


@dataclass(frozen=True)
class Told:
    """A finding as a page shows it, with links to where it is put right."""

    code: str
    sentence: str
    remedy: str
    who: str
    party: str
    source: str
    question: str
    links: list[tuple[str, str]]


def tell(case: FilingCase, finding: Finding, link: Link) -> Told:
    """A finding with its words in the reader's language and the surface's links."""
    found = ((label_of(place), link(case, place)) for place in finding.places)
    return Told(
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
    """A change that did not happen, as a page shows it."""

    status: int
    stale: list[HistoryRow] | None
    not_allowed: bool
    findings: list[Told]


def refusal_of(case: FilingCase, error: Refused, link: Link) -> Refusal:
    """What a page shows of a refusal: what happened meanwhile, or the rules in the way."""
    return Refusal(
        status_of(error),
        list(error.rows) if isinstance(error, Stale) else None,
        isinstance(error, NotAllowed),
        [tell(case, finding, link) for finding in getattr(error, "findings", ())],
    )


def status_of(error: Refused) -> int:
    """The HTTP status a refusal is answered with."""
    if isinstance(error, NotAllowed):
        return 403
    return 409 if isinstance(error, Closed | Stale) else 422


def typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent: values and files under one roof, as the door takes them."""
    check_ahead(request.FILES.values())
    return {**request.POST.dict(), **request.FILES.dict()}


def seen_version(request: HttpRequest) -> int:
    """The version of the case that the page showed; -1, which is always stale, if it is odd."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def went(request: HttpRequest, url: str) -> HttpResponse:
    """On to another page; a script that shows an upload's progress goes there itself."""
    if "X-Progress" in request.headers:
        return HttpResponse(status=204, headers={"X-Location": url})
    return HttpResponseRedirect(url)


@dataclass(frozen=True)
class Attempt:
    """How a change went: done, or refused with a status."""

    done: bool
    refusal: Refusal | None
    status: int


def attempt(
    request: HttpRequest, case: FilingCase, change: Callable[[int], Any], link: Link
) -> Attempt:
    """Try a change of the version the page showed."""
    try:
        change(seen_version(request))
    except Refused as error:
        if isinstance(error, Stale):
            case.refresh_from_db()
        refusal = refusal_of(case, error, link)
        return Attempt(False, refusal, refusal.status)
    except OperationalError:
        # The lock was not to be had in time; nothing was changed.
        busy(request)
        return Attempt(False, None, 409)
    return Attempt(True, None, 302)


def busy(request: HttpRequest) -> None:
    """Say that somebody else holds the case just now."""
    messages.warning(request, _("Somebody else is just changing this case. Try again."))
