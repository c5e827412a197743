"""No page opens to staff before they have shown their second factor in this session."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from icpcases.cases.permissions import is_staff_role
from icpcases.web.addresses import page_of

# What somebody needs on the way there, and the ways out.
OPEN = frozenset(
    {
        "account_login", "account_reauthenticate", "mfa_activate_totp",
        "staff_password", "sign_out", "admin:logout", "set_language",
    }
)  # fmt: skip


class StaffSecondFactor:
    """Where STAFF_SECOND_FACTOR is on, leads staff without a second factor to setting one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        if not settings.STAFF_SECOND_FACTOR or not is_staff(request.user):
            return None
        shown = {record["method"] for record in get_authentication_records(request, request.user)}
        if shown >= {"password", "mfa"} or _name(request) in OPEN:
            return None
        if "password" in shown and not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        # A session from before: of an applicant who joined the staff, or of another browser
        # in which no second factor was asked for yet.
        logout(request)
        return redirect_to_login(page_of(request), reverse("account_login"))


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether the account can do more than an applicant's, by flag or by group."""
    return bool(user.is_staff or user.is_superuser or is_staff_role(user))


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""
