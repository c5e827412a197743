"""What offices meet beside the straight way (domain.md, section 10), by the pages' own forms.

A site found and hosted here as well, a second site and an App on one order, and a changed phone
are walked in a browser: tests/browser/test_register.py.
"""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import FilingCase, Order, ProviderAccess, Service, SubjectFiling
from tests.harness.forms import forms_of
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
CASE = "admin:cases_filingcase_"
#: What the register does not know of a site, and a first filing must say.
FACTS = {
    "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
    "protocol": "https", "forum": "false", "province": "CN-BJ", "site_name": "玉兰书店",
    "domain": "yulan-books.cn", "service_leader": "王伟", "service_leader_phone": "13800138000",
}  # fmt: skip


class Clerk:
    """Somebody of the office, who sends what the pages offer and nothing else."""

    def __init__(self, client, account, world):
        client.force_login(account)
        self.client, self.world = client, world

    def send(self, address, **entries):
        """Fill in the last form of a page and send it; the page it leads to."""
        page = self.client.get(address)
        form = forms_of(page.content.decode())[-1]
        answer = self.client.post(address, form.filled(**entries), follow=True)
        assert answer.redirect_chain, " | ".join(t for _, t in blocks(answer.content.decode()))
        return answer

    def begin(self, applicant, of, service=None, **facts):
        """An errand from the client's portfolio; its papers are simply there."""
        portfolio = self.client.get(reverse("admin:cases_portfolio", args=[applicant.pk]))
        address = f"/admin/cases/filingcase/add/?applicant={applicant.pk}&filing_type={of}"
        address += f"&service={service.pk}" if service else ""
        assert address.replace("&", "&amp;") in portfolio.content.decode()
        self.send(address, _save="", **facts)
        return FilingCase.objects.latest("pk")

    def take(self, case, step, **entries):
        return self.send(reverse(f"{CASE}step", args=[case.pk, step]), **entries)

    def walk(self, case, *steps):
        for step in steps:
            self.world.supply(case) if step == "supply" else self.take(case, step)

    def to_the_administration(self, case, order=None):
        """From a draft to where the administration decides."""
        self.walk(case, "submit_request", "prepare_filing", "supply")
        given = {"provider": self.world.provider().pk, "order_number": order} if order else {}
        self.take(case, "submit_to_provider", **given)
        self.walk(case, "provider_passes", "sent_to_administration")


@pytest.fixture
def clerk(client, li, world):
    return Clerk(client, li, world)


def state(row):
    row.refresh_from_db()
    return row.state


def happened(case):
    rows = case.history.filter(kind="step").order_by("sequence")
    return {row.step: timezone.localtime(row.happened_at, SHANGHAI) for row in rows}


def test_a_company_is_renamed_while_its_site_is_open(clerk, world):
    service = world.filed(domain="yulan-books.cn")
    applicant = service.subject.applicant
    case = clerk.begin(
        applicant, "change", applicant_type="enterprise", subject_name="玉兰文化有限公司"
    )
    assert case.changed == frozenset({"subject_name"})
    clerk.to_the_administration(case, order="R-1")
    clerk.take(case, "confirm_sms")
    applicant.refresh_from_db()
    assert applicant.name == "玉兰书店有限公司"
    clerk.take(case, "complete", completed_on=timezone.localdate())
    applicant.refresh_from_db()
    assert (applicant.name, state(case), state(service)) == (
        "玉兰文化有限公司", "completed", "live",
    )  # fmt: skip


def test_a_site_is_cancelled_while_its_sisters_stay(clerk, world):
    applicant = world.applicant()
    gone, sister = world.filed(applicant), world.filed(applicant)
    case = clerk.begin(applicant, "cancel_service", gone)
    page = clerk.client.get(reverse(f"{CASE}change", args=[case.pk]))
    assert page.status_code == 200
    clerk.to_the_administration(case, order="C-1")
    clerk.take(case, "confirm_sms")
    clerk.take(case, "complete", completed_on=timezone.localdate())
    assert [state(row) for row in (case, gone, sister, gone.subject)] == [
        "completed", "cancelled", "live", "live",
    ]  # fmt: skip
    live = ProviderAccess.objects.filter(until=None)
    assert list(live.values_list("service", flat=True)) == [sister.pk]


def test_a_filing_is_lost_because_nobody_answered_an_inspection(clerk, world, chen):
    service = world.filed()
    findings = {"findings": "The number is not on the site.", "term": "2999-01-01"}
    case = clerk.begin(service.subject.applicant, "inspection", service, **findings)
    reason = {"reasons-0-about": "", "reasons-0-text": "Nobody answered within the term."}
    clerk.take(case, "record_refusal", **reason)
    assert (state(case), state(service)) == ("refused", "live")
    clerk.client.force_login(chen)
    page = clerk.client.get(reverse(f"{CASE}change", args=[case.pk])).content.decode()
    address = reverse("admin:cases_lost_service", args=[service.pk])
    assert f'href="{address}"' in page
    lost = {"lost_on": timezone.localdate(), "reason": "Nobody answered the inspection."}
    clerk.send(address, **lost)
    assert (state(service), state(service.subject)) == ("cancelled", "shell")


def test_an_sms_is_not_answered_and_is_sent_again(clerk, world):
    case = world.at("provider_passed")
    clerk.walk(case, "sent_to_administration", "sms_expired")
    assert state(case) == "provider_passed"
    clerk.walk(case, "sent_to_administration", "confirm_sms")
    assert state(case) == "authority_review"
    checks = case.sms_checks.order_by("number").values_list("number", "closed", "confirmed_at")
    assert [(n, closed, at is not None) for n, closed, at in checks] == [
        (1, True, False), (2, False, True),
    ]  # fmt: skip


def test_the_provider_passes_on_a_friday_and_the_sms_goes_out_on_the_tuesday(clerk, world):
    opened = timezone.now() - dt.timedelta(days=20)
    case = world.case(happened=opened)
    for step in ("submit_request", "prepare_filing"):
        world.step(case, step, happened=opened)
    world.supply(case)
    today = timezone.localdate()
    friday = today - dt.timedelta(days=(today.weekday() - 4) % 7 + 7)
    moment = dt.datetime.combine
    times = {
        "submit_to_provider": moment(friday, dt.time(9, 0)),
        "provider_passes": moment(friday, dt.time(17, 30)),
        "sent_to_administration": moment(friday + dt.timedelta(days=4), dt.time(10, 15)),
        "confirm_sms": moment(friday + dt.timedelta(days=5), dt.time(8, 5)),
    }
    order = {"provider": world.provider().pk, "order_number": "F-1"}
    for step, at in times.items():
        entries = {"happened": at.strftime("%Y-%m-%dT%H:%M")}
        clerk.take(case, step, **entries, **(order if step == "submit_to_provider" else {}))
    told = happened(case)
    assert {step: told[step].replace(tzinfo=None) for step in times} == times


def test_of_five_sites_on_one_order_one_comes_back(clerk, world):
    applicant = world.applicant()
    world.filed(applicant)
    cases = []
    for number in range(5):
        names = {"site_name": f"玉兰{number}", "domain": f"yulan-{number}.cn"}
        case = clerk.begin(applicant, "add_service", **{**FACTS, **names})
        clerk.walk(case, "submit_request", "prepare_filing", "supply")
        cases.append(case)
    given = {"provider": world.provider().pk, "order_number": "FIVE"}
    clerk.send(reverse("admin:cases_submit_together", args=[applicant.pk]), **given)
    assert [state(case) for case in cases] == ["provider_review"] * 5
    *others, back = cases
    order = Order.objects.get(number="FIVE")
    address = reverse("admin:cases_order_step", args=[order.pk, "provider_passes"])
    clerk.send(address, **{f"case-{back.pk}": None})
    reason = {"reasons-0-about": "site_name", "reasons-0-text": "Typed in the wrong box.",
              "reasons-0-whose": "office"}  # fmt: skip
    clerk.take(back, "return_for_correction", returned_by="provider", **reason)
    assert [state(case) for case in cases] == [*["provider_passed"] * 4, "returned"]
    order.refresh_from_db()
    assert (order.running, order.ended_on) == (True, None)
    clerk.take(back, "submit_to_provider")
    assert state(back) == "provider_review"
    live = order.memberships.filter(left_on=None).order_by("case")
    assert list(live.values_list("case", flat=True)) == [case.pk for case in [*others, back]]


def test_the_number_of_a_holder_of_a_commercial_licence_is_made_of_the_licence(clerk, world):
    applicant = world.applicant(
        licence_number="京ICP证030173号",
        licence_issued_on=dt.date(2020, 1, 6), licence_expires_on=dt.date(2999, 1, 5),
    )  # fmt: skip
    first = world.filed(applicant, number="京ICP备20030173号-1")
    case = clerk.begin(applicant, "add_service", **FACTS)
    clerk.to_the_administration(case, order="L-1")
    clerk.take(case, "confirm_sms")
    page = clerk.client.get(reverse(f"{CASE}step", args=[case.pk, "approve"]))
    proposed = forms_of(page.content.decode())[-1].values["icp_number"]
    assert proposed == ["京ICP证030173号-1"]
    number = {"icp_number": proposed[0], "filed_on": timezone.localdate()}
    clerk.take(case, "approve", **number)
    second = Service.objects.latest("pk")
    assert [(row.number, row.subject_id) for row in (first, second)] == [
        ("京ICP备20030173号-1", first.subject_id), ("京ICP证030173号-1", first.subject_id),
    ]  # fmt: skip


def test_two_bureaus_file_each_its_own_name_under_gov_cn(clerk, world):
    for domain in ("yulan-sport.gov.cn", "yulan-water.gov.cn"):
        applicant = world.applicant()
        case = clerk.begin(
            applicant, "first", **{**FACTS, "applicant_type": "organisation", "domain": domain}
        )
        clerk.walk(case, "submit_request", "prepare_filing")
        case.refresh_from_db()
        assert (case.registrable_domain, case.state) == (domain, "preparing")


def test_a_server_in_hong_kong_is_filed_for_where_nodes_stand_in_the_mainland(clerk, world):
    for nodes, ends in (("false", "not_required"), ("true", "preparing")):
        facts = {**FACTS, "server_region": "hong_kong", "mainland_cdn": nodes}
        case = clerk.begin(world.applicant(), "first", **{**facts, "domain": f"{nodes}.cn"})
        clerk.walk(case, "submit_request")
        clerk.take(case, "prepare_filing" if ends == "preparing" else "close_not_required")
        assert state(case) == ends


def test_a_whole_subject_is_cancelled_with_all_that_hangs_on_it(clerk, world):
    applicant = world.applicant()
    services = [world.filed(applicant), world.filed(applicant)]
    case = clerk.begin(applicant, "cancel_subject")
    clerk.to_the_administration(case, order="S-1")
    clerk.take(case, "confirm_sms")
    clerk.take(case, "complete", completed_on=timezone.localdate())
    assert [state(row) for row in services] == ["cancelled", "cancelled"]
    assert state(SubjectFiling.objects.get()) == "cancelled"
    assert not ProviderAccess.objects.filter(until=None).exists()
