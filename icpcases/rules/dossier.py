"""Everything the rules may read about one case, fetched once and frozen."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from .documents import Kind, Wanted, wanted_documents
from .facts import Facts, ServerRegion


class DocumentStatus(StrEnum):
    """What an officer decided of a document."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REMOVED = "removed"


class RequestStatus(StrEnum):
    """Where a request to the applicant stands."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    WAIVED = "waived"


#: Nobody relies on a document that an officer has refused or taken out.
GONE = frozenset({DocumentStatus.REFUSED, DocumentStatus.REMOVED})


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the case. `issued_in` is None for self-made papers."""

    key: str
    kind: Kind
    status: DocumentStatus
    issued_in: ServerRegion | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the applicant."""

    key: str
    text: str
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class Rival:
    """Another case that stands in the way.

    `shared` says that whoever reads it as the applicant is on that case too.
    """

    reference: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """A service in the register: its number, its state, and its place there.

    `accesses` are the names of the providers that host it today.
    """

    key: str
    number: str
    state: str = "live"
    accesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """What the register holds of a case: the applicant's subject filing, the errand's service.

    `subject_state` is empty where the applicant has no subject filing that is not cancelled.
    `same_site` is a live service of the kind that has the case's domain already, and
    `hosted_there` whether the access the errand is to end is still open.
    """

    subject_number: str = ""
    subject_state: str = ""
    service: Filed | None = None
    same_site: Filed | None = None
    hosted_there: bool = False


@dataclass(frozen=True, slots=True)
class Platform:
    """What an App is known by on one platform."""

    name: str
    app_name: str = ""
    package: str = ""
    public_key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """The provider's order this case lives on."""

    provider: str
    number: str
    submitted: date
    #: None while the days of its life do not count.
    last_day: date | None


@dataclass(frozen=True, slots=True)
class RunningOrder:
    """Another order of the same subject that is before the provider or the administrations.

    `joinable` says that the provider has passed none of its cases on yet.
    """

    provider: str
    number: str
    references: tuple[str, ...]
    joinable: bool = False


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What is known about a service number somebody is about to enter.

    `taken_by` is the service that has it, and `other_holder` what of another applicant stands under
    the subject's number, each in words. `listed_under` are the numbers that a service of this
    applicant may begin with, none where he has no subject filing yet; `subject` is what the
    entered one begins with, and `licence` whether that is the number of a commercial licence.
    """

    province_character: str = ""
    character: str = ""
    taken_by: str = ""
    other_holder: str = ""
    listed_under: tuple[str, ...] = ()
    subject: str = ""
    licence: bool = False


NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Dossier:
    """What the rules read. Facts alone are enough for the rules about facts.

    `changed` names what a `change` filing changes: facts, and fields of subject and service.
    """

    facts: Facts
    changed: frozenset[str] = NOTHING
    today: date = date.min
    now: datetime | None = None
    #: Whether the application has yet to be sent, for the first time or again.
    drafted: bool = False
    confirmed: bool = False
    service_leader: str = ""
    service_leader_phone: str = ""
    domain: str = ""
    papers: tuple[Paper, ...] = ()
    not_needed: frozenset[Kind] = frozenset()
    margin_days: int = 0
    asks: tuple[Ask, ...] = ()
    rivals: tuple[Rival, ...] = ()
    running: tuple[RunningOrder, ...] = ()
    provider: str = ""
    #: The number of the order that is chosen on the form.
    order_number: str = ""
    order: LiveOrder | None = None
    register: Register = Register()
    site_name: str = ""
    platforms: tuple[Platform, ...] = ()
    number: NumberCheck | None = None
    filed: date | None = None
    opening: date | None = None
    earlier_state: str = ""
    earlier_unmet: tuple[str, ...] = field(default=())
    used_by: tuple[str, ...] = ()

    def but(self, **changes: Any) -> "Dossier":
        """This dossier with other values in some fields."""
        return replace(self, **changes)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The documents this case must show: conditional ones unless marked not needed."""
        wanted = wanted_documents(self.facts, self.changed)
        return tuple(w for w in wanted if not (w.when and w.kind in self.not_needed))

    @property
    def relied_on(self) -> tuple[Paper, ...]:
        """The papers of a wanted kind that have neither been refused nor taken out."""
        kinds = {w.kind for w in self.wanted}
        return tuple(p for p in self.papers if p.kind in kinds and p.status not in GONE)

    def has_accepted(self, kind: Kind) -> bool:
        """Whether an officer has accepted a document of this kind."""
        return any(p.kind == kind and p.status == DocumentStatus.ACCEPTED for p in self.papers)
