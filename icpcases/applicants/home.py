"""The front door: check, apply, follow."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from icpcases.cases.permissions import is_staff_role

from .pages import own_page


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """What can be done here; staff go straight to their office."""
    if is_staff_role(request.user):
        return HttpResponseRedirect(reverse("admin:index"))
    return own_page(request, "applicants/home.html", {})
