"""What the pages of a case share: finding it, the admin's frame, and changing it by a button."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_staff_role, is_working
from icpcases.lifecycle.roles import Actor
from icpcases.web.changes import attempt
from icpcases.web.pages import Change, Surface
from icpcases.workflow.exceptions import NotAllowed
from icpcases.workflow.refusals import ONLY_WORKERS

from .links import case_url, link


def get_case_for_user(pk: int | str, user: Actor) -> FilingCase:
    """The case, if the user may see it. Raises Http404 alike for none and for another's."""
    case = FilingCase.objects.visible_to(user).with_names().filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def for_working(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever works cases; others read who may, instead of a form that would fail."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: object, **kwargs: object) -> HttpResponse:
        case = get_case_for_user(pk, request.user)
        if not is_working(request.user):
            return STAFF.refused(request, case, NotAllowed(request.user, ONLY_WORKERS))
        return view(request, pk, *args, **kwargs)

    return guarded


def by_button(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What a mere button on a case does: no page. Who comes without it is led to the case.

    So do those who have signed in anew after their click, or choose a language on its answer.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST":
            return view(request, pk, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["POST"])
        return HttpResponseRedirect(case_url(get_case_for_user(pk, request.user)))

    return guarded


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for every staff role: whoever reads the cases reads this too.

    Raises PermissionDenied for a mere keeper of accounts.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_staff_role(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


#: The pages with one form on a case.
FORMS = frozenset({"staff/form.html", "staff/step.html"})


def _focus_first(form: object) -> None:
    if isinstance(form, BaseForm) and not form.errors and form.visible_fields():
        form.visible_fields()[0].field.widget.attrs["autofocus"] = True


def page(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page in the admin's frame; the first field of a form that is new has the focus."""
    if template in FORMS and not context.get("refusal"):
        _focus_first(context["form"])
    frame = {**admin.site.each_context(request), "opts": FilingCase._meta, "status": status}
    return render(request, template, {**frame, **context}, status=status)


def _again(case: FilingCase, user: Actor) -> FilingCase:
    return get_case_for_user(case.pk, user)


STAFF = Surface("staff", page, link, case_url, _again)


def act(
    request: HttpRequest,
    case: FilingCase,
    change: Change,
    sentence: str,
    back: Callable[[], str] | None = None,
) -> HttpResponse:
    """A change by a mere button: done, or told why not."""
    tried = attempt(request, case, change, link)
    if tried.done:
        return STAFF.done(request, case, sentence, back)
    return STAFF.refusal_page(request, case, tried.refusal, tried.status)
