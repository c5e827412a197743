"""What is needed from the applicant now: open requests, own steps, rules they can put right."""

from dataclasses import dataclass

from icpcases.cases.models import FilingCase, Request
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_papers import REQUEST_SETTLED
from icpcases.rules.about_register import APP_COMPLETE
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding, Guard, Party, PlaceKind
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.explain import Explanation, explain_step, unmet_guards
from icpcases.workflow.recommendation import recommended_step


@dataclass(frozen=True)
class Todo:
    """What the applicant is to do now, what they may do, and what is closed to them."""

    requests: list[Request]
    findings: list[Finding]
    next_step: Explanation | None
    others: list[Explanation]

    @property
    def listed(self) -> list[Finding]:
        """What closes the next step and stands in the list already: findings, open requests."""
        unmet = self.next_step.unmet if self.next_step else ()
        unanswered = (
            f for f in unmet if f.code == REQUEST_SETTLED.code and f.who == Party.APPLICANT
        )
        return [*self.findings, *unanswered]

    @property
    def nothing(self) -> bool:
        """Whether the case waits for somebody else."""
        own = self.next_step is not None and self.next_step.open
        return not (self.requests or self.findings or own)


def _theirs_to_right(case: FilingCase, finding: Finding) -> bool:
    """Whether the applicant can put a finding right by themselves, now.

    Open requests are listed on their own. Once sent, facts change only as the answer to one.
    """
    if finding.who != Party.APPLICANT or finding.code == REQUEST_SETTLED.code:
        return False
    in_draft = {PlaceKind.DOCUMENT, PlaceKind.FACT}
    editable = in_draft if case.is_at == State.DRAFT else {PlaceKind.DOCUMENT}
    return any(place.kind in editable for place in finding.places)


def open_requests(case: FilingCase, rows: CaseFile) -> list[Request]:
    """What the office waits for; of a closed case nothing is asked any more."""
    asked = rows.requests if not case.is_at.closed else ()
    return [request for request in asked if request.status == RequestStatus.OPEN]


def todo_of(case: FilingCase, rows: CaseFile, user: Actor) -> Todo:
    """What is needed from the applicant of a case, as this reader meets it."""
    steps = Step.leading_out_of(case.is_at, case.is_of)
    own = [explain_step(case, s, user) for s in steps if Role.APPLICANT in s.who]
    step = recommended_step(case)
    in_the_way = unmet_guards(dossier_for(case), step, for_applicant=True) if step else ()
    if case.is_at == State.DRAFT and not in_the_way:
        # For want of an App's features the office would send the draft back.
        in_the_way = Guard(APP_COMPLETE).unmet(dossier_for(case), for_applicant=True)
    theirs = [f for f in in_the_way if _theirs_to_right(case, f)]
    return Todo(
        requests=open_requests(case, rows),
        findings=theirs,
        next_step=next((e for e in own if e.step == step), None),
        others=[e for e in own if e.step != step],
    )
