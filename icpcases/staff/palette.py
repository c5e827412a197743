"""The palette: one box that finds cases, applicants, pages, and the open steps of a case."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from icpcases.cases.models import Applicant
from icpcases.cases.permissions import is_working
from icpcases.search.applicants import find_applicants
from icpcases.search.listing import CaseFilter, Listing, Ordering
from icpcases.search.query import query_of
from icpcases.search.tokens import normal
from icpcases.types import Text
from icpcases.workflow.explain import explain

from .cases.filters import ListQuery
from .cases.lines import case_lines
from .links import case_url
from .pages import for_readers, get_case_for_user
from .rooms import rooms_of

#: So many hits are answered, and so many cases and applicants each.
MOST, EACH = 10, 5
LANGUAGES = ("en", "zh-hans")
#: A name, and where it leads.
Named = list[tuple[str, str]]


@dataclass(frozen=True)
class Hit:
    """One line of the palette: what kind of thing, what it is called, and where it leads."""

    kind: str
    label: str
    detail: str
    url: str


@for_readers
@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """What fits what was typed, the nearest first: the case's steps, pages, cases, applicants."""
    typed = ListQuery.of(request.GET).typed.strip()
    steps = _steps(request)
    found = chain(
        _fitting(_("Step"), typed, lambda: [(str(label), url) for label, url in steps]),
        _fitting(_("Page"), typed, lambda: _pages(request)),
        _found(typed) if typed else (),
    )
    return JsonResponse({"hits": [asdict(hit) for hit in islice(found, MOST)]})


def _fitting(kind: str, typed: str, make: Callable[[], Named]) -> Iterator[Hit]:
    """What is called so in either language, shown in the reader's."""
    shown, wanted = make(), normal(typed).split()
    others = []
    for language in LANGUAGES:
        with override(language):
            others.append([normal(label) for label, _url in make()])
    for (label, url), *names in zip(shown, *others, strict=True):
        if any(all(word in name for word in wanted) for name in names):
            yield Hit(kind, label, "", url)


def _steps(request: HttpRequest) -> list[tuple[Text, str]]:
    """The steps that this reader may take now on the case whose page is open."""
    number = request.GET.get("case", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return []
    case = get_case_for_user(int(number), request.user)
    return [
        (case.step_words(told.step).label, case_url(case, "step", told.step.value))
        for told in explain(case, request.user)
        if told.open
    ]


def _pages(request: HttpRequest) -> Named:
    rooms = [(room.label, room.url) for room in rooms_of(request.user, "")]
    if is_working(request.user):
        rooms += [
            (_("Next case"), reverse("admin:next")),
            (_("Open a case"), reverse("admin:cases_filingcase_add")),
        ]
    apps = admin.site.get_app_list(request)
    tables = [(model["name"], model["admin_url"]) for app in apps for model in app["models"]]
    known = {url for _label, url in rooms}
    return [*rooms, *((str(name), url) for name, url in tables if url and url not in known)]


def _found(typed: str) -> Iterator[Hit]:
    """Cases as the list's search finds them, and applicants."""
    now = timezone.now()
    listing = Listing(CaseFilter(query=query_of(typed), now=now), Ordering())
    keys = listing.keys(EACH)
    cases = reverse("admin:cases_filingcase_changelist")
    for line in case_lines(keys, now):
        about = (line.case["applicant__name"], line.site, str(line.state.label))
        detail = " · ".join(part for part in about if part)
        yield Hit(_("Case"), line.case["reference"], detail, f"{cases}{line.address}")
    found = find_applicants(typed, EACH)
    names = Applicant.objects.in_bulk(found)
    for pk in found:
        yield Hit(_("Applicant"), names[pk].name, "", reverse("admin:cases_portfolio", args=[pk]))
