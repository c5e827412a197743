"""One page per step: what it needs, what it changes, who is told, confirm and cancel."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.definition import BACK
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.notifications.preview import previews
from icpcases.staff.links import link, show_step
from icpcases.staff.pages import STAFF, get_case_for_user, page
from icpcases.web.errand_panel import how_to_answer, late_since, said_of_lateness
from icpcases.web.findings import refusal_of
from icpcases.web.pages import NOT_TRIED, Tried
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.effects import people_asked
from icpcases.workflow.explain import Explanation, explain_step
from icpcases.workflow.step_forms import StepForm, step_form

from .onward import onward


@require_http_methods(["GET", "POST"])
def step_page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The page of a step on a case; a POST takes the step."""
    case = get_case_for_user(pk, request.user)
    if step not in Step:
        raise Http404
    if request.method == "GET":
        return show(request, case, Step(step))
    return STAFF.take(request, case, Step(step), show, said, lambda: onward(request, case))


def said(case: FilingCase, step: Step) -> str:
    """One sentence for what has happened and whose turn it is now."""
    sentence = _("%(step)s: done. The case is now in “%(state)s”. Now waiting for: %(turn)s.")
    words = {
        "step": case.step_words(step).label,
        "state": case.is_at.label,
        "turn": case.turn_name,
    }
    return f"{sentence % words} {said_of_lateness(case, step)}".strip()


def show(
    request: HttpRequest, case: FilingCase, step: Step, tried: Tried = NOT_TRIED
) -> HttpResponse:
    """The step's page, as the case is now."""
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    explanation = explain_step(case, step, request.user)
    form = tried.form or step_form(case, rows, step, tried.data)
    leads_out = step.about.leads_out_of(case.is_at, case.is_of)
    target = target_of(rows, explanation)
    context = {
        "case": case,
        "title": case.step_words(step).label,
        "step": show_step(case, explanation),
        "closed_elsewhere": not leads_out,
        "target": target,
        "target_meaning": case.words_in(target).meaning if target else "",
        "form": form,
        "undone": rows.step_to_undo if step == Step.STEP_BACK else None,
        "late_since": late_since(case, step),
        "how": how_to_answer(case) if step == Step.CONFIRM_SMS else "",
        # What cannot be done now is announced to nobody.
        "previews": previews(case, step, looked_over(form)) if explanation.open else [],
        "tells": step.about.tells or bool(form.fields.get("tell")),
        "refusal": tried.error and refusal_of(case, tried.error, link),
        "version": case.version,
    }
    return page(request, "staff/step.html", context, tried.status)


def looked_over(form: StepForm) -> StepForm:
    """The form with what can already be taken from it, so that a preview shows it."""
    if form.is_bound:
        form.is_valid()
    return form


def target_of(rows: CaseFile, explanation: Explanation) -> State | None:
    """The state the step leads to; None where it stays."""
    target = explanation.step.about.target
    if target == BACK:
        row = rows.step_to_undo
        return State(row.from_state) if row else None
    if isinstance(target, tuple):
        return _foreseen(rows, explanation.step, target)
    return State(target) if target else None


def _foreseen(rows: CaseFile, step: Step, targets: tuple[State, ...]) -> State:
    """Of several states, where the filing type or the people still asked lead to."""
    usual, other = targets
    if step == Step.PROVIDER_PASSES:
        return other if rows.case.about.inspection else usual
    if step == Step.CONFIRM_SMS:
        return other if len(rows.unanswered) <= 1 else usual
    return usual if people_asked(rows.case) else other
