"""Who may see a case as its applicant: invited, joined, removed, each in the history."""

import datetime as dt
from enum import Enum
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from icpcases.cases.models import CasePerson, FilingCase, HistoryRow, Invitation
from icpcases.cases.models.participants import InvitationQuerySet
from icpcases.cases.outbox import accounts_of, drop_letters, invitation_key, post, site_url
from icpcases.cases.permissions import is_staff_role, is_working, roles_on
from icpcases.lifecycle.roles import STAFF_GROUPS, Actor
from icpcases.rules.addresses import masked_address, plain_address
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Cleaned
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.refusals import (
    ONLY_APPLICANTS_JOIN,
    ONLY_THE_INVITED,
    ONLY_THE_OFFICE_REMOVES_THE_OWNER,
    ONLY_THE_OWNER,
)
from icpcases.workflow.transactions import one_transaction

from .checks import account_of

SALT = "icpcases.invitation"
VALID_FOR = dt.timedelta(days=14)
MOST_WAITING = 50
_KIND = HistoryRow.Kind.ASSIGNMENT


def is_owner(case: FilingCase, user: Actor) -> bool:
    """Whether the user is the case's owner."""
    return CasePerson.objects.filter(case=case, user=user.pk, part=CasePerson.Part.OWNER).exists()


def _need_keeper(case: FilingCase, by: Actor) -> None:
    if not is_working(by) and not is_owner(case, by):
        raise NotAllowed(by, ONLY_THE_OWNER)


def is_of_staff(email: str) -> bool:
    """Whether an address is that of somebody of the staff, who joins no case."""
    accounts = User.objects.filter(email__iexact=email)
    in_a_role = Q(is_staff=True) | Q(is_superuser=True) | Q(groups__name__in=STAFF_GROUPS)
    return accounts.filter(in_a_role).exists()


def _need_inviting(case: FilingCase, by: Actor, email: str) -> None:
    """Raises Closed where inviting an address would tell or open nothing new."""
    account = accounts_of([email]).get(email)
    member = CasePerson.objects.filter(case=case, user__email__iexact=email)
    waiting = Invitation.objects.waiting().filter(case=case, email=email)
    if is_of_staff(email):
        found = (_OF_STAFF, _("Invite an address of the applicant."))
    elif account and not account.is_open:
        found = (_NO_WAY_IN, _ANOTHER_ADDRESS)
    elif member.exists():
        found = (_MEMBER, _("Nothing to do."))
    elif waiting.exists():
        found = (_WAITING, _SEND_AGAIN)
    else:
        return
    raise Closed((_finding(*found, by, email),))


def _finding(sentence: str, remedy: str, by: Actor, email: str) -> Finding:
    place = Place(PlaceKind.RULE, "email", email)
    who = Party.OFFICER if is_working(by) else Party.APPLICANT
    return Finding("invitation", Source.NONE, sentence, remedy, who, (place,))


_OF_STAFF = _("%(about)s is an address of the office: staff see every case and cannot join one.")
_MEMBER = _("%(about)s is on this case already.")
_WAITING = _("%(about)s is invited already and has not joined yet.")
_NO_WAY_IN = _("%(about)s cannot sign in: the account with this address has been closed.")
_NO_ADDRESS = _("No mail can be sent to the address %(about)s.")
_ANOTHER_ADDRESS = _("Invite another address, or ask the office.")
_SEND_AGAIN = _("To send a new invitation, first take this one back.")


def invite(case: FilingCase, by: Actor, email: str, seen_version: int) -> Invitation:
    """Invite whoever reads an address: as owner if there is none yet, else as a colleague.

    Raises NotAllowed unless `by` works cases or is the owner, Stale, and Closed where the address
    is on the case already, is invited, is one of the office, or is that of a closed account.
    """
    try:
        email = plain_address(email)
    except ValueError:
        # An applicant's record may hold one from before addresses were folded.
        finding = _finding(_NO_ADDRESS, _("Correct the address."), by, email)
        raise Closed((finding,)) from None

    def refused(fresh: FilingCase) -> Closed | None:
        # Two invited the same address in the same second.
        waiting = Invitation.objects.waiting().filter(case=fresh, email=email)
        finding = _finding(_WAITING, _SEND_AGAIN, by, email)
        return Closed((finding,)) if waiting.exists() else None

    with changing(case, by, seen_version, what="assignment", explain=refused) as change:
        _need_keeper(change.case, by)
        _need_inviting(change.case, by, email)
        taken = CasePerson.objects.filter(case=change.case, part=CasePerson.Part.OWNER).exists()
        invitation = Invitation.objects.create(
            case=change.case,
            email=email,
            part=CasePerson.Part.COLLEAGUE if taken else CasePerson.Part.OWNER,
            invited_by=account_of(by),
            invited_at=change.now,
        )
        change.record(_KIND, entered={"invited": invitation.email})
        _post(invitation)
        return invitation


class InvitationMail(NamedTuple):
    """The mail of an invitation, and its language."""

    language: str
    subject: str
    text: str
    html: str


def invitation_mail(invitation: Invitation) -> InvitationMail | None:
    """The mail as it is written today, in the language of the reader's account, or else of the
    applicant; None where that account has been closed."""
    case = invitation.case
    account = accounts_of([invitation.email]).get(invitation.email)
    if account and not account.is_open:
        return None
    language = (account and account.language) or case.applicant.language
    with translation.override(language):
        context = {
            "case": case,
            "inviter": inviter_of(invitation),
            "link": invitation_link(invitation),
            "follow": site_url(reverse("applicants:follow")),
            "days": VALID_FOR.days,
            "language": language,
        }
        return InvitationMail(
            language,
            gettext("You are invited to follow the filing %(reference)s")
            % {"reference": case.reference},
            render_to_string("mail/invitation.txt", context),
            render_to_string("mail/invitation.html", context),
        )


def inviter_of(invitation: Invitation) -> str:
    """Who invited, as whoever is invited may know him: a colleague by his address, whose letters
    are told to nobody who does not know them; nothing where it was the office."""
    by = invitation.invited_by
    return "" if is_staff_role(by) or by.is_staff else masked_address(by.email)


def _post(invitation: Invitation) -> None:
    mail = invitation_mail(invitation)
    assert mail is not None
    post(
        invitation.email, *mail, life=VALID_FOR, case=invitation.case,
        key=invitation_key(invitation.pk),
    )  # fmt: skip


def change(case: FilingCase, by: Actor, data: Cleaned, seen_version: int) -> None:
    """Invite, remove or take back, given a valid InviteForm's data; raises as these do."""
    if data["remove"]:
        remove_person(case, by, data["remove"], seen_version)
    elif data["take_back"]:
        take_back(case, by, data["take_back"], seen_version)
    else:
        invite(case, by, data["email"], seen_version)


def token_of(invitation: Invitation) -> str:
    """What the link of an invitation carries: signed, so that none can be made up."""
    return signing.dumps(invitation.pk, salt=SALT)


def invitation_link(invitation: Invitation) -> str:
    """The address that leads to joining the case, made today."""
    return site_url(reverse("applicants:invitation", args=[token_of(invitation)]))


def waiting_invitation(case: FilingCase, address: str) -> Invitation | None:
    """The invitation of an address to a case that has not been followed yet."""
    return Invitation.objects.waiting().filter(case=case, email=address.lower()).first()


class LinkStanding(Enum):
    """What an invitation is to whoever has opened its link."""

    OPEN = "open"
    #: The link is too old; the invitation still stands.
    LINK_OLD = "link_old"
    JOINED = "joined"
    #: Joined once, and taken off the case since.
    LEFT = "left"
    TAKEN_BACK = "taken_back"
    #: It is for another address, whatever became of it.
    FOREIGN = "foreign"
    NONE = "none"


class Opened(NamedTuple):
    """An invitation whose link was opened, and what it is to this account."""

    standing: LinkStanding
    invitation: Invitation | None = None


def opened_invitation(token: str, user: Actor) -> Opened:
    """What the link of an invitation is to an account; of a made-up link nothing is told."""
    try:
        pk, fresh = _read_token(token)
    except signing.BadSignature:
        return Opened(LinkStanding.NONE)
    return link_standing_of(pk, user, fresh)


def link_standing_of(pk: int, user: Actor, fresh: bool = True) -> Opened:
    """What an invitation is to an account that holds its link, which may be too old."""
    rows = Invitation.objects.select_related("case__applicant", "invited_by")
    invitation = rows.filter(pk=pk).first()
    if invitation is None:
        return Opened(LinkStanding.NONE)
    if is_staff_role(user) or not is_for(invitation, user):
        return Opened(LinkStanding.FOREIGN, invitation)
    if CasePerson.objects.filter(case=invitation.case, user=user.pk).exists():
        return Opened(LinkStanding.JOINED, invitation)
    same = rows.waiting().filter(case=invitation.case, email=invitation.email)
    # An invitation taken back and sent anew: the link of the first leads to the second.
    if waiting := same.first():
        return Opened(LinkStanding.OPEN if fresh else LinkStanding.LINK_OLD, waiting)
    left = invitation.accepted_at is not None
    return Opened(LinkStanding.LEFT if left else LinkStanding.TAKEN_BACK, invitation)


def _read_token(token: str) -> tuple[int, bool]:
    """The key of an invitation, and whether its link is not too old. Raises BadSignature."""
    try:
        return int(signing.loads(token, salt=SALT, max_age=VALID_FOR)), True
    except signing.SignatureExpired:
        return int(signing.loads(token, salt=SALT)), False


def taken_back_by(invitation: Invitation) -> str:
    """Who took an invitation back, as whoever was invited may know him; empty for the office."""
    rows = HistoryRow.objects.filter(case=invitation.case_id, kind=_KIND, by__isnull=False)
    told = Q(entered__taken_back=invitation.email) | Q(entered__removed=invitation.email)
    row = rows.filter(told).select_related("by").order_by("-sequence").first()
    by = row.by if row else None
    return "" if by is None or is_staff_role(by) or by.is_staff else masked_address(by.email)


def is_for(invitation: Invitation, user: Actor) -> bool:
    """Whether an invitation is for this account: its address is proved by signing in."""
    return account_of(user).email.lower() == invitation.email


def waiting_for(user: Actor) -> list[Invitation]:
    """The invitations that wait for exactly the address this account has signed in with."""
    email = account_of(user).email.lower()
    if not email or is_staff_role(user):
        return []
    waiting = Invitation.objects.waiting().filter(email=email)
    return list(waiting.select_related("case", "case__applicant").order_by("-pk")[:MOST_WAITING])


def accept(invitation: Invitation, user: Actor) -> CasePerson | None:
    """Link the account that opened the invitation; None if it was used up meanwhile.

    Raises NotAllowed of staff, and of whoever has another address than was invited.
    """
    if is_staff_role(user):
        raise NotAllowed(user, ONLY_APPLICANTS_JOIN)
    if not is_for(invitation, user):
        raise NotAllowed(user, ONLY_THE_INVITED)
    account = account_of(user)
    with one_transaction(f"{invitation.case.reference}, acceptance"):
        # The case first, as everywhere: taking an invitation back locks it too.
        case = FilingCase.objects.select_for_update().get(pk=invitation.case_id)
        locked = Invitation.objects.waiting().filter(pk=invitation.pk).first()
        if locked is None:
            return None
        locked.accepted_at = timezone.now()
        locked.save(update_fields=["accepted_at"])
        # Two may have been invited before there was an owner: the first to come is it.
        owned = CasePerson.objects.filter(case=case, part=CasePerson.Part.OWNER).exists()
        part = CasePerson.Part.COLLEAGUE if owned else locked.part
        person, new = CasePerson.objects.get_or_create(
            case=case, user=account, defaults={"part": part}
        )
        if new:
            case.__dict__.pop("people_pks", None)
            Change.on(case, account).record(_KIND, entered={"joined": account.email})
        return person


def remove_person(case: FilingCase, by: Actor, pk: int, seen_version: int) -> None:
    """Take a person off the case. Raises NotAllowed; the owner stays unless an officer says so."""
    with changing(case, by, seen_version, what="assignment") as change:
        _need_keeper(change.case, by)
        person = CasePerson.objects.select_related("user").get(pk=pk, case=change.case)
        if person.part == CasePerson.Part.OWNER and not is_working(by):
            raise NotAllowed(by, ONLY_THE_OFFICE_REMOVES_THE_OWNER)
        person.delete()
        theirs = Invitation.objects.waiting().filter(case=change.case)
        _end(change, theirs.filter(email__iexact=person.user.email))
        change.record(_KIND, entered={"removed": person.user.email})


def take_back(case: FilingCase, by: Actor, pk: int, seen_version: int) -> None:
    """Take back an invitation nobody has accepted; its mail is not sent any more.

    Raises NotAllowed, Stale, and Invitation.DoesNotExist if it was used up meanwhile.
    """
    with changing(case, by, seen_version, what="assignment") as change:
        _need_keeper(change.case, by)
        invitation = Invitation.objects.waiting().get(pk=pk, case=change.case)
        _end(change, Invitation.objects.filter(pk=pk))
        change.record(_KIND, entered={"taken_back": invitation.email})


def _end(change: Change, invitations: InvitationQuerySet) -> None:
    for invitation in invitations:
        invitation.taken_back_at = change.now
        invitation.save(update_fields=["taken_back_at"])
        drop_letters(change.case, invitation.email)


def may_keep_people(case: FilingCase, user: Actor) -> bool:
    """Whether the user may invite and remove people."""
    return is_working(user) or (bool(roles_on(case, user)) and is_owner(case, user))
