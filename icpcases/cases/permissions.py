"""Who may do what: membership of a role's group decides, a superuser's flag does not."""

from typing import Any, Protocol

from django.contrib.auth.models import Group

from icpcases.db.statements import Prepared
from icpcases.lifecycle.roles import STAFF_GROUPS, WORKING, Role
from icpcases.lifecycle.steps import Step


class HasPeople(Protocol):
    """A case, as far as permission asks: the accounts that are its applicant."""

    @property
    def people_pks(self) -> frozenset[int]:
        """The keys of these accounts."""
        ...


def roles_on(case: HasPeople, user: Any) -> frozenset[Role]:
    """The roles a user has on this case: staff roles, and applicant if it is theirs."""
    return staff_roles(user) | ({Role.APPLICANT} if is_theirs(case, user) else set())


def is_theirs(case: HasPeople, user: Any) -> bool:
    """Whether the user is a person of this case."""
    known = user and user.is_authenticated and user.is_active
    return bool(known and user.pk in case.people_pks)


def may_see(case: HasPeople, user: Any) -> bool:
    """Whether the user has any role on this case; who its people are is only read if it matters."""
    return bool(staff_roles(user)) or is_theirs(case, user)


def may_take(case: HasPeople, step: Step, user: Any) -> bool:
    """Whether the user's roles on this case allow the step."""
    if staff_roles(user) & step.who:
        return True
    return Role.APPLICANT in step.who and is_theirs(case, user)


def _groups(user: int) -> Any:
    return Group.objects.filter(user=user, name__in=STAFF_GROUPS).values_list("name", flat=True)


_GROUPS = Prepared(_groups, int)


def staff_roles(user: Any) -> frozenset[Role]:
    """The staff roles of a user, read once per request; a supervisor is an officer too."""
    if not (user and user.is_authenticated and user.is_active):
        return frozenset()
    if not hasattr(user, "_icpcases_roles"):
        roles = {Role(name) for name in _GROUPS(user.pk)}
        if Role.SUPERVISOR in roles:
            roles.add(Role.OFFICER)
        user._icpcases_roles = frozenset(roles)
    return user._icpcases_roles


def is_staff_role(user: Any) -> bool:
    """Whether the user may read every case."""
    return bool(staff_roles(user))


def is_working(user: Any) -> bool:
    """Whether the user may work cases: officers and supervisors."""
    return bool(staff_roles(user) & WORKING)


def is_supervisor(user: Any) -> bool:
    """Whether the user is a supervisor."""
    return Role.SUPERVISOR in staff_roles(user)


def shown_name(user: Any) -> str:
    """A user's name as colleagues read it: family name first where it is Chinese."""
    first, last = user.first_name, user.last_name
    if last and ord(last[0]) >= 0x3400:
        return f"{last}{first}"
    return str(user.get_full_name() or user.get_username())
