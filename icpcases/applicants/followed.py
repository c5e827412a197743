"""The cases that this browser follows: it gave the right code, and need not give it again.

A signed cookie names them, each with the moment of its code, never the code itself. It is good
for thirty days, and only below the page for following.
"""

import time
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

DAYS = 30
#: So many cases at once; the oldest makes room.
MOST = 10
COOKIE = "followed"
_SALT = "icpcases.followed"
_SECONDS = DAYS * 24 * 60 * 60


def followed_in(request: HttpRequest) -> dict[str, int]:
    """The references this browser may look at, with the second since when, the newest last."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return {}
    earliest = int(time.time()) - _SECONDS
    return {reference: since for reference, since in kept if since > earliest}


def follow_on(request: HttpRequest, response: HttpResponse, reference: str) -> None:
    """Have the browser remember a case whose code was right just now."""
    known = followed_in(request)
    known.pop(reference, None)
    _keep(response, {**known, reference: int(time.time())})


def unfollow(request: HttpRequest, response: HttpResponse, reference: str) -> None:
    """Have the browser forget a case."""
    known = followed_in(request)
    known.pop(reference, None)
    _keep(response, known)


def _keep(response: HttpResponse, known: Mapping[str, int]) -> None:
    newest = list(known.items())[-MOST:]
    response.set_cookie(
        COOKIE,
        signing.dumps(newest, salt=_SALT),
        max_age=_SECONDS,
        path=reverse("applicants:follow"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
