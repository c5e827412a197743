"""Who may do what: membership of a role's group decides, a superuser's flag does not."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from icpcases.db.statements import Values
from icpcases.lifecycle.roles import STAFF_GROUPS, WORKING, Role
from icpcases.lifecycle.steps import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import FilingCase


def roles_on(case: "FilingCase", user: Any) -> frozenset[Role]:
    """The roles a user has on this case: staff roles, and applicant if it is theirs."""
    return staff_roles(user) | ({Role.APPLICANT} if is_theirs(case, user) else set())


def is_theirs(case: "FilingCase", user: Any) -> bool:
    """Whether the user is a person of this case."""
    known = user and user.is_authenticated and user.is_active
    return bool(known and user.pk in case.people_pks)


def may_see(case: "FilingCase", user: Any) -> bool:
    """Whether the user has any role on this case; who its people are is only read if it matters."""
    return bool(staff_roles(user)) or is_theirs(case, user)


def may_take(case: "FilingCase", step: Step, user: Any) -> bool:
    """Whether the user's roles on this case allow the step."""
    if staff_roles(user) & step.who:
        return True
    return Role.APPLICANT in step.who and is_theirs(case, user)


def _groups(user: int) -> "QuerySet[Any, str]":
    members = get_user_model().objects.filter(pk=user, groups__name__in=STAFF_GROUPS)
    return members.values_list("groups__name", flat=True)


_STAFF = ", ".join(f"'{name}'" for name in STAFF_GROUPS)
_GROUPS = Values(
    "SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id"
    f" WHERE m.user_id = %s AND g.name IN ({_STAFF})",
    str,
    same_as=_groups,
)


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
