"""A client's portfolio: subject filing, services, errands, and what may begin next."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import Applicant, Service
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.register.portfolio import ServiceLine, portfolio_of
from icpcases.register.record import one_client
from icpcases.rules.facts import ServiceKind
from icpcases.staff.cases.page import masked_certificate
from icpcases.staff.pages import for_readers, page
from icpcases.web.back import safe_back, with_back
from icpcases.web.errands import Offer, offer, offers_of
from icpcases.web.register_history import register_lines


@dataclass(frozen=True)
class Row:
    """A service as the page shows it."""

    line: ServiceLine
    offers: list[Offer]


def portfolio_url(applicant: int) -> str:
    """Where a client's portfolio is."""
    return reverse("admin:cases_portfolio", args=[applicant])


@require_safe
@for_readers
def portfolio_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is filed for one applicant, a page of services at a time."""
    joined = Exists(Applicant.objects.filter(joined_to=OuterRef("pk")))
    applicant = get_object_or_404(Applicant.objects.annotate(has_others=joined), pk=pk)
    if applicant.joined_to_id is not None:
        return HttpResponseRedirect(portfolio_url(applicant.joined_to_id))
    given = {name: request.GET.get(name, "").replace("\0", "") for name in ("q", "state", "kind")}
    asked = {name: value.encode("utf-8", "ignore").decode() for name, value in given.items()}
    portfolio = portfolio_of(
        applicant, request.GET.get("page"), asked["q"].strip()[:200], asked["state"], asked["kind"],
        told=one_client([pk]) if vars(applicant)["has_others"] else [pk],
    )  # fmt: skip
    back = safe_back(request, "")
    working, begin = is_working(request.user), reverse("admin:cases_filingcase_add")
    rows = [
        Row(line, offers_of(begin, applicant, line) if working else []) for line in portfolio.lines
    ]
    context = {
        "title": applicant.name,
        "applicant": applicant,
        "certificate": masked_certificate(applicant),
        "portfolio": portfolio,
        "rows": rows,
        "offers": [offer(begin, applicant, t) for t in portfolio.offers] if working else [],
        "history": register_lines(portfolio.rows),
        "may_work": working,
        "may_correct": is_supervisor(request.user),
        "asked": asked,
        "back": back,
        "carried": with_back("", back) if back else "",
        "place": "".join(f"&{name}={quote(value)}" for name, value in asked.items() if value),
        "states": Service.State.choices,
        "kinds": [(kind.value, _(kind.label)) for kind in ServiceKind],
    }
    return page(request, "staff/portfolio.html", context)


@require_safe
@for_readers
def service_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a service is found: in its client's portfolio."""
    service = get_object_or_404(Service.objects.select_related("subject"), pk=pk)
    back = safe_back(request, "")
    words = urlencode({"q": service.number, **({"back": back} if back else {})})
    return HttpResponseRedirect(f"{portfolio_url(service.subject.applicant_id)}?{words}")
