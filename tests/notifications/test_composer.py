"""What staff see before a step is what the applicant reads after it."""

import pytest
from django.utils import timezone, translation

from icpcases.cases.models import HistoryRow, Notice
from icpcases.lifecycle.steps import Step
from icpcases.notifications.composer import event_of, message_of
from icpcases.notifications.preview import previews
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.engine import perform
from icpcases.workflow.step_forms import step_form
from tests.harness.smtp import text_of
from tests.world import ENTERPRISE, FOREIGN, FORUM

# Words are the same whatever the database.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

SOURCE = {
    "send_back": "triage", "record_refusal": "authority_review", "reopen": "withdrawn",
    "expire_order": "returned", "record_footer": "open",
}  # fmt: skip


def case_for(world, step):
    state = SOURCE.get(step.value) or step.about.sources[0].value
    if step == Step.CLOSE_NOT_REQUIRED:
        return world.at("triage", {**ENTERPRISE, "server_region": "hong_kong"})
    if step == Step.REFER:
        return world.at("triage", {**ENTERPRISE, "access": "ip_address"})
    if step == Step.DECLINE:
        return world.at(
            "triage",
            {**ENTERPRISE, "applicant_type": "individual", "forum": "true", "preapproval": "false"},
        )
    if step == Step.BEGIN_CERTIFICATE:
        return world.at("triage", FOREIGN)
    if step == Step.BEGIN_PREAPPROVAL:
        return world.at("triage", FORUM)
    if step == Step.COMPLETE:
        return world.step(world.at("completed"), "step_back", by=world.chen)
    case = world.at(state)
    if step == Step.SUBMIT_TO_PROVIDER:
        world.supply(case)
    if step == Step.EXPIRE_ORDER:
        case.orders.update(submitted_on="2026-01-01")
    return case


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("step", [s for s in Step if s.about.tells], ids=str)
def test_the_preview_is_what_is_sent(world, step, language):
    case = case_for(world, step)
    type(case.applicant).objects.filter(pk=case.applicant_id).update(language=language)
    case = type(case).objects.with_names().get(pk=case.pk)
    data = {
        **world.entry(case, step.value), "tell": True, "note_public": "Ask <me>.",
        "note_internal": "Never said.",
    }  # fmt: skip
    form = step_form(case, CaseFile(case), step, data)
    assert form.is_valid(), form.errors
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    (preview,) = previews(case, step, form)
    perform(case, step, world.chen, data, case.version)
    notice = Notice.objects.get()
    assert preview.addresses == [notice.address]
    assert preview.message == message_of(notice)
    assert "Ask <me>." in preview.message.text
    assert "Ask &lt;me&gt;." in preview.message.html
    assert "Never said." not in preview.message.text + preview.message.html


@pytest.mark.parametrize("step", list(Step), ids=str)
def test_there_is_a_preview_before_anything_is_typed(world, step):
    case = case_for(world, step) if step != Step.STEP_BACK else world.at("triage")
    shown = previews(case, step, step_form(case, CaseFile(case), step))
    assert len(shown) == (0 if step in (Step.STEP_BACK, Step.PULL_BACK) else 1)
    before = (case.state, case.turn, case.due_at)
    case.refresh_from_db()
    assert before == (case.state, case.turn, case.due_at)


def test_a_step_of_an_earlier_release_is_told_in_its_own_words(world):
    case = world.at("triage")
    row = HistoryRow(case=case, sequence=3, kind="step", step="cancel_filing", from_state="open")
    row.reasons = [{"about": "", "text": "The shop has closed."}]
    told = event_of(case, row, "Ask me.")
    assert str(told.sentence) == (
        "The filing has been cancelled; the site may no longer be served."
    )
    assert (told.reasons, told.line) == (tuple(row.reasons), "Ask me.")


def test_a_return_says_each_reason_by_when_and_where(world, mail, one_pass):
    case = world.at("authority_review")
    reasons = [
        {"about": "domain", "text": "The certificate is blurred."},
        {"about": "business_licence", "text": "It has expired."},
        {"about": "", "text": "What is sold there?"},
    ]
    world.step(case, "return_for_correction", reasons=reasons, tell=True)
    with translation.override("de"):
        assert one_pass() == {"sent": 1}
    text = text_of(mail.mails[0])
    assert all(reason["text"] in text for reason in reasons)
    assert case.reference in mail.mails[0]["Subject"]


def test_the_sms_check_says_until_when(world, mail, one_pass):
    case = world.at("provider_passed")
    type(case.applicant).objects.update(language="en")
    case = world.step(case, "sent_to_administration", tell=True)
    one_pass()
    due = timezone.localtime(case.due_at)
    lines = text_of(mail.mails[0]).splitlines()
    assert lines.count(f"By {due:%Y-%m-%d %H:%M} (Beijing time).") == 1
    assert [line for line in lines if "Still to answer" in line] == [
        "- Still to answer the SMS: Subject and service leader, one person: 王伟"
    ]


@pytest.mark.parametrize(
    ("filing_type", "subject", "head"),
    [
        ("cancel_service", "Cancel a service · yulan.cn: Being looked at",
         "Cancel a service · yulan.cn · 玉兰书店"),
        ("cancel_subject", "Cancel the subject: Being looked at", "Cancel the subject"),
    ],
)  # fmt: skip
def test_a_mail_says_what_errand_it_is_about(world, mail, one_pass, filing_type, subject, head):
    case = world.about(world.filed(domain="yulan.cn", name="玉兰书店"), filing_type)
    type(case.applicant).objects.update(language="en")
    case.refresh_from_db()
    world.step(case, "submit_request", tell=True)
    one_pass()
    sent = mail.mails[-1]
    assert str(sent["Subject"]).strip() == f"{case.reference} {subject}"
    assert text_of(sent).splitlines()[0] == f"{case.reference} · {head}"
    html = " ".join(Notice.objects.latest("pk").html.split())
    assert f"{case.reference} · {head} </p>" in html


def test_what_is_called_by_its_name_is_named_once(world):
    app = world.about(world.filed(kind="app", domain="yulan.cn", name="玉兰读书"), "cancel_service")
    site = world.about(world.filed(domain="hai.cn", name="海"), "cancel_service")
    with translation.override("en"):
        assert [case.names for case in (app, site)] == [
            ["Cancel a service", "yulan.cn", "玉兰读书"], ["Cancel a service", "hai.cn", "海"],
        ]  # fmt: skip
        type(app).objects.filter(pk=app.pk).update(
            domain="", domain_unicode="", registrable_domain=""
        )
        assert type(app).objects.get(pk=app.pk).names == ["Cancel a service", "玉兰读书"]
