"""The rules about the case itself: who applies, other cases, the order, numbers, dates."""

from .about_facts import FACT_RULES
from .dossier import Dossier
from .rule import Gap, Party, Place, PlaceKind, Rule, Source, Verdict3, Words
from .text import _
from .verdict import FactsMissing, Verdict, find_verdict, missing_facts

_GO_ON = Words(_("Nothing stands in the way."), _("Go on."), Party.NOBODY)


def _facts_complete(d: Dossier) -> Verdict3:
    names = missing_facts(d.facts)
    if d.facts.province is None:
        # The answer is looked up from the province.
        names = tuple("province" if name == "province_accepts_forums" else name for name in names)
    return (Gap(FACTS_COMPLETE.failing, Rule.fact_places(names)),) if names else True


FACTS_COMPLETE = Rule(
    "facts.complete",
    Source.NONE,
    _facts_complete,
    Words(
        _("Facts are missing that the verdict needs: %(about)s."),
        _("Give the missing facts."),
        Party.APPLICANT,
    ),
    _GO_ON,
)

_UNCONFIRMED = Words(
    _("No officer has confirmed who the applicant is."),
    _("Check the certificate type and number, and confirm the applicant."),
    Party.OFFICER,
)
_UNNAMED = Words(
    _("Missing: %(about)s."),
    _("Give what is missing."),
    Party.APPLICANT,
)


_APPLICANT_PLACE = (Place(PlaceKind.APPLICANT, "", _("applicant")),)


def _applicant_identified(d: Dossier) -> Verdict3:
    needed = (
        ("province", d.facts.province, _("province")),
        ("service_leader", d.service_leader, _("service leader")),
        ("service_leader_phone", d.service_leader_phone, _("service leader's phone")),
        ("domain", d.domain, _("domain")),
    )
    missing = tuple(Place(PlaceKind.FACT, key, label) for key, value, label in needed if not value)
    unconfirmed = () if d.confirmed else (Gap(_UNCONFIRMED, _APPLICANT_PLACE),)
    return (*unconfirmed, Gap(_UNNAMED, missing)) if missing else unconfirmed


APPLICANT_IDENTIFIED = Rule(
    "applicant.identified", Source.NONE, _applicant_identified, _UNNAMED, _GO_ON
)


def _verdict_not_permitted(d: Dossier) -> Verdict3:
    try:
        return find_verdict(d.facts) == Verdict.NOT_PERMITTED
    except FactsMissing:
        return None


VERDICT_NOT_PERMITTED = Rule(
    "verdict.not_permitted",
    Source.NONE,
    _verdict_not_permitted,
    Words(
        _("The rules do permit this filing, so it cannot be declined as not permitted."),
        _("Go on with the filing, or correct the facts."),
        Party.OFFICER,
    ),
    Words(
        _("The rules do not permit this filing."),
        _("Decline the case, or correct the facts."),
        Party.OFFICER,
    ),
    tuple(dict.fromkeys(name for rule in FACT_RULES[:4] for name in rule.reads)),
)

_DOMAIN_STAFF = Words(
    _("Another case is about the same domain: %(about)s."),
    _("Finish or withdraw one of the two cases."),
    Party.OFFICER,
)
_DOMAIN_APPLICANT = Words(
    _("The office must look into this domain before the case can go on."),
    _("Nothing for you to do; the office is looking into it."),
    Party.OFFICER,
)


def _case_domain_free(d: Dossier) -> Verdict3:
    if not d.rivals:
        return True
    places = tuple(Place(PlaceKind.CASE, rival.reference, rival.reference) for rival in d.rivals)
    return (Gap(_DOMAIN_STAFF, places, _DOMAIN_APPLICANT),)


CASE_DOMAIN_FREE = Rule("case.domain_free", Source.NONE, _case_domain_free, _DOMAIN_STAFF, _GO_ON)

_APPLICANT_BUSY = Words(
    _("The applicant has another case with a live order at this provider: %(about)s."),
    _("Wait until that order is finished, or choose another provider."),
    Party.PROVIDER,
)


def _case_applicant_free(d: Dossier) -> Verdict3:
    if not (d.provider and d.provider_one_order):
        return True
    busy = [rival for rival in d.rival_orders if rival.provider == d.provider]
    if not busy:
        return True
    places = tuple(Place(PlaceKind.CASE, rival.reference, rival.reference) for rival in busy)
    return (Gap(_APPLICANT_BUSY, places),)


CASE_APPLICANT_FREE = Rule(
    "case.applicant_free",
    Source.NONE,
    _case_applicant_free,
    _APPLICANT_BUSY,
    _GO_ON,
    asks=_("The applicant must have no other live order at the provider you choose."),
)


def _order_alive(d: Dossier) -> Verdict3:
    return d.order is None or d.today <= d.order.last_day


ORDER_ALIVE = Rule(
    "order.alive",
    Source.NONE,
    _order_alive,
    Words(
        _("The life of the provider's order is over."),
        _("Let the order expire and start a new one."),
        Party.OFFICER,
    ),
    _GO_ON,
    reads_date=True,
)


def _order_expired(d: Dossier) -> Verdict3:
    return d.order is not None and d.today > d.order.last_day


ORDER_EXPIRED = Rule(
    "order.expired",
    Source.NONE,
    _order_expired,
    Words(
        _("The provider's order is still within its life."),
        _("Correct what was returned and submit again on the same order."),
        Party.NOBODY,
    ),
    _GO_ON,
    reads_date=True,
)

_NUMBER_PLACE = (Place(PlaceKind.ENTRY, "icp_number", _("ICP number")),)


def _number_valid(d: Dossier) -> Verdict3:
    check = d.number
    if check is None:
        return (Gap(NUMBER_VALID.failing, _NUMBER_PLACE),)
    problems = (
        (
            check.character != check.province_character,
            _("The number's character is not the one of the case's province."),
        ),
        (bool(check.taken_by), _("Another filed or open case has this number.")),
        (check.subject_of_other, _("This subject number belongs to another applicant.")),
    )
    remedy = NUMBER_VALID.failing.remedy
    return tuple(
        Gap(Words(sentence, remedy, Party.OFFICER), _NUMBER_PLACE)
        for wrong, sentence in problems
        if wrong
    )


NUMBER_VALID = Rule(
    "number.valid",
    Source.NONE,
    _number_valid,
    Words(
        _(
            "The site number must fit the format, the province and the applicant, "
            "and no other case may have it."
        ),
        _("Correct the number."),
        Party.OFFICER,
    ),
    _GO_ON,
    asks=_("The number must fit the format, the province and the applicant, and be unused."),
)

_NOT_FILED = Words(
    _("The site opens only once the filing is complete."),
    _("Wait for the ICP number."),
    Party.AUTHORITY,
)
_TOO_EARLY = Words(
    _("The site cannot have opened before the filing was complete."),
    _("Correct the date of opening."),
    Party.APPLICANT,
)
_TOO_LATE = Words(
    _("The opening cannot lie in the future."),
    _("Record the opening once it has happened."),
    Party.APPLICANT,
)


def _open_after_filing(d: Dossier) -> Verdict3:
    place = (Place(PlaceKind.ENTRY, "opened_on", _("date of opening")),)
    if d.filed is None:
        return (Gap(_NOT_FILED),)
    if d.opening is None:
        return True
    if d.opening < d.filed:
        return (Gap(_TOO_EARLY, place),)
    return (Gap(_TOO_LATE, place),) if d.opening > d.today else True


OPEN_AFTER_FILING = Rule(
    "open.after_filing",
    Source.HTTPS,
    _open_after_filing,
    _NOT_FILED,
    _GO_ON,
    asks=_("The opening must not lie before the filing, nor in the future."),
)

_NOTHING_TAKEN = Words(
    _("No step has been taken that could be taken back."),
    _("Nothing to do."),
    Party.NOBODY,
)


def _state_restorable(d: Dossier) -> Verdict3:
    if not d.earlier_state:
        return (Gap(_NOTHING_TAKEN),)
    places = tuple(Place(PlaceKind.RULE, code, code) for code in d.earlier_unmet)
    return (Gap(STATE_RESTORABLE.failing, places),) if places else True


STATE_RESTORABLE = Rule(
    "state.restorable",
    Source.NONE,
    _state_restorable,
    Words(
        _("The case as it is now does not allow the earlier state: %(about)s."),
        _("Correct the facts first."),
        Party.OFFICER,
    ),
    _GO_ON,
)
