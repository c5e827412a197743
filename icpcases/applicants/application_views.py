"""The application of a draft, page by page; looked over, sent, and its receipt."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.applicants import OwnApplicantForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.deadlines.clocks import clock_in_words
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.apps import APP_PREFIX
from icpcases.rules.dossier import GONE
from icpcases.rules.filing_types import Asks
from icpcases.rules.rule import Finding, Party, PlaceKind
from icpcases.rules.verdict import FactsMissing, Verdict, assess
from icpcases.web.changes import seen_version
from icpcases.web.findings import refusal_of, view_of
from icpcases.web.pages import NOT_TRIED, Tried
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.own_applicant import edit_own_applicant, own_fields_open
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import SeenVersion, done_already
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import Stale
from icpcases.workflow.messages import label_of

from .application import Part, fields_on, needed_to_send, of_another, part_title, walk_of
from .facts_told import facts_told
from .pages import AGAIN, APPLICANTS, OTHER, get_own_case, own_case_url, own_link, own_page
from .plain_words import WORDS, word_applicant, word_facts
from .rivals import own_drafts, told_of_own
from .verdicts import shown_document, verdict_context


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def application_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Check your answers: the verdict, what is missing, all facts; a POST sends it."""
    return look_over(request, get_own_case(reference, request.user))


def look_over(request: HttpRequest, case: FilingCase) -> HttpResponse:
    """The same for a case that has been found."""
    if request.method == "POST":
        return _send(request, case)
    if case.is_at != State.DRAFT:
        return HttpResponseRedirect(own_case_url(case))
    return show_application(request, case, Step.SUBMIT_REQUEST)


def _send(request: HttpRequest, case: FilingCase) -> HttpResponse:
    """Send it through the door; what is missing is asked for before."""
    sent = done_already(case, request.user, seen_version(request))
    if case.is_at == State.DRAFT and not sent and needed_to_send(case):
        return show_application(request, case, Step.SUBMIT_REQUEST, Tried(status=422))
    return APPLICANTS.take(
        request, case, Step.SUBMIT_REQUEST, show_application, lambda after, step: "",
        lambda: own_case_url(case, "receipt"),
    )  # fmt: skip


def show_application(
    request: HttpRequest, case: FilingCase, step: Step, tried: Tried = NOT_TRIED
) -> HttpResponse:
    """The page, as the case is now."""
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    needed = needed_to_send(case) if case.is_at == State.DRAFT else []
    context = {
        "case": case,
        "version": case.version,
        "drafting": case.is_at == State.DRAFT,
        "refusal": tried.error and refusal_of(case, tried.error, own_link),
        "incomplete": tried.status == 422,
        "sections": [(s, _again(case, s.part)) for s in facts_told(case)],
        "own": own_drafts(request.user, case),
        "papers": _papers(case, rows),
        "progress": (len(way) + 1,) * 2 if (way := walk_of(case)) else None,
        "office_days": clock_in_words(State.TRIAGE, case.province),
        **_missing(case, needed),
        **verdict_on_draft(case),
    }
    return own_page(request, "applicants/application.html", context, tried.status)


def _missing(case: FilingCase, needed: Iterable[Finding]) -> dict[str, object]:
    """What is still to be given, each with its link; and what else stands in the way."""
    gaps, others = [], []
    for finding in needed:
        view = view_of(case, finding, own_link)
        given = {PlaceKind.FACT, PlaceKind.APPLICANT}
        if finding.who == Party.APPLICANT and finding.places and all(
            place.kind in given for place in finding.places
        ):  # fmt: skip
            gaps += [
                (WORDS[place.key].label if place.key in WORDS else label_of(place), url)
                for place in finding.places
                if (url := own_link(case, place))
            ]
        else:
            others.append(view)
    return {
        "gaps": list(dict.fromkeys(gaps)),
        "others": others,
    }


def verdict_on_draft(case: FilingCase) -> dict[str, object]:
    """What the check would say of a draft's facts; nothing where it cannot, or is not asked."""
    if case.about.asks != Asks.ALL:
        return {"verdict": ""}
    try:
        found = assess(case.facts, case.changed)
        against = found.verdict != Verdict.FILE
        return {**verdict_context(found, case.facts), "against": against}
    except FactsMissing:
        return {"verdict": ""}


def _papers(case: FilingCase, rows: CaseFile) -> list[tuple[str, str, bool, bool]]:
    """What papers are wanted: each with its condition, and whether it has been handed in."""
    here = {paper.kind for paper in rows.papers if paper.status not in GONE}
    wanted = dossier_of(case, rows).wanted
    return [(*shown_document(w), w.kind in here) for w in wanted]


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def application_part_page(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One page of the application; a POST saves what it asks, and goes on."""
    case = get_own_case(reference, request.user)
    if name not in Part:
        raise Http404
    part, drafting = Part(name), case.is_at == State.DRAFT
    if request.method != "POST" and not drafting:
        return HttpResponseRedirect(own_case_url(case))
    context: dict[str, Any] = {
        "title": part_title(part, case), "part": part, "progress": _progress(case, part),
        "done": "",
        "closed": not drafting, "again": AGAIN in request.GET,
        "template": "application_part.html",
        # What is asked next may hang on what is answered here.
        "back": lambda: _onward(request, get_own_case(reference, request.user), part),
    }  # fmt: skip
    if part == Part.PAPERS:
        return _papers_page(request, case, context)
    if part == Part.WHO and not fields_on(case, part):
        return _who_page(request, case, context)
    asked = fields_on(case, part)
    if not asked:
        raise Http404
    another = of_another(case, asked) if OTHER not in request.GET else ()
    context["another"] = f"?{OTHER}=1{f'&{AGAIN}=1' if context['again'] else ''}" if another else ""
    asked = tuple(name for name in asked if name not in another)
    form = FactsForm.part(case, asked, request.POST if request.method == "POST" else None)
    word_facts(form, case)
    if part == Part.SITE:
        context["own"] = told_of_own(request.user, case, form)
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: _kept_apart(
            version, asked, lambda seen: edit_facts(case, request.user, form, seen)
        ),
        **context,
    )  # fmt: skip


def _who_page(request: HttpRequest, case: FilingCase, context: dict[str, Any]) -> HttpResponse:
    """Who applies; read only once the record is no longer this draft's own."""
    if request.method != "POST" and not own_fields_open(case):
        told = next(s for s in facts_told(case) if s.part == Part.WHO)
        return own_page(
            request, "applicants/application_who.html", {"case": case, "told": told, **context}
        )
    data = request.POST if request.method == "POST" else None
    form = OwnApplicantForm.of(case.applicant, data)
    word_applicant(form, case.applicant_type or "")
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: _kept_apart(
            version, (), lambda seen: edit_own_applicant(case, request.user, form, seen)
        ),
        **context,
    )  # fmt: skip


def _papers_page(request: HttpRequest, case: FilingCase, context: dict[str, Any]) -> HttpResponse:
    """Which papers are wanted, and where they are handed in."""
    if request.method == "POST":
        return HttpResponseRedirect(own_case_url(case, "application"))
    papers = _papers(case, CaseFile(case))
    return own_page(
        request, "applicants/application_papers.html", {"case": case, "papers": papers, **context}
    )


def _kept_apart(version: int, asked: Iterable[str], change: Callable[[int], object]) -> object:
    """Save a page whose draft has changed meanwhile only where this page asks nothing of it.

    Two pages of one draft in two tabs are two matters. Raises Stale where they are one.
    """
    try:
        return change(version)
    except Stale as error:
        rows = list(error.rows)
        if version < 1 or any(_touches(row, frozenset(asked)) for row in rows):
            raise
        sending = version.sending if isinstance(version, SeenVersion) else ""
        return change(SeenVersion(rows[-1].sequence, sending))


def _touches(row: HistoryRow, asked: frozenset[str]) -> bool:
    """Whether a change concerns what a page asks; `asked` is nothing where it is who applies."""
    if row.kind != HistoryRow.Kind.EDIT:
        return row.kind in _CONCERNING
    if not asked:
        return "named" in row.entered
    fields = set(row.changes.get("fields", {}))
    features = any(name.startswith(APP_PREFIX) for name in asked)
    own = {*asked, *(f"{name}_id" for name in asked), *(["app_features"] if features else [])}
    return bool(fields & own)


_CONCERNING = (
    HistoryRow.Kind.STEP,
    HistoryRow.Kind.REQUEST,
    HistoryRow.Kind.CORRECTION,
)


def _progress(case: FilingCase, part: Part) -> tuple[int, int] | None:
    """Where in the way a page stands, the last look included; None beside the way."""
    way = walk_of(case)
    return (way.index(part) + 1, len(way) + 1) if part in way else None


def _onward(request: HttpRequest, case: FilingCase, part: Part) -> str:
    """The next page of the way; back to the last look where the page was looked at again."""
    way = walk_of(case)
    after = way[way.index(part) + 1 :] if part in way and AGAIN not in request.GET else []
    return own_case_url(case, "part", after[0].value) if after else own_case_url(
        case, "application"
    )  # fmt: skip


def _again(case: FilingCase, part: Part) -> str:
    """The address of a page that leads back to the last look."""
    return f"{own_case_url(case, 'part', part.value)}?{AGAIN}=1"


@never_cache
@login_required
@require_safe
def receipt_page(request: HttpRequest, reference: str) -> HttpResponse:
    """That the application has been sent: what was sent, and what happens next."""
    case = get_own_case(reference, request.user)
    if case.is_at != State.TRIAGE:
        name = "application" if case.is_at == State.DRAFT else "case"
        return HttpResponseRedirect(own_case_url(case, name))
    context = {
        "case": case,
        "sections": [(section, "") for section in facts_told(case)],
        "papers": [paper for paper in _papers(case, CaseFile(case)) if not paper[-1]],
        "office_days": clock_in_words(State.TRIAGE, case.province),
        **verdict_on_draft(case),
    }
    return own_page(request, "applicants/receipt.html", context)
