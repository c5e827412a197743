"""Section 5's "impossible, whatever the door": raw SQL is refused, and goes through without."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from icpcases.cases import triggers
from icpcases.cases.models import Document, FilingCase, HistoryRow
from tests.domain import HOLDING_A_DOMAIN, OUTSIDE, UNDER_THE_RULES
from tests.harness.protections import drop_index, unchecked

pytestmark = pytest.mark.django_db

CASE, HISTORY, DOCUMENT = (
    model._meta.db_table for model in (FilingCase, HistoryRow, Document)
)  # fmt: skip
Statement = tuple[str, list[Any]]
FORUM = {"forum": True, "preapproval": True}
FOREIGN = {"applicant_type": "foreign_enterprise"}
# What no case from `preparing` on may look like.
BREAKING: list[dict[str, Any]] = [
    *({"server_region": region} for region in OUTSIDE),
    {"server_region": ""},
    {"server_region": None},
    *({"access": access} for access in ("ip_address", "", None)),
    {"applicant_type": None},
    {"applicant_type": "individual", **FORUM},
    {"applicant_type": "individual", "forum": None, "preapproval": True},
    {"forum": None},
    {"forum": True, "preapproval": False},
    {"forum": True, "preapproval": None},
    {**FOREIGN, "mainland_branch": False, "registration_certificate": False},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": False, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": False},
]
# What is odd and yet allowed: the refusals above are not simply of every change.
ALLOWED: list[dict[str, Any]] = [
    {"applicant_type": "individual"},
    {"applicant_type": "organisation", **FORUM},
    {**FOREIGN, "mainland_branch": True, "registration_certificate": None},
    {**FOREIGN, "mainland_branch": None, "registration_certificate": True},
    {**FOREIGN, **FORUM, "mainland_branch": True},
    {"protocol": "http"},
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


def row_of(pk: int) -> dict[str, Any]:
    """A case's row as it stands in the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {CASE} WHERE id = %s", [pk])
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))


def copy_of(case: FilingCase, **changed: Any) -> dict[str, Any]:
    """The row of another case like this one."""
    row = row_of(case.pk) | {"reference": "ICP-2026-999999", "domain": "copy.cn"}
    del row["id"]
    row |= {"domain_unicode": "copy.cn", "registrable_domain": "copy.cn"}
    if row["icp_number"]:
        row["icp_number"] = f"{row['icp_subject']}-99"
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
    number = {"icp_number": "京ICP备12345678号-1", "icp_subject": "京ICP备12345678号"}
    dates = {"filed_on": dt.date(2026, 3, 2), "opened_on": dt.date(2026, 3, 3)}
    move = {"state": target, **number, **dates}
    assert goes_through(update(CASE, case.pk, move))
    statements = [update(CASE, case.pk, {**move, **facts}) for facts in BREAKING]
    assert [s for s in statements if not is_refused(s)] == []


@pytest.mark.parametrize("state", ["", "filled", "FILED", "draft "])
def test_a_case_is_in_a_state_there_is(world, state):
    statement = update(CASE, world.case().pk, {"state": state})
    assert is_refused(statement)
    with undone(), unchecked("case_state_known"):
        assert goes_through(statement)


# The site number


SUBJECT = "京ICP备12345678号"
NUMBERS = [
    ("", ""),
    (SUBJECT, SUBJECT),
    (f"{SUBJECT}-", SUBJECT),
    (f"{SUBJECT}-0", SUBJECT),
    (f"{SUBJECT}-01", SUBJECT),
    (f"{SUBJECT}-1a", SUBJECT),
    (f"{SUBJECT}-1 ", SUBJECT),
    (f"{SUBJECT}-1-2", SUBJECT),
    (f"{SUBJECT}－1", SUBJECT),
    (f"{SUBJECT}-1", "京ICP备12345679号"),
    (f"{SUBJECT}-1", ""),
    (f"{SUBJECT}-1", f"{SUBJECT}-1"),
    ("京ICP备1234567号-1", "京ICP备1234567号"),
    ("京ICP备123456789号-1", "京ICP备123456789号"),
    ("京ICP备12345678901号-1", "京ICP备12345678901号"),
    ("京ICP备1234567x号-1", "京ICP备1234567x号"),
    ("京icp备12345678号-1", "京icp备12345678号"),
    ("京ICP证12345678号-1", "京ICP证12345678号"),
    ("ICP备12345678号-1", "ICP备12345678号"),
    ("粤ICP备12345678号-1", "粤ICP备12345678号"),
    ("川ICP备12345678号-1", "川ICP备12345678号"),
]


def without_the_triggers() -> Any:
    triggers.remove(connection)
    return unchecked("case_filed_has_number")


@pytest.mark.parametrize("state", ["filed", "open"])
def test_a_filed_case_has_a_valid_number_of_its_province(world, state):
    case = world.at(state)
    canton = {"icp_number": "粤ICP备12345678号-1", "icp_subject": "粤ICP备12345678号"}
    statements = [
        update(CASE, case.pk, {"icp_number": number, "icp_subject": subject})
        for number, subject in NUMBERS
    ]
    statements += [
        update(CASE, case.pk, {"province_id": "CN-GD"}),
        update(CASE, case.pk, {"province_id": None}),
        update(CASE, case.pk, {"filed_on": None}),
        insert(CASE, copy_of(case, icp_number="", icp_subject="")),
        insert(CASE, copy_of(case, **canton)),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    ten = {"icp_number": "京ICP备1234567890号-12", "icp_subject": "京ICP备1234567890号"}
    assert goes_through(update(CASE, case.pk, ten))
    with undone(), without_the_triggers(), unchecked("case_opens_after_filing"):
        assert [s for s in statements if not goes_through(s)] == []


def test_a_case_is_not_filed_without_a_number(world):
    case = world.at("authority_review")
    statement = update(CASE, case.pk, {"state": "filed"})
    dated = update(CASE, case.pk, {"state": "filed", "filed_on": dt.date(2026, 3, 2)})
    assert (is_refused(statement), is_refused(dated)) == (True, True)
    with undone(), without_the_triggers():
        assert (goes_through(statement), goes_through(dated)) == (True, True)


@pytest.mark.parametrize("states", [("filed", "filed"), ("filed", "open"), ("open", "filed")])
def test_no_two_filed_cases_have_one_number(world, states):
    one = world.at(states[0])
    other = world.at(states[1], applicant=one.applicant)
    taken = {"icp_number": one.icp_number, "icp_subject": one.icp_subject}
    statements = [update(CASE, other.pk, taken), insert(CASE, copy_of(one, **taken))]
    assert [s for s in statements if not is_refused(s)] == []
    with undone():
        drop_index("case_icp_number_once")
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("states", [("filed", "filed"), ("open", "open")])
def test_a_subject_number_belongs_to_one_applicant(world, states):
    one, other = (world.at(state) for state in states)
    taken = {"icp_number": f"{one.icp_subject}-2", "icp_subject": one.icp_subject}
    second = copy_of(one, applicant_id=other.applicant_id)
    statements = [
        update(CASE, other.pk, taken), insert(CASE, second),
        *([] if states[0] == "open" else [update(CASE, other.pk, {**taken, "state": "filed"})]),
    ]  # fmt: skip
    assert [s for s in statements if not is_refused(s)] == []
    third = update(CASE, other.pk, {**taken, "applicant_id": one.applicant_id})
    assert goes_through(third)
    with undone():
        triggers.remove(connection)
        assert [s for s in statements if not goes_through(s)] == []


# The opening, the domain, documents


def test_a_site_does_not_open_before_it_is_filed(world):
    day = dt.timedelta(days=1)
    filed, opened, preparing = world.at("filed"), world.at("open"), world.at("preparing")
    early = {"opened_on": opened.filed_on - day}
    statements = [
        update(CASE, filed.pk, early),
        update(CASE, filed.pk, {"state": "open"}),
        update(CASE, filed.pk, {"state": "open", **early}),
        update(CASE, opened.pk, early),
        update(CASE, opened.pk, {"opened_on": None}),
        update(CASE, opened.pk, {"filed_on": opened.opened_on + day}),
        update(CASE, preparing.pk, {"opened_on": dt.date(2026, 3, 2)}),
        insert(CASE, copy_of(opened, **early)),
        insert(CASE, copy_of(opened, opened_on=None)),
    ]
    assert [s for s in statements if not is_refused(s)] == []
    assert goes_through(update(CASE, filed.pk, {"state": "open", "opened_on": filed.filed_on}))
    with undone(), unchecked("case_opens_after_filing"):
        assert [s for s in statements if not goes_through(s)] == []


@pytest.mark.parametrize("state", HOLDING_A_DOMAIN)
def test_two_cases_never_hold_one_domain(world, state):
    case, other = world.at(state), world.at("triage")
    key = case.registrable_domain
    same = {"domain": f"www.{key}", "registrable_domain": key}
    statements = [update(CASE, other.pk, same), insert(CASE, copy_of(case, **same))]
    draft = world.case(domain=case.domain)
    statements.append(update(CASE, draft.pk, {"state": "triage"}))
    assert [s for s in statements if not is_refused(s)] == []
    assert goes_through(update(CASE, other.pk, {**same, "state": "draft"}))
    with undone():
        drop_index("case_domain_free")
        triggers.remove(connection)
        statements[1] = insert(CASE, copy_of(case, icp_number="", icp_subject="", **same))
        if state not in ("filed", "open"):
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


@pytest.mark.parametrize("kind", ["business_licence", "service_leader_id", "board_list", "other"])
@pytest.mark.parametrize("issued_in", ["hong_kong", "macau", "taiwan", "overseas", "", None])
def test_no_document_issued_outside_is_accepted(world, kind, issued_in):
    paper = world.document(world.at("triage"), "business_licence")
    accepted = {"status": "accepted", "kind": kind, "issued_in": issued_in}
    statement = update(DOCUMENT, paper.pk, accepted)
    if kind == "board_list" and issued_in is None:
        assert goes_through(statement)
        return
    assert is_refused(statement)
    with undone(), unchecked("document_accepted_is_mainland", DOCUMENT):
        assert goes_through(statement)


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
