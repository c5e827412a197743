"""What a whole filing costs an officer in clicks, beside the typing."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from icpcases.cases.models import FilingCase, Provider
from tests.world import png

from .office import enter, fill

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

INTAKE = {
    "new-name": "玉兰书店有限公司", "new-certificate_type": "credit_code",
    "new-certificate_number": "9144030071526726XG", "new-email": "office@yulan.example",
    "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
    "protocol": "https", "forum": "true", "preapproval": "false", "province": "CN-SC",
    "site_name": "玉兰书店", "domain": "yulan-books.cn", "service_leader": "王伟",
    "service_leader_phone": "138 0013 8000",
}  # fmt: skip


class Hand:
    """An officer's hand, and how often it has clicked; typing and the file dialog are none."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.clicks += 1

    def tick(self, selector: str) -> None:
        self.page.locator(selector).check()
        self.clicks += 1

    def choose(self, selector: str, *names: str) -> None:
        files: list[FilePayload] = [
            {"name": f"{name}.png", "mimeType": "image/png", "buffer": png((len(name), n, 0))}
            for n, name in enumerate(names)
        ]
        self.page.locator(selector).set_input_files(files)
        self.clicks += 1

    def go_on(self, step: str, **typed: str) -> None:
        """The step whose page lies open, and on to what is next."""
        expect(self.page).to_have_url(re.compile(rf"/step/{step}/$"))
        for name, value in typed.items():
            fill(self.page, name, value)
        self.click("[name=then]")


def test_an_enterprises_forum_from_nothing_to_open(page: Page, world, li):
    world.province_answers("CN-SC", "yes")
    provider, today = Provider.objects.create(name="Example Cloud"), f"{timezone.localdate()}"
    enter(page, li)
    page.goto("/admin/")
    hand = Hand(page)
    hand.click("a[href$='/filingcase/add/']")
    for name, value in INTAKE.items():
        fill(page, name, value)
    hand.tick("[name=people-confirm]")
    hand.click("[name=then]")
    hand.go_on("submit_request")
    hand.go_on("begin_preapproval")
    hand.go_on("record_preapproval_application", applied_on=today, application_number="BBS-17")
    hand.choose("[name=file]", "preapproval")
    hand.go_on("record_preapproval", number="川BBS备-17", issued_on=today)
    hand.go_on("prepare_filing")
    hand.click("a[href$='/documents/add/']")
    hand.choose("[data-pick]", *"abcdefgh")
    hand.click("[name=then]")
    hand.click("a[href$='/judge/all/']")
    expect(page.locator(".papers-shown > li")).to_have_count(8)
    hand.click("[name=then]")
    hand.go_on("submit_to_provider", provider=f"{provider.pk}", order_number="20261123000017")
    hand.go_on("provider_passes")
    hand.go_on("sent_to_administration")
    hand.go_on("confirm_sms")
    hand.go_on("approve", icp_number="蜀ICP备2026007879号-1", filed_on=today)
    hand.go_on("record_opening", opened_on=today)
    hand.go_on("record_footer", footer_on=today)
    hand.go_on(
        "record_public_security", public_security_on=today,
        public_security_number="川公网安备51010802000001号",
    )  # fmt: skip
    case = FilingCase.objects.get()
    assert (case.state, case.turn, case.applicant.confirmed) == ("open", "nobody", True)
    kinds = list(case.documents.order_by("pk").values_list("kind", "status"))
    assert kinds == [
        (kind, "accepted")
        for kind in (
            "bbs_preapproval", "business_licence", "legal_representative_id", "service_leader_id",
            "authorisation_letter", "board_list", "service_rules", "security_measures",
            "domain_certificate",
        )
    ]  # fmt: skip
    # The aim is 25.
    assert hand.clicks == 22
