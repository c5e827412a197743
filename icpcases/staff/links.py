"""What the rules say, made ready for a page: rendered, and linked to where it is put right."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from icpcases.cases.models import FilingCase
from icpcases.rules.rule import Place, PlaceKind
from icpcases.web.back import with_back
from icpcases.web.findings import FindingView, view_of
from icpcases.workflow.explain import Explanation

CASE_URL = "admin:cases_filingcase_"


@dataclass(frozen=True)
class StepShown:
    """A step on the case page: a button, or the rules in its way."""

    name: str
    label: str
    does: str
    url: str
    open: bool
    unmet: list[FindingView]
    later: list[str]
    #: The reader can do nothing about it: told quietly.
    aside: bool

    @property
    def why(self) -> str:
        """The first rule in the way, and how many more there are: what a folded line tells."""
        if not self.unmet:
            return ""
        first, *more = self.unmet
        return f"{first.sentence} (+{len(more)})" if more else first.sentence


def case_url(case: FilingCase, name: str = "change", *args: int | str) -> str:
    """The address of a page of the case."""
    return reverse(f"{CASE_URL}{name}", args=[case.pk, *args])


def link(case: FilingCase, place: Place) -> str:
    """Where a place is put right; empty where there is no such page."""
    return _LINKS.get(place.kind, _nowhere)(case, place)


def _nowhere(case: FilingCase, place: Place) -> str:
    return ""


def _to_fact(case: FilingCase, place: Place) -> str:
    if place.key == "province_accepts_forums":
        return _to_province(case, place)
    return f"{case_url(case, 'facts')}#id_{place.key}"


def _to_province(case: FilingCase, place: Place) -> str:
    if case.province_id is None:
        return f"{case_url(case, 'facts')}#id_province"
    answer = reverse("admin:cases_province_answer", args=[case.province_id])
    return with_back(answer, case_url(case))


def _to_document(case: FilingCase, place: Place) -> str:
    return f"{case_url(case)}#document-{place.key}"


def _to_request(case: FilingCase, place: Place) -> str:
    return case_url(case, "request", place.key)


def _to_case(case: FilingCase, place: Place) -> str:
    return reverse(f"{CASE_URL}by_reference", args=[place.key])


def _to_applicant(case: FilingCase, place: Place) -> str:
    return case_url(case, "confirm")


def _to_other_applicant(case: FilingCase, place: Place) -> str:
    compare = reverse("admin:cases_applicant_compare", args=[case.applicant_id, place.key])
    return f"{compare}?case={case.pk}"


def _to_step(case: FilingCase, place: Place) -> str:
    return case_url(case, "step", place.key)


def _to_type(case: FilingCase, place: Place) -> str:
    return case_url(case, "type", place.key)


def _to_service(case: FilingCase, place: Place) -> str:
    return with_back(reverse("admin:cases_service", args=[place.key]), case_url(case))


def _to_portfolio(case: FilingCase, place: Place) -> str:
    portfolio = reverse("admin:cases_portfolio", args=[case.applicant_id])
    return with_back(portfolio, case_url(case))


_LINKS = {
    PlaceKind.SERVICE: _to_service,
    PlaceKind.SUBJECT: _to_portfolio,
    PlaceKind.FILING_TYPE: _to_type,
    PlaceKind.FACT: _to_fact,
    PlaceKind.PROVINCE: _to_province,
    PlaceKind.DOCUMENT: _to_document,
    PlaceKind.REQUEST: _to_request,
    PlaceKind.CASE: _to_case,
    PlaceKind.APPLICANT: _to_applicant,
    PlaceKind.OTHER_APPLICANT: _to_other_applicant,
    PlaceKind.STEP: _to_step,
}


def show_step(case: FilingCase, explanation: Explanation) -> StepShown:
    """A step with everything its place on the page needs."""
    step, words = explanation.step, case.step_words(explanation.step)
    return StepShown(
        name=step.value,
        label=str(words.label),
        does=str(words.does),
        url=case_url(case, "step", step.value),
        open=explanation.open,
        unmet=[view_of(case, finding, link) for finding in explanation.unmet],
        later=[gettext(guard.rule.asks) for guard in explanation.later],
        aside=explanation.out_of_reach,
    )
