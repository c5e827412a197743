"""Three ways of a shop owner on a telephone, in Chinese, each from the link in a mail.

Screens and touches are counted beside the typing; each screen is held against axe and the edge of
the telephone. `SCREENS=1` keeps a picture of each in docs/screens.
"""

import io
import re
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from icpcases.cases.models import FilingCase, Notice
from icpcases.notifications.delivery import deliver, worker_name
from tests.harness import smtp

from . import public
from .office import overflow
from .test_accessibility import violations
from .test_applicant_pages import WANTED, take_picture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TELEPHONE: Any = {
    "viewport": {"width": public.PHONE, "height": 844}, "device_scale_factor": 2,
    "has_touch": True, "is_mobile": True,
}  # fmt: skip


@pytest.fixture
def mail(settings, live_server):
    settings.SITE_URL = live_server.url
    with smtp.running_mail_server(settings) as server:
        yield server


class Thumb:
    """A thumb on a telephone: it taps and types; screens and taps are counted."""

    def __init__(self, page: Page, way: str) -> None:
        self.page, self.way = page, way
        self.taps, self.screens = 0, 0

    def open(self, address: str) -> "Thumb":
        """Follow a link that stands in a mail."""
        self.page.goto(address)
        return self.look()

    def look(self) -> "Thumb":
        """The screen that has come up: within the edge, and nothing for axe to find."""
        self.screens += 1
        assert overflow(self.page) == []
        assert violations(self.page) == []
        if WANTED:
            take_picture(self.page, f"way-{self.way}-{self.screens}", "zh-CN", "light")
        return self

    def tap(self, selector: str) -> "Thumb":
        """Tap what leads to another screen."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.tap()
        self.taps += 1
        return self.look()

    def touch(self, selector: str) -> "Thumb":
        """Tap what stays on the screen: a choice, a box."""
        self.page.locator(selector).first.tap()
        self.taps += 1
        return self

    def choose(self, name: str, value: str) -> "Thumb":
        """Open a list and tap what is meant: two taps."""
        self.page.locator(f"select[name={name}]").select_option(value)
        self.taps += 2
        return self

    def type(self, **values: str) -> "Thumb":
        """Type into each field; that is not counted."""
        for name, value in values.items():
            self.page.locator(f"[name={name}], [name=who-{name}]").fill(value)
        return self

    def photograph(self, selector: str, content: bytes) -> "Thumb":
        """Tap the field of a file and take a photo."""
        photo: FilePayload = {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": content}
        self.page.locator(selector).first.set_input_files(photo)
        self.taps += 1
        return self

    def sign_in(self, mail: smtp.MailServer, address: str) -> "Thumb":
        """By the code in the mail."""
        self.type(email=address).tap("main .submit button")
        self.type(code=smtp.code_in(mail.to(address)[-1]))
        return self.tap("main .submit button")


def link_in(mail: smtp.MailServer, address: str) -> str:
    """The link of the newest mail to an address, once its two minutes are over and it is sent."""
    Notice.objects.filter(address=address).update(next_try_at=timezone.now())
    deliver(worker_name())
    text = smtp.text_of(mail.to(address)[-1])
    found = re.findall(r"http://\S+/cases/\S+", text)
    assert found, text
    return str(found[0])


def on_a_telephone(open_page: Any, way: str) -> Thumb:
    page = open_page(locale="zh-CN", bypass_csp=True, **TELEPHONE)
    return Thumb(page, way)


def test_an_sms_check_is_confirmed_in_time(open_page, world, mail):
    case = world.at("provider_passed")
    world.step(case, "sent_to_administration", tell=True)
    wei = on_a_telephone(open_page, "sms").open(link_in(mail, world.wei.email))
    wei.sign_in(mail, world.wei.email)
    expect(wei.page.locator("#needed")).to_contain_text("https://beian.miit.gov.cn")
    wei.tap("#needed a.button.main").tap("main form .submit button")
    assert FilingCase.objects.get().state == "authority_review"
    expect(wei.page.locator("#needed")).to_contain_text("您现在无需办理")
    # The sign-in, its code, the case, the step, the case.
    assert (wei.screens, wei.taps) == (5, 4)


def test_a_returned_filing_is_put_right_with_a_new_photo(open_page, world, mail):
    case = world.at("provider_review")
    reasons = [{"about": "service_leader_id", "text": "照片反光，请重新拍摄。"}]
    world.step(case, "return_for_correction", reasons=reasons, tell=True)
    wei = on_a_telephone(open_page, "returned").open(link_in(mail, world.wei.email))
    wei.sign_in(mail, world.wei.email)
    expect(wei.page.locator("#needed")).to_contain_text("照片反光")
    wei.photograph("#needed input[type=file]", photo()).tap("#needed .submit button")
    case.refresh_from_db()
    [paper] = case.documents.filter(kind="service_leader_id", status="pending")
    assert (paper.label, paper.media_type) == ("IMG_2041.jpg", "image/jpeg")
    assert case.requests.get().status == "answered"
    expect(wei.page.locator("#needed")).to_contain_text("您现在无需办理")
    # The sign-in, its code, the case with the field for the photo, the case.
    assert (wei.screens, wei.taps) == (4, 4)


def photo() -> bytes:
    """A picture as a telephone takes it, of an ordinary size."""
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def test_a_shop_gets_from_the_check_to_sent(open_page, world, mail):
    """The link that the shop owner follows is the office's own; the code comes by mail."""
    address = "shop@yulan.example"
    shop = on_a_telephone(open_page, "shop").open("/check/")
    shop.touch("[name=service_kind][value=website]").touch("[name=server_region][value=mainland]")
    shop.tap("main .button.main")
    shop.touch("[name=access][value=domain]").touch("[name=forum][value=no]")
    shop.tap("main .button.main")
    shop.touch("[name=applicant_type][value=enterprise]").choose("province", "CN-BJ")
    shop.tap("main .button.main")
    expect(shop.page.locator("h1")).to_contain_text("需要")
    shop.tap("a.button.main").sign_in(mail, address)
    shop.type(
        name="北京玉兰书店", certificate_number="9144030071526726XG", phone="010-5555 0199"
    ).tap("main form .submit button")
    shop.type(site_name="玉兰书店", domain="yulan-books.cn").tap("main form .submit button")
    shop.type(
        service_leader="王伟",
        service_leader_phone="138 0013 8000",
        service_leader_id="11010519491231002X",
    ).tap("main form .submit button")
    shop.tap("main .button.main").tap("main form .submit button")
    case = FilingCase.objects.get()
    assert (case.state, case.domain, case.people.get().user.email) == (
        "triage", "yulan-books.cn", address,
    )  # fmt: skip
    for said in (case.reference, case.follow_code):
        expect(shop.page.locator("main")).to_contain_text(said)
    # Of three pages of questions the verdict, the sign-in, its code; who, the site, the person in
    # charge, the papers, the last look, the receipt.
    assert (shop.screens, shop.taps) == (12, 18)
