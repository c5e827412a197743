"""What a case's facts page asks: only what its filing type needs."""

import pytest
from django.urls import reverse

from icpcases.cases.models import FilingCase
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

#: What each type that ends or inspects something asks (domain.md, section 2): what it is about,
#: whose administration decides, whom the SMS check asks.
ASKED = {
    "cancel_subject": ["filing_type", "province", "subject_leader", "subject_leader_phone"],
    "cancel_service": [
        "filing_type", "service", "province", "service_leader", "service_leader_phone",
    ],
    "cancel_access": ["filing_type", "service", "provider_access", "province"],
    "inspection": ["filing_type", "service", "term", "findings"],
}  # fmt: skip
ADD = "/admin/cases/filingcase/add/"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def asked(form):
    return sorted(field.name for field in form.visible_fields())


def begun(service, filing_type):
    given = {"applicant": service.subject.applicant_id, "filing_type": filing_type}
    return given if filing_type == "cancel_subject" else {**given, "service": service.pk}


@pytest.mark.parametrize("kind", ["website", "app"])
@pytest.mark.parametrize("filing_type", ASKED)
def test_what_ends_or_is_inspected_asks_only_what_it_needs(as_li, world, filing_type, kind):
    service = world.filed(kind=kind)
    page = as_li.get(ADD, begun(service, filing_type))
    assert asked(page.context["facts"]) == sorted(ASKED[filing_type])
    case = world.about(service, filing_type)
    page = as_li.get(reverse("admin:cases_filingcase_facts", args=[case.pk]))
    assert asked(page.context["form"]) == sorted(ASKED[filing_type])


SAYS = {
    "cancel_subject": "The subject is to be cancelled with all its services: say in which province,"
                      " and whom the SMS check asks. All else is as the register has it.",
    "cancel_service": "Say which service is to be cancelled, in which province, and whom the SMS"
                      " check asks. All else is as the register has it.",
    "cancel_access": "Say which access is to end, and in which province. All else is as the"
                     " register has it.",
    "inspection": "Say which service is inspected, what the provider or the authority wants, and"
                  " by which day. All else is as the register has it.",
    "change": "",
}  # fmt: skip
OFFICE = "Enter what is known; the rest can follow."


@pytest.mark.parametrize("filing_type", SAYS)
def test_its_page_says_what_it_asks(as_li, world, filing_type):
    service = world.filed()
    world.case(applicant=service.subject.applicant, filing_type="add_service")
    page = as_li.get(ADD, begun(service, filing_type))
    hints = [text for name, text in blocks(page.content.decode()) if name == "p.hint"]
    said = [text for text in hints if text in (*SAYS.values(), OFFICE)]
    assert said == [SAYS[filing_type] or OFFICE]


def sent(page, **typed):
    form = page.context["facts"]
    shown = {n: "" if form[n].value() is None else form[n].value() for n in form.fields}
    return {**shown, **typed, "find": "", "_save": "1"}


def test_a_case_about_the_subject_opens_with_its_leader_alone(as_li, world):
    service = world.filed()
    client = service.subject.applicant
    page = as_li.get(ADD, begun(service, "cancel_subject"))
    answer = as_li.post(page.wsgi_request.get_full_path(), sent(page, applicant=client.pk))
    assert answer.status_code == 302
    case = FilingCase.objects.get()
    assert (case.filing_type, case.site_name, case.domain, case.service_leader) == (
        "cancel_subject", "", "", "",
    )  # fmt: skip
    assert (case.subject_leader, case.subject_leader_phone, case.province_id) == (
        "王伟", "13800138000", "CN-BJ",
    )  # fmt: skip


@pytest.mark.parametrize("filing_type", ["cancel_service", "inspection"])
def test_what_is_not_asked_is_of_the_service_that_was_chosen(as_li, world, filing_type):
    """The page knew another service when it was shown."""
    first = world.filed(domain="first.cn", name="玉兰书店")
    client = first.subject.applicant
    second = world.filed(
        client, domain="second.cn", name="玉兰书屋", kind="mini_program", service_leader="李娜"
    )
    page = as_li.get(ADD, begun(first, filing_type))
    chosen = {"service": second.pk, "applicant": client.pk, "term": "2999-01-01", "findings": "x"}
    answer = as_li.post(page.wsgi_request.get_full_path(), sent(page, **chosen))
    assert answer.status_code == 302
    case = FilingCase.objects.get()
    assert (case.service, case.site_name, case.domain, case.domain_unicode) == (
        second, "玉兰书屋", "second.cn", "second.cn",
    )  # fmt: skip
    assert (case.registrable_domain, case.service_kind) == ("second.cn", "mini_program")
    # Whom the SMS check asks is asked, and so stays as it was typed.
    leaders = {"cancel_service": "王伟", "inspection": "李娜"}
    assert case.service_leader == leaders[filing_type]


def test_the_case_page_names_no_site_of_an_errand_about_the_subject(as_li, world):
    case = world.about(world.filed(), "cancel_subject")
    page = as_li.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    shown = [row[0] for name in ("facts", "site") for row in page.context[name]]
    assert shown == ["filing_type", "province", "subject_leader", "subject_leader_phone"]


def test_the_case_page_says_of_a_service_that_ends_what_is_known(as_li, world):
    case = world.about(world.filed(), "cancel_service")
    page = as_li.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    shown = [row[0] for row in page.context["facts"]]
    assert shown == ["filing_type", "service_kind", "mainland_cdn", "access", "province"]
