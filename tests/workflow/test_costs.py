"""What a change and a page read: no more than their rules ask for, however long the history."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.cases.permissions import is_staff_role
from icpcases.deadlines.tables import recent_tables
from icpcases.rules.dossier import Dossier
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.engine import perform
from icpcases.workflow.explain import explain
from tests.harness.watch import statements

TABLE = re.compile(r'(?:FROM|UPDATE|INTO) "?cases_(\w+)')


def tables(run: list[str]) -> list[str]:
    return [found[1] for sql in run if (found := TABLE.search(sql))]


def fetched(dossier: Dossier) -> set[str]:
    return set(vars(dossier)) & {"papers", "asks", "rivals", "running", "order"}


@pytest.fixture
def reviewed(world: Any) -> FilingCase:
    case = world.at("provider_review")
    return FilingCase.objects.with_names().get(pk=case.pk)


@pytest.mark.django_db(transaction=True)
def test_a_step_without_rules_reads_the_case_and_what_is_beside_it_and_writes_two_rows(
    reviewed, li
):
    assert is_staff_role(li)  # read once per request
    with statements() as run:
        perform(reviewed, "provider_passes", li, {}, reviewed.version)
    beside = "historyrow"  # the newest step comes first of what one query says
    assert tables(run) == ["filingcase", beside, "filingcase", "historyrow"]


@pytest.mark.django_db(transaction=True)
def test_explaining_every_step_asks_once_for_what_the_page_does_not_show(world, chen):
    case = world.supply(world.at("preparing"))
    case = FilingCase.objects.with_names().get(pk=case.pk)
    rows = CaseFile(case)
    shown = rows.documents, rows.requests, rows.orders
    assert [len(found) for found in shown] == [5, 0, 0]
    # Read once a minute, and once a request.
    assert recent_tables().settings
    assert is_staff_role(chen)
    case.dossier = dossier_of(case, rows)
    with statements() as run:
        assert len(explain(case, chen)) == 3
    # Of the register: the subject, and the site where it is filed already; then papers, rivals,
    # and the orders that the subject has before anybody.
    beside = ["subjectfiling", "servicedomain", "notneeded", "filingcase", "order", "historyrow"]
    assert tables(run) == beside


@pytest.mark.django_db(transaction=True)
def test_a_dossier_fetches_what_is_read_and_a_changed_one_leaves_the_rest(reviewed):
    dossier = dossier_of(reviewed, CaseFile(reviewed))
    other = dossier.but(domain="other.cn")
    assert (fetched(dossier), fetched(other)) == (set(), set())
    assert (other.domain, other.asks, other.facts) == ("other.cn", (), reviewed.facts)
    assert (fetched(dossier), fetched(other)) == (set(), {"asks"})


def with_notes(case, by, count):
    """So many more rows in the history; the number of the newest."""
    newest = case.history.order_by("-sequence")[0]
    last = newest.sequence
    HistoryRow.objects.bulk_create(
        HistoryRow(
            case=case, sequence=n, kind="note", to_state=newest.to_state, turn=newest.turn,
            by=by, happened_at=newest.happened_at, recorded_at=newest.recorded_at,
        )
        for n in range(last + 1, last + count + 1)
    )  # fmt: skip
    FilingCase.objects.filter(pk=case.pk).update(version=last + count)
    return last + count


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_long_history_shows_its_newest_rows_and_costs_the_same(
    client, reviewed, chen, django_assert_num_queries
):
    client.force_login(chen)
    address = f"/admin/cases/filingcase/{reviewed.pk}/change/"
    # Read once a minute.
    assert recent_tables().settings
    with_notes(reviewed, chen, 30)
    with CaptureQueriesContext(connection) as short:
        client.get(address)
    last = with_notes(reviewed, chen, 300)
    with CaptureQueriesContext(connection) as long:
        page = client.get(address)
    assert len(long) == len(short)
    shown = [line.row.sequence for line in page.context["history"]]
    assert shown == list(range(last, last - 20, -1))
    second = client.get(f"{address}?history=2").context["history"]
    assert [line.row.sequence for line in second] == list(range(last - 20, last - 40, -1))
