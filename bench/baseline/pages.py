"""Pages in the applicants' frame that say nothing: what a page costs before it does anything."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


@never_cache
def empty_page(request: HttpRequest) -> HttpResponse:
    """For whoever comes by."""
    return render(request, "applicants/base.html", {})


@never_cache
@login_required
def signed_in_page(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in."""
    return render(request, "applicants/base.html", {})
