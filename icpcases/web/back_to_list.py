"""The way back: to the list a case was opened from, and to the page that a form names."""

from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

# A cookie of the browser, so that reading a list writes nothing on our side.
_COOKIE = "cases_list"
_LONGEST = 2000
_Response = TypeVar("_Response", bound=HttpResponse)


def remember_list(request: HttpRequest, response: _Response) -> _Response:
    """Have the browser remember the list at this address, with its filter, order and place."""
    address = request.get_full_path()
    if response.status_code == 200 and len(address) <= _LONGEST:
        response.set_cookie(
            _COOKIE, address, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def list_to_return_to(request: HttpRequest) -> str:
    """The address of the list that was looked at last in this browser; empty if there is none."""
    return _safe(request, request.COOKIES.get(_COOKIE, ""))


def back_asked_for(request: HttpRequest) -> str:
    """Where a form leads back to, if it names a page of ours; else empty."""
    return _safe(request, request.POST.get("back") or request.GET.get("back") or "")


def _safe(request: HttpRequest, address: str) -> str:
    here = address.startswith("/") and "\\" not in address and address.isprintable()
    allowed = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if here and allowed else ""
