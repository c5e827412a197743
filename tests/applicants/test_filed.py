"""What is filed for an applicant, as he sees it, and the errand he begins from it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import CasePerson, FilingCase

from .pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
FILED = "/filed/"


def portfolio(applicant):
    return f"/filed/{applicant.pk}/"


def following(applicant, filing_type, **more):
    given = {"applicant": applicant.pk, "filing_type": filing_type, **more}
    return "/filed/next/", given


@pytest.fixture
def theirs(world, wei):
    """A service of Wei's, found in the register, beside a draft of his about another."""
    service = world.filed(domain="yulan-books.cn", number="京ICP备12345678号-1")
    world.case(applicant=service.subject.applicant, filing_type="add_service")
    return service


def test_wei_sees_his_own_and_what_may_begin(client, wei, theirs):
    client.force_login(wei)
    applicant = theirs.subject.applicant
    assert list(client.get(FILED).context["applicants"]) == [applicant]
    page = client.get(portfolio(applicant))
    [(line, offers)] = page.context["rows"]
    assert (page.status_code, line.service) == (200, theirs)
    assert [offer.label for offer in page.context["offers"]] == [
        "Further service", "Change", "Cancel the subject",
    ]  # fmt: skip
    # An inspection is begun by the office.
    assert [offer.label for offer in offers] == [
        "Further access", "Change", "Cancel a service", "End an access: Old Cloud",
    ]  # fmt: skip
    text = text_of(page)
    said = "京ICP备12345678号-1 · Website Live yulan-books.cn Hosted at: Old Cloud"
    assert text[text.index(said[:20]) :][: len(said)] == said


def test_nobody_else_can_tell_that_it_is_there(client, wei, mei, stranger, theirs):
    applicant = theirs.subject.applicant
    address, given = following(applicant, "add_access", service=theirs.pk)
    nobodys = 10**6
    for person in (mei, stranger):
        client.force_login(person)
        assert list(client.get(FILED).context["applicants"]) == []
        statuses = [
            client.get(portfolio(applicant)).status_code,
            client.get(f"/filed/{nobodys}/").status_code,
            client.get(address, given).status_code,
            client.post(f"{address}?applicant={applicant.pk}&filing_type=change").status_code,
        ]
        assert statuses == [404] * 4
    client.logout()
    for page in (FILED, portfolio(applicant), address):
        answer = client.get(page)
        assert (answer.status_code, answer.url) == (302, f"{reverse('sign_in')}?next={page}")
    assert FilingCase.objects.count() == 1


def test_a_colleague_on_one_case_and_a_claimed_number_see_nothing(client, world, mei, theirs):
    applicant = theirs.subject.applicant
    case = FilingCase.objects.get()
    CasePerson.objects.create(case=case, user=mei, part=CasePerson.Part.COLLEAGUE)
    claimed = world.applicant(
        confirmed=False, certificate_type=applicant.certificate_type,
        certificate_number=applicant.certificate_number,
    )  # fmt: skip
    world.case(applicant=claimed, owner=mei)
    client.force_login(mei)
    assert list(client.get(FILED).context["applicants"]) == []
    statuses = [client.get(portfolio(a)).status_code for a in (applicant, claimed)]
    assert statuses == [404, 404]


def test_errands_of_others_about_his_service_are_not_shown(client, world, wei, mei, theirs):
    own = world.about(theirs, "change", service_leader_phone="13900139000")
    other = world.about(theirs, "inspection")
    other.people.all().delete()
    client.force_login(wei)
    text = text_of(client.get(portfolio(theirs.subject.applicant)))
    assert (own.reference in text, other.reference in text) == (True, False)


def test_the_next_errand_is_a_draft_with_what_is_known(client, wei, theirs):
    client.force_login(wei)
    address, given = following(theirs.subject.applicant, "change", service=theirs.pk)
    door = client.get(address, given)["Location"]
    page = client.get(door)
    # Nothing is asked: what it is about is in the address, and the rest in the register.
    assert (page.status_code, page.context["form"].visible_fields()) == (200, [])
    places = [client.post(door)["Location"] for _twice in range(2)]
    case = FilingCase.objects.get(filing_type="change")
    assert places == [f"/cases/{case.reference}/application/"] * 2
    assert (case.domain, case.service_leader, case.service, case.changing) == (
        "yulan-books.cn", "王伟", theirs, {},
    )  # fmt: skip
    person = f"/cases/{case.reference}/application/person/"
    form = client.get(person).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    sent = {**typed, "service_leader_phone": "1390", "version": case.version}
    wrong = client.post(person, sent)
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (
        422, ["service_leader_phone"],
    )  # fmt: skip
    assert wrong.context["form"]["service_leader_phone"].value() == "1390"
    sent["service_leader_phone"] = "13900139000"
    for _twice in range(2):
        assert client.post(person, sent).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.service, case.officer, case.changing) == (
        "draft", theirs, None, {"service_leader_phone": "13800138000"},
    )  # fmt: skip
    assert list(case.people.values_list("user", "part")) == [(wei.pk, "owner")]


@pytest.mark.parametrize("filing_type", ["inspection", "renewal", ""])
def test_what_is_not_his_to_begin_is_no_page(client, wei, theirs, filing_type):
    client.force_login(wei)
    address, given = following(theirs.subject.applicant, filing_type, service=theirs.pk)
    assert client.get(address, given).status_code == 404
    assert FilingCase.objects.count() == 1


def test_what_a_site_still_owes_is_said_until_it_is_recorded(client, world, wei, theirs):
    client.force_login(wei)
    footer = "The number is not recorded in the footer yet."
    security = "The public-security filing is not recorded yet."
    done = world.filed(
        theirs.subject.applicant, footer_on=timezone.localdate(),
        public_security_number="京公网安备11010802000001号",
        public_security_on=timezone.localdate(),
    )  # fmt: skip
    text = text_of(client.get(portfolio(theirs.subject.applicant)))
    assert (text.count(footer), text.count(security)) == (1, 1)
    assert done.number in text


@pytest.mark.parametrize("services", [1, 3])
def test_it_costs_the_same_for_one_service_and_for_three(
    client, world, wei, theirs, services, django_assert_num_queries
):
    applicant = theirs.subject.applicant
    for n in range(1, services):
        service = world.filed(applicant, domain=f"site-of-{n}.cn")
        world.about(service, "add_access")
    client.force_login(wei)
    with django_assert_num_queries(3):
        client.get(FILED)
    with django_assert_num_queries(10):
        assert len(client.get(portfolio(applicant)).context["rows"]) == services
