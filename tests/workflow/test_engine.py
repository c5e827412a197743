"""The one door: what it refuses, what it keeps, whom it tells, and what a refusal leaves behind."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from icpcases.cases.models import Document, FilingCase, HistoryRow, Notice, Order, Request
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.requests import ask
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Closed, NotAllowed, Stale
from icpcases.workflow.refusals import ONLY_THOSE_ON_THE_CASE
from tests.world import FORUM, upload, user

pytestmark = pytest.mark.django_db


EVERYTHING: tuple[Any, ...] = (FilingCase, HistoryRow, Notice, Order, Document, Request)


def stored() -> dict[str, list[Any]]:
    """All that a step could have changed."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in EVERYTHING}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_whoever_saw_an_older_version_is_told_who_did_what_meanwhile(world, li, chen):
    case = world.at("provider_review")
    seen = case.version
    add_note(case, chen, "Called the provider.", seen)
    world.step(case, "provider_passes", by=chen)
    before = stored()
    with pytest.raises(Stale) as stale:
        perform(case, "provider_passes", li, {}, seen)
    assert [(row.by, row.kind, row.step, row.note_internal) for row in stale.value.rows] == [
        (chen, "note", "", "Called the provider."),
        (chen, "step", "provider_passes", ""),
    ]
    assert stored() == before


def test_a_version_that_lies_ahead_is_stale_too(world, li):
    case = world.at("triage")
    with pytest.raises(Stale):
        perform(case, "prepare_filing", li, {}, case.version + 1)


def test_a_stale_page_is_told_before_any_rule_is_judged(world, li):
    case = world.at("triage")
    with pytest.raises(Stale):
        perform(case, "close_not_required", li, {}, case.version - 1)


def test_whoever_may_not_see_the_case_is_not_told_that_it_changed(world, mei, stranger):
    case = world.at("triage")
    for person in (mei, stranger, user("root", is_superuser=True, is_staff=True)):
        with pytest.raises(NotAllowed) as refused:
            perform(case, "withdraw", person, {"reason": "mine now"}, 1)
        assert (refused.value.user, refused.value.findings) == (person, ONLY_THOSE_ON_THE_CASE)
        with pytest.raises(NotAllowed):
            add_note(case, person, "hello", 1)


def test_every_change_raises_the_version_by_one_and_leaves_one_row(world, li):
    case = world.at("preparing")
    for change in (
        lambda: add_note(case, li, "One.", case.version),
        lambda: ask(case, li, {"about": "", "text": "Who?"}, case.version),
        lambda: assign(case, li, None, case.version),
        lambda: world.document(case, "business_licence"),
        lambda: world.step(case, "withdraw"),
    ):
        version = case.version
        change()
        case.refresh_from_db()
        assert case.version == version + 1
        assert HistoryRow.objects.filter(case=case).count() == case.version


def test_an_auditor_who_is_also_an_officer_works_and_an_auditor_alone_does_not(world, sun, li):
    case = world.at("triage")
    with pytest.raises(NotAllowed) as refused:
        perform(case, "prepare_filing", sun, {}, case.version)
    assert [finding.code for finding in refused.value.findings] == ["permission"]
    both = user("both", "auditor", "officer")
    assert perform(case, "prepare_filing", both, {}, case.version).state == "preparing"


def test_an_account_that_was_switched_off_takes_no_step(world, li, wei):
    case = world.at("triage")
    for person in (li, wei):
        person.is_active = False
        vars(person).pop("_icpcases_roles", None)
        with pytest.raises(NotAllowed):
            perform(case, "withdraw", person, {"reason": "no"}, case.version)


def test_a_superuser_takes_the_steps_of_the_group_and_no_other(world):
    case = world.at("triage")
    root = user("root", "officer", is_superuser=True, is_staff=True)
    case = perform(case, "withdraw", root, {"reason": "given up"}, case.version)
    with pytest.raises(NotAllowed):
        perform(case, "reopen", root, {"reason": "again"}, case.version)


def test_a_bad_entry_says_what_is_wrong_and_keeps_what_was_typed(world, chen):
    case = world.at("authority_review")
    before = stored()
    data = {"icp_number": "京ICP备12号-1", "filed_on": "2026-02-30", "note_internal": "typed long"}
    with pytest.raises(BadEntry) as bad:
        perform(case, "approve", chen, data, case.version)
    form = bad.value.form
    assert sorted(form.errors) == ["filed_on", "icp_number"]
    assert [form[name].value() for name in ("icp_number", "filed_on", "note_internal")] == [
        "京ICP备12号-1", "2026-02-30", "typed long",
    ]  # fmt: skip
    assert stored() == before


@pytest.mark.parametrize(
    ("state", "step", "data", "wrong"),
    [
        ("triage", "send_back", {"reasons": []}, ["reasons"]),
        ("triage", "send_back", {"reasons": [{"about": "domain", "text": " "}]}, ["reasons"]),
        ("triage", "send_back", {"reasons": [{"about": "moon", "text": "why"}]}, ["reasons"]),
        ("triage", "withdraw", {"reason": " "}, ["reason"]),
        ("provider_review", "return_for_correction", {"reasons": []}, ["reasons"]),
        ("provider_review", "return_for_correction", {"returned_by": "nobody"}, ["returned_by"]),
        ("authority_review", "record_refusal", {"reasons": []}, ["reasons"]),
        ("authority_review", "approve", {"icp_number": "京ICP备12345678号"}, ["icp_number"]),
        ("authority_review", "approve", {"icp_number": "京ICP备12345678号-0"}, ["icp_number"]),
        ("authority_review", "approve", {"icp_number": "京ICP备12345678号-1A"}, ["icp_number"]),
        ("authority_review", "approve", {"icp_number": "京B2-20090059-1"}, ["icp_number"]),
        ("authority_review", "approve", {"icp_number": "京ICP证030173号-1"}, ["icp_number"]),
        ("authority_review", "approve", {"icp_number": "川ICP备12345678号-1"}, ["icp_number"]),
        ("authority_review", "approve", {"filed_on": "2199-01-01"}, ["filed_on"]),
        ("authority_review", "approve", {"filed_on": "2026-01-01"}, ["filed_on"]),
        ("filed", "record_opening", {"opened_on": "2199-01-01"}, ["opened_on"]),
        ("filed", "record_opening", {"opened_on": "2026-01-01"}, ["opened_on"]),
        ("filed", "record_footer", {"footer_on": "2199-01-01"}, ["footer_on"]),
        ("provider_passed", "sent_to_administration", {"happened": ""}, ["happened"]),
        ("provider_passed", "pull_back", {"reason": ""}, ["reason"]),
        ("authority_review", "approve", {"icp_number": "京ICP备12345678号-1X"}, ["icp_number"]),
        ("open", "record_public_security", {"public_security_number": "12"},
         ["public_security_number"]),
        ("open", "record_public_security", {"public_security_on": "2026-01-01"},
         ["public_security_on"]),
        ("certificate_needed", "record_certificate_application", {"application_number": ""},
         ["application_number"]),
        ("certificate_applied", "record_certificate", {"number": ""}, ["number"]),
        ("preapproval_applied", "record_preapproval", {"file": None}, ["file"]),
        ("withdrawn", "reopen", {"reason": ""}, ["reason"]),
        ("triage", "step_back", {"reason": ""}, ["reason"]),
    ],
)  # fmt: skip
def test_what_a_step_wants_it_insists_on(world, chen, state, step, data, wrong):
    case = world.at(state)
    with pytest.raises(BadEntry) as bad:
        perform(case, step, chen, {**world.entry(case, step), **data}, case.version)
    assert sorted(bad.value.form.errors) == wrong
    case.refresh_from_db()
    assert case.state == state


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7 but no more"])
def test_a_paper_that_cannot_be_read_is_refused_and_not_kept(world, chen, document_root, content):
    case = world.at("certificate_applied")
    kept = files(document_root)
    data = {**world.entry(case, "record_certificate"), "file": upload("scan.pdf", content)}
    with pytest.raises(BadEntry) as bad:
        perform(case, "record_certificate", chen, data, case.version)
    assert list(bad.value.form.errors) == ["file"]
    assert files(document_root) == kept


def test_an_order_number_fits_its_provider_and_is_used_once(world, chen):
    taken = world.at("provider_review").orders.get().number
    provider = world.provider("Sample Hosting", order_number_format=r"[A-Z]{2}\d{4}")
    case = world.supply(world.at("preparing"))
    for number, of in (("12", provider), (taken, world.provider())):
        with pytest.raises(BadEntry) as bad:
            perform(case, "submit_to_provider", chen, {"provider": of.pk, "order_number": number},
                    case.version)  # fmt: skip
        assert list(bad.value.form.errors) == ["order_number"]
    case = world.step(case, "submit_to_provider", provider=provider.pk, order_number="AB1234")
    assert (case.orders.get().provider, case.orders.get().number) == (provider, "AB1234")


def test_the_findings_of_the_rules_are_frozen_in_the_row(world, li):
    case = world.at("triage", FORUM)
    world.step(case, "begin_preapproval")
    world.province_answers("CN-BJ", "no")
    row = case.history.get(step="begin_preapproval")
    wanted = {"server.mainland": True, "site.domain": True, "site.forum": True,
              "forum.not_individual": True, "forum.province": True, "foreign.papers": True,
              "claim.backed": True, "forum.preapproval": False}  # fmt: skip
    assert row.findings == [
        {"code": code, "wanted": want, "met": True} for code, want in wanted.items()
    ]


def test_a_row_keeps_who_from_to_notes_reasons_and_what_was_entered(world, chen):
    case = world.at("provider_review")
    reasons = [
        {"about": "domain", "text": "Not real-name verified."},
        {"about": "business_licence", "text": "Unreadable."},
        {"about": "", "text": "Call us."},
    ]
    case = world.step(
        case, "return_for_correction", by=chen, reasons=reasons, returned_by="provider",
        note_public="Please correct two things.", note_internal="Third time.",
    )  # fmt: skip
    row = case.history.get(step="return_for_correction")
    assert (row.by, row.from_state, row.to_state) == (chen, "provider_review", "returned")
    assert (row.kind, row.sequence, row.turn) == ("step", case.version, "applicant")
    assert (row.note_public, row.note_internal) == ("Please correct two things.", "Third time.")
    assert (row.reasons, row.entered) == (reasons, {"returned_by": "provider"})
    assert (row.on_behalf_of, row.undoes) == ("provider", None)


def test_each_reason_becomes_a_request_of_the_order_it_came_back_on(world, chen):
    case = world.at("provider_review")
    reasons = [
        {"about": "service_leader_phone", "text": "Does not answer."},
        {"about": "business_licence", "text": "Unreadable."},
        {"about": "", "text": "Call us."},
    ]
    case = world.step(case, "return_for_correction", by=chen, reasons=reasons)
    order = case.orders.get()
    assert list(case.requests.values_list("kind", "about", "text", "status", "order")) == [
        ("fact", "service_leader_phone", "Does not answer.", "open", order.pk),
        ("document_refused", "business_licence", "Unreadable.", "open", order.pk),
        ("question", "", "Call us.", "open", order.pk),
    ]


def test_a_document_that_is_not_there_is_asked_for_as_missing(world, chen):
    case = world.at("triage")
    reasons = [{"about": "business_licence", "text": "Send it."}]
    case = world.step(case, "send_back", by=chen, reasons=reasons)
    assert [request.kind for request in case.requests.all()] == ["document_missing"]


def test_reasons_of_a_refusal_ask_nothing_of_anybody(world, chen):
    assert world.at("refused").requests.count() == 0


@pytest.mark.parametrize(
    ("state", "step", "by", "party"),
    [
        ("draft", "submit_request", "li", "applicant"),
        ("draft", "submit_request", "wei", ""),
        ("triage", "prepare_filing", "li", ""),
        ("certificate_needed", "record_certificate_application", "li", "applicant"),
        ("certificate_applied", "record_certificate", "li", "authority"),
        ("preapproval_needed", "record_preapproval_application", "wei", ""),
        ("preapproval_applied", "record_preapproval", "li", "authority"),
        ("provider_review", "provider_passes", "li", "provider"),
        ("sms_verification", "confirm_sms", "li", "applicant"),
        ("sms_verification", "confirm_sms", "wei", ""),
        ("authority_review", "approve", "li", "authority"),
        ("authority_review", "record_refusal", "li", "authority"),
        ("filed", "record_opening", "wei", ""),
        ("open", "record_footer", "chen", "applicant"),
        ("open", "record_public_security", "wei", ""),
        ("triage", "withdraw", "li", "applicant"),
        ("triage", "step_back", "chen", ""),
    ],
)
def test_an_officer_records_on_whose_behalf_it_was_done(world, request, state, step, by, party):
    case = world.at(state)
    person = request.getfixturevalue(by)
    case = world.step(case, step, by=person)
    row = case.history.filter(step=step).last()
    assert (row.by, row.on_behalf_of) == (person, party)


@pytest.mark.parametrize("who", ["provider", "authority"])
def test_a_return_names_whoever_returned_it(world, who):
    case = world.step(world.at("authority_review"), "return_for_correction", returned_by=who)
    assert case.history.get(step="return_for_correction").on_behalf_of == who


def test_a_notice_is_written_only_when_the_applicant_is_to_be_told(world, li):
    case = world.at("triage")
    assert Notice.objects.count() == 0
    case = perform(case, "prepare_filing", li, {"tell": True, "note_public": "Soon."}, case.version)
    row = case.history.get(step="prepare_filing")
    notices = Notice.objects.values_list("history", "address", "language", "line")
    assert list(notices) == [(row.pk, "wei@example.com", "zh-hans", "Soon.")]
    assert (row.told, case.history.get(step="submit_request").told) == (True, False)


def test_the_people_of_a_case_are_told_once_each_and_those_switched_off_are_not(world, mei, li):
    case = world.at("triage", owner=mei)
    colleague = user("colleague", email="mei@example.com")
    gone = user("gone", email="gone@example.com", is_active=False)
    case.people.create(user=colleague, part="colleague")
    case.people.create(user=gone, part="colleague")
    perform(case, "prepare_filing", li, {"tell": True}, case.version)
    assert list(Notice.objects.values_list("address", flat=True)) == ["mei@example.com"]


def test_where_nobody_is_on_the_case_the_applicants_own_address_is_told(world, li):
    case = world.case(applicant=world.applicant(email="office@example.com", language="en"))
    case.people.all().delete()
    perform(case, "submit_request", li, {"tell": True}, case.version)
    assert list(Notice.objects.values_list("address", "language")) == [("office@example.com", "en")]


def test_taking_a_step_back_tells_nobody(world, chen):
    case = world.at("triage")
    data = {"reason": "wrong case", "tell": True, "note_public": "Sorry!"}
    case = perform(case, "step_back", chen, data, case.version)
    row = case.history.get(step="step_back")
    assert (row.told, row.note_public, Notice.objects.count()) == (False, "", 0)


def test_a_step_that_fails_in_the_database_leaves_no_row_no_file_no_notice(
    world, chen, document_root
):
    """The history row breaks off: whatever the step has done by then is undone."""
    case = world.at("certificate_applied")
    before, kept = stored(), files(document_root)
    data = {**world.entry(case, "record_certificate"), "tell": True}

    class Torn(Exception):
        pass

    def tear(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "cases_historyrow"'):
            assert files(document_root) != kept
            raise Torn
        return execute(sql, params, many, context)

    with connection.execute_wrapper(tear), pytest.raises(Torn):
        perform(case, "record_certificate", chen, data, case.version)
    assert (stored(), files(document_root)) == (before, kept)


def test_a_refused_step_leaves_no_file(world, li, document_root):
    case = world.at("triage")
    before, kept = stored(), files(document_root)
    for step in ("record_certificate", "record_preapproval"):
        with pytest.raises(Closed):
            perform(case, step, li, world.entry(case, step), case.version)
    assert (stored(), files(document_root)) == (before, kept)
