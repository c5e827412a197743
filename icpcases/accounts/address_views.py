"""How an applicant moves to another address: typed, proved by a code, told to the old one."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from icpcases.workflow.actions.checks import account_of

from .codes import NewAddress
from .forms import AddressForm, CodeForm
from .mails import CODE_MINUTES, MailNotSent
from .second_factor import is_staff


@never_cache
@login_required
def account_page(request: HttpRequest) -> HttpResponse:
    """One's own address, and another one in its place."""
    assert request.user.is_authenticated
    if is_staff(request.user):
        # Colleagues' addresses are kept by supervisors: one resets a password by them.
        return redirect("admin:index")
    if request.method != "POST":
        return _ask_address(request, AddressForm())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask_address(request, form, 422)
    address = form.cleaned_data["email"]
    if address == account_of(request.user).email.lower():
        form.add_error("email", _("This is your address already."))
        return _ask_address(request, form, 422)
    if not ratelimit.consume(request, action="request_login_code", key=address):
        form.add_error(None, _("Too many codes were asked for. Wait a while, then try again."))
        return _ask_address(request, form, 429)
    try:
        NewAddress.begin(request, address)
    except MailNotSent:
        form.add_error(None, _("No mail could be sent to this address just now. Is it right?"))
        return _ask_address(request, form, 503)
    return redirect("new_address")


@never_cache
@login_required
def new_address_page(request: HttpRequest) -> HttpResponse:
    """Take the code back that was sent to the new address."""
    assert request.user.is_authenticated
    process = NewAddress.pending(request)
    if process is None or is_staff(request.user):
        return redirect("account")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if process.attempt(request, account_of(request.user), form.cleaned_data["code"]):
            messages.success(request, _("Your address is now %(address)s.") % vars(process))
            return redirect("account")
        if process.over:
            said = _("Too many wrong codes: this one opens nothing any more. Ask for a new one.")
            messages.error(request, said)
            return redirect("account")
        form.add_error("code", _("This is not the code of the newest mail. Look again."))
    context = {"form": form, "address": process.address, "minutes": CODE_MINUTES}
    status = 422 if form.is_bound else 200
    return render(request, "sign_in/new_address.html", context, status=status)


def _ask_address(request: HttpRequest, form: AddressForm, status: int = 200) -> HttpResponse:
    form.fields["email"].label = _("New e-mail address")
    return render(request, "sign_in/account.html", {"form": form}, status=status)
