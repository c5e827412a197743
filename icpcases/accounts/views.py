"""How an applicant gets in and out: address, code, button."""

from allauth.core import ratelimit
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .adapters import home_of
from .codes import SignInByCode
from .forms import AddressForm, CodeForm
from .mails import CODE_MINUTES, MailNotSent


def asked_for(request: HttpRequest) -> str | None:
    """The page of ours that the visitor wanted before signing in."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(url, here, require_https=request.is_secure())
    return url if safe else None


@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address and send a code to it."""
    if request.user.is_authenticated:
        return redirect(asked_for(request) or home_of(request.user))
    if request.method != "POST":
        return _ask_address(request, AddressForm())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask_address(request, form)
    address = form.cleaned_data["email"]
    if not ratelimit.consume(request, action="request_login_code", key=address):
        form.add_error(None, _("Too many codes were asked for. Wait a while, then try again."))
        return _ask_address(request, form, status=429)
    try:
        SignInByCode.begin(request, address, asked_for(request))
    except MailNotSent:
        form.add_error(
            None,
            _("The mail with your code could not be sent just now. Try again in a few minutes."),
        )
        return _ask_address(request, form, status=503)
    return redirect("sign_in_code")


@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponseBase:
    """Take the code back."""
    if request.user.is_authenticated:
        return redirect(asked_for(request) or home_of(request.user))
    process = SignInByCode.pending(request)
    if process is None:
        return _start_anew(request)
    if request.method != "POST":
        return _ask_code(request, process, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        if account := process.attempt(request, form.cleaned_data["code"]):
            return redirect(process.after or home_of(account))
        if process.over:
            return _over(request, process)
        form.add_error("code", _("This is not the code of the newest mail. Look again."))
    return _ask_code(request, process, form)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, also one that is only halfway in; who only looks is led home."""
    if request.method == "POST":
        logout(request)
    return redirect("/")


def _ask_address(
    request: HttpRequest, form: AddressForm, status: int = 200, **more: object
) -> HttpResponse:
    context = {"form": form, "next": asked_for(request), **more}
    return render(request, "sign_in/address.html", context, status=status)


def _ask_code(request: HttpRequest, process: SignInByCode, form: CodeForm) -> HttpResponse:
    context = {
        "form": form,
        "address": process.address,
        "minutes": CODE_MINUTES,
        "next": process.after,
    }
    return render(request, "sign_in/code.html", context)


def _start_anew(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("sign_in")
    why = _("This code has expired, or was asked for in another browser. Ask for a new one.")
    return _ask_address(request, AddressForm(), notice=why)


def _over(request: HttpRequest, process: SignInByCode) -> HttpResponse:
    why = _("Too many wrong codes: this one opens nothing any more. Ask for a new one.")
    form = AddressForm(initial={"email": process.address})
    context = {"form": form, "next": process.after, "notice": why}
    return render(request, "sign_in/address.html", context)
