"""What the pages of a case share: finding it, and a form that changes it through the door."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from icpcases.cases.door import NotAllowed, Refused, Stale
from icpcases.cases.models import FilingCase
from icpcases.cases.roles import is_working

from .told import case_url, show_refusal, status_of


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


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:  # fmt: skip # noqa: E501
    """A page in the admin's frame."""
    frame = {**admin.site.each_context(request), "opts": FilingCase._meta, **context}
    return render(request, template, frame, status=status)


def typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent: values and files under one roof, as the door takes them."""
    return {**request.POST.dict(), **request.FILES.dict()}


def seen_version(request: HttpRequest) -> int:
    """The version of the case that the page showed; -1, which is always stale, if it is odd."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def attempt(
    request: HttpRequest, case: FilingCase, change: Callable[[int], Any], done: str
) -> tuple[HttpResponse | None, dict[str, Any] | None, int]:
    """Try a change: a redirect when it is done, else the refusal as pages show it, and a status."""
    try:
        change(seen_version(request))
    except Refused as error:
        if isinstance(error, Stale):
            case.refresh_from_db()
        return None, show_refusal(case, error), status_of(error)
    except OperationalError:
        # The lock was not to be had in time; nothing was changed.
        messages.warning(request, _("Somebody else is just changing this case. Try again."))
        return None, None, 409
    messages.success(request, done)
    return HttpResponseRedirect(case_url(case)), None, 302


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
            done = context.get("done") or _("Done.")
            response, refusal, status = attempt(request, case, change, done)
            if response:
                return response
        else:
            status = 422
    values = {"case": case, "form": form, "refusal": refusal, "version": case.version, **context}
    return page(request, template, values, status)


def refused(request: HttpRequest, case: FilingCase, error: Refused) -> HttpResponse:
    """A readable page for a change that did not happen."""
    context = {"case": case, "title": case.reference, "refusal": show_refusal(case, error)}
    return page(request, "staff/refused.html", context, status_of(error))


def act(request: HttpRequest, case: FilingCase, change: Callable[[int], Any], done: str) -> HttpResponse:  # fmt: skip # noqa: E501
    """A change by a mere button: done, or told why not."""
    response, refusal, status = attempt(request, case, change, done)
    if response:
        return response
    context = {"case": case, "title": case.reference, "refusal": refusal}
    return page(request, "staff/refused.html", context, status)
