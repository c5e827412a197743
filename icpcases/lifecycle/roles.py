"""The roles people have: on a case, or in the office."""

from enum import Enum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from icpcases.rules.rule import Party


class Actor(Protocol):
    """Whoever acts or looks: an account, a visitor without one, or the program itself."""

    @property
    def pk(self) -> int | None:
        """The key of the account; None where there is no account."""

    @property
    def is_authenticated(self) -> bool:
        """Whether it is an account that has signed in."""

    @property
    def is_active(self) -> bool:
        """Whether the account may still be used."""


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
