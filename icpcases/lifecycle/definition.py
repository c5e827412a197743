"""What a transition is: the form in which steps.py declares each of them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import EVERY_TYPE
from icpcases.rules.rule import Guard, Party
from icpcases.types import Text

from .roles import Role
from .states import State

STAYS = None
BACK = "back"


class Effect(StrEnum):
    """What a step does beyond its own fields: a method of this name in workflow/effects.py."""

    ASK_FOR_REASONS = "ask_for_reasons"
    KEEP_PAPER = "keep_paper"
    START_ORDER = "start_order"
    RETURN_ORDER = "return_order"
    PAUSE_ORDER = "pause_order"
    END_ORDER = "end_order"
    MARK_LATE = "mark_late"
    DOUBT_PAPERS = "doubt_papers"
    RENEW_REQUESTS = "renew_requests"
    ASK_BY_SMS = "ask_by_sms"
    CLOSE_ROUND = "close_round"
    NOTE_CONFIRMATION = "note_confirmation"
    KEEP_IN_REGISTER = "keep_in_register"
    DATE_SERVICE = "date_service"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True, eq=False)
class StepDefinition:
    """All that a step is, but for its form (workflow/step_forms.py) and its picture.

    `does` says before the click what it will do, `happened` tells the applicant by mail that it
    was done. `needed` is what the applicant does for it where it is a duty.
    """

    sources: tuple[State, ...]
    #: None where the case stays, `BACK` where it goes back by one step; several where what was
    #: entered, or the filing type, says to which.
    target: State | str | tuple[State, ...] | None
    who: frozenset[Role]
    does: Text
    #: Who may take it, too, for a while after the newest step was their own.
    own: frozenset[Role] = frozenset()
    happened: Text = ""
    needed: Text = ""
    guards: tuple[Guard, ...] = ()
    #: The filing types that have the step, of some of its sources only where `only` says so.
    types: frozenset[FilingType] = EVERY_TYPE
    only: tuple[tuple[State, frozenset[FilingType]], ...] = ()
    #: The party whose act an officer records.
    acts_for: Party | None = None
    #: The fact that it makes true.
    claims: str = ""
    effects: tuple[Effect, ...] = ()
    #: The way of a case out of its state, whatever its facts.
    forward: bool = False
    tells: bool = True
    #: Its reasons are told to the applicant.
    tells_reasons: bool = False
    #: The steps of a state stand in this order.
    rank: int = 1

    def leads_out_of(self, state: State, filing_type: FilingType) -> bool:
        """Whether a case of this type in this state has the step."""
        of_source = dict(self.only).get(state, EVERY_TYPE)
        return state in self.sources and filing_type in self.types & of_source

    @cached_property
    def targets(self) -> tuple[State, ...]:
        """The states it may lead to; none where the case stays or goes back."""
        if isinstance(self.target, tuple):
            return self.target
        return (self.target,) if isinstance(self.target, State) else ()

    @cached_property
    def before(self) -> tuple[Guard, ...]:
        """The guards that can be judged before something is entered."""
        return tuple(guard for guard in self.guards if not guard.on_entry)

    @cached_property
    def later(self) -> tuple[Guard, ...]:
        """The guards that wait for what is entered."""
        return tuple(guard for guard in self.guards if guard.on_entry)
