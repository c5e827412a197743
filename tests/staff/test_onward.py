"""Going on: what is next on a case lies open after a click, and many documents take one."""

import pytest
from django.utils import timezone

from icpcases.cases.models import AccessLogRow, FilingCase
from icpcases.workflow.actions.requests import ask
from tests.world import png, upload

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

LIST = "/admin/cases/filingcase/"
KINDS = ("business_licence", "legal_representative_id", "service_leader_id")


def address(case, rest):
    return f"{LIST}{case.pk}/{rest}"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


# By hand from the states and the recommended steps of domain.md, sections 4 and 5.
@pytest.mark.parametrize(
    ("state", "step", "entered", "next_one"),
    [
        ("draft", "submit_request", {}, "step/prepare_filing/"),
        # The papers are not there yet: the case's page says so.
        ("triage", "prepare_filing", {}, "change/"),
        ("provider_review", "provider_passes", {}, "step/sent_to_administration/"),
        ("sms_verification", "confirm_sms", {}, "step/approve/"),
        (
            "authority_review",
            "approve",
            {"icp_number": "京ICP备202600787{n}号-1", "filed_on": "{day}"},
            "step/record_opening/",
        ),
        # Closed: nobody has anything to do.
        ("provider_review", "withdraw", {"reason": "Given up."}, "change/"),
    ],
)
def test_a_step_leads_on_to_the_next_where_that_is_asked_for(
    as_li, world, state, step, entered, next_one
):
    for n, (then, leads_to) in enumerate((({}, "change/"), ({"then": "next"}, next_one))):
        case = world.at(state)
        own = {name: value.format(n=n, day=timezone.localdate()) for name, value in entered.items()}
        sent = {**own, **then, "version": case.version}
        answer = as_li.post(address(case, f"step/{step}/"), sent)
        assert (answer.status_code, answer["Location"]) == (302, address(case, leads_to))


def test_what_is_handed_in_leads_on_to_its_judging_and_all_of_it_to_the_step(as_li, world, li):
    case = world.at("preparing")
    sent = {
        "version": case.version, "then": "next", "rows": 2,
        "file": upload("a.png", png("red")), "kind": "business_licence", "issued_in": "mainland",
        "paper1-file": upload("b.png", png("blue")), "paper1-kind": "service_leader_id",
        "paper1-issued_in": "mainland",
    }  # fmt: skip
    answer = as_li.post(address(case, "documents/add/"), sent)
    first, second = case.documents.order_by("pk")
    assert answer["Location"] == address(case, f"documents/{first.pk}/")
    page = as_li.get(address(case, "judge/all/"))
    assert [shown["paper"] for shown in page.context["papers"]] == [first, second]
    logged = AccessLogRow.objects.order_by("pk").values_list("what", "detail", "by", "case")
    assert list(logged) == [
        ("number", f"judging document {paper.pk}", li.pk, case.pk) for paper in (first, second)
    ]
    sent = {
        "version": page.context["version"], "then": "next", "csrfmiddlewaretoken": "one page",
    }  # fmt: skip
    # A double click is answered like one; another ID and the letter are still wanted.
    for _click in range(2):
        answer = as_li.post(address(case, "judge/accept/"), sent)
        assert (answer.status_code, answer["Location"]) == (302, address(case, "change/"))
    another = {**sent, "csrfmiddlewaretoken": "another page"}
    assert as_li.post(address(case, "judge/accept/"), another).status_code == 404
    judged = case.history.filter(kind="document", entered__has_key="judged")
    assert judged.count() == 2
    assert [p.status for p in case.documents.all()] == ["accepted", "accepted"]
    # Nothing waits any more: no empty page.
    assert as_li.get(address(case, "judge/all/"))["Location"] == address(case, "judge/")


def test_an_answer_comes_before_the_step(as_li, world, li, wei):
    case = world.at("preparing")
    asked = ask(case, li, {"about": "site_name", "text": "Right?"}, case.version)
    case.refresh_from_db()
    case.requests.filter(pk=asked.pk).update(status="answered", answer="Yes.")
    FilingCase.objects.filter(pk=case.pk).update(answered=True)
    page = as_li.get(address(case, "facts/"))
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    answer = as_li.post(address(case, "facts/"), {**sent, "version": case.version, "then": "next"})
    assert answer["Location"] == address(case, f"requests/{asked.pk}/")


def test_the_whole_pile_differs_marked_and_costs_the_same(as_li, world, django_assert_num_queries):
    costs = []
    for count in (2, 3):
        case = world.at("preparing", service_leader_id="11010519491231002X")
        for kind in KINDS[:count]:
            world.document(case, kind, number="440301199001011234")
        as_li.get(address(case, "judge/all/"))
        with django_assert_num_queries(PILE):
            page = as_li.get(address(case, "judge/all/"))
        costs.append([shown["differences"] for shown in page.context["papers"]])
    assert [len(differences) for differences in costs] == [2, 3]
    assert costs[1][2] == ["The number is not the service leader's: 11010519491231002X."]


#: Session, account, roles, case, documents, the row of the log, and the day's date of the rules.
PILE = 7


def test_a_case_is_opened_with_its_applicant_confirmed_and_on_it_goes(as_li, li):
    firm = {
        "new-name": "Garden Books", "new-language": "en",
        "new-certificate_type": "permit", "new-certificate_number": "H12345678",
    }  # fmt: skip
    facts = {
        "applicant_type": "enterprise", "server_region": "mainland", "access": "domain",
        "protocol": "https", "forum": "false", "province": "CN-BJ", "site_name": "Garden",
        "domain": "garden.cn", "service_leader": "Wei", "service_leader_phone": "13800138000",
    }  # fmt: skip
    sent = {**firm, **facts, "people-confirm": "on", "then": "next"}
    answer = as_li.post(f"{LIST}add/", sent)
    case = FilingCase.objects.get()
    assert answer["Location"] == address(case, "step/submit_request/")
    assert (case.applicant.confirmed_by, case.version) == (li, 2)


def test_a_tick_without_a_certificate_confirms_nobody_and_says_so(as_li):
    sent = {"new-name": "Garden Books", "new-language": "en", "people-confirm": "on", "_save": "1"}
    page = as_li.post(f"{LIST}add/", sent, follow=True)
    case = FilingCase.objects.get()
    assert (case.applicant.confirmed, page.redirect_chain) == (
        False, [(address(case, "change/"), 302)],
    )  # fmt: skip
    assert [str(m) for m in page.context["messages"]] == [
        "The applicant is not confirmed. "
        "The applicant's certificate type and number are not given.",
        f"{case.reference} is open.",
    ]


def test_the_applicant_is_confirmed_beside_the_paper_with_the_whole_number(as_li, world, li):
    case = world.at("triage", applicant=world.applicant(confirmed=False))
    page = as_li.get(address(case, "confirm/"))
    assert (page.context["paper"], page.context["pictures"]) == (None, [])
    licence = world.document(case, "business_licence")
    page = as_li.get(address(case, "confirm/"))
    assert page.context["certificate"] == case.applicant.certificate_number
    assert page.context["pictures"] == [address(case, f"documents/{licence.pk}/picture/")]
    logged = AccessLogRow.objects.values_list("what", "detail", "by", "case")
    assert list(logged) == [("number", "certificate_number", li.pk, case.pk)] * 2
