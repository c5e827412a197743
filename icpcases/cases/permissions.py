"""Who may do what: membership of a role's group decides, a superuser's flag does not."""

from typing import Protocol

from django.contrib.auth.models import Group, User
from django.db.models import QuerySet

from icpcases.db.statements import Values
from icpcases.lifecycle.roles import STAFF_GROUPS, WORKING, Actor, Role
from icpcases.lifecycle.steps import Step


class HasPeople(Protocol):
    """A case, as far as permission asks: the accounts that are its applicant."""

    @property
    def people_pks(self) -> frozenset[int]:
        """The keys of these accounts."""


class Named(Protocol):
    """Whoever has a name as accounts have: an account, or its columns alone."""

    @property
    def first_name(self) -> str:
        """The given name."""

    @property
    def last_name(self) -> str:
        """The family name."""

    def get_full_name(self) -> str:
        """Given name, then family name."""

    def get_username(self) -> str:
        """What the account signs in with."""


def roles_on(case: HasPeople, user: Actor | None) -> frozenset[Role]:
    """The roles a user has on this case: staff roles, and applicant if it is theirs."""
    return staff_roles(user) | ({Role.APPLICANT} if is_theirs(case, user) else set())


def is_theirs(case: HasPeople, user: Actor | None) -> bool:
    """Whether the user is a person of this case."""
    if not (user and user.is_authenticated and user.is_active):
        return False
    return user.pk in case.people_pks


def may_see(case: HasPeople, user: Actor | None) -> bool:
    """Whether the user has any role on this case; who its people are is only read if it matters."""
    return bool(staff_roles(user)) or is_theirs(case, user)


def may_take(case: HasPeople, step: Step, user: Actor | None) -> bool:
    """Whether the user's roles on this case allow the step."""
    if staff_roles(user) & step.who:
        return True
    return Role.APPLICANT in step.who and is_theirs(case, user)


def _groups(user: int) -> QuerySet[Group, str]:
    return Group.objects.filter(user=user, name__in=STAFF_GROUPS).values_list("name", flat=True)


_STAFF = ", ".join(f"'{name}'" for name in STAFF_GROUPS)
_GROUPS = Values(
    "SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id"
    f" WHERE m.user_id = %s AND g.name IN ({_STAFF})",
    str,
    same_as=_groups,
)
# Where the roles stay once read: on the account, which lasts as long as the request.
_KNOWN = "_icpcases_roles"


def staff_roles(user: Actor | None) -> frozenset[Role]:
    """The staff roles of a user, read once per request; a supervisor is an officer too."""
    if not (user and user.is_authenticated and user.is_active):
        return frozenset()
    known: frozenset[Role] | None = getattr(user, _KNOWN, None)
    if known is None:
        roles = {Role(name) for name in _GROUPS(user.pk)}
        if Role.SUPERVISOR in roles:
            roles.add(Role.OFFICER)
        known = frozenset(roles)
        setattr(user, _KNOWN, known)
    return known


def is_staff_role(user: Actor | None) -> bool:
    """Whether the user may read every case."""
    return bool(staff_roles(user))


def is_working(user: Actor | None) -> bool:
    """Whether the user may work cases: officers and supervisors."""
    return bool(staff_roles(user) & WORKING)


def is_supervisor(user: Actor | None) -> bool:
    """Whether the user is a supervisor."""
    return Role.SUPERVISOR in staff_roles(user)


def active_supervisors() -> QuerySet[User]:
    """The supervisors whose accounts are open."""
    active = User.objects.filter(is_active=True, groups__name=Role.SUPERVISOR.value)
    return active.order_by("pk")


def shown_name(user: Named) -> str:
    """A user's name as colleagues read it: family name first where it is Chinese."""
    first, last = user.first_name, user.last_name
    if last and ord(last[0]) >= 0x3400:
        return f"{last}{first}"
    return str(user.get_full_name() or user.get_username())
