"""The roles people have: on a case, or in the office."""

from enum import Enum

from django.utils.translation import gettext_lazy as _

from icpcases.rules.rule import Party


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
