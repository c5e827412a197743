"""What the applicant still owes a case, each to be asked for: papers, facts, claims' proofs."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, Request
from icpcases.rules.about_case import APPLICANT_IDENTIFIED, FACTS_COMPLETE
from icpcases.rules.about_facts import CLAIM_BACKED
from icpcases.rules.about_papers import DOCUMENT_COMPLETE
from icpcases.rules.dossier import DocumentStatus, Dossier, RequestStatus
from icpcases.rules.rule import Party, Place, PlaceKind

_RULES = (FACTS_COMPLETE, APPLICANT_IDENTIFIED, DOCUMENT_COMPLETE, CLAIM_BACKED)
_UNSETTLED = (RequestStatus.OPEN, RequestStatus.ANSWERED)


@dataclass(frozen=True)
class Missing:
    """Something the applicant has not given, and nobody has asked for yet."""

    kind: PlaceKind
    about: str
    label: str
    #: The condition on which a document is wanted; empty for what always is.
    when: str = ""

    @property
    def key(self) -> str:
        """Its name on a form: a fact may be called as a document is."""
        return f"{self.kind.value}-{self.about}"

    @property
    def for_fact(self) -> bool:
        """Whether it is a fact."""
        return self.kind == PlaceKind.FACT

    def sentence(self, language: str) -> str:
        """What the applicant is asked, in their language."""
        with translation.override(language):
            asks = _("Please give: %(what)s.") if self.for_fact else _("Please hand in: %(what)s.")
            return asks % {"what": _(self.label)}


def missing_of(case: FilingCase, dossier: Dossier, requests: list[Request]) -> list[Missing]:
    """What the rules name as missing and the applicant's to give, each once; nothing of it where
    facts and papers are locked, or the case is closed."""
    if case.is_at.closed or case.is_at.locked:
        return []
    asked = {(r.for_fact, r.about) for r in requests if r.status in _UNSETTLED}
    found: dict[str, Missing] = {}
    conditions = {wanted.kind.value: wanted.when for wanted in dossier.wanted}
    for place in _places(dossier):
        when = conditions.get(place.key, "") if place.kind == PlaceKind.DOCUMENT else ""
        one = Missing(place.kind, place.key, place.label, when)
        if (one.for_fact, one.about) not in asked:
            found.setdefault(one.key, one)
    return list(found.values())


def _places(dossier: Dossier) -> Iterator[Place]:
    pending = {p.kind.value for p in dossier.papers if p.status == DocumentStatus.PENDING}
    for rule in _RULES:
        for gap in rule.gaps(dossier) or ():
            for place in gap.places if gap.words.who == Party.APPLICANT else ():
                fact = place.kind == PlaceKind.FACT and place.key in FactsForm.base_fields
                paper = place.kind == PlaceKind.DOCUMENT and place.key not in pending
                if fact or paper:
                    yield place
