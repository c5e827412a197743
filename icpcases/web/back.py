"""Detours return: to the page a page was reached from, and to the list a case was opened from."""

from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

BACK = "back"
#: As long as an address may be that is carried along.
LONGEST = 2000
# A cookie of the browser, so that reading a list writes nothing on our side.
_COOKIE = "cases_list"
_Response = TypeVar("_Response", bound=HttpResponse)


def safe_back(request: HttpRequest, otherwise: str = "") -> str:
    """Where the detour began, if that is a path of ours; else where it leads without one."""
    return _ours(request, request.POST.get(BACK) or request.GET.get(BACK) or "") or otherwise


def with_back(url: str, back: str) -> str:
    """A page's address that leads back to another one afterwards."""
    joined = "&" if "?" in url else "?"
    address, mark, place = url.partition("#")
    return f"{address}{joined}{urlencode({BACK: back})}{mark}{place}"


def remember_list(request: HttpRequest, response: _Response) -> _Response:
    """Have the browser remember the list at this address, with its filter, order and place."""
    address = request.get_full_path()
    if response.status_code == 200 and len(address) <= LONGEST:
        response.set_cookie(
            _COOKIE, address, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def list_to_return_to(request: HttpRequest) -> str:
    """The address of the list that was looked at last in this browser; empty if there is none."""
    return _ours(request, request.COOKIES.get(_COOKIE, ""))


def _ours(request: HttpRequest, address: str) -> str:
    """The address, if it is a path of this site; else nothing."""
    here = address.startswith("/") and "\\" not in address and address.isprintable()
    allowed = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if here and allowed and len(address) <= LONGEST else ""
