"""Recording what an administration answered about forums."""

from icpcases.cases.models import Province, ProvinceAnswer
from icpcases.cases.permissions import is_working
from icpcases.lifecycle.roles import Actor
from icpcases.types import Cleaned
from icpcases.workflow.exceptions import NotAllowed
from icpcases.workflow.refusals import ONLY_WORKERS
from icpcases.workflow.sendings import Sent, make_once
from icpcases.workflow.transactions import one_transaction

from .checks import account_of


def answer_of_province(
    province: Province, by: Actor, data: Cleaned, sent: Sent | None = None
) -> Province:
    """Record what an administration answered about forums, given a ProvinceAnswerForm's data.

    A changed answer breaks no case: it is looked up, not stored on the case. Raises MadeAlready
    where the very same sending has recorded it.
    """
    if not is_working(by):
        raise NotAllowed(by, ONLY_WORKERS)
    with one_transaction(f"{province.pk}, answer about forums"):
        make_once(sent)
        locked = Province.objects.select_for_update().get(pk=province.pk)
        ProvinceAnswer.objects.create(
            province=locked,
            answer=data["accepts_forums"],
            before=locked.accepts_forums,
            asked_on=data["asked_on"],
            asked_by=account_of(by),
            source=data["source"],
        )
        locked.accepts_forums, locked.checked_on = data["accepts_forums"], data["asked_on"]
        locked.checked_by, locked.source = account_of(by), data["source"]
        locked.save(update_fields=["accepts_forums", "checked_on", "checked_by", "source"])
    return locked
