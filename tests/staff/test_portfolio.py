"""A client's portfolio: what is filed, what was found and entered, and errands begun from it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import (
    FilingCase,
    ProviderAccess,
    RegisterRow,
    Service,
    ServiceDomain,
    SubjectFiling,
)
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
TODAY = timezone.localdate


def portfolio(applicant, **query):
    return reverse("admin:cases_portfolio", args=[applicant.pk])


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


@pytest.fixture
def as_chen(client, chen):
    client.force_login(chen)
    return client


SUBJECT = {
    "province": "CN-BJ", "number": "京ICP备12345678号", "filed_on": "2021-03-04",
    "subject_leader": "王伟", "subject_leader_phone": "13800138000", "subject_leader_id": "",
    "looked_up_on": "2026-01-05",
}  # fmt: skip
SERVICE = {
    "service_kind": "website", "name": "玉兰书店", "number": "京ICP备12345678号-1",
    "domains": "yulan-books.cn\n玉兰.cn", "filed_on": "2021-03-04", "opened_on": "2021-03-09",
    "footer_on": "2021-03-09", "public_security_number": "", "public_security_on": "",
    "service_leader": "王伟", "service_leader_phone": "13800138000", "service_leader_id": "",
    "since": "2021-03-04", "looked_up_on": "2026-01-05",
}  # fmt: skip


def enter(client, applicant, world, **service):
    """The subject and one service, typed into the pages' own forms."""
    subject = reverse("admin:cases_found_subject", args=[applicant.pk])
    assert client.post(subject, SUBJECT).status_code == 302
    page = reverse("admin:cases_found_service", args=[applicant.pk])
    data = {**SERVICE, "provider": world.provider("Elsewhere Cloud").pk, **service}
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["form"].errors
    return Service.objects.get(number=data["number"])


def test_what_was_filed_elsewhere_years_ago_is_entered_with_its_true_dates(as_li, world, li):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    subject = SubjectFiling.objects.get()
    assert (subject.number, subject.filed_on, subject.state) == (
        "京ICP备12345678号", dt.date(2021, 3, 4), "live",
    )  # fmt: skip
    assert (service.state, service.filed_on, service.opened_on, service.filed_here) == (
        "live", dt.date(2021, 3, 4), dt.date(2021, 3, 9), False,
    )  # fmt: skip
    assert list(service.domains.values_list("domain", "domain_unicode", "live")) == [
        ("yulan-books.cn", "yulan-books.cn", True), ("xn--95q144f.cn", "玉兰.cn", True),
    ]  # fmt: skip
    access = ProviderAccess.objects.get()
    assert (access.provider.name, access.since, access.until) == (
        "Elsewhere Cloud", dt.date(2021, 3, 4), None,
    )  # fmt: skip
    rows = RegisterRow.objects.order_by("pk")
    assert [(r.what, r.by, r.happened_on, r.case) for r in rows] == [
        ("found", li, dt.date(2026, 1, 5), None), ("found", li, dt.date(2026, 1, 5), None),
    ]  # fmt: skip
    page = as_li.get(portfolio(applicant))
    assert page.status_code == 200
    [row] = page.context["rows"]
    assert row.line.service == service


def test_a_first_filing_of_a_known_subject_becomes_a_further_service_by_one_button(as_li, world):
    applicant = world.applicant()
    enter(as_li, applicant, world)
    case = world.case(applicant=applicant, domain="second.cn")
    page = as_li.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    [submit] = [step for step in page.context["steps"] if step.name == "submit_request"]
    [finding] = submit.unmet
    assert (finding.code, submit.open) == ("subject.known", False)
    url = reverse("admin:cases_filingcase_type", args=[case.pk, "add_service"])
    assert url in [link for _label, link in finding.links]
    case.refresh_from_db()
    assert as_li.post(url, {"version": case.version}).status_code == 302
    case.refresh_from_db()
    assert (case.filing_type, case.domain, case.service_leader) == (
        "add_service", "second.cn", "王伟",
    )  # fmt: skip


def test_a_site_that_is_filed_elsewhere_becomes_a_further_access_of_it(as_li, world):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    case = world.case(applicant=applicant, domain="yulan-books.cn", filing_type="add_service")
    page = as_li.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    [submit] = [step for step in page.context["steps"] if step.name == "submit_request"]
    assert [finding.code for finding in submit.unmet] == ["service.free"]
    url = reverse("admin:cases_filingcase_type", args=[case.pk, "add_access"])
    assert as_li.post(url, {"version": case.version}).status_code == 302
    case.refresh_from_db()
    assert (case.filing_type, case.service) == ("add_access", service)


def begin(client, applicant, filing_type, service=None, access=None, **changed):
    """An errand begun from the portfolio: the page as it is filled in, with some values typed."""
    given = {"applicant": applicant.pk, "filing_type": filing_type}
    if service:
        given["service"] = service.pk
    if access:
        given["provider_access"] = access.pk
    url = reverse("admin:cases_filingcase_add")
    form = client.get(url, given).context["facts"]
    shown = {name: form[name].value() for name in form.fields}
    typed = {n: "" if v is None else v for n, v in shown.items()}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    data = {**typed, **changed, "applicant": applicant.pk, "find": "", "_save": "1"}
    answer = client.post(f"{url}?{query}", data)
    assert answer.status_code == 302, answer.context["facts"].errors
    return FilingCase.objects.order_by("-pk").first()


def test_an_errand_begun_from_the_portfolio_has_everything_known_filled_in(as_li, world):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    case = begin(as_li, applicant, "add_access", service)
    assert (
        case.filing_type, case.service, case.domain, case.site_name, case.province_id,
        case.service_leader, case.service_leader_phone, case.access, case.subject_leader,
    ) == (
        "add_access", service, "yulan-books.cn", "玉兰书店", "CN-BJ",
        "王伟", "13800138000", "domain", "王伟",
    )  # fmt: skip


def test_a_change_knows_what_changes_and_keeps_what_was(as_li, world):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    case = begin(as_li, applicant, "change", service, service_leader_phone="13900139000")
    assert case.changing == {"service_leader_phone": "13800138000"}
    assert (case.service, case.service_leader_phone) == (service, "13900139000")


def test_the_access_that_ends_is_named_by_its_button(as_li, world):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    access = service.accesses.get()
    case = begin(as_li, applicant, "cancel_access", service, access)
    assert (case.filing_type, case.service, case.provider_access) == (
        "cancel_access", service, access,
    )  # fmt: skip


def test_an_inspection_begins_in_preparing_with_its_term(as_li, world):
    applicant = world.applicant()
    service = enter(as_li, applicant, world)
    term = TODAY() + dt.timedelta(days=10)
    case = begin(
        as_li, applicant, "inspection", service, term=term.isoformat(), findings="Footer missing."
    )
    assert (case.state, case.turn, case.term, case.findings) == (
        "preparing", "officer", term, "Footer missing.",
    )  # fmt: skip
    assert timezone.localdate(case.due_at) == term


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"number": "京ICP备12345678号-1A"}, "number",
         "A website's number ends in -1; this one ends in -1A, as an App's does."),
        ({"number": "京ICP备12345678号"}, "number",
         "This is the subject's number; the site's ends in -1, -2 and so on."),
        ({"filed_on": "2999-01-01"}, "filed_on", "This date lies in the future."),
        ({"domains": ""}, "domains", "A website has a domain."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    as_li, world, changed, field, sentence
):
    applicant = world.applicant()
    as_li.post(reverse("admin:cases_found_subject", args=[applicant.pk]), SUBJECT)
    page = reverse("admin:cases_found_service", args=[applicant.pk])
    answer = as_li.post(page, {**SERVICE, "provider": "", **changed})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    assert answer.context["form"]["name"].value() == "玉兰书店"
    assert Service.objects.count() == 0


SAME_NUMBER, SAME_DOMAIN = "A service has", "A live service of this kind has"
THERE = "京ICP备12345678号-1 玉兰书店 (Website, 玉兰书店有限公司)"


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"name": "Twice"}, [f"{SAME_NUMBER} this number already: {THERE}."]),
        ({"number": "京ICP备12345678号-2"}, [f"{SAME_DOMAIN} the domain already: {THERE}."]),
    ],
    ids=["same number", "same domain"],
)
def test_what_another_record_has_is_refused_and_the_record_named(as_li, world, changed, sentences):
    applicant = world.applicant()
    enter(as_li, applicant, world)
    page = reverse("admin:cases_found_service", args=[applicant.pk])
    provider = world.provider().pk
    answer = as_li.post(page, {**SERVICE, "provider": provider, **changed})
    assert answer.status_code == 409
    assert [sentence for sentence, _remedy in answer.context["findings"]] == sentences
    assert Service.objects.count() == 1


def test_a_second_subject_filing_or_one_with_anothers_number_names_the_first(as_li, world):
    first, second = world.applicant(), world.applicant()
    page = reverse("admin:cases_found_subject", args=[first.pk])
    assert as_li.post(page, SUBJECT).status_code == 302
    again = as_li.post(page, {**SUBJECT, "number": "京ICP备87654321号"})
    others = as_li.post(reverse("admin:cases_found_subject", args=[second.pk]), SUBJECT)
    there = "京ICP备12345678号 (subject filing, 玉兰书店有限公司)"
    assert [(a.status_code, [s for s, _ in a.context["findings"]]) for a in (again, others)] == [
        (409, [f"The applicant has a subject filing already: {there}."]),
        (409, [f"This subject number belongs to another applicant: {there}."]),
    ]


def test_a_correction_that_takes_anothers_domain_names_who_has_it(as_chen, world):
    first = world.filed(number="京ICP备20210001号-1", domain="first.cn")
    second = world.filed(first.subject.applicant, number="京ICP备20210001号-2")
    page = reverse("admin:cases_correct_service", args=[second.pk])
    shown = as_chen.get(page)
    form, seen = shown.context["form"], shown.context["seen"]
    typed = {name: form[name].value() or "" for name in form.fields}
    answer = as_chen.post(page, {**typed, "domains": "first.cn", "reason": "A slip.", "seen": seen})
    assert [sentence for sentence, _remedy in answer.context["findings"]] == [
        "A live service of this kind has the domain already: 京ICP备20210001号-1 玉兰书店 (Website,"
        " 玉兰书店有限公司)."
    ]


def test_a_number_of_another_subject_is_told_with_this_applicants_own(as_li, world):
    applicant = world.applicant()
    as_li.post(reverse("admin:cases_found_subject", args=[applicant.pk]), SUBJECT)
    page = reverse("admin:cases_found_service", args=[applicant.pk])
    answer = as_li.post(page, {**SERVICE, "provider": "", "number": "京ICP备87654321号-1"})
    [(sentence, _remedy)] = answer.context["findings"]
    assert sentence == (
        "This applicant's services are listed under another number: 京ICP备12345678号."
    )


def test_a_supervisor_records_a_loss_and_nobody_else(as_chen, world, li, client):
    applicant = world.applicant()
    service = enter(as_chen, applicant, world)
    access = service.accesses.get()
    page = reverse("admin:cases_lost_access", args=[service.pk, access.pk])
    seen = as_chen.get(page).context["seen"]
    data = {"lost_on": "2026-02-01", "reason": "The inspection was not answered.", "seen": seen}
    assert as_chen.post(page, data).status_code == 302
    access.refresh_from_db()
    service.refresh_from_db()
    service.subject.refresh_from_db()
    assert (access.until, access.ended_by) == (dt.date(2026, 2, 1), "lost")
    assert (service.state, service.subject.state) == ("no_access", "shell")
    assert list(ServiceDomain.objects.values_list("live", flat=True)) == [False, False]
    assert as_chen.post(page, data).status_code == 302  # the same click, which is done
    again = as_chen.post(page, data | {"csrfmiddlewaretoken": "another page"})
    assert again.status_code == 409
    client.force_login(li)
    assert client.post(page, data).status_code == 403


def test_the_page_of_a_loss_says_what_ends_before_it_is_entered(as_chen, world):
    service = world.filed(number="京ICP备12345678号-1", name="玉兰书店")
    one = service.accesses.get()
    whole = reverse("admin:cases_lost_service", args=[service.pk])
    access = reverse("admin:cases_lost_access", args=[service.pk, one.pk])
    named = "Old Cloud · 京ICP备12345678号-1 玉兰书店"
    assert [as_chen.get(page).context["ends"] for page in (whole, access)] == [
        ["京ICP备12345678号-1 玉兰书店"],
        [named, "No provider hosts the service after that."],
    ]
    service.accesses.create(provider=world.provider("Other Cloud"), since=service.filed_on)
    assert as_chen.get(access).context["ends"] == [named]
    assert "What ends with it" in as_chen.get(access).content.decode()


def test_what_has_ended_or_not_begun_is_not_lost(as_chen, world):
    service = enter(as_chen, world.applicant(), world)
    page = reverse("admin:cases_lost_service", args=[service.pk])

    def lose(day):
        seen = as_chen.get(page).context["seen"]
        return as_chen.post(page, {"lost_on": day, "reason": "Gone.", "seen": seen})

    assert lose("2001-01-01").status_code == 409
    assert lose("2026-02-01").status_code == 302
    again = lose("2026-02-01")
    assert again.status_code == 409
    assert "cancelled already" in again.content.decode()


def test_an_access_at_the_same_provider_is_not_entered_twice(as_li, world):
    service = enter(as_li, world.applicant(), world)
    there = service.accesses.get()
    page = reverse("admin:cases_found_access", args=[service.pk])
    data = {"provider": there.provider_id, "looked_up_on": "2026-02-01"}
    answer = as_li.post(page, data)
    assert answer.status_code == 409
    assert "hosts the service already" in answer.content.decode()
    assert service.accesses.get() == there


@pytest.mark.parametrize("services", [1, 3])
def test_a_portfolio_costs_the_same_for_one_service_and_for_three(
    as_li, world, services, django_assert_num_queries
):
    applicant = world.applicant()
    enter(as_li, applicant, world)
    for n in range(1, services):
        page = reverse("admin:cases_found_service", args=[applicant.pk])
        data = {**SERVICE, "number": f"京ICP备12345678号-{n + 1}", "domains": f"site{n}.cn"}
        assert as_li.post(page, {**data, "provider": world.provider().pk}).status_code == 302
        world.case(applicant=applicant, filing_type="add_service", domain=f"new{n}.cn")
    with django_assert_num_queries(12):
        as_li.get(portfolio(applicant))


def test_a_hit_says_how_many_services_the_client_has_and_how_many_are_shown(as_li, world):
    first = world.filed(name="Alpha")
    client = first.subject.applicant
    for name in ("Beta", "Gamma"):
        world.filed(client, name=name)
    hit = as_li.get(reverse("admin:cases_service", args=[first.pk]), follow=True)
    assert (hit.context["portfolio"].total, len(hit.context["rows"])) == (3, 1)
    found = blocks(hit.content.decode())
    assert ("dd", "3") in found
    assert ("p.found-line", "1 of 3 services are shown. All services") in found
    every = as_li.get(portfolio(client))
    assert (every.context["portfolio"].total, len(every.context["rows"])) == (3, 3)
    assert "are shown" not in every.content.decode()


def test_an_auditor_reads_and_a_stranger_does_not(client, world, sun, wei, mei, li):
    client.force_login(li)
    applicant = world.applicant()
    enter(client, applicant, world)
    client.force_login(sun)
    page = client.get(portfolio(applicant))
    assert (page.status_code, page.context["offers"]) == (200, [])
    for person in (wei, mei):
        client.force_login(person)
        assert client.get(portfolio(applicant)).status_code == 302
