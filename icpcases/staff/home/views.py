"""The front page of the admin: what to do today, and the way to the next case."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_staff_role, is_supervisor, is_working
from icpcases.deadlines.calendar_files import missing_years
from icpcases.staff.cases.now import title_of
from icpcases.staff.links import case_url
from icpcases.workflow.agenda import agenda_of
from icpcases.workflow.queue import Bucket, Listed, next_case, queue_of


@dataclass(frozen=True)
class QueueLine:
    """A case on the home page, what is to be done with it next, and where its pages stand."""

    case: FilingCase
    todo: str
    place: str


@dataclass(frozen=True)
class Section:
    """A bucket of the queue as the page shows it."""

    listed: Listed
    lines: list[QueueLine]


def home_context(request: HttpRequest) -> dict[str, object]:
    """Everything the home page shows; at most ten queries, whatever there is."""
    user = request.user
    if not is_staff_role(user):
        return {"role": False}
    now = timezone.now()
    queue = queue_of(user, now)
    sections = [Section(listed, _lines(listed, now)) for listed in queue.lists]
    mine = [s for s in sections if s.listed.bucket != Bucket.UNASSIGNED and s.lines]
    return {
        "role": True,
        "may_work": is_working(user),
        "may_assign": is_supervisor(user),
        "mine": mine,
        "unassigned": sections[-1],
        "unassigned_only": sections[-1:],
        "missing_years": missing_years(now),
        "pending": queue.reckoning,
    }


def _lines(listed: Listed, now: dt.datetime) -> list[QueueLine]:
    # Put together once: reversing the addresses of a hundred lines takes as long as their rows.
    cases = reverse("admin:cases_filingcase_changelist")
    return [QueueLine(case, _todo(case, now), f"{cases}{case.pk}/") for case in listed.cases]


def _todo(case: FilingCase, now: dt.datetime) -> str:
    """What is to be done next, in the words of the case's own page."""
    return title_of(case, agenda_of(case, vars(case)["papers_wait"], now))


@require_safe
def next_page(request: HttpRequest) -> HttpResponse:
    """On to the next case: `after` is the one that is left, `done` the one just worked on."""
    after, done = _number(request.GET.get("after")), _number(request.GET.get("done"))
    pk = next_case(request.user, after, done) if is_working(request.user) else None
    if pk is None:
        messages.info(request, _("There is no other case for you to take now."))
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(case_url(FilingCase(pk=pk)))


def _number(text: str | None) -> int | None:
    digits = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if text and digits else None
