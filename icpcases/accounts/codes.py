"""One attempt to sign in by a code: kept in the visitor's session until it ends."""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Self

from allauth.core import ratelimit
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import translation

from icpcases.rules.folding import typed_code

from . import mails
from .languages import language_of_visitor
from .people import account_for, find_account, takes_codes

#: One code is right in 100 million: an address that is tried all year round is not found.
DIGITS, TRIES = 8, 5
_KEY = "sign_in_by_code"


@dataclass
class SignInByCode:
    """An address that a code was sent to; `code` is empty where none opens it.

    It holds no account: whose the address is, is asked when the code comes back, and only then
    an account is made. `after` is the page that was wanted.
    """

    address: str
    code: str
    after: str
    sent_at: float
    mark: str
    failed: int = 0

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
                code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
                mails.send_code(address, f"{code[:4]}-{code[4:]}")
            else:
                mails.send_refusal(address, account)
        cls(address, code, after or "", time.time(), secrets.token_hex(16))._keep(request)

    @classmethod
    def pending(cls, request: HttpRequest) -> Self | None:
        """The attempt under way in this browser, unless it is too old."""
        kept = request.session.get(_KEY)
        if kept and time.time() - kept["sent_at"] <= mails.CODE_LIFE.total_seconds():
            return cls(**kept)
        request.session.pop(_KEY, None)
        return None

    def attempt(self, request: HttpRequest, typed: str) -> User | None:
        """Sign in, or count one more wrong code and return None."""
        counted = ratelimit.consume(request, action="try_login_code", key=self.mark)
        account = account_for(self.address) if counted and self._is_right(typed) else None
        if account is None:
            self.failed += 1
            self._keep(request)
            return None
        del request.session[_KEY]
        login(request, account)
        return account

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
            request.session.pop(_KEY, None)
        else:
            request.session[_KEY] = asdict(self)
