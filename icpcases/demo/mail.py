"""The mails that a demonstration did not send, for whoever tries it out."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

SHOWN = 50
# Written by Django's backend after each mail.
END_OF_MAIL = b"-" * 79 + b"\n"


class ShownMail(TypedDict):
    """What a reader sees of a mail."""

    date: datetime
    to: str
    subject: str
    text: str


@never_cache
def outgoing(request: HttpRequest) -> HttpResponse:
    """The newest mails first. A real site has no such page."""
    if not settings.DEMO:
        raise Http404
    folder = settings.EMAIL_FILE_PATH
    mails = newest_mails(Path(folder)) if folder else []
    return render(request, "demo/mail.html", {"mails": mails, "sent": folder is None})


def newest_mails(folder: Path) -> list[ShownMail]:
    """The mails in a folder that Django's file backend wrote."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    mails = [
        read(part)
        for file in files[:SHOWN]
        for part in reversed(file.read_bytes().split(END_OF_MAIL))
        if part.strip()
    ]
    return sorted(mails, key=lambda mail: mail["date"], reverse=True)[:SHOWN]


def read(text: bytes) -> ShownMail:
    """What a reader sees of a mail."""
    mail = message_from_bytes(text, policy=policy.default)
    body = mail.get_body(("plain",))
    return {
        "date": _date(mail),
        "to": mail["To"],
        "subject": mail["Subject"],
        "text": body.get_content() if body else "",
    }


def _date(mail: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(mail["Date"]))
