"""What is filed, in a real browser: entered as found, begun from, submitted together, changed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from icpcases.cases.models import Applicant, FilingCase, Order, Provider, Service, SubjectFiling

from .office import LIST, fill, named
from .public import enter
from .test_journeys import Desk, today

SUBJECT = "京ICP备21012345号"
WAY_TO_THEM = ("provider_passes", "sent_to_administration", "confirm_sms")


@pytest.fixture
def at_li(open_page: Callable[..., Page], li: Any) -> Desk:
    named(li, "Wei", "Li")
    return Desk(open_page(locale="en"), li).sign_in()


def begin(desk: Desk, label: str) -> None:
    desk.page.get_by_role("link", name=label, exact=True).click()


def open_errand(desk: Desk, filing_type: str, **facts: str) -> FilingCase:
    """Say what is not known yet, and open the case."""
    for name, value in facts.items():
        fill(desk.page, name, value)
    desk.page.locator("[name=_save]").click()
    desk.read_done()
    desk.case = FilingCase.objects.latest("pk")
    assert desk.case.filing_type == filing_type
    return desk.case


def prepare(desk: Desk, world: Any) -> None:
    desk.take("submit_request").sees("triage", "officer", "submit_request")
    desk.take("prepare_filing").sees("preparing", "officer", "prepare_filing")
    world.supply(desk.case)
    desk.page.reload()


def portfolio(desk: Desk, applicant: Applicant) -> Page:
    desk.page.goto(f"/admin/portfolio/{applicant.pk}/")
    return desk.page


def enter_what_was_found(desk: Desk, applicant: Applicant) -> Service:
    """The subject and one site, filed years ago at another provider."""
    old = Provider.objects.create(name="Old Cloud")
    portfolio(desk, applicant)
    begin(desk, "Enter the subject filing as found")
    desk.enter(
        province="CN-BJ", number=SUBJECT, filed_on="2021-05-06", subject_leader="王伟",
        subject_leader_phone="13800138000",
    ).read_done()  # fmt: skip
    subject = SubjectFiling.objects.get(applicant=applicant)
    assert (subject.number, subject.state) == (SUBJECT, "shell")
    begin(desk, "Enter a service as found")
    expect(desk.page.locator("[name=number]")).to_have_value(f"{SUBJECT}-")
    desk.enter(
        name="玉兰书店", number=f"{SUBJECT}-1", domains="yulan-books.cn", filed_on="2021-05-06",
        opened_on="2021-05-10", service_leader="王伟", service_leader_phone="13800138000",
        provider=str(old.pk), since="2021-05-06",
    ).read_done()  # fmt: skip
    service = Service.objects.get()
    assert (service.state, str(service.filed_on)) == ("live", "2021-05-06")
    return service


def host_it_here_as_well(desk: Desk, world: Any, service: Service) -> None:
    desk.page.locator(f"#service-{service.pk} summary").click()
    begin(desk, "Further access")
    expect(desk.page.locator("[name=domain]")).to_have_value("yulan-books.cn")
    expect(desk.page.locator("[name=service_leader]")).to_have_value("王伟")
    open_errand(
        desk, "add_access", applicant_type="enterprise", server_region="mainland",
        access="domain", protocol="https", forum="false",
    )  # fmt: skip
    prepare(desk, world)
    cloud = Provider.objects.create(name="Example Cloud")
    desk.take("submit_to_provider", provider=str(cloud.pk), order_number="A-1")
    desk.sees("provider_review", "provider", "submit_to_provider")
    for name in WAY_TO_THEM:
        desk.take(name)
        desk.read_done()
    desk.sees("authority_review", "authority", "confirm_sms")
    desk.take("complete", completed_on=today()).sees("completed", "nobody", "complete")


def two_more_on_one_order(desk: Desk, world: Any, applicant: Applicant) -> list[FilingCase]:
    site = {
        "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
        "protocol": "https", "forum": "false", "site_name": "玉兰茶馆", "domain": "yulan-tea.cn",
        "service_leader": "王伟", "service_leader_phone": "13800138000",
    }  # fmt: skip
    app = {**site, "site_name": "玉兰读书", "service_kind": "app", "domain": ""}
    features = {
        "app_android_app_name": "玉兰读书", "app_android_package": "cn.yulan.books",
        "app_android_public_key": "30820122", "app_android_fingerprint": "AB:CD:EF",
    }  # fmt: skip
    made = []
    for facts, then in ((site, {}), (app, features)):
        portfolio(desk, applicant)
        begin(desk, "Further service")
        if then:
            # The fields of an App come once it is said to be one.
            for name, value in facts.items():
                fill(desk.page, name, value)
            desk.page.locator("[name=_preview]").click()
        made.append(open_errand(desk, "add_service", **(then or facts)))
        prepare(desk, world)
    page = portfolio(desk, applicant)
    begin(desk, "Submit several together")
    for case in made:
        expect(page.locator(f"[name=case-{case.pk}]")).to_be_checked()
    new = Provider.objects.get(name="Example Cloud")
    desk.enter(provider=str(new.pk), order_number="A-2")
    expect(page.locator(".messagelist li")).to_have_count(2)
    order = Order.objects.get(number="A-2")
    live = order.memberships.filter(left_on=None).order_by("case")
    assert list(live.values_list("case", flat=True)) == [case.pk for case in made]
    return made


def finish(desk: Desk, case: FilingCase, number: str) -> None:
    desk.page.goto(f"{LIST}{case.pk}/change/")
    desk.case = case
    for name in WAY_TO_THEM:
        desk.take(name)
        desk.read_done()
    desk.take("approve", icp_number=number, filed_on=today()).sees("filed", "applicant", "approve")


def test_a_client_comes_with_one_site_and_has_three_services_at_two_providers(at_li, world):
    applicant = world.applicant()
    service = enter_what_was_found(at_li, applicant)
    host_it_here_as_well(at_li, world, service)
    site, app = two_more_on_one_order(at_li, world, applicant)
    finish(at_li, site, f"{SUBJECT}-2")
    finish(at_li, app, f"{SUBJECT}-3A")
    page = portfolio(at_li, applicant)
    expect(page.locator(".services > li.service")).to_have_count(3)
    for number in (f"{SUBJECT}-1", f"{SUBJECT}-2", f"{SUBJECT}-3A"):
        expect(page.locator(".services")).to_contain_text(number)
    first = page.locator(f"#service-{service.pk}")
    for cloud in ("Old Cloud", "Example Cloud"):
        expect(first).to_contain_text(cloud)
    service.refresh_from_db()
    assert (str(service.filed_on), str(service.opened_on)) == ("2021-05-06", "2021-05-10")


def test_wei_begins_a_change_of_the_leaders_phone_and_sends_it(open_page, world, wei):
    case = world.at("open")
    service = case.service
    page = open_page(locale="en")
    enter(page, wei)
    page.goto("/cases/")
    page.get_by_role("link", name="What is filed for you").click()
    page.get_by_role("link", name=case.applicant.name).click()
    own = page.locator(f"#service-{service.pk}")
    own.locator("summary").click()
    own.get_by_role("link", name="Change", exact=True).click()
    page.locator("main form .submit button.main").click()
    expect(page).to_have_url(re.compile(r"/cases/ICP-\d+-\d+/application/$"))
    page.get_by_role("link", name="change: The person in charge").click()
    expect(page.locator("[name=service_leader_phone]")).to_have_value("138••••8000")
    fill(page, "service_leader_phone", "13900139000")
    page.locator("main form .submit button.main").click()
    expect(page).to_have_url(re.compile(r"/cases/ICP-\d+-\d+/application/$"))
    change = FilingCase.objects.latest("pk")
    assert (change.filing_type, change.state, change.service) == ("change", "draft", service)
    page.get_by_role("button", name="Send the application").click()
    expect(page).to_have_url(re.compile(r"/application/sent/$"))
    change.refresh_from_db()
    assert change.state == "triage"
    service.refresh_from_db()
    assert service.service_leader_phone == "13800138000"
