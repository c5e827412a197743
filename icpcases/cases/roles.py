"""Who may do what: membership of a role's group decides, a superuser's flag does not."""

from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _

from icpcases.rules.rule import Party

from .prepared import Prepared


class Role(Enum):
    """A role, by the name of its group; applicants have one per case instead."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The role's name as a reader sees it."""
        return str(_LABELS[self])

    @property
    def party(self) -> Party:
        """The party that somebody in this role acts as."""
        return Party.OFFICER if self == Role.AUDITOR else Party(self.value)


_LABELS = {
    Role.APPLICANT: _("applicant"),
    Role.OFFICER: _("officer"),
    Role.SUPERVISOR: _("supervisor"),
    Role.AUDITOR: _("auditor"),
}
STAFF_GROUPS = (Role.OFFICER.value, Role.SUPERVISOR.value, Role.AUDITOR.value)
WORKING = frozenset({Role.OFFICER, Role.SUPERVISOR})


def _groups(user: int) -> Any:
    from django.contrib.auth.models import Group

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
