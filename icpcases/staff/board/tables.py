"""The tables and charts of the board, made of the summary's figures."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from icpcases.cases.models import FilingCase, HistoryRow, Province
from icpcases.cases.permissions import shown_name
from icpcases.deadlines.clocks import clocks_in_words
from icpcases.diagram.overlay import Overlay, StateCount
from icpcases.diagram.svg import workflow_map
from icpcases.lifecycle.states import Phase, State
from icpcases.reports import drilldown, metrics
from icpcases.reports.cache import Figures
from icpcases.reports.scope import Scope
from icpcases.rules.documents import Kind
from icpcases.rules.facts import FACT_LABELS
from icpcases.types import Text

from . import charts
from .cells import BoardRow, Cell, Period, age, behind_url, list_url, number, stay_in_words

OFFICE_PHASES = tuple(phase for phase in Phase if phase != Phase.CLOSED)


def named_count(state: State, n: int) -> str:
    """What a number on the map says."""
    words = ngettext("%(state)s: %(n)s case", "%(state)s: %(n)s cases", n)
    return words % {"state": state.label, "n": n}


def of_now(found: Figures, scope: Scope, today: dt.date) -> dict[str, object]:
    """How the cases stand: states by phase, the map, officers."""
    province = scope.province
    lines = {
        state: metrics.standing(found, [state], province, today) for state in State
    }  # fmt: skip
    phases = [
        (phase, _standing_line(phase.label, metrics.standing(found, states, province, today),
                               scope, phase=phase.value),
         [_standing_line(state.label, lines[state], scope, state=state.value)
          for state in states])
        for phase, states in metrics.phases().items()
    ]  # fmt: skip
    counts = {
        state: StateCount(line.count, list_url(scope, state=state.value),
                     named_count(state, line.count))
        for state, line in lines.items()
    }  # fmt: skip
    loads = metrics.loads(found, province)
    return {
        "phases": phases,
        "states_chart": _states_chart(lines),
        "map": workflow_map(Overlay(counts=counts, clocks=clocks_in_words())),
        **_officers(loads, scope),
    }


def _standing_line(label: Text, s: metrics.StateMetrics, scope: Scope, **of: str) -> BoardRow:
    url = list_url(scope, **of)
    cells = [
        number(s.count, url),
        number(s.overdue, list_url(scope, due="over", **of), over=True),
        age(s.median, url),
        age(s.oldest, url),
    ]
    return BoardRow(str(label), cells)


def _states_chart(lines: dict[State, metrics.StateMetrics]) -> charts.Bars:
    shown = [
        (str(state.label), str(line.count),
         [("bad", line.overdue), ("plain", line.count - line.overdue)])
        for state, line in lines.items() if state.phase not in (Phase.DONE, Phase.CLOSED)
    ]  # fmt: skip
    return charts.bars(_("Cases by state"), shown)


def _officers(loads: dict[int | None, metrics.Load], scope: Scope) -> dict[str, object]:
    users = User.objects.in_bulk([pk for pk in loads if pk])
    names = {pk: shown_name(users[pk]) if pk in users else _("nobody") for pk in loads}
    order = sorted(loads, key=lambda pk: (pk is None, names[pk]))
    busy = [(names[pk], loads[pk]) for pk in order]
    chart = [
        (name, str(_at_work(load)),
         [("now", load.own_turn), ("plain", max(0, _at_work(load) - load.own_turn))])
        for name, load in busy
    ]  # fmt: skip
    return {
        "officers": [_officer_line(names[pk], loads[pk], scope, pk or "nobody") for pk in order],
        "office_phases": OFFICE_PHASES,
        "officers_chart": charts.bars(_("Cases under way by officer"), chart),
    }


def _at_work(load: metrics.Load) -> int:
    ended = (Phase.DONE.value, Phase.CLOSED.value)
    return sum(n for phase, n in load.phases.items() if phase not in ended)


def _officer_line(name: str, load: metrics.Load, scope: Scope, officer: int | str) -> BoardRow:
    def url(**of: str) -> str:
        return list_url(scope, officer=officer, **of)

    cells = [number(load.phases[p.value], url(phase=p.value)) for p in OFFICE_PHASES]
    own = number(load.own_turn, url(turn="officer"))
    return BoardRow(name, [*cells, own, number(load.overdue, url(due="over"), over=True)])


def of_the_period(
    found: Figures, period: Period, provinces: dict[str, Province]
) -> dict[str, object]:
    """What happened: throughput, first decisions, reasons of returns, time in each state."""
    weeks = metrics.weeks(found, period.scope.province)
    names = [f"{week.monday:%m-%d}" for week in weeks]
    return {
        "weeks": [_week_line(week, period) for week in reversed(weeks)],
        "weeks_total": _total_line(weeks, period),
        "weeks_chart": charts.columns(
            _("Throughput per week"), names,
            [("plain", [w.received for w in weeks]), ("good", [w.filed for w in weeks])],
        ),
        "passed_chart": charts.line_chart(
            _("Passed at the first decision"), names,
            [("plain", [w.provider.percent for w in weeks]),
             ("good", [w.administration.percent for w in weeks])],
        ),
        **_reasons(found, period),
        **_stays(found, period, provinces),
    }  # fmt: skip


_FLOW = ("opened", "received", "submitted", "filed", "closed")
_DECISIONS = ("provider", "administration")
FIGURE_NAMES = {
    "opened": gettext_noop("Cases opened"),
    "received": gettext_noop("Applications sent"),
    "submitted": gettext_noop("Submitted to a provider"),
    "filed": gettext_noop("ICP number granted"),
    "closed": gettext_noop("Closed without a filing"),
    "provider": gettext_noop("First decided by the provider"),
    "provider-passed": gettext_noop("Passed by the provider at the first decision"),
    "administration": gettext_noop("First decided by the administration"),
    "administration-passed": gettext_noop("Granted by the administration at the first decision"),
}


def _week_line(week: metrics.Week, period: Period) -> BoardRow:
    last = min(week.monday + dt.timedelta(days=6), period.last)
    first = max(week.monday, period.first)
    own = Period(first, last, period.scope)
    flow = [number(getattr(week, name), behind_url(name, own)) for name in _FLOW]
    passed = [cell for n in _DECISIONS for cell in _passed_cells(n, getattr(week, n), own)]
    return BoardRow(f"{first:%Y-%m-%d}", [*flow, *passed])


def _total_line(weeks: list[metrics.Week], period: Period) -> BoardRow:
    flow = [
        number(sum(getattr(week, name) for week in weeks), behind_url(name, period))
        for name in _FLOW
    ]
    totals = {n: metrics.altogether(getattr(week, n) for week in weeks) for n in _DECISIONS}
    passed = [cell for n, found in totals.items() for cell in _passed_cells(n, found, period)]
    return BoardRow(_("Altogether"), [*flow, *passed])


def _passed_cells(name: str, found: metrics.Passed, period: Period) -> list[Cell]:
    """How many passed, of how many, and the share."""
    return [
        number(found.passed, behind_url(f"{name}-passed", period)),
        number(found.decided, behind_url(name, period)),
        Cell("" if found.percent is None else f"{found.percent} %"),
    ]


def _reasons(found: Figures, period: Period) -> dict[str, object]:
    counted = metrics.reasons(found, period.scope.province)
    shown = [(name_of_place(about), str(n), [("bad", n)]) for about, n in counted[:12]]
    return {
        "reasons": [
            BoardRow(name_of_place(about), [number(n, behind_url("about", period, about))])
            for about, n in counted
        ],
        "reasons_chart": charts.bars(_("Reasons of returns"), shown),
    }


def name_of_place(about: str) -> str:
    """The field or document a reason is about, in the reader's language."""
    if about in FACT_LABELS:
        return _(FACT_LABELS[about])
    if about in [kind.value for kind in Kind]:
        return _(Kind(about).label)
    names = {field.name: str(field.verbose_name) for field in FilingCase._meta.concrete_fields}
    return names.get(about, about) or _("in general")


def _stays(
    found: Figures, period: Period, provinces: dict[str, Province]
) -> dict[str, object]:  # fmt: skip
    stays = metrics.stays(found, period.scope.province)
    states = [state for state in metrics.TIMED if ("", state) in stays]
    codes = sorted({code for code, _state in stays if code != ""}, key=lambda code: code or "~")
    lines = [_stays_line(_("All provinces"), stays, "", states, period)] if len(codes) > 1 else []
    for code in codes:
        name = str(provinces[code]) if code in provinces else _("not given")
        lines.append(_stays_line(name, stays, code, states, period))
    chart = [
        (str(state.label), stay_in_words(median), [("plain", median)])
        for state in states
        if (median := metrics.lower_median(stays["", state])) is not None
    ]
    return {
        "stays": lines,
        "stays_states": states,
        "stays_chart": charts.bars(_("Median time in each state"), chart),
    }


def _stays_line(
    name: str, stays: dict[tuple[str | None, State], Counter[int]], code: str | None,
    states: Iterable[State], period: Period,
) -> BoardRow:  # fmt: skip
    where = period.scope.province if code == "" else code or drilldown.NO_PROVINCE
    own = replace(period, scope=replace(period.scope, province=where))
    cells = []
    for state in states:
        found = stays.get((code, state))
        median = metrics.lower_median(found) if found else None
        text = "" if median is None else stay_in_words(median)
        cells.append(Cell(text, behind_url("stayed", own, state.value) if text else ""))
    return BoardRow(name, cells)


def name_of_figure(figure: str, detail: str) -> str:
    """What a figure counts, as the heading of its page."""
    if figure == "about":
        return _("Returned because of: %(about)s") % {"about": name_of_place(detail)}
    if figure == "stayed" and detail in State.values:
        return _("Left the state: %(state)s") % {"state": State(detail).label}
    return _(FIGURE_NAMES.get(figure, ""))


@dataclass(frozen=True)
class Behind:
    """A history row behind a figure, with how long the case had been where it then left."""

    row: HistoryRow
    stayed: dt.timedelta | None
    reasons: list[tuple[str, str]]


def line_behind(row: drilldown.RowSince) -> Behind:
    """A row as its page shows it."""
    reasons = [(name_of_place(r.get("about", "")), r.get("text", "")) for r in row.reasons]
    return Behind(row, row.happened_at - row.since if row.since else None, reasons)


def query_without(query: QueryDict, name: str) -> str:
    """The query of an address without one of its parts."""
    kept = query.copy()
    kept.pop(name, None)
    return kept.urlencode()
