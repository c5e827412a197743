"""Applying again after a case was closed: what was filled in is kept, once, for its people."""

import pytest

from icpcases.cases.models import FilingCase
from tests.world import ENTERPRISE, FOREIGN

from .pages import path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]

CLOSED = ("not_required", "referred", "ineligible", "refused", "withdrawn")
KEPT = (
    "applicant_id", "filing_type", "service_kind", "applicant_type", "mainland_branch",
    "registration_certificate", "server_region", "access", "protocol", "forum", "preapproval",
    "province_id", "site_name", "domain", "registrable_domain", "service_leader",
    "service_leader_phone", "service_leader_id",
)  # fmt: skip


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def facts_of(case):
    return [getattr(case, name) for name in KEPT]


@pytest.mark.parametrize("state", CLOSED)
@pytest.mark.parametrize("facts", [ENTERPRISE, FOREIGN], ids=["enterprise", "foreign"])
def test_what_was_filled_in_is_kept_and_made_once(as_wei, world, wei, state, facts):
    more = {"service_leader_id": "11010519491231002X"}
    case = world.at(state, {**facts, **more}) if state == "withdrawn" else world.at(state)
    before = case.version
    first, second = as_wei.post(path(case, "again/")), as_wei.post(path(case, "again/"))
    draft = FilingCase.objects.exclude(pk=case.pk).get()
    assert [page.headers["Location"] for page in (first, second)] == [
        path(draft, "application/")
    ] * 2
    assert (draft.state, facts_of(draft)) == ("draft", facts_of(case))
    assert [(p.user, p.part) for p in draft.people.all()] == [(wei, "owner")]
    case.refresh_from_db()
    assert (case.state, case.version) == (state, before)


def test_the_page_says_why_it_was_closed_and_changes_nothing(as_wei, world):
    case = world.at("refused")
    page = as_wei.get(path(case, "again/"))
    [reason] = case.history.latest("sequence").reasons
    assert reason["text"] in text_of(page)
    assert FilingCase.objects.count() == 1


def test_what_would_not_be_taken_today_is_left_out(as_wei, world):
    case = world.at("withdrawn")
    FilingCase.objects.filter(pk=case.pk).update(site_name="玉" * 101)
    as_wei.post(path(case, "again/"))
    draft = FilingCase.objects.exclude(pk=case.pk).get()
    assert (draft.site_name, draft.service_leader) == ("", case.service_leader)


@pytest.mark.parametrize("state", ["draft", "returned", "open", "completed"])
def test_only_what_is_closed_is_applied_for_again(as_wei, world, state):
    case = world.at(state)
    before = FilingCase.objects.count()
    assert as_wei.post(path(case, "again/")).status_code == 404
    assert FilingCase.objects.count() == before


def test_a_colleague_may_and_a_stranger_may_not(client, world, mei, li):
    case = world.at("withdrawn")
    for user in (mei, li):
        client.force_login(user)
        assert client.post(path(case, "again/")).status_code == 404
    case.people.create(user=mei, part="colleague")
    client.force_login(mei)
    assert client.post(path(case, "again/")).status_code == 302
    draft = FilingCase.objects.exclude(pk=case.pk).get()
    assert [(p.user, p.part) for p in draft.people.all()] == [(mei, "owner")]
