"""What time alone brings: orders that end, and reminders."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from icpcases.cases.models import FilingCase, Notice, OrderCase
from icpcases.cases.outbox import is_night
from icpcases.cases.soundness import each_sound
from icpcases.deadlines.orders import last_day_of
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.workflow.changes import SYSTEM
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Refused

from .reminders import Reminder, reminders_due

CODES_KEPT = dt.timedelta(days=30)


def expire_orders(now: dt.datetime) -> int:
    """Let every order end whose life is over on a returned case; how many did.

    On a case that is prepared it ends with the next submission, on a new one.
    """
    today = timezone.localdate(now)
    live = OrderCase.objects.filter(left_on__isnull=True, case__state=State.RETURNED)

    def ended(row: OrderCase) -> list[int]:
        last_day = last_day_of(row.order, row.case)
        return [row.case_id] if last_day is not None and last_day < today else []

    rows = live.select_related("order__provider", "case")
    over = list(each_sound(rows, ended, lambda row: row.case))
    cases = FilingCase.objects.with_names().filter(pk__in=over)
    return sum(each_sound(cases, lambda case: [_expire(case)], lambda case: case))


def _expire(case: FilingCase) -> bool:
    try:
        perform(case, Step.EXPIRE_ORDER, SYSTEM, {"tell": True}, case.version)
    except Refused:
        # Somebody was faster: another machine, or an officer who submitted it again. What the
        # database did stands in the log, and the next run looks again.
        return False
    return True


def remind(now: dt.datetime) -> int:
    """Owe a mail for every reminder that is due and not owed yet; how many were new."""
    wanted = [r for r in reminders_due(now) if r.kind == Notice.Kind.URGENT or not is_night(now)]
    rows = list(each_sound(wanted, lambda found: _notices(found, now), lambda found: found.key))
    keys = {row.key for row in rows}
    known = set(Notice.objects.filter(key__in=keys).values_list("key", "address"))
    fresh = [row for row in rows if (row.key, row.address) not in known]
    # Another machine may be writing the same: the database keeps each once.
    Notice.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh)


def _notices(reminder: Reminder, now: dt.datetime) -> Iterator[Notice]:
    for address, language, person in reminder.recipients():
        yield Notice(
            kind=reminder.kind,
            case=reminder.case,
            key=reminder.key,
            person_id=person,
            address=address,
            language=language,
            created_at=now,
            next_try_at=now,
            deadline=now + reminder.life,
        )


def forget_codes(now: dt.datetime) -> int:
    """Delete what is left of mails with sign-in codes: who asked for one when; how many."""
    old = Notice.objects.filter(once=True, case__isnull=True, created_at__lt=now - CODES_KEPT)
    return old.delete()[0]
