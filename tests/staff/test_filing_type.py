"""The page that turns a case into another filing type, its facts kept."""

import pytest
from django.urls import reverse

from icpcases.cases.models import FilingCase

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
KEPT = ("site_name", "domain", "province_id", "service_leader", "service_leader_phone", "access")


def page(case, filing_type):
    return reverse("admin:cases_filingcase_type", args=[case.pk, filing_type])


def turn(client, case, filing_type, **data):
    case.refresh_from_db()
    return client.post(page(case, filing_type), {"version": case.version, **data})


def kept(case):
    return {name: getattr(case, name) for name in KEPT}


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("first", "add_service", False), ("add_service", "first", False),
        ("add_access", "cancel_service", True), ("cancel_service", "add_access", True),
        ("change", "add_access", True), ("add_access", "cancel_subject", False),
        ("cancel_service", "change", True), ("cancel_service", "add_service", False),
    ],
)  # fmt: skip
def test_a_draft_becomes_another_type_and_keeps_what_was_typed(
    client, world, li, before, after, named
):
    client.force_login(li)
    service = world.filed(domain="yulan.cn")
    if before in ("first", "add_service"):
        case = world.case(applicant=service.subject.applicant, filing_type=before)
    else:
        case = world.about(service, before)
    facts = kept(case)
    assert turn(client, case, after).status_code == 302
    case.refresh_from_db()
    assert (case.filing_type, case.state, kept(case)) == (after, "draft", facts)
    assert case.service == (service if named else None)
    row = case.history.latest("sequence")
    assert (row.kind, row.by, row.to_state) == ("edit", li, "draft")


def test_a_site_is_found_in_the_register_by_its_domain_and_kind(client, world, li):
    client.force_login(li)
    site = world.filed(domain="yulan.cn")
    applicant = site.subject.applicant
    app = world.filed(applicant, kind="app", domain="yulan.cn", number=f"{site.number_of}-9A")
    for kind, service in (("website", site), ("app", app)):
        case = world.case(applicant=applicant, domain="www.yulan.cn", service_kind=kind)
        assert turn(client, case, "add_access").status_code == 302
        case.refresh_from_db()
        assert case.service == service


def test_what_differs_from_the_register_is_what_a_change_changes(client, world, li):
    client.force_login(li)
    service = world.filed(domain="yulan.cn")
    case = world.about(service, "add_access", service_leader_phone="13900139000")
    assert turn(client, case, "change").status_code == 302
    case.refresh_from_db()
    assert (case.changing, case.service_leader_phone) == (
        {"service_leader_phone": "13800138000"}, "13900139000",
    )  # fmt: skip
    assert turn(client, case, "add_access").status_code == 302
    case.refresh_from_db()
    assert (case.changing, case.service_leader_phone) == ({}, "13900139000")


@pytest.mark.parametrize("after", ["add_access", "change", "cancel_service", "add_service"])
def test_the_access_that_was_to_end_is_let_go_with_the_type(client, world, li, after):
    client.force_login(li)
    service = world.filed()
    case = world.about(service, "cancel_access")
    assert case.provider_access == service.accesses.get()
    assert turn(client, case, after).status_code == 302
    case.refresh_from_db()
    assert case.provider_access is None


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        ("provider_review", ["facts.locked"]), ("provider_passed", ["facts.locked"]),
        ("authority_review", ["facts.locked"]), ("filed", ["facts.locked"]),
        ("completed", ["facts.locked"]),
    ],
)  # fmt: skip
def test_where_the_facts_are_locked_the_type_is_too(client, world, li, state, codes):
    client.force_login(li)
    case = world.at(state)
    before = FilingCase.objects.values().get(pk=case.pk)
    answer = turn(client, case, "change")
    assert answer.status_code == 409
    assert [finding.code for finding in answer.context["refusal"].findings] == codes
    assert FilingCase.objects.values().get(pk=case.pk) == before


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"server_region": "hong_kong"}, ["server.mainland", "state.stands"]),
        ({"access": "ip_address"}, ["site.domain", "state.stands"]),
    ],
)
def test_what_is_being_prepared_stays_what_its_state_stands_on(client, world, li, facts, codes):
    """To cancel a site asks nothing of its server; to host it once more does."""
    client.force_login(li)
    service = world.filed(domain="yulan.cn")
    case = world.about(service, "cancel_service", **facts)
    case = world.walk(case, "submit_request", "prepare_filing")
    answer = turn(client, case, "add_access")
    assert answer.status_code == 409
    closed = [f.code for f in answer.context["refusal"].findings]
    assert [code for code in closed if code in codes] == codes
    case.refresh_from_db()
    assert (case.filing_type, case.state) == ("cancel_service", "preparing")


def test_a_page_that_is_stale_or_of_no_type_changes_nothing(client, world, li):
    client.force_login(li)
    case = world.case()
    assert turn(client, case, "change", version=case.version - 1).status_code == 409
    assert turn(client, case, "renewal").status_code == 404
    case.refresh_from_db()
    assert (case.filing_type, case.version) == ("first", 1)


def test_only_who_works_cases_changes_the_type(client, world, sun, wei, mei, stranger):
    case = world.case()
    found = {}
    for person in (sun, wei, mei, stranger):
        client.force_login(person)
        found[person.username] = turn(client, case, "add_service").status_code
    assert found == {"sun": 403, "wei": 302, "mei": 302, "stranger": 302}
    case.refresh_from_db()
    assert (case.filing_type, case.version) == ("first", 1)


def shown(client, case):
    """The facts as their page shows them, with what is typed into each field."""
    form = client.get(reverse("admin:cases_filingcase_facts", args=[case.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


@pytest.mark.parametrize(
    ("before", "after", "service", "access"),
    [
        ("add_access", "add_service", False, False), ("cancel_access", "first", False, False),
        ("cancel_access", "cancel_service", True, False),
        ("change", "cancel_subject", False, False), ("cancel_access", "cancel_access", True, True),
    ],
)  # fmt: skip
def test_the_facts_page_changes_the_type_as_well(client, world, li, before, after, service, access):
    """What the case was about does not stay behind: it would let a filed site pass as its own."""
    client.force_login(li)
    filed = world.filed(domain="yulan.cn")
    case = world.about(filed, before)
    typed = {**shown(client, case), "filing_type": after, "version": case.version}
    page = reverse("admin:cases_filingcase_facts", args=[case.pk])
    assert client.post(page, typed).status_code == 302
    case.refresh_from_db()
    assert (case.filing_type, case.domain) == (after, "yulan.cn")
    assert (case.service == filed, case.provider_access == filed.accesses.get()) == (
        service, access,
    )  # fmt: skip


def test_a_filed_site_passes_for_no_further_service(client, world, li):
    client.force_login(li)
    case = world.about(world.filed(domain="yulan.cn"), "add_access")
    typed = {**shown(client, case), "filing_type": "add_service", "version": case.version}
    client.post(reverse("admin:cases_filingcase_facts", args=[case.pk]), typed)
    page = client.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    [submit] = [step for step in page.context["steps"] if step.name == "submit_request"]
    assert [finding.code for finding in submit.unmet] == ["service.free"]
