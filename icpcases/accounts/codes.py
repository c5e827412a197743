"""Codes sent by mail: one attempt to sign in, or to take another address, kept in the visitor's
session until it ends."""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

from allauth.core import ratelimit
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import translation

from icpcases.rules.folding import typed_code

from . import mails
from .languages import language_of_visitor
from .people import account_for, find_account, move_to, takes_codes

#: One code is right in 100 million: an address that is tried all year round is not found.
DIGITS, TRIES = 8, 5


def _new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def _shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


@dataclass
class CodeByMail:
    """An address that a code was sent to; `code` is empty where none opens it.

    It holds no account: whose the address is, is asked when the code comes back. `after` is the
    page that was wanted.
    """

    address: str
    code: str
    after: str
    sent_at: float
    mark: str
    failed: int = 0
    #: Where the session keeps it.
    KEY: ClassVar[str]

    @classmethod
    def _begun(cls, request: HttpRequest, address: str, code: str, after: str) -> None:
        cls(address, code, after, time.time(), secrets.token_hex(16))._keep(request)

    @classmethod
    def pending(cls, request: HttpRequest) -> Self | None:
        """The attempt under way in this browser, unless it is too old."""
        kept = request.session.get(cls.KEY)
        if kept and time.time() - kept["sent_at"] <= mails.CODE_LIFE.total_seconds():
            return cls(**kept)
        request.session.pop(cls.KEY, None)
        return None

    def _proved(self, request: HttpRequest, typed: str) -> bool:
        """Whether this is the code, and tries are left."""
        counted = ratelimit.consume(request, action="try_login_code", key=self.mark)
        return bool(counted) and self._is_right(typed)

    def _failed(self, request: HttpRequest) -> None:
        self.failed += 1
        self._keep(request)

    @property
    def over(self) -> bool:
        """Whether every try is used up."""
        return self.failed >= TRIES

    def _is_right(self, typed: str) -> bool:
        code = typed_code(typed).replace("-", "")
        # An address that takes none has an empty code, which nothing equals.
        return bool(self.code) and secrets.compare_digest(code.encode(), self.code.encode())

    def _keep(self, request: HttpRequest) -> None:
        if self.over:
            request.session.pop(self.KEY, None)
        else:
            request.session[self.KEY] = asdict(self)


class SignInByCode(CodeByMail):
    """Signing in; only with the right code an account is made, where there is none."""

    KEY = "sign_in_by_code"

    @classmethod
    def begin(cls, request: HttpRequest, address: str, after: str | None) -> None:
        """Send a code; the one sent before in this browser opens nothing any more.

        Every address gets one mail, so that the time it takes tells nothing. Raises MailNotSent,
        and then leaves everything as it was.
        """
        account, code = find_account(address), ""
        kept = (account and account.language) or ""
        with translation.override(language_of_visitor(request, kept)):
            if account is None or takes_codes(account):
                code = _new_code()
                mails.send_code(address, _shown(code))
            else:
                mails.send_refusal(address, account)
        cls._begun(request, address, code, after or "")

    def attempt(self, request: HttpRequest, typed: str) -> User | None:
        """Sign in, or count one more wrong code and return None."""
        account = account_for(self.address) if self._proved(request, typed) else None
        if account is None:
            self._failed(request)
            return None
        del request.session[self.KEY]
        login(request, account)
        return account


class NewAddress(CodeByMail):
    """Another address for the account that is signed in, proved by reading its mail."""

    KEY = "new_address"

    @classmethod
    def begin(cls, request: HttpRequest, address: str) -> None:
        """Send a code to the address; one that has an account gets another mail instead, so that
        the page tells nothing of it. Raises MailNotSent."""
        code = "" if find_account(address) else _new_code()
        mails.send_new_address(address, _shown(code) if code else "")
        cls._begun(request, address, code, "")

    def attempt(self, request: HttpRequest, user: User, typed: str) -> bool:
        """Take the address, or count one more wrong code; whether it is the account's now.

        The address of before is told.
        """
        before = user.email
        if not self._proved(request, typed) or not move_to(user, self.address):
            self._failed(request)
            return False
        del request.session[self.KEY]
        mails.tell_of_new_address(before, user)
        return True
