"""The page on which documents and answers are judged: what it shows, and where it leads next."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import AccessLogRow, CannedReason, Document, FilingCase, Request
from icpcases.staff.templatetags.staff import happening
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.requests import ask

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LIST = "/admin/cases/filingcase/"
KINDS = ("business_licence", "legal_representative_id", "service_leader_id")


def address(case, rest):
    return f"{LIST}{case.pk}/{rest}"


def version(case):
    return FilingCase.objects.values_list("version", flat=True).get(pk=case.pk)


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


@pytest.fixture
def case(world):
    """Three papers wait; the leader's ID bears another number than the case."""
    case = world.at("preparing", service_leader_id="11010519491231002X")
    for kind in KINDS:
        world.document(case, kind, number="440301199001011234")
    return FilingCase.objects.get(pk=case.pk)


def test_the_paper_stands_beside_whole_numbers_and_the_showing_is_logged(as_li, case, li, sun):
    paper = case.documents.get(kind="service_leader_id")
    page = as_li.get(address(case, f"documents/{paper.pk}/"))
    differs = [
        (row.value, row.compared, row.differs) for row in page.context["known"] if row.compared
    ]
    assert differs == [("11010519491231002X", True, True)]
    assert page.context["differences"] == [
        ("number", "The number is not the service leader's: 11010519491231002X.")
    ]
    assert page.context["form"]["number"].value() == "440301199001011234"
    assert (page.context["nth"], len(page.context["pile"])) == (3, 3)
    logged = AccessLogRow.objects.filter(what="number").values_list("detail", "by", "case")
    assert list(logged) == [(f"judging document {paper.pk}", li.pk, case.pk)]


def test_a_decision_leads_to_the_next_paper_the_answer_and_the_next_case(
    as_li, world, case, wei, li
):
    asked = ask(case, li, {"about": "site_name", "text": "Right?"}, case.version)
    requests.answer(case, wei, asked.pk, "", version(case), value="新名")
    other = world.at("preparing")
    waiting = world.document(other, "business_licence")
    first, second, third = case.documents.order_by("pk")
    went = []
    for paper in (first, third, second):
        data = {"accept": "accepted", "version": version(case)}
        went.append(as_li.post(address(case, f"documents/{paper.pk}/"), data)["Location"])
    # What was passed over comes before the answers.
    assert went == [
        address(case, f"documents/{second.pk}/"),
        address(case, f"requests/{asked.pk}/"),
        address(case, f"requests/{asked.pk}/"),
    ]
    data = {"decision": "accepted", "version": version(case)}
    led = as_li.post(address(case, f"requests/{asked.pk}/"), data)["Location"]
    assert led == address(other, f"documents/{waiting.pk}/")
    assert as_li.get("/admin/judge/")["Location"] == led
    data = {"accept": "accepted", "version": version(other)}
    assert as_li.post(led, data)["Location"] == address(other, "change/")
    assert as_li.get("/admin/judge/")["Location"] == "/admin/"
    assert FilingCase.objects.get(pk=case.pk).site_name == "新名"


def test_next_passes_over_and_an_error_keeps_what_was_typed(as_li, case):
    first, second, _third = case.documents.order_by("pk")
    page = as_li.get(address(case, f"documents/{first.pk}/"))
    led = as_li.get(page.context["skip"])["Location"]
    assert led == address(case, f"documents/{second.pk}/")
    sent = {"accept": "refused", "kind": "branch_licence", "number": "9", "issued_in": "mainland",
            "refusal": "", "version": case.version}  # fmt: skip
    page = as_li.post(address(case, f"documents/{first.pk}/"), sent)
    assert page.status_code == 422
    assert page.context["form"].errors == {"refusal": ["Say why the document is refused."]}
    assert page.context["form"]["number"].value() == "9"
    assert Request.objects.count() == 0


def test_a_usual_reason_is_sent_in_the_applicants_language(as_li, case):
    first = case.documents.order_by("pk").first()
    canned = CannedReason.objects.filter(subject="document", about="")[0]
    sent = {"accept": "refused", "refusal-canned": canned.pk, "version": case.version}
    as_li.post(address(case, f"documents/{first.pk}/"), sent)
    assert Document.objects.get(pk=first.pk).refusal == canned.text_zh
    assert Request.objects.get().text == canned.text_zh


def test_all_are_accepted_at_once_only_after_each_was_shown(as_li, case, client, sun, chen):
    papers = list(case.documents.order_by("pk"))
    accept = address(case, "judge/accept/")
    assert as_li.post(accept, {"version": case.version}).status_code == 404
    offered = [
        as_li.get(address(case, f"documents/{paper.pk}/")).context["all_seen"] for paper in papers
    ]
    assert offered == [False, False, True]
    as_li.post(accept, {"version": case.version})
    assert set(Document.objects.values_list("status", flat=True)) == {"accepted"}
    client.force_login(sun)
    assert client.post(accept, {"version": version(case)}).status_code == 403
    paper = address(case, f"documents/{papers[0].pk}/")
    data = {"accept": "removed", "refusal": "No.", "version": version(case)}
    assert (client.get(paper).status_code, client.post(paper, data).status_code) == (200, 403)


@pytest.mark.parametrize("name", ["wei", "mei", "stranger"])
def test_nobody_outside_the_office_judges(client, case, request, name):
    client.force_login(request.getfixturevalue(name))
    paper = case.documents.first()
    for rest in ("judge/", "judge/accept/", f"documents/{paper.pk}/", "requests/missing/"):
        assert client.post(address(case, rest)).status_code == 302
    assert set(Document.objects.values_list("status", flat=True)) == {"pending"}


def test_the_page_costs_the_same_for_every_paper(as_li, world):
    costs = []
    for count in (1, 3):
        case = world.at("preparing")
        papers = [world.document(case, kind) for kind in KINDS[:count]]
        for page in (f"documents/{papers[0].pk}/", "change/"):
            as_li.get(address(case, page))
            with CaptureQueriesContext(connection) as queries:
                assert as_li.get(address(case, page)).status_code == 200
            costs.append(len(queries))
    # To know whether each of several was shown takes one more.
    assert (costs[2], costs[3]) == (costs[0] + 1, costs[1])


def test_what_is_missing_is_asked_for_with_what_is_ticked(as_li, world):
    case = world.at("triage")
    form = as_li.get(address(case, "change/")).context["ask_all"]
    assert [key for key, _label in form.fields["wanted"].choices] == [
        "document-business_licence", "document-legal_representative_id",
        "document-service_leader_id", "document-authorisation_letter",
        "document-domain_certificate",
    ]  # fmt: skip
    # A conditional one is offered, and not ticked by itself.
    assert "document-authorisation_letter" not in form.initial["wanted"]
    asked = {"wanted": "document-business_licence", "due_on": "", "version": case.version}
    page = as_li.post(address(case, "requests/missing/"), {**asked, "due_on": "2020-01-01"})
    assert (page.status_code, page.context["form"].errors) == (
        422, {"due_on": ["This date lies in the past."]},
    )  # fmt: skip
    as_li.post(address(case, "requests/missing/"), asked)
    assert list(Request.objects.values_list("kind", "about")) == [
        ("document_missing", "business_licence")
    ]
    # Where all of it has been asked for, no empty form is shown.
    wanted = [key for key, _label in form.fields["wanted"].choices]
    asked = {"wanted": wanted[1:], "due_on": "", "version": case.version + 1}
    as_li.post(address(case, "requests/missing/"), asked)
    page = as_li.get(address(case, "requests/missing/"), follow=True)
    assert page.redirect_chain == [(address(case, "change/"), 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "The applicant is asked.", "The applicant is asked.",
        "Everything that is missing has already been asked for.",
    ]  # fmt: skip


def test_the_applicant_answers_with_the_facts_own_control(client, world, li, wei, mei):
    case = world.at("preparing")
    asked = ask(case, li, {"about": "service_leader_phone", "text": "Whose is it?"}, case.version)
    own = f"/cases/{case.reference}/requests/{asked.pk}/"
    client.force_login(mei)
    assert client.get(own).status_code == 404
    client.force_login(wei)
    fact = client.get(own).context["form"].fact
    assert (list(fact.fields), fact["service_leader_phone"].value()) == (
        ["service_leader_phone"], "138••••8000",
    )  # fmt: skip
    sent = {"service_leader_phone": "12", "answer": "It is new.", "version": version(case)}
    page = client.post(own, sent)
    assert (page.status_code, page.context["form"]["answer"].value()) == (422, "It is new.")
    page = client.post(own, {**sent, "service_leader_phone": "", "answer": ""})
    assert page.context["form"].errors == {
        "answer": ["Fill it in, or say in a few words why you cannot."]
    }
    client.post(own, {**sent, "service_leader_phone": "139 0013 9000"})
    asked.refresh_from_db()
    assert (asked.status, asked.value, asked.answer) == ("answered", "13900139000", "It is new.")
    assert b"139\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa29000" in client.get(own).content


def test_the_history_says_who_asked_answered_and_judged(as_li, case, li, wei):
    asked = ask(case, li, {"about": "", "text": "What for?"}, case.version)
    requests.answer(case, wei, asked.pk, "Books.", version(case))
    for decision in ("open", "waived"):
        requests.settle(case, li, asked.pk, decision, "Say more.", version(case))
    rows = list(case.history.order_by("-sequence")[:5])
    assert [happening(row) for row in rows] == [
        "Waived the request", "Asked again", "Answered", "Asked the applicant",
        "Handed in: ID of the service leader",
    ]  # fmt: skip
