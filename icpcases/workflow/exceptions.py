"""Why a change did not happen."""

from icpcases.cases.models import HistoryRow
from icpcases.lifecycle.roles import Actor
from icpcases.rules.rule import Finding

from .step_forms import StepForm


class Refused(Exception):
    """A change that did not happen; nothing was changed, unless it is OutcomeUnknown."""


class NotAllowed(Refused):
    """The user may not do this to this case; the findings say who may, and whom to ask."""

    def __init__(self, user: Actor | None, findings: tuple[Finding, ...]) -> None:
        super().__init__(str(user))
        self.user, self.findings = user, findings


class Closed(Refused):
    """Rules stand in the way: all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings

    @property
    def codes(self) -> list[str]:
        """The codes of the rules in the way, in their order, each once."""
        return list(dict.fromkeys(finding.code for finding in self.findings))


class Stale(Refused):
    """The case has changed since it was seen: what happened meanwhile, and by whom."""

    def __init__(self, rows: list[HistoryRow]) -> None:
        super().__init__(", ".join(str(row) for row in rows))
        self.rows = rows


class DoneAlready(Refused):
    """The very same sending has done this already: its second click finds it done."""


class BadEntry(Refused):
    """What was entered cannot be taken; the form says what, and keeps what was typed."""

    def __init__(self, form: StepForm) -> None:
        super().__init__(form.errors.as_json())
        self.form = form


class DatabaseTrouble(Refused):
    """Not the rules but the database stood against it, or fell silent."""


class Busy(DatabaseTrouble):
    """Somebody else held the case longer than the time to wait for it."""


class NotKept(DatabaseTrouble):
    """The database failed before the change was committed."""


class OutcomeUnknown(DatabaseTrouble):
    """The answer to COMMIT was lost: the change was kept, or it was not.

    `seen_version` is the version of the case it began from; None where no case is changed.
    """

    def __init__(self, about: str, seen_version: int | None = None) -> None:
        super().__init__(about)
        self.seen_version = seen_version


class Unexplained(DatabaseTrouble):
    """The database refuses what no rule stands against: a fault of the program or its data."""
