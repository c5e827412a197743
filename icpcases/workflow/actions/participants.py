"""Who may see a case as its applicant: invited, joined, removed, each in the history."""

import datetime as dt

from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from icpcases.cases.models import CasePerson, FilingCase, HistoryRow, Invitation
from icpcases.cases.models.participants import InvitationQuerySet
from icpcases.cases.outbox import drop_letters, invitation_key, post, site_url
from icpcases.cases.permissions import is_staff_role, is_working, roles_on
from icpcases.lifecycle.roles import STAFF_GROUPS, Actor
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


def _need_inviting(case: FilingCase, email: str) -> None:
    """Raises Closed where inviting an address would tell or open nothing new."""
    if is_of_staff(email):
        raise Closed((_finding(_OF_STAFF, _("Invite an address of the applicant."), email),))
    if CasePerson.objects.filter(case=case, user__email__iexact=email).exists():
        raise Closed((_finding(_MEMBER, _("Nothing to do."), email),))
    if Invitation.objects.waiting().filter(case=case, email=email).exists():
        raise Closed((_finding(_WAITING, _SEND_AGAIN, email),))


def _finding(sentence: str, remedy: str, email: str) -> Finding:
    place = Place(PlaceKind.RULE, "email", email)
    return Finding("invitation", Source.NONE, sentence, remedy, Party.OFFICER, (place,))


_OF_STAFF = _("%(about)s is an address of the office: staff see every case and cannot join one.")
_MEMBER = _("%(about)s is on this case already.")
_WAITING = _("%(about)s is invited already and has not joined yet.")
_SEND_AGAIN = _("To send a new invitation, first take this one back.")


def invite(case: FilingCase, by: Actor, email: str, seen_version: int) -> Invitation:
    """Invite whoever reads an address: as owner if there is none yet, else as a colleague.

    Raises NotAllowed unless `by` works cases or is the owner, Stale, and Closed where the address
    is on the case already, is invited, or is one of the office.
    """
    email = email.strip().lower()

    def refused(fresh: FilingCase) -> Closed | None:
        # Two invited the same address in the same second.
        waiting = Invitation.objects.waiting().filter(case=fresh, email=email)
        finding = _finding(_WAITING, _SEND_AGAIN, email)
        return Closed((finding,)) if waiting.exists() else None

    with changing(case, by, seen_version, what="assignment", explain=refused) as change:
        _need_keeper(change.case, by)
        _need_inviting(change.case, email)
        taken = CasePerson.objects.filter(case=change.case, part=CasePerson.Part.OWNER).exists()
        invitation = Invitation.objects.create(
            case=change.case,
            email=email,
            part=CasePerson.Part.COLLEAGUE if taken else CasePerson.Part.OWNER,
            invited_by=account_of(by),
            invited_at=change.now,
        )
        change.record(_KIND, entered={"invited": invitation.email})
        _post(change.case, invitation)
        return invitation


def _post(case: FilingCase, invitation: Invitation) -> None:
    language = case.applicant.language
    with translation.override(language):
        context = {
            "case": case,
            "link": invitation_link(invitation),
            "follow": site_url(reverse("applicants:follow")),
            "days": VALID_FOR.days,
            "language": language,
        }
        post(
            invitation.email,
            language,
            gettext("You are invited to follow the filing %(reference)s")
            % {"reference": case.reference},
            render_to_string("mail/invitation.txt", context),
            render_to_string("mail/invitation.html", context),
            life=VALID_FOR,
            case=case,
            key=invitation_key(invitation.pk),
        )


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


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a token that is genuine, not too old, and not used up."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    waiting = Invitation.objects.waiting().filter(pk=pk)
    return waiting.select_related("case", "case__applicant").first()


def case_joined_by(token: str, user: Actor) -> FilingCase | None:
    """The case that this very account joined by the token: a second click finds it done."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    return case_joined(pk, user)


def case_joined(pk: int, user: Actor) -> FilingCase | None:
    """The case that this very account joined by an invitation to its address."""
    used = Invitation.objects.filter(pk=pk, accepted_at__isnull=False)
    joined = used.filter(case__people__user=user.pk).select_related("case").first()
    return joined.case if joined else None


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
