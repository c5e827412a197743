"""What is filed for an applicant, as he sees it, and the next errand begun from it."""

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import HiddenInput, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, CasePerson, FilingCase, SubjectFiling
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.register.portfolio import portfolio_of
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.rules.filing_types import INSPECTIONS, MAKING
from icpcases.web.errands import begun_with, facts_form, misfits, offer, offers_of
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case, opened_by_form
from icpcases.workflow.exceptions import DatabaseTrouble

from .pages import form_token, own_case_url, own_page, with_form_token
from .plain_words import word_facts
from .rivals import told_of_own


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
    """The next errand about something filed: of a further site three questions, the rest known."""
    begun, posted = begun_with(request), request.method == "POST"
    if "applicant" not in begun or begun["filing_type"] in INSPECTIONS:
        raise Http404
    applicant, token = own_applicant(request.user, int(begun["applicant"])), form_token(request)
    opened = opened_by_form(request.user, token)
    if opened is not None:
        return HttpResponseRedirect(_looked_over(opened))
    if not (token or posted):
        return with_form_token(request)
    form, own = next_form(request, begun, applicant)
    status, trouble = 200, None
    if posted:
        status = 422
        if form.is_valid():
            try:
                case = open_case(request.user, applicant, form, owner=request.user, token=token)
            except DatabaseTrouble as error:
                status, trouble = status_of(error), trouble_of(error)
            else:
                return HttpResponseRedirect(_looked_over(case))
    context = {
        "title": _(FilingType(begun["filing_type"]).label),
        "applicant": applicant,
        "misfits": misfits(begun, applicant),
        "form": form,
        "own": own,
        "kinds": _other_kinds(request, begun),
        "trouble": trouble,
    }
    return own_page(request, "applicants/next.html", context, status)


def _looked_over(case: FilingCase) -> str:
    return own_case_url(case, "application" if case.is_at == State.DRAFT else "case")


def next_form(
    request: HttpRequest, begun: dict[str, str], applicant: Applicant
) -> tuple[FactsForm, list[FilingCase]]:
    """The form with what only the applicant can say of the next errand, and his own cases that
    are about the same name; whatever else is known goes along."""
    about, kind = FilingType(begun["filing_type"]), _kind_of(request)
    carried = {name: begun[name] for name in _CARRIED if name in begun}
    if about in MAKING:
        carried["service_kind"] = kind.value
    sent = None
    if request.method == "POST":
        sent = {**{name: request.POST.get(name, "") for name in _ASKED}, **carried}
    form = facts_form(sent, begun, applicant).for_applicants()
    known = [name for name in _CARRIED if name in form.fields and name in carried]
    asked = [*_ASKED[:3]] if about in MAKING else []
    asked += [n for n in _ASKED[3:] if n in form.fields and n not in carried]
    form.fields = {name: form.fields[name] for name in (*known, *asked)}
    for name in known:
        form.fields[name].widget = HiddenInput()
    blank = FilingCase(applicant=applicant, filing_type=about.value, service_kind=kind.value)
    word_facts(form, blank)
    if "forum" in form.fields:
        answers = [("true", _("Yes")), ("false", _("No"))]
        form.fields["forum"].widget = RadioSelect(choices=answers)
    return form, told_of_own(request.user, blank, form)


_CARRIED = ("filing_type", "service_kind", "service", "provider_access")
# Three of whatever makes a service; the others where the address does not say them.
_ASKED = ("site_name", "domain", "forum", "service", "provider_access")


def _kind_of(request: HttpRequest) -> ServiceKind:
    typed = request.GET.get("service_kind", "")
    return ServiceKind(typed) if typed in set(ServiceKind) else ServiceKind.WEBSITE


def _other_kinds(request: HttpRequest, begun: dict[str, str]) -> list[tuple[str, str]]:
    """What else a further service may be, each with the address that asks for it."""
    if FilingType(begun["filing_type"]) not in MAKING:
        return []
    found = []
    for kind in ServiceKind:
        query = request.GET.copy()
        query["service_kind"] = kind.value
        if kind != _kind_of(request):
            found.append((_(kind.label), f"{request.path}?{query.urlencode()}"))
    return found
