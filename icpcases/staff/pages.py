"""What the pages of a case share: finding it, and a form that changes it through the door."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_working
from icpcases.web.changes import attempt, went
from icpcases.web.findings import refusal_of
from icpcases.workflow.exceptions import NotAllowed, Refused

from .links import case_url, link


def get_case_for_user(pk: Any, user: Any) -> FilingCase:
    """The case, if the user may see it. Raises Http404 alike for none and for another's."""
    case = FilingCase.objects.visible_to(user).with_names().filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def for_working(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever works cases; others read who may, instead of a form that would fail."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        case = get_case_for_user(pk, request.user)
        if not is_working(request.user):
            return refused(request, case, NotAllowed(request.user))
        return view(request, pk, *args, **kwargs)

    return guarded


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page in the admin's frame."""
    frame = {**admin.site.each_context(request), "opts": FilingCase._meta, **context}
    return render(request, template, frame, status=status)


def form_page(
    request: HttpRequest,
    case: FilingCase,
    form: Any,
    change: Callable[[int], Any],
    template: str = "staff/form.html",
    **context: Any,
) -> HttpResponse:
    """A page with one form on a case: shown, judged, and tried through the door."""
    refusal, status = None, 200
    if request.method == "POST":
        if form.is_valid():
            tried = attempt(request, case, change, link)
            if tried.done:
                return done(request, case, context.get("done") or _("Done."))
            refusal, status = tried.refusal, tried.status
        else:
            status = 422
    values = {"case": case, "form": form, "refusal": refusal, "version": case.version, **context}
    return page(request, template, values, status)


def done(request: HttpRequest, case: FilingCase, sentence: str) -> HttpResponse:
    """Back to the case page, with what has happened."""
    messages.success(request, sentence)
    return went(request, case_url(case))


def refused(request: HttpRequest, case: FilingCase, error: Refused) -> HttpResponse:
    """A readable page for a change that did not happen."""
    refusal = refusal_of(case, error, link)
    return _refusal_page(request, case, refusal, refusal.status)


def _refusal_page(
    request: HttpRequest, case: FilingCase, refusal: Any, status: int
) -> HttpResponse:
    context = {"case": case, "title": case.reference, "refusal": refusal}
    return page(request, "staff/refused.html", context, status)


def act(
    request: HttpRequest, case: FilingCase, change: Callable[[int], Any], sentence: str
) -> HttpResponse:
    """A change by a mere button: done, or told why not."""
    tried = attempt(request, case, change, link)
    if tried.done:
        return done(request, case, sentence)
    return _refusal_page(request, case, tried.refusal, tried.status)
