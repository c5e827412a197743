"""A form sent once more, later: led to what it has done; and what failed may be sent again."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from icpcases.cases.models import Applicant, HistoryRow, Sending
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.participants import invite, token_of
from icpcases.workflow.sendings import forget_sendings
from tests.world import upload, user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CASE = "/admin/cases/filingcase/"
PAGE = {"csrfmiddlewaretoken": "one page"}


def messages_of(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_the_second_click_is_answered_as_the_first_though_more_has_happened_since(
    client, li, chen, world
):
    case = world.at("provider_review")
    client.force_login(li)
    data = {**PAGE, "version": case.version}
    url = f"{CASE}{case.pk}/step/provider_passes/"
    first = client.post(url, data, follow=True)
    case.refresh_from_db()
    add_note(case, chen, "Well done.", case.version)
    rows = HistoryRow.objects.count()
    second = client.post(url, data, follow=True)
    assert second.redirect_chain == first.redirect_chain
    assert messages_of(second) == messages_of(first)
    assert HistoryRow.objects.count() == rows
    # Another person sends the same: he has done nothing.
    client.force_login(chen)
    assert client.post(url, data).status_code == 409


def test_files_are_part_of_what_is_sent(client, li, world):
    case = world.case()
    client.force_login(li)

    def hand_in(name: str, content: bytes) -> int:
        data = {
            **PAGE, "version": case.version, "rows": "1", "kind": "business_licence",
            "issued_in": "mainland", "file": upload(name, content),
        }  # fmt: skip
        return client.post(f"{CASE}{case.pk}/documents/add/", data).status_code

    png = upload().read()
    statuses = [hand_in("a.png", png), hand_in("a.png", png), hand_in("b.png", png)]
    assert (statuses, case.documents.count()) == ([302, 302, 409], 1)


def test_what_failed_may_be_sent_again(client, li):
    client.force_login(li)
    url, data = "/admin/cases/applicant/add/", {**PAGE, "name": "", "language": "en"}
    assert client.post(url, data).status_code == 422
    assert Sending.objects.count() == 0
    data["name"] = "Once Books"
    first = client.post(url, data, follow=True)
    second = client.post(url, data, follow=True)
    assert (Applicant.objects.count(), Sending.objects.count()) == (1, 1)
    assert second.redirect_chain == first.redirect_chain
    assert messages_of(second) == ["This was already saved. It was not saved a second time."]


def test_sendings_are_forgotten_after_some_days():
    now = timezone.now()
    for days in (2, 4):
        Sending.objects.create(key=f"{days}", made_at=now - dt.timedelta(days=days))
    assert forget_sendings(now) == 1
    assert list(Sending.objects.values_list("key", flat=True)) == ["2"]


@pytest.mark.parametrize("colleague", ["note", "assignment", "question", "edit"])
def test_what_an_applicant_cannot_see_makes_nothing_of_his_stale(
    client, li, chen, wei, world, colleague
):
    case = world.at("returned")
    asked = case.requests.get()
    seen = case.version
    client.force_login(li)
    path, data = {
        "note": ("note/", {"text": "Called them."}),
        "assignment": ("release/", {}),
        "question": ("requests/add/", {"about": "domain", "text": "Which?"}),
        "edit": ("step/withdraw/", {"reason": "They called."}),
    }[colleague]
    answer = client.post(f"{CASE}{case.pk}/{path}", {"version": seen, **data})
    assert answer.status_code == 302
    client.force_login(wei)
    url = f"/cases/{case.reference}/requests/{asked.pk}/"
    answered = client.post(url, {**PAGE, "version": seen, "answer": "Ours."})
    invisible = colleague in ("note", "assignment")
    assert answered.status_code == (302 if invisible else 409)
    # For a colleague of the office a note is news.
    client.force_login(chen)
    late = client.post(f"{CASE}{case.pk}/note/", {"version": seen, "text": "I called, too."})
    assert late.status_code == 409
    if invisible:
        # Twice, with the note between what was seen and what was done.
        client.force_login(wei)
        again = client.post(url, {**PAGE, "version": seen, "answer": "Ours."})
        assert (again.status_code, again["Location"]) == (302, answered["Location"])


def test_an_account_that_is_added_by_two_clicks_is_there_once(client):
    keeper = user("root", is_staff=True, is_superuser=True)
    client.force_login(keeper)
    secret = "quite a long pass phrase"
    data = {**PAGE, "username": "zhao", "usable_password": "true"}
    data |= {"password1": secret, "password2": secret}
    first = client.post("/admin/auth/user/add/", data)
    second = client.post("/admin/auth/user/add/", data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert User.objects.filter(username="zhao").count() == 1


def test_who_accepts_an_invitation_by_two_clicks_is_led_to_the_case(client, li, mei, world):
    case = world.case()
    invitation = invite(case, li, "mei@example.com", case.version)
    url = f"/invitation/{token_of(invitation)}/"
    client.force_login(mei)
    first, second = client.post(url, PAGE), client.post(url, PAGE)
    assert [first.url, second.url] == [f"/cases/{case.reference}/"] * 2
    # To anybody else it is for another address.
    client.force_login(user("other"))
    assert client.post(url, PAGE).status_code == 403
