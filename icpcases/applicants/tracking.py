"""Following a case without an account: a reference, a code, and few tries."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from icpcases.cases.lookups import case_of_reference, tries_of
from icpcases.cases.models import FilingCase, FollowTry
from icpcases.rules.folding import typed_code

WRONG_TRIES = 5
CLOSED_FOR = dt.timedelta(minutes=15)
_NOBODYS_CODE = "0" * 10


class TooManyTries(Exception):
    """Five wrong codes: closed for a while."""


def find_followed(reference: str, code: str, address: str) -> FilingCase | None:
    """The case of a reference and its code. Raises TooManyTries; tells nothing else.

    Wrong tries are counted per reference, whether there is such a case or not, and per address
    they come from, so that neither codes nor references are found by trying.
    """
    reference, code = typed_code(reference)[:30], typed_code(code).replace("-", "")[:30]
    keys = (f"reference {reference}", f"address {address}"[:100])
    now = timezone.now()
    tries = {row.key: row for row in tries_of(*keys)}
    if any(row.closed_until and row.closed_until > now for row in tries.values()):
        raise TooManyTries
    case = case_of_reference(reference)
    if constant_time_compare(code, case.follow_code if case else _NOBODYS_CODE) and case:
        if keys[0] in tries:
            tries[keys[0]].delete()
        return case
    for key in keys:
        _count(key, now)
    return None


def _count(key: str, now: dt.datetime) -> None:
    with transaction.atomic():
        FollowTry.objects.get_or_create(key=key, defaults={"since": now})
        row = FollowTry.objects.select_for_update().get(pk=key)
        if row.since < now - CLOSED_FOR:
            row.wrong, row.since, row.closed_until = 0, now, None
        row.wrong += 1
        if row.wrong >= WRONG_TRIES:
            row.closed_until = now + CLOSED_FOR
        row.save()
