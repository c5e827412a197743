"""Hot statements say and write the same as the ORM's own."""

import datetime as dt
import inspect
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from icpcases.cases import outbox
from icpcases.cases.models import (
    Document,
    FilingCase,
    FollowTry,
    HistoryRow,
    Notice,
    Order,
    Provider,
    SearchText,
)
from icpcases.cases.models.notices import LIFE
from icpcases.db.statements import QUESTIONS, columns_of, insert, update
from icpcases.workflow.casefile import BESIDE, CaseFile
from tests.harness.watch import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world) -> FilingCase:
    return world.at("returned")


def columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def plain(found: object) -> object:
    """A row with those that stand in it, each as its columns; values as they are."""
    if not isinstance(found, Model):
        return found
    fields: list[Any] = list(found._meta.get_fields())
    joined = {
        field.name: plain(getattr(found, field.name))
        for field in fields
        if field.concrete and field.is_relation and field.is_cached(found)
    }
    own = {f.attname: vars(found).get(f.attname, "not read") for f in found._meta.concrete_fields}
    return type(found), own, joined, found._state.adding, found._state.db


@pytest.fixture
def values(world, case, wei, li) -> dict[str, object]:
    """What the marks of the hot questions ask about, by the names of their queries' arguments."""
    rival = world.at("returned")
    other = world.case(domain=f"www.{case.domain}")
    assert other.registrable_domain == case.registrable_domain
    FollowTry.objects.create(key="reference X", wrong=1, since=timezone.now())
    order = rival.orders.get()
    elsewhere = Provider.objects.create(name="Another cloud")
    Order.objects.filter(cases=case).update(running=False)
    Order.objects.filter(pk=order.pk).update(applicant=case.applicant, provider=elsewhere)
    service = world.filed()
    world.step(world.about(service, "add_access"), "submit_request")
    return {
        "case": case.pk, "applicant": case.applicant_id, "domain": case.registrable_domain,
        "kind": case.service_kind, "service": service.pk, "order": order.pk,
        "user": li.pk, "reference": case.reference, "text": case.reference,
        "keys": ("reference X", "address Y", "X Y"), "c": case.pk, "pk": case.pk,
    }  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.sql[:60])
def test_it_finds_what_its_query_finds(question, values, wei):
    """The users' questions once of an officer, once of the case's owner."""
    for user in (values["user"], wei.pk):
        given: list[object] = []
        for name in inspect.signature(question.same_as).parameters:
            value = values["user" if name == "user" else name] if name != "user" else user
            given.extend(value if isinstance(value, tuple) else [value])
        with transaction.atomic():
            assert [plain(row) for row in question(*given)] == [
                plain(row) for row in question.same_as(*given)
            ]


def test_the_columns_of_a_model_stand_in_their_order():
    for model in apps.get_models():
        assert columns_of(model) == list(model._meta.concrete_fields), model


def test_rows_that_point_at_the_case_have_it_without_a_query(case):
    rows = CaseFile(case)
    wanted = Document.objects.filter(case=case)
    assert [columns(row) for row in rows.documents] == [columns(row) for row in wanted]
    with CaptureQueriesContext(connection) as asked:
        assert {id(row.case) for row in rows.documents} == {id(case)}
    assert len(asked) == 0


def test_the_papers_of_a_locked_case_are_those_of_its_documents(case):
    lean, whole = CaseFile.locked(case, *BESIDE(case.pk)), CaseFile(case)
    assert lean.papers == whole.papers != ()
    assert "documents" not in vars(lean)


def test_what_is_rare_is_asked_for_only_where_it_is_there(case):
    """The case has requests, since it was returned; nothing of the other kinds."""
    rows = CaseFile.locked(case, *BESIDE(case.pk))
    with CaptureQueriesContext(connection) as asked:
        assert (rows.not_needed, rows.rivals, rows.running) == (frozenset(), [], [])
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
    case.site_name, case.term, case.forum = "New", dt.date(2026, 1, 2), True
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
    with statements() as run:
        outbox.audience(case)
        update(case, ("site_name",))
    assert [sql.split()[0] for sql in run] == ["SELECT", "UPDATE"]
