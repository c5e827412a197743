"""An applicant's whole way on a phone, from the first question to the open site."""

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from icpcases.cases.models import Applicant, FilingCase
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.requests import settle
from tests.domain import CREDIT_CODES
from tests.harness import smtp

from . import public
from .office import fill, named, overflow
from .test_journeys import Desk, scan, tab_to

PHONE = {"width": public.PHONE, "height": 844}


REST = {
    "who-name": "玉兰书店有限公司",
    "who-certificate_type": "credit_code",
    "who-certificate_number": CREDIT_CODES[0],
}
SITE = {"site_name": "玉兰书店", "domain": "yulan-books.cn"}
LEADER = {"service_leader": "王伟", "service_leader_phone": "138 0013 8000"}  # fmt: skip


@pytest.fixture
def mail(settings):
    with smtp.running_mail_server(settings) as server:
        yield server


def today(days: int = 0) -> str:
    return f"{timezone.localdate() + dt.timedelta(days=days):%Y-%m-%d}"


class Reader:
    """Wei at the phone: what the case page says, and the buttons under what is needed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sees(self, name: str, move: str) -> "Reader":
        expect(self.page.locator(".standing .badge")).to_have_text(name)
        expect(self.page.locator(".standing .move")).to_contain_text(move)
        expect(self.page.locator(".path [aria-current=step] .name")).to_have_text(name)
        assert overflow(self.page) == []
        return self

    def look(self, name: str, move: str) -> "Reader":
        """Later, by opening the case again from the list."""
        self.page.goto("/cases/")
        self.page.locator(".cases a").first.click()
        return self.sees(name, move)

    def begin(self, label: str) -> "Reader":
        self.page.locator("#needed").get_by_role("link", name=label, exact=True).click()
        return self

    def enter(self, **entry: str) -> "Reader":
        for name, value in entry.items():
            fill(self.page, name, value)
        self.page.locator("main form .submit button").click()
        expect(self.page.locator(".messages li")).to_have_count(1)
        return self


YOURS, OFFICE = "It is your move.", "The case is with the office."


def test_wei_gets_from_the_first_question_to_the_open_site(open_page, world, mail, mei):
    named(world.li, "Wei", "Li")
    page = open_page(viewport=PHONE)
    wei = Reader(page)
    check(page)
    sign_in(page, mail)
    apply(page)
    case = FilingCase.objects.get()
    page.get_by_role("link", name="Go to the case").click()
    wei.sees("Being looked at", OFFICE)
    at_desk = Desk(open_page(), world.li).sign_in().find_case("玉兰")
    prepare(at_desk)
    hand_in(wei, world, case)
    be_returned(wei, world, case)
    be_filed(wei, at_desk, world, case)
    open_the_site(wei)
    nobody_else_reads_it(open_page, case, mei)


def check(page: Page) -> None:
    """No account: the questions, one thought better of, and the verdict."""
    page.goto("/")
    page.get_by_role("link", name="Do I need a filing?").click()
    choose(page, "Website", "Hong Kong")
    choose(page, "No")
    expect(page.locator("h1")).to_have_text("No filing is required, nor possible.")
    page.get_by_role("link", name="change: Where is the server?").click()
    choose(page, "Mainland China")
    choose(page, "By a domain name", "No")
    page.get_by_role("combobox").select_option("Beijing")
    choose(page, "Enterprise registered in the Mainland")
    expect(page.locator("h1")).to_have_text("A filing is required, and can be made.")
    expect(page.locator(".gather li")).to_have_count(5)
    page.get_by_role("link", name="Start the application").click()


def choose(page: Page, *answers: str) -> None:
    for answer in answers:
        page.get_by_role("radio", name=re.compile(rf"^{answer}\b")).check()
    page.get_by_role("button", name="Next").click()


def sign_in(page: Page, mail: smtp.MailServer) -> None:
    """The code is read from the mail that the server took."""
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    page.get_by_label("Your e-mail address").fill("wei@example.com")
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code from the mail").fill("0000-0000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist")).to_contain_text("This is not the code of the newest mail.")
    page.get_by_label("Code from the mail").fill(smtp.code_in(mail.to("wei@example.com")[-1]))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/apply/\?.*server_region=mainland"))


def apply(page: Page) -> None:
    """Page by page; what the check has asked is not asked again."""
    for entered in (REST, SITE, LEADER):
        for name, value in entered.items():
            fill(page, name, value)
        page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    page.get_by_role("button", name="Send the application").click()
    expect(page.locator("h1")).to_have_text("Your application has been sent.")


def prepare(li: Desk) -> None:
    """Li checks who applies and begins, at the desk."""
    li.confirm_applicant().sees_change("edit", confirmed="玉兰书店有限公司")
    assert Applicant.objects.get().confirmed
    li.take("prepare_filing").sees("preparing", "officer", "prepare_filing")


def hand_in(wei: Reader, world: Any, case: FilingCase) -> None:
    """Wei sends one paper from the phone; the office has the others, and submits."""
    wei.look("Papers being prepared", OFFICE).begin("Hand in what is wanted")
    expect(wei.page.locator("[name=kind]")).to_have_value("business_licence")
    wei.page.locator("[name=file]").set_input_files(scan())
    wei.page.locator("[data-row] summary").first.click()
    wei.enter(number="9144030071526726XG")
    expect(wei.page.locator(".checklist li").first).to_contain_text(
        "Business licence Being checked"
    )
    case.refresh_from_db()
    paper = case.documents.get()
    judge_document(case, world.li, paper.pk, True, "", case.version)
    case = world.supply(case)
    world.step(case, "submit_to_provider")
    wei.look("With the provider", "The case is with the provider.")


def be_returned(wei: Reader, world: Any, case: FilingCase) -> None:
    """The provider returns it; Wei reads why, and answers."""
    world.step(case, "return_for_correction", note_public="A small thing.")
    wei.look("Returned for correction", YOURS)
    newest = wei.page.locator(".timeline > li").first
    expect(newest).to_contain_text("· the provider")
    expect(newest).to_contain_text("The domain certificate is blurred.")
    expect(newest).to_contain_text("A small thing.")
    asked = case.requests.get()
    wei.page.locator("#needed summary").click()
    wei.page.locator(f"[name=r{asked.pk}-answer]").fill("A better scan is on its way.")
    wei.page.locator("#needed .submit button").click()
    expect(wei.page.locator(".messages li")).to_have_count(1)
    wei.sees("Returned for correction", OFFICE)
    case.refresh_from_db()
    asked.refresh_from_db()
    assert asked.answer == "A better scan is on its way."
    settle(case, world.li, asked.pk, "accepted", "", case.version)
    world.step(case, "submit_to_provider")
    for name in ("provider_passes", "sent_to_administration"):
        world.step(case, name)


def be_filed(wei: Reader, li: Desk, world: Any, case: FilingCase) -> None:
    """The SMS check by Wei, the number by Li at the desk."""
    wei.look("Answer the SMS check", YOURS).begin("Confirm the SMS check").enter()
    wei.sees("With the administration", "The case is with the administration.")
    li.find_case("玉兰")
    li.take("approve", icp_number="京ICP备2026000017号-1", filed_on=today())
    li.sees("filed", "applicant", "approve")
    wei.look("Filed: the site may open", YOURS)
    expect(wei.page.locator(".standing")).to_contain_text("京ICP备2026000017号-1")


def open_the_site(wei: Reader) -> None:
    wei.begin("Record the opening of the site").enter(opened_on=today())
    wei.sees("Site open", YOURS)
    wei.begin("Record the number in the footer").enter(footer_on=today())
    wei.begin("Record the public-security filing").enter(
        public_security_number="京公网安备11010802012345号", public_security_on=today()
    )
    wei.sees("Site open", "Everything is done: nothing is asked of you.")
    expect(wei.page.locator(".path li.done")).to_have_count(8)


def nobody_else_reads_it(open_page: Any, case: FilingCase, mei: Any) -> None:
    """Mei knows the address and gets nothing; whoever has the code sees the stage only."""
    other = open_page(viewport=PHONE)
    public.enter(other, mei)
    answer = other.goto(f"/cases/{case.reference}/")
    assert answer
    assert answer.status == 404
    assert "yulan" not in other.content()
    visitor = open_page(viewport=PHONE)
    public.follow(visitor, case)
    expect(visitor.locator(".standing .badge")).to_have_text("Site open")
    assert "yulan" not in visitor.content()


def test_an_application_is_made_by_the_keyboard_alone(open_page, world):
    page = open_page(viewport=PHONE)
    public.enter(page, world.wei)
    page.goto("/check/")
    tab_to(page, "#main")
    page.keyboard.press("Enter")
    # The first answer is chosen by the space bar, another one by the arrows.
    for questions in (
        (("service_kind", 0), ("server_region", 0)), (("access", 0), ("forum", 1)),
        (("applicant_type", 1),),
    ):  # fmt: skip
        for name, down in questions:
            tab_to(page, name)
            page.keyboard.press("Space")
            for _press in range(down):
                page.keyboard.press("ArrowDown")
        if name == "applicant_type":
            tab_to(page, "province")
            page.keyboard.type("Beijing")
            tab_to(page, "submit")
        send(page)
    expect(page.locator("h1")).to_have_text("A filing is required, and can be made.")
    tab_to(page, "province=CN-BJ")
    send(page)
    for entered in (REST, SITE, LEADER):
        for name, value in entered.items():
            if name != "who-certificate_type":
                tab_to(page, name)
                page.keyboard.type(value)
        send(page)
    tab_to(page, "/application/")
    send(page)
    expect(page.locator("h1")).to_have_text("Check your answers")
    # The first button of the page signs out: past it, over the skip link.
    tab_to(page, "#main")
    page.keyboard.press("Enter")
    tab_to(page, "submit")
    send(page)
    expect(page.locator("h1")).to_have_text("Your application has been sent.")
    case = FilingCase.objects.get()
    assert (case.state, case.applicant.name) == ("triage", "玉兰书店有限公司")


def send(page: Page) -> None:
    """Press Enter, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_nothing_needs_javascript(open_page, world):
    """The same way through the check and a step with scripts switched off."""
    page = open_page(viewport=PHONE, java_script_enabled=False)
    public.enter(page, world.wei)
    check(page)
    apply(page)
    page.get_by_role("link", name="Go to the case").click()
    expect(page.locator("h1")).to_have_text("yulan-books.cn")
    page.get_by_role("link", name="Withdraw the case").click()
    page.locator("[name=reason]").fill("We build no site.")
    page.get_by_role("button", name="Withdraw the case").click()
    expect(page.locator(".standing .badge")).to_have_text("Withdrawn")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("link", name="登录")).to_be_visible()
