"""A real SMTP server on loopback: tests read the mail that was really sent."""

import re
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, TypeVar, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


class MailServer:
    """What arrived, and whom the server refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address, the oldest first."""
        return [mail for mail in self.mails if mail["To"] == address]


AnyServer = TypeVar("AnyServer", bound=MailServer)


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        # Asked for port 0, the system has chosen one by now.
        self.port = cast(Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_mail_server(settings: Any) -> Iterator[MailServer]:
    """A server that Django's settings point to, for as long as it runs."""
    with running(MailServer(), settings) as mail_server:
        yield mail_server


@contextmanager
def running(mail_server: AnyServer, settings: Any) -> Iterator[AnyServer]:
    """The same with a server of the test's own making, such as a slow one."""
    controller = _OnAnyPort(mail_server, hostname=HOST, port=0)
    controller.start()
    use(settings, controller.port)
    try:
        yield mail_server
    finally:
        controller.stop()


def use(settings: Any, port: int) -> None:
    """Sends mail by SMTP to a port of this machine, whether somebody listens there or not."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = HOST
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 5


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The plain or html part."""
    body = mail.get_body((kind,))
    assert body is not None, f"no {kind} part"
    return str(body.get_content())


def code_in(mail: EmailMessage) -> str:
    """The code for signing in that a mail carries."""
    found = re.search(r"\b\d{4}-\d{4}\b", text_of(mail))
    assert found, text_of(mail)
    return found[0]
