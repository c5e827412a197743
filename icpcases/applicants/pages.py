"""What the applicants' pages share: finding a case, where a rule is put right, the answer page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from icpcases.cases.lookups import case_of_person, with_accounts
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.lifecycle.states import State
from icpcases.rules.rule import Place, PlaceKind
from icpcases.web.changes import attempt, went
from icpcases.web.findings import refusal_of
from icpcases.workflow.exceptions import Refused


def get_own_case(reference: str, user: Any) -> FilingCase:
    """The applicant's own case. Raises Http404 alike for none and for somebody else's."""
    case = case_of_person(reference, user.pk)
    if case is None:
        raise Http404
    return case


def people_of(case: FilingCase) -> list[CasePerson]:
    """The people of a case with their accounts, read once for whatever asks who they are."""
    people = with_accounts(case.pk)
    case.people_pks = frozenset(person.user_id for person in people)
    return people


def own_case_url(case: FilingCase, name: str = "case", *args: Any) -> str:
    """The address of a page of the case."""
    return reverse(f"applicants:{name}", args=[case.reference, *args])


def own_link(case: FilingCase, place: Place) -> str:
    """Where an applicant puts a place right; empty where the office has to."""
    if place.kind == PlaceKind.FACT and case.is_at == State.DRAFT:
        return f"{own_case_url(case, 'facts')}#id_{place.key}"
    if place.kind == PlaceKind.DOCUMENT and not case.is_at.closed:
        return f"{own_case_url(case, 'add_document')}?kind={place.key}"
    return own_case_url(case, "request", place.key) if place.kind == PlaceKind.REQUEST else ""


def own_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the applicants'."""
    return render(request, template, context, status=status)


def own_form_page(
    request: HttpRequest,
    case: FilingCase,
    form: Any,
    change: Callable[[int], Any],
    template: str = "applicants/form.html",
    **context: Any,
) -> HttpResponse:
    """A page with one form on a case: shown, judged, and tried through the door."""
    refusal, status = None, 200
    if request.method == "POST":
        if form.is_valid():
            tried = attempt(request, case, change, own_link)
            if tried.done:
                messages.success(request, context.get("done") or _("Done."))
                return went(request, context.get("back") or own_case_url(case))
            refusal, status = tried.refusal, tried.status
        else:
            status = 422
    values = {"case": case, "form": form, "refusal": refusal, "version": case.version, **context}
    return own_page(request, template, values, status)


def own_refusal(request: HttpRequest, case: FilingCase, error: Refused) -> HttpResponse:
    """A readable page for a change that did not happen."""
    refusal = refusal_of(case, error, own_link)
    context = {"case": case, "refusal": refusal}
    return own_page(request, "applicants/refused.html", context, refusal.status)
