"""What the office has asked, and what was answered, as the applicant reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from icpcases.cases.forms.answers import AnswersForm
from icpcases.cases.models import FilingCase, Province, Request
from icpcases.web.errand_panel import shown_value
from icpcases.workflow.actions.documents import came_with_answers

from .papers import STANDS, HandedIn


@dataclass(frozen=True)
class Exchange:
    """A request with its answer: words, the value of its fact, the documents that came."""

    request: Request
    value: str
    came: list[HandedIn]

    @property
    def answered(self) -> bool:
        """Whether anything was said or handed in."""
        return bool(self.request.answer or self.value or self.came)


def exchanges_of(case: FilingCase, requests: Iterable[Request]) -> list[Exchange]:
    """These requests with their answers, however many: private numbers are masked."""
    asked = list(requests)
    came = came_with_answers(case.pk, asked) if asked else {}
    return [
        Exchange(
            one,
            proposed_value(case, one),
            [HandedIn(paper, STANDS[paper.status]) for paper in came[one.pk]],
        )
        for one in asked
    ]


def answers_here(case: FilingCase, requests: Iterable[Request]) -> AnswersForm:
    """The fields for these requests on a remembered page, whose form stands in the frame."""
    return AnswersForm(case, requests, belongs_to="answers")


def proposed_value(case: FilingCase, request: Request) -> str:
    """What a fact was answered to be; empty where none is proposed."""
    if request.value is None:
        return ""
    if request.about == "province":
        return str(Province.objects.filter(pk=request.value).first() or request.value)
    return shown_value(case, request.about, request.value)
