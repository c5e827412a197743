"""The documents a filing wants, by who files and what the site is (domain.md, section 6)."""

from dataclasses import dataclass
from functools import lru_cache

from .facts import ApplicantType, Facts, FilingType, ServiceKind
from .text import LabelledEnum, _


class Kind(LabelledEnum):
    """A kind of document, with its label and whether the applicant makes it."""

    self_made: bool

    def __init__(self, _code: str, _label: str = "", self_made: bool = False) -> None:
        self.self_made = self_made

    IDENTITY = "identity", _("Resident ID, or mainland-issued travel or residence permit")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit of the province")
    BUSINESS_LICENCE = "business_licence", _("Business licence")
    LEGAL_REPRESENTATIVE_ID = "legal_representative_id", _("ID of the legal representative")
    SERVICE_LEADER_ID = "service_leader_id", _("ID of the service leader")
    AUTHORISATION_LETTER = "authorisation_letter", _("Authorisation letter"), True
    LEGAL_PERSON_CERTIFICATE = "legal_person_certificate", _("Legal-person certificate")
    LEADER_ID = "leader_id", _("ID of the organisation's leader")
    BRANCH_LICENCE = "branch_licence", _("Business licence of the mainland branch")
    BRANCH_RESPONSIBLE_ID = "branch_responsible_id", _("ID of the branch's responsible person")
    REGISTRATION_CERTIFICATE = (
        "registration_certificate",
        _("Registration Certificate of Foreign Enterprises Permanent Office in China"),
    )
    CHIEF_REPRESENTATIVE_ID = "chief_representative_id", _("ID of the chief representative")
    BBS_PREAPPROVAL = "bbs_preapproval", _("BBS pre-approval")
    BOARD_LIST = "board_list", _("Board list with moderators"), True
    SERVICE_RULES = "service_rules", _("Service rules of the forum"), True
    SECURITY_MEASURES = "security_measures", _("Security measures of the forum"), True
    DOMAIN_CERTIFICATE = "domain_certificate", _("Domain certificate: real-name verified")
    APP_FEATURES = (
        "app_features",
        _("Features sheet of the App, or a screenshot of its signing certificate"),
        True,
    )
    CHANGE_OF_NAME = "change_of_name", _("Notice of the change of name")
    OTHER = "other", _("Other document")

    @property
    def personal(self) -> bool:
        """Whether its number is a person's, and so is masked on every page."""
        return self in _PERSONAL


_PERSONAL = frozenset(
    {
        Kind.IDENTITY,
        Kind.RESIDENCE_PERMIT,
        Kind.LEGAL_REPRESENTATIVE_ID,
        Kind.SERVICE_LEADER_ID,
        Kind.LEADER_ID,
        Kind.BRANCH_RESPONSIBLE_ID,
        Kind.CHIEF_REPRESENTATIVE_ID,
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document the route asks for; `when` is its condition, empty if always wanted."""

    kind: Kind
    when: str = ""


_WHEN_OTHER_PROVINCE = _("when the ID is from another province")
_WHEN_DIFFERENT = _("when the service leader is not the legal representative")

_BY_APPLICANT = {
    ApplicantType.INDIVIDUAL: (
        Wanted(Kind.IDENTITY),
        Wanted(Kind.RESIDENCE_PERMIT, _WHEN_OTHER_PROVINCE),
    ),
    ApplicantType.ENTERPRISE: (
        Wanted(Kind.BUSINESS_LICENCE),
        Wanted(Kind.LEGAL_REPRESENTATIVE_ID),
        Wanted(Kind.SERVICE_LEADER_ID),
        Wanted(Kind.AUTHORISATION_LETTER, _WHEN_DIFFERENT),
    ),
    ApplicantType.ORGANISATION: (
        Wanted(Kind.LEGAL_PERSON_CERTIFICATE),
        Wanted(Kind.LEADER_ID),
        Wanted(Kind.SERVICE_LEADER_ID),
    ),
}
_WITH_BRANCH = (
    Wanted(Kind.BRANCH_LICENCE),
    Wanted(Kind.BRANCH_RESPONSIBLE_ID),
    Wanted(Kind.SERVICE_LEADER_ID),
)
_WITH_CERTIFICATE = (
    Wanted(Kind.REGISTRATION_CERTIFICATE),
    Wanted(Kind.CHIEF_REPRESENTATIVE_ID),
    Wanted(Kind.SERVICE_LEADER_ID),
)
_FORUM = (
    Wanted(Kind.BBS_PREAPPROVAL),
    Wanted(Kind.BOARD_LIST),
    Wanted(Kind.SERVICE_RULES),
    Wanted(Kind.SECURITY_MEASURES),
)


_OF_SERVICE = {
    ServiceKind.WEBSITE: (Wanted(Kind.DOMAIN_CERTIFICATE),),
    ServiceKind.APP: (Wanted(Kind.APP_FEATURES),),
}
_LICENCES = (
    Kind.BUSINESS_LICENCE,
    Kind.LEGAL_PERSON_CERTIFICATE,
    Kind.BRANCH_LICENCE,
    Kind.REGISTRATION_CERTIFICATE,
    Kind.IDENTITY,
)
_LEADER_IDS = (
    Kind.LEGAL_REPRESENTATIVE_ID,
    Kind.LEADER_ID,
    Kind.BRANCH_RESPONSIBLE_ID,
    Kind.CHIEF_REPRESENTATIVE_ID,
    Kind.IDENTITY,
)
_SERVICE_LEADER_IDS = (Kind.SERVICE_LEADER_ID, Kind.IDENTITY)
#: What proves a change, by the field that changes: of these kinds those this applicant has.
_PROOF: dict[str, tuple[Kind, ...]] = {
    "subject_name": (Kind.CHANGE_OF_NAME, *_LICENCES),
    "subject_leader": _LEADER_IDS,
    "subject_leader_id": _LEADER_IDS,
    "service_leader": _SERVICE_LEADER_IDS,
    "service_leader_id": _SERVICE_LEADER_IDS,
    "domain": (Kind.DOMAIN_CERTIFICATE,),
    "app_features": (Kind.APP_FEATURES,),
}
#: The changes whose proof hangs on who files.
PROVED_BY_TYPE = frozenset(_PROOF) - {"domain", "app_features"}
_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def wanted_documents(facts: Facts, changed: frozenset[str] = _NOTHING) -> tuple[Wanted, ...]:
    """The documents of a filing with these facts; none while the applicant type is not given.

    Of a change only what proves what is `changed`; what ends or is inspected asks for none.
    """
    if facts.filing_type == FilingType.CHANGE:
        return _proof(facts, changed)
    if facts.filing_type not in _WITH_PAPERS or facts.applicant_type is None:
        return ()
    forum = _FORUM if facts.forum else ()
    return (*_of_applicant(facts), *forum, *_OF_SERVICE.get(facts.service_kind, ()))


_WITH_PAPERS = {FilingType.FIRST, FilingType.ADD_SERVICE, FilingType.ADD_ACCESS}


def _of_applicant(facts: Facts) -> tuple[Wanted, ...]:
    if facts.applicant_type is None:
        return ()
    if facts.foreign:
        return _WITH_BRANCH if facts.mainland_branch else _WITH_CERTIFICATE
    return _BY_APPLICANT[facts.applicant_type]


def _proof(facts: Facts, changed: frozenset[str]) -> tuple[Wanted, ...]:
    own = {wanted.kind for wanted in _of_applicant(facts)}
    general = {Kind.CHANGE_OF_NAME, Kind.DOMAIN_CERTIFICATE, Kind.APP_FEATURES}
    kinds = (kind for name in _PROOF if name in changed for kind in _PROOF[name])
    proof = tuple(Wanted(kind) for kind in dict.fromkeys(kinds) if kind in own | general)
    return (*proof, *(_FORUM if facts.forum and "forum" in changed else ()))
