"""What the applicants' pages share: finding a case, where a rule is put right, their frame."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from icpcases.cases.lookups import case_of_person, with_accounts
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.rule import Place, PlaceKind
from icpcases.web.pages import Surface


def get_own_case(reference: str, user: Actor) -> FilingCase:
    """The applicant's own case. Raises Http404 alike for none and for somebody else's."""
    case = case_of_person(reference, user.pk) if user.pk else None
    if case is None:
        raise Http404
    return case


def people_of(case: FilingCase) -> list[CasePerson]:
    """The people of a case with their accounts, read once for whatever asks who they are."""
    people = with_accounts(case.pk)
    case.people_pks = frozenset(person.user_id for person in people)
    return people


def own_case_url(case: FilingCase, name: str = "case", *args: object) -> str:
    """The address of a page of the case."""
    return reverse(f"applicants:{name}", args=[case.reference, *args])


def own_link(case: FilingCase, place: Place) -> str:
    """Where an applicant puts a place right; empty where the office has to."""
    if place.kind == PlaceKind.FACT and case.is_at == State.DRAFT:
        return f"{own_case_url(case, 'facts')}#id_{place.key}"
    if place.kind == PlaceKind.DOCUMENT and not case.is_at.closed:
        return f"{own_case_url(case, 'add_document')}?kind={place.key}"
    return own_case_url(case, "request", place.key) if place.kind == PlaceKind.REQUEST else ""


def own_page(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page of the applicants'."""
    return render(request, template, {"status": status, **context}, status=status)


def _again(case: FilingCase, user: Actor) -> FilingCase:
    return get_own_case(case.reference, user)


APPLICANTS = Surface("applicants", own_page, own_link, own_case_url, _again)
