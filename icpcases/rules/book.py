"""The rule book: every rule by its code, in the order of domain.md, section 3."""

from . import about_case as case
from . import about_facts as facts
from . import about_papers as papers
from . import about_register as register
from .rule import Rule

RULES: tuple[Rule, ...] = (
    *facts.FACT_RULES,
    case.FACTS_COMPLETE,
    facts.CLAIM_BACKED,
    case.APPLICANT_IDENTIFIED,
    facts.SITE_FORUM,
    case.VERDICT_NOT_PERMITTED,
    papers.DOCUMENT_MAINLAND,
    papers.DOCUMENT_COMPLETE,
    papers.DOCUMENT_CURRENT,
    papers.REQUEST_SETTLED,
    register.SERVICE_FREE,
    register.SUBJECT_KNOWN,
    case.SUBJECT_IDLE,
    case.ORDER_ALIVE,
    register.APP_COMPLETE,
    case.ORDER_EXPIRED,
    case.NUMBER_VALID,
    case.OPEN_AFTER_FILING,
    case.STATE_RESTORABLE,
)
BOOK: dict[str, Rule] = {rule.code: rule for rule in RULES}
