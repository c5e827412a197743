"""The board's tables and charts as they are sent: written once for each set of figures.

They are the same for every reader in a language, and only asked for inside the permission check
of the page. What is kept in the process is as old as its figures, so a minute at most.
"""

import datetime as dt
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from icpcases.cases.models import Province
from icpcases.reports import cache
from icpcases.reports.cache import Figures, Mark

from . import tables as tables
from .cells import Period

MOST = 16


@dataclass(frozen=True)
class Panels:
    """What the board shows below its head: as of when, its tables, and both written out."""

    as_of: dt.datetime
    tables: dict[str, object]
    html: str


_Key = tuple[Mark, Period, dt.date, str | None]
_kept: dict[_Key, Panels] = {}


def panels_of(period: Period, provinces: dict[str, Province]) -> Panels:
    """The panels of a period, from figures that are a minute old at most."""
    mark = cache.mark(period.first, period.last, period.scope)
    found = _kept.get(_key(mark, period)) if mark else None
    if found is None:
        figures = _figures(period)
        key = _key(figures.mark, period)
        # While another process counts, these are still the figures from before.
        found = _kept.get(key) or _keep(key, _written(figures, period, provinces))
    return found


def _figures(period: Period) -> Figures:
    if period.month:
        return cache.figures_of_days(period.first, period.last, period.scope)
    return cache.figures(period.first, period.last, scope=period.scope)


def _key(mark: Mark, period: Period) -> _Key:
    return mark, period, timezone.localdate(), get_language()


def _written(figures: Figures, period: Period, provinces: dict[str, Province]) -> Panels:
    context = {
        "period": period,
        **tables.of_now(figures, period.scope, timezone.localdate()),
        **tables.of_the_period(figures, period, provinces),
    }
    html = render_to_string("staff/_board_panels.html", context)
    return Panels(figures.as_of, context, html)


def _keep(key: _Key, found: Panels) -> Panels:
    """Keep a few; the oldest goes first."""
    for old in list(_kept)[: max(0, len(_kept) - MOST + 1)]:
        _kept.pop(old, None)
    _kept[key] = found
    return found
