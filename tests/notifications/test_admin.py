"""Staff see every notice and its latest error; who works cases has it sent again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import FilingCase, Notice
from icpcases.cases.outbox import delivery_problems

pytestmark = pytest.mark.django_db

LIST = "/admin/cases/notice/"


@pytest.fixture
def failed(owe):
    (notice,) = owe("en")
    Notice.objects.update(state="failed", latest_error="550 No such person here")
    notice.refresh_from_db()
    return notice


@pytest.mark.parametrize("role", ["li", "chen", "sun"])
def test_every_staff_role_reads_them_and_nobody_changes_them(client, request, failed, role):
    client.force_login(request.getfixturevalue(role))
    page = client.get(LIST + "?state__exact=failed")
    assert "550 No such person here" in page.content.decode()
    one = f"{LIST}{failed.pk}/change/"
    assert client.get(one).status_code == 200
    assert client.post(one, {"state": "sent"}).status_code == 403
    assert client.get(LIST + "add/").status_code == 403
    assert client.post(f"{LIST}{failed.pk}/delete/", {"post": "yes"}).status_code == 403
    failed.refresh_from_db()
    assert failed.state == "failed"


@pytest.mark.parametrize(
    ("role", "state"), [("li", "waiting"), ("chen", "waiting"), ("sun", "failed")]
)
def test_send_again(client, request, failed, role, state):
    client.force_login(request.getfixturevalue(role))
    client.get(LIST + "?action=send_again")
    assert Notice.objects.get().state == "failed"
    data = {"action": "send_again", "_selected_action": [failed.pk]}
    assert client.post(LIST, data).status_code in (200, 302)
    assert Notice.objects.get().state == state
    assert LogEntry.objects.count() == (state == "waiting")


def test_the_list_costs_the_same_for_every_row(client, li, owe):
    client.force_login(li)
    counts = []
    for languages in (["en"], ["en", "zh-hans"]):
        owe(*languages)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_problems_of_a_case_take_one_query_where_they_are_of_the_applicants_own_address(
    failed, django_assert_num_queries
):
    case = FilingCase.objects.with_names().get(pk=failed.case_id)
    with django_assert_num_queries(1):
        (problem,) = delivery_problems(case)
    assert (problem.error, problem.since) == (failed.latest_error, failed.created_at)
    Notice.objects.update(state="held")
    with django_assert_num_queries(1):
        assert delivery_problems(case) == []
