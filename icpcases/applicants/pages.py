"""What the applicants' pages share: finding a case, where a rule is put right, their frame."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from icpcases.cases.models import CasePerson, FilingCase
from icpcases.db.statements import Prepared
from icpcases.lifecycle.states import State
from icpcases.rules.rule import Place
from icpcases.web.pages import Surface

_OWN = Prepared(
    lambda reference, user: FilingCase.objects.filter(
        people__user=user, reference=reference
    ).with_names()[:1],
    str, int,
)  # fmt: skip

_PEOPLE = Prepared(lambda case: CasePerson.objects.filter(case=case).select_related("user"), int)


def get_case_for_user(reference: str, user: Any) -> FilingCase:
    """The applicant's own case. Raises Http404 alike for none and for somebody else's."""
    for case in _OWN(reference, user.pk) if "\0" not in reference else ():
        return case
    raise Http404


def people_of(case: FilingCase) -> list[CasePerson]:
    """The people of a case with their accounts, read once for whatever asks who they are."""
    people: list[CasePerson] = _PEOPLE(case.pk)
    case.people_pks = frozenset(person.user_id for person in people)
    return people


def case_url(case: FilingCase, name: str = "case", *args: Any) -> str:
    """The address of a page of the case."""
    return reverse(f"applicants:{name}", args=[case.reference, *args])


def link(case: FilingCase, place: Place) -> str:
    """Where an applicant puts a place right; empty where the office has to."""
    if place.kind == "fact" and case.is_at == State.DRAFT:
        return f"{case_url(case, 'facts')}#id_{place.key}"
    if place.kind == "document" and not case.is_at.closed:
        return f"{case_url(case, 'add_document')}?kind={place.key}"
    return case_url(case, "request", place.key) if place.kind == "request" else ""


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the applicants'."""
    return render(request, template, context, status=status)


def _again(case: FilingCase, user: Any) -> FilingCase:
    return get_case_for_user(case.reference, user)


APPLICANTS = Surface("applicants", page, link, case_url, _again)
