"""Who runs this site, and what it keeps of whom."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from icpcases.office import privacy_notice, site_operator

from .pages import own_page


@require_safe
def privacy_page(request: HttpRequest) -> HttpResponse:
    """The office's privacy notice; a page for everybody."""
    context = {"runner": site_operator(), "notice": privacy_notice()}
    return own_page(request, "applicants/privacy.html", context)
