"""Where a decision or a change leads, so that what is next lies open without a search."""

from django.http import HttpRequest
from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working
from icpcases.staff.links import case_url
from icpcases.staff.pages import get_case_for_user
from icpcases.workflow.agenda import Task, agenda_of
from icpcases.workflow.explain import explain_step
from icpcases.workflow.judgeable import PAPER, ToJudge, next_in_queue, next_on_case


def judging_url(found: ToJudge) -> str:
    """The page on which it is judged."""
    return case_url(FilingCase(pk=found.case_id), found.kind, found.pk)


def next_url(request: HttpRequest, case: FilingCase, kind: str, pk: int) -> str:
    """Where a decision leads: what comes behind it, what was passed over, another case."""
    behind = {"paper": pk} if kind == PAPER else {"request": pk}
    found = next_on_case(case, **behind) or next_on_case(case)
    if found is None and is_working(request.user):
        found = next_in_queue(request.user, after=case.pk)
    return judging_url(found) if found else case_url(case)


#: The button that leads on to what is next says so under this name.
THEN, NEXT = "then", "next"


def onward(request: HttpRequest, case: FilingCase) -> str:
    """The page of what is next on a case, for whoever asked to go on; else empty.

    What is next and not open, or nobody's to do, is told by the case's own page.
    """
    if request.POST.get(THEN) != NEXT:
        return ""
    fresh = get_case_for_user(case.pk, request.user)
    found = next_on_case(fresh)
    if fresh.message_waits is not None:
        # It stands on the case's own page.
        return ""
    agenda = agenda_of(fresh, found is not None and found.kind == PAPER, timezone.now())
    if found and agenda.task in (Task.JUDGE_ANSWERS, Task.JUDGE_PAPERS):
        return judging_url(found)
    if agenda.step and explain_step(fresh, agenda.step, request.user).open:
        return case_url(fresh, "step", agenda.step.value)
    return ""
