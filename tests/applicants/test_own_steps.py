"""The applicant's own steps and drafts: taken, closed, stale, sent twice; nothing typed is lost."""

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from icpcases.cases.models import Applicant, FilingCase, HistoryRow
from icpcases.lifecycle.roles import Role
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.requests import ask
from tests.domain import CREDIT_CODES
from tests.world import ENTERPRISE, upload

from .pages import path, section, step_path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


OWN = [step.value for step in Step if Role.APPLICANT in step.who]


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def take(client: Any, case: FilingCase, step: str, **data: Any) -> Any:
    return client.post(step_path(case, step), {"version": case.version, **data})


def today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"


def newest(case: FilingCase) -> HistoryRow:
    case.refresh_from_db()
    row = case.history.order_by("-sequence").first()
    assert row
    return row


APPLICATION = {"authority": "北京市公安局", "application_number": "A-1"}


TAKEN: list[tuple[str, str, dict[str, str], str]] = [
    ("draft", "submit_request", {}, "triage"),
    ("certificate_needed", "record_certificate_application", APPLICATION, "certificate_applied"),
    ("preapproval_needed", "record_preapproval_application", APPLICATION, "preapproval_applied"),
    ("sms_verification", "confirm_sms", {"person": "both"}, "authority_review"),
    ("filed", "record_opening", {}, "open"),
    ("filed", "record_footer", {}, "filed"),
    ("open", "record_footer", {}, "open"),
    (
        "open", "record_public_security",
        {"public_security_number": "京公网安备11010802012345号"}, "open",
    ),
    ("triage", "withdraw", {"reason": "We build no site."}, "withdrawn"),
    ("provider_review", "withdraw", {"reason": "We build no site."}, "withdrawn"),
]  # fmt: skip


DATES = {
    "record_certificate_application": "applied_on",
    "record_preapproval_application": "applied_on",
    "record_opening": "opened_on",
    "record_footer": "footer_on",
    "record_public_security": "public_security_on",
}


def test_every_own_step_is_tried():
    assert sorted({step for _state, step, _data, _to in TAKEN}) == sorted(OWN)


# What is sent is looked over first: test_application.py.
ON_ITS_PAGE = [taken for taken in TAKEN if taken[1] != "submit_request"]


@pytest.mark.parametrize(("state", "step", "data", "to"), ON_ITS_PAGE)
def test_an_own_step_is_taken_on_its_page(as_wei, world, wei, state, step, data, to):
    case = world.at(state)
    dates = {DATES[step]: today()} if step in DATES else {}
    form = as_wei.get(step_path(case, step))
    assert form.status_code == 200
    asked = [field.name for field in form.context["form"].visible_fields()]
    assert sorted(asked) == sorted([*data, *dates])
    answer = take(as_wei, case, step, **data, **dates)
    assert (answer.status_code, answer.url) == (302, path(case))
    row = newest(case)
    assert (case.state, row.step, row.by, row.on_behalf_of, row.note_internal) == (
        to, step, wei, "", "",
    )  # fmt: skip
    page = as_wei.get(path(case))
    assert [str(m) for m in page.context["messages"]] == [f"{Step(step).label}: done."]
    assert page.context["timeline"].moments[0].by == "you or a colleague"


NOT_HERE = [
    ("sms_verification", "withdraw", {"reason": "We build no site."}),
    ("authority_review", "withdraw", {"reason": "We build no site."}),
    ("triage", "submit_request", {}),
    ("authority_review", "record_opening", {"opened_on": "2026-11-01"}),
    ("withdrawn", "confirm_sms", {}),
]


@pytest.mark.parametrize(("state", "step", "data"), NOT_HERE)
def test_a_step_that_is_not_due_says_so_and_changes_nothing(as_wei, world, state, step, data):
    case = world.at(state)
    page = as_wei.get(step_path(case, step))
    assert page.status_code == 200
    said = "This step is not possible while the case is in this state: "
    assert said in text_of(page)
    assert "Confirm:" not in text_of(page)
    before = case.version
    answer = take(as_wei, case, step, **data)
    assert answer.status_code == 409
    assert said in section(answer, 'role="alert"')
    assert all(value in answer.content.decode() for value in data.values())
    case.refresh_from_db()
    assert (case.state, case.version) == (state, before)


def test_every_own_step_has_a_page_in_every_state(as_wei, world):
    for state in ("draft", "preparing", "filed"):
        case = world.at(state)
        found = {step: as_wei.get(step_path(case, step)).status_code for step in OWN}
        looked_over = {"submit_request": 302} if state == "draft" else {}
        assert found == dict.fromkeys(OWN, 200) | looked_over


def test_the_steps_of_the_office_are_no_pages_here(as_wei, world):
    case = world.at("authority_review")
    for step in [*(s.value for s in Step if s.value not in OWN), "explode", "%00"]:
        address = step_path(case, step)
        found = [as_wei.get(address).status_code, take(as_wei, case, step).status_code]
        assert (step, found) == (step, [404, 404])
    case.refresh_from_db()
    assert case.state == "authority_review"


def test_a_closed_step_names_everything_in_the_way_at_once(as_wei, world, li):
    case = world.case(ENTERPRISE, province="", forum="")
    ask(case, li, {"about": "", "text": "What is the site for?"}, case.version)
    case.refresh_from_db()
    for page in (
        as_wei.get(path(case, "application/")),
        take(as_wei, case, "submit_request"),
    ):
        shown = text_of(page)
        # The province does not matter before it is known whether there is a forum.
        assert "Still missing Can visitors post there?" in shown
        assert "The applicant has not answered: What is the site for?" in shown
    assert page.status_code == 422
    case.refresh_from_db()
    assert case.state == "draft"


def test_a_stale_page_changes_nothing_and_keeps_what_was_typed(as_wei, world, wei):
    case = world.at("triage")
    seen = case.version
    world.step(case, "send_back")
    answer = as_wei.post(
        step_path(case, "withdraw"), {"version": seen, "reason": "A long reason of mine."}
    )
    assert answer.status_code == 409
    assert "The case has changed since you opened this page" in text_of(answer)
    assert "A long reason of mine.</textarea>" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "draft"
    # They have read it, and it still fits: the same page takes the step.
    again = as_wei.post(
        step_path(case, "withdraw"),
        {"version": answer.context["version"], "reason": "A long reason of mine."},
    )
    assert again.status_code == 302
    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_a_stale_page_keeps_what_was_typed_even_where_the_step_is_gone(as_wei, world):
    case = world.at("provider_passed")
    seen = case.version
    world.step(case, "sent_to_administration")
    answer = as_wei.post(
        step_path(case, "withdraw"), {"version": seen, "reason": "A long reason of mine."}
    )
    assert answer.status_code == 409
    assert "A long reason of mine.</textarea>" in answer.content.decode()
    assert 'class="button" disabled' in answer.content.decode()
    text = text_of(answer)
    assert (
        "What you typed is kept below; as the case is now, the step is closed." in text,
        "This step is closed" in text,
        "confirm again" in text,
    ) == (True, True, False)


@pytest.mark.parametrize("version", ["", "-1", "one", "９", "9" * 30, "1.0"])
def test_an_odd_version_is_stale(as_wei, world, version):
    case = world.at("triage")
    answer = as_wei.post(step_path(case, "withdraw"), {"version": version, "reason": "No."})
    assert answer.status_code == 409
    case.refresh_from_db()
    assert case.state == "triage"


def test_two_clicks_take_one_step(as_wei, world):
    case = world.at("sms_verification")
    answers = [take(as_wei, case, "confirm_sms") for _ in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, path(case))] * 2
    assert take(as_wei, case, "confirm_sms", csrfmiddlewaretoken="another").status_code == 409
    assert list(case.history.filter(step="confirm_sms").values_list("to_state", flat=True)) == [
        "authority_review"
    ]


def test_a_wrong_entry_says_what_and_keeps_the_rest(as_wei, world):
    case = world.at("certificate_needed")
    ahead = timezone.localdate() + dt.timedelta(days=2)
    answer = take(
        as_wei, case, "record_certificate_application",
        authority="上海市公安局", applied_on=f"{ahead:%Y-%m-%d}", application_number="",
    )  # fmt: skip
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["application_number", "applied_on"]
    assert 'value="上海市公安局"' in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "certificate_needed"


def test_nobody_sends_the_office_its_own_words(as_wei, world):
    """Fields of the officers' form are no fields here, whatever is sent."""
    case = world.at("triage")
    take(as_wei, case, "withdraw", reason="No.", note_internal="X", note_public="Y", tell="")
    row = newest(case)
    assert (row.note_internal, row.note_public, row.told) == ("", "", True)


def facts_of(case: FilingCase, **changed: str) -> dict[str, Any]:
    return {**ENTERPRISE, "domain": case.domain, "version": case.version, **changed}


def test_a_draft_is_changed_by_its_applicant(as_wei, world, wei):
    case = world.case()
    answer = as_wei.post(site_page(case), facts_of(case, site_name="木兰书店"))
    assert (answer.status_code, answer.url) == (302, path(case, "application/person/"))
    row = newest(case)
    assert (case.site_name, row.kind, row.by) == ("木兰书店", "edit", wei)


def site_page(case: FilingCase) -> str:
    return path(case, "application/site/")


@pytest.mark.parametrize("state", ["triage", "preparing", "provider_review", "open", "withdrawn"])
def test_what_was_sent_is_not_changed_by_its_applicant(as_wei, world, state):
    case = world.at(state)
    away = as_wei.get(site_page(case))
    assert (away.status_code, away.url) == (302, path(case))
    page = as_wei.post(site_page(case), facts_of(case, site_name="木兰书店"))
    assert page.status_code == 403
    assert "The application has been sent; the office changes facts from now on." in text_of(page)
    assert '<form method="post" novalidate>' not in page.content.decode()
    before = case.version
    case.refresh_from_db()
    assert (case.site_name, case.version) == ("玉兰书店", before)


def test_a_stale_edit_keeps_what_was_typed(as_wei, world, li):
    case = world.case()
    sent = facts_of(case, site_name="木兰书店")
    ask(case, li, {"about": "domain", "text": "Which registrar?"}, case.version)
    answer = as_wei.post(site_page(case), sent)
    assert answer.status_code == 409
    assert 'value="木兰书店"' in answer.content.decode()
    case.refresh_from_db()
    assert case.site_name == "玉兰书店"


def who(**changed: str) -> dict[str, str]:
    entered = {
        "name": "木兰书店有限公司", "certificate_type": "credit_code",
        "certificate_number": CREDIT_CODES[1], "phone": "", **changed,
    }  # fmt: skip
    return {f"who-{name}": value for name, value in entered.items()}


CHECKED = {
    "service_kind": "website", "server_region": "mainland", "access": "domain", "forum": "no",
    "applicant_type": "enterprise", "province": "CN-BJ",
}  # fmt: skip
APPLY = f"/apply/?{urlencode(CHECKED)}"


def test_applying_makes_a_draft_of_ones_own(as_wei, wei):
    answer = as_wei.post(APPLY, who())
    case = FilingCase.objects.get()
    assert (answer.status_code, answer.url) == (302, site_page(case))
    assert (case.state, case.officer, case.access) == ("draft", None, "domain")
    assert list(case.people.values_list("user", "part")) == [(wei.pk, "owner")]
    assert (case.applicant.name, case.applicant.confirmed, case.applicant.email) == (
        "木兰书店有限公司", False, "wei@example.com",
    )  # fmt: skip
    assert (newest(case).by, newest(case).entered) == (wei, {"opened": case.reference})
    assert as_wei.get(path(case)).status_code == 200


def test_applying_with_next_to_nothing_is_enough(as_wei):
    assert (
        as_wei.post("/apply/", who(certificate_type="", certificate_number="")).status_code == 302
    )
    assert FilingCase.objects.get().state == "draft"


def test_a_wrong_application_says_what_and_keeps_the_rest(as_wei):
    answer = as_wei.post(APPLY, who(name="", certificate_number="x"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name", "certificate_number"]
    assert 'value="X"' in answer.content.decode() or 'value="x"' in answer.content.decode()
    assert not FilingCase.objects.exists()


def test_the_number_of_another_company_joins_nothing(as_wei, world, mei):
    theirs = world.at("open", owner=mei)
    known = theirs.applicant
    other = who(certificate_number=known.certificate_number)
    answer = as_wei.post(APPLY, other, follow=True)
    unknown = as_wei.post(APPLY, who(), follow=True)
    case, other_case = FilingCase.objects.exclude(pk=theirs.pk).order_by("pk")
    assert (case.applicant == known, case.applicant.confirmed) == (False, False)
    assert Applicant.objects.filter(certificate_number=known.certificate_number).count() == 2
    assert as_wei.get(path(theirs)).status_code == 404
    for page in (answer, unknown):
        assert theirs.reference not in page.content.decode()
        assert known.name not in page.content.decode()
    # Nothing tells the known number from one that nobody has.
    assert text_of(answer).replace(case.reference, "").replace(case.follow_code, "") == text_of(
        unknown
    ).replace(other_case.reference, "").replace(other_case.follow_code, "")


def test_staff_apply_in_their_office(client, li):
    client.force_login(li)
    answer = client.get("/apply/")
    assert (answer.status_code, answer.url) == (302, "/admin/cases/filingcase/add/")


def test_a_document_is_handed_in_and_read_back(as_wei, world, wei):
    case = world.at("preparing")
    page = as_wei.get(path(case, "documents/add/?kind=business_licence"))
    assert page.context["papers"].forms[0]["kind"].value() == "business_licence"
    sent = {"version": case.version, "kind": "business_licence", "issued_in": "mainland"}
    answer = as_wei.post(path(case, "documents/add/"), {**sent, "file": upload()})
    assert answer.status_code == 302
    document = case.documents.get()
    assert (document.added_by, document.status) == (wei, "pending")
    file = as_wei.get(path(case, f"documents/{document.pk}/"))
    assert file["Content-Disposition"].startswith("attachment;")
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == document.sha256
    wrong = as_wei.post(path(case, "documents/add/"), {**sent, "file": upload("a.png", b"no")})
    assert wrong.status_code == 422


def test_a_request_is_answered_once(as_wei, world, wei):
    case = world.at("returned")
    asked = case.requests.get()
    address = path(case, f"requests/{asked.pk}/")
    assert "The domain certificate is blurred." in text_of(as_wei.get(address))
    sent = {"version": case.version, "answer": "Here is a better scan."}
    assert [as_wei.post(address, sent).status_code for _ in range(2)] == [302, 302]
    another = sent | {"csrfmiddlewaretoken": "another page"}
    assert as_wei.post(address, another).status_code == 409
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("answered", "Here is a better scan.")
    assert (newest(case).by, newest(case).on_behalf_of) == (wei, "")
    page = as_wei.get(address)
    assert "Your answer Here is a better scan." in text_of(page)
    assert "<textarea" not in page.content.decode()
    assert case.turn == "officer"


def at_sms(world, hours: int) -> tuple[FilingCase, dt.datetime]:
    """A case whose SMS check was sent so many hours ago, and when that was."""
    sent = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(hours=hours)
    before = sent - dt.timedelta(days=1)
    case = world.case(happened=before)
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=before)
    world.supply(case)
    for step in ("submit_to_provider", "provider_passes"):
        case = world.step(case, step, happened=before)
    return world.step(case, "sent_to_administration", happened=sent), sent


@pytest.mark.parametrize(("hours", "asked"), [(1, False), (23, False), (25, True), (60, True)])
def test_when_the_code_was_entered_is_asked_once_the_window_is_over(as_wei, world, hours, asked):
    case, sent = at_sms(world, hours)
    form = as_wei.get(step_path(case, "confirm_sms")).context["form"]
    visible = {field.name: str(field.label) for field in form.visible_fields()}
    assert visible.get("happened") == ("when the code was entered" if asked else None)
    entered = timezone.localtime(sent + dt.timedelta(minutes=30))
    data = {"happened": f"{entered:%Y-%m-%dT%H:%M}"} if asked else {}
    assert take(as_wei, case, "confirm_sms", **data).status_code == 302
    assert newest(case).entered["late"] is False


def test_after_the_window_and_without_a_time_it_is_late(as_wei, world):
    case, _sent = at_sms(world, 25)
    assert take(as_wei, case, "confirm_sms", happened="").status_code == 302
    assert newest(case).entered["late"] is True


def test_the_office_is_asked_when_it_happened(client, li, world):
    case = world.at("sms_verification")
    client.force_login(li)
    page = client.get(f"/admin/cases/filingcase/{case.pk}/step/confirm_sms/")
    assert "happened" in [field.name for field in page.context["form"].visible_fields()]
