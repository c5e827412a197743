"""The rules about the case itself: who applies, other cases, the order, numbers, dates."""

from .about_facts import FACT_RULES
from .dossier import Dossier
from .facts import FilingType
from .filing_types import INSPECTIONS, MAKING
from .rule import Gap, Party, Place, PlaceKind, Rule, Source, Verdict3, Words
from .text import _
from .verdict import FactsMissing, Verdict, find_verdict, missing_facts

#: What is said where nothing has to be put right.
GO_ON = Words(_("Nothing stands in the way."), _("Go on."), Party.NOBODY)


def _facts_complete(d: Dossier) -> Verdict3:
    names = missing_facts(d.facts, d.changed)
    if d.facts.province is None:
        # The answer is looked up from the province.
        names = tuple("province" if name == "province_accepts_forums" else name for name in names)
    return (Gap(FACTS_COMPLETE.failing, Rule.fact_places(names)),) if names else True


FACTS_COMPLETE = Rule(
    "facts.complete",
    Source.NONE,
    _facts_complete,
    Words(
        _("Still to be filled in: %(about)s."),
        _("Fill it in."),
        Party.APPLICANT,
    ),
    GO_ON,
    law=True,
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
    needed: tuple[tuple[str, object, str], ...] = (
        ("province", d.facts.province, _("province")),
        ("service_leader", d.service_leader, _("service leader")),
        ("service_leader_phone", d.service_leader_phone, _("service leader's phone")),
        ("domain", d.domain or not d.facts.website, _("domain")),
    )
    if d.facts.filing_type == FilingType.CHANGE:
        # The rest stands in the register, and stays there until it is changed.
        needed = ()
    missing = tuple(Place(PlaceKind.FACT, key, label) for key, value, label in needed if not value)
    unconfirmed = () if d.confirmed else (Gap(_UNCONFIRMED, _APPLICANT_PLACE),)
    return (*unconfirmed, Gap(_UNNAMED, missing)) if missing else unconfirmed


APPLICANT_IDENTIFIED = Rule(
    "applicant.identified", Source.NONE, _applicant_identified, _UNNAMED, GO_ON, law=True
)


def _verdict_not_permitted(d: Dossier) -> Verdict3:
    try:
        return find_verdict(d.facts, d.changed) == Verdict.NOT_PERMITTED
    except FactsMissing:
        return None


VERDICT_NOT_PERMITTED = Rule(
    "verdict.not_permitted",
    Source.NONE,
    _verdict_not_permitted,
    Words(
        _("The rules do not forbid this, so it cannot be declined as not permitted."),
        _("Go on as the facts say, or correct them."),
        Party.OFFICER,
    ),
    Words(
        _("The rules do not permit this filing."),
        _("Decline the case, or correct the facts."),
        Party.OFFICER,
    ),
    tuple(dict.fromkeys(name for rule in FACT_RULES[:4] for name in rule.reads)),
    others=True,
)

_SUBJECT_BUSY = Words(
    _("Another errand of this subject is before the provider or the administrations: %(about)s."),
    _("Wait until it is done, or submit this case on the same order while the provider has it."),
    Party.PROVIDER,
)


def _subject_idle(d: Dossier) -> Verdict3:
    if d.facts.filing_type in INSPECTIONS:
        return True
    if not d.running:
        return True
    # A case that lives on an order of its own goes on by that one, and joins no other.
    number = d.order_number or (d.order.number if d.order else "")
    chosen = d.provider, number
    # Before an order is chosen, one that may be joined stands in nobody's way.
    busy = [o for o in d.running if (o.provider, o.number) != chosen] if number else [
        o for o in d.running if not o.joinable
    ]  # fmt: skip
    places = tuple(
        Place(PlaceKind.CASE, reference, reference) for o in busy for reference in o.references
    )
    return (Gap(_SUBJECT_BUSY, places),) if busy else True


SUBJECT_IDLE = Rule(
    "subject.idle",
    Source.NONE,
    _subject_idle,
    _SUBJECT_BUSY,
    GO_ON,
    asks=_(
        "No other errand of this subject may be before the provider or the administrations, "
        "unless it is on the same order."
    ),
)


def _order_alive(d: Dossier) -> Verdict3:
    last_day = d.order.last_day if d.order else None
    return last_day is None or d.today <= last_day


ORDER_ALIVE = Rule(
    "order.alive",
    Source.NONE,
    _order_alive,
    Words(
        _("The life of the provider's order is over."),
        _("Let the order expire and start a new one."),
        Party.OFFICER,
    ),
    GO_ON,
    reads_date=True,
)


def _order_expired(d: Dossier) -> Verdict3:
    last_day = d.order.last_day if d.order else None
    return last_day is not None and d.today > last_day


ORDER_EXPIRED = Rule(
    "order.expired",
    Source.NONE,
    _order_expired,
    Words(
        _("The provider's order is still within its life."),
        _("Correct what was returned and submit again on the same order."),
        Party.NOBODY,
    ),
    GO_ON,
    reads_date=True,
)

_NUMBER_PLACE = (Place(PlaceKind.ENTRY, "icp_number", _("ICP number")),)


_SERVICE_GONE = Words(
    _("The service is cancelled: %(about)s."),
    _("Record the refusal, or have the case returned and withdraw it."),
    Party.OFFICER,
)


def _number_stays(d: Dossier) -> Verdict3:
    """The number stays as the register has it; of a cancelled service nothing is left to host."""
    filed, standing = d.register.service, (FilingType.ADD_ACCESS, FilingType.CHANGE)
    if filed is None or filed.state != "cancelled" or d.facts.filing_type not in standing:
        return True
    return (Gap(_SERVICE_GONE, (Place(PlaceKind.SERVICE, filed.key, filed.number),)),)


def _number_of(holder: str) -> tuple[Place, ...]:
    """The number's own place, named by the record that has it."""
    return (Place(PlaceKind.ENTRY, "icp_number", holder),)


def _number_valid(d: Dossier) -> Verdict3:
    if d.facts.filing_type not in MAKING:
        return _number_stays(d)
    check = d.number
    if check is None:
        return (Gap(NUMBER_VALID.failing, _NUMBER_PLACE),)
    own = tuple(Place(PlaceKind.SUBJECT, number, number) for number in check.listed_under)
    other = check.listed_under and check.subject not in check.listed_under
    # The ministry's licences are for the whole country and bear no province's character.
    problems = (
        (
            bool(check.character) and check.character != check.province_character,
            _("The number's character is not the one of the case's province."),
            _NUMBER_PLACE,
        ),
        (
            bool(check.taken_by),
            _("Another service has this number: %(about)s."),
            _number_of(check.taken_by),
        ),
        (
            bool(check.other_holder),
            _("This subject number belongs to another applicant: %(about)s."),
            _number_of(check.other_holder),
        ),
        (
            check.licence and not check.listed_under,
            _("The first filing makes the subject's own number, which is no licence's."),
            _NUMBER_PLACE,
        ),
        (
            bool(other),
            _("This applicant's services are listed under another number: %(about)s."),
            own,
        ),
    )
    remedy = NUMBER_VALID.failing.remedy
    return tuple(
        Gap(Words(sentence, remedy, Party.OFFICER), places)
        for wrong, sentence, places in problems
        if wrong
    )


NUMBER_VALID = Rule(
    "number.valid",
    Source.NONE,
    _number_valid,
    Words(
        _(
            "The service number must fit the format, the province and the applicant, "
            "and no other service may have it."
        ),
        _("Correct the number."),
        Party.OFFICER,
    ),
    GO_ON,
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
    if d.facts.filing_type not in MAKING:
        return True
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
    GO_ON,
    asks=_("The day must not lie before the filing, nor in the future."),
)

_NOTHING_TAKEN = Words(
    _("No step has been taken that could be taken back."),
    _("Nothing to do."),
    Party.NOBODY,
)


_USED_SINCE = Words(
    _("A later errand stands on what this step entered in the register: %(about)s."),
    _("First take back what that errand did."),
    Party.SUPERVISOR,
)


def _state_restorable(d: Dossier) -> Verdict3:
    if not d.earlier_state:
        return (Gap(_NOTHING_TAKEN),)
    rules = tuple(Place(PlaceKind.RULE, code, code) for code in d.earlier_unmet)
    users = tuple(Place(PlaceKind.CASE, reference, reference) for reference in d.used_by)
    found = ((STATE_RESTORABLE.failing, rules), (_USED_SINCE, users))
    return tuple(Gap(words, places) for words, places in found if places) or True


STATE_RESTORABLE = Rule(
    "state.restorable",
    Source.NONE,
    _state_restorable,
    Words(
        _("The case as it is now does not allow the earlier state: %(about)s."),
        _("Correct the facts first."),
        Party.OFFICER,
    ),
    GO_ON,
)
