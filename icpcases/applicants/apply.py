"""Starting an application: the answers of the check become a draft, with who applies."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.applicants import OWN_FIELDS, OwnApplicantForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.cases.permissions import is_staff_role
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.verdict import Verdict, assess
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case, opened_by_form
from icpcases.workflow.actions.own_applicant import edit_own_applicant
from icpcases.workflow.exceptions import DatabaseTrouble, Refused

from .application import walk_of
from .check import YES_NO, answers_of, facts_of, next_questions
from .pages import first_page_of, form_token, own_case_url, own_page, with_form_token
from .plain_words import word_applicant
from .portfolio_views import own_applicants


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def apply_page(request: HttpRequest) -> HttpResponse:
    """Who applies: the first page of an application; sent, it is a draft of one's own."""
    if is_staff_role(request.user):
        return HttpResponseRedirect("/admin/cases/filingcase/add/")
    given, token = answers_of(request.GET), form_token(request)
    begun = opened_by_form(request.user, token)
    if request.method != "POST":
        if begun is not None:
            return HttpResponseRedirect(first_page_of(begun))
        facts = facts_of(given)
        if next_questions(facts, given) or assess(facts).verdict != Verdict.FILE:
            return HttpResponseRedirect(f"{reverse('applicants:check')}?{urlencode(given)}")
        if not token:
            return with_form_token(request)
    return _who(request, given, token, begun)


def _who(
    request: HttpRequest, given: dict[str, str], token: str, begun: FilingCase | None
) -> HttpResponse:
    facts = FactsForm(facts_typed(given)).for_applicants()
    posted = request.method == "POST"
    who = OwnApplicantForm(
        request.POST if posted else None, initial=last_applicant(request.user, given)
    )
    word_applicant(who, given.get("applicant_type", ""))
    status, trouble = 200, None
    if posted:
        status = 422
        if who.is_valid() and facts.is_valid():
            try:
                return _start(request, who, facts, token, begun)
            except DatabaseTrouble as error:
                status, trouble = status_of(error), trouble_of(error)
    context = {
        "form": who,
        "trouble": trouble,
        "filed": [] if posted else own_applicants(request.user)[:3],
        "progress": (1, 5),
        "title": _("Who you are"),
    }
    return own_page(request, "applicants/apply.html", context, status)


def _start(
    request: HttpRequest, who: OwnApplicantForm, facts: FactsForm, token: str,
    begun: FilingCase | None,
) -> HttpResponse:  # fmt: skip
    """Open the draft; a second click leads to the same one, with what was typed last."""
    assert request.user.is_authenticated
    user = request.user
    applicant = who.save(commit=False)
    applicant.email = user.email
    applicant.language = get_language() or "zh-hans"
    case = begun or open_case(user, applicant, facts, owner=user, token=token)
    if begun is not None and begun.is_at == State.DRAFT:
        try:
            edit_own_applicant(begun, user, who, begun.version)
        except Refused:
            # Sent long ago from another page: what stands there now is to be looked at first.
            return HttpResponseRedirect(first_page_of(begun))
    after = walk_of(case)[1:]
    return HttpResponseRedirect(own_case_url(case, "part", after[0].value))


def facts_typed(given: dict[str, str]) -> dict[str, str]:
    """The answers of the check, as the form of the facts takes them."""
    words = {"yes": "true", "no": "false"}
    return {n: words[v] if v in YES_NO and n != "province" else v for n, v in given.items()}


def last_applicant(user: Actor, given: dict[str, str]) -> dict[str, object]:
    """Who of this kind applied when the user last did: proposed again, without what is masked."""
    owned = CasePerson.objects.filter(
        user=user.pk,
        part=CasePerson.Part.OWNER,
        case__applicant_type=given.get("applicant_type", ""),
    )
    newest = owned.select_related("case__applicant").order_by("-pk").first()
    if newest is None:
        return {}
    applicant = newest.case.applicant
    left_out = {"certificate_number", "phone"} if applicant.number_is_private else set()
    return {name: getattr(applicant, name) for name in OWN_FIELDS if name not in left_out}
