"""An office to look at: its cases, the addresses of its pages, and a way in without typing."""

from dataclasses import dataclass
from io import StringIO
from urllib.parse import urljoin

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, FilingCase
from icpcases.workflow.actions.assignment import assign
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.messages import write_to_office
from icpcases.workflow.actions.requests import answer
from tests.domain import CREDIT_CODES
from tests.world import ENTERPRISE, FORUM, World

LIST = "/admin/cases/filingcase/"


# A phone, and the narrowest screen people still work a whole day on.
PHONE, DESK = 390, 1280


@dataclass(frozen=True)
class Office:
    """The cases that the pages are shown with."""

    closed: FilingCase  # in triage, with steps that rules close
    returned: FilingCase  # with documents, requests and a history
    reviewed: FilingCase  # with the administration, so that a number can be recorded
    opened: FilingCase  # filed and open, with a duty left
    client: Applicant  # for whom something is filed

    def pages(self) -> dict[str, str]:
        """Every page of ours, by a name of its own."""
        closed, returned = f"{LIST}{self.closed.pk}/", f"{LIST}{self.returned.pk}/"
        document = self.returned.documents.order_by("pk").first()
        asked = self.returned.requests.order_by("pk").first()
        assert document
        assert asked
        province = f"/admin/cases/province/{self.closed.province_id}/"
        return {
            "index": "/admin/",
            "list": LIST,
            "list, found": f"{LIST}?q={self.returned.reference}",
            "list, nothing found": f"{LIST}?q=nothing+of+that+name",
            "case, closed steps": f"{closed}change/",
            "case, returned": f"{returned}change/",
            "step, closed": f"{closed}step/begin_preapproval/",
            "step, elsewhere": f"{closed}step/approve/",
            "step, submit": f"{returned}step/submit_to_provider/",
            "step, approve": f"{LIST}{self.reviewed.pk}/step/approve/",
            "step, return": f"{LIST}{self.reviewed.pk}/step/return_for_correction/",
            "intake": f"{LIST}add/",
            "board": "/admin/board/",
            "board, cases": "/admin/board/cases/?figure=about&detail=domain_certificate"
            f"&since={timezone.localdate():%Y-%m-%d}&until={timezone.localdate():%Y-%m-%d}",
            "case, with a message": f"{LIST}{self.reviewed.pk}/change/",
            "messages": f"{LIST}{self.reviewed.pk}/messages/",
            "map": f"{returned}map/",
            "versions": f"{returned}facts/versions/",
            "case, after the filing": f"{LIST}{self.opened.pk}/change/",
            "facts": f"{closed}facts/",
            "facts, locked": f"{LIST}{self.reviewed.pk}/facts/",
            "note": f"{closed}note/",
            "follow-up": f"{closed}follow-up/",
            "assign": f"{closed}assign/",
            "confirm": f"{closed}confirm/",
            "document": f"{returned}documents/{document.pk}/",
            "add a document": f"{closed}documents/add/?kind=business_licence",
            "request": f"{returned}requests/{asked.pk}/",
            "ask": f"{closed}requests/add/",
            "province's answer": f"{province}answer/",
            "provinces": "/admin/cases/province/",
            "province": f"{province}change/",
            "portfolio": f"/admin/portfolio/{self.client.pk}/",
            "services": "/admin/services/",
            "applicants": "/admin/cases/applicant/",
            "applicant": f"/admin/cases/applicant/{self.returned.applicant_id}/change/",
        }


def small_office(world: World) -> Office:
    """A handful of cases, with long names and what else strains a page."""
    named(world.li, "伟", "李")
    named(world.chen, "Chen", "Ying")
    for state in ("draft", "preparing", "filed", "withdrawn"):
        world.at(state)
    opened = world.step(world.at("open"), "record_footer")
    nobodys = world.at("triage")
    assign(nobodys, world.li, None, nobodys.version)
    applicant = world.applicant(
        name="Südwestdeutsche Verlagsanstalt für Gartenbau und Landschaftspflege mbH (Sichuan)",
        email="filing@verlag.example",
    )
    closed = world.step(
        world.case(FORUM, applicant, province="CN-SC", service_leader_id="11010519491231002X"),
        "submit_request",
    )
    reviewed = world.at("authority_review", domain="a-rather-long-name-for-a-bookshop.com.cn")
    write_to_office(reviewed, world.wei, f"When will it be? {'x' * 200}", reviewed.version)
    returned = returned_case(world)
    world.province_answers("CN-SC", "unknown")
    return Office(closed, returned, reviewed, opened, opened.applicant)


def returned_case(world: World) -> FilingCase:
    """Submitted and returned, with every kind of request and document on it."""
    case = world.at("preparing", ENTERPRISE, site_name="玉兰书店")
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "site_name": "玉兰旧书店"})
    assert form.is_valid()
    case = edit_facts(case, world.li, form, case.version)
    world.supply(case)
    case = world.step(case, "submit_to_provider")
    reasons = [
        {"about": "domain_certificate", "text": "The certificate names another registrant."},
        {"about": "service_leader_phone", "text": "Nobody answers this number; is it current?"},
        {"about": "", "text": "Please describe in two sentences what the site is for."},
    ]
    case = world.step(
        case, "return_for_correction", reasons=reasons,
        note_public="Three small things, then it goes back the same day.",
        note_internal="Their third return; call Mr Wang before Friday.",
    )  # fmt: skip
    answered = case.requests.order_by("pk").last()
    assert answered
    answer(case, world.li, answered.pk, "A shop for used books.", case.version)
    world.document(case, "domain_certificate", accept=False, number="D-2026-1")
    case.refresh_from_db()
    return case


def named(user: User, first: str, last: str) -> None:
    user.first_name, user.last_name = first, last
    user.save(update_fields=["first_name", "last_name"])


def demo_office() -> tuple[Office, User]:
    """The demo office as it is loaded for trying the program, and its officer."""
    call_command("demo", force=True, stdout=StringIO())
    cases = FilingCase.objects.order_by("-pk")
    closed = cases.filter(
        state="triage", applicant_type="enterprise", forum=True, preapproval=False,
        province__accepts_forums="unknown",
    ).first()  # fmt: skip
    returned = cases.filter(
        state="returned", requests__isnull=False, documents__isnull=False
    ).first()
    reviewed = cases.filter(state="authority_review").first()
    assert closed
    assert returned
    opened = cases.filter(state="open", service__public_security_on=None).first()
    assert reviewed
    assert opened
    client = Applicant.objects.exclude(licence_number="").get()
    return Office(closed, returned, reviewed, opened, client), User.objects.get(username="li")


def enter(page: Page, user: User) -> None:
    """Sign in without the form."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"]
    page.goto("/admin/login/")
    page.context.add_cookies(
        [{"name": "sessionid", "value": session.value, "url": urljoin(page.url, "/")}]
    )


def show_verdict(page: Page, province: str = "CN-SC") -> None:
    """The intake page with a verdict that says a lot, shown and not kept."""
    page.goto(f"{LIST}add/")
    page.locator("[name=new-name]").fill("玉兰书店有限公司")
    page.locator("[name=new-certificate_type]").select_option("credit_code")
    page.locator("[name=new-certificate_number]").fill(CREDIT_CODES[1])
    for name, value in {**ENTERPRISE, **FORUM, "province": province}.items():
        fill(page, name, value)
    page.locator("[name=_preview]").click()
    page.locator("#verdict").wait_for()


def fill(page: Page, name: str, value: str) -> None:
    """Put a value where a field takes it, by typing or by choosing."""
    field = page.locator(f"[name={name}]")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def listen(page: Page) -> list[str]:
    """What the page's console complains of from now on."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


OVERFLOW = """() => {
    const edge = document.documentElement.clientWidth + 1;
    if (document.documentElement.scrollWidth <= edge) return [];
    return [...document.querySelectorAll("body *")]
        .filter(element => element.getBoundingClientRect().right > edge)
        .map(element => `${element.tagName}.${element.className}`);
}"""


def overflow(page: Page) -> list[str]:
    """The elements that reach beyond a page which therefore scrolls sideways."""
    return list(page.evaluate(OVERFLOW))
