"""Who is told, and the rows that owe them a mail; `manage.py deliver` sends it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from icpcases.cases.models.notices import LIFE
from icpcases.db.statements import Values, write

from .models import CasePerson, FilingCase, HistoryRow, Invitation, Notice

NIGHT_BEGINS, NIGHT_ENDS = 22, 8
PATIENCE = dt.timedelta(minutes=15)
NOT_YET = gettext_noop("The mail has been waiting since then and has not left yet.")


def is_night(now: dt.datetime) -> bool:
    """Whether reminders wait, by the clock of Shanghai."""
    hour = timezone.localtime(now).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def silent_at_night() -> Q:
    """The notices that wait for the morning: nobody's deed of this hour brought them about."""
    by_itself = Q(kind=Notice.Kind.STEP, history__by__isnull=True)
    return Q(kind=Notice.Kind.REMINDER) | by_itself


def _addresses(case: int) -> QuerySet[CasePerson, str]:
    people = CasePerson.objects.filter(case=case, user__is_active=True).exclude(user__email="")
    return people.order_by("pk").values_list("user__email", flat=True)


_ADDRESSES = Values(
    "SELECT u.email FROM cases_caseperson own JOIN auth_user u ON u.id = own.user_id"
    " WHERE own.case_id = %s AND u.is_active AND u.email <> '' ORDER BY own.id",
    str,
    same_as=_addresses,
)
Audience = list[tuple[str, str]]


def audience(case: FilingCase) -> Audience:
    """Who is told of a step: the people on the case, else who is invited and the applicant."""
    return asked_audience(case)()


def asked_audience(case: FilingCase) -> Callable[[], Audience]:
    """The same, asked for now and taken by calling what is given back."""
    taken = _ADDRESSES.sent(case.pk)

    def found() -> Audience:
        people = taken() or [*_invited(case), *([own] if (own := case.applicant.email) else [])]
        return [(address, case.applicant.language) for address in dict.fromkeys(people)]

    return found


def _invited(case: FilingCase) -> QuerySet[Invitation, str]:
    """Who was asked to follow the case, where nobody has joined it yet."""
    waiting = Invitation.objects.waiting().filter(case=case)
    return waiting.order_by("pk").values_list("email", flat=True)


def enqueue(case: FilingCase, row: HistoryRow, to: Audience) -> None:
    """Owe a mail about a history row to everybody concerned, in the row's own transaction."""
    for address, language in to:
        write(
            Notice,
            kind=Notice.Kind.STEP.value,
            case_id=case.pk,
            history_id=row.pk,
            address=address,
            language=language,
            line=row.note_public,
            created_at=row.recorded_at,
            deadline=row.recorded_at + LIFE,
        )


def post(
    address: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    life: dt.timedelta = LIFE,
    once: bool = False,
    case: FilingCase | None = None,
) -> Notice:
    """Owe a ready-made mail such as an invitation.

    With `once` a mail that may have been sent is never sent a second time. Its text is
    forgotten once it has left or its life is over.
    """
    now = timezone.now()
    return Notice.objects.create(
        kind=Notice.Kind.LETTER,
        case=case,
        address=address,
        language=language,
        created_at=now,
        deadline=now + life,
        once=once,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
    )


def drop_letters(case: FilingCase, address: str) -> None:
    """End the letters about a case that still wait for an address: they are true no more."""
    waiting = Notice.objects.filter(kind=Notice.Kind.LETTER, state=Notice.State.WAITING)
    waiting.filter(case=case, address=address, leased_until__isnull=True).update(
        state=Notice.State.EXPIRED, latest_error=NEEDLESS
    )


def send_again(notice: Notice) -> bool:
    """Have a notice sent once more on purpose, as a new mail; a waiting one is tried now.

    False where that cannot be: never twice, or its text is gone, or it is just being sent.
    """
    now = timezone.now()
    rows = Notice.objects.filter(pk=notice.pk, once=False)
    rows = rows.exclude(leased_until__gt=now).exclude(kind=Notice.Kind.LETTER, text="")
    if rows.filter(state=Notice.State.WAITING).update(next_try_at=now):
        return True
    fresh = {"subject": "", "text": "", "html": ""}
    if notice.kind == Notice.Kind.LETTER:
        fresh = {}
    return bool(
        rows.exclude(state=Notice.State.WAITING).update(
            state=Notice.State.WAITING,
            attempts=0,
            next_try_at=now,
            deadline=now + LIFE,
            leased_until=None,
            leased_by="",
            latest_error="",
            sent_at=None,
            resent=F("resent") + 1,
            **fresh,
        )
    )


@dataclass(frozen=True)
class Problem:
    """An address that mail of a case does not reach, why, and since when."""

    address: str
    error: str
    since: dt.datetime
    waiting: bool


def delivery_problems(case: FilingCase) -> list[Problem]:
    """The addresses that mail of this case does not reach now, in one query.

    Refused or given up; or still waiting after an error or after a quarter of an hour. What a
    later mail to the same address has overtaken is no problem any more.
    """
    now = timezone.now()
    later = Notice.objects.filter(
        address=OuterRef("address"), state=Notice.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    given_up = Q(state__in=[Notice.State.FAILED, Notice.State.EXPIRED]) & ~Q(latest_error=NEEDLESS)
    stuck = Q(state=Notice.State.WAITING) & (
        ~Q(latest_error="") | Q(created_at__lt=now - PATIENCE, next_try_at__lt=now - PATIENCE)
    )
    if is_night(now):
        stuck &= ~silent_at_night() | ~Q(latest_error="")
    rows = Notice.objects.filter(given_up | stuck, ~Exists(later), case=case).order_by("pk")
    found: dict[str, Problem] = {}
    for row in rows.only("address", "latest_error", "created_at", "state"):
        since = found[row.address].since if row.address in found else row.created_at
        error = gettext(row.latest_error or NOT_YET)
        waiting = row.state == Notice.State.WAITING
        found[row.address] = Problem(row.address, error, since, waiting)
    return list(found.values())


NEEDLESS = gettext_noop("No longer needed: what it reminded of was done before it could be sent.")
UNKNOWN = gettext_noop("Whether it was delivered is not known; this mail is never sent twice.")
TOO_LATE = gettext_noop("It could not be delivered in time.")


def site_url(path: str) -> str:
    """The whole address of a page of this site, for a mail."""
    base: str = getattr(settings, "SITE_URL", "") or "http://localhost:8000"
    return base.rstrip("/") + path
