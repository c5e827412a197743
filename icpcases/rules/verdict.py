"""The verdict over the facts, and the stages of the route that follows from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .about_facts import (
    FACT_RULES,
    FOREIGN_PAPERS,
    FORUM_NOT_INDIVIDUAL,
    FORUM_PREAPPROVAL,
    FORUM_PROVINCE,
    SERVER_MAINLAND,
    SITE_DOMAIN,
)
from .documents import PROVED_BY_TYPE, Wanted, wanted_documents
from .dossier import NOTHING, Dossier
from .facts import Facts, ForumAnswer, both, is_, not_
from .filing_types import TYPES, Asks
from .rule import Finding, Guard, Rule
from .text import LabelledEnum, _


class Verdict(LabelledEnum):
    """What the rules say of a site, with the sentence that tells it."""

    NOT_REQUIRED = "not_required", _("No filing is required, nor possible.")
    REFER = "refer", _("This goes to the filing system of the local administration.")
    NOT_PERMITTED = "not_permitted", _("This is not permitted.")
    FILE = "file", _("A filing is required, and can be made.")

    @property
    def sentence(self) -> str:
        """What tells it."""
        return self.label


class Stage(LabelledEnum):
    """A stage of the route, in the order they are walked."""

    CERTIFICATE = "certificate", _("Registration certificate")
    PREAPPROVAL = "preapproval", _("BBS pre-approval")
    FILING = "filing", _("Filing")


class FactsMissing(ValueError):
    """The verdict needs facts that are not given: their names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict with its stages, every fact rule that fails, and the documents wanted."""

    verdict: Verdict
    stages: tuple[Stage, ...]
    unmet: tuple[Finding, ...]
    documents: tuple[Wanted, ...]


def _decided(rule: Rule, dossier: Dossier) -> bool:
    holds = rule.holds(dossier)
    if holds is None:
        raise FactsMissing(rule.missing(dossier))
    return holds


def _undecided(rules: Iterable[Rule], dossier: Dossier) -> tuple[str, ...]:
    """The facts that keep these rules from being decided, each once."""
    open_rules = (rule for rule in rules if rule.holds(dossier) is None)
    return tuple(dict.fromkeys(name for rule in open_rules for name in rule.missing(dossier)))


def _permitted(dossier: Dossier) -> bool | None:
    """Whether neither who applies nor the province's `no` forbids the site."""
    says_no = is_(dossier.facts.province_accepts_forums, ForumAnswer.NO)
    refused = both(not_(FORUM_PROVINCE.holds(dossier)), says_no)
    return both(FORUM_NOT_INDIVIDUAL.holds(dossier), not_(refused))


def find_verdict(facts: Facts, changed: frozenset[str] = NOTHING) -> Verdict:
    """The verdict, first match wins. Raises FactsMissing only where it hangs on missing facts.

    `changed` are the facts that a `change` filing changes: no other is asked for.
    """
    dossier = Dossier(facts, changed=changed)
    if not _decided(SERVER_MAINLAND, dossier):
        return Verdict.NOT_REQUIRED
    if not _decided(SITE_DOMAIN, dossier):
        return Verdict.REFER
    permitted = _permitted(dossier)
    if permitted is None:
        raise FactsMissing(_undecided((FORUM_NOT_INDIVIDUAL, FORUM_PROVINCE), dossier))
    return Verdict.FILE if permitted else Verdict.NOT_PERMITTED


def find_stages(facts: Facts, changed: frozenset[str] = NOTHING) -> tuple[Stage, ...]:
    """The stages still due under verdict `file`. Raises FactsMissing."""
    return tuple(_stages(Dossier(facts, changed=changed)))


def next_stage(facts: Facts, changed: frozenset[str] = NOTHING) -> Stage:
    """The first of them, whatever the later ones hang on. Raises FactsMissing."""
    return next(_stages(Dossier(facts, changed=changed)))


def _stages(dossier: Dossier) -> Iterator[Stage]:
    if not _decided(FOREIGN_PAPERS, dossier):
        yield Stage.CERTIFICATE
    if not _decided(FORUM_PREAPPROVAL, dossier):
        yield Stage.PREAPPROVAL
    yield Stage.FILING


@lru_cache(maxsize=16384)
def assess(facts: Facts, changed: frozenset[str] = NOTHING) -> Assessment:
    """Judge facts. Raises FactsMissing with every fact the verdict still needs."""
    missing = missing_facts(facts, changed)
    if missing:
        raise FactsMissing(missing)
    dossier = Dossier(facts, changed=changed)
    unmet = tuple(
        finding
        for rule in FACT_RULES
        if rule.holds(dossier) is False
        for finding in Guard(rule).unmet(dossier)
    )
    verdict = find_verdict(facts, changed)
    if verdict != Verdict.FILE:
        return Assessment(verdict, (), unmet, ())
    return Assessment(verdict, find_stages(facts, changed), unmet, wanted_documents(facts, changed))


def decisive(found: Assessment, facts: Facts) -> tuple[Finding, ...]:
    """The findings that alone decide a verdict against a filing; for `file` every finding.

    Of the rules that fail, a guard reports all; who asks why is told what would change it.
    """
    answer_is_no = facts.province_accepts_forums == ForumAnswer.NO
    forbidding = (FORUM_NOT_INDIVIDUAL, *((FORUM_PROVINCE,) if answer_is_no else ()))
    rules: tuple[Rule, ...] = {
        Verdict.NOT_REQUIRED: (SERVER_MAINLAND,),
        Verdict.REFER: (SITE_DOMAIN,),
        Verdict.NOT_PERMITTED: forbidding,
        Verdict.FILE: FACT_RULES,
    }[found.verdict]
    codes = {rule.code for rule in rules}
    return tuple(finding for finding in found.unmet if finding.code in codes)


def missing_facts(facts: Facts, changed: frozenset[str] = NOTHING) -> tuple[str, ...]:
    """Every fact that the verdict, its stages or its documents need and that is not given.

    Who holds the registration certificate can file with it: whether there is a branch as well
    need not be said.
    """
    dossier = Dossier(facts, changed=changed)
    if TYPES[facts.filing_type].asks != Asks.ALL:
        # What is filed stands in the register: nothing more is needed than what is changed.
        by_type = facts.applicant_type is None and not PROVED_BY_TYPE.isdisjoint(changed)
        wanted = ("applicant_type",) if by_type else ()
        return tuple(dict.fromkeys((*_undecided(FACT_RULES, dossier), *wanted)))
    if SERVER_MAINLAND.holds(dossier) is False:
        return ()
    if SITE_DOMAIN.holds(dossier) is False:
        return _undecided((SERVER_MAINLAND,), dossier)
    if _permitted(dossier) is False:
        return _undecided((SERVER_MAINLAND, SITE_DOMAIN), dossier)
    for_documents = (name for name in ("applicant_type", "forum") if getattr(facts, name) is None)
    return tuple(dict.fromkeys((*_undecided(FACT_RULES, dossier), *for_documents)))
