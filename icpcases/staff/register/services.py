"""All that is filed, over all clients: found by number, name or domain."""

from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import ProviderAccess, Service
from icpcases.db.pagination import CappedPaginator
from icpcases.rules.facts import ServiceKind
from icpcases.search.services import find_services
from icpcases.staff.pages import for_readers, page

SHOWN, LONGEST = 50, 100


@dataclass(frozen=True)
class ServiceFilter:
    """What the address asks for; what nobody offers is left out."""

    words: str = ""
    kind: str = ""
    state: str = ""


@require_safe
@for_readers
def services_page(request: HttpRequest) -> HttpResponse:
    """The services of all clients, the newest first."""
    names = ("q", "kind", "state")
    given = {name: request.GET.get(name, "").replace("\0", "") for name in names}
    asked = {name: value.encode("utf-8", "ignore").decode() for name, value in given.items()}
    words = asked["q"].strip()[:LONGEST]
    pages = CappedPaginator(_found(ServiceFilter(words, asked["kind"], asked["state"])), SHOWN)
    shown = pages.get_page(request.GET.get("page"))
    context = {
        "title": _("Services"),
        "asked": {**asked, "q": words},
        "services": shown,
        "place": "".join(f"&{name}={quote(value)}" for name, value in asked.items() if value),
        "states": Service.State.choices,
        "kinds": [(kind.value, _(kind.label)) for kind in ServiceKind],
    }
    return page(request, "staff/services.html", context)


def _found(wanted: ServiceFilter) -> QuerySet[Service]:
    services = Service.objects.all()
    if wanted.words:
        services = services.filter(pk__in=find_services(wanted.words))
    if wanted.kind in set(ServiceKind):
        services = services.filter(service_kind=wanted.kind)
    if wanted.state in Service.State.values:
        services = services.filter(state=wanted.state)
    hosted = ProviderAccess.objects.filter(until__isnull=True).select_related("provider")
    prefetched = services.prefetch_related(
        "domains", Prefetch("accesses", hosted, to_attr="open_accesses")
    )
    return prefetched.select_related("subject__applicant").order_by("-pk")
