"""How staff get in: allauth's views at addresses of ours, for those who may open the admin."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as SecondFactorAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from .colleagues import password_set, staff_links
from .staff_forms import PasswordAgainForm, StaffSignInForm

View = Callable[..., HttpResponseBase]


def for_staff(view: View) -> View:
    """Leads a visitor to the sign-in page, and refuses applicants."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


class StaffSignIn(LoginView):
    """Username and password; allauth goes on to the second factor where there is one."""

    form_class = StaffSignInForm
    template_name = "sign_in/staff.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        # The admin sends whoever may not open it here: leading back would go round for ever.
        if request.user.is_authenticated and not admin.site.has_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class NewPassword(PasswordResetConfirmView):
    """Where a member of the office sets a password, led here by the link of a mail.

    The link is good for a few days and once; nobody is signed in by it.
    """

    template_name = "sign_in/new_password.html"
    success_url = reverse_lazy("account_login")
    token_generator = staff_links

    def get_user(self, uidb64: str) -> User | None:
        """The account of the link, if it is one of the office and open."""
        found: User | None = super().get_user(uidb64)
        return found if found and found.is_active and found.is_staff else None

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        """Set, written down, and on to the sign-in page."""
        response = super().form_valid(form)
        password_set(form.user)
        messages.success(
            self.request,
            _("Your password is set. Sign in with it, then set up your second factor."),
        )
        return response


class Enrol(ActivateTOTPView):
    """Sets up the second factor. From then on this session counts as having shown it."""

    template_name = "sign_in/enrol.html"

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponseBase:
        response = super().form_valid(form)
        own = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        self.request.session.cycle_key()
        shown = {"method": "mfa", "at": time.time(), "id": own.pk, "type": own.type}
        records = get_authentication_records(self.request, self.request.user)
        self.request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, shown]
        return response


class Remove(DeactivateTOTPView):
    """Takes the second factor away, for instance before a new telephone."""

    template_name = "sign_in/remove.html"

    def form_valid(self, form: DeactivateTOTPForm) -> HttpResponseBase:
        super().form_valid(form)
        self.request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
        return redirect("account_login")


class PasswordAgain(ReauthenticateView):
    """Asks for the password before something that matters."""

    form_class = PasswordAgainForm
    template_name = "sign_in/again.html"


sign_in = StaffSignIn.as_view()
second_factor = AuthenticateView.as_view(template_name="sign_in/second_factor.html")
overview = for_staff(IndexView.as_view(template_name="sign_in/overview.html"))
enrol = for_staff(Enrol.as_view())
remove = for_staff(Remove.as_view())
recovery_codes = for_staff(
    ViewRecoveryCodesView.as_view(template_name="sign_in/recovery_codes.html")
)
new_password = NewPassword.as_view()
new_recovery_codes = for_staff(
    GenerateRecoveryCodesView.as_view(template_name="sign_in/new_recovery_codes.html")
)
password_again = for_staff(PasswordAgain.as_view())
second_factor_again = for_staff(SecondFactorAgainView.as_view(template_name="sign_in/again.html"))
