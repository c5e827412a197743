"""Taking a step back: what the case would be without it."""

import datetime as dt
from dataclasses import replace

from icpcases.cases.models import (
    HistoryRow,
)
from icpcases.lifecycle.states import BEFORE_THEM, State
from icpcases.lifecycle.steps import Step
from icpcases.register.undoing import users_since
from icpcases.rules import dossier as d
from icpcases.rules.about_case import SUBJECT_IDLE
from icpcases.rules.facts import FACT_NAMES, Facts, ForumAnswer, read_fact

from .casefile import CaseFile, running_order


def times_before(row: HistoryRow) -> tuple[dt.datetime, dt.datetime, str]:
    """State since, turn since and turn as they were when a step was taken, from the history.

    Taken back, a step leaves the times of the state before as if it had never been: the SMS
    window, for one, runs on from its own start.
    """
    rows = HistoryRow.objects.filter(case=row.case_id, sequence__lt=row.sequence)
    stack: list[tuple[dt.datetime, dt.datetime, str]] = []
    for r in rows.order_by("sequence"):
        if r.step == Step.STEP_BACK:
            stack.pop()
        elif r.step:
            stack.append(stack[-1])
        moved = not stack or (r.step != Step.STEP_BACK and r.from_state not in ("", r.to_state))
        since, turn_since, turn = (r.happened_at, r.happened_at, r.turn) if moved else stack[-1]
        times = (since, turn_since if r.turn == turn else r.happened_at, r.turn)
        stack[-1:] = [times]
    return stack[-1]


def unmet_before(dossier: d.Dossier, row: HistoryRow, rows: CaseFile) -> tuple[str, ...]:
    """The rules that would fail in the state before this step, with what it entered cleared."""
    before = dossier.but(
        facts=_facts_before(dossier.facts, row),
        papers=_papers_before(dossier.papers, row),
    )
    earlier = State(row.from_state)
    unmet = [guard.rule.code for guard in earlier.about.invariants if not guard.met(before)]
    return (*unmet, *_unmet_across_cases(before, row, rows))


def _unmet_across_cases(before: d.Dossier, row: HistoryRow, rows: CaseFile) -> list[str]:
    """The rules across cases that the earlier state asks for anew, for the order it goes by."""
    if State(row.from_state) not in BEFORE_THEM:
        return []
    again = row.changes.get("left", ())
    goes_by = [m.order for m in rows.memberships if m.left_on is None or m.pk in again]
    # What runs since this step ended or paused its order stands still again once that one runs.
    changed = {change["order"] for change in row.changes.get("order_was", ())}
    running = tuple(running_order(order) for order in rows.running if order.pk not in changed)
    for order in goes_by:
        alive = before.but(provider=order.provider.name, order_number=order.number, running=running)
        if not SUBJECT_IDLE.holds(alive):
            return [SUBJECT_IDLE.code]
    return []


def used_since(row: HistoryRow) -> tuple[str, ...]:
    """The later errands that stand on what this step entered in the register."""
    return users_since(row.case_id, row.sequence) if row.changes.get("register") else ()


def _facts_before(facts: Facts, row: HistoryRow) -> Facts:
    fields = row.changes.get("fields", {})
    old = {name: read_fact(name, value[0]) for name, value in fields.items() if name in FACT_NAMES}
    # A changed answer never breaks a case: it is looked up, and no fact of the case's own.
    return replace(facts, province_accepts_forums=ForumAnswer.YES, **old)


def _papers_before(papers: tuple[d.Paper, ...], row: HistoryRow) -> tuple[d.Paper, ...]:
    made = {str(pk) for pk in row.changes.get("documents", ())}
    doubted = {str(pk) for pk in row.changes.get("doubted", ())}
    return tuple(
        replace(paper, status=d.DocumentStatus.ACCEPTED)
        if paper.key in doubted and paper.status == d.DocumentStatus.PENDING
        else paper
        for paper in papers
        if paper.key not in made
    )
