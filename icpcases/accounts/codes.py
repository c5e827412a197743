"""One attempt to sign in by a code: kept in the visitor's session until it ends."""

import secrets
from typing import Self

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from django.http import HttpRequest, HttpResponseBase

from . import mails
from .people import account_for, find_account, takes_codes


class SignInByCode(LoginCodeVerificationProcess):
    """allauth's process, except that an address nobody has used yet gets a code as well.

    The session holds the address and never an account: whose it is, is asked when the code
    comes back, and only then an account is made.
    """

    @classmethod
    def begin(cls, request: HttpRequest, address: str, after: str | None) -> Self:
        """Send a code; the one sent before in this browser opens nothing any more.

        Raises MailNotSent, and then leaves everything as it was.
        """
        login = Login(email=address, redirect_url=after)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        state = cls.initial_state(user=None, email=address)
        stage.state.update(state, initiated_by_user=True, id=secrets.token_hex(16))
        process = cls(stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def pending(cls, request: HttpRequest) -> Self | None:
        """The attempt under way in this browser, unless it is too old."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        return cls(stage).abort_if_invalid() if stage else None

    @property
    def address(self) -> str:
        """Where the code was sent."""
        return str(self.state["email"])

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        """One mail to every address, so that the time it takes tells nothing either."""
        account = find_account(email)
        if account is None or takes_codes(account):
            mails.send_code(email, self.generate_code())
        else:
            mails.send_refusal(email, account)

    def attempt(self, code: str) -> HttpResponseBase | None:
        """Signs in and leads on, or counts one more wrong code and returns None."""
        counted = ratelimit.consume(self.request, action="try_login_code", key=self.state["id"])
        # An empty code, of an address that takes none, equals nothing.
        right = counted and compare_user_code(actual=code, expected=self.code)
        account = account_for(self.address) if right else None
        if account is None:
            self.record_invalid_attempt()
            return None
        self._user = account
        return self.finish(self.stage.login.redirect_url)

    @property
    def over(self) -> bool:
        """Whether every try is used up."""
        return self.state["failed_attempts"] >= self.max_attempts
