"""Following a case without an account: stage, whose move, expected range; nothing personal."""

import datetime as dt
from functools import partial
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.fields import CodeField
from icpcases.cases.lookups import case_of_reference
from icpcases.cases.models import FilingCase
from icpcases.rules.folding import typed_code
from icpcases.workflow.forecast import Basis, expected_path
from icpcases.workflow.standing import standing_of

from . import followed
from .page_cache import Told, told, written
from .pages import own_page
from .tracking import TooManyTries, find_followed


class FollowForm(forms.Form):
    """A reference and the code that stands on the invitation."""

    reference = CodeField(
        label=gettext_lazy("reference"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("Such as ICP-2026-000123."),
    )
    code = CodeField(
        label=gettext_lazy("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("Ten letters and digits, in the mail beside the reference."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_page(request: HttpRequest) -> HttpResponse:
    """Ask for reference and code; a right one leads to where the case stands."""
    if request.method != "POST":
        asked = typed_code(request.GET.get("reference", "")[:100])
        return _ask(request, FollowForm(initial={"reference": asked}), asked=asked)
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    data = form.cleaned_data
    # Not the proxy's address: one visitor's wrong tries would close the page for everybody.
    address = get_adapter(request).get_client_ip(request)
    try:
        case = find_followed(data["reference"], data["code"], address)
    except TooManyTries:
        form.add_error(None, _("Too many wrong tries. Try again in a quarter of an hour."))
        return _ask(request, form, 429)
    if case is None:
        form.add_error(None, _("There is no case with this reference and code."))
        return _ask(request, form, 422)
    response = HttpResponseRedirect(_url(case.reference))
    followed.follow_on(request, response, case.reference)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def followed_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a case stands, to a browser that gave its code; a click has the browser forget it."""
    reference = typed_code(reference[:100])
    since = followed.followed_in(request).get(reference)
    if request.method == "POST":
        response = HttpResponseRedirect(reverse("applicants:follow"))
        followed.unfollow(request, response, reference)
        return response
    case = case_of_reference(reference) if since else None
    if case is None or since is None:
        asked = urlencode({"reference": reference})
        return HttpResponseRedirect(f"{reverse('applicants:follow')}?{asked}")
    shown = told("followed", case, partial(_tell, case))
    until = timezone.localdate(dt.datetime.fromtimestamp(since, dt.UTC)) + _KEPT
    context = {"title": case.reference, "content": shown.content, "until": until}
    return own_page(request, "applicants/followed_page.html", context)


_KEPT = dt.timedelta(days=followed.DAYS)


def _url(reference: str) -> str:
    return reverse("applicants:followed", args=[reference])


def _ask(
    request: HttpRequest, form: FollowForm, status: int = 200, asked: str = ""
) -> HttpResponse:
    known = [(reference, _url(reference)) for reference in followed.followed_in(request)]
    context = {"form": form, "known": known[::-1], "asked": asked}
    return own_page(request, "applicants/follow.html", context, status)


def _tell(case: FilingCase, basis: Basis) -> Told:
    context = {
        "case": case,
        "standing": standing_of(case),
        "path": expected_path(case, basis=basis),
    }
    return Told(written("applicants/followed.html", context))
