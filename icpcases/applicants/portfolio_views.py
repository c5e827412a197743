"""What is filed for an applicant, as he sees it, and the next errand begun from it."""

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.models import Applicant, CasePerson, SubjectFiling
from icpcases.lifecycle.roles import Actor
from icpcases.register.portfolio import portfolio_of
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.web.errands import begun_with, facts_form, misfits, offer, offers_of
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.exceptions import DatabaseTrouble

from .apply import form_token
from .pages import own_case_url, own_page


def own_applicants(user: Actor) -> QuerySet[Applicant]:
    """The applicants a person files for: confirmed, and owner of one of their cases.

    A certificate number somebody has typed is a claim, and a colleague on one case sees no other.
    """
    owned = CasePerson.objects.filter(
        user=user.pk, part=CasePerson.Part.OWNER, case__applicant=OuterRef("pk")
    )
    filed = SubjectFiling.objects.filter(applicant=OuterRef("pk"))
    confirmed = Applicant.objects.filter(confirmed_at__isnull=False)
    return confirmed.filter(Exists(owned), Exists(filed)).order_by("name", "pk")


def own_applicant(user: Actor, pk: int) -> Applicant:
    """One of them. Raises Http404 alike for none and for somebody else's."""
    found = own_applicants(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
@require_safe
def filed_page(request: HttpRequest) -> HttpResponse:
    """The applicants a person files for, each with the way to what is filed."""
    context = {"applicants": own_applicants(request.user)}
    return own_page(request, "applicants/filed.html", context)


@never_cache
@login_required
@require_safe
def own_portfolio_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is filed for one of them, and what may begin next."""
    applicant, begin = own_applicant(request.user, pk), reverse("applicants:next")
    portfolio = portfolio_of(applicant, request.GET.get("page"))
    seen = set(applicant.cases.filter(people__user=request.user.pk).values_list("pk", flat=True))
    context = {
        "applicant": applicant,
        "portfolio": portfolio,
        "rows": [
            (line, offers_of(begin, applicant, line, INSPECTIONS)) for line in portfolio.lines
        ],
        "offers": [offer(begin, applicant, t) for t in portfolio.offers],
        "seen": seen,
    }
    return own_page(request, "applicants/portfolio.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def next_errand_page(request: HttpRequest) -> HttpResponse:
    """The next errand about something filed: a draft with everything known filled in."""
    begun = begun_with(request)
    if "applicant" not in begun or begun["filing_type"] in INSPECTIONS:
        raise Http404
    applicant = own_applicant(request.user, int(begun["applicant"]))
    posted = request.method == "POST"
    form = facts_form(request.POST if posted else None, begun, applicant).for_applicants()
    status, trouble = 200, None
    if posted:
        status = 422
        if form.is_valid():
            try:
                case = open_case(
                    request.user, applicant, form, owner=request.user,
                    token=form_token(request.POST.get("token", "")),
                )  # fmt: skip
            except DatabaseTrouble as error:
                status, trouble = status_of(error), trouble_of(error)
            else:
                messages.success(request, _("Your draft is kept. Look it over, and send it."))
                return HttpResponseRedirect(own_case_url(case))
    context = {
        "title": _(FilingType(begun["filing_type"]).label),
        "applicant": applicant,
        "misfits": misfits(begun, applicant),
        "form": form,
        "token": request.POST.get("token") or secrets.token_hex(16),
        "trouble": trouble,
    }
    return own_page(request, "applicants/next.html", context, status)
