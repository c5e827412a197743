"""What each filing type is: what it begins with, which rules it asks, whom the SMS check asks.

Source: domain.md, sections 2 and 3. The values are the facts' own (`FilingType`).
"""

from dataclasses import dataclass
from enum import Enum

from .facts import FilingType
from .text import LabelledEnum, _


class Asks(Enum):
    """Which of the rules about facts a type asks."""

    ALL = "all"
    #: Those that the changed values touch, on the new values.
    TOUCHED = "touched"
    #: None: only those about subject, service, documents, requests and order.
    NONE = "none"


class Leader(LabelledEnum):
    """A person the ministry's SMS check may ask."""

    SUBJECT = "subject_leader", _("subject leader")
    SERVICE = "service_leader", _("service leader")


@dataclass(frozen=True, kw_only=True)
class TypeDefinition:
    """All that is declared of a filing type.

    `begins` says what the register must hold for it, as people read it. `makes` says that its end
    makes a new service, so that the case is filed and not merely completed.
    """

    asks: Asks
    begins: str
    sms: tuple[Leader, ...] = ()
    makes: bool = False
    #: What it is about is in the register already: the service, or the subject alone.
    about_service: bool = False
    about_subject: bool = False
    #: The provider or an authority asks; nothing goes to the administration.
    inspection: bool = False
    #: What was filed ends: the applicant must know that the site closes.
    ends: bool = False


TYPES: dict[FilingType, TypeDefinition] = {
    FilingType.FIRST: TypeDefinition(
        asks=Asks.ALL,
        begins=_("The applicant has no subject filing yet."),
        sms=(Leader.SUBJECT, Leader.SERVICE),
        makes=True,
    ),
    FilingType.ADD_SERVICE: TypeDefinition(
        asks=Asks.ALL,
        begins=_("The applicant has a subject filing."),
        sms=(Leader.SERVICE,),
        makes=True,
        about_subject=True,
    ),
    FilingType.ADD_ACCESS: TypeDefinition(
        asks=Asks.ALL,
        begins=_("The service is filed, and has no open access at this provider."),
        sms=(Leader.SERVICE,),
        about_service=True,
    ),
    FilingType.CHANGE: TypeDefinition(
        asks=Asks.TOUCHED,
        begins=_("The service, or the subject, is filed and hosted here."),
        sms=(Leader.SUBJECT, Leader.SERVICE),
        about_service=True,
        about_subject=True,
    ),
    FilingType.CANCEL_SERVICE: TypeDefinition(
        asks=Asks.NONE,
        begins=_("The service is filed and not cancelled."),
        sms=(Leader.SERVICE,),
        about_service=True,
        ends=True,
    ),
    FilingType.CANCEL_SUBJECT: TypeDefinition(
        asks=Asks.NONE,
        begins=_("The applicant has a subject filing that is not cancelled."),
        sms=(Leader.SUBJECT,),
        about_subject=True,
        ends=True,
    ),
    FilingType.CANCEL_ACCESS: TypeDefinition(
        asks=Asks.NONE,
        begins=_("The service has an open access at the provider."),
        about_service=True,
        ends=True,
    ),
    FilingType.INSPECTION: TypeDefinition(
        asks=Asks.NONE,
        begins=_("The service is filed and live, and its provider or an authority asks."),
        about_service=True,
        inspection=True,
    ),
}
EVERY_TYPE = frozenset(FilingType)
MAKING = frozenset(kind for kind, about in TYPES.items() if about.makes)
INSPECTIONS = frozenset(kind for kind, about in TYPES.items() if about.inspection)
#: What goes to the administration and comes back: every errand but an inspection.
REVIEWED = EVERY_TYPE - INSPECTIONS
#: Errands that the FAQ's rules are asked of.
JUDGED = frozenset(kind for kind, about in TYPES.items() if about.asks != Asks.NONE)

#: Fields whose change is a change of the leader concerned: whoever's data change is asked by SMS.
FIELDS_OF_LEADER = {
    Leader.SUBJECT: frozenset(
        {"subject_name", "subject_leader", "subject_leader_phone", "subject_leader_id"}
    ),
    Leader.SERVICE: frozenset(
        {
            "site_name", "domain", "forum", "service_leader", "service_leader_phone",
            "service_leader_id", "app_features", "server_region", "mainland_cdn",
        }
    ),
}  # fmt: skip


def asked_by_sms(filing_type: FilingType, changed: frozenset[str]) -> tuple[Leader, ...]:
    """Whom the SMS check of this type asks; of a change, those whose data change."""
    leaders = TYPES[filing_type].sms
    if filing_type != FilingType.CHANGE:
        return leaders
    return tuple(leader for leader in leaders if FIELDS_OF_LEADER[leader] & changed)
