"""Every address by everybody: reading changes nothing, and no POST is a crash or a false success."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver

from icpcases.cases.models import AccessLogRow, FilingCase, Notice
from tests.cases.section5 import TABLE
from tests.world import user

pytestmark = pytest.mark.django_db

STAFF = ("li", "chen", "sun")
OUTSIDERS = ("wei", "mei", "stranger", "anonymous")
EVERYBODY = (*STAFF, "root", *OUTSIDERS)
# Who a person is to the case, as section 5 writes it; the others have no part in it.
ROLES = {"li": "O", "chen": "S", "sun": "auditor"}
# Reading may leave a trace here: sessions, who read which private thing, when somebody signed in.
TRACES = ("django_session", "cases_accesslogrow")
LIST = "/admin/cases/filingcase/"


@pytest.fixture
def people(wei, mei, li, chen, sun, stranger, world) -> dict[str, Client]:
    """Everybody at their browser."""
    world.case(owner=mei)
    root = user("root", is_staff=True, is_superuser=True)
    accounts = {
        "li": li, "chen": chen, "sun": sun, "root": root, "wei": wei, "mei": mei,
        "stranger": stranger,
    }  # fmt: skip
    return {name: at_the_browser(accounts.get(name)) for name in EVERYBODY}


def at_the_browser(account: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if account:
        client.force_login(account)
    return client


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is changed within is taken back. No atomic block: the door's must be outermost."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


# Reading


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every route of the site, as it was declared."""
    for pattern in patterns or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\^?\(\?P<(\w+)>[^)]*\)/?\$")


@pytest.fixture
def case(world) -> FilingCase:
    """A case with a document, a request, people and a history; rows of every other kind beside."""
    case = world.at("provider_review", service_leader_id="11010519491231002X")
    case = world.step(case, "return_for_correction", **world.entry(case, "send_back"), tell=True)
    AccessLogRow.objects.create(what="number", detail="phone", case=case, by=world.li)
    assert Notice.objects.exists()
    return case


def filled(route: str, case: FilingCase) -> Iterator[str]:
    """The addresses of a route about this case, or about some row of the model it is for."""
    document = case.documents.filter(media_type="image/png").first()
    asked = case.requests.first()
    assert document
    assert asked
    values: dict[str, list[Any]] = {
        "pk": [case.pk], "reference": [case.reference], "step": list(TABLE), "code": ["CN-BJ"],
        "document": [document.pk], "number": [asked.pk], "kind": ["authorisation_letter"],
        "name": ["service_leader_phone"], "token": ["of-nobody"], "id": [case.officer_id],
        "content_type_id": [ContentType.objects.get_for_model(FilingCase).pk],
        "app_label": ["cases/", "auth/"], "url": ["nowhere/"], "object_id": [row_of(route, case)],
    }  # fmt: skip
    names = [name or other for name, other in PARAMETER.findall(route)]
    assert set(names) <= set(values), f"say what stands for {names} in {route}"
    longest = max((values[name] for name in names), key=len, default=[None])
    for value in longest:
        yield "/" + PARAMETER.sub(
            lambda m, value=value: str(
                value if values[m[1] or m[2]] is longest else values[m[1] or m[2]][0]
            ),
            route,
        )


def row_of(route: str, case: FilingCase) -> Any:
    """The key of a row of the model that an admin route is about."""
    found = re.match(r"admin/(\w+)/(\w+)/<path:object_id>", route)
    if not found:
        return case.pk
    model = apps.get_model(found[1], found[2])
    row = case if model is FilingCase else model._default_manager.order_by("pk").first()
    return row.pk if row else 1


def digest() -> dict[str, str]:
    """What every table holds, but for the traces that reading may leave."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table not in TRACES:
            names = [f.attname for f in model._meta.concrete_fields if f.name != "last_login"]
            rows = model._base_manager.order_by("pk").values_list(*names)
            found[table] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return found


def writes(queries: CaptureQueriesContext) -> list[str]:
    """The statements that change a row which is no trace."""
    changing = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.I)
    found = [changing.match(query["sql"]) for query in queries]
    return [f"{m[1]} {m[2]}" for m in found if m and m[2] not in TRACES]


@pytest.mark.parametrize("name", EVERYBODY)
def test_reading_any_address_changes_nothing_and_never_fails(people, case, name):
    client = people[name]
    before = digest()
    statuses, changed = {}, {}
    for route in routes():
        for address in filled(route, case):
            with CaptureQueriesContext(connection) as queries:
                statuses[address] = client.get(address).status_code
            changed[address] = writes(queries)
    assert {a: s for a, s in statuses.items() if s not in (200, 302, 403, 404, 405)} == {}
    assert {a: w for a, w in changed.items() if w} == {}
    assert digest() == before
    shown = {a for a, s in statuses.items() if s in (200, 405) and a.startswith("/admin/")}
    assert shown == {a for a in statuses if a.startswith("/admin/") and may_read(name, a)}


# What those who work no cases are refused, though they read all else; and what is no page to read.
WORKED = ("/facts/", "/note/", "/assign/", "/confirm/", "/add/", "/people/")


def may_read(name: str, address: str) -> bool:
    """Whether somebody finds a page at an address of the admin, by hand."""
    raise NotImplementedError
