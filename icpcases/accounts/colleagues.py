"""What supervisors do to the accounts of the office: each act guarded, and written down.

Nobody closes or demotes himself, so that a supervisor always stays; a superuser's account is
kept on Django's own pages.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from icpcases.cases.models import Leave, StaffAct
from icpcases.cases.outbox import drop_letters, post, site_url
from icpcases.cases.permissions import active_supervisors, is_supervisor, shown_name
from icpcases.lifecycle.roles import STAFF_GROUPS, Actor, Role
from icpcases.rules.addresses import LONGEST_ADDRESS
from icpcases.types import Cleaned
from icpcases.workflow.changes import SeenVersion
from icpcases.workflow.leave import forget_absences
from icpcases.workflow.sendings import Sent, make_once

from .languages import kept_language

What = StaffAct.What


class ActRefused(Exception):
    """An act that did not happen; its text says why, to whoever tried."""


class ChangedMeanwhile(ActRefused):
    """Somebody else did something to the account after the page was shown."""

    def __init__(self, acts: list[StaffAct]) -> None:
        super().__init__()
        self.acts = acts


class StaffLinkTokens(PasswordResetTokenGenerator):
    """Tokens of the links by which members of the office set a password: for a few days, once."""

    key_salt = "icpcases.accounts.colleagues.StaffLinkTokens"


staff_links = StaffLinkTokens()


def link_days() -> int:
    """For how many days such a link is good."""
    return settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)


def newest_act(user: User) -> int:
    """The key of the newest act on an account: what a page has seen."""
    acts = StaffAct.objects.filter(about=user).order_by("-pk")
    return acts.values_list("pk", flat=True).first() or 0


@contextmanager
def _acting(by: Actor, user: User | None = None, seen: int | None = None) -> Iterator[User]:
    """A transaction in which the accounts concerned stand still.

    Raises ActRefused, and MadeAlready where the very same sending has done it.
    """
    with transaction.atomic():
        # All supervisors: of two who close each other at once, the second is none any more.
        keys = User.objects.filter(groups__name=Role.SUPERVISOR.value).values("pk")
        locked = User.objects.select_for_update(of=("self",)).order_by("pk")
        there = {one.pk: one for one in locked.filter(pk__in=keys)}
        actor = there.get(by.pk or 0)
        if actor is None or not is_supervisor(actor):
            raise ActRefused(_("Only a supervisor can do this."))
        if user is not None:
            account = locked.get(pk=user.pk)
            if account.is_superuser:
                raise ActRefused(
                    _(
                        "This account manages all accounts. "
                        "Only an account of the same kind can change it, under Users."
                    )
                )
            if isinstance(seen, SeenVersion):
                make_once(Sent(seen.sending))
            newer = StaffAct.objects.filter(about=user, pk__gt=seen or 0)
            if seen is not None and newer.exists():
                raise ChangedMeanwhile(list(newer.select_related("by")))
            user.__dict__.update(account.__dict__)
        yield actor
    # Whoever stands in finds the cases at the next look.
    forget_absences()


def _note(by: User, user: User, what: StaffAct.What, detail: str = "") -> None:
    StaffAct.objects.create(at=timezone.now(), by=by, about=user, what=what, detail=detail[:300])


def _need_another(by: User, user: User, sentence: str) -> None:
    if by.pk == user.pk:
        raise ActRefused(sentence)


def add_colleague(by: Actor, data: Cleaned) -> User:
    """A new account of the office, given a valid ColleagueForm's data, and its invitation."""
    with _acting(by) as actor:
        user = _made(data, Role(data["role"]))
        _note(actor, user, What.INVITED, f"{Role(data['role']).label}, {user.email}")
        _post_link(user, "staff_invitation", gettext_noop("Your account in the filing office"))
        return user


def begin_office(data: Cleaned) -> tuple[User, str]:
    """The account of the first supervisor, and the link to set its password.

    Raises ActRefused where there is a supervisor, who invites the others.
    """
    with transaction.atomic():
        if active_supervisors().exists():
            raise ActRefused(_("There is already a supervisor, who invites everybody else."))
        user = _made(data, Role.SUPERVISOR)
        _note(user, user, What.INVITED, user.email)
        return user, site_url(_link_path(user))


def _made(data: Cleaned, role: Role) -> User:
    user = User(username=_free_name(data["email"]), email=data["email"], is_staff=True)
    user.first_name, user.last_name = data["first_name"], data["last_name"]
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name=role.value))
    return user


def _free_name(email: str) -> str:
    base = re.sub(r"[^a-z0-9._-]", "", email.partition("@")[0])[: LONGEST_ADDRESS - 4] or "staff"
    taken = set(User.objects.filter(username__istartswith=base).values_list("username", flat=True))
    lower = {name.lower() for name in taken}
    return next(name for name in _names(base) if name not in lower)


def _names(base: str) -> Iterator[str]:
    yield base
    yield from (f"{base}{n}" for n in range(2, 10_000))


def send_link(by: Actor, user: User, seen: int) -> None:
    """Send whoever owns the account a link to set a password."""
    with _acting(by, user, seen) as actor:
        if not user.is_active:
            raise ActRefused(_("The account is closed: reopen it first."))
        _note(actor, user, What.LINK_SENT, user.email)
        drop_letters(None, user.email)
        _post_link(user, "staff_password", gettext_noop("A new password for the filing office"))


def _link_path(user: User) -> str:
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("staff_password", args=[key, staff_links.make_token(user)])


def _post_link(user: User, name: str, subject: str) -> None:
    language = kept_language(user) or get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "subject": _(subject), "user": user, "link": site_url(_link_path(user)),
            "days": link_days(), "site": settings.SITE_URL, "language": language,
        }  # fmt: skip
        text, html = (render_to_string(f"mail/{name}.{kind}", context) for kind in ("txt", "html"))
        # Never kept longer than needed: whoever reads it may set the password.
        post(user.email, language, _(subject), text, html, once=True)


def password_set(user: User) -> None:
    """Write down that the owner has set a password."""
    _note(user, user, What.PASSWORD_SET)


def change_colleague(by: Actor, user: User, data: Cleaned, seen: int) -> None:
    """Another name, mail or role, given a valid ColleagueForm's data."""
    with _acting(by, user, seen) as actor:
        was = set(user.groups.filter(name__in=STAFF_GROUPS).values_list("name", flat=True))
        if was != {data["role"]}:
            _need_another(
                actor, user, _("You cannot change your own role. Ask another supervisor.")
            )
            user.groups.remove(*Group.objects.filter(name__in=STAFF_GROUPS))
            user.groups.add(Group.objects.get(name=data["role"]))
        before = [shown_name(user), user.email, *sorted(was)]
        user.first_name, user.last_name = data["first_name"], data["last_name"]
        if user.last_login is None:
            user.email = data["email"]
        user.is_staff = True
        user.save(update_fields=["first_name", "last_name", "email", "is_staff"])
        after = [shown_name(user), user.email, data["role"]]
        if before != after:
            _note(actor, user, What.CHANGED, f"{', '.join(before)} → {', '.join(after)}")


def remove_second_factor(by: Actor, user: User, seen: int) -> None:
    """Take the second factor away: its owner sets up another at the next sign-in."""
    with _acting(by, user, seen) as actor:
        sentence = _("Change your own second factor on the page “Second factor”.")
        _need_another(actor, user, sentence)
        if Authenticator.objects.filter(user=user).delete()[0]:
            _note(actor, user, What.SECOND_FACTOR)


def set_leave(by: Actor, user: User, data: Cleaned, seen: int) -> None:
    """Enter when somebody is away and who stands in, given a valid LeaveForm's data."""
    with _acting(by, user, seen) as actor:
        stand_in = data["stand_in"]
        days = {name: data[name] for name in ("first_day", "last_day")}
        Leave.objects.update_or_create(user=user, defaults={**days, "stand_in": stand_in})
        until = f"{data['last_day']:%Y-%m-%d}" if data["last_day"] else "…"
        named = shown_name(stand_in) if stand_in else "—"
        _note(actor, user, What.LEAVE, f"{data['first_day']:%Y-%m-%d} – {until}; {named}")


def end_leave(by: Actor, user: User, seen: int) -> None:
    """Somebody is back, or does not go."""
    with _acting(by, user, seen) as actor:
        if Leave.objects.filter(user=user).delete()[0]:
            _note(actor, user, What.LEAVE_ENDED)


def close_account(by: Actor, user: User, seen: int) -> None:
    """Close an account: from now on it opens nothing. Its cases are handed over apart."""
    with _acting(by, user, seen) as actor:
        _need_another(actor, user, _("You cannot close your own account. Ask another supervisor."))
        if user.is_active:
            user.is_active = False
            user.save(update_fields=["is_active"])
            drop_letters(None, user.email)
            _note(actor, user, What.CLOSED)


def reopen_account(by: Actor, user: User, seen: int) -> None:
    """Open a closed account again, with the role it had."""
    with _acting(by, user, seen) as actor:
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            _note(actor, user, What.REOPENED)


def note_handing_over(by: Actor, user: User, to: User | None, number: int) -> None:
    """Write down that cases were handed over; each has a row in its own history."""
    named = shown_name(to) if to else _("nobody")
    with _acting(by) as actor:
        _note(actor, user, What.HANDED_OVER, f"{number} → {named}")
