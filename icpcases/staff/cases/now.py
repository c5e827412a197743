"""What the case page says first: the one thing to do now, what else is open, and, a line each,
what is closed."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_case import FACTS_COMPLETE
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.rule import Guard, Party
from icpcases.staff.links import StepShown, case_url, link, show_step
from icpcases.web.findings import FindingView, view_of
from icpcases.workflow.agenda import Agenda, Task, agenda_of
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.explain import explain
from icpcases.workflow.recommendation import is_elsewhere


@dataclass(frozen=True)
class Now:
    """The steps of a case as its page shows them, each in one place.

    `url` leads to what is to be done where that is no step. `step` is the step that is due, now
    or right after; `reasons` stand in its way, or in the way of knowing which step is due.
    """

    agenda: Agenda
    steps: list[StepShown]
    title: str
    url: str
    step: StepShown | None
    reasons: list[FindingView]
    possible: list[StepShown]
    closed: list[StepShown]
    #: What is another role's, or lies off this case's way.
    aside: list[StepShown]

    @property
    def after(self) -> list[StepShown]:
        """The step that is due after what is to be done now, as a list of one."""
        return [self.step] if self.step else []

    @property
    def first_link(self) -> tuple[str, str] | None:
        """Where the office itself opens the step that is due; None where that is not its to do."""
        if self.url or self.step is None or self.step.open:
            return None
        own = (reason for reason in self.reasons if reason.party == Party.OFFICER)
        return next((reason.links[0] for reason in own if reason.links), None)


def now_of(request: HttpRequest, case: FilingCase, rows: CaseFile) -> Now:
    """What is to be done with a case, for whoever reads its page."""
    answers = [r for r in rows.requests if r.status == RequestStatus.ANSWERED]
    papers = [p for p in rows.documents if p.status == DocumentStatus.PENDING]
    agenda = agenda_of(case, bool(papers), timezone.now())
    steps = [show_step(case, explanation) for explanation in explain(case, request.user)]
    due = next((step for step in steps if step.name == agenda.step), None)
    others = [step for step in steps if step is not due]
    aside = [s for s in others if not s.open and (s.aside or is_elsewhere(case, Step(s.name)))]
    url = ""
    if agenda.task == Task.READ_MESSAGE:
        # The box stands right there.
        url = "#messages"
    elif agenda.task == Task.JUDGE_ANSWERS:
        url = case_url(case, "request", answers[0].pk)
    elif agenda.task == Task.JUDGE_PAPERS:
        url = case_url(case, "document", papers[0].pk)
    return Now(
        agenda=agenda,
        steps=steps,
        title=title_of(case, agenda),
        url=url if is_working(request.user) else "",
        step=due,
        reasons=_own_first(_reasons(case, agenda, due)),
        possible=[step for step in others if step.open],
        closed=[step for step in others if not step.open and step not in aside],
        aside=aside,
    )


def title_of(case: FilingCase, agenda: Agenda) -> str:
    """What is to be done now, in a few words."""
    if agenda.task == Task.READ_MESSAGE:
        return _("Answer the applicant's message")
    if agenda.task == Task.JUDGE_ANSWERS:
        return _("Judge the answers")
    if agenda.task == Task.JUDGE_PAPERS:
        return _("Judge the documents")
    if agenda.task == Task.CHASE and case.follow_up:
        return case.follow_up
    if agenda.task == Task.CHASE:
        return _("Ask %(who)s for an update") % {"who": case.turn_name}
    if agenda.task == Task.STEP and agenda.step:
        return str(case.step_words(agenda.step).label)
    return _("Nothing to do") if agenda.task == Task.NOTHING else _("Complete the facts")


def _reasons(case: FilingCase, agenda: Agenda, due: StepShown | None) -> list[FindingView]:
    if due:
        return due.unmet
    if agenda.task != Task.FACTS:
        return []
    missing = Guard(FACTS_COMPLETE).unmet(dossier_for(case))
    return [view_of(case, finding, link) for finding in missing]


def _own_first(reasons: list[FindingView]) -> list[FindingView]:
    return sorted(reasons, key=lambda reason: reason.party != Party.OFFICER)
