"""Mail to an address that has been corrected since: it goes to the one of now.

An account's address may change, the applicant's on its record, and another address be invited in
its place, on whatever page or command line: so this is found by looking, before each pass of
`manage.py deliver`.
"""

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from .models import CasePerson, Invitation, Notice
from .models.notices import LIFE

NEEDLESS = gettext_noop("No longer needed: what it reminded of was done before it could be sent.")
LATELY = dt.timedelta(days=30)


def corrected() -> Q:
    """The notices of cases whose address is no longer the one of whom they are for."""
    of_account = Q(person__isnull=False) & ~Q(address__iexact=F("person__email"))
    people = CasePerson.objects.filter(case=OuterRef("case"))
    invited = Invitation.objects.waiting().filter(
        case=OuterRef("case"), email=Lower(OuterRef("address"))
    )
    meant = ~Exists(people) & (Q(address__iexact=F("case__applicant__email")) | Exists(invited))
    of_nobody = Q(person__isnull=True) & ~meant
    return Q(case__isnull=False) & ~Q(kind=Notice.Kind.LETTER) & (of_account | of_nobody)


def mend(now: dt.datetime) -> int:
    """Owe anew what was given up lately and can reach its reader now; how many.

    Where it goes, and whether it still may, is judged when it leaves. What waits after an error
    is tried at once.
    """
    rows = Notice.objects.filter(corrected(), next_try_at__gt=now - LATELY, once=False)
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    waiting = rows.filter(free, state=Notice.State.WAITING, attempts__gt=0, next_try_at__gt=now)
    _just(waiting).update(next_try_at=now)
    given_up = Q(state=Notice.State.FAILED) | Q(state=Notice.State.EXPIRED, attempts__gt=0)
    later = Notice.objects.filter(
        case=OuterRef("case"), state=Notice.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    theirs = later.filter(Q(person=OuterRef("person")) | Q(address__iexact=OuterRef("address")))
    overtaken = Exists(theirs) | Q(person__isnull=True) & Exists(later)
    return _just(rows.filter(given_up).exclude(latest_error=NEEDLESS).exclude(overtaken)).update(
        state=Notice.State.WAITING, attempts=0, next_try_at=now, deadline=now + LIFE,
        leased_until=None, leased_by="", latest_error="", sent_at=None,
        subject="", text="", html="", resent=F("resent") + 1,
    )  # fmt: skip


def _just(found: QuerySet[Notice]) -> QuerySet[Notice]:
    """The same rows by their keys: an UPDATE joins no other table."""
    return Notice.objects.filter(pk__in=list(found.values_list("pk", flat=True)))
