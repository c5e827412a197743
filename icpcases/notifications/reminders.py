"""What time alone brings to mind: who must be reminded of what, found anew at every look.

Each finding has a key; a notice with the key exists once per address, so however often the job
runs, each is told once. Of several stages that have passed, only the newest is told.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from icpcases.cases.models import (
    Document,
    FilingCase,
    Notice,
    OrderCase,
    ReaderLanguage,
    Request,
)
from icpcases.cases.models.notices import LIFE
from icpcases.cases.outbox import Audience, Recipient, audience
from icpcases.cases.permissions import active_supervisors
from icpcases.cases.soundness import each_sound, is_sound
from icpcases.deadlines.orders import WITH_US, last_day_of
from icpcases.deadlines.tables import recent_tables
from icpcases.deadlines.turns import end_of
from icpcases.lifecycle.states import IN_FILING, STATES, Phase, State
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.rule import Party
from icpcases.workflow.leave import Absences, absences
from icpcases.workflow.standing import shown_moment

from . import reminder_texts as words
from .composer import Message, render, staff_link, subject_line, way_in

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

DAY = dt.timedelta(days=1)
CLOSED = [state.value for state in STATES if state.phase == Phase.CLOSED]


@dataclass(frozen=True)
class Reminder:
    """One thing to be reminded of, true at the moment it was found."""

    key: str
    case: FilingCase
    words: words.ReminderText
    when: dt.datetime | dt.date | None = None
    about: str = ""
    kind: Notice.Kind = Notice.Kind.REMINDER
    life: dt.timedelta = LIFE
    to_officer: bool = False
    #: Of what is told to the office: whoever works the case today, each in his own language.
    readers: Audience = field(default_factory=list)

    def recipients(self) -> Audience:
        """Those reminded."""
        return self.readers if self.to_officer else audience(self.case)

    def _way_in(self, address: str) -> dict[str, str]:
        return {"link": staff_link(self.case)} if self.to_officer else way_in(self.case, address)

    def letter(self, language: str, address: str) -> Message:
        """The mail to an address, in a language."""
        with translation.override(language):
            values = {"about": self._about(), "when": _shown(self.when)}
            return render(
                "reminder",
                subject_line(self.case, str(self.words.subject)),
                {
                    "case": self.case,
                    "sentence": str(self.words.sentence) % values,
                    "needed": str(self.words.needed),
                    **self._way_in(address),
                    "language": language,
                },
            )

    def _about(self) -> str:
        return gettext(self.about) if self.words.translate_about else self.about


def _shown(when: dt.datetime | dt.date | None) -> str:
    if isinstance(when, dt.datetime):
        return shown_moment(when)
    return f"{when:%Y-%m-%d}" if when else ""


Found = Iterator[Reminder]


class Touched(TypedDict):
    """What is read of each draft beside its own columns."""

    touched: dt.datetime


def reminders_due(now: dt.datetime, cases: QuerySet[FilingCase] | None = None) -> list[Reminder]:
    """Everything somebody should have been reminded of by now and that still holds."""
    looked_at = FilingCase.objects.all() if cases is None else cases
    looked_at = looked_at.select_related("applicant", "province", "officer", "service")
    found = [reminder for finder in _FINDERS for reminder in finder(now, looked_at)]
    if not any(reminder.to_officer for reminder in found):
        return found
    away, supervisors = absences(timezone.localdate(now)), tuple(active_supervisors())
    working = {r.case.pk: _working_on(r.case, away, supervisors) for r in found if r.to_officer}
    everybody = {one.pk for people in working.values() for one in people}
    chosen = ReaderLanguage.objects.filter(user__in=everybody)
    languages = dict(chosen.values_list("user", "language"))
    return [
        replace(r, readers=_addressed(working[r.case.pk], languages)) if r.to_officer else r
        for r in found
    ]


def _addressed(people: tuple[User, ...], languages: Mapping[int, str]) -> Audience:
    """Each at his address, the first of those who share one; who has chosen no language reads
    the one the office runs in."""
    readers = {one.email: one.pk for one in reversed(people) if one.email}
    return [
        Recipient(address, languages.get(pk, settings.LANGUAGE_CODE), pk)
        for address, pk in reversed(readers.items())
    ]


def _working_on(
    case: FilingCase, away: Absences, supervisors: tuple[User, ...]
) -> tuple[User, ...]:
    """Who works the case today: its officer, else whoever stands in, else the supervisors, who
    see to the cases of colleagues who are gone or away."""
    if case.officer is None:
        return ()
    there = away.stand_in_of(case.officer)
    return (there,) if there else supervisors


def reminder_of(notice: Notice, now: dt.datetime) -> Reminder | None:
    """What a notice reminds of, as things stand now; None once it is no longer true."""
    if notice.case_id is None:
        return None
    found = reminders_due(now, FilingCase.objects.filter(pk=notice.case_id))
    return next((reminder for reminder in found if reminder.key == notice.key), None)


def reminder_letter(notice: Notice, now: dt.datetime) -> Message | None:
    """The mail of a reminder, as things stand now; None once it is no longer true."""
    reminder = reminder_of(notice, now)
    return reminder.letter(notice.language, notice.address) if reminder else None


def _setting(key: str) -> int:
    return recent_tables().settings[key]


def _drafts(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    days = _setting("draft_reminder_days")
    theirs = cases.filter(state=State.DRAFT, turn=Party.APPLICANT.value)
    lying = theirs.annotate(touched=Max("history__happened_at"))

    def made(case: "WithAnnotations[FilingCase, Touched]") -> Found:
        key = f"draft:{case.pk}:{case.state_since:%Y%m%dT%H%M%S}"
        yield Reminder(key, case, words.DRAFT, timezone.localdate(case.touched))

    yield from each_sound(lying.filter(touched__lte=now - days * DAY), made, str)


def _requests(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    today = timezone.localdate(now)
    last = today + _setting("request_reminder_days") * DAY
    asked = Request.objects.filter(
        status=RequestStatus.OPEN, due_on__lte=last, case__in=cases.exclude(state__in=CLOSED)
    )

    def made(request: Request) -> Found:
        assert request.due_on is not None
        over = request.due_on < today
        stage, said = ("over", words.REQUEST_OVERDUE) if over else ("soon", words.REQUEST_SOON)
        key = f"request:{request.pk}:{request.round}:{request.due_on}:{stage}"
        yield Reminder(key, request.case, said, request.due_on, request.text)

    around = asked.select_related("case__applicant", "case__province", "case__officer")
    yield from each_sound(around, made, lambda request: request.case)


def _sms(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    last = now + dt.timedelta(hours=_setting("sms_reminder_hours"))

    def made(case: FilingCase) -> Found:
        assert case.due_at is not None
        said = words.SMS_SOON if now < case.due_at else words.SMS_OVER
        yield Reminder(
            f"sms:{case.pk}:{case.due_at:%Y%m%dT%H%M%S}",
            case,
            said,
            case.due_at,
            kind=Notice.Kind.URGENT,
            life=case.due_at + DAY - now,
        )

    # A day after the window nobody can make up for it by being reminded.
    open_ones = cases.filter(
        state=State.SMS_VERIFICATION, due_at__lte=last, due_at__gt=now - DAY
    )  # fmt: skip
    yield from each_sound(open_ones, made, str)


def _orders(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    today = timezone.localdate(now)
    with_us = cases.filter(state__in=WITH_US)
    live = OrderCase.objects.filter(left_on__isnull=True, case__in=with_us)

    def made(row: OrderCase) -> Found:
        order, case = row.order, row.case
        last_day = last_day_of(order, case)
        if last_day is None or last_day < today or not is_sound(order.provider):
            return
        age = order.provider.order_life_days - (last_day - today).days
        passed = [days for days in order.provider.warn_days if days <= age]
        if passed:
            theirs = case.whose_turn == Party.APPLICANT
            yield Reminder(
                f"order:{order.pk}:{case.pk}:{max(passed)}",
                case,
                words.ORDER_OF_APPLICANT if theirs else words.ORDER_OF_OFFICER,
                last_day,
                order.number,
                to_officer=not theirs,
            )

    around = live.select_related(
        "order__provider", "case__applicant", "case__province", "case__officer", "case__service"
    )
    yield from each_sound(around, made, lambda row: f"{row.order.provider}, {row.case}")


def _inspections(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    today = timezone.localdate(now)
    last = today + max(INSPECTION_STAGES) * DAY
    open_ones = cases.filter(filing_type__in=INSPECTIONS, state__in=IN_FILING, term__lte=last)

    def made(case: FilingCase) -> Found:
        assert case.term is not None
        stage = min(days for days in INSPECTION_STAGES if (case.term - today).days <= days)
        theirs = case.whose_turn == Party.APPLICANT
        yield Reminder(
            f"inspection:{case.pk}:{case.term}:{stage}",
            case,
            words.INSPECTION_OF_APPLICANT if theirs else words.INSPECTION_OF_OFFICER,
            case.term,
            to_officer=not theirs,
        )

    yield from each_sound(open_ones.filter(term__gte=today), made, str)


#: Days before its term on which an inspection is reminded of (domain.md, section 4).
INSPECTION_STAGES = (7, 3, 1)


def _documents(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    today = timezone.localdate(now)
    stages = sorted(_setting(f"document_{n}_reminder_days") for n in words.DOCUMENT_STAGES)
    accepted = Document.objects.filter(status=DocumentStatus.ACCEPTED)
    # One that is newer, accepted or not yet judged, is in its place, whether or not it expires.
    live = [DocumentStatus.ACCEPTED.value, DocumentStatus.PENDING.value]
    same = Document.objects.filter(case=OuterRef("case"), kind=OuterRef("kind"), status__in=live)
    newer = same.filter(pk__gt=OuterRef("pk"))
    ending = accepted.filter(
        ~Exists(newer),
        expires_on__range=(today - stages[0] * DAY, today + stages[-1] * DAY),
        case__in=cases.exclude(state__in=CLOSED),
    )

    def made(document: Document) -> Found:
        assert document.expires_on is not None
        left = (document.expires_on - today).days
        stage = min(days for days in stages if left <= days)
        said = words.DOCUMENT_EXPIRED if left < 0 else words.DOCUMENT_EXPIRES
        label = Kind(document.kind).label
        key = f"document:{document.pk}:{stage}"
        yield Reminder(key, document.case, said, document.expires_on, label)

    around = ending.select_related("case__applicant", "case__province", "case__officer")
    yield from each_sound(around, made, lambda document: document.case)


def _public_security(now: dt.datetime, cases: QuerySet[FilingCase]) -> Iterator[Reminder]:
    today = timezone.localdate(now)
    last = end_of(today + _setting("public_security_reminder_days") * DAY)
    unregistered = cases.filter(state=State.OPEN, service__public_security_on__isnull=True)

    def made(case: FilingCase) -> Found:
        assert case.due_at is not None
        day = timezone.localdate(case.due_at)
        stage = "over" if day < today else "soon"
        over, soon = words.PUBLIC_SECURITY_OVERDUE, words.PUBLIC_SECURITY_SOON
        said = over if day < today else soon
        yield Reminder(f"public_security:{case.pk}:{day}:{stage}", case, said, day)

    yield from each_sound(unregistered.filter(due_at__lte=last), made, str)


_FINDERS = (_drafts, _requests, _sms, _orders, _inspections, _documents, _public_security)
