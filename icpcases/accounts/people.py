"""The account that belongs to an e-mail address, and whether a code may open it."""

from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils.crypto import get_random_string

from icpcases.lifecycle.roles import STAFF_GROUPS
from icpcases.rules.addresses import LONGEST_ADDRESS

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class KnownOfAccount(TypedDict):
    """In how many groups of the staff an account is, and the language it reads, if known."""

    staff_groups: int
    language: str | None


FoundAccount: TypeAlias = "WithAnnotations[User, KnownOfAccount]"


def find_account(address: str) -> "FoundAccount | None":
    """The account with this plain address; where several share it, one of staff comes first."""
    in_staff_group = Count("groups", filter=Q(groups__name__in=STAFF_GROUPS))
    accounts = User.objects.filter(email__iexact=address).annotate(
        staff_groups=in_staff_group, language=F("reads__language")
    )
    # The database's idea of equal letters is wider than ours.
    same = [account for account in accounts.order_by("pk") if account.email.lower() == address]
    same.sort(key=takes_codes)
    return same[0] if same else None


def takes_codes(account: FoundAccount) -> bool:
    """Whether a code sent by mail opens this account, found by find_account: never one of staff."""
    staff = account.is_staff or account.is_superuser or account.staff_groups
    return bool(account.is_active and not staff)


def account_for(address: str) -> User | None:
    """The account whose owner has just proved to read this plain address; new if there is none.

    None if a code must not open it.
    """
    account = find_account(address) or _make_account(address)
    return account if takes_codes(account) else None


def move_to(user: User, address: str) -> bool:
    """Have an applicant's account live at a plain address whose reader has just proved it; False
    where another account has come to live there meanwhile.

    Its name stays: it is never shown, and names nobody.
    """
    with transaction.atomic():
        own = User.objects.select_for_update().get(pk=user.pk)
        if find_account(address):
            return False
        own.email = user.email = address
        own.save(update_fields=["email"])
        return True


def _make_account(address: str) -> "FoundAccount":
    try:
        with transaction.atomic():
            User.objects.create_user(username=address, email=address)
    except IntegrityError:
        # Two windows confirmed at once; or else the name is taken by an account that has
        # another address by now, and must not be handed to whoever reads the old one.
        if find_account(address) is None:
            _make_account_beside(address)
    account = find_account(address)
    assert account
    return account


def _make_account_beside(address: str) -> None:
    beside = f"{address[: LONGEST_ADDRESS - 9]}-{get_random_string(8)}"
    User.objects.create_user(username=beside, email=address)
