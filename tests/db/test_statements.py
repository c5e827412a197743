"""Statements whose text is made once say and write the same as the ORM's own."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from icpcases.cases import outbox
from icpcases.cases.models import Document, FilingCase, HistoryRow, Notice, SearchText
from icpcases.cases.models.notices import LIFE
from icpcases.db.statements import Prepared, insert, update
from icpcases.workflow.casefile import BESIDE, CaseFile
from icpcases.workflow.changes import LOCKED

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world) -> FilingCase:
    return world.at("returned")


def columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_with_what_is_joined_to_it_is_the_row_of_the_query(case):
    with transaction.atomic():
        (found,) = LOCKED(case.pk)
    wanted = FilingCase.objects.get(pk=case.pk)
    assert (type(found), columns(found)) == (FilingCase, columns(wanted))
    assert (found._state.adding, found._state.db) == (False, "default")
    with CaptureQueriesContext(connection) as asked:
        joined = found.applicant, found.province
    assert len(asked) == 0
    assert [columns(one) for one in joined] == [columns(wanted.applicant), columns(wanted.province)]


def test_what_is_joined_and_not_there_is_none(case):
    FilingCase.objects.filter(pk=case.pk).update(officer=None)
    cases = Prepared(lambda pk: FilingCase.objects.filter(pk=pk).select_related("officer"), int)
    assert cases(case.pk)[0].officer is None


def test_rows_that_point_at_the_case_have_it_without_a_query(case):
    rows = CaseFile(case)
    wanted = Document.objects.filter(case=case)
    assert [columns(row) for row in rows.documents] == [columns(row) for row in wanted]
    with CaptureQueriesContext(connection) as asked:
        assert {id(row.case) for row in rows.documents} == {id(case)}
    assert len(asked) == 0


def test_values_come_as_the_query_gives_them(case, wei):
    text = Prepared(lambda name: User.objects.filter(username=name).values_list("pk", "email"), str)
    flat = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("username", flat=True), int)
    assert text(wei.username) == [(wei.pk, wei.email)]
    assert (flat(wei.pk), flat(0)) == ([wei.username], [])


def test_the_papers_of_a_locked_case_are_those_of_its_documents(case):
    lean, whole = CaseFile.locked(case, *BESIDE(case.pk)), CaseFile(case)
    assert lean.papers == whole.papers != ()
    assert "documents" not in vars(lean)


def test_what_is_rare_is_asked_for_only_where_it_is_there(case):
    """The case has requests, since it was returned; nothing of the other kinds."""
    rows = CaseFile.locked(case, *BESIDE(case.pk))
    with CaptureQueriesContext(connection) as asked:
        assert (rows.not_needed, rows.rivals, rows.rival_orders) == (frozenset(), [], [])
    assert len(asked) == 0
    wanted = [row.pk for row in case.requests.all()]
    with CaptureQueriesContext(connection) as asked:
        assert [row.pk for row in rows.requests] == wanted != []
    assert len(asked) == 1


def test_a_row_is_written_with_its_defaults_as_the_orm_writes_it(case):
    now = timezone.now()
    about = {
        "sequence": 900, "kind": "note", "to_state": case.state, "turn": "officer",
        "happened_at": now, "recorded_at": now, "reasons": [{"about": "", "text": "地址"}],
    }  # fmt: skip
    made = insert(HistoryRow, case_id=case.pk, **about)
    twin = HistoryRow.objects.create(case=case, **{**about, "sequence": 901})
    again = HistoryRow.objects.get(pk=made.pk)
    assert columns(again) == columns(made) == {**columns(twin), "id": made.pk, "sequence": 900}


def test_a_default_that_is_made_is_made_for_each_row(case):
    before = timezone.now()
    made = [
        insert(
            Notice,
            kind="letter",
            address=f"{n}@a.example",
            language="en",
            created_at=before,
            deadline=before + LIFE,
        )
        for n in range(2)
    ]
    for notice in made:
        notice.refresh_from_db()
        assert before <= notice.next_try_at <= timezone.now()
    assert made[0].next_try_at < made[1].next_try_at


def test_only_the_named_fields_are_written(case):
    case.site_name, case.filed_on, case.forum = "New", dt.date(2026, 1, 2), True
    before = columns(FilingCase.objects.get(pk=case.pk))
    update(case, ("site_name",))
    assert columns(FilingCase.objects.get(pk=case.pk)) == {**before, "site_name": "New"}


def test_a_broken_constraint_is_the_error_that_django_raises(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(SearchText, text="x")


def test_nothing_runs_in_a_transaction_that_is_broken(case):
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(SearchText, text="x")
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            outbox.audience(case)


def test_whoever_watches_the_connection_sees_every_statement(case):
    assert case.applicant
    with CaptureQueriesContext(connection) as asked:
        outbox.audience(case)
        update(case, ("site_name",))
    assert [query["sql"].split()[0] for query in asked] == ["SELECT", "UPDATE"]


def test_a_place_that_does_not_stand_in_the_sql_is_told(case):
    part = Prepared(lambda name: User.objects.filter(username__contains=name), str)
    with pytest.raises(ValueError, match="open places"):
        part("wei")


def test_the_text_is_made_once_for_a_connection(case):
    made = []

    def build(pk):
        made.append(pk)
        return User.objects.filter(pk=pk)

    users = Prepared(build, int)
    assert (users(1), users(2), len(made)) == (users(1), users(2), 1)
