"""What the applicants' pages share: finding a case, where a rule is put right, their frame."""

import re
import secrets
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from icpcases.cases.forms.applicants import OWN_FIELDS
from icpcases.cases.lookups import case_of_person, with_accounts
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.rule import Place, PlaceKind
from icpcases.web.pages import Surface
from icpcases.workflow.dossier import dossier_for

from .application import Part, part_of, walk_of

_OF_DRAFT = {PlaceKind.FACT, PlaceKind.APPLICANT, PlaceKind.CASE}
_TOKEN, _FORM = re.compile(r"[0-9a-f]{32}"), "form"
#: In the address of a page of the application that leads back to the last look.
AGAIN = "again"
#: And of one that asks for a leader of the subject who is somebody else.
OTHER = "other"


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
    if case.is_at == State.DRAFT and place.kind in _OF_DRAFT:
        return _in_draft(case, place)
    if place.kind == PlaceKind.DOCUMENT and not case.is_at.closed:
        return f"{own_case_url(case, 'add_document')}?kind={place.key}"
    return own_case_url(case, "request", place.key) if place.kind == PlaceKind.REQUEST else ""


def _in_draft(case: FilingCase, place: Place) -> str:
    """The application's page that asks for a fact, and its field; or another case of one's own."""
    if place.kind == PlaceKind.CASE:
        shared = any(r.shared and r.reference == place.key for r in dossier_for(case).rivals)
        return reverse("applicants:case", args=[place.key]) if shared else ""
    if place.kind == PlaceKind.APPLICANT:
        part, field = Part.WHO, f"who-{place.key}"
        if place.key not in OWN_FIELDS:
            return ""
    else:
        part, field = part_of(case, place.key), place.key
    other = f"&{OTHER}=1" if field.startswith("subject_leader") else ""
    return f"{own_case_url(case, 'part', part.value)}?{AGAIN}=1{other}#id_{field}"


def first_page_of(case: FilingCase) -> str:
    """Where a draft that was begun is gone on with; of any other case its page."""
    if case.is_at != State.DRAFT:
        return own_case_url(case)
    way = walk_of(case)
    return own_case_url(case, "part", way[0].value) if way else own_case_url(case, "application")


def form_token(request: HttpRequest) -> str:
    """What the form in this address is known by; empty where it is nothing of ours."""
    typed = request.GET.get(_FORM, "")
    return typed if _TOKEN.fullmatch(typed) else ""


def with_form_token(request: HttpRequest) -> HttpResponse:
    """To the same page with a token in its address, so that Back leads to what it has opened."""
    query = request.GET.copy()
    query[_FORM] = secrets.token_hex(16)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def own_page(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page of the applicants': who reads it is the applicant, whom a finding calls “you”."""
    return render(request, template, {"status": status, "own_side": True, **context}, status=status)


def _again(case: FilingCase, user: Actor) -> FilingCase:
    return get_own_case(case.reference, user)


APPLICANTS = Surface("applicants", own_page, own_link, own_case_url, _again)
