"""Each reads pages and mail in the language of his own account, on whatever device.

It is kept when somebody chooses a language, or signs in for the first time; whoever signs in
finds the pages in it, unless he has just chosen another one on the way in.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_from_request

from icpcases.cases.models import ReaderLanguage
from icpcases.web.languages import show_in
from icpcases.web.troubles import FAILURES, failed

_SIGNED_IN = "icpcases_signed_in"
_CHOSEN = "language_chosen"


def kept_language(user: User) -> str:
    """What somebody reads; empty where that is not known, or is offered no more."""
    rows = ReaderLanguage.objects.filter(user=user, language__in=dict(settings.LANGUAGES))
    return rows.values_list("language", flat=True).first() or ""


def keep_language(user: User, language: str) -> None:
    """From now on the account reads this language."""
    if language in dict(settings.LANGUAGES):
        ReaderLanguage.objects.update_or_create(user=user, defaults={"language": language})


def language_of_visitor(request: HttpRequest, kept: str) -> str:
    """What to write to somebody in who is just signing in: the language chosen on the way, else
    the account's own, else the page's."""
    chosen: str = request.session.get(_CHOSEN, "")
    return chosen or kept or get_language() or settings.LANGUAGE_CODE


@receiver(user_logged_in)
def note_signing_in(request: HttpRequest | None, **kwargs: object) -> None:
    """Who was signed in before is not asked: a database that does not answer has its own page."""
    if request is not None:
        setattr(request, _SIGNED_IN, True)


class ReaderLanguages:
    """Keeps what somebody chooses, and turns the pages to it where he signs in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            self._afterwards(request, response)
        except FAILURES as error:
            return failed(request, error)
        return response

    def _afterwards(self, request: HttpRequest, response: HttpResponse) -> None:
        view = request.resolver_match.view_name if request.resolver_match else ""
        if request.method == "POST" and view == "set_language":
            self._chosen(request, response)
        elif hasattr(request, _SIGNED_IN):
            self._signed_in(request, response)

    @staticmethod
    def _chosen(request: HttpRequest, response: HttpResponse) -> None:
        cookie = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        if cookie is None:
            return
        if request.user.is_authenticated:
            keep_language(request.user, cookie.value)
        else:
            request.session[_CHOSEN] = cookie.value

    @staticmethod
    def _signed_in(request: HttpRequest, response: HttpResponse) -> None:
        if not request.user.is_authenticated:
            return
        chosen = request.session.pop(_CHOSEN, "")
        kept = kept_language(request.user)
        language = chosen or kept or get_language_from_request(request)
        if language != kept:
            keep_language(request.user, language)
        show_in(response, language)
