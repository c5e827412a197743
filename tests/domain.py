"""The tables of the domain, copied by hand: what the code is held against, never made from it."""

from dataclasses import dataclass
from typing import Any

# Section 2: the values of the facts

TYPES = ("individual", "enterprise", "organisation", "foreign_enterprise")
OUTSIDE = ("hong_kong", "macau", "taiwan", "overseas")
REGIONS = ("mainland", *OUTSIDE)
ANSWERS = ("yes", "no", "unknown")
VALUES: dict[str, tuple[Any, ...]] = {
    "applicant_type": TYPES,
    "mainland_branch": (True, False),
    "registration_certificate": (True, False),
    "server_region": REGIONS,
    "access": ("domain", "ip_address"),
    "protocol": ("http", "https"),
    "forum": (True, False),
    "province_accepts_forums": ANSWERS,
    "preapproval": (True, False),
}

# Section 5: states and steps. A guard reads as its rule's code; `!` before it asks the rule to
# fail, `?` has it judged on the form. In `who`, A is the applicant, O an officer, S a supervisor;
# what O may, S may too.

STATES = [
    "draft",
    "triage",
    "certificate_needed",
    "certificate_applied",
    "certificate_granted",
    "preapproval_needed",
    "preapproval_applied",
    "preapproval_granted",
    "preparing",
    "provider_review",
    "provider_passed",
    "sms_verification",
    "authority_review",
    "returned",
    "filed",
    "open",
    "completed",
    "not_required",
    "referred",
    "ineligible",
    "refused",
    "withdrawn",
]
CLOSED = ["not_required", "referred", "ineligible", "refused", "withdrawn"]
LOCKED = [
    "certificate_applied",
    "preapproval_applied",
    "provider_review",
    "provider_passed",
    "sms_verification",
    "authority_review",
    "filed",
    "open",
    "completed",
]
# Where a case must not be an exception to the rules of a filing, whatever the door.
UNDER_THE_RULES = [
    "preparing",
    "provider_review",
    "provider_passed",
    "sms_verification",
    "authority_review",
    "returned",
    "filed",
    "open",
    "completed",
]
HOLDING_A_SERVICE = [
    "triage",
    "certificate_needed",
    "certificate_applied",
    "certificate_granted",
    "preapproval_needed",
    "preapproval_applied",
    "preapproval_granted",
    "preparing",
    "provider_review",
    "provider_passed",
    "sms_verification",
    "authority_review",
    "returned",
]

STAYS, BACK = "stays", "back"


@dataclass(frozen=True)
class Row:
    """One line of the table of transitions."""

    sources: tuple[str, ...]
    target: str
    guards: tuple[str, ...]
    who: str


def row(sources: str, target: str, who: str, guards: str = "") -> Row:
    return Row(tuple(sources.split()), target, tuple(guards.split()), who)


PREPARE = """
    server.mainland site.domain forum.not_individual forum.province forum.preapproval
    foreign.papers claim.backed applicant.identified subject.known app.complete
"""
TABLE = {
    "submit_request": row(
        "draft", "triage", "A O", "facts.complete request.settled subject.known service.free"
    ),
    "send_back": row("triage", "draft", "O"),
    "close_not_required": row("triage", "not_required", "O", "!server.mainland"),
    "refer": row("triage", "referred", "O", "server.mainland !site.domain"),
    "decline": row(
        "triage certificate_needed certificate_applied certificate_granted "
        "preapproval_needed preapproval_applied preapproval_granted",
        "ineligible", "O", "verdict.not_permitted",
    ),
    "begin_certificate": row(
        "triage", "certificate_needed", "O",
        "server.mainland site.domain forum.not_individual !verdict.not_permitted !foreign.papers",
    ),
    "record_certificate_application": row("certificate_needed", "certificate_applied", "A O"),
    "record_certificate": row(
        "certificate_applied", "certificate_granted", "O", "?document.mainland ?document.current"
    ),
    "begin_preapproval": row(
        "triage certificate_granted", "preapproval_needed", "O",
        "server.mainland site.domain site.forum forum.not_individual forum.province "
        "foreign.papers claim.backed !forum.preapproval",
    ),
    "record_preapproval_application": row("preapproval_needed", "preapproval_applied", "A O"),
    "record_preapproval": row("preapproval_applied", "preapproval_granted", "O"),
    "record_refusal": row(
        "certificate_applied preapproval_applied preparing provider_review authority_review",
        "refused", "O",
    ),
    "prepare_filing": row(
        "triage certificate_granted preapproval_granted", "preparing", "O", PREPARE
    ),
    "submit_to_provider": row(
        "preparing returned", "provider_review", "O",
        PREPARE + "document.mainland document.complete document.current request.settled "
        "service.free ?subject.known subject.idle ?subject.idle order.alive",
    ),
    "provider_passes": row("provider_review", "provider_passed completed", "O"),
    "sent_to_administration": row(
        "provider_passed", "sms_verification authority_review", "O"
    ),
    "pull_back": row("provider_review provider_passed", "preparing", "O"),
    "sms_expired": row("sms_verification", "provider_passed", "O"),
    "return_for_correction": row(
        "provider_review provider_passed sms_verification authority_review", "returned", "O"
    ),
    "confirm_sms": row("sms_verification", "sms_verification authority_review", "A O"),
    "approve": row("authority_review", "filed", "O", "?number.valid"),
    "complete": row("authority_review", "completed", "O", "number.valid"),
    "record_opening": row("filed", "open", "A O", "open.after_filing ?open.after_filing"),
    "record_footer": row("filed open", STAYS, "A O"),
    "record_public_security": row("open", STAYS, "A O"),
    "expire_order": row("returned", "preparing", "O", "order.expired"),
    "withdraw": row(
        "draft triage certificate_needed certificate_applied certificate_granted "
        "preapproval_needed preapproval_applied preapproval_granted preparing provider_review "
        "provider_passed returned",
        "withdrawn", "A O",
    ),
    "reopen": row("not_required referred ineligible refused withdrawn", "draft", "S"),
    "step_back": row(" ".join(STATES), BACK, "o S", "state.restorable"),
}  # fmt: skip


# Section 2: the filing types, and the steps that only some of them have. An inspection may be
# refused while it is prepared or looked at, which no other case can be.
FILING_TYPES = (
    "first", "add_service", "add_access", "change", "cancel_service", "cancel_subject",
    "cancel_access", "inspection",
)  # fmt: skip
KINDS = ("website", "app", "mini_program", "quick_app")
MAKING = ("first", "add_service")
JUDGED = ("first", "add_service", "add_access", "change")
ONLY = {
    "close_not_required": JUDGED,
    "refer": JUDGED,
    "decline": JUDGED,
    "begin_certificate": JUDGED,
    "begin_preapproval": JUDGED,
    "sent_to_administration": FILING_TYPES[:-1],
    "approve": MAKING,
    "complete": FILING_TYPES[2:-1],
}
REFUSED_AS_INSPECTION = ("preparing", "provider_review")


def leads_out(step: str, state: str, filing_type: str = "first") -> bool:
    """Whether a case of this type in this state has the step."""
    if state not in TABLE[step].sources or filing_type not in ONLY.get(step, FILING_TYPES):
        return False
    inspection = step != "record_refusal" or state not in REFUSED_AS_INSPECTION
    return inspection or filing_type == "inspection"


# Whom the SMS check asks, of a change whose data change. Nobody: straight to the administration.
ASKED = {
    "first": ("subject_leader", "service_leader"),
    "add_service": ("service_leader",),
    "add_access": ("service_leader",),
    "cancel_service": ("service_leader",),
    "cancel_subject": ("subject_leader",),
    "cancel_access": (),
    "inspection": (),
}


def leads_to(step: str, state: str, filing_type: str = "first") -> str:
    """Where a step leads a case of this type, of whom the SMS check asks one person at most."""
    chosen = {
        "provider_passes": "completed" if filing_type == "inspection" else "provider_passed",
        "sent_to_administration": (
            "sms_verification" if ASKED[filing_type] else "authority_review"
        ),
        "confirm_sms": "authority_review",
    }
    target = chosen.get(step, TABLE[step].target)
    return state if target == STAYS else target


def may(who: str, step: str) -> bool:
    """Whether somebody who is A, O or S takes a step: a supervisor does all that O does."""
    allowed = TABLE[step].who.split()
    return who in allowed or (who == "S" and "O" in allowed)


def forbidden(state: str, facts: dict[str, Any]) -> bool:
    """Section 5's "impossible, whatever the door", as far as it is about a case's facts."""
    if state not in UNDER_THE_RULES:
        return False
    website = facts.get("service_kind", "website") == "website"
    return (
        (facts["server_region"] != "mainland" and not facts.get("mainland_cdn"))
        or (website and facts["access"] != "domain")
        or (facts["forum"] is not False and facts["applicant_type"] == "individual")
        or (facts["forum"] is not False and facts["preapproval"] is not True)
        or (
            facts["applicant_type"] in (None, "foreign_enterprise")
            and facts["mainland_branch"] is not True
            and facts["registration_certificate"] is not True
        )
    )


# Section 6: who files wants which documents; one with a `?` is wanted on a condition

DOCUMENTS_OF = {
    "individual": ("identity", "residence_permit?"),
    "enterprise": (
        "business_licence", "legal_representative_id", "service_leader_id",
        "authorisation_letter?",
    ),
    "organisation": ("legal_person_certificate", "leader_id", "service_leader_id"),
    "branch": ("branch_licence", "branch_responsible_id", "service_leader_id"),
    "certificate": ("registration_certificate", "chief_representative_id", "service_leader_id"),
    "forum": ("bbs_preapproval", "board_list", "service_rules", "security_measures"),
    "website": ("domain_certificate",),
    "app": ("app_features",),
    "mini_program": (),
    "quick_app": (),
}  # fmt: skip
DOCUMENT_NAMES = {
    "business_licence": "Business licence",
    "legal_representative_id": "ID of the legal representative",
    "service_leader_id": "ID of the service leader",
    "authorisation_letter": "Authorisation letter",
    "bbs_preapproval": "BBS pre-approval",
    "board_list": "Board list with moderators",
    "service_rules": "Service rules of the forum",
    "security_measures": "Security measures of the forum",
    "registration_certificate": (
        "Registration Certificate of Foreign Enterprises Permanent Office in China"
    ),
    "chief_representative_id": "ID of the chief representative",
    "branch_licence": "Business licence of the mainland branch",
    "branch_responsible_id": "ID of the branch's responsible person",
    "domain_certificate": "Domain certificate: real-name verified",
}
CONDITIONS = {"authorisation_letter": "when the service leader is not the legal representative"}
SELF_MADE = {
    "authorisation_letter", "board_list", "service_rules", "security_measures", "app_features",
}  # fmt: skip

# Section 7: numbers that are right

CREDIT_CODES = (
    "9144030071526726XG", "91440300708461136T", "91330100799655058B", "91110108551385082Q",
    "914403001922038216", "91110000600037341L", "911100072185182220",
)  # fmt: skip


def kinds_for(*who: str) -> list[str]:
    """The documents that all of these together want."""
    return [kind.removesuffix("?") for name in who for kind in DOCUMENTS_OF[name]]
