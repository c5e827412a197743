"""An applicant's cases: where each stands, what is needed now, and the steps that are theirs."""

from collections.abc import Sequence
from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.models import CasePerson, FilingCase
from icpcases.cases.permissions import is_staff_role
from icpcases.lifecycle.roles import Actor, Role
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding
from icpcases.web.errand_panel import errand_panel, late_since, said_of_lateness
from icpcases.web.findings import refusal_of, view_of
from icpcases.web.pages import NOT_TRIED, Tried
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.duties import duties_of, footer_snippet
from icpcases.workflow.explain import Explanation, explain_step
from icpcases.workflow.forecast import Basis, expected_path
from icpcases.workflow.standing import standing_of
from icpcases.workflow.step_forms import step_form

from .application_views import look_over
from .asked import answers_here
from .closing import may_apply_again, reasons_of_closing
from .facts_told import facts_told
from .messages import messages_of
from .page_cache import Told, row, told, told_page, written
from .pages import APPLICANTS, get_own_case, own_case_url, own_link, own_page, people_of
from .papers import checklist
from .timeline import addresses_removed, newest_moments, older_moments
from .todo import is_about_facts, todo_of


@never_cache
@login_required
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One case: the way, what is needed now, what has happened."""
    case = get_own_case(reference, request.user)
    rows, user, people = CaseFile(case), request.user, people_of(case)
    dossier = case.dossier = dossier_of(case, rows)
    who = [(row(person), person.user.email) for person in people]
    service = case.service and row(case.service)
    around = (row(case.applicant), service, who, is_staff_role(user), case.overdue)
    make = partial(_tell, case, rows, people, user)
    now = told("case", case, make, around, dossier)
    return told_page(request, case.reference, now)


def _tell(
    case: FilingCase, rows: CaseFile, people: list[CasePerson], user: Actor, basis: Basis
) -> Told:
    todo, duties, removed = todo_of(case, rows, user), duties_of(case), addresses_removed(case)
    drafting = case.is_at == State.DRAFT
    errand = errand_panel(case, rows)
    context = {
        "case": case,
        "path": expected_path(case, basis=basis),
        "standing": standing_of(case),
        "why": reasons_of_closing([case]).get(case.pk) if case.is_at.closed else None,
        "again": may_apply_again(case),
        "todo": todo,
        "errand": errand,
        "findings": [view_of(case, finding, own_link) for finding in todo.told],
        "papers_wanted": todo.papers_wanted,
        "next_step": todo.next_step and next_step_of(case, todo.next_step, todo.listed),
        "others": [shown_step(case, explanation) for explanation in todo.others],
        "timeline": newest_moments(case, removed),
        "answers": answers_here(case, todo.requests),
        "checklist": checklist(case, rows),
        "talk": messages_of(case),
        "sections": [] if drafting else [(section, "") for section in facts_told(case)],
        "answered": any(r.status != RequestStatus.OPEN for r in rows.requests),
        "people": people,
        "duties": [(duty, own_case_url(case, "step", duty.key)) for duty in duties],
        "snippet": footer_snippet(case),
    }
    # Who else was on the case is known by their address, which their account may change; what
    # ends with a cancelling errand hangs on services that are not compared.
    lasting = not (removed or errand.ends)
    asks = own_case_url(case, "requests") if todo.requests else ""
    return Told(written("applicants/case.html", context), bool(duties), lasting, asks)


def next_step_of(
    case: FilingCase, explanation: Explanation, listed: Sequence[Finding]
) -> dict[str, object]:
    """The step that is next; a draft is sent where it is looked over, whatever it lacks still."""
    if case.is_at != State.DRAFT:
        return shown_step(case, explanation, listed)
    more = [f for f in explanation.unmet if f not in listed and not is_about_facts(f)]
    return {
        "label": _("Go on with the application"),
        "url": own_case_url(case, "application"),
        "open": True,
        "unmet": [view_of(case, finding, own_link) for finding in more],
    }


def shown_step(
    case: FilingCase, explanation: Explanation, listed: Sequence[Finding] = ()
) -> dict[str, object]:
    """A step as the applicant's page shows it; what is `listed` above it is not said again."""
    step, words = explanation.step, case.step_words(explanation.step)
    return {
        "name": step.value,
        "label": words.label,
        "does": words.does,
        "url": own_case_url(case, "step", step.value),
        "open": explanation.open,
        "unmet": [
            view_of(case, finding, own_link)
            for finding in explanation.unmet
            if finding not in listed
        ],
        "later": [_(guard.rule.asks) for guard in explanation.later],
    }


@never_cache
@login_required
@require_safe
def timeline_page(request: HttpRequest, reference: str) -> HttpResponse:
    """All that has happened in a case, in pages."""
    case = get_own_case(reference, request.user)
    context = {"case": case, "pages": older_moments(case, request.GET.get("page"))}
    return own_page(request, "applicants/timeline.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_step_page(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """The page of one of the applicant's own steps; a POST takes it."""
    case = get_own_case(reference, request.user)
    if step not in Step or Role.APPLICANT not in Step(step).who:
        raise Http404
    if step == Step.SUBMIT_REQUEST and case.is_at == State.DRAFT:
        # Nobody sends what he has not looked over.
        if request.method != "POST":
            return HttpResponseRedirect(own_case_url(case, "application"))
        return look_over(request, case)
    if request.method == "POST":
        return APPLICANTS.take(request, case, Step(step), show_own_step, own_said)
    return show_own_step(request, case, Step(step))


def own_said(case: FilingCase, step: Step) -> str:
    """One sentence for what has happened."""
    sentence = _("%(step)s: done.") % {"step": case.step_words(step).label}
    return f"{sentence} {said_of_lateness(case, step)}".strip()


def show_own_step(
    request: HttpRequest, case: FilingCase, step: Step, tried: Tried = NOT_TRIED
) -> HttpResponse:
    """The step's page, as the case is now."""
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    explanation = explain_step(case, step, request.user)
    context = {
        "case": case,
        "step": shown_step(case, explanation),
        "late_since": late_since(case, step),
        "elsewhere": not step.about.leads_out_of(case.is_at, case.is_of),
        "form": tried.form or step_form(case, rows, step, tried.data, for_applicant=True),
        "refusal": tried.error and refusal_of(case, tried.error, own_link),
        "version": case.version,
    }
    return own_page(request, "applicants/step.html", context, tried.status)
