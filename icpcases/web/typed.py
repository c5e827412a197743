"""What somebody typed and could not send: kept in the browser's session until it is sent.

It is bound to the account that used this browser last, so that nobody else who signs in here sees
any of it; it is kept for a day at most, and never carried out by itself.
"""

import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import import_module
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict

from .refill import is_of_the_frame

_SESSION = "typed"
_COOKIE = "last_account"
_SALT = "icpcases.last_account"
_COOKIE_SECONDS = 30 * 24 * 3600
SECONDS = 24 * 3600
#: How many forms are kept in one browser, and how many characters of one: of somebody who never
#: signed in here much less, for whoever likes can send that.
FORMS, LARGEST, LARGEST_OF_NOBODY = 5, 200_000, 2_000
# Whoever wants to know a password or a code is told it anew.
_SECRET = frozenset({"csrfmiddlewaretoken", "code", "to_language"})
_Response = TypeVar("_Response", bound=HttpResponse)


class Why(StrEnum):
    """Why something was kept instead of done."""

    SIGNED_OUT = "signed_out"
    EXPIRED = "expired"
    LANGUAGE = "language"


@dataclass
class Kept:
    """One form as it was sent: to which path, from which page, by which account."""

    path: str
    page: str
    why: str
    owner: int | None
    fields: dict[str, list[str]]
    files: list[str]
    at: float

    @property
    def typed(self) -> bool:
        """Whether it was more than a mere button."""
        return bool(self.files) or not all(is_of_the_frame(name) for name in self.fields)


def keep_typed(request: HttpRequest, path: str, page: str, why: Why) -> Kept | None:
    """Keep what was sent to `path` from `page`; None where it is too long, or is nobody's."""
    owner = typist_of(request)
    kept = Kept(path, page, why, owner, _fields(request), _files(request), time.time())
    length = sum(len(v) for name, values in kept.fields.items() for v in [name, *values])
    if owner is None and why != Why.LANGUAGE:
        return None
    if length > (LARGEST if owner else LARGEST_OF_NOBODY):
        return None
    others = [one for one in _read(request) if one.path != path]
    _write(request, [*others, kept][-FORMS:])
    return kept


def kept_here(request: HttpRequest) -> list[Kept]:
    """What this very account has typed; what another typed in this browser is thrown away."""
    if _SESSION not in request.session:
        return []
    account = request.user.pk if request.user.is_authenticated else None
    found = _read(request)
    own = [one for one in found if one.owner == account]
    if account is not None and len(own) < len(found):
        _write(request, own)
    return own


def kept_fields(request: HttpRequest) -> QueryDict | None:
    """What comes back to the form of this page, for a page that depends on what is in it."""
    found = [kept for kept in kept_here(request) if kept.path == request.path]
    if request.method == "POST" or not found:
        return None
    fields = QueryDict(mutable=True)
    for name, values in found[0].fields.items():
        fields.setlist(name, list(values))
    return fields


def waits_for_sign_in(request: HttpRequest) -> bool:
    """Whether something comes back as soon as somebody has signed in."""
    if _SESSION not in request.session or request.user.is_authenticated:
        return False
    return any(one.owner and one.typed for one in _read(request))


def drop_typed(request: HttpRequest, path: str) -> None:
    """What was sent to this path has been taken, or is wanted no more."""
    if _SESSION in request.session:
        left = [one for one in _read(request) if one.path != path]
        _write(request, left)


def lead_on(request: HttpRequest, page: str, onward: str) -> None:
    """The page that is looked for sends on to another: there it is told of."""
    if _SESSION in request.session:
        found = _read(request)
        for one in found:
            one.page = onward if one.page == page else one.page
        _write(request, found)


def typist_of(request: HttpRequest) -> int | None:
    """Who is signed in, else who was so last in this browser."""
    if request.user.is_authenticated:
        return int(request.user.pk)
    said = request.get_signed_cookie(_COOKIE, "", salt=_SALT, max_age=_COOKIE_SECONDS)
    return int(said) if said else None


def remember_account(request: HttpRequest, response: _Response) -> _Response:
    """Have the browser remember who used it last, if that is another than before."""
    if request.user.is_authenticated:
        said = request.get_signed_cookie(_COOKIE, "", salt=_SALT, max_age=_COOKIE_SECONDS)
        if said != str(request.user.pk):
            response.set_signed_cookie(
                _COOKIE, str(request.user.pk), salt=_SALT, max_age=_COOKIE_SECONDS,
                httponly=True, samesite="Lax", secure=request.is_secure(),
            )  # fmt: skip
    return response


def forget_old_typed() -> int:
    """Delete sessions that are over, and take what is a day old out of the others; of how many."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    since, found = time.time() - SECONDS, 0
    for row in Session.objects.iterator():
        kept = row.get_decoded().get(_SESSION, [])
        if any(one["at"] <= since for one in kept):
            session = store(row.session_key)
            session[_SESSION] = [one for one in kept if one["at"] > since]
            session.save()
            found += 1
    return found


def _fields(request: HttpRequest) -> dict[str, list[str]]:
    sent = {n: [str(v) for v in values] for n, values in request.POST.lists()}
    return {n: v for n, v in sent.items() if n not in _SECRET and "password" not in n}


def _files(request: HttpRequest) -> list[str]:
    several = [file for _name, files in request.FILES.lists() for file in files]
    return [file.name or "" for file in several if isinstance(file, UploadedFile)]


def _read(request: HttpRequest) -> list[Kept]:
    since = time.time() - SECONDS
    return [Kept(**one) for one in request.session.get(_SESSION, []) if one["at"] > since]


def _write(request: HttpRequest, kept: list[Kept]) -> None:
    if kept:
        request.session[_SESSION] = [asdict(one) for one in kept]
    else:
        request.session.pop(_SESSION, None)
