"""An errand that follows another: cancel this site, then file that one."""

import pytest
from django.urls import reverse

from icpcases.cases.models import FilingCase

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def page(case):
    return reverse("admin:cases_filingcase_change", args=[case.pk])


def begin(client, url, **typed):
    """The errand behind a button, its page filled in as it is shown and the rest typed."""
    form = client.get(url).context["facts"]
    shown = {n: "" if form[n].value() is None else form[n].value() for n in form.fields}
    applicant = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))["applicant"]
    sent = {**shown, **typed, "applicant": applicant, "find": "", "_save": "1"}
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["facts"].errors
    return FilingCase.objects.latest("pk")


def test_cancel_a_then_file_b(as_li, world):
    service = world.filed(domain="old.cn")
    first = world.about(service, "cancel_service")
    url = as_li.get(page(first)).context["next_errand"]
    second = begin(as_li, url, domain="new.cn", site_name="玉兰书屋")
    assert (second.filing_type, second.follows, second.service, second.domain) == (
        "add_service", first, None, "new.cn",
    )  # fmt: skip
    assert (second.applicant, second.service_leader) == (first.applicant, "王伟")
    shown = as_li.get(page(first))
    assert (shown.context["followers"], page(second) in shown.content.decode()) == ([second], True)
    shown = as_li.get(page(second))
    assert (shown.context["followers"], page(first) in shown.content.decode()) == ([], True)
    assert first.reference in shown.content.decode()


def test_the_one_waits_while_the_other_is_before_the_administrations(as_li, world):
    """Each goes its own way; the rule about the subject keeps the second back."""
    service = world.filed(domain="old.cn")
    first = world.about(service, "cancel_service")
    url = as_li.get(page(first)).context["next_errand"]
    second = begin(as_li, url, domain="old.cn", **known())
    first = world.walk(first, "submit_request", "prepare_filing", "supply", "submit_to_provider")
    first = world.walk(first, "provider_passes", "sent_to_administration")
    # The other errand about the site, and the site itself, which is live until then.
    assert unmet(as_li, second, "submit_request") == ["service.free", "service.free"]
    first = world.walk(first, "confirm_sms", "complete")
    assert unmet(as_li, second, "submit_request") == []
    second = world.walk(second, "submit_request", "prepare_filing", "supply", "submit_to_provider")
    assert (first.state, second.state) == ("completed", "provider_review")


def known():
    """What a further site says of itself."""
    return {
        "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
        "protocol": "https", "forum": "false", "service_leader": "王伟", "site_name": "玉兰书屋",
        "service_leader_phone": "13800138000",
    }  # fmt: skip


def unmet(client, case, step):
    shown = client.get(page(case)).context["steps"]
    [found] = [each for each in shown if each.name == step]
    return [finding.code for finding in found.unmet]


@pytest.mark.parametrize(
    ("filing_type", "offered"),
    [
        ("cancel_service", True),
        ("cancel_access", False),
        ("cancel_subject", False),
        ("change", False),
        ("add_access", False),
        ("inspection", False),
    ],
)
def test_only_a_cancelled_site_offers_the_next(as_li, world, filing_type, offered):
    case = world.about(world.filed(), filing_type)
    assert bool(as_li.get(page(case)).context["next_errand"]) == offered


def test_neither_who_only_reads_nor_a_withdrawn_errand_is_offered_one(client, world, sun, li):
    case = world.about(world.filed(), "cancel_service")
    client.force_login(sun)
    assert client.get(page(case)).context["next_errand"] == ""
    world.step(case, "withdraw")
    client.force_login(li)
    assert client.get(page(case)).context["next_errand"] == ""


@pytest.mark.parametrize("follows", ["another's", "nobody's", "no number"])
def test_an_errand_follows_none_but_the_applicants_own(as_li, world, follows):
    service = world.filed()
    others = world.about(world.filed(), "cancel_service")
    given = {"another's": others.pk, "nobody's": 10**6, "no number": "x"}[follows]
    applicant = service.subject.applicant
    add = reverse("admin:cases_filingcase_add")
    url = f"{add}?applicant={applicant.pk}&filing_type=add_service&follows={given}"
    shown = as_li.get(url).context["facts"]
    sent = {n: "" if shown[n].value() is None else shown[n].value() for n in shown.fields}
    sent |= {"applicant": applicant.pk, "find": applicant.name, "_save": "1"}
    assert as_li.post(url, sent).status_code == 302
    assert FilingCase.objects.latest("pk").follows is None


@pytest.mark.parametrize("followers", [1, 3])
def test_a_case_costs_the_same_with_one_that_follows_it_and_with_three(
    as_li, world, followers, django_assert_num_queries
):
    case = world.about(world.filed(), "cancel_service")
    url = as_li.get(page(case)).context["next_errand"]
    for n in range(followers):
        begin(as_li, url, domain=f"new-{n}.cn")
    with django_assert_num_queries(17):
        assert len(as_li.get(page(case)).context["followers"]) == followers
