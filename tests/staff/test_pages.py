"""The officers' pages: each is there, says what it should, and costs the same for every row."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from icpcases.cases.models import AccessLogRow, Applicant, FilingCase, Province
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.assignment import add_note
from tests.harness.reading import blocks
from tests.world import ENTERPRISE, FORUM, upload

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


LIST = "/admin/cases/filingcase/"


def case_path(case, rest="change/"):
    return f"{LIST}{case.pk}/{rest}"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


@pytest.mark.parametrize("state", State.values)
def test_the_case_page_shows_every_step_that_leads_out(as_li, world, state):
    case = world.at(state)
    page = as_li.get(case_path(case))
    assert page.status_code == 200
    shown = [step.name for step in page.context["steps"]]
    assert sorted(shown) == sorted(step.value for step in Step.leading_out_of(State(state)))


@pytest.mark.slow
@pytest.mark.parametrize("state", State.values)
def test_every_step_has_a_page_in_every_state(as_li, world, state):
    case = world.at(state)
    statuses = {step: as_li.get(case_path(case, f"step/{step}/")).status_code for step in Step}
    assert statuses == dict.fromkeys(Step, 200)


def test_a_step_nobody_knows_is_not_found(as_li, world):
    assert as_li.get(case_path(world.case(), "step/explode/")).status_code == 404


def test_taking_a_step_moves_the_case_and_says_so(as_li, world):
    case = world.case()
    page = as_li.post(
        case_path(case, "step/submit_request/"), {"version": case.version}, follow=True
    )
    case.refresh_from_db()
    assert case.state == "triage"
    assert [str(m) for m in page.context["messages"]] == [
        "Send the application: done. The case is now in “Triage”. Now waiting for: an officer."
    ]


def test_a_closed_step_answers_409_with_the_rules(as_li, world):
    case = world.at("triage")
    page = as_li.post(case_path(case, "step/refer/"), {"version": case.version})
    assert page.status_code == 409
    assert [f.code for f in page.context["refusal"].findings] == ["site.domain"]
    case.refresh_from_db()
    assert case.state == "triage"


def test_a_stale_page_says_who_did_what_and_keeps_what_was_typed(as_li, world, chen):
    case = world.at("triage")
    seen = case.version
    world.step(case, "prepare_filing", by=chen)
    data = {"version": seen, "note_internal": "Looked at it twice.", "reason": "Given up."}
    page = as_li.post(case_path(case, "step/withdraw/"), data)
    assert page.status_code == 409
    stale = page.context["refusal"].stale
    assert [(row.by, row.step) for row in stale] == [(chen, "prepare_filing")]
    assert page.context["form"]["note_internal"].value() == "Looked at it twice."
    assert page.context["form"]["reason"].value() == "Given up."


FITS = (
    "What you typed is kept below. Look at the case as it is now, and confirm again if it still"
    " fits."
)
CLOSED = "What you typed is kept below; as the case is now, the step is closed."


@pytest.mark.parametrize(
    ("state", "meanwhile", "tried", "said", "closed"),
    [
        ("triage", "prepare_filing", "withdraw", [FITS], False),
        ("triage", "prepare_filing", "send_back", [CLOSED], True),
    ],
)
def test_a_stale_page_says_to_confirm_again_only_where_that_can_be_done(
    as_li, world, chen, state, meanwhile, tried, said, closed
):
    case = world.at(state)
    seen = case.version
    world.step(case, meanwhile, by=chen)
    typed = {"version": seen, "reason": "Given up.", "note_internal": "Looked at it twice."}
    page = as_li.post(case_path(case, f"step/{tried}/"), typed)
    found = blocks(page.content.decode())
    assert [text for _name, text in found if text in (FITS, CLOSED)] == said
    assert (("h3", "This step is closed") in found) is closed
    assert "Looked at it twice.</textarea>" in page.content.decode()


def test_a_stale_button_has_no_form_to_confirm_again(as_li, world, chen):
    case = world.at("triage")
    seen = case.version
    world.step(case, "prepare_filing", by=chen)
    refused = as_li.post(case_path(case, "claim/"), {"version": seen})
    assert (refused.status_code, FITS in refused.content.decode()) == (409, False)


def test_what_was_typed_survives_an_error(as_li, world):
    case = world.at("authority_review")
    data = {"version": case.version, "icp_number": "川ICP备12345678号-1", "note_internal": "n"}
    page = as_li.post(case_path(case, "step/approve/"), data)
    assert page.status_code == 422
    form = page.context["form"]
    assert form["icp_number"].value() == "川ICP备12345678号-1"
    assert sorted(form.errors) == ["filed_on", "icp_number"]
    assert form.errors["icp_number"] == [
        "The number of this province begins with 蜀, not with 川. Is 蜀ICP备12345678号-1 meant?"
    ]


def test_an_auditor_takes_no_step(client, world, sun):
    client.force_login(sun)
    case = world.case()
    page = client.post(case_path(case, "step/submit_request/"), {"version": case.version})
    assert page.status_code == 403
    assert client.get(case_path(case)).status_code == 200
    for rest in ("facts/", "note/", "assign/", "documents/add/", "requests/add/", "confirm/"):
        assert client.get(case_path(case, rest)).status_code == 403, rest


@pytest.mark.parametrize("name", ["wei", "mei", "stranger"])
def test_the_admin_is_closed_to_applicants(client, world, request, name):
    case = world.case()
    client.force_login(request.getfixturevalue(name))
    for address in (LIST, case_path(case), case_path(case, "step/withdraw/")):
        assert client.get(address).status_code == 302, address


def test_intake_shows_the_verdict_before_anything_is_kept(as_li):
    page = as_li.post(f"{LIST}add/", {**FORUM, "_preview": "1"})
    assert page.status_code == 200
    assert page.context["verdict"]["stages"] == ["BBS pre-approval", "Filing"]
    assert FilingCase.objects.count() == 0
    assert Applicant.objects.count() == 0


def test_intake_opens_a_case_for_a_new_applicant(as_li, li):
    data = {
        **FORUM,
        "new-name": "玉兰书店",
        "new-certificate_type": "credit_code",
        "new-certificate_number": "9144030071526726xg",
        "new-language": "zh-hans",
        "_save": "1",
    }
    page = as_li.post(f"{LIST}add/", data)
    case = FilingCase.objects.get()
    assert page.url == case_path(case)
    assert (case.applicant.name, case.applicant.certificate_number) == (
        "玉兰书店",
        "9144030071526726XG",
    )
    assert (case.officer, case.forum, case.domain) == (li, True, "yulan-books.cn")


def test_intake_keeps_what_was_typed_and_names_the_applicant_we_know(as_li, world):
    known = world.applicant(certificate_number="9144030071526726XG")
    data = {
        **FORUM,
        "new-name": "玉兰",
        "new-certificate_type": "credit_code",
        "new-certificate_number": "9144030071526726XG",
        "new-language": "zh-hans",
        "_save": "1",
    }
    page = as_li.post(f"{LIST}add/", data)
    assert page.status_code == 422
    assert page.context["known"] == known
    assert FilingCase.objects.count() == 0
    assert page.context["facts"]["domain"].value() == "yulan-books.cn"


def test_a_document_is_handed_in_looked_at_and_judged(as_li, world, li):
    case = world.case()
    add = case_path(case, "documents/add/")
    data = {"kind": "business_licence", "issued_in": "mainland", "file": upload("licence.png")}
    assert as_li.post(add, {**data, "version": case.version}).status_code == 302
    document = case.documents.get()
    page = case_path(case, f"documents/{document.pk}/")
    assert as_li.get(page).status_code == 200
    case.refresh_from_db()
    assert as_li.post(page, {"accept": "accepted", "version": case.version}).status_code == 302
    document.refresh_from_db()
    assert document.status == "accepted"
    file = as_li.get(f"{page}file/")
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert b"".join(file.streaming_content).startswith(b"\x89PNG")
    # The page shows numbers whole; what is sent and leads on shows nothing.
    assert list(AccessLogRow.objects.values_list("what", "detail", "by")) == [
        ("document", f"{document.pk} business_licence", li.pk),
        ("number", f"judging document {document.pk}", li.pk),
    ]


def test_private_numbers_are_masked_and_a_click_is_logged(as_li, world, li):
    case = world.case(service_leader_phone="13800138000", service_leader_id="11010519491231002X")
    text = as_li.get(case_path(case)).content.decode()
    assert [number in text for number in ("13800138000", "11010519491231002X")] == [False, False]
    assert ["138••••8000" in text, "110•••••••••••••2X" in text] == [True, True]
    facts = as_li.get(case_path(case, "facts/")).content.decode()
    assert [number in facts for number in ("13800138000", "11010519491231002X")] == [False, False]
    shown = as_li.post(case_path(case, "reveal/service_leader_phone/"))
    assert "13800138000" in shown.content.decode()
    assert list(AccessLogRow.objects.values_list("what", "detail", "by")) == [
        ("number", "service_leader_phone", li.pk)
    ]


def test_the_number_of_a_person_s_document_is_masked_and_a_click_is_logged(as_li, world, li):
    case = world.case()
    paper = world.document(case, "legal_representative_id", number="11010519491231002X")
    licence = world.document(case, "business_licence", number="9144030071526726XG")
    pages = [case_path(case), case_path(case, f"documents/{paper.pk}/")]
    texts = [as_li.get(page).content.decode() for page in pages]
    # Judged, it stands whole beside the paper, and that is logged as well.
    assert ["11010519491231002X" in text for text in texts] == [False, True]
    assert texts[0].count("110•••••••••••••2X") == 2  # among the documents, and in the history
    assert texts[0].count("9144030071526726XG") >= 2
    shown = as_li.post(case_path(case, f"documents/{paper.pk}/reveal/"))
    assert "11010519491231002X" in shown.content.decode()
    assert list(AccessLogRow.objects.values_list("what", "detail", "by")) == [
        ("number", f"document {paper.pk}", li.pk),
        ("number", f"judging document {paper.pk}", li.pk),
    ]
    assert licence.shown_number == "9144030071526726XG"


def test_saving_the_facts_untouched_keeps_masked_numbers(as_li, world):
    case = world.case(service_leader_id="11010519491231002X")
    page = as_li.get(case_path(case, "facts/"))
    form = page.context["form"]
    data = {
        name: form[name].value() if form[name].value() is not None else "" for name in form.fields
    }
    as_li.post(case_path(case, "facts/"), {**data, "site_name": "新名", "version": case.version})
    case.refresh_from_db()
    assert (case.site_name, case.service_leader_phone, case.service_leader_id) == (
        "新名",
        "13800138000",
        "11010519491231002X",
    )


def test_a_province_s_answer_is_recorded_with_who_when_and_source(as_li, li):
    page = reverse("admin:cases_province_answer", args=["CN-BJ"])
    data = {"accepts_forums": "yes", "asked_on": "2026-01-05", "source": "letter 12"}
    assert as_li.post(page, data).status_code == 302
    answer = Province.objects.get(pk="CN-BJ").answers.get()
    assert (answer.answer, answer.before, str(answer.asked_on), answer.asked_by, answer.source) == (
        "yes",
        "unknown",
        "2026-01-05",
        li,
        "letter 12",
    )


@pytest.mark.parametrize("name", ["li", "chen", "sun"])
def test_nobody_deletes_and_no_state_is_editable(client, world, request, name):
    client.force_login(request.getfixturevalue(name))
    case = world.case()
    assert client.post(case_path(case, "delete/"), {"post": "yes"}).status_code == 403
    before = FilingCase.objects.values().get()
    client.post(case_path(case), {"state": "open", "version": 99, "_save": "1"})
    assert FilingCase.objects.values().get() == before
    assert LogEntry.objects.count() == 0


# Two of them of the register: the subject, and the site where it is filed already.
QUERIES_OF_THE_CASE_PAGE = 17


@pytest.mark.parametrize("rows", [1, 3])
def test_the_case_page_takes_the_same_queries_for_every_row(
    as_li, world, rows, django_assert_num_queries
):
    case = world.at("returned")
    for row in range(rows):
        world.document(case, "other")
        case.refresh_from_db()
        add_note(case, world.li, f"Note {row}.", case.version)
        case.refresh_from_db()
    as_li.get(case_path(case))
    with django_assert_num_queries(QUERIES_OF_THE_CASE_PAGE):
        as_li.get(case_path(case))


def test_a_history_of_several_pages_tells_the_same_and_takes_three_queries_more(
    as_li, world, django_assert_num_queries
):
    """The way, the notes and the step to take back are then not among the rows that are shown."""
    case = world.at("returned")
    told = []
    for n in range(25):
        add_note(case, world.li, f"Note {n}.", case.version)
        case.refresh_from_db()
        page = as_li.get(case_path(case))
        told.append((
            len(page.context["history"].paginator.page_range),
            [(s.phase.value, s.place) for s in page.context["bar"]],
            [note.note_internal for note in page.context["notes"]][:1],
            page.context["own_step"],
        ))  # fmt: skip
    pages, bars, notes, steps = zip(*told, strict=True)
    assert (pages[0], pages[-1]) == (1, 2)
    assert set(map(str, bars)) == {str([("intake", "done"), ("filing", "now"), ("done", "ahead")])}
    assert list(notes) == [[f"Note {n}."] for n in range(25)]
    assert len(set(map(str, steps))) == 1
    with django_assert_num_queries(QUERIES_OF_THE_CASE_PAGE + 3):
        as_li.get(case_path(case))


@pytest.mark.parametrize(
    "model",
    ["applicant", "province", "provider", "clock", "calendarday", "setting", "calendaryear"],
)
@pytest.mark.parametrize("name", ["li", "chen", "sun"])
def test_the_tables_can_be_read_by_every_staff_role(client, world, request, model, name):
    world.at("provider_review")
    client.force_login(request.getfixturevalue(name))
    assert client.get(f"/admin/cases/{model}/").status_code == 200


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        ({"server_region": "hong_kong"}, "close_not_required"),
        ({"access": "ip_address"}, "refer"),
        ({"applicant_type": "individual", "forum": "true", "preapproval": "false"}, "decline"),
        ({"forum": "true", "preapproval": "false"}, "begin_preapproval"),
        (
            {
                "applicant_type": "foreign_enterprise",
                "mainland_branch": "false",
                "registration_certificate": "false",
            },
            "begin_certificate",
        ),
        ({}, "prepare_filing"),
    ],
)
def test_the_recommended_step_comes_first(as_li, world, facts, first):
    case = world.at("triage", ENTERPRISE, **facts)
    page = as_li.get(case_path(case))
    assert page.context["steps"][0].name == first
