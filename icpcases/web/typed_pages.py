"""Where somebody's typing was cut short: led back to the page, with what was typed in its form.

A session that has ended, a form that has expired, another language: docs/decisions/0017.
"""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from . import typed
from .addresses import page_of
from .languages import show_in
from .refill import refilled
from .troubles import FAILURES, failed
from .typed import Kept, Why

#: The pages on which people sign in: an answer that leads there was not what was wanted.
_SIGN_IN = ("sign_in", "sign_in_code", "account_login", "mfa_authenticate", "mfa_activate_totp")
_REACHED = "icpcases_reached_its_view"
_MAIN = re.compile(r"<main\b[^>]*>")
_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>.*?</form>', re.DOTALL)
_ASKED = re.compile(
    r'<(?:textarea|select)\b|<input\b(?![^>]*\btype="(?:hidden|submit|button|image|reset|file)")'
)
_LANGUAGE = re.compile(r'<button\b(?=[^>]*\bname="to_language")')
_SUBMIT = re.compile(
    r'<button\b(?![^>]*\btype="(?:button|reset)")[^>]*>|<input\b[^>]*\btype="submit"[^>]*>'
)


class TypedComesBack:
    """Keeps what a POST could not send, and fills it into the form again.

    An address that only takes what a button sends leads whoever comes without it back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """What reaches its view is shown there or done: it need not come back any more.

        Only noted here: a database that does not answer is told by the view's own page.
        """
        setattr(request, _REACHED, request.method == "POST" and not _is_own(request))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Of a database that does not answer nothing more is asked.
        if response.status_code >= 500 or response.streaming:
            return response
        try:
            return _afterwards(request, response)
        except FAILURES as error:
            return failed(request, error)


def _afterwards(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if getattr(request, _REACHED, False):
        typed.drop_typed(request, request.path)
    if request.method == "POST":
        _after_sending(request, response)
    elif request.method in ("GET", "HEAD"):
        response = _after_looking(request, response)
    if _is_page(response):
        _language_takes_along(request, response)
    return typed.remember_account(request, response)


def _after_sending(request: HttpRequest, response: HttpResponse) -> None:
    """Keep what was sent to a page that wants a sign-in first; that leads back to its page."""
    away = urlsplit(response.headers.get("Location", ""))
    if response.status_code != 302 or not _is_sign_in(away.path):
        return
    if _is_own(request) or _is_sign_in(request.path):
        return
    page = page_of(request)
    typed.keep_typed(request, request.path, page, Why.SIGNED_OUT)
    if away.query:
        response["Location"] = f"{away.path}?{urlencode({'next': page}, safe='/')}"


def _after_looking(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    here = request.get_full_path()
    if response.status_code == 405:
        messages.info(request, _("Nothing was done: use the button on the page."))
        stood_on = urlsplit(request.headers.get("Referer", ""))
        back = stood_on.path if stood_on.netloc == request.get_host() else "/"
        return HttpResponseRedirect("/" if _is_sign_in(back) or back == request.path else back)
    if response.status_code == 302 and not _is_sign_in(urlsplit(response["Location"]).path):
        typed.lead_on(request, here, response["Location"].partition("#")[0])
    elif _is_page(response) and response.status_code == 200:
        if typed.waits_for_sign_in(request) and _is_sign_in(request.path):
            _say(request, response, {"waits": True})
        for kept in typed.kept_here(request):
            _bring_back(request, response, kept)
    return response


def _bring_back(request: HttpRequest, response: HttpResponse, kept: Kept) -> None:
    """Fill the form that was cut short, if it is on this page; else tell what was typed."""
    meant = kept.page == request.get_full_path()
    if not (kept.typed or meant):
        return
    found = refilled(_text(response), request.path, kept.path, kept.fields)
    if not (found.filled or meant):
        return
    response.content = found.html
    files = [*kept.files, *found.files]
    button = not (found.filled or found.left_over or files)
    said = {"kept": kept, "found": found, "files": files, "button": button, "waits": False}
    _say(request, response, said)
    if button:
        typed.drop_typed(request, kept.path)


def _say(request: HttpRequest, response: HttpResponse, context: dict[str, object]) -> None:
    """Put what is to be said at the beginning of the page's content."""
    said = render_to_string("shared/_came_back.html", context, request)
    response.content = _MAIN.sub(lambda main: main[0] + said, _text(response), count=1)


def _language_takes_along(request: HttpRequest, response: HttpResponse) -> None:
    """Let the button of the language send the page's form, so that it is kept.

    Of several forms the one that asks most: a button sends one.
    """
    html = _text(response)
    main, button = _MAIN.search(html), _LANGUAGE.search(html)
    if main is None or button is None or button.start() > main.start():
        return
    forms = [form for form in _FORM.finditer(html, main.end()) if _ASKED.search(form[0])]
    if not forms:
        return
    form = max(forms, key=lambda one: len(_ASKED.findall(one[0])))
    tag = form[0][: form[0].index(">")]
    own, to = (re.search(rf'\b{name}="([^"]*)"', tag) for name in ("id", "action"))
    id_ = own[1] if own else "the-form"
    path = urlsplit(urljoin(request.path, unescape(to[1]) if to else "")).path
    where = {"page": request.get_full_path(), "path": path}
    address = f"{reverse('set_language')}?{urlencode(where)}".replace("&", "&amp;")
    if own is None:
        html = f'{html[: form.start()]}<form id="{id_}"{html[form.start() + len("<form") :]}'
    at = button.start() + len("<button")
    response.content = (
        f"{html[: button.start()]}{_pressed_by_enter(form[0], id_)}<button"
        f' form="{id_}" formaction="{address}" formnovalidate'
        f' formenctype="application/x-www-form-urlencoded"{html[at:]}'
    )


def _pressed_by_enter(form: str, id_: str) -> str:
    """A hidden twin of the form's first button: Enter in a field presses the first one that
    belongs to the form, and that would be the button of the language."""
    first = _SUBMIT.search(form)
    tag = first[0] if first else ""
    found = (re.search(rf'(?<![-\w]){n}="[^"]*"', tag) for n in ("name", "value", "formaction"))
    own = "".join(f" {attribute[0]}" for attribute in found if attribute)
    return f'<button type="submit" form="{id_}" tabindex="-1" hidden{own}></button>'


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose a language for this browser, and back to the page with what was typed on it."""
    page = _ours(request, request.GET.get("page") or request.POST.get("next") or "")
    page = page or page_of(request) or "/"
    path = _ours(request, request.GET.get("path", ""))
    if path:
        typed.keep_typed(request, urlsplit(path).path, page, Why.LANGUAGE)
    response = HttpResponseRedirect("/" if urlsplit(page).path == request.path else page)
    # A form may have a field `language` of its own.
    code = request.POST.get("to_language") or request.POST.get("language") or ""
    if code in dict(settings.LANGUAGES):
        show_in(response, code)
    return response


@require_POST
def forget_typed(request: HttpRequest) -> HttpResponse:
    """Show the page without what was typed."""
    typed.drop_typed(request, request.POST.get("path", ""))
    return HttpResponseRedirect(_ours(request, request.POST.get("page", "")) or "/")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was opened too long ago: what was typed waits on its page.

    Of a form that another site may have sent nothing is kept.
    """
    page, kept = page_of(request), None
    if _is_from_here(request) and not _is_sign_in(request.path):
        kept = typed.keep_typed(request, request.path, page, Why.EXPIRED)
    return render(request, "403_csrf.html", {"page": kept and page, "kept": kept}, status=403)


def _is_own(request: HttpRequest) -> bool:
    """Whether this goes to a view of this module, and is no form of a page."""
    match = request.resolver_match
    return match is not None and match.view_name in ("set_language", "forget_typed")


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser itself says that a page of ours has sent this."""
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _is_sign_in(path: str) -> bool:
    return path in {reverse(name) for name in _SIGN_IN}


def _ours(request: HttpRequest, url: str) -> str:
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(url, here, require_https=request.is_secure())
    return url if safe and url.startswith("/") else ""


def _is_page(response: HttpResponse) -> bool:
    html = response.headers.get("Content-Type", "").startswith("text/html")
    return html and not response.streaming


def _text(response: HttpResponse) -> str:
    return str(response.content.decode(response.charset))
