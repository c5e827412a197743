"""What the database refuses of the register (domain.md, section 2), and what it then lets through.

Each "never" is shown by raw SQL: refused, and passing once its constraint or trigger is gone.
"""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import IntegrityError, connection

from icpcases.cases import triggers
from icpcases.cases.models import (
    FilingCase,
    ProviderAccess,
    RegisterRow,
    Service,
    ServiceDomain,
    SubjectFiling,
)
from tests.domain import FILING_TYPES, HOLDING_A_SERVICE, KINDS, MAKING
from tests.harness.protections import drop_index, unchecked

from .test_database import (
    CASE,
    Statement,
    copy_of,
    goes_through,
    insert,
    is_refused,
    row_of,
    run,
    undone,
    update,
)

pytestmark = pytest.mark.django_db

SUBJECT, SERVICE, DOMAIN, ACCESS, ROW = (
    model._meta.db_table
    for model in (SubjectFiling, Service, ServiceDomain, ProviderAccess, RegisterRow)
)
NUMBER = "京ICP备12345678号"
DAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 3, 3)
CANCELLED = {"state": "cancelled", "cancelled_on": DAY}
ENDED = {"until": LATER, "ended_by": "errand"}


def like(table: str, pk: int, **changed: Any) -> Statement:
    """Another row like this one."""
    row = row_of(pk, table)
    del row["id"]
    if isinstance(row.get("app_features"), dict):
        row["app_features"] = json.dumps(row["app_features"])
    return insert(table, row | changed)


def refused_and_then_not(statements: list[Statement], without: Any) -> None:
    """Each statement is refused, and passes once `without` has taken its protection away."""
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        without()
        assert [s for s in statements if not goes_through(s)] == []


def no_triggers() -> None:
    run(("SET CONSTRAINTS ALL IMMEDIATE", [])) if connection.vendor == "postgresql" else None
    triggers.remove(connection)


def not_unique(table: str, column: str) -> None:
    """Without the one constraint that keeps a column unique, and without triggers."""
    no_triggers()
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
        (name,) = (
            name
            for name, one in found.items()
            if one["unique"] and not one["primary_key"] and one["columns"] == [column]
        )
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


# Subjects


@pytest.mark.parametrize("state", ["live", "shell"])
@pytest.mark.parametrize("there", ["live", "shell"])
def test_an_applicant_has_one_subject_filing_that_is_not_cancelled(world, there, state):
    subject = world.filed().subject
    run(update(SUBJECT, subject.pk, {"state": there}))
    second = like(SUBJECT, subject.pk, number=NUMBER, state=state)
    gone = like(SUBJECT, subject.pk, number=NUMBER, **CANCELLED)
    assert goes_through(gone)
    with undone():
        run(update(SUBJECT, subject.pk, CANCELLED))
        assert goes_through(
            like(SUBJECT, subject.pk, number=NUMBER, state=state, cancelled_on=None)
        )
    refused_and_then_not([second], lambda: drop_index("subject_one_per_applicant"))


def test_a_subject_number_belongs_to_one_applicant(world):
    own, other = world.filed(), world.filed()
    run(update(SUBJECT, own.subject_id, {"number": NUMBER}))
    taken = {"number": f"{other.number_of}-77", "number_of": other.number_of}
    # Another's number for an own service; another's services' number for an own subject.
    statements = [
        update(SERVICE, own.pk, taken),
        like(SERVICE, own.pk, **taken),
        update(SUBJECT, other.subject_id, {"number": own.number_of}),
    ]
    refused_and_then_not(statements, no_triggers)


def test_a_cancelled_subject_keeps_its_number_from_others(world):
    own, other = world.filed().subject, world.filed().subject
    run(update(SUBJECT, other.pk, CANCELLED))
    same = update(SUBJECT, own.pk, {"number": other.number})
    assert is_refused(same)
    if connection.vendor == "postgresql":
        refused_and_then_not([same], lambda: not_unique(SUBJECT, "number"))


SUBJECT_NUMBERS = [
    "", f"{NUMBER}-1", "京ICP备1234567号", "京ICP备123456789号", "京ICP备12345678901号",
    "京ICP备1234567x号", "京icp备12345678号", "京ICP证12345678号", "京B2-12345678",
    "ICP备12345678号", "粤ICP备12345678号", "川ICP备12345678号", f"{NUMBER} ",
    "京ICP备１２３４５６７８号",
]  # fmt: skip


@pytest.mark.parametrize("number", SUBJECT_NUMBERS)
def test_a_subject_number_fits_its_format_and_its_province(world, number):
    subject = world.filed().subject
    assert goes_through(update(SUBJECT, subject.pk, {"number": "京ICP备1234567890号"}))
    assert goes_through(
        update(SUBJECT, subject.pk, {"number": "粤ICP备12345678号", "province_id": "CN-GD"})
    )
    statements = [
        update(SUBJECT, subject.pk, {"number": number}),
        like(SUBJECT, subject.pk, number=number, **CANCELLED),
    ]
    refused_and_then_not(statements, no_triggers)


@pytest.mark.parametrize(
    "fields",
    [{"state": "gone"}, {"state": "cancelled"}, {"cancelled_on": DAY},
     {"state": "shell", "cancelled_on": DAY}],
)  # fmt: skip
def test_a_subject_is_in_a_state_there_is_with_its_day(world, fields):
    statement = update(SUBJECT, world.filed().subject_id, fields)
    assert is_refused(statement)
    with undone(), unchecked("subject_state_known", SUBJECT):
        assert goes_through(statement)


# Services


def test_a_service_number_belongs_to_one_service(world):
    one = world.filed()
    other = world.filed(one.subject.applicant)
    run(update(SERVICE, one.pk, CANCELLED))
    same = {"number": one.number, "number_of": one.number_of}
    statements = [update(SERVICE, other.pk, same), like(SERVICE, other.pk, **same)]
    assert [is_refused(statement) for statement in statements] == [True, True]
    if connection.vendor == "postgresql":
        refused_and_then_not(statements, lambda: not_unique(SERVICE, "number"))


# Number, what it is listed under, and the kind of the service.
WRONG_NUMBERS = [
    ("", "", "website"),
    (NUMBER, NUMBER, "website"),
    (f"{NUMBER}-", NUMBER, "website"),
    (f"{NUMBER}-0", NUMBER, "website"),
    (f"{NUMBER}-01", NUMBER, "website"),
    (f"{NUMBER}-1a", NUMBER, "website"),
    (f"{NUMBER}-1 ", NUMBER, "website"),
    (f"{NUMBER}-1-2", NUMBER, "website"),
    (f"{NUMBER}－1", NUMBER, "website"),
    (f"{NUMBER}-1", "京ICP备12345679号", "website"),
    (f"{NUMBER}-1", "", "website"),
    (f"{NUMBER}-1", f"{NUMBER}-1", "website"),
    ("京ICP备1234567号-1", "京ICP备1234567号", "website"),
    ("京ICP备123456789号-1", "京ICP备123456789号", "website"),
    ("京ICP备12345678901号-1", "京ICP备12345678901号", "website"),
    ("京ICP备1234567x号-1", "京ICP备1234567x号", "website"),
    ("京icp备12345678号-1", "京icp备12345678号", "website"),
    ("京ICP证12345号-1", "京ICP证12345号", "website"),
    ("京B2-2009005-1", "京B2-2009005", "website"),
    ("京C2-20090059-1", "京C2-20090059", "website"),
    ("ICP备12345678号-1", "ICP备12345678号", "website"),
    (f"{NUMBER}-2A", NUMBER, "website"),
    (f"{NUMBER}-2", NUMBER, "app"),
    (f"{NUMBER}-2X", NUMBER, "app"),
    (f"{NUMBER}-2K", NUMBER, "mini_program"),
    (f"{NUMBER}-2A", NUMBER, "quick_app"),
    (f"{NUMBER}-A", NUMBER, "app"),
    (f"{NUMBER}-0A", NUMBER, "app"),
    (f"{NUMBER}-1", NUMBER, "newspaper"),
]
RIGHT_NUMBERS = [
    (f"{NUMBER}-1", NUMBER, "website"),
    ("京ICP备1234567890号-12", "京ICP备1234567890号", "website"),
    (f"{NUMBER}-2A", NUMBER, "app"),
    (f"{NUMBER}-13X", NUMBER, "mini_program"),
    (f"{NUMBER}-4K", NUMBER, "quick_app"),
    ("京ICP证030173号-1", "京ICP证030173号", "website"),
    ("粤B2-20090059-1", "粤B2-20090059", "website"),
    ("合字B2-20090059-2A", "合字B2-20090059", "app"),
    ("京A2.B1.B2-20090059-1", "京A2.B1.B2-20090059", "website"),
]


def numbered(pk: int, number: str, listed: str, kind: str) -> list[Statement]:
    fields = {"number": number, "number_of": listed, "service_kind": kind}
    return [update(SERVICE, pk, fields), like(SERVICE, pk, **fields)]


@pytest.mark.parametrize("wrong", WRONG_NUMBERS)
def test_a_service_number_fits_its_kind_and_its_subject(world, wrong):
    service = world.filed()
    run((f"DELETE FROM {DOMAIN} WHERE service_id = %s", [service.pk]))
    statements = numbered(service.pk, *wrong)
    assert [s for s in statements if not is_refused(s)] == []
    with undone(), unchecked("service_kind_known", SERVICE):
        no_triggers()
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("right", RIGHT_NUMBERS)
def test_what_a_service_number_may_look_like(world, right):
    service = world.filed()
    run((f"DELETE FROM {DOMAIN} WHERE service_id = %s", [service.pk]))
    assert [goes_through(statement) for statement in numbered(service.pk, *right)] == [True, True]


@pytest.mark.parametrize(
    "fields",
    [{"state": "gone"}, {"state": "cancelled"}, {"cancelled_on": DAY},
     {"state": "no_access", "cancelled_on": DAY}],
)  # fmt: skip
def test_a_service_is_in_a_state_there_is_with_its_day(world, fields):
    statement = update(SERVICE, world.filed().pk, fields)
    assert is_refused(statement)
    with undone(), unchecked("service_state_known", SERVICE):
        assert goes_through(statement)


def test_a_site_that_a_case_has_filed_does_not_open_before_its_filing(world):
    """One that was found in the public register may have: nobody knows."""
    filed, found = world.at("filed").service, world.filed(day=LATER)
    early = {"opened_on": filed.filed_on - dt.timedelta(days=1)}
    statements = [
        update(SERVICE, filed.pk, early),
        like(SERVICE, filed.pk, number=f"{filed.number_of}-77", **early),
        update(SERVICE, found.pk, {"opened_on": DAY, "filed_here": True}),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    assert goes_through(update(SERVICE, filed.pk, {"opened_on": filed.filed_on}))
    assert goes_through(update(SERVICE, found.pk, {"opened_on": DAY}))
    with undone(), unchecked("service_opens_after_filing", SERVICE):
        assert [s for s in statements if not goes_through(s)] == []


# Domains


def domain_on(service: Service, name: str, **changed: Any) -> Statement:
    """A domain for a service, kept as the program keeps it."""
    row = {
        "service_id": service.pk, "service_kind": service.service_kind,
        "live": service.state == "live", "domain": name, "domain_unicode": name,
        "registrable_domain": name,
    }  # fmt: skip
    return insert(DOMAIN, row | changed)


def test_two_live_services_of_one_kind_never_share_a_domain(world):
    one = world.filed(domain="one.cn")
    other, app = world.filed(domain="two.cn"), world.filed(domain="three.cn", kind="app")
    shared = [
        domain_on(other, "one.cn"),
        domain_on(other, "www.one.cn", registrable_domain="one.cn"),
        update(
            DOMAIN, other.domains.get().pk, {"domain": "one.cn", "registrable_domain": "one.cn"}
        ),
    ]
    assert goes_through(domain_on(app, "one.cn"))
    assert goes_through(domain_on(one, "four.cn"))
    refused_and_then_not(shared, lambda: drop_index("service_domain_free"))
    for state in (CANCELLED, {"state": "no_access"}):
        with undone():
            run(update(SERVICE, one.pk, state))
            assert [s for s in shared if not goes_through(s)] == []


def test_a_service_does_not_live_again_once_its_domain_is_anothers(world):
    one = world.filed(domain="one.cn")
    run(update(SERVICE, one.pk, CANCELLED))
    world.filed(domain="one.cn")
    again = update(SERVICE, one.pk, {"state": "live", "cancelled_on": None})
    refused_and_then_not([again], lambda: drop_index("service_domain_free"))


@pytest.mark.parametrize("state", ["live", "no_access", "cancelled"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_domain_says_of_its_service_what_the_service_says(world, kind, state):
    service = world.filed(kind=kind)
    run(
        update(
            SERVICE,
            service.pk,
            {"state": state, "cancelled_on": DAY if state == "cancelled" else None},
        )
    )
    (kept,) = ServiceDomain.objects.values_list("service_kind", "live")
    assert kept == (kind, state == "live")
    service.refresh_from_db()
    (row,) = service.domains.all()
    other = "app" if kind == "website" else "website"
    wrong = [
        update(DOMAIN, row.pk, {"live": state != "live"}),
        update(DOMAIN, row.pk, {"service_kind": other}),
        domain_on(service, "more.cn", live=state != "live"),
        domain_on(service, "more.cn", service_kind=other),
    ]
    assert goes_through(domain_on(service, "more.cn"))
    refused_and_then_not(wrong, no_triggers)
    with undone():
        no_triggers()
        run(
            update(
                SERVICE,
                service.pk,
                {"state": "no_access" if state == "live" else "live", "cancelled_on": None},
            )
        )
        assert ServiceDomain.objects.get().live is (state == "live")


# Accesses


def test_a_service_has_one_open_access_at_a_provider(world):
    service = world.filed()
    access = service.accesses.get()
    elsewhere = world.provider("Another Cloud")
    second = like(ACCESS, access.pk)
    assert goes_through(like(ACCESS, access.pk, provider_id=elsewhere.pk))
    assert goes_through(like(ACCESS, access.pk, **ENDED))
    with undone():
        run(update(ACCESS, access.pk, ENDED))
        assert goes_through(like(ACCESS, access.pk, until=None, ended_by=""))
    with undone():
        run(like(ACCESS, access.pk, provider_id=elsewhere.pk))
        newest = ProviderAccess.objects.latest("pk").pk
        moved = update(ACCESS, newest, {"provider_id": access.provider_id})
        refused_and_then_not([moved, second], lambda: drop_index("access_open_once"))


@pytest.mark.parametrize(
    ("fields", "check"),
    [
        ({"until": LATER}, "access_ends_with_reason"),
        ({"ended_by": "lost"}, "access_ends_with_reason"),
        ({**ENDED, "since": dt.date(2026, 3, 4)}, "access_ends_after_start"),
    ],
)
def test_an_access_ends_with_a_reason_and_not_before_it_began(world, fields, check):
    access = world.filed().accesses.get()
    statement = update(ACCESS, access.pk, fields)
    assert is_refused(statement)
    assert goes_through(update(ACCESS, access.pk, ENDED))
    with undone(), unchecked(check, ACCESS):
        assert goes_through(statement)


# The register's history


def test_a_change_of_the_register_is_never_changed_or_deleted(world):
    world.filed()
    row = RegisterRow.objects.get()
    statements: list[Statement] = [
        update(ROW, row.pk, {"source": "from memory"}),
        update(ROW, row.pk, {"happened_on": row.happened_on}),
        update(ROW, row.pk, {"id": 987_654}),
        (f"DELETE FROM {ROW} WHERE id = %s", [row.pk]),
        (f"DELETE FROM {ROW}", []),
    ]
    refused_and_then_not(statements, no_triggers)


@pytest.mark.sqlite
def test_a_change_of_the_register_is_never_replaced(world):
    world.filed()
    world.filed()
    one, two = RegisterRow.objects.order_by("pk")
    row = row_of(one.pk, ROW)
    statements = [
        insert(ROW, row, "INSERT OR REPLACE INTO"),
        insert(ROW, row, "REPLACE INTO"),
        update(ROW, two.pk, {"id": one.pk}, "UPDATE OR REPLACE"),
    ]
    refused_and_then_not(statements, no_triggers)


@pytest.mark.postgres
@pytest.mark.parametrize("tables", [ROW, f"{ROW} CASCADE", "cases_applicant CASCADE"])
def test_the_changes_of_the_register_are_not_truncated(world, tables):
    world.filed()
    run(("SET CONSTRAINTS ALL IMMEDIATE", []))
    assert is_refused((f"TRUNCATE {tables}", []))
    with undone():
        triggers.remove(connection)
        run((f"TRUNCATE {tables}", []))
        assert RegisterRow.objects.count() == 0


# A site that is filed already


def claiming(case: FilingCase, name: str, **more: Any) -> list[Statement]:
    """Ways for a case to be about a domain."""
    same = {"domain": f"www.{name}", "registrable_domain": name, **more}
    return [update(CASE, case.pk, same), insert(CASE, copy_of(case, **same))]


@pytest.mark.parametrize("state", HOLDING_A_SERVICE)
def test_what_would_file_a_site_never_claims_the_domain_of_a_live_service(world, state):
    service, case = world.filed(domain="one.cn"), world.at(state)
    for kind in MAKING:
        statements = claiming(case, "one.cn", filing_type=kind)
        refused_and_then_not(statements, no_triggers)
    # Another kind of service may, and whoever does not file it.
    assert [s for s in claiming(case, "one.cn", service_kind="app") if not goes_through(s)] == []
    for kind in [kind for kind in FILING_TYPES if kind not in MAKING]:
        fine = claiming(case, "one.cn", filing_type=kind)
        assert [s for s in fine if not goes_through(s)] == []
    for gone in (CANCELLED, {"state": "no_access"}):
        with undone():
            run(update(SERVICE, service.pk, gone))
            assert [s for s in claiming(case, "one.cn") if not goes_through(s)] == []


def test_a_draft_about_a_site_that_is_filed_stays_a_draft(world):
    world.filed(domain="one.cn")
    case = world.case(domain="shop.one.cn")
    statements = [
        update(CASE, case.pk, {"state": "triage"}),
        insert(CASE, copy_of(case, state="triage", domain="one.cn", registrable_domain="one.cn")),
    ]
    refused_and_then_not(statements, no_triggers)
    with pytest.raises(IntegrityError, match="a live service of this kind has the domain already"):
        run(statements[0])
