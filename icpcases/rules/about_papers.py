"""The rules about documents and about requests to the applicant."""

from datetime import timedelta

from .documents import Kind
from .dossier import DocumentStatus, Dossier, Paper, RequestStatus
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
# What the office does about it is its own affair.
_LOOKED_AT = Words(
    _("Being looked at: %(about)s."),
    _("Nothing is needed from you; the office tells you if something is to be replaced."),
    Party.OFFICER,
)


def _document_complete(d: Dossier) -> Verdict3:
    pending = {p.kind for p in d.papers if p.status == DocumentStatus.PENDING}
    wanted = [w.kind for w in d.wanted]
    missing = [kind for kind in wanted if kind not in pending and not d.has_accepted(kind)]
    # A newer paper beside an accepted one may replace it, so it waits to be judged too.
    unjudged = [kind for kind in wanted if kind in pending]
    return tuple(
        Gap(words, Rule.document_places(found), told, told=told is not None)
        for words, found, told in ((_MISSING, missing, None), (_UNJUDGED, unjudged, _LOOKED_AT))
        if found
    )


DOCUMENT_COMPLETE = Rule(
    "document.complete",
    Source.NONE,
    _document_complete,
    _MISSING,
    Words(_("Every document is there and accepted."), _("Go on."), Party.NOBODY),
)


_RENEWED = Words(
    _("Expired, or about to expire, and a newer one is not yet judged: %(about)s."),
    _("Look at the newer document, and accept or refuse it."),
    Party.OFFICER,
)


def _document_current(d: Dossier) -> Verdict3:
    last = d.today + timedelta(days=d.margin_days)
    # Oldest first: of each kind the newest accepted one stays, whether or not it ever expires.
    newest = {p.kind: p for p in d.relied_on if p.status == DocumentStatus.ACCEPTED}
    old = [p for p in map(newest.get, _kinds_wanted(d)) if p and p.expires and p.expires <= last]
    renewed = [p.kind for p in old if _newer_waits(d, p)]
    lacking = [p.kind for p in old if p.kind not in renewed]
    return tuple(
        Gap(words, Rule.document_places(kinds), told, told=told is not None)
        for words, kinds, told in (
            (DOCUMENT_CURRENT.failing, lacking, None),
            (_RENEWED, renewed, _LOOKED_AT),
        )
        if kinds
    )


def _kinds_wanted(d: Dossier) -> list[Kind]:
    return list(dict.fromkeys(wanted.kind for wanted in d.wanted))


def _newer_waits(d: Dossier, old: Paper) -> bool:
    """Whether a newer paper of the kind waits to be judged."""
    of_kind = [paper for paper in d.papers if paper.kind == old.kind]
    newer = of_kind[of_kind.index(old) + 1 :]
    return any(paper.status == DocumentStatus.PENDING for paper in newer)


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
    by_status: dict[RequestStatus, tuple[Words, Words | None]] = {
        RequestStatus.OPEN: (_UNANSWERED, None)
    }
    if not d.drafted:
        # In a draft the answers go to the office with what is sent, and are judged there.
        by_status[RequestStatus.ANSWERED] = (_ANSWERED, _LOOKED_AT)
    return tuple(
        Gap(
            words,
            tuple(Place(PlaceKind.REQUEST, a.key, a.text) for a in d.asks if a.status == status),
            told,
            told=told is not None,
        )
        for status, (words, told) in by_status.items()
        if any(a.status == status for a in d.asks)
    )


REQUEST_SETTLED = Rule(
    "request.settled",
    Source.NONE,
    _request_settled,
    _UNANSWERED,
    Words(_("No request is waiting."), _("Go on."), Party.NOBODY),
)
