"""The front page of the admin: what to do today, and the way to the next case."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import FilingCase, OrderCase
from icpcases.cases.permissions import is_staff_role, is_supervisor, is_working
from icpcases.cases.soundness import Unsound
from icpcases.deadlines.calendar_files import missing_years
from icpcases.deadlines.tables import recent_tables
from icpcases.rules.rule import Party
from icpcases.staff.cases.now import title_of
from icpcases.staff.links import case_url
from icpcases.workflow.agenda import agenda_of
from icpcases.workflow.leave import recent_absences
from icpcases.workflow.queue import Bucket, Listed, next_case, queue_of

from .team import team_today


@dataclass(frozen=True)
class QueueLine:
    """A case on the home page, what is to be done with it next, and where its pages stand."""

    case: FilingCase
    todo: str
    place: str
    #: The colleague whose case it is, where the reader stands in.
    covered: str = ""
    #: What helps to ask: the last contact, whom to call. Label and text.
    beside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """A bucket of the queue as the page shows it."""

    listed: Listed
    lines: list[QueueLine]


def home_context(request: HttpRequest) -> dict[str, object]:
    """Everything the home page shows; the same number of queries, whatever there is."""
    user = request.user
    if not is_staff_role(user):
        return {"role": False}
    now = timezone.now()
    away = recent_absences(timezone.localdate(now))
    queue = queue_of(user, now, away)
    sections = [Section(listed, _lines(listed, queue.covered, now)) for listed in queue.lists]
    mine = [s for s in sections if s.listed.bucket != Bucket.UNASSIGNED and s.lines]
    return {
        "role": True,
        "may_work": is_working(user),
        "may_assign": is_supervisor(user),
        "back": reverse("admin:index"),
        "covered": list(queue.covered.values()),
        "unjoined": queue.unjoined,
        "team": team_today(now, away) if is_supervisor(user) else None,
        "mine": mine,
        "unassigned": sections[-1],
        "unassigned_only": sections[-1:],
        "missing_years": missing_years(now),
        "unsound": unsound_lines() if is_supervisor(user) else [],
        "pending": queue.reckoning,
    }


def unsound_lines() -> list[tuple[Unsound, str]]:
    """The rows of the tables that jobs leave out, each with where it is put right."""
    return [
        (found, reverse(f"admin:cases_{found.row._meta.model_name}_change", args=[found.row.pk]))
        for found in recent_tables().unsound
    ]


def _lines(listed: Listed, covered: dict[int, str], now: dt.datetime) -> list[QueueLine]:
    # Put together once: reversing the addresses of a hundred lines takes as long as their rows.
    cases = reverse("admin:cases_filingcase_changelist")
    return [
        QueueLine(
            case, _todo(case, listed.bucket, now), f"{cases}{case.pk}/",
            covered.get(case.officer_id or 0, ""), tuple(_beside(case, listed.bucket)),
        )
        for case in listed.cases
    ]  # fmt: skip


def _todo(case: FilingCase, bucket: Bucket, now: dt.datetime) -> str:
    """What is to be done next, in the words of the case's own page."""
    if bucket == Bucket.DRAFTS:
        return _("Invite the applicant")
    return title_of(case, agenda_of(case, vars(case)["papers_wait"], now))


def _beside(case: FilingCase, bucket: Bucket) -> Iterator[tuple[str, str]]:
    """Of a case to ask about: whom to call, the day set for it, and what was said last."""
    if bucket != Bucket.CHASE:
        return
    if phone := phone_to_call(case):
        yield _("Call"), phone
    if case.follow_up_on:
        yield _("Next follow-up"), f"{case.follow_up_on:%Y-%m-%d}"
    if case.contacted:
        said = [f"{case.contacted_on:%Y-%m-%d}", str(case.get_contacted_display())]
        yield _("Last contact"), ", ".join([*said, *filter(None, [case.contact])])


def phone_to_call(case: FilingCase) -> str:
    """The telephone of the administration or the provider whose turn it is; empty where none."""
    if case.turn == Party.AUTHORITY and case.province:
        return case.province.phone
    orders: list[OrderCase] = vars(case).get("live_memberships", [])
    return orders[0].order.provider.phone if case.turn == Party.PROVIDER and orders else ""


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
