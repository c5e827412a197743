"""The length of each turn clock: the most specific word on it, and how it reads."""

from django.utils.translation import gettext as _

from icpcases.cases.models import Provider, Province
from icpcases.lifecycle.states import Length, State, Unit

from .tables import Tables, recent_tables


def length_of(
    state: State,
    province: Province | None = None,
    provider: Provider | None = None,
    tables: Tables | None = None,
) -> Length | None:
    """How long a turn in this state may last: the most specific word on it, if there is any.

    Province and provider together go before the provider, the provider before the province,
    the province before all of them (domain.md, section 4).
    """
    clocks, name = (tables or recent_tables()).clocks, state.value
    found: Length | None = None
    if province and provider:
        found = clocks.get((name, province.pk, provider.pk))
    if provider:
        found = found or _own_days(state, provider) or clocks.get((name, None, provider.pk))
    if province:
        found = found or _own_days(state, province) or clocks.get((name, province.pk, None))
    return found or clocks.get((name, None, None))


def _own_days(state: State, of: Province | Provider) -> Length | None:
    """The days of its own review, where a province or a provider names them itself."""
    review = State.AUTHORITY_REVIEW if isinstance(of, Province) else State.PROVIDER_REVIEW
    if state != review or not of.review_days:
        return None
    return of.review_days, Unit.WORKING_DAYS


def clocked_states(tables: Tables) -> set[str]:
    """The states in which some clock may run."""
    own = {State.AUTHORITY_REVIEW.value, State.PROVIDER_REVIEW.value}
    return own | {state for state, _province, _provider in tables.clocks}


def clocks_in_words() -> dict[State, str]:
    """The turn clocks of this office, such as “2 working days”; states without one are left out."""
    tables = recent_tables()
    found = ((state, length_of(state, tables=tables)) for state in State)
    return {state: _in_words(*limit) for state, limit in found if limit}


def clock_in_words(state: State, province: Province | None = None) -> str:
    """The turn clock of a state, in a province if given; empty where none runs."""
    limit = length_of(state, province)
    return _in_words(*limit) if limit else ""


def _in_words(amount: int, unit: Unit) -> str:
    words = str(unit.label)
    return _("%(n)s %(unit)s") % {
        "n": amount,
        "unit": words.removesuffix("s") if amount == 1 else words,
    }
