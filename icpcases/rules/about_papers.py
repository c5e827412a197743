"""The rules about documents and about requests to the applicant."""

from datetime import date, timedelta

from .dossier import DocumentStatus, Dossier, RequestStatus
from .facts import ServerRegion
from .rule import Gap, Party, Place, PlaceKind, Rule, Source, Verdict3, Words
from .text import _


def _document_mainland(d: Dossier) -> Verdict3:
    outside = [
        paper.kind
        for paper in d.relied_on
        if not paper.kind.self_made and paper.issued_in != ServerRegion.MAINLAND
    ]
    if not outside:
        return True
    return (Gap(DOCUMENT_MAINLAND.failing, Rule.document_places(outside)),)


DOCUMENT_MAINLAND = Rule(
    "document.mainland",
    Source.FOREIGN,
    _document_mainland,
    Words(
        _("Issued outside the Mainland, which is never accepted: %(about)s."),
        _("Replace it by a document issued in the Mainland; for an ID, name another person."),
        Party.APPLICANT,
    ),
    Words(_("Every document was issued in the Mainland."), _("Go on."), Party.NOBODY),
    asks=_("The document must have been issued in the Mainland."),
)

_MISSING = Words(
    _("Still missing: %(about)s."),
    _("Supply the document."),
    Party.APPLICANT,
)
_UNJUDGED = Words(
    _("Not yet judged: %(about)s."),
    _("Look at the document, and accept or refuse it."),
    Party.OFFICER,
)


def _document_complete(d: Dossier) -> Verdict3:
    pending = {p.kind for p in d.papers if p.status == DocumentStatus.PENDING}
    wanted = [w.kind for w in d.wanted]
    missing = [kind for kind in wanted if kind not in pending and not d.has_accepted(kind)]
    # A newer paper beside an accepted one may replace it, so it waits to be judged too.
    unjudged = [kind for kind in wanted if kind in pending]
    return tuple(
        Gap(words, Rule.document_places(found))
        for words, found in ((_MISSING, missing), (_UNJUDGED, unjudged))
        if found
    )


DOCUMENT_COMPLETE = Rule(
    "document.complete",
    Source.NONE,
    _document_complete,
    _MISSING,
    Words(_("Every document is there and accepted."), _("Go on."), Party.NOBODY),
)


def _document_current(d: Dossier) -> Verdict3:
    last = d.today + timedelta(days=d.margin_days)
    ends = [(paper.kind, paper.expires) for paper in d.relied_on if paper.expires]
    # A newer paper supersedes an older one of its kind.
    latest = {kind: max(end for of, end in ends if of == kind) for kind, _end in ends}
    old = [wanted.kind for wanted in d.wanted if latest.get(wanted.kind, date.max) <= last]
    return (Gap(DOCUMENT_CURRENT.failing, Rule.document_places(old)),) if old else True


DOCUMENT_CURRENT = Rule(
    "document.current",
    Source.NONE,
    _document_current,
    Words(
        _("Expired, or about to expire: %(about)s."),
        _("Renew the document and supply the new one."),
        Party.APPLICANT,
    ),
    Words(_("No document is about to expire."), _("Go on."), Party.NOBODY),
    asks=_("The document must not have expired, nor be about to."),
    reads_date=True,
)

_UNANSWERED = Words(
    _("The applicant has not answered: %(about)s."),
    _("Answer the request."),
    Party.APPLICANT,
)
_ANSWERED = Words(
    _("Answered, but not yet judged: %(about)s."),
    _("Accept the answer, ask again, or waive the request."),
    Party.OFFICER,
)


def _request_settled(d: Dossier) -> Verdict3:
    by_status = {
        RequestStatus.OPEN: _UNANSWERED,
        RequestStatus.ANSWERED: _ANSWERED,
    }
    return tuple(
        Gap(
            words,
            tuple(Place(PlaceKind.REQUEST, a.key, a.text) for a in d.asks if a.status == status),
        )
        for status, words in by_status.items()
        if any(a.status == status for a in d.asks)
    )


REQUEST_SETTLED = Rule(
    "request.settled",
    Source.NONE,
    _request_settled,
    _UNANSWERED,
    Words(_("No request is waiting."), _("Go on."), Party.NOBODY),
)
