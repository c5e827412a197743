"""Cases whose turn hangs on a service that was changed from elsewhere."""

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.deadlines.turns import turn_of
from icpcases.lifecycle.states import WITH_NUMBER
from icpcases.register.record import RegisterChange
from icpcases.rules.dossier import RequestStatus

from .changes import LOCKED, Change


def settle_turns(change: RegisterChange) -> None:
    """Have every other case that filed a changed service say whose turn it is now.

    Another errand cancels the site, or its duties are corrected: what was the applicant's to do
    may be nobody's. The case keeps a history row that says why.
    """
    cases = FilingCase.objects.filter(service__in=change.services, state__in=WITH_NUMBER)
    for pk in cases.order_by("pk").values_list("pk", flat=True):
        if change.case is None or pk != change.case.pk:
            _settle(pk, change)


def _settle(pk: int, change: RegisterChange) -> None:
    [case] = LOCKED(pk)
    about = Change.on(case, change.by)
    statuses = {request.status for request in about.rows.requests}
    turn = turn_of(case, RequestStatus.OPEN in statuses, RequestStatus.ANSWERED in statuses)
    if turn.value != case.turn:
        about.record(HistoryRow.Kind.EDIT, entered={"register": change.what.value})
