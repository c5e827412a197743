"""Whoever has no business with a case gets nothing of it, and cannot tell whether it exists."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions import participants
from tests.harness.watch import statements
from tests.world import ENTERPRISE, upload, user

from .pages import OWN, addresses, body_of, path, some, step_path

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def world(careful_world):
    """What is looked at here are the papers, too."""
    return careful_world


METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
NOBODYS = "ICP-2026-999999"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def everything() -> dict[str, list[Any]]:
    """Every row of every table of the cases."""
    models = apps.get_app_config("cases").get_models()
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


def entered(case: FilingCase) -> dict[str, Any]:
    """What would be taken from whoever may: right version, every field of every form."""
    return {
        **ENTERPRISE, "version": case.version, "reason": "Mine.", "email": "mei@example.com",
        "answer": "Mine.", "kind": "other", "file": upload(), "issued_in": "mainland",
        "opened_on": "2026-11-01", "remove": case.people.order_by("pk")[0].pk, "rows": "1",
        "take_back": case.invitations.waiting()[0].pk,
    }  # fmt: skip


def answer(client: Client, method: str, address: str, case: FilingCase) -> tuple[Any, ...]:
    """Status, where it leads, what it shows: without the reference asked for and the token."""
    data = entered(case) if method == "post" else None
    page = getattr(client, method)(address, data) if data else getattr(client, method)(address)
    shown = TOKEN.sub("", body_of(page))
    told = (page.status_code, page.headers.get("Location", ""), page.headers.get("Allow"), shown)
    return tuple(str(part).replace(case.reference, "REF").replace(NOBODYS, "REF") for part in told)


@pytest.fixture
def case(world, wei, mei):
    """Wei's case, with documents and a request, and a colleague who was removed."""
    removed = user("removed")
    case = world.at("returned")
    for colleague in (removed, user("colleague")):
        participants.accept(
            participants.invite(case, wei, colleague.email, case.version), colleague
        )
        case.refresh_from_db()
    person = case.people.get(user=removed)
    participants.remove_person(case, wei, person.pk, case.version)
    case.refresh_from_db()
    participants.invite(case, wei, "invited@example.com", case.version)
    case.refresh_from_db()
    world.case(owner=mei)
    return case


def visitor(name: str, case: FilingCase) -> Client:
    client = Client()
    if name == "staff without a role":
        client.force_login(user("clerk", is_staff=True))
    elif name == "superuser":
        client.force_login(user("root", is_staff=True, is_superuser=True))
    elif name == "auditor":
        client.force_login(user("sun", "auditor", is_staff=True))
    elif name == "stranger":
        client.force_login(user("stranger"))
    elif name != "anonymous":
        client.force_login(User.objects.get(username=name))
    return client


WHO = ("mei", "stranger", "removed", "staff without a role", "superuser", "auditor", "anonymous")


@pytest.mark.slow
@pytest.mark.parametrize("name", WHO)
def test_nobody_else_gets_anything_by_any_method(case, name):
    client = visitor(name, case)
    before = everything()
    found: dict[str, set[Any]] = {}
    differing = {}
    for address in some(case):
        for method in METHODS:
            here = answer(client, method, address, case)
            nowhere = answer(client, method, address.replace(case.reference, NOBODYS), case)
            if here != nowhere:
                differing[method, address] = (here, nowhere)
            found.setdefault(method, set()).add(here[0])
    assert differing == {}
    # HEAD is no method of a form; whether there is such a case is asked only afterwards.
    refused = "302" if name == "anonymous" else "404"
    other = {"302"} if name == "anonymous" else {"405"}
    assert {method: sorted(found[method] - other) for method in ("get", "post")} == {
        method: sorted({refused} - other) for method in ("get", "post")
    }
    for method in ("put", "patch", "delete", "options"):
        assert found[method] == other
    assert everything() == before


def test_the_control_whoever_may_gets_it(case, wei):
    """Without it nobody would notice that the addresses above are no addresses."""
    client = Client()
    client.force_login(wei)
    # The application of a case that is no draft leads to its page.
    found = [client.get(address, follow=True).status_code for address in addresses(case)]
    assert found.count(404) == len(Step) - len(OWN) + 1
    assert found.count(200) == len(found) - found.count(404)
    assert client.post(step_path(case, "withdraw"), entered(case)).status_code == 302


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mei", "stranger", "removed"])
def test_the_same_work_is_done_for_a_case_that_is_there_and_one_that_is_not(case, name):
    """Time cannot tell them apart where the database is asked the same."""
    client = visitor(name, case)
    client.get("/cases/")
    for address in some(case):
        asked = []
        for tried in (address, address.replace(case.reference, NOBODYS)):
            with statements(values=True) as run:
                client.get(tried)
            asked.append([MOMENT.sub("", sql) for sql in run])
        assert asked[0] == [sql.replace(NOBODYS, case.reference) for sql in asked[1]]


def test_papers_of_another_case_are_no_papers_of_ones_own(case, world, mei):
    """The right case in the address does not open another case's document or request."""
    own = FilingCase.objects.get(people__user=mei)
    client = visitor("mei", case)
    for kind, rows in (("documents", case.documents), ("requests", case.requests)):
        theirs, nobodys = rows.first().pk, 10**15
        tried = [client.get(path(own, f"{kind}/{pk}/")) for pk in (theirs, nobodys)]
        assert [page.status_code for page in tried] == [404, 404]
        assert body_of(tried[0]) == body_of(tried[1])
    before = everything()
    for sent in (case.people.order_by("pk")[0].pk, 10**30):
        data = {"version": own.version, "remove": sent}
        assert client.post(path(own, "people/"), data).status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    "reference",
    ["%00", "ICP-2026-000001%00", "%FF", "..%2F", "ICP_2026_00000_", "icp-2026-000001", "x" * 3000],
)
def test_odd_references_are_no_cases(case, wei, reference):
    client = Client()
    client.force_login(wei)
    assert client.get(f"/cases/{reference}/").status_code == 404


def test_a_session_ends_with_the_account(case, wei):
    client = Client()
    client.force_login(wei)
    assert client.get(path(case)).status_code == 200
    wei.is_active = False
    wei.save()
    assert client.get(path(case)).status_code == 302


def test_no_page_of_a_case_may_be_kept_by_a_cache(case, wei):
    client = Client()
    client.force_login(wei)
    pages = {address: client.get(address) for address in ["/cases/", *addresses(case)]}
    kept = [
        address
        for address, page in pages.items()
        if page.status_code == 200 and "no-store" not in page.headers.get("Cache-Control", "")
    ]
    # A small picture is kept by the reader's own browser, and by nobody else.
    small = [address for address in pages if address.endswith("/small/")]
    assert kept == [address for address in small if pages[address].status_code == 200]
    for address in kept:
        assert pages[address].headers["Cache-Control"] == "private, max-age=86400"
