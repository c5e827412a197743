"""Every figure of the board against a slow count of its own over 2,000 random cases."""

import datetime as dt
import statistics
from collections import Counter, defaultdict

import pytest
from django.utils import timezone

from icpcases.lifecycle.states import Phase, State
from icpcases.reports import cache, drilldown, metrics
from icpcases.reports.scope import EVERYTHING, Scope

from .crowd import Life, make_crowd

pytestmark = pytest.mark.django_db
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
WEEKS = 20


def monday(at: dt.datetime) -> dt.date:
    day = at.astimezone(SHANGHAI).date()
    return day - dt.timedelta(days=day.isoweekday() - 1)


def rounded(span: dt.timedelta) -> int:
    """As people say it: hours below two days, whole days beyond, in hours."""
    hours = int(span.total_seconds() // 3600)
    return hours if hours < 48 else hours // 24 * 24


class SlowCount:
    """Everything the board says, counted by walking through each case, one by one."""

    def __init__(self, lives: list[Life], first: dt.date, last: dt.date, scope: Scope):
        self.flow: defaultdict[dt.date, Counter[str]] = defaultdict(Counter)
        self.stays: defaultdict[tuple[str | None, str], list[int]] = defaultdict(list)
        self.about: Counter[str] = Counter()
        self.span = (first, last)
        self.lives = [
            x
            for x in lives
            if scope.province in ("", x.case.province_id)
            and scope.type in ("", x.case.filing_type)
            and scope.kind in ("", x.case.service_kind)
        ]
        for life in self.lives:
            self._walk(life)

    def _walk(self, life: Life) -> None:
        since = life.rows[0].happened_at
        decided: set[str] = set()
        self._happened("opened", life.rows[0].happened_at)
        for row in life.rows[1:]:
            if not row.step or row.step == "step_back" or row.sequence in life.undone:
                continue
            if row.from_state == row.to_state:
                continue
            self._step(row, life.case.province_id, since, decided)
            since = row.happened_at

    def _step(self, row, province, since, decided) -> None:
        name = {"submit_request": "received", "submit_to_provider": "submitted",
                "approve": "filed"}.get(row.step)  # fmt: skip
        if name:
            self._happened(name, row.happened_at)
        if State(row.to_state).phase == Phase.CLOSED:
            self._happened("closed", row.happened_at)
        kind = {"provider_review": "provider", "authority_review": "administration"}.get(
            row.from_state
        )
        if kind and row.step not in ("withdraw", "pull_back") and kind not in decided:
            decided.add(kind)
            self._happened(kind, row.happened_at)
            if row.step in ("provider_passes", "approve", "complete"):
                self._happened(f"{kind}-passed", row.happened_at)
        if self.span[0] <= monday(row.happened_at) <= self.span[1]:
            for key in (province, ""):
                self.stays[key, row.from_state].append(rounded(row.happened_at - since))
            self.about.update(reason["about"] for reason in row.reasons)

    def _happened(self, name: str, at: dt.datetime) -> None:
        if self.span[0] <= monday(at) <= self.span[1]:
            self.flow[monday(at)][name] += 1


@pytest.fixture
def today() -> dt.date:
    return timezone.now().astimezone(SHANGHAI).date()


SCOPES = (
    EVERYTHING, Scope("CN-BJ"), Scope("CN-ZJ"), Scope(type="add_access"), Scope(kind="app"),
    Scope(type="first", kind="website"), Scope("CN-BJ", type="first", kind="app"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_every_figure_equals_a_slow_count(db, today, seed):
    lives = make_crowd(2000, seed)
    first = monday(timezone.now()) - dt.timedelta(weeks=WEEKS - 1)
    for scope in SCOPES:
        found, province = cache.figures(first, today, scope=scope), scope.province
        slow = SlowCount(lives, first, today, scope)
        assert slow.lives
        assert_standing(found, slow, province, today)
        assert_loads(found, slow, province)
        assert_weeks(found, slow, province, first)
        assert dict(metrics.reasons(found, province)) == dict(slow.about)
        assert_stays(found, slow, province)
        assert_cases_behind(slow, scope, first, today)


def assert_standing(found, slow, province, today):
    phases = [(phase, [s for s in State if s.phase == phase]) for phase in Phase]
    for states in [*([state] for state in State), *(states for _phase, states in phases)]:
        cases = [life.case for life in slow.lives if life.case.state in states]
        ages = sorted(
            (today - c.state_since.astimezone(SHANGHAI).date()).days
            for c in cases
            if c.state not in ("open", "completed") and State(c.state).phase != Phase.CLOSED
        )  # fmt: skip
        assert metrics.standing(found, states, province, today) == metrics.StateMetrics(
            count=len(cases),
            overdue=sum(c.due_at is not None and c.due_at < found.as_of for c in cases),
            median=statistics.median_low(ages) if ages else None,
            oldest=ages[-1] if ages else None,
        )


def assert_loads(found, slow, province):
    expected: defaultdict[int | None, metrics.Load] = defaultdict(metrics.Load)
    for case in (life.case for life in slow.lives):
        load = expected[case.officer_id]
        load.phases[State(case.state).phase.value] += 1
        load.own_turn += case.turn == "officer"
        load.overdue += case.due_at is not None and case.due_at < found.as_of
    assert metrics.loads(found, province) == dict(expected)


FLOW = ("opened", "received", "submitted", "filed", "closed")


def assert_weeks(found, slow, province, first):
    weeks = metrics.weeks(found, province)
    assert [week.monday for week in weeks] == [first + dt.timedelta(weeks=n) for n in range(WEEKS)]
    for week in weeks:
        counted = slow.flow[week.monday]
        assert {name: getattr(week, name) for name in FLOW} == {n: counted[n] for n in FLOW}
        for kind in ("provider", "administration"):
            passed = metrics.Passed(counted[f"{kind}-passed"], counted[kind])
            assert getattr(week, kind) == passed


def assert_stays(found, slow, province):
    shown = {
        (where, state.value): metrics.lower_median(hours)
        for (where, state), hours in metrics.stays(found, province).items()
    }
    timed = [s for s in State if s.phase not in (Phase.DONE, Phase.CLOSED)]
    assert shown == {
        key: statistics.median_low(hours) for key, hours in slow.stays.items() if key[1] in timed
    }


def assert_cases_behind(slow, scope, first, today):
    """The page behind a figure lists as many rows as the figure says."""

    def behind_it(figure, detail=""):
        return drilldown.rows_behind(figure, first, today, scope, detail).count()

    total: Counter[str] = sum(slow.flow.values(), Counter())
    names = [name for name in drilldown.FIGURES if name not in ("about", "stayed")]
    assert {name: behind_it(name) for name in names} == {name: total[name] for name in names}
    assert {a: behind_it("about", a) for a in slow.about} == dict(slow.about)
    left = [key for key in slow.stays if key[0] == ""]
    assert {k: behind_it("stayed", k[1]) for k in left} == {k: len(slow.stays[k]) for k in left}
