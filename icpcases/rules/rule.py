"""What a rule is: a code, its source, its words, and a pure predicate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from .documents import Kind
from .dossier import Dossier
from .facts import FACT_LABELS
from .filing_types import TYPES, Asks
from .text import LabelledEnum, _


class Party(LabelledEnum):
    """Who can put something right, or whose turn it is."""

    APPLICANT = "applicant", _("the applicant")
    OFFICER = "officer", _("an officer")
    SUPERVISOR = "supervisor", _("a supervisor")
    PROVIDER = "provider", _("the provider")
    MINISTRY = "ministry", _("the ministry")
    AUTHORITY = "authority", _("the administration")
    NOBODY = "nobody", _("nobody")


class Source(LabelledEnum):
    """The entry of the source FAQ a rule comes from, with the entry's question."""

    IP = _("FAQ IP"), _("How is a filing obtained for a site reached by an IP address?")
    HONG_KONG = _("FAQ Hong Kong"), _("Is a filing required for a server in Hong Kong?")
    FORUM = _("FAQ forum"), _("How is a filing obtained for a forum?")
    HTTPS = _("FAQ HTTPS"), _("How does filing differ between HTTP and HTTPS sites?")
    FOREIGN = _("FAQ foreign"), _("Can firms registered outside the Mainland file?")
    NONE = ""

    @property
    def question(self) -> str:
        """The question this entry answers."""
        return self.label


class PlaceKind(StrEnum):
    """What kind of thing has to be put right; `ENTRY` is a field of the step's own form."""

    APPLICANT = "applicant"
    CASE = "case"
    DOCUMENT = "document"
    ENTRY = "entry"
    FACT = "fact"
    FILING_TYPE = "filing_type"
    OTHER_APPLICANT = "other_applicant"
    PROVINCE = "province"
    REQUEST = "request"
    RULE = "rule"
    SERVICE = "service"
    STATE = "state"
    STEP = "step"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be put right: what kind of thing, which one, and its name."""

    kind: PlaceKind
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is wrong, what would put it right, and who can. `%(about)s` names the places."""

    sentence: str
    remedy: str
    who: Party


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing in the way; `applicant` replaces the words where the applicant reads, and
    `source` the rule's own where the gap comes from another entry of the FAQ. Where the words
    are others for the applicant, the places are `told` to him only if they are his own."""

    words: Words
    places: tuple[Place, ...] = ()
    applicant: Words | None = None
    source: Source | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule in the way of a step, as one reader may see it."""

    code: str
    source: Source
    sentence: str
    remedy: str
    who: Party
    places: tuple[Place, ...] = ()


Verdict3 = bool | tuple[Gap, ...] | None
_UNDECIDED = Words(
    _("This cannot be judged while these facts are missing: %(about)s."),
    _("Give the missing facts."),
    Party.APPLICANT,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the book. `holding` is told where a guard needs the rule to fail;
    `asks` is what stands at a step before that which the rule judges is entered. A rule that
    `reads` facts reads nothing else; one that `reads_date` may hold on one day and not on
    another. A rule of the `law`, as every rule about facts is, is asked by some filing types
    only: `touched_by` are the facts beside those it reads whose change has it asked. One that
    asks `others` is asked of every type: what they are asked of, they say themselves."""

    code: str
    source: Source
    test: Callable[[Dossier], Verdict3]
    failing: Words
    holding: Words
    reads: tuple[str, ...] = ()
    asks: str = ""
    reads_date: bool = False
    law: bool = False
    touched_by: tuple[str, ...] = ()
    others: bool = False

    def asked_of(self, dossier: Dossier) -> bool:
        """Whether the filing type asks this rule at all; what is not asked, holds."""
        asks = TYPES[dossier.facts.filing_type].asks
        if asks == Asks.ALL or self.others or not (self.law or self.reads):
            return True
        if asks == Asks.NONE:
            return False
        names = (*self.reads, *self.touched_by)
        return not names or not dossier.changed.isdisjoint(names)

    @property
    def of_facts(self) -> bool:
        """Whether the facts alone decide the rule."""
        return bool(self.reads)

    def gaps(self, dossier: Dossier) -> tuple[Gap, ...] | None:
        """What is missing for the rule to hold: nothing, some gaps, or None if undecided."""
        if not self.asked_of(dossier):
            return ()
        found = self.test(dossier)
        if found is None or isinstance(found, tuple):
            return found
        return () if found else (Gap(self.failing, self.fact_places(self.reads)),)

    def holds(self, dossier: Dossier) -> bool | None:
        """Whether the rule holds; None while facts it needs are not given."""
        gaps = self.gaps(dossier)
        return None if gaps is None else not gaps

    def missing(self, dossier: Dossier) -> tuple[str, ...]:
        """The facts this rule reads that are not given; the first decides on the others."""
        missing = tuple(name for name in self.reads if getattr(dossier.facts, name) is None)
        return missing[:1] if missing[:1] == self.reads[:1] else missing

    @staticmethod
    @cache
    def fact_places(names: tuple[str, ...]) -> tuple[Place, ...]:
        """Places that point at facts, each once."""
        return tuple(
            Place(PlaceKind.FACT, name, FACT_LABELS[name]) for name in dict.fromkeys(names)
        )

    @staticmethod
    def document_places(kinds: Iterable[Kind]) -> tuple[Place, ...]:
        """Places that point at documents."""
        return tuple(Place(PlaceKind.DOCUMENT, kind.value, kind.label) for kind in kinds)


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that a step asks to hold, or with `wanted=False` to fail.

    With `on_entry` it is about what the person is going to enter, so it is judged on the form.
    """

    rule: Rule
    wanted: bool = True
    on_entry: bool = False

    def unmet(self, dossier: Dossier, for_applicant: bool = False) -> tuple[Finding, ...]:
        """The findings that keep the guard shut; none if it is met."""
        gaps = self.rule.gaps(dossier)
        if gaps is None:
            gaps = (Gap(_UNDECIDED, Rule.fact_places(self.rule.missing(dossier))),)
        elif not self.wanted:
            gaps = () if gaps else (Gap(self.rule.holding, Rule.fact_places(self.rule.reads)),)
        return tuple([self.rule_finding(gap, for_applicant) for gap in gaps]) if gaps else ()

    def met(self, dossier: Dossier) -> bool:
        """Whether the guard lets the step through."""
        holds = self.rule.holds(dossier)
        return holds is not None and holds == self.wanted

    def rule_finding(self, gap: Gap, for_applicant: bool) -> Finding:
        """A gap of this guard's rule in the words of the reader."""
        own = gap.applicant if for_applicant else None
        words, places = own or gap.words, () if own and not gap.told else gap.places
        source = self.rule.source if gap.source is None else gap.source
        return Finding(self.rule.code, source, words.sentence, words.remedy, words.who, places)
