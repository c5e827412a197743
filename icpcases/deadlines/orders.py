"""How long a provider's order lives, as this provider counts (domain.md, section 4)."""

import datetime as dt
from itertools import pairwise

from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Order, Provider, effective
from icpcases.lifecycle.states import State

#: Where the case lies with us: its order's life may count here only, and ends here only.
WITH_US = (State.PREPARING, State.RETURNED)


def last_day_of(order: Order, case: FilingCase) -> dt.date | None:
    """The last day on which the case can be submitted again on its order; None while no day of
    its life counts."""
    if order.provider.order_life_while == Provider.LifeWhile.ALWAYS:
        return order.last_day
    if case.is_at not in WITH_US:
        return None
    used = _days_with_us(order, case)
    since = max(timezone.localdate(case.state_since), order.counted_from)
    return since + dt.timedelta(days=order.provider.order_life_days - used)


def _days_with_us(order: Order, case: FilingCase) -> int:
    """Days the case lay with us since the order's life began, before it came here now."""
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.STEP).order_by("-sequence")
    moves = [row for row in effective(rows) if row.from_state != row.to_state][::-1]
    days, start = 0, order.counted_from
    for before, after in pairwise(moves):
        if State(before.to_state) in WITH_US:
            came, went = (timezone.localdate(row.happened_at) for row in (before, after))
            days += max((went - max(came, start)).days, 0)
    return days
