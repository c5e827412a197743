"""Following a case without an account: stage, whose move, expected range; nothing personal."""

from functools import partial

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.models import FilingCase
from icpcases.workflow.forecast import Basis, expected_path

from .page_cache import Told, told, told_page, written
from .pages import own_page
from .tracking import TooManyTries, find_followed


class FollowForm(forms.Form):
    """A reference and the code that stands on the invitation."""

    reference = forms.CharField(label=gettext_lazy("reference"), max_length=30)
    code = forms.CharField(label=gettext_lazy("Code"), max_length=30)


@never_cache
@require_http_methods(["GET", "POST"])
def follow_page(request: HttpRequest) -> HttpResponse:
    """Ask for reference and code; answer with where the case stands."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return own_page(
            request, "applicants/follow.html", {"form": form}, 422 if form.is_bound else 200
        )
    data = form.cleaned_data
    # Not the proxy's address: one visitor's wrong tries would close the page for everybody.
    address = get_adapter(request).get_client_ip(request)
    try:
        case = find_followed(data["reference"], data["code"], address)
    except TooManyTries:
        form.add_error(None, _("Too many wrong tries. Try again in a quarter of an hour."))
        return own_page(request, "applicants/follow.html", {"form": form}, 429)
    if case is None:
        form.add_error(None, _("There is no case with this reference and code."))
        return own_page(request, "applicants/follow.html", {"form": form}, 422)
    followed = told("followed", case, partial(_tell, case))
    return told_page(request, case.reference, followed)


def _tell(case: FilingCase, basis: Basis) -> Told:
    path = expected_path(case, basis=basis)
    return Told(written("applicants/followed.html", {"case": case, "path": path}))
