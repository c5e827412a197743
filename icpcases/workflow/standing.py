"""One sentence on top of a case for its applicant: what to do, where, until when, what if not.

The same on the case's page, in the list, in tracking and in every mail.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, Request
from icpcases.deadlines.tables import recent_tables
from icpcases.lifecycle.consequences import consequence_of
from icpcases.lifecycle.states import State
from icpcases.rules.about_papers import REQUEST_SETTLED
from icpcases.rules.about_register import APP_COMPLETE
from icpcases.rules.dossier import RequestStatus
from icpcases.rules.rule import Finding, Guard, Party, PlaceKind
from icpcases.types import Text

from .casefile import CaseFile
from .dossier import dossier_for
from .duties import duties_of
from .explain import unmet_guards
from .recommendation import recommended_step

_END_OF_DAY = dt.time(23, 59, 59)


@dataclass(frozen=True)
class Standing:
    """What a case asks of its applicant now, in the active language.

    `theirs` is whether it is the applicant's move, `until` the day or the time in Beijing,
    `late` what now that it is over, `otherwise` what happens if nothing is done.
    """

    theirs: bool
    sentence: str
    until: str = ""
    provisional: bool = False
    otherwise: str = ""
    late: str = ""

    @property
    def whole(self) -> str:
        """All of it in one line."""
        parts = (self.sentence, self.until, self.late or self.otherwise)
        return " ".join(part for part in parts if part)


def standing_of(case: FilingCase) -> Standing:
    """How a case stands for its applicant, from its own row, its service and its province."""
    if case.is_at.closed:
        return Standing(False, str(case.words.meaning), otherwise=_next(case))
    if case.whose_turn == Party.NOBODY:
        return Standing(False, _("Everything is done: nothing is asked of you."))
    return _theirs(case) if case.whose_turn == Party.APPLICANT else _of_others(case)


def _next(case: FilingCase) -> str:
    return str(consequence_of(case.is_at).next)


def _theirs(case: FilingCase) -> Standing:
    said = consequence_of(case.is_at)
    sentence = " ".join(str(need) for need in needs_of(case))
    late = str(said.late) if case.overdue else ""
    return Standing(
        True,
        sentence or str(case.words.meaning),
        _until(case),
        case.due_provisional,
        "" if late else str(said.otherwise),
        late,
    )


def _of_others(case: FilingCase) -> Standing:
    ours = case.whose_turn == Party.OFFICER
    who = _("the office") if ours else case.turn_name
    sentence = _("Nothing is asked of you now. The case is with %(who)s.") % {"who": who}
    late = ""
    if case.overdue:
        late = _("It takes longer than usual; the office asks how it stands.")
        if ours:
            late = _("It takes longer than usual. You may ask the office.")
    return Standing(False, sentence, _expected(case), case.due_provisional, late=late)


def _expected(case: FilingCase) -> str:
    """Until when others usually take: a working day, whatever their clock says."""
    if case.due_at is None:
        return ""
    day = recent_tables().calendar.on_or_after(timezone.localdate(case.due_at))
    said = _("It was expected by %(when)s.") if case.overdue else _("Usually until %(when)s.")
    return said % {"when": f"{day:%Y-%m-%d}"}


def _until(case: FilingCase) -> str:
    if case.due_at is None:
        return ""
    said = _("It was due by %(when)s.") if case.overdue else _("By %(when)s.")
    return said % {"when": shown_moment(case.due_at)}


def shown_moment(when: dt.datetime) -> str:
    """A point in time as applicants read it: a day, or day and time, in Beijing."""
    local = timezone.localtime(when)
    if local.time().replace(microsecond=0) == _END_OF_DAY:
        return f"{local:%Y-%m-%d}"
    return _("%(when)s (Beijing time)") % {"when": f"{local:%Y-%m-%d %H:%M}"}


def needs_of(case: FilingCase) -> list[Text]:
    """What the applicant does now: the state says it, or the duties that are still open."""
    if case.words.needed:
        return [case.words.needed]
    open_duties = (duty.step for duty in duties_of(case) if duty.done_on is None)
    return [case.step_words(step).needed for step in open_duties]


def open_requests(case: FilingCase, rows: CaseFile) -> list[Request]:
    """What the office waits for; of a closed case nothing is asked any more."""
    asked = rows.requests if not case.is_at.closed else ()
    return [request for request in asked if request.status == RequestStatus.OPEN]


def to_right(case: FilingCase) -> list[Finding]:
    """What stands in the way of the next step and the applicant can put right alone, now.

    Open requests are told on their own. Once sent, facts change only as the answer to one.
    """
    step = recommended_step(case)
    dossier = dossier_for(case)
    found = unmet_guards(dossier, step, for_applicant=True) if step else ()
    if case.is_at == State.DRAFT and not found:
        # For want of an App's features the office would send the draft back.
        found = Guard(APP_COMPLETE).unmet(dossier, for_applicant=True)
    return [finding for finding in found if _is_theirs(case, finding)]


def _is_theirs(case: FilingCase, finding: Finding) -> bool:
    if finding.who != Party.APPLICANT or finding.code == REQUEST_SETTLED.code:
        return False
    in_draft = {PlaceKind.DOCUMENT, PlaceKind.FACT}
    editable = in_draft if case.is_at == State.DRAFT else {PlaceKind.DOCUMENT}
    return any(place.kind in editable for place in finding.places)
