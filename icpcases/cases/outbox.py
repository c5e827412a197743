"""Who is told, and the rows that owe them a mail; `manage.py deliver` sends it."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from icpcases.cases.models.notices import LIFE
from icpcases.db.statements import Values, write

from .corrected import LATELY, NEEDLESS, corrected
from .models import CasePerson, FilingCase, HistoryRow, Invitation, Notice

NIGHT_BEGINS, NIGHT_ENDS = 22, 8
PATIENCE = dt.timedelta(minutes=15)
AT_ONCE = dt.timedelta()
NOT_YET = gettext_noop("The mail has been waiting since then and has not left yet.")


def is_night(now: dt.datetime) -> bool:
    """Whether reminders wait, by the clock of Shanghai."""
    hour = timezone.localtime(now).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def silent_at_night() -> Q:
    """The notices that wait for the morning: nobody's deed of this hour brought them about."""
    by_itself = Q(kind=Notice.Kind.STEP, history__by__isnull=True)
    return Q(kind=Notice.Kind.REMINDER) | by_itself


def _addresses(case: int) -> QuerySet[CasePerson, tuple[int, str, str | None]]:
    people = CasePerson.objects.filter(case=case, user__is_active=True).exclude(user__email="")
    return people.order_by("pk").values_list("user", "user__email", "user__reads__language")


_ADDRESSES = Values(
    "SELECT u.id, u.email, l.language FROM cases_caseperson own"
    " JOIN auth_user u ON u.id = own.user_id"
    " LEFT JOIN cases_readerlanguage l ON l.user_id = u.id"
    " WHERE own.case_id = %s AND u.is_active AND u.email <> '' ORDER BY own.id",
    int, str, str,
    same_as=_addresses,
)  # fmt: skip


class Recipient(NamedTuple):
    """Who is told: address, the language he reads, and whose account it is; None: the
    applicant's own."""

    address: str
    language: str
    person: int | None = None


Audience = list[Recipient]


def audience(case: FilingCase) -> Audience:
    """Who is told of a step: the people on the case, else who is invited and the applicant.

    Each in the language of his account; in the applicant's where there is none. Where people
    were on it who may read it no more, the applicant is not told in their place, nor is anybody
    whose account is closed.
    """
    found = asked_audience(case)()
    others = [recipient.address for recipient in found if recipient.person is None]
    accounts = accounts_of(others) if others else {}
    known = [(recipient, accounts.get(recipient.address.lower())) for recipient in found]
    return [
        recipient._replace(language=(account and account.language) or recipient.language)
        for recipient, account in known
        if recipient.person or account is None or account.is_open
    ]


def asked_audience(case: FilingCase) -> Callable[[], Audience]:
    """The same, asked for now and taken by calling what is given back.

    Whose account an address is that is not on the case is not asked: that waits until the mail
    leaves.
    """
    taken = _ADDRESSES.sent(case.pk)

    def found() -> Audience:
        usual, own = case.applicant.language, case.applicant.email
        people: dict[str, Recipient] = {}
        for person, address, language in taken():
            people.setdefault(address, Recipient(address, language or usual, person))
        if people:
            return list(people.values())
        others = [*_invited(case), *([own] if own and not _had_people(case) else [])]
        return [Recipient(address, usual) for address in dict.fromkeys(others)]

    return found


@dataclass(frozen=True)
class KnownReader:
    """What the accounts of an address say: the language read, and whether one is open."""

    language: str
    is_open: bool


def accounts_of(addresses: Iterable[str]) -> dict[str, KnownReader]:
    """The accounts of these addresses, by the address in small letters; in one query."""
    wanted = {address.lower() for address in addresses}
    same = User.objects.annotate(small=Lower("email")).filter(small__in=wanted)
    rows = same.order_by("-pk").values_list("small", "is_active", "reads__language")
    found: dict[str, KnownReader] = {}
    for address, is_open, language in rows:
        other = found.get(address)
        if other is None or is_open:
            known = language or (other.language if other else "")
            found[address] = KnownReader(known, is_open or bool(other and other.is_open))
    return found


def _invited(case: FilingCase) -> QuerySet[Invitation, str]:
    """Who was asked to follow the case, where nobody has joined it yet."""
    waiting = Invitation.objects.waiting().filter(case=case)
    return waiting.order_by("pk").values_list("email", flat=True)


def _had_people(case: FilingCase) -> bool:
    if CasePerson.objects.filter(case=case).exists():
        return True
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.ASSIGNMENT)
    return rows.filter(entered__has_key="removed").exists()


_TOLD_TOGETHER = (HistoryRow.Kind.DOCUMENT, HistoryRow.Kind.REQUEST)


def _told_soon(case: FilingCase) -> set[str]:
    """The addresses to which a mail about what is asked has not left: it will name all of it.

    Locked, so that none leaves meanwhile without what is asked now.
    """
    waiting = Notice.objects.filter(
        case=case, kind=Notice.Kind.STEP, state=Notice.State.WAITING, leased_until__isnull=True,
        attempts=0, history__kind__in=_TOLD_TOGETHER,
    )  # fmt: skip
    return set(waiting.select_for_update(of=("self",)).values_list("address", flat=True))


def enqueue(case: FilingCase, row: HistoryRow, to: Audience, wait: dt.timedelta = AT_ONCE) -> None:
    """Owe a mail about a history row to everybody concerned, in the row's own transaction.

    It leaves after the `wait`.
    """
    told = _told_soon(case) if row.kind in _TOLD_TOGETHER else ()
    for recipient in to:
        if recipient.address in told:
            continue
        write(
            Notice,
            kind=Notice.Kind.STEP.value,
            case_id=case.pk,
            history_id=row.pk,
            person_id=recipient.person,
            address=recipient.address,
            language=recipient.language,
            line=row.note_public,
            created_at=row.recorded_at,
            next_try_at=row.recorded_at + wait,
            deadline=row.recorded_at + wait + LIFE,
        )


def _waits(now: dt.datetime) -> Q:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return Q(state=Notice.State.WAITING) & free


def hold_back(row: HistoryRow) -> None:
    """Keep the mail of a step that is taken back from leaving, as far as it still waits."""
    Notice.objects.filter(_waits(timezone.now()), history=row).update(
        state=Notice.State.HELD, latest_error=TAKEN_BACK, subject="", text="", html="",
        leased_until=None, leased_by="",
    )  # fmt: skip


def told_of(case: FilingCase, row: HistoryRow) -> Audience:
    """Whom the mail of a step has reached, or is just reaching, and who may still read the case."""
    left = Q(state=Notice.State.SENT) | Q(
        state=Notice.State.WAITING, leased_until__gt=timezone.now()
    )
    reached = Notice.objects.filter(left, history=row).values_list("person", "address")
    people, addresses = {person for person, _address in reached}, {a for _person, a in reached}
    return [
        recipient
        for recipient in (audience(case) if addresses else [])
        if recipient.address in addresses or recipient.person in people
    ]


def post(
    address: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    life: dt.timedelta = LIFE,
    once: bool = False,
    case: FilingCase | None = None,
    key: str = "",
) -> Notice:
    """Owe a ready-made mail such as an invitation, of which `key` says what it invites to.

    With `once` a mail that may have been sent is never sent a second time. Its text is
    forgotten once it has left or its life is over.
    """
    now = timezone.now()
    return Notice.objects.create(
        kind=Notice.Kind.LETTER,
        case=case,
        key=key,
        address=address,
        language=language,
        created_at=now,
        deadline=now + life,
        once=once,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
    )


def drop_letters(case: FilingCase | None, address: str) -> None:
    """End the letters about a case, or about none, that wait for an address or did not reach it:
    they are true no more."""
    states = [Notice.State.WAITING, Notice.State.FAILED]
    letters = Notice.objects.filter(kind=Notice.Kind.LETTER, state__in=states)
    letters.filter(case=case, address=address, leased_until__isnull=True).update(
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
    later mail to the same address, or of this case to the same person, has overtaken is no
    problem any more; nor is what nobody is to read now, or what goes to a corrected address.
    """
    now = timezone.now()
    later = Notice.objects.filter(
        address=OuterRef("address"), state=Notice.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    own = Notice.objects.filter(
        case=case, state=Notice.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    theirs = own.filter(person=OuterRef("person"))
    given_up = Q(state__in=[Notice.State.FAILED, Notice.State.EXPIRED]) & ~Q(latest_error=NEEDLESS)
    stuck = Q(state=Notice.State.WAITING) & (
        ~Q(latest_error="") | Q(created_at__lt=now - PATIENCE, next_try_at__lt=now - PATIENCE)
    )
    if is_night(now):
        stuck &= ~silent_at_night() | ~Q(latest_error="")
    rows = Notice.objects.filter(given_up | stuck, ~Exists(later), ~Exists(theirs), case=case)
    rows = rows.exclude(corrected())
    found: dict[str, Problem] = {}
    for row in _still_meant(case, list(rows.order_by("pk").defer("text", "html"))):
        since = found[row.address].since if row.address in found else row.created_at
        error = gettext(row.latest_error or NOT_YET)
        waiting = row.state == Notice.State.WAITING
        found[row.address] = Problem(row.address, error, since, waiting)
    return list(found.values())


def _still_meant(case: FilingCase, rows: list[Notice]) -> list[Notice]:
    """Those that somebody would still get; looked for only where there are any."""
    if not rows:
        return []
    people = {case.officer_id, None}
    if any(row.person_id not in people for row in rows):
        people |= {person for person, *_more in _ADDRESSES(case.pk)}
    waiting = case.invitations.waiting() if any(_is_invitation(row) for row in rows) else ()
    invited = {invitation_key(invitation.pk) for invitation in waiting}
    return [
        row
        for row in rows
        if (row.key in invited if _is_invitation(row) else row.person_id in people)
    ]


def _is_invitation(row: Notice) -> bool:
    return row.key.startswith(_INVITATION)


_INVITATION = "invitation:"


def invitation_key(pk: int) -> str:
    """What the mail of an invitation is known by."""
    return f"{_INVITATION}{pk}"


def undelivered(now: dt.datetime) -> QuerySet[Notice]:
    """The mails of the last weeks that were given up, and that no later one has overtaken."""
    later = Notice.objects.filter(
        address=OuterRef("address"), state=Notice.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    given_up = Notice.objects.filter(
        state__in=[Notice.State.FAILED, Notice.State.EXPIRED], next_try_at__gt=now - LATELY
    )
    return given_up.exclude(latest_error=NEEDLESS).filter(~Exists(later))


TAKEN_BACK = gettext_noop("The step was taken back before its mail left.")
NO_READER = gettext_noop("The person it was for can no longer see this case.")
UNKNOWN = gettext_noop("Whether it was delivered is not known; this mail is never sent twice.")
TOO_LATE = gettext_noop("It could not be delivered in time.")
UNWRITABLE = gettext_noop(
    "The mail could not be written, because data it uses is wrong. It will be tried again."
)


def site_url(path: str) -> str:
    """The whole address of a page of this site, for a mail."""
    base: str = getattr(settings, "SITE_URL", "") or "http://localhost:8000"
    return base.rstrip("/") + path
