"""Whole journeys in a real browser, clicked as officers click them."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.utils import timezone, translation
from playwright.sync_api import Locator, Page, expect

from icpcases.cases.models import FilingCase, HistoryRow, Provider, Province, Setting
from icpcases.cases.permissions import shown_name
from icpcases.deadlines.recalculation import forget_tables
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.rule import Party
from icpcases.staff.templatetags.staff import happening
from icpcases.workflow.explain import explain_step
from icpcases.workflow.messages import sentence_of
from tests.world import png

from .office import LIST, fill, named

PASSWORD = "a long pass phrase"
SHADES = count()


def scan() -> Any:
    """A file like no other: the same one twice would be noticed."""
    shade = (next(SHADES), 0, 128)
    return {"name": "scan.png", "mimeType": "image/png", "buffer": png(shade)}


FORUM = {
    "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
    "protocol": "https", "forum": "true", "preapproval": "false", "province": "CN-SC",
    "site_name": "玉兰书店", "domain": "yulan-books.cn", "service_leader": "王伟",
    "service_leader_phone": "138 0013 8000",
}  # fmt: skip
FOREIGN = {
    **FORUM, "applicant_type": "foreign_enterprise", "mainland_branch": "false",
    "registration_certificate": "false", "forum": "false", "preapproval": "", "province": "CN-SH",
    "site_name": "Garden Books", "domain": "例子.中国",
}  # fmt: skip


def today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"


@dataclass
class Desk:
    """Somebody at their browser, working one case."""

    page: Page
    user: User
    language: str = "en"
    case: FilingCase = field(init=False)

    def sign_in(self) -> "Desk":
        self.page.goto("/admin/")
        fill(self.page, "username", self.user.username)
        fill(self.page, "password", PASSWORD)
        self.page.locator("form:has([name=password]) [type=submit]").click()
        expect(self.page.locator("#logout-form")).to_be_visible()
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        return self

    def find_case(self, words: str) -> "Desk":
        """From wherever they are, over the list, to the case page."""
        self.page.locator(f".rooms a[href='{LIST}']").click()
        self.page.locator(".find-cases [name=q]").fill(words)
        # A single hit is opened.
        self.page.locator(".find-cases button").click()
        self.page.wait_for_url("**/change/")
        pk = re.search(r"filingcase/(\d+)/change/", self.page.url)
        assert pk
        self.case = FilingCase.objects.get(pk=pk[1])
        return self

    def open_case(self, applicant: dict[str, str], facts: dict[str, str]) -> "Desk":
        """From the list to the intake page, and with the verdict in sight to the new case."""
        self.page.locator(f".rooms a[href='{LIST}']").click()
        self.page.locator(".cases-head a.button").click()
        for name, value in {**{f"new-{n}": v for n, v in applicant.items()}, **facts}.items():
            fill(self.page, name, value)
        self.page.locator("[name=_preview]").click()
        expect(self.page.locator("#verdict")).to_be_visible()
        assert FilingCase.objects.count() == 0
        self.page.locator("[name=_save]").click()
        expect(self.page.locator("h1")).to_have_text(re.compile(r"^ICP-\d+-\d+$"))
        self.case = FilingCase.objects.get()
        expect(self.page.locator("h1")).to_have_text(self.case.reference)
        return self

    def step(self, name: str) -> Locator:
        return self.page.locator(f"#step-{name}")

    def codes(self, name: str) -> list[str]:
        """The rules that close a step, by the sentences on the case page."""
        expect(self.step(name)).to_have_class("step is-closed")
        shown = self.step(name).locator(".sentence").all_text_contents()
        fresh = FilingCase.objects.with_names().get(pk=self.case.pk)
        with translation.override(self.language):
            told = explain_step(fresh, Step(name), self.user).unmet
            assert shown == [sentence_of(finding) for finding in told]
        return [finding.code for finding in told]

    def begin(self, name: str) -> "Desk":
        self.step(name).locator("a.button").click()
        return self

    def enter(self, **entry: Any) -> "Desk":
        """Fill the page's form in and confirm."""
        for name, value in entry.items():
            if name == "file":
                self.page.locator("[name=file]").set_input_files(value)
            else:
                fill(self.page, name.replace("__", "-"), str(value))
        self.confirm()
        return self

    def confirm(self) -> None:
        self.page.locator(".case-page .submit button.default").last.click()

    def take(self, name: str, **entry: Any) -> "Desk":
        return self.begin(name).enter(**entry)

    def read_done(self) -> None:
        """Wait for the sentence that something has been done."""
        expect(self.page.locator(".messagelist li")).to_have_count(1)

    def sees(self, state: str, turn: str, step: str) -> "Desk":
        """Badge, turn and the newest line of the history, on the page and in the record."""
        self.read_done()
        self.case.refresh_from_db()
        row = self.newest()
        assert (self.case.state, self.case.turn, row.step, row.by) == (state, turn, step, self.user)
        with translation.override(self.language):
            standing = [str(State(state).label), State(state).name_of(Party(turn))]
            happened = [str(Step(step).label), shown_name(self.user)]
        shown = self.page.locator(".standing dd")
        expect(shown.nth(0)).to_have_text(standing[0])
        expect(shown.nth(1)).to_have_text(standing[1])
        line = self.page.locator(".history > li").first
        expect(line.locator(".what strong")).to_have_text(happened[0])
        expect(line.locator(".what .by")).to_contain_text(happened[1])
        return self

    def sees_change(self, kind: str, **entered: Any) -> "Desk":
        """The newest line is a change that is no step."""
        self.read_done()
        row = self.newest()
        found = {name: row.entered.get(name) for name in entered}
        assert (row.kind, found, row.by) == (kind, entered, self.user)
        with translation.override(self.language):
            label = happening(row)
        expect(self.page.locator(".history > li .what strong").first).to_have_text(label)
        return self

    def newest(self) -> HistoryRow:
        newest = self.case.history.select_related("by").order_by("-sequence").first()
        assert newest
        return newest

    def confirm_applicant(self) -> "Desk":
        self.page.locator("#applicant h2 a").click()
        self.confirm()
        expect(self.page.locator("#applicant h2 a")).to_have_count(0)
        return self

    def hand_in(self, kind: str, self_made: bool = False, **entry: Any) -> "Desk":
        """Add a document from its row of the table, look at it, and accept it."""
        row = self.page.locator(f"#document-{kind}")
        row.locator("td").last.locator("a").click()
        expect(self.page.locator("[name=kind]")).to_have_value(kind)
        self.enter(file=scan(), issued_in="" if self_made else "mainland", **entry)
        self.sees_change("document", added=kind)
        row.locator("a.badge").click()
        self.page.locator(".decide [name=accept][value=accepted]").click()
        expect(row.locator("a.badge")).to_have_class("badge paper-accepted")
        return self.sees_change("document", judged=kind, status="accepted")


@pytest.fixture
def desk(open_page, transactional_db) -> Callable[..., Desk]:
    def sit_down(user: User, locale: str = "en") -> Desk:
        language = {"en": "en", "zh-CN": "zh-hans"}[locale]
        return Desk(open_page(locale=locale), user, language).sign_in()

    return sit_down


def test_a_forum_goes_from_intake_to_open(desk, li):
    named(li, "Wei", "Li")
    at_desk = desk(li)
    open_the_forum(at_desk)
    ask_the_province(at_desk)
    get_pre_approval(at_desk)
    gather_papers(at_desk)
    be_returned_and_submit_again(at_desk)
    be_approved(at_desk)
    open_the_site(at_desk, "川公网安备51010802000001号")


def open_the_forum(li: Desk) -> None:
    applicant = {
        "name": "玉兰书店有限公司", "certificate_type": "credit_code",
        "certificate_number": "9144030071526726xg", "email": "office@yulan-books.example",
    }  # fmt: skip
    li.open_case(applicant, FORUM)
    assert (li.case.state, li.case.officer, li.case.domain) == ("draft", li.user, "yulan-books.cn")
    # Whoever reads the applicant's address is invited with it.
    expect(li.page.locator(".messagelist li")).to_have_text(
        ["Invited by e-mail: office@yulan-books.example.", f"{li.case.reference} is open."]
    )
    opened, invited = li.case.history.order_by("sequence")
    assert (opened.kind, opened.entered["opened"]) == ("edit", li.case.reference)
    assert (invited.kind, invited.entered) == (
        "assignment", {"invited": "office@yulan-books.example"},
    )  # fmt: skip
    expect(li.page.locator(".history > li .what strong")).to_have_text(
        [happening(invited), happening(opened)]
    )
    li.confirm_applicant().sees_change("edit", confirmed="玉兰书店有限公司")
    li.take("submit_request").sees("triage", "officer", "submit_request")


def ask_the_province(li: Desk) -> None:
    """Pre-approval stays closed until somebody has asked; the link leads to where to say so."""
    assert li.codes("begin_preapproval") == ["forum.province"]
    step = li.step("begin_preapproval")
    expect(step.locator(".sentence")).to_have_text(
        "Nobody has yet asked the administration of this province whether it takes forums."
    )
    expect(step.locator(".closed-word")).to_have_text("closed")
    step.locator(".links a").click()
    back = f"{LIST}{li.case.pk}/change/"
    asked = re.escape(f"/admin/cases/province/CN-SC/answer/?back={quote(back, safe='')}")
    expect(li.page).to_have_url(re.compile(f"{asked}$"))
    li.enter(accepts_forums="yes", asked_on=today(), source="Ms Luo, by phone")
    li.read_done()
    # Back to the case from which it was asked.
    expect(li.page).to_have_url(re.compile(f"{re.escape(back)}$"))
    answer = Province.objects.get(pk="CN-SC").answers.get()
    assert (answer.answer, answer.asked_by, answer.source) == ("yes", li.user, "Ms Luo, by phone")
    expect(li.step("begin_preapproval")).to_have_class("step is-open")


def get_pre_approval(li: Desk) -> None:
    li.take("begin_preapproval").sees("preapproval_needed", "applicant", "begin_preapproval")
    li.begin("record_preapproval_application")
    expect(li.page.locator("[name=authority]")).to_have_value("四川省通信管理局")
    li.enter(applied_on=today(), application_number="BBS-2026-17")
    li.sees("preapproval_applied", "authority", "record_preapproval_application")
    li.take("record_preapproval", number="川BBS备-17", issued_on=today(), file=scan())
    li.sees("preapproval_granted", "officer", "record_preapproval")
    assert (li.case.preapproval, li.case.documents.get().status) == (True, "accepted")
    li.take("prepare_filing").sees("preparing", "officer", "prepare_filing")


def gather_papers(li: Desk) -> None:
    assert li.codes("submit_to_provider") == ["document.complete"]
    for kind in ("business_licence", "legal_representative_id", "service_leader_id"):
        li.hand_in(kind, number=f"N-{kind}")
    for kind in ("board_list", "service_rules", "security_measures"):
        li.hand_in(kind, self_made=True)
    li.hand_in("domain_certificate")
    letter = li.page.locator("#document-authorisation_letter")
    letter.locator("[name=not_needed]").click()
    li.sees_change("document", not_needed="authorisation_letter")
    expect(letter.locator("[name=not_needed]")).to_have_attribute("value", "no")
    li.take("submit_to_provider", provider=a_provider(), order_number="20261123000017")
    li.sees("provider_review", "provider", "submit_to_provider")
    li.take("provider_passes").sees("provider_passed", "provider", "provider_passes")
    li.take("sent_to_administration")
    li.sees("sms_verification", "applicant", "sent_to_administration")


def a_provider() -> str:
    return str(Provider.objects.get_or_create(name="Example Cloud")[0].pk)


def be_returned_and_submit_again(li: Desk) -> None:
    li.begin("return_for_correction")
    for row, about in enumerate(("domain_certificate", "service_leader_phone")):
        fill(li.page, f"reasons-{row}-about", about)
        fill(li.page, f"reasons-{row}-text", f"Wrong: {about}.")
    li.enter(returned_by="authority", note_public="Two small things.", note_internal="Call them.")
    li.sees("returned", "applicant", "return_for_correction")
    line = li.page.locator(".history > li").first
    expect(line.locator(".note.public")).to_contain_text("Two small things.")
    expect(line.locator(".note.internal")).to_contain_text("Call them.")
    assert li.codes("submit_to_provider") == ["request.settled"]
    # By the link that the closed step gives, to the request it is about.
    li.step("submit_to_provider").locator(".links a").first.click()
    fill(li.page, "answer", "The registrant is corrected; here is the new certificate.")
    li.page.locator("form:has([name=answer]) .submit button").click()
    first, second = li.case.requests.order_by("pk")
    li.read_done()
    # The answer stands there at once, to be judged.
    li.page.locator("main [name=decision][value=accepted]").click()
    li.sees_change("request", settled=first.pk, decision="accepted")
    waive(li, second.pk, "The phone answers today.")
    assert list(li.case.requests.order_by("pk").values_list("status", flat=True)) == [
        "accepted", "waived",
    ]  # fmt: skip
    li.begin("submit_to_provider")
    expect(li.page.locator("[name=provider], [name=order_number]")).to_have_count(0)
    li.enter().sees("provider_review", "provider", "submit_to_provider")
    assert li.case.orders.values_list("number", "ended_on").get() == ("20261123000017", None)


def waive(li: Desk, request: int, reason: str) -> None:
    li.page.locator(f"#request-{request} a.badge").click()
    li.page.locator("#reasons summary").click()
    fill(li.page, "reason", reason)
    li.page.locator("main [name=decision][value=waived]").click()
    li.sees_change("request", settled=request, decision="waived")


def be_approved(li: Desk) -> None:
    li.take("provider_passes").sees("provider_passed", "provider", "provider_passes")
    li.take("sent_to_administration")
    li.sees("sms_verification", "applicant", "sent_to_administration")
    li.take("confirm_sms").sees("authority_review", "authority", "confirm_sms")
    li.take(
        "approve", icp_number="川ICP备2026007879号-1", filed_on=today(), note_internal="By letter."
    )
    wrong = li.page.locator(".field-icp_number")
    expect(wrong.locator(".errorlist li")).to_have_text(
        "The number of this province begins with 蜀, not with 川. Is 蜀ICP备2026007879号-1 meant?"
    )
    expect(li.page.locator("[name=icp_number]")).to_have_value("川ICP备2026007879号-1")
    expect(li.page.locator("[name=filed_on]")).to_have_value(today())
    expect(li.page.locator("[name=note_internal]")).to_have_value("By letter.")
    li.case.refresh_from_db()
    assert li.case.state == "authority_review"
    li.enter(icp_number="蜀ICP备2026007879号-1").sees("filed", "applicant", "approve")
    assert li.case.service
    assert (li.case.service.number, li.newest().note_internal) == (
        "蜀ICP备2026007879号-1",
        "By letter.",
    )


def open_the_site(at_desk: Desk, number: str) -> None:
    """The opening and the two last duties; then nothing is due from anybody."""
    at_desk.take("record_opening", opened_on=today()).sees("open", "applicant", "record_opening")
    expect(at_desk.page.locator(".standing time")).to_have_count(2)
    at_desk.take("record_footer", footer_on=today()).sees("open", "applicant", "record_footer")
    at_desk.take(
        "record_public_security", public_security_number=number, public_security_on=today()
    )
    at_desk.sees("open", "nobody", "record_public_security")
    assert at_desk.case.due_at is None
    expect(at_desk.page.locator(".standing time")).to_have_count(1)
    expect(at_desk.page.locator(".route .now")).to_have_count(1)
    assert at_desk.case.service
    at_desk.find_case(at_desk.case.service.number)


def test_a_foreign_firm_gets_its_certificate_first(desk, li, chen):
    """In Chinese, by two people: Chen takes back what Li recorded on the wrong day."""
    named(li, "伟", "李")
    named(chen, "颖", "陈")
    at_li, at_chen = desk(li, "zh-CN"), desk(chen, "zh-CN")
    open_the_foreign_firm(at_li)
    certificate_stage(at_li, at_chen)
    at_li.take("prepare_filing").sees("preparing", "officer", "prepare_filing")
    assert at_li.codes("submit_to_provider") == ["document.complete"]
    for kind in ("chief_representative_id", "service_leader_id", "domain_certificate"):
        at_li.hand_in(kind)
    at_li.take("submit_to_provider", provider=a_provider(), order_number="20261123000018")
    at_li.sees("provider_review", "provider", "submit_to_provider")
    at_li.take("provider_passes").sees("provider_passed", "provider", "provider_passes")
    at_li.take("sent_to_administration")
    at_li.sees("sms_verification", "applicant", "sent_to_administration")
    at_li.take("confirm_sms").sees("authority_review", "authority", "confirm_sms")
    at_li.take("approve", icp_number="沪ICP备2026000018号-1", filed_on=today())
    at_li.sees("filed", "applicant", "approve")
    open_the_site(at_li, "沪公网安备31010802000001号")
    phases = at_li.page.locator(".route li")
    expect(phases).to_have_count(4)
    expect(phases.nth(1)).to_have_class("done")


def open_the_foreign_firm(li: Desk) -> None:
    applicant = {
        "name": "Garden Books GmbH", "certificate_type": "foreign_registration",
        "certificate_number": "HRB 12345", "language": "en",
    }  # fmt: skip
    li.open_case(applicant, FOREIGN).read_done()
    assert li.case.domain == "xn--fsqu00a.xn--fiqs8s"
    expect(li.page.locator(".case-title strong")).to_have_text("例子.中国")
    li.confirm_applicant().sees_change("edit", confirmed="Garden Books GmbH")
    li.take("submit_request").sees("triage", "officer", "submit_request")
    assert li.codes("prepare_filing") == ["foreign.papers"]


def certificate_stage(li: Desk, chen: Desk) -> None:
    li.take("begin_certificate").sees("certificate_needed", "applicant", "begin_certificate")
    application = {"authority": "上海市公安局", "applied_on": today()}
    li.take("record_certificate_application", **application, application_number="WRONG-1")
    li.sees("certificate_applied", "authority", "record_certificate_application")
    expect(li.step("step_back")).to_have_class("step is-open own-step")
    # Once the time for a step of one's own is over, a supervisor is asked.
    Setting.objects.update_or_create(pk="step_back_minutes", defaults={"value": 0})
    forget_tables()
    li.page.reload()
    assert li.codes("step_back") == ["permission"]
    with translation.override("zh-hans"):
        supervisor = translation.gettext(Party.SUPERVISOR.label)
    expect(li.step("step_back").locator(".who")).to_contain_text(supervisor)
    chen.find_case("Garden")
    chen.take("step_back", reason="Another case's application number.")
    chen.sees("certificate_needed", "applicant", "step_back")
    li.find_case("例子")
    li.take("record_certificate_application", **application, application_number="RIGHT-1")
    li.sees("certificate_applied", "authority", "record_certificate_application")
    expires = timezone.localdate() + dt.timedelta(days=700)
    li.take(
        "record_certificate", number="RC-1", issued_in="mainland", issued_on=today(),
        expires_on=expires, file=scan(),
    )  # fmt: skip
    li.sees("certificate_granted", "officer", "record_certificate")
    assert li.case.registration_certificate is True


def test_who_comes_second_reads_who_was_first_and_keeps_what_they_typed(desk, li, chen, world):
    named(li, "Wei", "Li")
    named(chen, "Ying", "Chen")
    case = world.at("triage")
    at_li, at_chen = desk(li).find_case(case.reference), desk(chen).find_case(case.reference)
    at_li.begin("withdraw")
    fill(at_li.page, "reason", "They give the site up.")
    fill(at_li.page, "note_internal", "Mr Wang, by phone.")
    at_chen.take("prepare_filing", note_internal="All papers are there.")
    at_chen.sees("preparing", "officer", "prepare_filing")
    at_li.confirm()
    meanwhile = at_li.page.locator(".refusal .meanwhile li")
    expect(meanwhile).to_have_count(1)
    expect(meanwhile).to_contain_text("Ying Chen")
    expect(meanwhile).to_contain_text("Prepare the filing")
    expect(meanwhile).to_contain_text("All papers are there.")
    expect(at_li.page.locator("[name=reason]")).to_have_value("They give the site up.")
    expect(at_li.page.locator("[name=note_internal]")).to_have_value("Mr Wang, by phone.")
    case.refresh_from_db()
    assert case.state == "preparing"
    # They have read it, and it still fits: the same page takes the step.
    at_li.confirm()
    at_li.sees("withdrawn", "nobody", "withdraw")


FOCUS = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    return [element.getAttribute("href") || element.name || element.type || "",
            style.outlineStyle !== "none" && style.outlineWidth !== "0px"];
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is there, in sight."""
    for _press in range(60):
        page.keyboard.press("Tab")
        found, outlined = page.evaluate(FOCUS)
        if found.endswith(wanted):
            assert outlined, f"the focus on {wanted} cannot be seen"
            return
    raise AssertionError(f"no way to {wanted} by the keyboard")


def test_a_step_is_taken_by_the_keyboard_alone(desk, li, world):
    case = world.case()
    at_li = desk(li).find_case(case.reference)
    page = at_li.page
    tab_to(page, "#content-start")
    page.keyboard.press("Enter")
    tab_to(page, "/step/submit_request/")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/step/submit_request/$"))
    tab_to(page, "note_internal")
    page.keyboard.type("By keyboard.")
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    at_li.sees("triage", "officer", "submit_request")
    assert at_li.newest().note_internal == "By keyboard."
