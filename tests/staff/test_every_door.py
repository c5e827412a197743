"""Every address by everybody: reading changes nothing, no POST is a crash or a false success."""

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from icpcases.cases.models import (
    AccessLogRow,
    Applicant,
    FilingCase,
    HistoryRow,
    Notice,
    ProviderAccess,
    Service,
)
from tests.domain import BACK, STATES, TABLE, leads_out, leads_to, may
from tests.harness.watch import statements
from tests.world import BEFORE, png, upload, user

pytestmark = pytest.mark.django_db

STAFF = ("li", "chen", "sun")
OUTSIDERS = ("wei", "mei", "stranger", "anonymous")
EVERYBODY = (*STAFF, "root", *OUTSIDERS)
# Chen meets every page and every garbage on both databases; what others may is no matter of them.
BY_NAME = ["chen", *(pytest.param(n, marks=pytest.mark.sqlite) for n in EVERYBODY if n != "chen")]
# Who a person is to the case, as section 5 writes it; the others have no part in it.
ROLES = {"li": "O", "chen": "S", "sun": "auditor"}
# Nobody's work: sessions, who read which private thing, how often somebody tried to sign in,
# and the figures of the board, which are kept for a minute (docs/decisions/0005-board.md).
TRACES = ("django_session", "cases_accesslogrow", "icpcases_cache", "cases_summary")
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
    applicant = world.applicant()
    world.filed(applicant)
    case = world.at(
        "provider_review", applicant=applicant, filing_type="add_service",
        service_leader_id="11010519491231002X",
    )  # fmt: skip
    world.document(case, "other")
    case = world.step(case, "return_for_correction", **world.entry(case, "send_back"), tell=True)
    AccessLogRow.objects.create(what="number", detail="phone", case=case, by=world.li)
    assert Notice.objects.exists()
    return case


def filled(route: str, case: FilingCase, steps: Iterable[str] = ("approve",)) -> Iterator[str]:
    """The addresses of a route about this case, or about some row of the model it is for."""
    document = case.documents.filter(media_type="image/png").first()
    asked = case.requests.first()
    assert document
    assert asked
    values: dict[str, list[Any]] = {
        "pk": [pk_of(route, case)], "reference": [case.reference], "step": list(steps),
        "code": ["CN-BJ"],
        "document": [document.pk], "number": [asked.pk], "kind": ["authorisation_letter"],
        "name": ["service_leader_phone"], "token": ["of-nobody"], "id": [case.officer_id],
        "content_type_id": [ContentType.objects.get_for_model(FilingCase).pk],
        "app_label": ["cases/", "auth/"], "url": ["nowhere/"], "object_id": [row_of(route, case)],
        "uidb64": ["MQ"], "filing_type": ["first"],
        "access": [ProviderAccess.objects.latest("pk").pk],
        "other": [Applicant.objects.latest("pk").pk], "to": [Applicant.objects.latest("pk").pk],
    }  # fmt: skip
    names = [name or other for name, other in PARAMETER.findall(route)]
    assert set(names) <= set(values), f"say what stands for {names} in {route}"
    for chosen in itertools.product(*(values[name] for name in names)):
        yield put_in(route, chosen)


def pk_of(route: str, case: FilingCase) -> int | None:
    """The key of what a route of ours is about."""
    service = Service.objects.get(subject__applicant=case.applicant)
    about = {
        "portfolio": case.applicant_id,
        "applicants": case.applicant_id,
        "staff": case.officer_id,
        "orders": case.orders.get().pk,
        "service": service.pk,
    }
    return about.get(route.removeprefix("admin/").partition("/")[0], case.pk)


def put_in(route: str, values: Iterable[Any]) -> str:
    """The address of a route with these values in its places."""
    rest = iter(values)
    return "/" + PARAMETER.sub(lambda _match: str(next(rest)), route)


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


def writes(run: list[str]) -> list[str]:
    """The statements that change a row which is no trace."""
    changing = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.I)
    found = [changing.match(sql) for sql in run]
    return [f"{m[1]} {m[2]}" for m in found if m and m[2] not in TRACES]


# What a provider does to an order as a whole.
SHARED = (
    "provider_passes", "sent_to_administration", "return_for_correction", "pull_back",
    "sms_expired", "expire_order",
)  # fmt: skip
# Who finds a page at an address of the admin, neither refused nor sent elsewhere; the first that
# fits counts, and where none does there is no page to read.
PAGES = (
    (r"login/", "anonymous"),
    # Whoever has no link that is good reads so.
    (r"password/MQ/of-nobody/", " ".join(EVERYBODY)),
    (r"staff/(add/|\d+/)?", "chen"),
    (r"(second-factor/|again/|password_change/(done/)?|jsi18n/|)", "li chen sun root"),
    (r"accounts/secondfactor/(add/.*|.+/(delete|change|history)/)|auth/group/.+/delete/", ""),
    (r"auth/(\w+/(.+/(change|history|delete|password)/|add/)?)?|accounts/secondfactor/", "root"),
    (r"cases/(clock|calendarday|calendaryear|provider|cannedreason)/add/", "chen"),
    (r"cases/(clock|calendarday|calendaryear|cannedreason)/.+/delete/", "chen"),
    (r"cases/accesslogrow/(.+/(change|history)/)?", "chen sun"),
    (r"find/|applicants/\d+/(with/\d+/)?|cases/calendarday/notice/", "li chen sun"),
    (r"applicants/\d+/unconfirm/", "chen"),
    (r"cases/filingcase/\d+/(copy|move/\d+)/", "li chen"),
    # Nothing is missing of this case, and fewer than two documents wait.
    (r"cases/filingcase/\d+/(requests/missing|judge/all)/", ""),
    (r"cases/filingcase/\d+/(facts|note|assign|follow-up|people|confirm|type/first)/", "li chen"),
    (r"cases/filingcase/\d+/(documents|requests)/add/", "li chen"),
    (r"cases/(filingcase|applicant)/add/|cases/province/CN-BJ/answer/", "li chen"),
    (r"cases/\w+/(add|.+/delete)/", ""),
    (r"cases/(\w+/(.+/(change|history)/)?)?", "li chen sun"),
    (r"cases/filingcase/\d+/(step/\w+|requests/\d+|messages)/", "li chen sun"),
    (r"portfolio/\d+/(subject|service|submit)/|service/\d+/access/", "li chen"),
    (r"portfolio/\d+/|services/|orders/\d+/", "li chen sun"),
    (r"service/\d+/(correct|loss|access/\d+/loss)/", "chen"),
    (rf"orders/\d+/step/({'|'.join(SHARED)})/", "li chen"),
    (r"service/\d+/|orders/\d+/step/.*", ""),
    (r"board/|cases/filingcase/\d+/(map|facts/versions)/", "li chen sun"),
    (r"cases/filingcase/\d+/documents/\d+/(file/|picture/)?", "li chen sun"),
    # The paper of this case is a picture, and has no pages.
    (r"cases/filingcase/\d+/documents/\d+/page/\d+/", ""),
)  # fmt: skip


def may_read(name: str, address: str) -> bool:
    """Whether somebody finds a page at an address of the admin, by the table above."""
    rest = address.removeprefix("/admin/")
    return name in next((who for form, who in PAGES if re.fullmatch(form, rest)), "").split()


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_reading_any_address_changes_nothing_and_never_fails(people, case, name):
    client = people[name]
    before = digest()
    statuses, changed = {}, {}
    for route in routes():
        for address in filled(route, case, TABLE if name == "li" else ("approve",)):
            with statements() as run:
                statuses[address] = client.get(address).status_code
            changed[address] = writes(run)
    assert {a: s for a, s in statuses.items() if s not in (200, 302, 403, 404, 405)} == {}
    assert {a: w for a, w in changed.items() if w} == {}
    assert digest() == before
    office = [a for a in statuses if a.startswith("/admin/")]
    shown = [a for a in office if statuses[a] == 200]
    assert shown == [a for a in office if may_read(name, a)]


def test_a_read_that_changes_something_is_found(case):
    """The control of the two checks above."""
    before = digest()
    with statements() as run:
        User.objects.filter(username="wei").update(first_name="Wei")
    assert writes(run) == ["UPDATE auth_user"]
    assert [table for table, rows in digest().items() if rows != before[table]] == ["auth_user"]


# Taking steps

# Steps that ask for nothing but to be confirmed.
BARE = {
    "submit_request", "close_not_required", "refer", "decline", "begin_certificate",
    "begin_preapproval", "prepare_filing", "provider_passes", "sms_expired", "confirm_sms",
    "expire_order",
}  # fmt: skip
# What the natural case of a state has in the way of the steps that lead out of it: none of those
# not named here. Written by hand, as section 5 reads for the facts in tests/world.py.
CLOSED = {
    "draft": "step_back",
    "triage": "close_not_required refer decline begin_certificate begin_preapproval",
    "certificate_needed": "decline",
    "certificate_applied": "decline",
    "certificate_granted": "decline begin_preapproval",
    "preapproval_needed": "decline",
    "preapproval_applied": "decline",
    "preapproval_granted": "decline",
    "preparing": "submit_to_provider",
    "returned": "submit_to_provider expire_order",
}


def answer_by_hand(name: str, state: str, step: str) -> tuple[int, str]:
    """The status and the state that valid data lead to, by section 5."""
    if name not in STAFF:
        return (404 if name == "root" else 302), state
    of_type = "add_access" if state == "completed" else "first"
    if not leads_out(step, state, of_type):
        return 409, state
    if not may(ROLES[name], step):
        return 403, state
    if step in CLOSED.get(state, "").split():
        return 409, state
    target = leads_to(step, state, of_type)
    return 302, BEFORE.get(state, "") if target == BACK else target


def posted(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as a browser sends it."""
    sent = {name: value for name, value in entry.items() if name != "reasons"}
    for n, reason in enumerate(entry.get("reasons", [])):
        sent |= {f"reasons-{n}-about": reason["about"], f"reasons-{n}-text": reason["text"]}
    if "file" in sent:
        sent["file"] = upload()
    return {n: v.isoformat() if isinstance(v, dt.date) else v for n, v in sent.items()}


def post(client: Client, case: FilingCase, step: str, data: dict[str, Any]) -> tuple[int, str, int]:
    """Take a step, and take it back: the status, the state it led to, the history rows it left.

    Whatever does not lead to a redirect into the case must have changed nothing at all.
    """
    with undone():
        with statements() as run:
            answer = client.post(f"{LIST}{case.pk}/step/{step}/", data)
        done = answer.status_code == 302 and answer["Location"] == f"{LIST}{case.pk}/change/"
        assert done or writes(run) == [], (step, answer.status_code)
        state = FilingCase.objects.values_list("state", flat=True).get(pk=case.pk)
        rows = HistoryRow.objects.filter(case=case).count() - case.version
    return answer.status_code, state, rows


def leading_out(state: str) -> list[str]:
    of_type = "add_access" if state == "completed" else "first"
    return [step for step in TABLE if leads_out(step, state, of_type)]


def differing(found: dict[Any, Any], wanted: dict[Any, Any]) -> dict[Any, Any]:
    """The cells that are not as they should be: what was found, and what was wanted."""
    assert found.keys() == wanted.keys()
    return {c: (found[c], wanted[c]) for c in wanted if found[c] != wanted[c]}


def valid_data(world, people, state: str, steps: list[str]) -> dict[Any, Any]:
    """Where valid data lead these people elsewhere than section 5 says."""
    case = world.at(state)
    found, wanted = {}, {}
    for step in steps:
        entry = world.entry(case, step)
        for name, client in people.items():
            status, after = answer_by_hand(name, state, step)
            wanted[name, step] = (status, after, int(status == 302 and name in STAFF))
            found[name, step] = post(client, case, step, {**posted(entry), "version": case.version})
    return differing(found, wanted)


@pytest.mark.slow
@pytest.mark.sqlite  # on both: tests/workflow/test_matrix.py
@pytest.mark.parametrize("state", STATES)
def test_valid_data_do_what_section_5_says_for_everybody(world, people, state):
    assert valid_data(world, people, state, leading_out(state)) == {}


@pytest.mark.slow
@pytest.mark.sqlite  # what is sent never reaches the database
@pytest.mark.parametrize("state", STATES)
def test_no_step_is_taken_from_a_state_it_does_not_lead_out_of(world, people, state):
    elsewhere = [step for step in TABLE if step not in leading_out(state)]
    some = {name: people[name] for name in ("chen", "sun", "wei")}
    assert valid_data(world, some, state, elsewhere) == {}


@pytest.mark.slow
@pytest.mark.sqlite  # what is sent never reaches the database
@pytest.mark.parametrize("state", STATES)
def test_empty_data_take_no_step_that_asks_for_something(world, people, state):
    """Nothing but the version that was seen."""
    case = world.at(state)
    found, wanted = {}, {}
    for name, client in people.items():
        for step in leading_out(state):
            status, after = answer_by_hand(name, state, step)
            if status == 302 and name in STAFF and step not in BARE:
                status, after = 422, state
            wanted[name, step] = (status, after, int(status == 302 and name in STAFF))
            found[name, step] = post(client, case, step, {"version": case.version})
    assert differing(found, wanted) == {}


LONG = "长" * 10_000
GARBAGE: dict[str, Any] = {
    "long": LONG,
    "NUL": "a\0b",
    "emoji": "😀" * 50,
    "negative": "-1",
    "huge": "9" * 400,
    "a list": ["a", "b"],
    "JSON": '[{"about": {}, "text": []}]',
    "markup": "<script>alert(1)</script>",
    "surrogate": b"\xed\xa0\x80",
}
VERSIONS = (None, "", "-1", "abc", "9" * 400, "1.0", "١", "0", "2147483648", "a\0", ["1", "x"])
COMMON = ("happened", "note_public", "note_internal", "tell", "reasons-0-about", "reasons-0-text")
NOT_TAKEN = (409, 422)


def names_of(entry: dict[str, Any]) -> tuple[str, ...]:
    """Every field of a step, those that every step takes, and some that it does not."""
    return (*posted(entry), *COMMON, "reason", "reasons", "icp_number", "nonsense")


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_garbage_takes_no_step_and_breaks_no_page(world, people, state):
    """One kind for each step, another in each state; the next test sends all of them."""
    case = world.at(state)
    kinds = itertools.cycle(GARBAGE)
    for _turn in range(STATES.index(state)):
        next(kinds)
    found = {}
    for step, kind in zip(leading_out(state), kinds, strict=False):
        data = dict.fromkeys(names_of(world.entry(case, step)), GARBAGE[kind])
        sent = {**data, "version": case.version}
        found[step, kind] = post(people["chen"], case, step, sent)
    assert {c: a for c, a in found.items() if a not in not_taken(state)} == {}


def not_taken(state: str) -> list[tuple[int, str, int]]:
    return [(status, state, 0) for status in NOT_TAKEN]


@pytest.mark.slow
@pytest.mark.parametrize("step", TABLE)
def test_no_garbage_takes_a_step_or_breaks_its_page(world, people, step):
    state = TABLE[step].sources[0]
    case = world.at(state)
    entry = world.entry(case, step)
    found = {}
    for kind, value in GARBAGE.items():
        data = dict.fromkeys(names_of(entry), value)
        for name in ("chen", "sun", "wei") if kind == "NUL" else ("chen",):
            found[name, kind] = post(people[name], case, step, {**data, "version": case.version})
    for version in VERSIONS:
        data = posted(entry) if version is None else {**posted(entry), "version": version}
        found["chen", f"version {version}"] = post(people["chen"], case, step, data)
    allowed = {"chen": not_taken(state), "sun": [(403, state, 0), *not_taken(state)],
               "wei": [(302, state, 0)]}  # fmt: skip
    assert {cell: a for cell, a in found.items() if a not in allowed[cell[0]]} == {}


def test_a_file_where_a_text_is_expected_breaks_no_page(world, people):
    case = world.at("triage")
    data = {"happened": SimpleUploadedFile("x.png", png()), "version": case.version}
    assert post(people["li"], case, "prepare_filing", data) == (422, "triage", 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_garbage_at_every_other_address_breaks_no_page(people, case, name):
    """Whatever is sent to the pages that are no steps: a page, and for outsiders no change."""
    client = people[name]
    addresses = [a for route in routes() if "<str:step>" not in route for a in filled(route, case)]
    # Chen's pages are all that anybody has; the others meet the same forms, or none.
    kinds = ("long", "NUL", "negative", "a list", "JSON") if name == "chen" else ("NUL",)
    found = {}
    signed_in = copy(client.cookies)
    for address in (a for a in addresses if a.startswith("/admin/")):
        client.cookies = copy(signed_in)
        form = fields_of(client, address)
        for kind in kinds:
            data = {**dict.fromkeys(form, GARBAGE[kind]), "version": case.version}
            with undone(), statements() as run:
                found[address, kind] = client.post(address, data).status_code
            assert name not in OUTSIDERS or writes(run) == [], address
    readable = (200, 302, 400, 403, 404, 405, 409, 422, 429)
    assert {cell: status for cell, status in found.items() if status not in readable} == {}


def fields_of(client: Client, address: str) -> list[str]:
    """The names of the fields that a page offers."""
    with undone():
        answer = client.get(address)
    if answer.streaming or answer.status_code != 200:
        return ["text", "accept", "decision", "answer"]
    names = re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', answer.text)
    return [name for name in dict.fromkeys(names) if name not in ("csrfmiddlewaretoken", "version")]


def test_a_masked_number_stays_as_it_was_and_is_no_error_where_it_is_read_only(client, world, sun):
    numbers = {"phone": "13800138000", "certificate_number": "11010519491231002X"}
    for confirmed in (False, True):
        applicant = world.applicant(confirmed, certificate_type="resident_id", **numbers)
        address = f"/admin/cases/applicant/{applicant.pk}/change/"
        client.force_login(sun)
        assert client.get(address).status_code == 200
        client.force_login(world.li)
        form = client.get(address).context["adminform"].form
        data = {name: form[name].value() or "" for name in form.fields}
        assert data["phone"] == "138••••8000"
        assert client.post(address, {**data, "name": "王伟"}).status_code == 302
        applicant.refresh_from_db()
        assert applicant.name == "王伟"
        assert {name: getattr(applicant, name) for name in numbers} == numbers
        applicant.delete()
