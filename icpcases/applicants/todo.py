"""What is needed from the applicant now: open requests, own steps, rules they can put right."""

from dataclasses import dataclass

from icpcases.cases.models import FilingCase, Request
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_papers import REQUEST_SETTLED
from icpcases.rules.rule import Finding, Party
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.explain import Explanation, explain_step
from icpcases.workflow.recommendation import recommended_step
from icpcases.workflow.standing import open_requests, to_right


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


def todo_of(case: FilingCase, rows: CaseFile, user: Actor) -> Todo:
    """What is needed from the applicant of a case, as this reader meets it."""
    steps = Step.leading_out_of(case.is_at, case.is_of)
    own = [explain_step(case, s, user) for s in steps if Role.APPLICANT in s.who]
    step = recommended_step(case)
    return Todo(
        requests=open_requests(case, rows),
        findings=to_right(case),
        next_step=next((e for e in own if e.step == step), None),
        others=[e for e in own if e.step != step],
    )
