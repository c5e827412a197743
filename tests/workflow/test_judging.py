"""Judging: what is refused is asked for once, what is accepted settles what asked for it."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import CannedReason, Document, FilingCase, HistoryRow, Notice, Request
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.judging import (
    accept_documents,
    correct_document,
    judge_document,
    remove_document,
    take_over_document,
)
from icpcases.workflow.actions.requests import ask, ask_for_missing, settle
from icpcases.workflow.exceptions import Closed, NotAllowed
from tests.world import ENTERPRISE

pytestmark = pytest.mark.django_db


def fresh(case: FilingCase) -> FilingCase:
    return FilingCase.objects.with_names().get(pk=case.pk)


def newest(case: FilingCase) -> HistoryRow:
    return case.history.order_by("-sequence")[0]


def judge(case, by, paper, accept, refusal="", **more):
    return judge_document(case, by, paper.pk, accept, refusal, fresh(case).version, **more)


def asked_of(case) -> list[tuple[str, str, str, int]]:
    rows = Request.objects.filter(case=case).order_by("pk")
    return [(row.kind, row.about, row.status, row.round) for row in rows]


def test_a_refusal_asks_once_and_the_new_paper_answers_and_settles_it(world, li):
    case = world.at("preparing")
    told = Notice.objects.count()
    for kind in ("business_licence", "service_leader_id"):
        judge(case, li, world.document(case, kind), False, "It is blurred.")
    assert asked_of(case) == [
        ("document_refused", "business_licence", "open", 1),
        ("document_refused", "service_leader_id", "open", 1),
    ]
    assert (fresh(case).turn, Notice.objects.count()) == ("applicant", told + 1)
    due = timezone.localdate()
    assert all(asked.due_on and asked.due_on > due for asked in Request.objects.all())

    new = world.document(case, "business_licence")
    assert asked_of(case)[0] == ("document_refused", "business_licence", "answered", 1)
    judge(case, li, new, False, "A corner is cut off.")
    assert asked_of(case)[0] == ("document_refused", "business_licence", "open", 2)
    asked = Request.objects.order_by("pk")[0]
    assert asked.text == "It is blurred.\nA corner is cut off."
    judge(case, li, world.document(case, "business_licence"), True)
    assert asked_of(case) == [
        ("document_refused", "business_licence", "accepted", 2),
        ("document_refused", "service_leader_id", "open", 1),
    ]
    assert newest(case).entered["settles"] == [asked.pk]


def test_a_quiet_refusal_asks_nobody_and_a_closed_case_is_asked_nothing(world, li):
    case = world.at("preparing")
    told = Notice.objects.count()
    judge(case, li, world.document(case, "other"), False, "Twice the same.", quiet=True)
    withdrawn = world.case()
    paper = world.document(withdrawn, "business_licence")
    world.step(withdrawn, "withdraw")
    judge(withdrawn, li, paper, False, "Blurred.")
    assert Request.objects.count() == 0
    assert Notice.objects.exclude(history__case=withdrawn).count() == told


def test_what_was_typed_wrong_is_corrected_with_the_judgement_in_one_row(world, li, sun, wei):
    case = world.at("preparing")
    paper = world.document(case, "business_licence", number="1")
    read = {"kind": "branch_licence", "number": "2", "issued_in": "mainland",
            "issued_on": dt.date(2024, 1, 2), "expires_on": None}  # fmt: skip
    for stranger in (sun, wei):
        with pytest.raises(NotAllowed):
            correct_document(case, stranger, paper.pk, read, fresh(case).version)
    before = fresh(case).version
    judge(case, li, paper, True, read_off=read)
    paper.refresh_from_db()
    assert (paper.kind, paper.number, paper.issued_on, paper.status) == (
        "branch_licence", "2", dt.date(2024, 1, 2), "accepted",
    )  # fmt: skip
    assert fresh(case).version == before + 1
    assert newest(case).changes["corrected"] == [
        ["kind", "business_licence", "branch_licence"],
        ["number", "1", "2"],
        ["issued_on", None, "2024-01-02"],
    ]
    outside = {**read, "issued_in": "hong_kong"}
    with pytest.raises(Closed) as closed:
        correct_document(case, li, paper.pk, outside, fresh(case).version)
    assert closed.value.codes == ["document.mainland"]


def test_a_wrong_upload_is_taken_out_and_its_file_may_come_again(world, li):
    case = world.at("preparing")
    paper = world.document(case, "business_licence")
    with pytest.raises(Closed):
        remove_document(case, li, paper.pk, " ", fresh(case).version)
    remove_document(case, li, paper.pk, "Another client's.", fresh(case).version)
    paper.refresh_from_db()
    assert (paper.status, paper.refusal) == ("removed", "Another client's.")
    assert paper.file.storage.exists(paper.file.name)
    assert Request.objects.count() == 0
    accepted = world.document(case, "business_licence", accept=True)
    world.supply(case)
    world.step(case, "submit_to_provider")
    with pytest.raises(Closed) as closed:
        remove_document(case, li, accepted.pk, "Wrong.", fresh(case).version)
    assert closed.value.codes == ["facts.locked"]


def test_all_or_none_are_accepted_at_once(world, li):
    case = world.at("preparing")
    good = world.document(case, "business_licence")
    outside = world.document(case, "service_leader_id", issued_in="hong_kong")
    with pytest.raises(Closed):
        accept_documents(case, li, [good.pk, outside.pk], fresh(case).version)
    assert set(Document.objects.values_list("status", flat=True)) == {"pending"}
    letter = world.document(case, "authorisation_letter")
    before = fresh(case).version
    accept_documents(case, li, [good.pk, letter.pk], before)
    assert fresh(case).version == before + 2


def test_a_certificate_is_used_for_the_second_case_of_its_applicant_only(world, li, sun):
    firm = world.applicant()
    first, second, other = (
        world.at("preparing", applicant=applicant) for applicant in (firm, firm, None)
    )
    number = firm.certificate_number
    paper = world.document(first, "business_licence", accept=True, number=number)
    wrong = world.document(first, "legal_representative_id", accept=True, number="3")
    domain = world.document(first, "domain_certificate", accept=True)
    for case, by, source in ((other, li, paper), (second, li, domain), (second, sun, paper)):
        with pytest.raises(NotAllowed):
            take_over_document(case, by, source.pk, fresh(case).version)
    taken = take_over_document(second, li, paper.pk, fresh(second).version)
    assert (taken.status, taken.number, taken.file.name) == ("accepted", number, paper.file.name)
    row = newest(second)
    assert (row.entered["added"], row.entered["taken_from"]) == (
        "business_licence", first.reference,
    )  # fmt: skip
    FilingCase.objects.filter(pk=second.pk).update(subject_leader_id="11010519491231002X")
    doubtful = take_over_document(second, li, wrong.pk, fresh(second).version)
    assert doubtful.status == "pending"


@pytest.mark.parametrize(
    ("about", "value", "field", "new"),
    [
        ("site_name", "玉兰旧书店", "site_name", "玉兰旧书店"),
        ("service_leader_phone", "13900139000", "service_leader_phone", "13900139000"),
        ("domain", "例子.中国", "domain", "xn--fsqu00a.xn--fiqs8s"),
        ("province", "CN-SC", "province_id", "CN-SC"),
        ("mainland_cdn", True, "mainland_cdn", True),
    ],
)
def test_an_accepted_answer_is_the_fact(world, li, wei, about, value, field, new):
    case = world.at("preparing")
    asked = ask(case, li, {"about": about, "text": "Right?"}, case.version)
    requests.answer(case, wei, asked.pk, "", fresh(case).version, value=value)
    old = getattr(fresh(case), field)
    assert old != new
    settle(case, li, asked.pk, "accepted", "", fresh(case).version)
    assert getattr(fresh(case), field) == new
    assert newest(case).changes["fields"][field] == [old, new]


def test_an_answer_that_breaks_what_the_state_stands_on_is_not_accepted(world, li, wei):
    case = world.at("preparing")
    asked = ask(case, li, {"about": "server_region", "text": "Where?"}, case.version)
    requests.answer(case, wei, asked.pk, "", fresh(case).version, value="hong_kong")
    with pytest.raises(Closed) as closed:
        settle(case, li, asked.pk, "accepted", "", fresh(case).version)
    assert closed.value.codes == ["server.mainland", "state.stands"]
    assert (fresh(case).server_region, Request.objects.get().status) == ("mainland", "answered")


def test_an_answer_to_a_locked_fact_names_the_step_in_its_way(world, li, wei):
    case = world.at("preparing")
    asked = ask(case, li, {"about": "site_name", "text": "Right?"}, case.version)
    settle(case, li, asked.pk, "waived", "Later.", fresh(case).version)
    world.supply(case)
    case = world.step(case, "submit_to_provider")
    asked = ask(case, li, {"about": "site_name", "text": "Right?"}, fresh(case).version)
    requests.answer(case, wei, asked.pk, "", fresh(case).version, value="玉兰旧书店")
    with pytest.raises(Closed) as closed:
        settle(case, li, asked.pk, "accepted", "", fresh(case).version)
    assert closed.value.codes == ["facts.locked"]


def test_all_that_is_missing_is_asked_for_in_one_act(world, li, sun):
    case = world.at("triage", ENTERPRISE, service_leader="", protocol="")
    wanted = [
        "fact-service_leader", "document-business_licence", "document-legal_representative_id",
        "document-domain_certificate",
    ]  # fmt: skip
    data = {"wanted": wanted, "due_on": dt.date(2030, 1, 2), "text": "Please hurry."}
    told, before = Notice.objects.count(), fresh(case).version
    with pytest.raises(NotAllowed):
        ask_for_missing(case, sun, data, before)
    ask_for_missing(case, li, data, before)
    assert asked_of(case) == [
        ("fact", "service_leader", "open", 1),
        ("document_missing", "business_licence", "open", 1),
        ("document_missing", "legal_representative_id", "open", 1),
        ("document_missing", "domain_certificate", "open", 1),
    ]
    assert {asked.due_on for asked in Request.objects.all()} == {dt.date(2030, 1, 2)}
    assert Request.objects.order_by("pk")[0].text == "请填写：网站负责人。"
    assert (fresh(case).version, Notice.objects.count()) == (before + 1, told + 1)
    with pytest.raises(Closed) as closed:
        ask_for_missing(case, li, data, fresh(case).version)
    assert closed.value.codes == ["request.missing"]


def test_the_usual_reasons_are_there_in_both_languages():
    reasons = list(CannedReason.objects.all())
    assert len(reasons) == 32
    assert {reason.subject for reason in reasons} == set(CannedReason.Subject.values)
    assert all(reason.text("zh-hans") != reason.text("en") for reason in reasons)
