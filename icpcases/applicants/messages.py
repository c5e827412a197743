"""The newest messages on the case's page."""

from dataclasses import dataclass

from icpcases.cases.models import FilingCase
from icpcases.web.messages import Said, said_in
from icpcases.workflow.actions.messages import written_messages

NEWEST = 2


@dataclass(frozen=True)
class NewestMessages:
    """The newest messages, whether there are more, and whether one waits for the office."""

    said: list[Said]
    more: bool
    waits: bool


def messages_of(case: FilingCase) -> NewestMessages:
    """What both sides wrote last, in one query. It changes only with the case's version."""
    rows = list(written_messages(case)[: NEWEST + 1])
    said = said_in(case, rows[:NEWEST])
    return NewestMessages(said, len(rows) > NEWEST, case.message_waits is not None)
