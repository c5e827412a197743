"""What is needed from the applicant now: open requests, own steps, rules they can put right."""

from dataclasses import dataclass

from icpcases.cases.models import FilingCase, Request
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_papers import REQUEST_SETTLED
from icpcases.rules.rule import Finding, Party, PlaceKind
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
    #: Of a draft its own pages tell what is missing.
    drafting: bool = False

    @property
    def told(self) -> list[Finding]:
        """The findings that are told one by one: what papers are wanted stands in their list."""
        return [f for f in self.findings if not self.drafting and not _is_about_papers(f)]

    @property
    def papers_wanted(self) -> bool:
        """Whether papers are wanted for the next step."""
        return not self.drafting and any(_is_about_papers(f) for f in self.findings)

    @property
    def listed(self) -> list[Finding]:
        """What closes the next step and stands in the list already: findings, open requests."""
        unmet = self.next_step.unmet if self.next_step else ()
        unanswered = (
            f for f in unmet if f.code == REQUEST_SETTLED.code and f.who == Party.APPLICANT
        )
        return [*self.findings, *unanswered]


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
        drafting=case.is_at == State.DRAFT,
    )


def is_about_facts(finding: Finding) -> bool:
    """Whether a finding is about facts alone, which the application asks for."""
    return bool(finding.places) and all(p.kind == PlaceKind.FACT for p in finding.places)


def _is_about_papers(finding: Finding) -> bool:
    return bool(finding.places) and all(p.kind == PlaceKind.DOCUMENT for p in finding.places)
