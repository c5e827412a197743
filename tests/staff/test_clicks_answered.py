"""A click is answered where it was made: after signing in anew, and when somebody was faster."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.requests import answer, ask, settle
from icpcases.workflow.queue import Bucket, queue_of
from tests.world import upload

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

LIST = "/admin/cases/filingcase/"


def by_buttons(world) -> tuple[str, str, list[str]]:
    """A case's page, and the addresses that only take what a button on it sends."""
    case = world.supply(world.at("preparing"))
    own = f"{LIST}{case.pk}/"
    paper = case.documents.first()
    return f"{own}change/", own, [
        f"{own}claim/", f"{own}release/", f"{own}reveal/service_leader_phone/",
        f"{own}documents/{paper.pk}/reveal/", f"{own}not-needed/authorisation/",
    ]  # fmt: skip


def test_after_signing_in_anew_a_button_leads_back_to_its_page(client, world, li):
    page, own, addresses = by_buttons(world)
    for url in addresses:
        client.logout()
        # As browsers tell it; and where they do not.
        for headers, back in (({"referer": f"http://testserver{page}"}, page), ({}, url)):
            away = client.post(url, {"version": "1"}, headers=headers)
            assert away.url == f"/admin/login/?next={back}", url
        foreign = client.post(url, headers={"referer": "https://elsewhere.example/x"})
        assert foreign.url == f"/admin/login/?next={url}"
        client.force_login(li)
        assert (client.get(url).url, client.put(url).status_code) == (page, 405)
    assert client.get("/admin/logout/").url == "/admin/"
    # A page that was looked for is where signing in leads, whatever page it was found on.
    client.logout()
    sought = client.get(f"{own}note/", headers={"referer": f"http://testserver{page}"})
    assert sought.url == f"/admin/login/?next={own}note/"


TYPED = "The long words that somebody typed, 一二三."
# Each page with a form on a case: its path, what is typed, and the state it is tried in.
FORMS = [
    ("preparing", "note/", {"text": TYPED}),
    ("preparing", "requests/add/", {"about": "domain", "text": TYPED}),
    ("preparing", "people/", {"email": "typed@example.com"}),
    ("preparing", "facts/", {"site_name": "一二三", "service_leader": "一二三"}),
    (
        "preparing",
        "documents/add/",
        {"rows": "1", "kind": "other", "issued_in": "mainland", "number": "N-123"},
    ),
    ("preparing", "documents/PAPER/", {"accept": "refused", "refusal": TYPED}),
    ("preparing", "step/withdraw/", {"reason": TYPED}),
    ("provider_review", "step/return_for_correction/", {"note_public": TYPED}),
    ("returned", "requests/REQUEST/", {"answer": TYPED}),
    ("returned", "requests/REQUEST/", {"decision": "waived", "reason": TYPED}),
]


@pytest.mark.parametrize(("state", "path", "typed"), FORMS)
def test_what_was_typed_is_there_when_a_colleague_was_faster(
    client, world, li, chen, state, path, typed
):
    case = world.at(state)
    if "PAPER" in path:
        case = world.supply(case)
        path = path.replace("PAPER", str(case.documents.first().pk))
    if "REQUEST" in path:
        path = path.replace("REQUEST", str(case.requests.get().pk))
    seen = FilingCase.objects.get(pk=case.pk).version
    add_note(case, chen, "I called them.", seen)
    client.force_login(li)
    sent = {"version": seen, **typed}
    if path == "documents/add/":
        sent["file"] = upload()
    answer_page = client.post(f"{LIST}{case.pk}/{path}", sent)
    assert answer_page.status_code == 409
    text = answer_page.content.decode()
    for value in typed.values():
        assert value in text, value
    assert "<strong>chen</strong>" in text
    assert "I called them." in text
    assert ("You need to choose the files again." in text) is (path == "documents/add/")


def test_where_the_form_is_shown_no_more_the_words_are(client, world, li, chen, wei):
    case = world.at("returned")
    asked = case.requests.get()
    seen = case.version
    answer(case, li, asked.pk, "They said so on the phone.", seen)
    client.force_login(chen)
    late = client.post(
        f"{LIST}{case.pk}/requests/{asked.pk}/", {"version": seen, "answer": TYPED}
    ).content.decode()
    assert ("This is what you typed. It is not saved anywhere else:" in late, TYPED in late) == (
        True,
        True,
    )
    case.refresh_from_db()
    settle(case, li, asked.pk, "accepted", "", case.version)
    client.force_login(wei)
    own = client.post(
        f"/cases/{case.reference}/requests/{asked.pk}/", {"version": seen, "answer": TYPED}
    ).content.decode()
    assert (TYPED in own, "What you typed is kept below" in own) == (True, False)
    for moment in ("the office · A request was answered.", "The office accepted an answer."):
        assert moment in own


@pytest.mark.parametrize("side", ["staff", "applicant"])
def test_a_late_sms_check_is_told_before_the_click_and_after_it(client, world, li, wei, side):
    case = world.at("sms_verification", happened=None)
    client.force_login(li if side == "staff" else wei)
    url = {
        "staff": f"{LIST}{case.pk}/step/confirm_sms/",
        "applicant": f"/cases/{case.reference}/step/confirm_sms/",
    }[side]
    assert "is marked as late" not in client.get(url).content.decode()
    over = timezone.now() - dt.timedelta(minutes=5)
    FilingCase.objects.filter(pk=case.pk).update(
        due_at=over, turn_since=over - dt.timedelta(hours=24)
    )
    ended = f"The SMS window ended on {timezone.localtime(over):%Y-%m-%d %H:%M}."
    assert ended in " ".join(client.get(url).content.decode().split())
    done = client.post(url, {"version": case.version}, follow=True)
    (said,) = [str(message) for message in done.context["messages"]]
    assert said.endswith("It is marked as late: the SMS window was over.")
    assert case.history.get(step="confirm_sms").entered["late"] is True


def test_after_reopening_what_is_still_asked_has_its_days_anew(world, li, chen):
    today = timezone.localdate()
    case = world.at("preparing")
    request = ask(case, li, {"about": "domain", "text": "Which?", "due_on": today}, case.version)
    asked_on = timezone.now() - dt.timedelta(days=5)
    case.requests.filter(pk=request.pk).update(created_at=asked_on)
    case = world.step(case, "withdraw")
    case = world.step(case, "reopen", by=chen)
    request.refresh_from_db()
    assert request.due_on == today + dt.timedelta(days=5)
    world.step(case, "step_back", by=chen)
    request.refresh_from_db()
    assert request.due_on == today


@pytest.mark.parametrize("state", ["filed", "open", "completed"])
def test_what_is_asked_on_a_case_that_is_done_has_a_turn_a_day_and_a_place(world, li, state):
    case = world.at(state)
    if state == "open":
        case = world.step(world.step(case, "record_footer"), "record_public_security")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    request = ask(
        case, li, {"about": "domain", "text": "Which?", "due_on": yesterday}, case.version
    )
    case.refresh_from_db()
    assert case.turn == "applicant"
    assert places(case, li) == [Bucket.CHASE]
    answer(case, li, request.pk, "This one.", case.version)
    case.refresh_from_db()
    assert case.turn == ("applicant" if state == "filed" else "officer")
    assert places(case, li) == [Bucket.ANSWERED]


def places(case: FilingCase, officer) -> list[Bucket]:
    return [listed.bucket for listed in queue_of(officer).lists if case in listed.cases]
