"""Opening a case that was begun from a portfolio: what it is, for whom, and what it asks."""

import pytest
from django.urls import reverse

from icpcases.cases.models import Applicant, FilingCase
from icpcases.search import index
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

ADD = "/admin/cases/filingcase/add/"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def read(answer, *names):
    """The texts of the blocks with these names."""
    return [text for name, text in blocks(answer.content.decode()) if name in names]


def test_a_case_begun_from_a_portfolio_says_what_it_is_and_for_whom(as_li, world):
    service = world.filed(number="京ICP备20210001号-1")
    client = service.subject.applicant
    asked = {"applicant": client.pk, "filing_type": "add_access", "service": service.pk}
    page = as_li.get(ADD, asked)
    assert read(page, "h1") == ["Further access: 玉兰书店有限公司"]
    assert read(page, "p.who-and-what") == ["京ICP备20210001号-1 玉兰书店"]
    assert (
        page.context["title"] == "Further access: 玉兰书店有限公司 · 京ICP备20210001号-1 玉兰书店"
    )
    # The client stands there; who it should be instead is folded away.
    assert "Another applicant" in read(page, "summary")
    assert "<details open" not in page.content.decode()


def test_a_subject_is_named_without_a_service(as_li, world):
    client = world.filed().subject.applicant
    page = as_li.get(ADD, {"applicant": client.pk, "filing_type": "cancel_subject"})
    assert read(page, "h1") == ["Cancel the subject: 玉兰书店有限公司"]
    assert page.context["title"] == "Cancel the subject: 玉兰书店有限公司"


def test_another_applicant_can_still_be_found_and_then_nothing_is_known(as_li, world):
    client = world.filed().subject.applicant
    other = world.applicant(name="Garden Books")
    address = f"{ADD}?applicant={client.pk}&filing_type=cancel_subject"
    typed = {"find": "Garden", "applicant": client.pk, "filing_type": "cancel_subject"}
    page = as_li.post(address, {**typed, "_find": "1"})
    assert [found.pk for found, _number in page.context["found"]] == [client.pk, other.pk]
    assert "<details open" in page.content.decode()
    page = as_li.post(address, {**typed, "applicant": other.pk, "_find": "1"})
    assert (page.context["title"], page.context["chosen"]) == ("Open a case", other)


def test_a_case_begun_without_a_client_is_opened_as_ever(as_li):
    page = as_li.get(ADD)
    assert (read(page, "h1"), page.context["misfits"]) == (["Open a case"], [])


THEIRS = (
    "The service in the address does not belong to 玉兰书店有限公司; choose the right one below."
)


@pytest.mark.parametrize("filing_type", ["change", "add_access", "cancel_service", "inspection"])
def test_a_service_of_another_client_is_named_as_none_of_this_ones(as_li, world, filing_type):
    mine = world.filed(number="京ICP备20210001号-1")
    other = world.filed(number="京ICP备20210002号-1", name="Garden", domain="garden.cn")
    client = mine.subject.applicant
    given = {"applicant": client.pk, "filing_type": filing_type}
    page, nobodys = (as_li.get(ADD, {**given, "service": pk}) for pk in (other.pk, 10**9))
    # Of a service that nobody has the same is said: nothing is told of the other client.
    for answer in (page, nobodys):
        assert answer.status_code == 200
        assert read(answer, "p.errornote") == [THEIRS]
        assert answer.context["facts"]["service"].value() == ""
    shown = page.content.decode()
    for secret in ("京ICP备20210002号", "garden.cn", "Garden", other.subject.applicant.name + "<"):
        assert secret not in shown, secret


def test_an_access_or_a_case_that_is_not_this_clients_is_said_too(as_li, world):
    mine, other = world.filed(), world.filed()
    client = mine.subject.applicant
    theirs = world.about(other, "cancel_service")
    given = {"applicant": client.pk, "service": mine.pk, "filing_type": "cancel_access"}
    page = as_li.get(ADD, {**given, "provider_access": other.accesses.get().pk})
    assert read(page, "p.errornote") == [
        "The access in the address is not an open one of this service."
    ]
    given = {"applicant": client.pk, "filing_type": "add_service", "follows": theirs.pk}
    page = as_li.get(ADD, given)
    assert read(page, "p.errornote") == [
        "The case in the address, which this one is to follow, is none of 玉兰书店有限公司."
    ]


@pytest.mark.parametrize("applicant", ["", "1000000"])
def test_without_a_client_the_service_waits_for_one(as_li, world, applicant):
    service = world.filed()
    page = as_li.get(ADD, {"applicant": applicant, "filing_type": "change", "service": service.pk})
    assert read(page, "p.errornote") == [
        "The address names no client that is known here: find the applicant below."
    ]
    assert page.context["facts"]["filing_type"].value() == "change"


def test_an_applicant_is_told_the_same_of_his_own(client, world, wei):
    mine = world.at("filed").service
    assert mine
    other = world.filed(name="Garden", domain="garden.cn")
    client.force_login(wei)
    given = {"applicant": mine.subject.applicant_id, "filing_type": "change", "service": other.pk}
    page = client.get(reverse("applicants:next"), given, follow=True)
    assert (page.status_code, read(page, "p.errornote")) == (200, [THEIRS])
    assert "Garden" not in page.content.decode()
    assert FilingCase.objects.filter(filing_type="change").count() == 0


FIRM = {"new-name": "Garden Books", "new-language": "en"}


def test_a_single_hit_is_chosen_and_its_next_site_takes_three_facts(as_li, world, li):
    service = world.filed(name="木兰茶馆", domain="mulan.cn")
    firm = service.subject.applicant
    Applicant.objects.filter(pk=firm.pk).update(email="wei@example.com", phone="13900139001")
    index.keep_client(firm.pk)
    world.case(applicant=firm, domain="older.cn")
    # Of the newest next to nothing is known yet.
    world.case({"applicant_type": "enterprise"}, firm, domain="newest.cn")
    answer = as_li.post(ADD, {"find": "139-0013-9001", "found_for": "", "_find": "1"})
    assert answer["Location"] == f"{ADD}?applicant={firm.pk}&filing_type=add_service"
    page = as_li.get(answer["Location"])
    facts = page.context["facts"]
    sent = {name: facts[name].value() or "" for name in facts.fields}
    sent |= {"applicant": firm.pk, "site_name": "木兰书屋", "domain": "mulan-books.cn"}
    invited = {"people-invite": "on", "people-address": page.context["opening"]["address"].value()}
    done = as_li.post(answer["Location"], {**sent, **invited, "_save": "1"}, follow=True)
    case = FilingCase.objects.latest("pk")
    assert (case.filing_type, case.applicant, case.domain) == (
        "add_service", firm, "mulan-books.cn",
    )  # fmt: skip
    assert (case.service_leader, case.server_region, case.province_id) == (
        "王伟", "mainland", "CN-BJ",
    )  # fmt: skip
    assert "Invited by e-mail: wei@example.com." in " ".join(read(done, "li.success"))
    assert [(i.email, i.part) for i in case.invitations.all()] == [("wei@example.com", "owner")]


def test_nothing_typed_is_lost_by_find_and_a_single_hit_is_still_chosen(as_li, world):
    firm = world.applicant(name="Garden Books")
    typed = {"find": "garden", "found_for": "", "domain": "typed.cn", "forum": "false"}
    page = as_li.post(ADD, {**typed, "applicant": "", "_find": "1"})
    assert (page.status_code, page.context["chosen"]) == (200, firm)
    assert (page.context["facts"]["domain"].value(), page.context["facts"]["forum"].value()) == (
        "typed.cn", "false",
    )  # fmt: skip


def test_errors_are_summed_up_on_top_linked_and_in_the_title(as_li):
    sent = {**FIRM, "new-name": "", "domain": "no domain", "people-address": "nobody"}
    page = as_li.post(ADD, {**sent, "_save": "1"})
    shown = page.content.decode()
    title = shown[shown.index("<title>") + 7 :].split("</title>")[0].split()
    assert (page.status_code, " ".join(title[:4])) == (422, "Error: Open a case")
    assert [id for id, _text in page.context["errors"]] == [
        "id_domain", "id_people-address", "id_new-name",
    ]  # fmt: skip
    for anchor in ("id_domain", "id_people-address", "id_new-name"):
        assert (f'href="#{anchor}"' in shown, f'id="{anchor}"' in shown) == (True, True)
    assert "<details open>" in shown
    assert 'id="error-summary" data-focus autofocus' in shown


def test_duplicates_are_named_before_they_are_made(as_li, world, li):
    known = world.applicant(confirmed=False, name="Ｇarden (Books)", phone="+86 138 0013 8001")
    busy = world.case(domain="taken.cn")
    sent = {**FIRM, "new-phone": "138-0013-8001", "domain": "taken.cn", "_save": "1"}
    page = as_li.post(ADD, sent)
    assert (page.status_code, [twin for twin, _number in page.context["twins"]]) == (422, [known])
    assert [site.name for site in page.context["known_sites"]] == [busy.reference]
    assert Applicant.objects.count() == 2
    chosen = as_li.post(ADD, {**sent, "applicant": known.pk})
    assert (chosen.status_code, FilingCase.objects.latest("pk").applicant) == (302, known)
    anyway = as_li.post(ADD, {**sent, "new_anyway": "1"})
    assert (anyway.status_code, Applicant.objects.count()) == (302, 3)


def test_a_certificate_of_a_confirmed_applicant_is_no_new_one_however_it_is_written(as_li, world):
    known = world.applicant(certificate_type="permit", certificate_number="H12345678")
    sent = {**FIRM, "new-certificate_type": "permit", "new-certificate_number": "ｈ-1234 5678"}
    page = as_li.post(ADD, {**sent, "new_anyway": "1", "_save": "1"})
    assert (page.status_code, page.context["known"]) == (422, known)
    assert known.name in page.content.decode()


def test_the_verdict_stands_beside_the_facts_and_follows_them(as_li, world):
    firm = world.filed().subject.applicant
    page = as_li.get(ADD, {"applicant": firm.pk, "filing_type": "add_service"})
    assert page.context["verdict"]["missing"] != []
    facts = {
        "applicant_type": "enterprise", "server_region": "hong_kong", "access": "domain",
        "protocol": "https", "forum": "false", "province": "CN-BJ",
    }  # fmt: skip
    fragment = as_li.post(ADD, facts, headers={"X-Fragment": "verdict"})
    assert fragment.content.decode().strip().startswith('<section class="panel verdict"')
    assert "verdict-not_required" in fragment.content.decode()
    assert FilingCase.objects.count() == 0
