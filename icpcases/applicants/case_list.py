"""My cases: those on which it is one's own move first, each with where it stands; and a search."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, F, Q, QuerySet, TextChoices, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import STATES
from icpcases.rules.folding import normal
from icpcases.rules.rule import Party
from icpcases.web.errand_panel import gone_of
from icpcases.workflow.actions.participants import waiting_for
from icpcases.workflow.standing import Standing, standing_of

from .closing import reasons_of_closing
from .pages import own_page

SHOWN = 50
LONGEST = 100
_CLOSED = [state.value for state in STATES if state.closed]
#: What of a case, its service and its applicant a search looks at.
_SOUGHT = (
    "reference", "domain", "domain_unicode", "site_name", "service__number", "applicant__name",
)  # fmt: skip


class Group(TextChoices):
    """Where a case stands in the list, the first at its top."""

    MINE = "mine", _("Your move")
    OTHERS = "others", _("With others")
    DONE = "done", _("Done")
    CLOSED = "closed", _("Closed")


@dataclass(frozen=True)
class OwnCaseLine:
    """A case as its line tells of it; `why` it was closed, `gone` that its service is."""

    case: FilingCase
    group: Group
    standing: Standing
    gone: str
    why: list[str]


@never_cache
@login_required
@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """The applicant's cases."""
    sought = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    cases = Paginator(own_cases(request.user, sought), SHOWN).get_page(request.GET.get("page"))
    context = {
        "cases": cases,
        "lines": own_case_lines(cases),
        "sought": sought,
        "place": f"&{urlencode({'q': sought})}" if sought else "",
        "invitations": waiting_for(request.user),
    }
    return own_page(request, "applicants/cases.html", context)


def own_cases(user: Actor, sought: str = "") -> QuerySet[FilingCase]:
    """The cases a person is on: by whose move it is, then by what is due or has moved last."""
    whose = Case(
        When(turn=Party.APPLICANT.value, then=Value(0)),
        When(state__in=_CLOSED, then=Value(3)),
        When(turn=Party.NOBODY.value, then=Value(2)),
        default=Value(1),
    )
    cases = FilingCase.objects.filter(people__user=user.pk).with_names()
    for word in normal(sought).split():
        cases = cases.filter(_any_holds(word))
    return cases.order_by(whose, F("due_at").asc(nulls_last=True), "-turn_since", "-pk")


def _any_holds(word: str) -> Q:
    found = Q()
    for name in _SOUGHT:
        found |= Q(**{f"{name}__icontains": word})
    return found


def own_case_lines(cases: Iterable[FilingCase]) -> list[OwnCaseLine]:
    """What the list tells of each case; the reasons of all that are closed in one query."""
    why = reasons_of_closing([case for case in cases if case.is_at.closed])
    return [
        OwnCaseLine(case, group_of(case), standing_of(case), gone_of(case), why.get(case.pk, []))
        for case in cases
    ]


def group_of(case: FilingCase) -> Group:
    """Where in the list a case stands: alike to the order of `own_cases`."""
    if case.is_at.closed:
        return Group.CLOSED
    moves = {Party.APPLICANT: Group.MINE, Party.NOBODY: Group.DONE}
    return moves.get(case.whose_turn, Group.OTHERS)
