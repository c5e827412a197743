"""Sending what waits: claim with a lease, send outside of any transaction, mark."""

import contextlib
import datetime as dt
import os
import smtplib
import socket
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from icpcases.cases.corrected import mend
from icpcases.cases.models import Notice
from icpcases.cases.outbox import (
    NEEDLESS,
    NO_READER,
    TAKEN_BACK,
    TOO_LATE,
    UNKNOWN,
    UNWRITABLE,
    is_night,
    silent_at_night,
)
from icpcases.cases.soundness import BAD_VALUE, skip

from .composer import message_of
from .recipients import withheld
from .reminders import reminder_letter


def post_at_once(
    address: str, language: str, subject: str, text: str, html: str, life: dt.timedelta
) -> bool:
    """Send a mail somebody is waiting for, a sign-in code; whether the server took it.

    Its row is ours from the start and never holds the text: no worker sends it, nobody reads a
    code in it, and what became of it stays to be seen.
    """
    now = timezone.now()
    notice = Notice.objects.create(
        kind=Notice.Kind.LETTER,
        address=address,
        language=language,
        created_at=now,
        deadline=now + life,
        once=True,
        attempts=1,
        leased_until=now + life,
        leased_by="at once",
        subject=" ".join(subject.split()),
    )
    notice.text, notice.html = text, html
    return deliver_at_once(notice)


LEASE = dt.timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=10), dt.timedelta(hours=12)
SERVER_SECONDS = 30
_FORGET = {"text": "", "html": ""}
_FREE = {"leased_until": None, "leased_by": ""}
# What is kept from leaving on purpose: nobody has failed.
_NOT_SENT = {
    NEEDLESS: Notice.State.EXPIRED, TAKEN_BACK: Notice.State.HELD, NO_READER: Notice.State.HELD,
}  # fmt: skip


@dataclass(frozen=True)
class DeliveryFailure:
    """Why a mail did not leave: for good or for now, and whether the server itself is at fault.

    `unknown` says that the server may have taken it all the same.
    """

    sentence: str
    for_good: bool = False
    server: bool = False
    unknown: bool = False


def worker_name() -> str:
    """A name no other worker has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[-100:]


def wait_after(attempts: int) -> dt.timedelta:
    """How long a notice rests after so many attempts: 10 s, doubling, 12 hours at most."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)


def deliver(worker: str, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """One pass: send what is due, until nothing is, or the server fails, or `stop` says so."""
    done: Counter[str] = Counter()
    mend(timezone.now())
    done["expired"] = give_up(timezone.now())
    connection = _connection()
    try:
        while not stop():
            notice = lease_next(worker)
            if notice is None:
                break
            trouble = send(connection, notice)
            done[record_outcome(notice, trouble)] += 1
            if trouble and trouble.server:
                # The others keep their place; each would only collect the same error.
                break
    finally:
        close(connection)
    return done


def deliver_at_once(notice: Notice) -> bool:
    """Send a notice that is ours and that nobody else may send; whether the server took it.

    On failure it keeps its error and is over: whoever waited for it was told, and asks again.
    """
    connection = _connection()
    try:
        trouble = send(connection, notice)
    finally:
        close(connection)
    if trouble:
        _ended(notice, Notice.State.FAILED, trouble.sentence)
    else:
        _sent(notice)
    return trouble is None


def _connection() -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection(
        timeout=getattr(settings, "EMAIL_TIMEOUT", None) or SERVER_SECONDS
    )
    return connection


def close(connection: BaseEmailBackend) -> None:
    """Say goodbye to a mail server that may be gone."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        connection.close()


def due_notices(now: dt.datetime) -> Q:
    """The notices that may be claimed now."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now, once=False)
    found = Q(state=Notice.State.WAITING, next_try_at__lte=now, deadline__gt=now) & free
    return found & ~silent_at_night() if is_night(now) else found


def lease_next(worker: str) -> Notice | None:
    """Take a lease on the notice that has waited longest, in a transaction of its own.

    The next try is set beforehand: a worker that dies leaves the notice backed off.
    """
    now = timezone.now()
    waiting = Notice.objects.filter(due_notices(now)).order_by("next_try_at", "pk")
    if not waiting.exists():
        return None
    with transaction.atomic():
        # On SQLite the lock says nothing and the immediate transaction does.
        notice = waiting.select_for_update(of=("self",), skip_locked=True).first()
        if notice is None:
            return None
        notice.attempts += 1
        notice.leased_until, notice.leased_by = now + LEASE, worker
        notice.next_try_at = now + wait_after(notice.attempts)
        notice.save(update_fields=["attempts", "leased_until", "leased_by", "next_try_at"])
    return notice


def send(connection: BaseEmailBackend, notice: Notice) -> DeliveryFailure | None:
    """Hand a claimed notice to the mail server; None if it was taken."""
    try:
        why_not = withheld(notice)
        if why_not or not compose(notice):
            return DeliveryFailure(why_not or NEEDLESS, for_good=True)
    except BAD_VALUE as error:
        # What it tells of makes no sense as it stands; the others leave.
        skip(f"notice {notice.pk}", error)
        return DeliveryFailure(UNWRITABLE)
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        return DeliveryFailure(_said(error), server=True)
    try:
        connection.send_messages([_mail(notice)])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        trouble = failure_of(error)
        if trouble.server:
            close(connection)
        return trouble
    return None


def compose(notice: Notice) -> bool:
    """Write the mail into the row, so that a repeat is the same; False if nothing is to be said.

    What is there already was written by a worker that died: it may have been sent.
    """
    if notice.text:
        return True
    letter = message_of(notice) if notice.history_id else reminder_letter(notice, timezone.now())
    if letter is None:
        return False
    notice.subject, notice.text, notice.html = letter.subject, letter.text, letter.html
    texts = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    _mine(notice).update(**texts)
    return True


def _mail(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a composed notice."""
    headers = {
        "Message-ID": notice.message_id,
        "Date": format_datetime(timezone.now()),
        "Auto-Submitted": "auto-generated",
        "Content-Language": translation.to_locale(notice.language).replace("_", "-"),
    }
    mail = EmailMultiAlternatives(
        notice.subject, notice.text, settings.DEFAULT_FROM_EMAIL, [notice.address], headers=headers
    )
    if notice.html:
        mail.attach_alternative(notice.html, "text/html")
    return mail


def failure_of(error: Exception) -> DeliveryFailure:
    """What an error while sending means for the notice and for the rest of the pass."""
    said = _said(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return DeliveryFailure(said, for_good=500 <= code < 600, server=code == 421)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        return DeliveryFailure(said, server=True)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
        return DeliveryFailure(said, for_good=500 <= code < 600, server=code == 421)
    if isinstance(error, ValueError | smtplib.SMTPNotSupportedError):
        # An address or subject that no mail can carry.
        return DeliveryFailure(said, for_good=True)
    return DeliveryFailure(said, server=True, unknown=True)


def _said(error: Exception) -> str:
    """An error as its reader wants it: the server's own words where it had any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def record_outcome(notice: Notice, trouble: DeliveryFailure | None) -> str:
    """Write down what became of a claimed notice; gives the name of the outcome."""
    if trouble is None:
        return _sent(notice)
    if trouble.sentence in _NOT_SENT:
        return _ended(notice, _NOT_SENT[trouble.sentence], trouble.sentence)
    if notice.once and trouble.unknown:
        return _ended(notice, Notice.State.FAILED, UNKNOWN)
    if trouble.for_good:
        return _ended(notice, Notice.State.FAILED, trouble.sentence)
    # Nothing left the house: the next try may say what is true then.
    changed = trouble.unknown or notice.kind == Notice.Kind.LETTER
    fresh = {} if changed else {"subject": "", **_FORGET}
    _mine(notice).update(latest_error=trouble.sentence, **_FREE, **fresh)
    return "waiting"


def _mine(notice: Notice) -> QuerySet[Notice]:
    """The notice's row, unless its lease ran out and another worker has taken it since."""
    return Notice.objects.filter(
        pk=notice.pk, state=Notice.State.WAITING, resent=notice.resent, attempts=notice.attempts
    )


def _sent(notice: Notice) -> str:
    # True whoever holds the lease by now: the mail is out.
    rows = Notice.objects.filter(pk=notice.pk, resent=notice.resent)
    rows.exclude(state=Notice.State.SENT).update(
        state=Notice.State.SENT,
        sent_at=timezone.now(),
        latest_error="",
        **_FREE,
        **(_FORGET if notice.once else {}),
    )
    return "sent"


def _ended(notice: Notice, state: Notice.State, error: str) -> str:
    forget = _FORGET if notice.once else {}
    _mine(notice).update(state=state, latest_error=error, **_FREE, **forget)
    return state.value


def give_up(now: dt.datetime) -> int:
    """End what is past its deadline, and codes whose worker died while sending them."""
    waiting = Notice.objects.filter(state=Notice.State.WAITING)
    free = waiting.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    failed, expired = Notice.State.FAILED, Notice.State.EXPIRED
    waiting.filter(once=True, leased_until__lte=now).update(
        state=failed, latest_error=UNKNOWN, **_FREE, **_FORGET
    )
    late = free.filter(deadline__lte=now)
    late.filter(latest_error="").update(latest_error=TOO_LATE)
    forgotten = late.filter(once=True).update(state=expired, **_FREE, **_FORGET)
    return int(forgotten + late.update(state=expired, **_FREE))
