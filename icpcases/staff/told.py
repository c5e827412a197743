"""What the rules say, made ready for a page: rendered, and linked to where it is put right."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

from icpcases.cases.door import Closed, NotAllowed, Refused, Stale
from icpcases.cases.explain import Explanation
from icpcases.cases.wording import remedy_of, sentence_of
from icpcases.rules.rule import Finding, Place

if TYPE_CHECKING:
    from icpcases.cases.models import FilingCase

CASE_URL = "admin:cases_filingcase_"


@dataclass(frozen=True)
class Told:
    """A finding as a page shows it."""

    code: str
    sentence: str
    remedy: str
    who: str
    party: str
    source: str
    question: str
    links: list[tuple[str, str]]


@dataclass(frozen=True)
class StepShown:
    """A step on the case page: a button, or the rules in its way."""

    name: str
    label: str
    does: str
    url: str
    open: bool
    unmet: list[Told]
    later: list[str]


def case_url(case: "FilingCase", name: str = "change", *args: Any) -> str:
    """The address of a page of the case."""
    return reverse(f"{CASE_URL}{name}", args=[case.pk, *args])


def tell(case: "FilingCase", finding: Finding) -> Told:
    """A finding with its words in the reader's language and its links."""
    return Told(
        code=finding.code,
        sentence=sentence_of(finding),
        remedy=remedy_of(finding),
        who=gettext(finding.who.label),
        party=finding.who.value,
        source=finding.source.value,
        question=gettext(finding.source.question) if finding.source.question else "",
        links=[found for found in (link(case, place) for place in finding.places) if found[1]],
    )


def link(case: "FilingCase", place: Place) -> tuple[str, str]:
    """The name of a place and where it is put right; no address where there is none."""
    label = place.label if place.kind in ("case", "request") else gettext(place.label)
    return label, _LINKS.get(place.kind, _nowhere)(case, place)


def _nowhere(case: "FilingCase", place: Place) -> str:
    return ""


def _to_fact(case: "FilingCase", place: Place) -> str:
    if place.key == "province_accepts_forums":
        return _to_province(case, place)
    return f"{case_url(case, 'facts')}#id_{place.key}"


def _to_province(case: "FilingCase", place: Place) -> str:
    if case.province_id is None:
        return f"{case_url(case, 'facts')}#id_province"
    return reverse("admin:cases_province_answer", args=[case.province_id])


def _to_document(case: "FilingCase", place: Place) -> str:
    return f"{case_url(case)}#document-{place.key}"


def _to_request(case: "FilingCase", place: Place) -> str:
    return case_url(case, "request", place.key)


def _to_case(case: "FilingCase", place: Place) -> str:
    return reverse(f"{CASE_URL}by_reference", args=[place.key])


def _to_applicant(case: "FilingCase", place: Place) -> str:
    return case_url(case, "confirm")


def _to_step(case: "FilingCase", place: Place) -> str:
    return case_url(case, "step", place.key)


_LINKS = {
    "fact": _to_fact,
    "province": _to_province,
    "document": _to_document,
    "request": _to_request,
    "case": _to_case,
    "applicant": _to_applicant,
    "step": _to_step,
}


def show_step(case: "FilingCase", explanation: Explanation) -> StepShown:
    """A step with everything its place on the page needs."""
    step = explanation.step
    return StepShown(
        name=step.value,
        label=str(step.label),
        does=str(step.about.does),
        url=case_url(case, "step", step.value),
        open=explanation.open,
        unmet=[tell(case, finding) for finding in explanation.unmet],
        later=[gettext(guard.rule.asks) for guard in explanation.later],
    )


def status_of(error: Refused) -> int:
    """The HTTP status a refusal is answered with."""
    if isinstance(error, NotAllowed):
        return 403
    return 409 if isinstance(error, Closed | Stale) else 422


def show_refusal(case: "FilingCase", error: Refused) -> dict[str, Any]:
    """A refusal as a page shows it: what happened meanwhile, or which rules are in the way."""
    return {
        "stale": list(error.rows) if isinstance(error, Stale) else None,
        "not_allowed": isinstance(error, NotAllowed),
        "findings": [tell(case, finding) for finding in getattr(error, "findings", ())],
    }
