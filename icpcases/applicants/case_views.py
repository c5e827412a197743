"""An applicant's cases: where each stands, what is needed now, and the steps that are theirs."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.cases.permissions import is_staff_role
from icpcases.lifecycle.roles import Role
from icpcases.lifecycle.steps import Step
from icpcases.rules.rule import Finding
from icpcases.web.findings import refusal_of, view_of
from icpcases.web.pages import NOT_TRIED, Tried
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.duties import duties_of, footer_snippet
from icpcases.workflow.explain import Explanation, explain_step
from icpcases.workflow.forecast import Basis, expected_path
from icpcases.workflow.step_forms import step_form

from .page_cache import Told, row, told, told_page, written
from .pages import APPLICANTS, case_url, get_case_for_user, link, page, people_of
from .timeline import addresses_removed, timeline
from .todo import todo_of


@never_cache
@login_required
@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """The applicant's cases."""
    user: Any = request.user
    cases = FilingCase.objects.filter(people__user=user).with_names().order_by("-pk")
    return page(request, "applicants/cases.html", {"cases": cases[:200]})


@never_cache
@login_required
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One case: the way, what is needed now, what has happened."""
    case = get_case_for_user(reference, request.user)
    rows, user, people = CaseFile(case), request.user, people_of(case)
    case.dossier = dossier_of(case, rows)
    who = [(row(person), person.user.email) for person in people]
    around = (row(case.applicant), who, is_staff_role(user), case.overdue)
    make = partial(_tell, case, rows, people, user)
    now = told("case", case, make, around, case.dossier)
    return told_page(request, case.reference, now)


def _tell(
    case: FilingCase, rows: CaseFile, people: list[CasePerson], user: Any, basis: Basis
) -> Told:
    todo, duties, removed = todo_of(case, rows, user), duties_of(case), addresses_removed(case)
    context = {
        "case": case,
        "path": expected_path(case, basis=basis),
        "todo": todo,
        "findings": [view_of(case, finding, link) for finding in todo.findings],
        "next_step": todo.next_step and shown(case, todo.next_step, todo.listed),
        "others": [shown(case, explanation) for explanation in todo.others],
        "timeline": timeline(case, removed),
        "documents": rows.documents,
        "people": people,
        "may_edit": case.is_at == "draft",
        "duties": [(duty, case_url(case, "step", duty.key)) for duty in duties],
        "snippet": footer_snippet(case),
    }
    # Who else was on the case is known by their address, which their account may change.
    return Told(written("applicants/case.html", context), bool(duties), lasting=not removed)


def shown(
    case: FilingCase, explanation: Explanation, listed: Sequence[Finding] = ()
) -> dict[str, Any]:
    """A step as the applicant's page shows it; what is `listed` above it is not said again."""
    step = explanation.step
    return {
        "name": step.value,
        "label": step.label,
        "does": step.about.does,
        "url": case_url(case, "step", step.value),
        "open": explanation.open,
        "unmet": [
            view_of(case, finding, link) for finding in explanation.unmet if finding not in listed
        ],
        "later": [_(guard.rule.asks) for guard in explanation.later],
    }


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def step_page(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """The page of one of the applicant's own steps; a POST takes it."""
    case = get_case_for_user(reference, request.user)
    if step not in Step or Role.APPLICANT not in Step(step).who:
        raise Http404
    if request.method == "POST":
        return APPLICANTS.take(request, case, Step(step), show, said)
    return show(request, case, Step(step))


def said(case: FilingCase, step: Step) -> str:
    """One sentence for what has happened."""
    return _("%(step)s: done.") % {"step": step.label}


def show(
    request: HttpRequest, case: FilingCase, step: Step, tried: Tried = NOT_TRIED
) -> HttpResponse:
    """The step's page, as the case is now."""
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    explanation = explain_step(case, step, request.user)
    context = {
        "case": case,
        "step": shown(case, explanation),
        "elsewhere": case.is_at not in step.about.sources,
        "form": tried.form or step_form(case, rows, step, tried.data, for_applicant=True),
        "refusal": tried.error and refusal_of(case, tried.error, link),
        "version": case.version,
    }
    return page(request, "applicants/step.html", context, tried.status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def facts_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The facts of a draft."""
    case = get_case_for_user(reference, request.user)
    sent = {"data": request.POST} if request.method == "POST" else {}
    form = FactsForm.of(case, **sent)
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: edit_facts(case, request.user, form, version),
        title=_("Your application"), submit=_("Save"), done=_("Saved."),
        closed=case.is_at != "draft",
    )  # fmt: skip
