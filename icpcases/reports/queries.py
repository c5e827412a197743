"""Counting cases and what happened to them, alike on both databases.

Days and weeks are Shanghai's. A stay's length is told as people say it: whole hours up to two
days, whole days beyond; kept in hours.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from icpcases.cases.models.reports import Counted
from icpcases.db.sqlite import in_files
from icpcases.lifecycle.states import AGEING, State
from icpcases.lifecycle.steps import Step
from icpcases.types import SqlRow, SqlValue

from .scope import EVERYTHING, Scope

MONDAY = dt.date(1970, 1, 5)
_SHANGHAI = 8 * 3600
_DAY = 86400
# What the provider, and then the administration, may decide.
DECIDING = {
    State.PROVIDER_REVIEW: (
        Step.PROVIDER_PASSES,
        Step.RETURN_FOR_CORRECTION,
        Step.RECORD_REFUSAL,
    ),
    State.AUTHORITY_REVIEW: (
        Step.APPROVE,
        Step.COMPLETE,
        Step.RETURN_FOR_CORRECTION,
        Step.RECORD_REFUSAL,
    ),
}
# What tells in whose figures all that ever happened to a case counts.
_REACHING = ("province_id", "filing_type", "service_kind")
_EPOCH = {
    "sqlite": "CAST(strftime('%%s', {}) AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM {})) AS bigint)",
}
# The day of a moment in Shanghai, since 1970. By dates PostgreSQL tells it in a third less time.
_DAYS = {
    "sqlite": f"(({_EPOCH['sqlite']} + {_SHANGHAI}) / {_DAY})",
    "postgresql": f"(CAST({{}} AT TIME ZONE 'UTC' + interval '{_SHANGHAI} seconds' AS date)"
    " - DATE '1970-01-01')",
}


def count_cases(now: dt.datetime, scope: Scope = EVERYTHING) -> Counted:
    """How the cases stand, and since when: all of it true as of one moment."""
    only, values = scope.condition()
    rows = _rows(_standing_sql(only), [*values, _moment(now), *values, *values])
    late = {row[1:5]: row[6] for row in rows if row[0] == "late"}
    found = Counted()
    for row in rows:
        kind, state, officer, province, turn, day, n = row
        if kind == "age":
            found.ages.append((state, province, day, n))
        elif kind == "all":
            over = late.get(row[1:5], 0)
            if n > over:
                found.cases.append((state, officer, province, turn, 0, n - over))
            if over:
                found.cases.append((state, officer, province, turn, 1, over))
    return found


def _standing_sql(only: str) -> str:
    """One question, so that its parts agree; each part a walk along an index: `case_officer`,
    `case_due` up to now, and `case_ageing`. Only a type or a kind has to be looked up."""
    groups = "officer_id, state, province_id, turn"
    counted = "state, officer_id, province_id, turn, CAST(NULL AS bigint), COUNT(*)"
    counted += " FROM cases_filingcase c"
    all_of_them = f" WHERE {only.removeprefix(' AND ')}" if only else ""
    day = _day("state_since")
    return f"""
        SELECT 'all', {counted}{all_of_them} GROUP BY {groups}
        UNION ALL SELECT 'late', {counted} WHERE due_at < %s{only} GROUP BY {groups}
        UNION ALL SELECT 'age', state, NULL, province_id, NULL, {day}, COUNT(*)
            FROM cases_filingcase c WHERE state IN ({_quoted(AGEING)}){only}
            GROUP BY state, province_id, {day}"""


def count_weeks(
    mondays: Iterable[dt.date], scope: Scope = EVERYTHING,
    since: dt.date = dt.date.min, until: dt.date = dt.date.max,
) -> dict[dt.date, Counted]:  # fmt: skip
    """What happened in each of these weeks, steps that were taken back left out.

    Of a week that reaches beyond `since` or `until` only the days within.

    The opening of a case is a move without a step; the reasons are those of returns.
    """
    found = {monday: Counted() for monday in mondays}
    only, values = scope.condition()
    for first, last in _runs(sorted(found)):
        sunday = min(last + dt.timedelta(days=6), until)
        days = (max(first, since), sunday + dt.timedelta(days=1))
        span = [_moment(start_of(day)) for day in days]
        with in_files():
            moves = _rows(_moves_sql(only), [*span, *values, *span])
        for week, *move in moves:
            found[_monday(week)].moves.append(tuple(move))
        reasons: defaultdict[tuple[int, str | None, str], int] = defaultdict(int)
        for week, province, told in _rows(_reasons_sql(only), [*span, *values]):
            for reason in json.loads(told):
                reasons[week, province, reason.get("about", "")] += 1
        for (week, province, about), n in reasons.items():
            found[_monday(week)].reasons.append((province, about, n))
    return found


def weeks_touched(after: int) -> set[dt.date]:
    """The weeks whose figures the history rows behind this number may have changed.

    A step taken back, and a province, type or kind that is another, reach into every week of
    their case.
    """
    week = _week("happened_at")
    reaching = " OR ".join(f"CAST(changes AS text) LIKE '%%\"{name}\"%%'" for name in _REACHING)
    sql = f"""
        SELECT {week} FROM cases_historyrow WHERE id > %s
        UNION SELECT {week} FROM cases_historyrow WHERE case_id IN (
            SELECT case_id FROM cases_historyrow WHERE id > %s
            AND (undoes IS NOT NULL OR {reaching}))"""
    return {_monday(number) for (number,) in _rows(sql, [after, after])}


def monday_of(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of a day in Shanghai."""
    return dt.datetime.combine(day, dt.time(), dt.timezone(dt.timedelta(seconds=_SHANGHAI)))


def lasted(seconds: int) -> int:
    """A stay as it is kept: in whole hours, beyond two days in whole days' hours."""
    return seconds // 3600 if seconds < 2 * _DAY else seconds // _DAY * 24


def _moves_sql(only: str) -> str:
    seconds = f"({_epoch('m.happened_at')} - {_epoch('m.since')})"
    steps = ", ".join(["''", *(f"'{step.value}'" for step in Step)])
    decisions = _quoted(dict.fromkeys(step for steps in DECIDING.values() for step in steps))
    cases = "JOIN cases_filingcase c ON c.id = h.case_id" if only else ""
    # The rows of these cases are read whole: how long one stayed, and what was its first
    # decision, is told by what came before the week.
    return f"""
        WITH inside AS MATERIALIZED (
            SELECT DISTINCT h.case_id FROM cases_historyrow h {cases}
            WHERE h.step IN ({steps}) AND h.happened_at >= %s AND h.happened_at < %s{only}),
        lives AS MATERIALIZED (
            SELECT h.case_id, h.sequence, h.step, h.from_state, h.to_state, h.happened_at, h.undoes
            FROM inside i CROSS JOIN cases_historyrow h
            WHERE h.case_id = i.case_id AND (h.step <> '' OR h.sequence = 1)),
        moved AS (
            SELECT h.case_id, h.step, h.from_state, h.happened_at,
                LAG(h.happened_at) OVER (PARTITION BY h.case_id ORDER BY h.sequence) AS since,
                ROW_NUMBER() OVER (PARTITION BY h.case_id, h.from_state,
                    CASE WHEN h.step IN ({decisions}) THEN 1 ELSE 0 END ORDER BY h.sequence) AS nth
            FROM lives h LEFT JOIN lives u ON u.case_id = h.case_id AND u.undoes = h.sequence
            WHERE u.case_id IS NULL AND h.step <> 'step_back' AND h.from_state <> h.to_state)
        SELECT {_week("m.happened_at")}, c.province_id, m.step, m.from_state,
            CASE WHEN {seconds} < {2 * _DAY} THEN {seconds} / 3600
                ELSE {seconds} / {_DAY} * 24 END,
            CASE WHEN m.nth = 1 AND m.from_state IN ({_quoted(DECIDING)})
                AND m.step IN ({decisions}) THEN 1 ELSE 0 END,
            COUNT(*)
        FROM moved m JOIN cases_filingcase c ON c.id = m.case_id
        WHERE m.happened_at >= %s AND m.happened_at < %s GROUP BY 1, 2, 3, 4, 5, 6"""


def _reasons_sql(only: str) -> str:
    return f"""
        SELECT {_week("h.happened_at")}, c.province_id, CAST(h.reasons AS text)
        FROM cases_historyrow h JOIN cases_filingcase c ON c.id = h.case_id
        LEFT JOIN cases_historyrow u ON u.case_id = h.case_id AND u.undoes = h.sequence
        WHERE u.id IS NULL AND h.step = '{Step.RETURN_FOR_CORRECTION.value}'
            AND h.happened_at >= %s AND h.happened_at < %s{only}"""


def _rows(sql: str, values: Sequence[SqlValue]) -> list[SqlRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _epoch(column: str) -> str:
    return _EPOCH[connection.vendor].format(column)


def _day(column: str) -> str:
    return _DAYS[connection.vendor].format(column)


def _week(column: str) -> str:
    """The number of a moment's week, counted from MONDAY."""
    return f"({_day(column)} - {(MONDAY - dt.date(1970, 1, 1)).days}) / 7"


def _monday(week: int) -> dt.date:
    return MONDAY + dt.timedelta(weeks=week)


def _moment(at: dt.datetime) -> SqlValue:
    return connection.ops.adapt_datetimefield_value(at)


def _quoted(names: Iterable[State | Step]) -> str:
    return ", ".join(f"'{name.value}'" for name in names)


def _runs(mondays: list[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """First and last of each unbroken run of weeks, so that each run is one question."""
    runs: list[tuple[dt.date, dt.date]] = []
    for monday in mondays:
        if runs and monday - runs[-1][1] == dt.timedelta(weeks=1):
            runs[-1] = (runs[-1][0], monday)
        else:
            runs.append((monday, monday))
    return runs
