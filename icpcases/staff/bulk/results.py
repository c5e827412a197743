"""What has become of each of many cases, as a page."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from icpcases.cases.models import FilingCase
from icpcases.staff.links import case_url, link
from icpcases.staff.pages import page
from icpcases.web.findings import Refusal, refusal_of
from icpcases.workflow.actions.several import Outcome


@dataclass(frozen=True)
class OutcomeView:
    """A case with what became of it: the refusal, where it was refused."""

    case: FilingCase
    url: str
    refusal: Refusal | None


def outcomes_page(
    request: HttpRequest, outcomes: list[Outcome], title: str, back: str, back_label: str
) -> HttpResponse:
    """Which were done, and which not and why; 409 where none was done."""
    views = [
        OutcomeView(
            outcome.case,
            case_url(outcome.case),
            refusal_of(outcome.case, outcome.error, link) if outcome.error else None,
        )
        for outcome in outcomes
    ]
    done = [view for view in views if view.refusal is None]
    context = {
        "title": title,
        "done": done,
        "refused": [view for view in views if view.refusal is not None],
        "back": back,
        "back_label": back_label,
    }
    return page(request, "staff/bulk_done.html", context, 200 if done or not views else 409)
