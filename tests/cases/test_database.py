"""Section 5's "impossible, whatever the door": raw SQL is refused, and goes through without."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from icpcases.cases import triggers
from icpcases.cases.models import Document, FilingCase, HistoryRow
from tests.domain import (
    FILING_TYPES,
    HOLDING_A_SERVICE,
    JUDGED,
    MAKING,
    OUTSIDE,
    UNDER_THE_RULES,
)
from tests.harness.protections import drop_index, unchecked

pytestmark = pytest.mark.django_db

CASE, HISTORY, DOCUMENT = (
    model._meta.db_table for model in (FilingCase, HistoryRow, Document)
)  # fmt: skip
Statement = tuple[str, list[Any]]
FORUM = {"forum": True, "preapproval": True}
FOREIGN = {"applicant_type": "foreign_enterprise"}
# What no case from `preparing` on may look like: known to be bad, or not known to be good.
KNOWN_BAD: list[dict[str, Any]] = [
    *({"server_region": region} for region in OUTSIDE),
    {"server_region": ""},
    {"access": "ip_address"},
    {"applicant_type": "individual", **FORUM},
    {"forum": True, "preapproval": False},
    {"forum": True, "preapproval": None},
    {**FOREIGN, "mainland_branch": False, "registration_certificate": False},
]
NOT_KNOWN: list[dict[str, Any]] = [
    {"server_region": None},
    *({"access": access} for access in ("", None)),
    {"applicant_type": None},
    {"applicant_type": "individual", "forum": None, "preapproval": True},
    {"forum": None},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": False, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": False},
]
BREAKING = [*KNOWN_BAD, *NOT_KNOWN]
# What is odd and yet allowed: the refusals above are not simply of every change.
ALLOWED: list[dict[str, Any]] = [
    {"applicant_type": "individual"},
    {"applicant_type": "organisation", **FORUM},
    {**FOREIGN, "mainland_branch": True, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": True},
    {**FOREIGN, **FORUM, "mainland_branch": True},
    {"protocol": "http"},
    *({"server_region": region, "mainland_cdn": True} for region in (*OUTSIDE, None)),
    {"service_kind": "app", "access": "ip_address"},
    {"service_kind": "quick_app", "access": None},
    {"service_kind": "app", "domain": "", "registrable_domain": "", "domain_unicode": ""},
]


@contextmanager
def undone() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def update(table: str, pk: int, values: dict[str, Any], verb: str = "UPDATE") -> Statement:
    columns = ", ".join(f"{name} = %s" for name in values)
    return f"{verb} {table} SET {columns} WHERE id = %s", [*values.values(), pk]


def insert(table: str, row: dict[str, Any], verb: str = "INSERT INTO") -> Statement:
    marks = ", ".join(["%s"] * len(row))
    return f"{verb} {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())


def run(statement: Statement) -> int:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return cursor.rowcount


def is_refused(statement: Statement) -> bool:
    with undone():
        try:
            run(statement)
        except IntegrityError:
            return True
    return False


def goes_through(statement: Statement) -> bool:
    with undone():
        return run(statement) == 1


def row_of(pk: int, table: str = CASE) -> dict[str, Any]:
    """A row as it stands in its table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))


def copy_of(case: FilingCase, **changed: Any) -> dict[str, Any]:
    """The row of another case like this one."""
    row = row_of(case.pk) | {"reference": "ICP-2026-999999", "domain": "copy.cn"}
    del row["id"]
    row |= {"domain_unicode": "copy.cn", "registrable_domain": "copy.cn"}
    return row | changed


# The facts of a filing


@pytest.mark.parametrize("state", UNDER_THE_RULES)
def test_a_case_in_a_filing_cannot_break_the_rules_of_one(world, state):
    case = world.at(state)
    statements = [update(CASE, case.pk, facts) for facts in BREAKING]
    statements += [insert(CASE, copy_of(case, **facts)) for facts in BREAKING]
    assert [s for s in statements if not is_refused(s)] == []
    fine = [update(CASE, case.pk, facts) for facts in ALLOWED]
    fine += [insert(CASE, copy_of(case, **facts)) for facts in ALLOWED]
    assert [s for s in fine if not goes_through(s)] == []
    with undone(), unchecked("case_filing_rules"):
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("target", UNDER_THE_RULES)
def test_a_case_that_breaks_the_rules_of_a_filing_cannot_be_moved_into_one(world, target):
    case = world.at("triage")
    about = {"service_id": world.filed(case.applicant).pk}
    of_type = {"filing_type": "add_access"} if target == "completed" else {}
    move = {"state": target, **about, **of_type}
    assert goes_through(update(CASE, case.pk, move))
    statements = [update(CASE, case.pk, {**move, **facts}) for facts in BREAKING]
    assert [s for s in statements if not is_refused(s)] == []


# Which states a case of each type may be in, of those under the rules of a filing.
MADE = ("filed", "open")
STATES_OF = {
    kind: [s for s in UNDER_THE_RULES if s not in (("completed",) if kind in MAKING else MADE)]
    for kind in FILING_TYPES
}


@pytest.mark.parametrize("kind", FILING_TYPES)
def test_the_rules_of_a_filing_hold_for_the_types_that_ask_them(world, kind):
    """What ends or is inspected is under none, and what a change leaves alone need not be known."""
    case = world.at("preparing")
    about = {"service_id": world.filed(case.applicant).pk, "filing_type": kind}
    judged = {"change": KNOWN_BAD} if kind not in JUDGED[:3] else {}
    bad = BREAKING if kind in JUDGED[:3] else judged.get(kind, [])
    fine = [facts for facts in [*BREAKING, *ALLOWED] if facts not in bad]
    refused, through = (
        [
            update(CASE, case.pk, {**about, **facts, "state": state})
            for state in STATES_OF[kind]
            for facts in some
        ]
        for some in (bad, fine)
    )
    assert [s for s in refused if not is_refused(s)] == []
    assert [s for s in through if not goes_through(s)] == []
    with undone(), unchecked("case_filing_rules"):
        assert [s for s in refused if not goes_through(s)] == []


def test_every_fact_is_known_to_be_bad_or_not_known_at_all():
    assert [facts for facts in KNOWN_BAD if facts in NOT_KNOWN] == []


@pytest.mark.parametrize("kind", FILING_TYPES)
def test_only_what_makes_a_service_is_filed_and_only_the_others_are_completed(world, kind):
    case = world.at("authority_review")
    about = {"service_id": world.filed(case.applicant).pk, "filing_type": kind}
    filed, opened, completed = (
        update(CASE, case.pk, {**about, "state": state}) for state in (*MADE, "completed")
    )
    wrong, right = ([completed], [filed, opened]) if kind in MAKING else (
        [filed, opened], [completed]
    )  # fmt: skip
    assert [is_refused(statement) for statement in wrong] == [True] * len(wrong)
    assert [goes_through(statement) for statement in right] == [True] * len(right)
    check = "case_completed_makes_nothing" if kind in MAKING else "case_filed_has_service"
    with undone(), unchecked(check):
        assert [goes_through(statement) for statement in wrong] == [True] * len(wrong)


@pytest.mark.parametrize("fields", [{"filing_type": "renewal"}, {"service_kind": "newspaper"}])
def test_a_case_has_a_type_and_a_kind_there_are(world, fields):
    statement = update(CASE, world.case().pk, fields)
    assert is_refused(statement)
    with undone(), unchecked("case_type_known"):
        assert goes_through(statement)


@pytest.mark.parametrize("state", ["", "filled", "FILED", "draft "])
def test_a_case_is_in_a_state_there_is(world, state):
    statement = update(CASE, world.case().pk, {"state": state})
    assert is_refused(statement)
    with undone(), unchecked("case_state_known"):
        assert goes_through(statement)


# What a case has filed, its domain, its documents


@pytest.mark.parametrize("state", MADE)
def test_a_case_is_not_filed_without_the_service_it_has_filed(world, state):
    reviewed, done = world.at("authority_review"), world.at(state)
    service = world.filed(reviewed.applicant)
    statements = [
        update(CASE, reviewed.pk, {"state": state}),
        update(CASE, done.pk, {"service_id": None}),
        insert(CASE, copy_of(done, service_id=None)),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    assert goes_through(update(CASE, reviewed.pk, {"state": state, "service_id": service.pk}))
    with undone(), unchecked("case_filed_has_service"):
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("state", HOLDING_A_SERVICE)
def test_two_cases_never_hold_one_domain(world, state):
    case, other = world.at(state), world.at("triage")
    key = case.registrable_domain
    same = {"domain": f"www.{key}", "registrable_domain": key}
    statements = [update(CASE, other.pk, same), insert(CASE, copy_of(case, **same))]
    draft = world.case(domain=case.domain)
    statements.append(update(CASE, draft.pk, {"state": "triage"}))
    assert [s for s in statements if not is_refused(s)] == []
    apart = ({"state": "draft"}, {"service_kind": "app"}, {"filing_type": "inspection"})
    assert [goes_through(update(CASE, other.pk, {**same, **more})) for more in apart] == [True] * 3
    with undone():
        drop_index("case_domain_free")
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("state", HOLDING_A_SERVICE)
def test_two_cases_never_are_about_one_service(world, state):
    case, other = world.at(state), world.at("triage")
    service = world.filed(case.applicant)
    run(update(CASE, case.pk, {"service_id": service.pk, "filing_type": "change"}))
    statements = [
        update(CASE, other.pk, {"service_id": service.pk, "filing_type": "add_access"}),
        insert(CASE, copy_of(case)),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    apart = ({"state": "draft"}, {"filing_type": "inspection"})
    looked_at = [update(CASE, other.pk, {"service_id": service.pk, **more}) for more in apart]
    assert [s for s in looked_at if not goes_through(s)] == []
    with undone():
        drop_index("case_service_free")
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize(
    ("domain", "registrable"),
    [("a.cn", "b.cn"), ("a.cn", ""), ("", "a.cn"), ("xa.cn", "a.cn"), ("cn", "a.cn"),
     ("a.cn.", "a.cn"), ("A.CN", "A.CN"), ("www.A.cn", "A.cn"), ("a.cn", "%.cn")],
)  # fmt: skip
def test_the_registrable_domain_is_the_end_of_the_domain(world, domain, registrable):
    """Otherwise two cases could be about one domain under two keys."""
    case = world.case()
    statement = update(CASE, case.pk, {"domain": domain, "registrable_domain": registrable})
    assert is_refused(statement)
    fine = update(CASE, case.pk, {"domain": "www.a.cn", "registrable_domain": "a.cn"})
    assert goes_through(fine)
    with undone(), unchecked("case_domain_pair"):
        triggers.remove(connection)
        assert goes_through(statement)


def test_no_document_issued_outside_is_accepted(world):
    paper = world.document(world.at("triage"), "business_licence")
    statements = {
        (kind, issued_in): update(
            DOCUMENT, paper.pk, {"status": "accepted", "kind": kind, "issued_in": issued_in}
        )
        for kind in ("business_licence", "service_leader_id", "board_list", "other")
        for issued_in in ("hong_kong", "macau", "taiwan", "overseas", "", None)
    }
    # What is made by the applicant was issued nowhere.
    assert goes_through(statements.pop(("board_list", None)))
    assert [told for told, sql in statements.items() if not is_refused(sql)] == []
    with undone(), unchecked("document_accepted_is_mainland", DOCUMENT):
        assert [told for told, sql in statements.items() if not goes_through(sql)] == []


# The history, and the case itself


def test_a_history_row_is_never_changed_or_deleted(world):
    case = world.at("triage")
    row = case.history.get(sequence=1)
    statements: list[Statement] = [
        update(HISTORY, row.pk, {"note_internal": "nothing happened"}),
        update(HISTORY, row.pk, {"happened_at": row.happened_at}),
        update(HISTORY, row.pk, {"sequence": 77}),
        (f"DELETE FROM {HISTORY} WHERE id = %s", [row.pk]),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        triggers.remove(connection)
        assert [s for s in statements if not goes_through(s)] == []


def test_a_case_is_never_deleted_even_if_nothing_hangs_on_it(world):
    pk = world.case().pk
    statement = (f"DELETE FROM {CASE} WHERE id = %s", [pk])
    assert is_refused(statement)
    for parts in (HISTORY, "cases_caseperson"):
        triggers.remove(connection)
        run((f"DELETE FROM {parts} WHERE case_id = %s", [pk]))
    triggers.install(connection)
    assert is_refused(statement)
    with undone():
        triggers.remove(connection)
        assert goes_through(statement)
