"""What the office asks is given by giving it: in a draft by editing it, several at once."""

import pytest

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import HistoryRow, Request
from icpcases.files.uploads import check_upload
from icpcases.integrity.cases import turn_differs
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.requests import Reply, answer_several, settle
from icpcases.workflow.exceptions import Closed, NotAllowed
from tests.world import typed, upload

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def ask(case, li, about, text="Please put it right."):
    made = requests.ask(case, li, {"about": about, "text": text}, case.version)
    case.refresh_from_db()
    return made


def form_of(case, **changed):
    data = {name: typed(value) for name, value in FactsForm.of(case).initial.items()}
    form = FactsForm.of(case, {**data, **changed})
    assert form.is_valid(), form.errors
    return form


def edit(case, by, **changed):
    edit_facts(case, by, form_of(case, **changed), case.version)
    case.refresh_from_db()


# A fact that may be asked for, another value of it as typed, and as an answer keeps it.
CHANGED = [
    ("domain", "yulan-new.cn", "yulan-new.cn"),
    ("domain", "例子.中国", "例子.中国"),
    ("province", "CN-GD", "CN-GD"),
    ("forum", "true", True),
    ("protocol", "http", "http"),
    ("applicant_type", "individual", "individual"),
    ("service_leader", "李雷", "李雷"),
    ("service_leader_phone", "139 0013 9000", "13900139000"),
    ("subject_leader_id", "11010519491231002x", "11010519491231002X"),
    ("site_name", "玉兰书屋", "玉兰书屋"),
    ("ip_address", "203.0.113.7", "203.0.113.7"),
]


@pytest.mark.parametrize(("about", "value", "kept"), CHANGED)
def test_in_a_draft_the_field_that_is_asked_for_answers_when_it_is_edited(
    world, wei, li, about, value, kept
):
    case = world.at("draft")
    asked, other = ask(case, li, about), ask(case, li, "subject_leader")
    edit(case, wei, **{about: value})
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.status, asked.value, other.status) == ("answered", kept, "open")
    row = HistoryRow.objects.filter(case=case).latest("sequence")
    assert (row.kind, row.entered) == ("edit", {"answers": [asked.pk]})
    # Accepted, it changes nothing any more.
    before = FactsForm.of(case).initial
    settle(case, li, asked.pk, "accepted", "", case.version)
    case.refresh_from_db()
    assert FactsForm.of(case).initial == before


def test_edited_once_more_the_answer_is_what_stands_in_the_draft(world, wei, li):
    case = world.at("draft")
    asked = ask(case, li, "site_name")
    for name in ("First", "Second"):
        edit(case, wei, site_name=name)
    asked.refresh_from_db()
    assert (asked.status, asked.value) == ("answered", "Second")
    edit(case, wei, site_name="")
    asked.refresh_from_db()
    case.refresh_from_db()
    assert (asked.status, asked.value, case.turn) == ("open", None, "applicant")


@pytest.mark.parametrize(
    ("about", "changed"), [("site_name", {"protocol": "http"}), ("", {"site_name": "New"})]
)
def test_another_field_answers_nothing(world, wei, li, about, changed):
    case = world.at("draft")
    asked = ask(case, li, about)
    edit(case, wei, **changed)
    asked.refresh_from_db()
    assert asked.status == "open"


def test_an_officers_edit_answers_nothing_for_the_applicant(world, li):
    case = world.at("draft")
    asked = ask(case, li, "site_name")
    edit(case, li, site_name="New")
    asked.refresh_from_db()
    assert asked.status == "open"


def test_an_answer_in_a_draft_is_written_in_it(world, wei, li):
    case = world.step(world.at("triage"), "send_back", reasons=[{"about": "domain", "text": "No."}])
    asked = case.requests.get()
    requests.answer(case, wei, asked.pk, "", case.version, value="yulan-new.cn")
    case.refresh_from_db()
    row = HistoryRow.objects.filter(case=case).latest("sequence")
    assert (case.domain, case.turn, list(turn_differs())) == ("yulan-new.cn", "applicant", [])
    assert row.changes["fields"]["domain"][1] == "yulan-new.cn"
    case = world.step(case, "submit_request", by=wei)
    assert case.state == "triage"


def test_once_sent_an_answer_is_a_proposal_until_an_officer_accepts_it(world, wei, li):
    case = world.at("preparing")
    asked = ask(case, li, "site_name")
    requests.answer(case, wei, asked.pk, "", case.version, value="New")
    case.refresh_from_db()
    assert case.site_name == "玉兰书店"
    settle(case, li, asked.pk, "accepted", "", case.version)
    case.refresh_from_db()
    assert case.site_name == "New"


def several(case, li):
    """A fact, a paper and a question, asked one after the other."""
    return [ask(case, li, about) for about in ("site_name", "business_licence", "")]


def paper():
    return {"kind": "business_licence", "file": check_upload(upload()), "issued_in": "mainland"}


@pytest.mark.parametrize("state", ["draft", "triage", "preparing"])
def test_several_are_answered_in_one_change_each_with_its_row(world, wei, li, state):
    case = world.at(state)
    fact, document, question = several(case, li)
    left = ask(case, li, "domain")
    said = [
        Reply(fact.pk, "", value="New"),
        Reply(document.pk, "", papers=[paper()]),
        Reply(question.pk, "A bookshop."),
    ]
    answer_several(case, wei, said, case.version)
    case.refresh_from_db()
    states = dict(case.requests.values_list("pk", "status"))
    assert states == {
        fact.pk: "answered", document.pk: "answered", question.pk: "answered", left.pk: "open",
    }  # fmt: skip
    rows = HistoryRow.objects.filter(case=case, kind="request", entered__has_key="answered")
    assert [row.entered["answered"] for row in rows.order_by("sequence")] == [
        fact.pk, document.pk, question.pk,
    ]  # fmt: skip
    # What changes of the case stands in the row of the answer that brought it, and in no other.
    fields = [row.changes.get("fields", {}) for row in rows.order_by("sequence")]
    written = {"site_name": ["玉兰书店", "New"]} if state == "draft" else {}
    assert fields == [written, {}, {}]
    assert case.turn == ("officer" if state == "triage" else "applicant")


def test_all_of_them_or_none(world, wei, li):
    case = world.at("preparing")
    fact, _document, question = several(case, li)
    requests.answer(case, wei, question.pk, "A shop.", case.version)
    case.refresh_from_db()
    said = [Reply(fact.pk, "", value="New"), Reply(question.pk, "Again.")]
    with pytest.raises(Closed):
        answer_several(case, wei, said, case.version)
    fact.refresh_from_db()
    assert (fact.status, Request.objects.get(pk=question.pk).answer) == ("open", "A shop.")


@pytest.mark.parametrize("name", ["mei", "stranger", "sun"])
def test_nobody_else_answers(world, li, name, request):
    case = world.at("preparing")
    asked = ask(case, li, "site_name")
    with pytest.raises(NotAllowed):
        requests.answer(
            case, request.getfixturevalue(name), asked.pk, "", case.version, value="New"
        )


def test_of_a_closed_case_nothing_is_answered(world, wei, li):
    case = world.at("preparing")
    asked = ask(case, li, "site_name")
    case = world.step(case, "withdraw", by=wei)
    with pytest.raises(NotAllowed):
        requests.answer(case, wei, asked.pk, "", case.version, value="New")
