"""Where people are led back to."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_of(request: HttpRequest) -> str:
    """The page of ours on which somebody clicked; of a page that was asked for, that page.

    A form is sent to an address that may answer nothing else: nobody is led there after
    signing in, but to where the button stood.
    """
    own, stood_on = request.get_full_path(), request.headers.get("Referer", "")
    here = {request.get_host()}
    if request.method != "POST" or not url_has_allowed_host_and_scheme(
        stood_on, here, require_https=request.is_secure()
    ):
        return own
    parts = urlsplit(stood_on)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or own
