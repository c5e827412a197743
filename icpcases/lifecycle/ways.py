"""Which states a filing type comes through (domain.md, section 2)."""

from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES, asked_by_sms

from .states import State

_NOT_INSPECTED = (
    State.DRAFT, State.TRIAGE, State.PROVIDER_PASSED, State.SMS_VERIFICATION,
    State.AUTHORITY_REVIEW, State.RETURNED,
)  # fmt: skip


def comes_through(filing_type: FilingType, state: State, changed: frozenset[str]) -> bool:
    """Whether a case of this type comes through a state, as far as its type decides."""
    about = TYPES[filing_type]
    if state == State.COMPLETED:
        return not about.makes
    if state in (State.FILED, State.OPEN):
        return about.makes
    if about.inspection:
        return state not in _NOT_INSPECTED
    return state != State.SMS_VERIFICATION or bool(asked_by_sms(filing_type, changed))
