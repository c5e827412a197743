"""A provider's order with its cases, and one step for several of them at once."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.models import Applicant, FilingCase, Order
from icpcases.cases.permissions import is_working
from icpcases.deadlines.orders import last_day_of
from icpcases.lifecycle.steps import Step
from icpcases.staff.links import link
from icpcases.staff.pages import for_readers, page
from icpcases.web.changes import seen_version, typed
from icpcases.web.findings import FindingView, view_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.orders import (
    SHARED,
    Taken,
    cases_of,
    ready_cases,
    take_for_all,
)
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.exceptions import BadEntry, Stale
from icpcases.workflow.explain import explain_step
from icpcases.workflow.messages import sentence_of
from icpcases.workflow.step_forms import StepForm, step_form


@dataclass(frozen=True)
class Line:
    """A case on the page: whether the step is open for it, and if not, why."""

    case: FilingCase
    open: bool
    unmet: list[FindingView]
    chosen: bool
    told: str = ""


@require_safe
@for_readers
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An order: its cases, how long it lives, and what may be done for all of them."""
    order = get_object_or_404(Order.objects.select_related("provider", "applicant"), pk=pk)
    cases = cases_of(order)
    steps = [
        step
        for step in SHARED
        if any(step.about.leads_out_of(case.is_at, case.is_of) for case in cases)
    ]
    days = [day for case in cases if (day := last_day_of(order, case))]
    left = order.memberships.filter(left_on__isnull=False).select_related("case").order_by("pk")
    context = {
        "title": _("Order %(number)s") % {"number": order.number},
        "order": order,
        "applicant": order.applicant,
        "cases": cases,
        "left": left,
        "last_day": min(days, default=None),
        "steps": steps if is_working(request.user) else [],
    }
    return page(request, "staff/order.html", context)


@require_http_methods(["GET", "POST"])
def order_step_page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step for the cases of an order that are ticked."""
    order = get_object_or_404(Order.objects.select_related("applicant"), pk=pk)
    if step not in {shared.value for shared in SHARED}:
        raise Http404
    back = reverse("admin:cases_order", args=[order.pk])
    return _for_several(request, cases_of(order), Step(step), order.applicant, back)


@require_http_methods(["GET", "POST"])
def submit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit several cases of one subject together, on one order."""
    applicant = get_object_or_404(Applicant, pk=pk)
    back = reverse("admin:cases_portfolio", args=[applicant.pk])
    cases = ready_cases(applicant.pk)
    return _for_several(request, cases, Step.SUBMIT_TO_PROVIDER, applicant, back)


def _for_several(
    request: HttpRequest, cases: list[FilingCase], step: Step, applicant: Applicant, back: str
) -> HttpResponse:
    """The page of a step for several cases; a POST takes it on those that are ticked."""
    if not is_working(request.user):
        raise PermissionDenied
    taken: list[Taken] = []
    data = typed(request) if request.method == "POST" else None
    if data is not None:
        cases = _with_gone(request, cases, applicant)
        ticked = [
            (case, seen_version(request, f"version-{case.pk}"))
            for case in cases
            if _is_ticked(request, case)
        ]
        taken = take_for_all(ticked, step, request.user, data)
        done = [each.case for each in taken if each.error is None]
        for case in done:
            said = _("%(reference)s: %(step)s: done.")
            messages.success(request, said % {"reference": case.reference, "step": step.label})
        if taken and len(done) == len(taken):
            return HttpResponseRedirect(back)
        for case in cases:
            case.refresh_from_db()
    told = {each.case.pk: _told(each) for each in taken}
    alike = [sentence for sentence in next(iter(told.values()), []) if _of_all(sentence, told)]
    own = {pk: [s for s in sentences if s not in alike] for pk, sentences in told.items()}
    lines = [_line(request, case, step, taken, own.get(case.pk, [])) for case in cases]
    first = next((line.case for line in lines if line.open), None)
    if first is None and not taken and cases:
        first = cases[0]
    form = _form(first, step, data, taken)
    context = {
        "title": step.label,
        "applicant": applicant,
        "step": step,
        "lines": lines,
        "form": form,
        # What stands at a field of the form is said there.
        "notices": [s for s in alike if form is None or s not in _at_fields(form)],
        "back": back,
        "nothing_ticked": data is not None and not taken,
    }
    return page(request, "staff/order_step.html", context, 422 if data is not None else 200)


def _form(
    case: FilingCase | None, step: Step, data: dict[str, object] | None, taken: list[Taken]
) -> StepForm | None:
    """The form with what was typed, and what one of the cases had against it."""
    for each in taken:
        if isinstance(each.error, BadEntry):
            return each.error.form
    return step_form(case, CaseFile(case), step, data) if case else None


def _line(
    request: HttpRequest, case: FilingCase, step: Step, taken: list[Taken], own: list[str]
) -> Line:
    case.dossier = dossier_of(case, CaseFile(case))
    explanation = explain_step(case, step, request.user)
    unmet = [view_of(case, finding, link) for finding in explanation.unmet]
    mine = next((each for each in taken if each.case.pk == case.pk), None)
    if mine is not None and mine.error is None:
        return Line(case, False, [], False, _("done"))
    chosen = request.method == "GET" or mine is not None
    return Line(case, explanation.open, unmet, chosen and explanation.open, " ".join(own))


def _told(taken: Taken) -> list[str]:
    """Why the step was not taken on this case, in sentences; none where it was."""
    error = taken.error
    if error is None:
        return []
    if isinstance(error, BadEntry):
        return _at_fields(error.form)
    if isinstance(error, Stale):
        return [_("Somebody has changed this case since you opened the page.")]
    trouble = trouble_of(error)
    if trouble:
        return [str(trouble.sentence)]
    findings = getattr(error, "findings", ())
    return [sentence_of(finding) for finding in findings] or [_("This was refused.")]


def _at_fields(form: StepForm) -> list[str]:
    """What is wrong with what was entered, each with its field."""
    found = []
    for name, errors in form.errors.items():
        label = f"{capfirst(form[name].label)}{_(': ')}" if name in form.fields else ""
        found += [f"{label}{error}" for error in errors]
    return found


def _of_all(sentence: str, told: dict[int, list[str]]) -> bool:
    return all(sentence in sentences for sentences in told.values())


def _with_gone(
    request: HttpRequest, cases: list[FilingCase], applicant: Applicant
) -> list[FilingCase]:
    """The cases, and those ticked on the page that are no longer among them: each is told of."""
    sent = (name.removeprefix("case-") for name in request.POST if name.startswith("case-"))
    numbers = {int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 10}
    gone = numbers - {case.pk for case in cases}
    if not gone:
        return cases
    more = FilingCase.objects.filter(applicant=applicant, pk__in=gone).with_names()
    return sorted([*cases, *more], key=lambda case: case.pk)


def _is_ticked(request: HttpRequest, case: FilingCase) -> bool:
    return request.POST.get(f"case-{case.pk}") == "on"
