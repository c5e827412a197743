"""Pages of a case and the office: queries, the long history, and what explaining costs."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from bench.measure import Figure, race
from icpcases.cases.models import CasePerson, FilingCase
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.explain import explain


def run() -> dict[str, dict[str, Figure]]:
    """Every page with its queries, some of them against each other."""
    li = User.objects.get(username="li")
    client = Client()
    client.force_login(li)
    short, long = _short(), FilingCase.objects.get(version=5000)
    case_page = get(client, f"/admin/cases/filingcase/{short.pk}/change/")
    found = {
        "case page, history of 5,000 rows": race({
            "ours": get(client, f"/admin/cases/filingcase/{long.pk}/change/"),
            "with 5 rows": case_page,
        }),
        "explaining all steps": race({"ours": _explained(li), "the case page": _of_triage(client)}),
        "home": race({"ours": get(client, reverse("admin:index"))}),
        "list": race({"ours": get(client, "/admin/cases/filingcase/")}),
        "tracking": race({"ours": _follow(short)}),
        "applicant's case page": race(_applicants_page()),
    }  # fmt: skip
    with suppress(NoReverseMatch):
        found["board"] = race({"ours": get(client, reverse("admin:cases_board"))})
    return found


def _short() -> FilingCase:
    """A case that ended like the one with the long history: their pages differ in nothing else."""
    return FilingCase.objects.filter(version=5, state="withdrawn").order_by("pk")[0]


def get(client: Client, address: str) -> Callable[[], None]:
    """One page, which must be there."""

    def work() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    return work


def _triage() -> FilingCase:
    return FilingCase.objects.with_names().filter(state="triage").order_by("pk")[0]


def _of_triage(client: Client) -> Callable[[], None]:
    """The page with the most steps to explain."""
    return get(client, f"/admin/cases/filingcase/{_triage().pk}/change/")


def _explained(user: User) -> Callable[[], Any]:
    case = _triage()
    case.dossier = dossier_of(case, CaseFile(case))
    explain(case, user)
    return lambda: explain(case, user)


def _follow(case: FilingCase) -> Callable[[], None]:
    client = Client()
    data = {"reference": case.reference, "code": case.follow_code}

    def work() -> None:
        answer = client.post("/follow/", data)
        assert answer.status_code == 200, answer.status_code

    return work


def _applicants_page() -> dict[str, Callable[[], None]]:
    person = CasePerson.objects.select_related("case", "user").order_by("-pk")[0]
    client = Client()
    client.force_login(person.user)
    return {
        "ours": get(client, f"/cases/{person.case.reference}/"),
        "empty signed-in page": get(client, "/empty/signed-in/"),
    }
