"""What a paper says, compared with what is known: the differences a reader should look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .documents import Kind
from .domains import parse_domain
from .facts import ServerRegion
from .numbers import NumberError, fold
from .text import _


class KnownNumber(StrEnum):
    """With which number of the case that of a paper is compared."""

    CERTIFICATE = "certificate"
    SUBJECT_LEADER = "subject_leader_id"
    SERVICE_LEADER = "service_leader_id"
    DOMAIN = "domain"


#: What the number on a paper of each kind is compared with; on others it says nothing here.
COMPARED = {
    Kind.IDENTITY: KnownNumber.CERTIFICATE,
    Kind.BUSINESS_LICENCE: KnownNumber.CERTIFICATE,
    Kind.LEGAL_PERSON_CERTIFICATE: KnownNumber.CERTIFICATE,
    Kind.BRANCH_LICENCE: KnownNumber.CERTIFICATE,
    Kind.REGISTRATION_CERTIFICATE: KnownNumber.CERTIFICATE,
    Kind.LEGAL_REPRESENTATIVE_ID: KnownNumber.SUBJECT_LEADER,
    Kind.LEADER_ID: KnownNumber.SUBJECT_LEADER,
    Kind.BRANCH_RESPONSIBLE_ID: KnownNumber.SUBJECT_LEADER,
    Kind.CHIEF_REPRESENTATIVE_ID: KnownNumber.SUBJECT_LEADER,
    Kind.SERVICE_LEADER_ID: KnownNumber.SERVICE_LEADER,
    Kind.DOMAIN_CERTIFICATE: KnownNumber.DOMAIN,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What stands on a paper, as somebody has typed it."""

    kind: Kind
    number: str = ""
    issued_in: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a paper is compared with."""

    today: date
    margin_days: int = 0
    certificate: str = ""
    subject_leader_id: str = ""
    service_leader_id: str = ""
    domain: str = ""

    def of(self, compared: KnownNumber) -> str:
        """The number of this name."""
        return str(getattr(self, compared.value))


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference: the field of the paper, and a sentence with what is known."""

    field: str
    sentence: str
    known: str = ""


_NUMBER = {
    KnownNumber.CERTIFICATE: _("The number is not the applicant's: %(known)s."),
    KnownNumber.SUBJECT_LEADER: _("The number is not the subject leader's: %(known)s."),
    KnownNumber.SERVICE_LEADER: _("The number is not the service leader's: %(known)s."),
    KnownNumber.DOMAIN: _("The domain is not the one in the case: %(known)s."),
}
_OUTSIDE = _("It was issued outside the Mainland, and can never be accepted.")
_EXPIRED = _("It has expired.")
_EXPIRES = _("It expires before %(known)s, which is too soon for the filing.")
_DATES = _("It expires before it was issued.")


def paper_differences(paper: Read, known: Known) -> tuple[Difference, ...]:
    """What on a paper does not fit what is known, in the order of its fields.

    What nobody has typed, or the case does not say, differs from nothing.
    """
    return tuple(_differences(paper, known))


def _differences(paper: Read, known: Known) -> Iterator[Difference]:
    compared = COMPARED.get(paper.kind)
    if compared and not _same(compared, paper.number, known.of(compared)):
        yield Difference("number", _NUMBER[compared], known.of(compared))
    if not paper.kind.self_made and paper.issued_in not in (None, ServerRegion.MAINLAND.value):
        yield Difference("issued_in", _OUTSIDE)
    if paper.expires_on is None:
        return
    last = known.today + timedelta(days=known.margin_days)
    if paper.issued_on and paper.expires_on <= paper.issued_on:
        yield Difference("expires_on", _DATES)
    elif paper.expires_on < known.today:
        yield Difference("expires_on", _EXPIRED)
    elif paper.expires_on <= last:
        yield Difference("expires_on", _EXPIRES, (last + timedelta(days=1)).isoformat())


def _same(compared: KnownNumber, typed: str, known: str) -> bool:
    """Whether two numbers are the same; one that is not there, or is no name, differs from none."""
    if not typed or not known:
        return True
    if compared != KnownNumber.DOMAIN:
        return _folded(typed) == _folded(known)
    try:
        return parse_domain(typed).registrable == parse_domain(known).registrable
    except NumberError:
        return True


def _folded(text: str) -> str:
    try:
        return fold(text).replace("-", "")
    except NumberError:
        return text
