"""Starting an application: the answers of the check become a draft."""

import re
import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.applicants import ApplicantForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.permissions import is_staff_role
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.exceptions import DatabaseTrouble

from .check import YES_NO, answers_of
from .pages import own_case_url, own_page

_TOKEN = re.compile(r"[0-9a-f]{32}")
FIELDS = ("name", "certificate_type", "certificate_number", "phone")


class OwnApplicantForm(ApplicantForm):
    """Who applies, as applicants enter it; a number they type is a claim and joins nothing."""

    class Meta(ApplicantForm.Meta):
        fields = FIELDS


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def apply_page(request: HttpRequest) -> HttpResponse:
    """The application's form; sent, it is a draft of one's own."""
    if is_staff_role(request.user):
        return HttpResponseRedirect("/admin/cases/filingcase/add/")
    posted = request.method == "POST"
    data = request.POST if posted else None
    who = OwnApplicantForm(data, prefix="who")
    facts = FactsForm(data, initial=initial_of(request)).for_applicants()
    status, trouble = 200, None
    if posted:
        status, valid = 422, (who.is_valid(), facts.is_valid())
        if all(valid):
            try:
                return start(request, who, facts, request.POST.get("token", ""))
            except DatabaseTrouble as error:
                status, trouble = status_of(error), trouble_of(error)
    token = request.POST.get("token") or secrets.token_hex(16)
    context = {"who": who, "form": facts, "token": token, "trouble": trouble}
    return own_page(request, "applicants/apply.html", context, status)


def start(
    request: HttpRequest, who: OwnApplicantForm, facts: FactsForm, token: str
) -> HttpResponse:
    """Open the draft; a second click leads to the same one."""
    assert request.user.is_authenticated
    user = request.user
    applicant = who.save(commit=False)
    applicant.email = user.email
    applicant.language = get_language() or "zh-hans"
    case = open_case(user, applicant, facts, owner=user, token=form_token(token))
    messages.success(request, _("Your draft is kept. Look it over, and send it."))
    return HttpResponseRedirect(own_case_url(case))


def form_token(typed: str) -> str:
    """The form's own token; empty where it is none of ours."""
    return typed if _TOKEN.fullmatch(typed) else ""


def initial_of(request: HttpRequest) -> dict[str, str]:
    """The answers of the check, as the form shows them."""
    given = answers_of(request.GET)
    words = {"yes": "true", "no": "false"}
    return {n: words[v] if v in YES_NO and n != "province" else v for n, v in given.items()}
