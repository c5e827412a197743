"""All documents of a case that wait, on one page: looked at together, accepted together."""

from collections.abc import Iterator, Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.forms.documents import READ_OFF
from icpcases.cases.models import AccessLogRow, Document, FilingCase
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user, page
from icpcases.web.changes import seen_version
from icpcases.workflow.actions.checks import account_of
from icpcases.workflow.actions.judging import accept_documents
from icpcases.workflow.changes import done_already
from icpcases.workflow.comparison import differences_of
from icpcases.workflow.judgeable import PAPER, papers_waiting

from .documents import pictures_of
from .history import model_field
from .known import known_rows
from .onward import next_url, onward


@require_safe
@for_working
def pile_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every document that waits beside what the case says; each counts as shown from here on."""
    case = get_case_for_user(pk, request.user)
    waiting = list(papers_waiting(case))
    if len(waiting) < 2:
        return HttpResponseRedirect(case_url(case, "judge"))
    if request.method == "GET":
        by, number = account_of(request.user), AccessLogRow.What.NUMBER
        AccessLogRow.objects.bulk_create(
            AccessLogRow(what=number, detail=seen_as(paper), case=case, by=by) for paper in waiting
        )
    context = {
        "case": case,
        "title": _("All documents waiting to be judged"),
        "papers": [_laid_out(case, paper) for paper in waiting],
        "known": known_rows(case),
        "version": case.version,
    }
    return page(request, "staff/pile.html", context)


def _laid_out(case: FilingCase, paper: Document) -> dict[str, object]:
    paper.case = case
    differences = differences_of(paper, case)
    return {
        "paper": paper,
        "pictures": pictures_of(case, paper),
        "differences": [_(d.sentence) % {"known": d.known} for d in differences],
        "read": [(model_field(paper, name).verbose_name, said) for name, said in _read(paper)],
    }


def _read(paper: Document) -> Iterator[tuple[str, str]]:
    """What was typed of a document beside its kind."""
    for name in READ_OFF[1:]:
        shown = getattr(paper, f"get_{name}_display", None)
        if value := shown() if shown else getattr(paper, name):
            yield name, str(value)


def seen_as(paper: Document) -> str:
    """What the access log calls the showing of a document beside the whole numbers."""
    return f"judging document {paper.pk}"


def shown_to(request: HttpRequest, case: FilingCase, papers: Sequence[Document]) -> set[int]:
    """Which of these documents this officer has had before their eyes."""
    names = {seen_as(paper): paper.pk for paper in papers}
    rows = AccessLogRow.objects.filter(case=case, by=request.user.pk, detail__in=list(names))
    return {names[detail] for detail in rows.values_list("detail", flat=True)}


@by_button
@for_working
def accept_shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept every document that waits, once each was shown to this officer."""
    case = get_case_for_user(pk, request.user)
    seen = shown_to(request, case, list(papers_waiting(case)))
    if not seen and done_already(case, request.user, seen_version(request)):
        said = _("This was already saved. It was not saved a second time.")
        return STAFF.done(request, case, said, onward(request, case))
    if not seen:
        raise Http404
    accepted = _("Documents accepted: %(n)s.") % {"n": len(seen)}

    def accept(version: int) -> None:
        accept_documents(case, request.user, seen, version)

    def back() -> str:
        return onward(request, case) or next_url(request, case, PAPER, max(seen))

    return act(request, case, accept, accepted, back)
