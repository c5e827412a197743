"""Work that waits for others: when to ask again, what was said last, and a reminder at once."""

import datetime as dt

from django.db.models import Max, Q
from django.utils import timezone

from icpcases.cases.forms.follow_up import FIELDS
from icpcases.cases.models import FilingCase, HistoryRow, Notice
from icpcases.cases.outbox import audience
from icpcases.lifecycle.roles import Actor
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Cleaned
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import ONLY_WHILE_IT_RUNS

from .checks import Kinds, When, need_worker

#: For how long after a reminder another one only annoys.
REMINDED_ONCE_IN = dt.timedelta(days=1)
_REMINDERS = (Notice.Kind.REMINDER, Notice.Kind.URGENT)


def set_follow_up(
    case: FilingCase, by: Actor, data: Cleaned, seen_version: int, happened: When = None
) -> None:
    """Keep when to ask again and what was said last, given a valid FollowUpForm's data.

    What `data` does not name stays. Where nothing is another, nothing is recorded.
    """
    with changing(case, by, seen_version, happened, what="follow-up") as change:
        need_worker(change.case, by)
        if change.case.is_at.closed:
            raise NotAllowed(by, ONLY_WHILE_IT_RUNS)
        for name in FIELDS:
            if name in data:
                setattr(change.case, name, data[name])
        if change.changed_fields():
            change.record(Kinds.FOLLOW_UP)


def remind_now(case: FilingCase, by: Actor, seen_version: int) -> None:
    """Remind the applicant at once of what is needed: one mail to each, once in a day.

    Raises NotAllowed, Stale, and Closed with whatever stands against a reminder.
    """
    with changing(case, by, seen_version, what="reminder") as change:
        need_worker(change.case, by)
        if found := reminder_findings(change.case, change.rows, change.now):
            raise Closed(found)
        if not audience(change.case):
            raise Closed((_NOBODY_READS,))
        change.record(Kinds.FOLLOW_UP, entered={"reminded": True}, told=True)


def reminder_findings(case: FilingCase, rows: CaseFile, now: dt.datetime) -> tuple[Finding, ...]:
    """What stands against reminding the applicant now: nothing is asked, nobody reads, or done."""
    open_ones = any(request.status == RequestStatus.OPEN for request in rows.requests)
    if case.is_at.closed or not (open_ones or case.whose_turn == Party.APPLICANT):
        return (_NOTHING_ASKED,)
    # Whether a mail reaches them is asked when it is to leave.
    if not (case.people_pks or case.applicant.email or audience(case)):
        return (_NOBODY_READS,)
    last = _reminded(case, now)
    return () if last is None else (_done_at(last),)


def _reminded(case: FilingCase, now: dt.datetime) -> dt.datetime | None:
    """When the applicant was last reminded within a day, by the clock or by hand."""
    by_hand = Q(history__kind=HistoryRow.Kind.FOLLOW_UP)
    theirs = Q(person__in=case.people_pks) | Q(person=None)
    mails = Notice.objects.filter(
        by_hand | Q(kind__in=_REMINDERS), theirs, case=case, created_at__gt=now - REMINDED_ONCE_IN
    ).exclude(state=Notice.State.EXPIRED)
    return mails.aggregate(last=Max("created_at"))["last"]


_NOTHING_ASKED = Finding(
    "reminder.needed",
    Source.NONE,
    _("Nothing is asked of the applicant now."),
    _("Ask for what is missing first."),
    Party.OFFICER,
)
_NOBODY_READS = Finding(
    "reminder.readers",
    Source.NONE,
    _("Nobody has joined the case, and the applicant has no e-mail address."),
    _("Invite the applicant, or call."),
    Party.OFFICER,
)


def _done_at(last: dt.datetime) -> Finding:
    place = Place(PlaceKind.RULE, "", f"{timezone.localtime(last):%Y-%m-%d %H:%M}")
    return Finding(
        "reminder.once",
        Source.NONE,
        _("The applicant was already reminded within the last day: %(about)s."),
        _("Wait a day, or call."),
        Party.OFFICER,
        (place,),
    )
