"""People on a case: invited by a link that works once, joined, removed; each in the history."""

import datetime as dt
import re
import time
from typing import Any

import pytest
from django.core import signing
from django.core.signing import b62_encode
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from icpcases.cases.models import Applicant, CasePerson, FilingCase, Invitation, Notice
from icpcases.notifications.delivery import deliver, worker_name
from icpcases.workflow.actions import participants
from icpcases.workflow.exceptions import Closed, NotAllowed
from tests.harness import smtp
from tests.harness.race import together
from tests.world import user

from .pages import body_of, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

FRIEND = "friend@example.com"


def signed_in(account: Any) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address_of(invitation: Invitation) -> str:
    return f"/invitation/{participants.token_of(invitation)}/"


def parts(case: FilingCase) -> list[tuple[str, str]]:
    return list(case.people.order_by("pk").values_list("user__username", "part"))


def told(case: FilingCase) -> list[tuple[str, dict[str, str]]]:
    """What the history says of people: who did it, and what."""
    rows = case.history.filter(kind="assignment").order_by("sequence")
    return [
        (row.by.username, row.entered) for row in rows if row.by and "assigned" not in row.entered
    ]


@pytest.fixture
def case(world) -> FilingCase:
    return world.at("triage")


@pytest.fixture
def friend(db):
    return user("friend")


@pytest.fixture
def invitation(case, wei) -> Invitation:
    return participants.invite(case, wei, FRIEND, case.version)


def test_the_owner_invites_a_colleague_who_joins_by_the_mail(case, wei, friend, settings):
    settings.SITE_URL = "http://testserver"
    sent = {"version": case.version, "email": "Friend@example.com"}
    answer = signed_in(wei).post(path(case, "people/"), sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, path(case, "people/"))
    with smtp.running_mail_server(settings) as server:
        deliver(worker_name())
    [mail] = server.to(FRIEND)
    [link] = re.findall(r"http://testserver(/invitation/\S+)", smtp.text_of(mail))
    client = signed_in(friend)
    page = client.get(link)
    assert "You are signed in as friend@example.com." in text_of(page)
    assert parts(case) == [("wei", "owner")]
    answer = client.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, path(case))
    assert client.get(path(case)).status_code == 200
    assert parts(case) == [("wei", "owner"), ("friend", "colleague")]
    assert told(case) == [("wei", {"invited": FRIEND}), ("friend", {"joined": FRIEND})]


def test_an_invitation_waits_for_whoever_signs_in(invitation, friend):
    client = Client()
    address = address_of(invitation)
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=/invitation/")
    assert parts(invitation.case) == [("wei", "owner")]


def test_an_invitation_works_once(invitation, friend):
    address = address_of(invitation)
    first, second = signed_in(friend), signed_in(friend)
    waiting = second.get(address)
    assert waiting.status_code == 200
    assert first.post(address).status_code == 302
    # A second click, and the mail opened again, lead to the case.
    for method in (second.post, first.post, second.get, first.get):
        assert method(address).headers["Location"] == path(invitation.case)
    assert "You have joined this case already." in text_of(first.get(path(invitation.case)))
    # To anybody else it tells what it told before: whose address it is for.
    stranger = signed_in(user("stranger"))
    for method in (stranger.get, stranger.post):
        page = method(address)
        assert (page.status_code, "f•••@example.com" in text_of(page)) == (403, True)
        assert invitation.case.reference not in body_of(page)
    assert parts(invitation.case) == [("wei", "owner"), ("friend", "colleague")]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_link_followed_twice_at_once_joins_once(invitation, friend):
    found = together(
        lambda: signed_in(friend).post(address_of(invitation)).status_code,
        lambda: signed_in(friend).post(address_of(invitation)).status_code,
    )
    # A second click of the same account finds it done.
    assert found == [302, 302]
    assert CasePerson.objects.filter(case=invitation.case, part="colleague").count() == 1


class Past(signing.TimestampSigner):
    """Signs as the program did some days ago."""

    def __init__(self, days: float) -> None:
        super().__init__(salt=participants.SALT)
        self.days = days

    def timestamp(self) -> str:
        return b62_encode(int(time.time() - self.days * 86400))


@pytest.mark.parametrize(("days", "status"), [(13.9, 200), (14.1, 410)])
def test_the_link_of_an_invitation_is_good_for_a_fortnight(invitation, friend, days, status):
    token = Past(days).sign_object(invitation.pk)
    assert signed_in(friend).get(f"/invitation/{token}/").status_code == status


def test_an_old_link_says_who_invited_and_joins_by_the_address_that_is_proved(
    invitation, friend, stranger
):
    old = f"/invitation/{Past(15).sign_object(invitation.pk)}/"
    client = signed_in(friend)
    shown = text_of(client.get(old))
    day = f"{timezone.localdate():%Y-%m-%d}"
    assert "This link is too old" in shown
    assert f"You were invited by w•••@example.com on {day}." in shown
    assert "wei@example.com" not in shown
    assert client.post(old).status_code == 410
    assert parts(invitation.case) == [("wei", "owner")]
    assert f'action="/invited/{invitation.pk}/"' in body_of(client.get(old))
    assert signed_in(stranger).get(old).status_code == 403
    assert client.post(f"/invited/{invitation.pk}/").headers["Location"] == path(invitation.case)


@pytest.mark.parametrize(
    ("inviter", "said", "in_mail"),
    [
        ("wei", "by w•••@example.com on", "w•••@example.com invites you to this case."),
        ("li", "by the filing office on", "The filing office invites you to this case."),
    ],
)
def test_it_says_who_invited(case, friend, request, inviter, said, in_mail):
    by = request.getfixturevalue(inviter)
    Applicant.objects.update(language="en")
    case = FilingCase.objects.with_names().get(pk=case.pk)
    invitation = participants.invite(case, by, FRIEND, case.version)
    page = text_of(signed_in(friend).get(address_of(invitation)))
    mail = Notice.objects.get(address=FRIEND)
    assert said in page
    assert all(in_mail in " ".join(form.split()) for form in (mail.text, mail.html))
    assert by.email not in page + mail.text + mail.html


def test_an_invitation_sent_anew_is_found_by_the_link_of_the_one_taken_back(case, wei, friend):
    first = participants.invite(case, wei, FRIEND, case.version)
    case.refresh_from_db()
    participants.take_back(case, wei, first.pk, case.version)
    case.refresh_from_db()
    participants.invite(case, wei, FRIEND, case.version)
    assert signed_in(friend).post(address_of(first)).headers["Location"] == path(case)


def test_a_domain_in_chinese_is_invited_under_its_ascii_name(case, wei):
    sent = {"version": case.version, "email": " Ｗang@例子.中国\u200b"}
    client = signed_in(wei)
    answer = client.post(path(case, "people/"), sent)
    assert answer.status_code == 302
    plain = "wang@xn--fsqu00a.xn--fiqs8s"
    assert list(case.invitations.values_list("email", flat=True)) == [plain]
    shown = text_of(client.get(path(case, "people/")))
    assert f"Invited by e-mail: {plain}." in shown
    # However it is written, it is one address.
    case.refresh_from_db()
    again = {"version": case.version, "email": f"WANG@{plain.partition('@')[2]}"}
    assert client.post(path(case, "people/"), again).status_code == 409


@pytest.mark.parametrize(
    "email", ["wëi@example.com", "wei", "a@b@", f"{'w' * 150}@example.com", ""]
)
def test_an_address_from_before_they_were_folded_is_told_and_not_invited(case, li, email):
    with pytest.raises(Closed) as refused:
        participants.invite(case, li, email, case.version)
    assert [finding.code for finding in refused.value.findings] == ["invitation"]
    assert not Invitation.objects.exists()


def test_who_cannot_sign_in_is_not_invited(case, wei, friend):
    friend.is_active = False
    friend.save()
    page = signed_in(wei).post(path(case, "people/"), {"version": case.version, "email": FRIEND})
    said = f"{FRIEND} cannot sign in: the account with this address has been closed."
    assert (page.status_code, said in text_of(page)) == (409, True)
    assert not Invitation.objects.exists()
    assert not Notice.objects.filter(address=FRIEND).exists()


def test_a_made_up_invitation_tells_nothing(invitation, friend):
    good = participants.token_of(invitation)
    made_up = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        signing.dumps(invitation.pk),
        signing.dumps(invitation.pk, salt="icpcases.other"),
        signing.dumps(invitation.pk + 1, salt=participants.SALT),
        signing.dumps("x", key="another-key", salt=participants.SALT),
        good.split(":")[0], str(invitation.pk), "%00", "x" * 5000, ":::",
    ]  # fmt: skip
    client = signed_in(friend)
    pages = [client.get(f"/invitation/{token}/") for token in made_up]
    assert [page.status_code for page in pages] == [404] * len(pages)
    shown = {re.sub(r'value="[^"]*"', "", body_of(page)) for page in pages}
    assert len(shown) == 1
    for token in made_up:
        assert client.post(f"/invitation/{token}/").status_code == 404
    assert parts(invitation.case) == [("wei", "owner")]


@pytest.mark.parametrize("group", ["officer", "supervisor", "auditor"])
def test_staff_join_no_case(invitation, friend, group):
    clerk = user("clerk", group, is_staff=True)
    answer = signed_in(clerk).post(address_of(invitation))
    assert (answer.status_code, "Staff accounts cannot join a case." in text_of(answer)) == (
        403,
        True,
    )
    assert parts(invitation.case) == [("wei", "owner")]
    assert signed_in(friend).post(address_of(invitation)).status_code == 302


@pytest.mark.parametrize("name", ["wei", "mei", "stranger"])
def test_a_link_that_was_passed_on_lets_nobody_else_in(invitation, friend, request, name):
    """It is bound to its address: whoever reads that address proves it by signing in."""
    client = signed_in(request.getfixturevalue(name))
    for method in (client.get, client.post):
        page = method(address_of(invitation))
        assert (page.status_code, "f•••@example.com" in text_of(page)) == (403, True)
        assert (FRIEND in body_of(page), invitation.case.reference in body_of(page)) == (
            False, False,
        )  # fmt: skip
    assert parts(invitation.case) == [("wei", "owner")]
    assert told(invitation.case) == [("wei", {"invited": FRIEND})]
    assert signed_in(friend).post(address_of(invitation)).status_code == 302


def test_who_is_invited_already_is_on_the_case_or_is_staff_is_told_and_not_mailed(
    case, invitation, wei, li
):
    """One live invitation of an address to a case; the database says so too."""
    mails, version = Notice.objects.count(), FilingCase.objects.get(pk=case.pk).version
    for email, said in (
        (" FRIEND@example.com ", f"{FRIEND} is invited already and has not joined yet."),
        ("Wei@example.com", "wei@example.com is on this case already."),
        (
            li.email,
            f"{li.email} is an address of the office: staff see every case and cannot join one.",
        ),
    ):
        page = signed_in(wei).post(path(case, "people/"), {"version": version, "email": email})
        assert (page.status_code, said in text_of(page)) == (409, True), email
    assert (Notice.objects.count(), case.invitations.count()) == (mails, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            case=case, email=FRIEND, part="colleague", invited_by=wei, invited_at=timezone.now()
        )


def test_the_cases_page_offers_what_waits_for_exactly_this_address(
    case, invitation, friend, mei, stranger
):
    join = f"/invited/{invitation.pk}/"
    for other in (mei, stranger):
        assert case.reference not in body_of(signed_in(other).get("/cases/"))
        assert signed_in(other).post(join).status_code == 404
    client = signed_in(friend)
    assert case.reference in body_of(client.get("/cases/"))
    assert client.post(join).headers["Location"] == path(case)
    assert parts(case) == [("wei", "owner"), ("friend", "colleague")]
    # A second click finds it done.
    assert client.post(join).headers["Location"] == path(case)


def test_the_office_invites_an_owner_and_whoever_comes_second_is_a_colleague(
    world, li, friend, mei
):
    case = world.case()
    case.people.all().delete()
    invitations = []
    for email in (FRIEND, "mei@example.com"):
        invitations.append(participants.invite(case, li, email, case.version))
        case.refresh_from_db()
    assert [invitation.part for invitation in invitations] == ["owner", "owner"]
    for invitation, account in zip(invitations, (friend, mei), strict=True):
        assert signed_in(account).post(address_of(invitation)).status_code == 302
    assert parts(case) == [("friend", "owner"), ("mei", "colleague")]


def test_a_colleague_works_the_case_but_keeps_nobody(case, invitation, friend, wei):
    client = signed_in(friend)
    client.post(address_of(invitation))
    case.refresh_from_db()
    owner = case.people.get(user=wei)
    page = client.get(path(case, "people/"))
    assert "The owner of the case and the office add and remove people." in text_of(page)
    assert 'name="email"' not in body_of(page).split("<main")[1]
    for sent in ({"email": "mei@example.com"}, {"remove": owner.pk}):
        answer = client.post(path(case, "people/"), {"version": case.version, **sent})
        assert answer.status_code == 403
    assert parts(case) == [("wei", "owner"), ("friend", "colleague")]
    sent = {"version": case.version, "reason": "We build no site."}
    assert client.post(path(case, "step/withdraw/"), sent).status_code == 302


def test_the_owner_removes_a_colleague_at_once(case, invitation, friend, wei):
    theirs, own, first = signed_in(friend), signed_in(wei), invitation
    theirs.post(address_of(invitation))
    case.refresh_from_db()
    again = Invitation.objects.create(
        case=case, email=FRIEND, part="colleague", invited_by=wei, invited_at=timezone.now()
    )
    person = case.people.get(user=friend)
    sent = {"version": case.version, "remove": person.pk}
    assert own.post(path(case, "people/"), sent).status_code == 302
    assert parts(case) == [("wei", "owner")]
    assert theirs.get(path(case)).status_code == 404
    # An invitation that still lay about does not let them in again.
    assert theirs.post(address_of(again)).status_code == 410
    assert "You are no longer on this case" in text_of(theirs.get(address_of(first)))
    assert told(case) == [
        ("wei", {"invited": FRIEND}), ("friend", {"joined": FRIEND}), ("wei", {"removed": FRIEND}),
    ]  # fmt: skip


def test_the_owner_stays_unless_the_office_says_so(case, wei, li):
    owner = case.people.get(user=wei)
    sent = {"version": case.version, "remove": owner.pk}
    assert signed_in(wei).post(path(case, "people/"), sent).status_code == 403
    participants.remove_person(case, li, owner.pk, case.version)
    assert parts(case) == []
    assert told(case) == [("li", {"removed": "wei@example.com"})]


def test_auditors_and_strangers_keep_nobody(case, sun, stranger, wei):
    for account in (sun, stranger):
        with pytest.raises(NotAllowed):
            participants.invite(case, account, FRIEND, case.version)
        with pytest.raises(NotAllowed):
            participants.remove_person(case, account, case.people.get(user=wei).pk, case.version)
    assert (Invitation.objects.count(), Notice.objects.filter(address=FRIEND).count()) == (0, 0)


def test_a_stale_page_invites_nobody_and_keeps_the_address(case, wei, world):
    seen = case.version
    world.step(case, "send_back")
    answer = signed_in(wei).post(path(case, "people/"), {"version": seen, "email": FRIEND})
    assert answer.status_code == 409
    assert f'value="{FRIEND}"' in body_of(answer)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"email": "no address"}, {"remove": "x"}, {"remove": "-1"}])
def test_a_wrong_entry_is_told_at_its_field(case, wei, sent):
    answer = signed_in(wei).post(path(case, "people/"), {"version": case.version, **sent})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_who_was_invited_and_has_not_come_stands_on_the_page(case, invitation, wei):
    shown = text_of(signed_in(wei).get(path(case, "people/")))
    assert f"{FRIEND} invited, has not joined yet" in shown
    invitation.accepted_at = timezone.now() - dt.timedelta(days=1)
    invitation.save()
    assert FRIEND not in text_of(signed_in(wei).get(path(case, "people/")))


def test_an_invitation_is_taken_back_by_whoever_keeps_the_people(case, wei, li, friend):
    for keeper, address, said in (
        (wei, f"/cases/{case.reference}/people/", "w•••@example.com took it back"),
        (li, f"/admin/cases/filingcase/{case.pk}/people/", "The filing office took it back"),
    ):
        case.refresh_from_db()
        invitation = participants.invite(case, wei, FRIEND, case.version)
        case.refresh_from_db()
        sent = {"take_back": invitation.pk, "version": case.version}
        answer = signed_in(keeper).post(address, sent)
        assert answer.status_code == 302, address
        assert told(case)[-1] == (keeper.username, {"taken_back": FRIEND})
        page = signed_in(friend).get(address_of(invitation))
        assert (page.status_code, said in text_of(page)) == (410, True)
        assert "You were invited by w•••@example.com" in text_of(page)
        assert participants.accept(invitation, friend) is None
        assert FRIEND not in body_of(signed_in(keeper).get(address))
        assert Notice.objects.filter(address=FRIEND, state="waiting").count() == 0
        # A second click finds nothing to take back any more.
        case.refresh_from_db()
        again = {"take_back": invitation.pk, "version": case.version}
        assert signed_in(keeper).post(address, again).status_code == 404


def test_nobody_else_takes_an_invitation_back(case, wei, friend, sun, mei):
    participants.accept(participants.invite(case, wei, friend.email, case.version), friend)
    case.refresh_from_db()
    invitation = participants.invite(case, wei, "third@example.com", case.version)
    case.refresh_from_db()
    for somebody in (friend, sun, mei):
        with pytest.raises(NotAllowed):
            participants.take_back(case, somebody, invitation.pk, case.version)
    third = user("third")
    found = participants.opened_invitation(participants.token_of(invitation), third)
    assert found == (participants.LinkStanding.OPEN, invitation)
    page = body_of(signed_in(friend).get(path(case, "people/")))
    assert ("third@example.com" in page, "take_back" in page) == (True, False)


@pytest.mark.parametrize(
    ("who", "page", "told"),
    [
        ("wei", "/cases/{0.reference}/people/", "To be put right by you"),
        ("li", "/admin/cases/filingcase/{0.pk}/people/", "To be put right by an officer"),
    ],
)
def test_whoever_invites_twice_is_told_to_take_it_back_himself(
    case, invitation, request, who, page, told
):
    account = request.getfixturevalue(who)
    case.refresh_from_db()
    sent = {"version": case.version, "email": FRIEND}
    answer = signed_in(account).post(page.format(case), sent)
    assert (answer.status_code, told in text_of(answer)) == (409, True)
