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


class RequestStatus(StrEnum):
    """Where a request to the applicant stands."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    WAIVED = "waived"


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
    """Another case that stands in the way; `provider` where its order is what matters."""

    reference: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """The provider's order this case lives on."""

    provider: str
    number: str
    submitted: date
    last_day: date


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What is known about a site number somebody is about to enter."""

    province_character: str = ""
    character: str = ""
    taken_by: str = ""
    subject_of_other: bool = False


@dataclass(frozen=True)
class Dossier:
    """What the rules read. Facts alone are enough for the rules about facts."""

    facts: Facts
    today: date = date.min
    now: datetime | None = None
    confirmed: bool = False
    service_leader: str = ""
    service_leader_phone: str = ""
    domain: str = ""
    papers: tuple[Paper, ...] = ()
    not_needed: frozenset[Kind] = frozenset()
    margin_days: int = 0
    asks: tuple[Ask, ...] = ()
    rivals: tuple[Rival, ...] = ()
    rival_orders: tuple[Rival, ...] = ()
    provider: str = ""
    provider_one_order: bool = True
    order: LiveOrder | None = None
    number: NumberCheck | None = None
    filed: date | None = None
    opening: date | None = None
    earlier_state: str = ""
    earlier_unmet: tuple[str, ...] = field(default=())

    def but(self, **changes: Any) -> "Dossier":
        """This dossier with other values in some fields."""
        return replace(self, **changes)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The documents this case must show: conditional ones unless marked not needed."""
        return tuple(
            w for w in wanted_documents(self.facts) if not (w.when and w.kind in self.not_needed)
        )

    @property
    def relied_on(self) -> tuple[Paper, ...]:
        """The papers of a wanted kind that have not been refused."""
        kinds = {w.kind for w in self.wanted}
        return tuple(
            p for p in self.papers if p.kind in kinds and p.status != DocumentStatus.REFUSED
        )

    def has_accepted(self, kind: Kind) -> bool:
        """Whether an officer has accepted a document of this kind."""
        return any(p.kind == kind and p.status == DocumentStatus.ACCEPTED for p in self.papers)
