"""Following a case without an account: a reference, a code, and few wrong tries.

A code is one of 31^10, and every try names one reference. Wrong tries close a reference to the
address they came from, and all references to an address that tries many; never a reference to
everybody, so that nobody shuts out another. Where a reference is tried from all over, an address
has two tries instead of five. A million addresses that try all year, 20 times in each quarter of
an hour, find the code of any case at all with a chance of 1 in 1,170, and that of a certain case
with one of 1 in 11,700.
"""

import datetime as dt
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from icpcases.cases.lookups import case_of_reference, tries_of
from icpcases.cases.models import FilingCase, FollowTry

#: Wrong tries that close a reference to the address they came from.
WRONG_TRIES = 5
#: The same, while the reference is tried from all over.
WRONG_TRIES_UNDER_PRESSURE = 2
#: Wrong tries on a reference, from wherever, from which on it counts as tried from all over.
PRESSURE = 50
#: Wrong tries that close every reference to the address they came from.
WRONG_OF_ADDRESS = 20
CLOSED_FOR = dt.timedelta(minutes=15)
_REMEMBERED = dt.timedelta(days=1)
_NOBODYS_CODE = "0" * 10


class TooManyTries(Exception):
    """Too many wrong codes from this address: closed to it for a while."""


@dataclass(frozen=True)
class _Keys:
    """By what a try is counted; `pair` is the reference as it was tried from the address."""

    pair: str
    address: str
    reference: str


def find_followed(reference: str, code: str, address: str) -> FilingCase | None:
    """The case of a reference and its code, both folded. Raises TooManyTries; tells nothing else.

    What is counted is so whether there is such a case or not, so that neither codes nor
    references are found by trying.
    """
    reference, code = reference[:30], code.replace("-", "")[:30]
    network = network_of(address)
    keys = _Keys(f"{reference} {network}", f"address {network}", f"reference {reference}")
    now = timezone.now()
    tries = {row.key: row for row in tries_of(keys.pair, keys.address, keys.reference)}
    if any(_is_closed(tries.get(key), now) for key in (keys.pair, keys.address)):
        raise TooManyTries
    case = case_of_reference(reference)
    if constant_time_compare(code, case.follow_code if case else _NOBODYS_CODE) and case:
        if keys.pair in tries:
            tries[keys.pair].delete()
        return case
    pressed = _count(keys.reference, now) > PRESSURE
    _count(keys.pair, now, WRONG_TRIES_UNDER_PRESSURE if pressed else WRONG_TRIES)
    _count(keys.address, now, WRONG_OF_ADDRESS)
    return None


def network_of(address: str) -> str:
    """Whom an address belongs to: of the sixth version one household has 2^64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:40]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(getattr(found, "ipv4_mapped", None) or found)


def _is_closed(row: FollowTry | None, now: dt.datetime) -> bool:
    return bool(row and row.closed_until and row.closed_until > now)


def _count(key: str, now: dt.datetime, most: int = 0) -> int:
    """One wrong try more; how many there have been lately. From `most` on the key is closed."""
    with transaction.atomic():
        FollowTry.objects.get_or_create(key=key, defaults={"since": now})
        row = FollowTry.objects.select_for_update().get(pk=key)
        if row.since < now - CLOSED_FOR:
            row.wrong, row.since, row.closed_until = 0, now, None
        row.wrong = min(row.wrong + 1, _MOST_COUNTED)
        if most and row.wrong >= most:
            row.closed_until = now + CLOSED_FOR
        row.save()
        return row.wrong


#: What the column holds.
_MOST_COUNTED = 32_767


def forget_tries(now: dt.datetime) -> int:
    """Delete what was counted long ago; how many."""
    return FollowTry.objects.filter(since__lt=now - _REMEMBERED).delete()[0]
