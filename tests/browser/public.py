"""The applicants' pages to look at: a case in each state, and the addresses of every page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page

from icpcases.cases.models import FilingCase, Province
from icpcases.lifecycle.states import State
from icpcases.workflow.actions import participants, requests
from icpcases.workflow.actions.messages import write_to_applicant, write_to_office
from tests.world import FOREIGN, World, user

PHONE, NARROW, DESK = 390, 320, 1280


SITE = {"service_kind": "website", "server_region": "mainland", "access": "domain", "forum": "no",
        "applicant_type": "enterprise"}  # fmt: skip


FORUM = {**SITE, "forum": "yes", "preapproval": "no", "province": "CN-BJ"}


# The five kinds of verdict; CN-XJ is made to refuse forums.
VERDICTS: dict[str, dict[str, str]] = {
    "not required": {
        "service_kind": "website", "server_region": "hong_kong", "mainland_cdn": "no",
        "forum": "yes",
    },
    "refer": {**SITE, "access": "ip_address"},
    "not permitted, individual": {**FORUM, "applicant_type": "individual"},
    "file, a shop": {**SITE, "forum": "no", "applicant_type": "enterprise", "province": "CN-ZJ"},
    "not permitted, province": {**FORUM, "province": "CN-XJ"},
    "file": {
        **FORUM, "applicant_type": "foreign_enterprise", "mainland_branch": "no",
        "registration_certificate": "no",
    },
}  # fmt: skip


QUESTIONS = (
    "service_kind", "server_region", "access", "forum", "applicant_type", "mainland_branch",
    "registration_certificate", "preapproval", "province",
)  # fmt: skip


LONG = "Südwestdeutsche-Verlagsanstalt-für-Gartenbau-und-Landschaftspflege-mbH"


def check(given: dict[str, str], ask: str = "") -> str:
    return f"/check/?{urlencode({**given, **({'ask': ask} if ask else {})})}"


PARTS = ("who", "site", "basics", "person", "papers")


@dataclass(frozen=True)
class Site:
    """The cases the pages are shown with, by state."""

    cases: dict[str, FilingCase]
    more: dict[str, str] = field(default_factory=dict)

    def open_pages(self) -> dict[str, str]:
        """What anybody can see."""
        asked = {f"question, {name}": check(VERDICTS["file"], name) for name in QUESTIONS}
        told = {f"verdict, {name}": check(given) for name, given in VERDICTS.items()}
        return {
            "home": "/", "check": "/check/", **asked, **told, "follow": "/follow/",
            "sign in": "/sign-in/", "privacy": "/privacy/",
        }  # fmt: skip

    def own_pages(self) -> dict[str, str]:
        """What Wei sees, but for the pages of a case in each state."""
        draft, returned = self.base("draft"), self.base("returned")
        asked = self.cases["returned"].requests.order_by("pk").first()
        # Some tests look at a few states only.
        here = "triage" in self.cases
        sent = {"sent": f"{self.base('triage')}application/sent/"} if here else {}
        return {
            "cases": "/cases/", "apply": f"/apply/?{urlencode(VERDICTS['file, a shop'])}",
            "application": f"{draft}application/",
            **{f"application, {p}": f"{draft}application/{p}/" for p in PARTS},
            **sent,
            "step": f"{returned}step/withdraw/",
            "step, elsewhere": f"{returned}step/confirm_sms/",
            "step, with dates": f"{self.base('open')}step/record_public_security/",
            "document": f"{returned}documents/add/?kind=domain_certificate",
            "request": f"{returned}requests/{asked.pk if asked else 0}/",
            "requests": f"{returned}requests/", "papers": f"{returned}documents/",
            "people": f"{returned}people/", "messages": f"{returned}messages/",
            "account": "/account/",
            "no invitation": "/invitation/x/", **self.more,
        }  # fmt: skip

    def states(self) -> dict[str, str]:
        return {f"case, {state}": self.base(state) for state in self.cases}

    def base(self, state: str) -> str:
        return f"/cases/{self.cases[state].reference}/"


def build(world: World, states: Any = State.values) -> Site:
    """Wei's cases, with long names and what else strains a page."""
    Province.objects.filter(pk="CN-XJ").update(accepts_forums="no")
    cases = {}
    for state in states:
        if state == "returned":
            cases[state] = returned_case(world)
        elif state == "draft":
            cases[state] = draft_case(world)
        else:
            cases[state] = world.at(state)
    case = cases["returned"]
    write_to_office(case, world.wei, f"{LONG} {'x' * 200}\nWhen?", case.version)
    write_to_applicant(case, world.li, "On Friday.", case.version + 1)
    write_to_office(case, world.wei, "Thank you.", case.version + 2)
    case.refresh_from_db()
    returned, long = cases["returned"], LONG.lower().replace("ü", "ue")
    invitation = participants.invite(
        returned, world.wei, f"{long}@verlag.example", returned.version
    )
    theirs = world.case(domain="mei-books.cn", owner=user("mei"))
    own = participants.invite(theirs, world.li, world.wei.email, theirs.version)
    old = world.case(domain="old-books.cn", owner=user("old"))
    taken_back = participants.invite(old, world.li, world.wei.email, old.version)
    old.refresh_from_db()
    participants.take_back(old, world.li, taken_back.pk, old.version)
    return Site(
        cases,
        {
            "invitation, taken back": f"/invitation/{participants.token_of(taken_back)}/",
            "invitation": f"/invitation/{participants.token_of(own)}/",
            "invitation, another's": f"/invitation/{participants.token_of(invitation)}/",
        },
    )


def draft_case(world: World) -> FilingCase:
    """A draft whose sending is closed: facts are missing, and the office has asked something."""
    case = world.case(FOREIGN, province="", forum="", site_name=LONG[:40])
    requests.ask(case, world.li, {"about": "", "text": "What is the site for?"}, case.version)
    case.refresh_from_db()
    return case


def returned_case(world: World) -> FilingCase:
    """Returned with several reasons, a refused document, a colleague, a long domain."""
    case = world.at("provider_review", domain="a-rather-long-name-for-a-bookshop.com.cn")
    reasons = [
        {"about": "domain_certificate", "text": f"The certificate names {LONG} as registrant."},
        {"about": "service_leader_phone", "text": "Nobody answers this number; is it current?"},
    ]
    case = world.step(
        case, "return_for_correction", reasons=reasons, note_public="Two small things."
    )
    world.document(case, "domain_certificate", accept=False)
    case.refresh_from_db()
    return case


def enter(page: Page, account: User) -> None:
    """Sign in without the mail."""
    client = Client()
    client.force_login(account)
    session = client.cookies["sessionid"]
    page.goto("/check/")
    base = page.url.split("/check/")[0]
    page.context.add_cookies([{"name": "sessionid", "value": session.value, "url": base}])


def follow(page: Page, case: FilingCase) -> None:
    """The tracking page, which comes by a form only."""
    page.goto("/follow/")
    page.locator("[name=reference]").fill(case.reference)
    page.locator("[name=code]").fill(case.follow_code)
    page.locator("main .submit button").click()
    page.locator(".standing").wait_for()


def ask_for_code(page: Page, address: str = "somebody@example.com") -> None:
    """The page that asks for the code of a mail; needs a mail server."""
    page.goto("/sign-in/")
    page.locator("[name=email]").fill(address)
    page.locator("main .submit button").first.click()
    page.locator("[name=code]").wait_for()
