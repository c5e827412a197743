"""Detours return: a page reached from another leads back to it, and to no other site."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

BACK = "back"
#: As long as an address may be that is carried along.
LONGEST = 500


def safe_back(request: HttpRequest, otherwise: str) -> str:
    """Where the detour began, if that is a path of ours; else where it leads without one."""
    wanted = request.GET.get(BACK, "")
    own = wanted.startswith("/") and len(wanted) <= LONGEST
    return wanted if own and url_has_allowed_host_and_scheme(wanted, None) else otherwise


def with_back(url: str, back: str) -> str:
    """A page's address that leads back to another one afterwards."""
    joined = "&" if "?" in url else "?"
    address, mark, place = url.partition("#")
    return f"{address}{joined}{urlencode({BACK: back})}{mark}{place}"
