"""The mails of signing in: short, in the active language."""

import datetime as dt
import logging

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from icpcases.cases.outbox import post
from icpcases.notifications.delivery import post_at_once
from icpcases.rules.addresses import masked_address

logger = logging.getLogger(__name__)
CODE_MINUTES = 10
CODE_LIFE = dt.timedelta(minutes=CODE_MINUTES)


class MailNotSent(Exception):
    """The mail server could not be reached, or refused."""


def send_code(address: str, code: str) -> None:
    """The code that signs in. Raises MailNotSent."""
    subject = _("Your code for signing in")
    _send("code", address, subject, {"code": code, "minutes": CODE_MINUTES})


def send_refusal(address: str, account: User) -> None:
    """Why no code came, told only to whoever reads the address. Raises MailNotSent."""
    subject = _("About signing in")
    _send("no_code", address, subject, {"active": account.is_active})


def send_new_address(address: str, code: str) -> None:
    """The code that proves another address; without one, that it has an account already.

    Raises MailNotSent.
    """
    subject = _("Your code for the new address") if code else _("About your address")
    _send("new_address", address, subject, {"code": code, "minutes": CODE_MINUTES})


def tell_of_new_address(before: str, user: User) -> None:
    """Tell the address of before that the account has another now, whoever did it."""
    if not before:
        return
    subject = _("Your account has another address now")
    context = {
        "address": masked_address(user.email), "site": settings.SITE_URL, "subject": subject,
    }  # fmt: skip
    text, html = (render_to_string(f"mail/sign_in_moved.{kind}", context) for kind in _FORMS)
    post(before, get_language() or settings.LANGUAGE_CODE, subject, text, html)


_FORMS = ("txt", "html")


def _send(name: str, address: str, subject: str, context: dict[str, object]) -> None:
    context |= {
        "subject": subject,
        "address": address,
        "site": settings.SITE_URL,
        "staff_door": settings.SITE_URL + reverse("account_login"),
    }
    sent = post_at_once(
        address,
        get_language() or settings.LANGUAGE_CODE,
        subject,
        render_to_string(f"mail/sign_in_{name}.txt", context),
        render_to_string(f"mail/sign_in_{name}.html", context),
        life=CODE_LIFE,
    )
    if not sent:
        # Why stands at its notice. The address stays out of the log.
        logger.error("A mail about signing in could not be sent.")
        raise MailNotSent
