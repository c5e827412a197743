"""The rules about the register: what a filing type begins with, and whose the site is."""

from .about_case import GO_ON
from .apps import APP_FEATURES, APP_PREFIX, PLATFORMS
from .dossier import Dossier, Filed
from .facts import FilingType
from .filing_types import INSPECTIONS, MAKING, TYPES
from .rule import Gap, Party, Place, PlaceKind, Rule, Source, Verdict3, Words
from .text import _


def type_place(filing_type: FilingType) -> Place:
    """A place that turns the errand into another type, its facts kept."""
    return Place(PlaceKind.FILING_TYPE, filing_type.value, filing_type.label)


#: Where what is filed is entered as found.
_PORTFOLIO = Place(PlaceKind.SUBJECT, "", _("what is filed for this applicant"))


def _service_place(filed: Filed) -> Place:
    return Place(PlaceKind.SERVICE, filed.key, filed.number)


_OTHER_STAFF = Words(
    _("Another errand is about the same service or domain: %(about)s."),
    _("Finish or withdraw one of the two cases."),
    Party.OFFICER,
)
_OTHER_OWN = Words(
    _("Another case of yours is about the same service or domain: %(about)s."),
    _("Go on with that case, or withdraw one of the two."),
    Party.APPLICANT,
)
_OTHER_STRANGER = Words(
    _("The office must look into this domain before the case can go on."),
    _("Nothing for you to do; the office is looking into it."),
    Party.OFFICER,
)
_FILED_ALREADY = Words(
    _("This site is filed already and live: %(about)s."),
    _("Make this a further access, or a change, of what is filed."),
    Party.OFFICER,
)


def _service_free(d: Dossier) -> Verdict3:
    if d.facts.filing_type in INSPECTIONS:
        return True
    gaps = []
    # To the applicant his own cases are named, and a stranger's are not.
    for shared, applicant in ((True, _OTHER_OWN), (False, _OTHER_STRANGER)):
        places = tuple(
            Place(PlaceKind.CASE, rival.reference, rival.reference)
            for rival in d.rivals
            if rival.shared == shared
        )
        if places:
            gaps.append(Gap(_OTHER_STAFF, places, applicant, told=shared))
    same = d.register.same_site
    if d.facts.filing_type in MAKING and same:
        places = (
            _service_place(same),
            type_place(FilingType.ADD_ACCESS),
            type_place(FilingType.CHANGE),
        )
        gaps.append(Gap(_FILED_ALREADY, places, _OTHER_STRANGER))
    return tuple(gaps) or True


SERVICE_FREE = Rule("service.free", Source.NONE, _service_free, _OTHER_STAFF, GO_ON)

_HAS_SUBJECT = Words(
    _("The applicant has a subject filing already, so this is no first filing: %(about)s."),
    _("Make this a further service of that subject."),
    Party.OFFICER,
)
_NO_SUBJECT = Words(
    _("The register holds no subject filing of this applicant."),
    _("Enter the subject filing as found in the public register, or make this a first filing."),
    Party.OFFICER,
)
_SUBJECT_GONE = Words(
    _("The applicant has no subject filing that could be changed or cancelled."),
    _("Enter the subject filing as found in the public register, or withdraw the case."),
    Party.OFFICER,
)
_NO_SERVICE = Words(
    _("It is not said which filed service this is about."),
    _("Name the service, or enter it as found in the public register."),
    Party.OFFICER,
)
_SERVICE_CANCELLED = Words(
    _("The service is cancelled: %(about)s."),
    _("File it anew as a further service, or withdraw the case."),
    Party.OFFICER,
)
_NOT_HOSTED = Words(
    _("The service has no open access, so nothing of it can be changed: %(about)s."),
    _("Make this a further access first."),
    Party.OFFICER,
)
_HOSTED_ALREADY = Words(
    _("The service has an open access at this provider already: %(about)s."),
    _("Choose the provider that is to host it as well, or make this a change."),
    Party.OFFICER,
)
_ACCESS_ENDED = Words(
    _("The access that is to end is not named, or has ended already: %(about)s."),
    _("Name the open access, or withdraw the case."),
    Party.OFFICER,
)


def _service_wanting(filing_type: FilingType, filed: Filed | None) -> Gap | None:
    """What is wrong with the service that an errand is about."""
    if filed is None:
        return Gap(_NO_SERVICE, (Place(PlaceKind.FACT, "service", _("service")), _PORTFOLIO))
    if filed.state == "cancelled":
        return Gap(_SERVICE_CANCELLED, (_service_place(filed),))
    hosted = filed.state == "live"
    if not hosted and filing_type in (FilingType.CHANGE, FilingType.INSPECTION):
        return Gap(_NOT_HOSTED, (_service_place(filed), type_place(FilingType.ADD_ACCESS)))
    return None


def _subject_known(d: Dossier) -> Verdict3:
    here, kind = d.register, d.facts.filing_type
    place = Place(PlaceKind.SUBJECT, here.subject_number, here.subject_number)
    if kind == FilingType.FIRST:
        if not here.subject_state:
            return True
        return (Gap(_HAS_SUBJECT, (place, type_place(FilingType.ADD_SERVICE))),)
    if kind == FilingType.ADD_SERVICE:
        if here.subject_state:
            return True
        return (Gap(_NO_SUBJECT, (_PORTFOLIO, type_place(FilingType.FIRST))),)
    if kind == FilingType.CHANGE and not here.service:
        return here.subject_state == "live" or (Gap(_SUBJECT_GONE, (_PORTFOLIO,)),)
    if not TYPES[kind].about_service:
        return bool(here.subject_state) or (Gap(_SUBJECT_GONE, (_PORTFOLIO,)),)
    wrong = _service_wanting(kind, here.service)
    if wrong or here.service is None:
        return (wrong,) if wrong else True
    if kind == FilingType.ADD_ACCESS and d.provider in here.service.accesses:
        places = (_service_place(here.service), type_place(FilingType.CHANGE))
        return (Gap(_HOSTED_ALREADY, places),)
    if kind == FilingType.CANCEL_ACCESS and not here.hosted_there:
        return (Gap(_ACCESS_ENDED, (_service_place(here.service),)),)
    return True


SUBJECT_KNOWN = Rule(
    "subject.known",
    Source.NONE,
    _subject_known,
    _NO_SERVICE,
    GO_ON,
    asks=_("The service must have no open access at the provider you choose."),
)

_APP_MISSING = Words(
    _("The App's features are not complete: %(about)s."),
    _("Give what is missing for each platform."),
    Party.APPLICANT,
)
_APP_NAMES = Words(
    _("The App bears another name than the filing: %(about)s."),
    _("Use one name for the App and for the filing."),
    Party.APPLICANT,
)


def _feature_place(platform: str, feature: str, label: str) -> Place:
    return Place(PlaceKind.FACT, f"{APP_PREFIX}{platform}_{feature}", label)


def _app_complete(d: Dossier) -> Verdict3:
    if d.facts.service_kind != "app":
        return True
    if not d.platforms:
        return (Gap(_APP_MISSING, (_feature_place("android", "app_name", _("platform")),)),)
    missing = tuple(
        _feature_place(platform.name, feature, label)
        for platform in d.platforms
        for feature, label in APP_FEATURES[platform.name].items()
        if feature != "app_name" and not getattr(platform, feature)
    )
    other = tuple(
        _feature_place(p.name, "app_name", f"{p.app_name} ({PLATFORMS[p.name]})")
        for p in d.platforms
        if p.app_name and p.app_name != d.site_name
    )
    found = ((_APP_MISSING, missing), (_APP_NAMES, other))
    return tuple(Gap(words, places) for words, places in found if places) or True


APP_COMPLETE = Rule(
    "app.complete",
    Source.NONE,
    _app_complete,
    _APP_MISSING,
    GO_ON,
    law=True,
    touched_by=("app_features", "site_name"),
)
