"""The one thing that is to be done with a case now: the same on Today and on the case's page."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.rule import Party

from .recommendation import recommended_step


class Task(StrEnum):
    """What kind of thing is to be done."""

    READ_MESSAGE = "read_message"
    JUDGE_ANSWERS = "judge_answers"
    JUDGE_PAPERS = "judge_papers"
    CHASE = "chase"
    STEP = "step"
    FACTS = "facts"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Agenda:
    """What is to be done now, and the step that is due then; the step itself where it is that."""

    task: Task
    step: Step | None


def agenda_of(case: FilingCase, papers_wait: bool, now: dt.datetime) -> Agenda:
    """What is to be done with a case now. What came in waits for nobody: a message, answers, then
    papers.

    `papers_wait` says whether a document of the case is not yet judged.
    """
    step = recommended_step(case)
    if case.message_waits is not None:
        return Agenda(Task.READ_MESSAGE, step)
    if case.answered:
        return Agenda(Task.JUDGE_ANSWERS, step)
    if papers_wait and papers_are_due(case):
        return Agenda(Task.JUDGE_PAPERS, step)
    if _is_to_be_asked(case, now):
        return Agenda(Task.CHASE, step)
    if step:
        return Agenda(Task.STEP, step)
    if case.turn == Party.NOBODY:
        return Agenda(Task.NOTHING, None)
    return Agenda(Task.FACTS, None)


def papers_are_due(case: FilingCase) -> bool:
    """Whether documents are judged now: they have been sent in, and nobody outside decides."""
    state = case.is_at
    return not (state == State.DRAFT or state.locked or state.closed)


def _is_to_be_asked(case: FilingCase, now: dt.datetime) -> bool:
    """Whether another party is over its time; where a day to ask again is set, that day counts.

    Of an SMS window that is over the step itself says what is to be done.
    """
    if case.turn in (Party.OFFICER, Party.NOBODY) or case.is_at == State.SMS_VERIFICATION:
        return False
    if case.follow_up_on is not None:
        return case.follow_up_on <= timezone.localdate(now)
    return case.due_at is not None and case.due_at < now
