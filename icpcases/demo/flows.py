"""The usual ways through the phases, cut off where a story needs it."""

from .acts import (
    applies_for_certificate,
    applies_for_preapproval,
    approves,
    completes,
    confirms_sms,
    gets_certificate,
    gets_preapproval,
    judges,
    opens,
    prepares,
    sends,
    step,
    submits,
    supplies,
)
from .story import Act


def papers() -> tuple[Act, ...]:
    """Everything the route wants, handed in and accepted."""
    return supplies(), judges(0.4)


def provider_passes(after: float = 1.3) -> Act:
    """The provider has passed it."""
    return step("provider_passes", after)


def sent_on(after: float = 0.2) -> Act:
    """The provider has sent it to the administration: the SMS goes out."""
    return step("sent_to_administration", after)


def certificate(wait: float = 9) -> tuple[Act, ...]:
    """From triage to the certificate."""
    return step("begin_certificate", 0.6), applies_for_certificate(), gets_certificate(wait)


def preapproval(wait: float = 14) -> tuple[Act, ...]:
    """From triage, or the certificate, to the pre-approval."""
    return step("begin_preapproval", 0.6), applies_for_preapproval(), gets_preapproval(wait)


def submitted(provider: int = 0) -> tuple[Act, ...]:
    """From triage or a stage to the provider's review."""
    return prepares(), *papers(), submits(0.5, provider)


def at_sms(provider: int = 0) -> tuple[Act, ...]:
    """From triage or a stage to the SMS check."""
    return *submitted(provider), provider_passes(), sent_on()


def with_authority(provider: int = 0) -> tuple[Act, ...]:
    """From triage or a stage to the administration's review."""
    return *at_sms(provider), confirms_sms()


def filed(provider: int = 0, wait: float = 11) -> tuple[Act, ...]:
    """From triage or a stage to the number."""
    return *with_authority(provider), approves(wait)


def opened(provider: int = 0, wait: float = 11) -> tuple[Act, ...]:
    """From triage or a stage to the opening of the site."""
    return *filed(provider, wait), opens()


def completed(provider: int = 0, wait: float = 7) -> tuple[Act, ...]:
    """From triage to the end of an errand that makes nothing new."""
    return *with_authority(provider), completes(wait)


def ended(provider: int = 0, wait: float = 5, sms: bool = True) -> tuple[Act, ...]:
    """From triage to the end of what was filed: no paper is wanted."""
    return *ending(provider), *((confirms_sms(),) if sms else ()), completes(wait)


def ending(provider: int = 0) -> tuple[Act, ...]:
    """From triage to the SMS check of what ends, or to the administration where nobody is asked."""
    return prepares(), submits(0.3, provider), provider_passes(0.8), sent_on()


SENT = (sends(),)
