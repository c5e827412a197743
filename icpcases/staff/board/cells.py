"""What the board's tables are made of: figures, each with the page of the cases behind it."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from icpcases.reports.scope import EVERYTHING, Scope


class Cell(NamedTuple):
    """A figure as it is shown, and the page of the cases behind it; empty for none."""

    text: str
    url: str = ""
    over: bool = False


@dataclass(frozen=True)
class BoardRow:
    """A line of a table: its name and its figures."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Period:
    """Whole weeks, or the days of a month, up to today at most; and which cases."""

    first: dt.date
    last: dt.date
    scope: Scope = EVERYTHING
    #: Such as 2026-11; empty for weeks.
    month: str = ""


@cache
def _address(view: str) -> str:
    """Of a page whose address holds nothing of a case: a board names the same two 700 times."""
    return reverse(view)


def list_url(scope: Scope = EVERYTHING, **filters: int | str) -> str:
    """The list of cases, filtered."""
    chosen = {**scope.asked, **filters}
    query = urlencode({name: value for name, value in chosen.items() if value != ""})
    return f"{_address('admin:cases_filingcase_changelist')}?{query}"


def behind_url(figure: str, period: Period, detail: str = "") -> str:
    """The page of the cases behind a figure of a period."""
    query = {"figure": figure, "since": str(period.first), "until": str(period.last)}
    query |= period.scope.asked
    if detail:
        query["detail"] = detail
    return f"{_address('admin:cases_board_cases')}?{urlencode(query)}"


def number(n: int, url: str, over: bool = False) -> Cell:
    """A number that leads to its cases; nothing stands behind a nought."""
    return Cell(str(n), url if n else "", over and n > 0)


def in_days(n: int | None) -> str:
    """An age in days."""
    return "" if n is None else ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


def age(n: int | None, url: str) -> Cell:
    """An age that leads to its cases, where there are any."""
    return Cell(in_days(n), "" if n is None else url)


def stay_in_words(hours: int) -> str:
    """A stay as it is kept, in words."""
    if hours >= 48:
        return in_days(hours // 24)
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
