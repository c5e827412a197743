"""What allauth asks us: where to lead people, what to count by, how to keep secrets."""

import base64
import hashlib
import logging
import secrets
import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


def home_of(user: User | AnonymousUser) -> str:
    """Where somebody lands who asked for no page in particular."""
    return resolve_url("admin:index" if user.is_staff else settings.LOGIN_REDIRECT_URL)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behaviour, where ours differs."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The username or the password is not correct."),
        "too_many_login_attempts": _("Too many failed tries. Wait a few minutes, then try again."),
        "incorrect_password": _("The password is not correct."),
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff to the admin, applicants to their cases."""
        return home_of(request.user)

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Our pages say themselves what happened."""

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """An account closed while its owner was signing in."""
        raise PermissionDenied

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Whoever gave the password a few minutes ago need not give it again at once."""
        records = get_authentication_records(self.request, self.request.user)
        given = [record["at"] for record in records if record["method"] == "password"]
        return not given or time.time() - given[-1] > app_settings.REAUTHENTICATION_TIMEOUT

    def authenticate(self, request: HttpRequest, **credentials: object) -> User | None:
        """Whose name and password these are; wrong tries are counted by the name."""
        name = str(credentials["username"]).lower()
        if not ratelimit.consume(request, action="try_password", key=name):
            raise self.validation_error("too_many_login_attempts")
        user: User | None = super().authenticate(request, **credentials)
        if user:
            ratelimit.clear(request, action="try_password", key=name)
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors unreadable to whoever reads only the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not correct, or was used already."),
    }

    def encrypt(self, text: str) -> str:
        """With a key made from SECRET_KEY."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With the present key or the one before."""
        try:
            return _keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # A secret that fits no code: a lost key lets nobody in, and breaks no page.
            logger.error("A second factor was kept with another SECRET_KEY: it must be removed.")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _keys() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(f"icpcases.second_factor:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
