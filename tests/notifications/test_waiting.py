"""The mail of a step waits a little, may be held back, and goes to whoever may read it then."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from icpcases.cases.models import Applicant, FilingCase, Invitation, Notice, Setting
from icpcases.cases.outbox import audience, delivery_problems, send_again, undelivered
from icpcases.notifications.daily import remind
from icpcases.notifications.recipients import withheld
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.requests import ask
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry
from tests.harness.smtp import text_of

pytestmark = pytest.mark.django_db

TELLING = {"tell": True, "note_public": "Soon."}
HELD = "The step was taken back before its mail left."
NO_READER = "The person it was for can no longer see this case."


def mails() -> list[tuple[str, str, str]]:
    return list(Notice.objects.order_by("pk").values_list("address", "state", "latest_error"))


def anew(case: FilingCase) -> FilingCase:
    return FilingCase.objects.with_names().get(pk=case.pk)


def test_the_mail_of_a_step_waits_as_long_as_the_office_says(world, li, mail, one_pass):
    Setting.objects.filter(pk="mail_wait_minutes").update(value=2)
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    notice = Notice.objects.get()
    row = case.history.get(sequence=2)
    assert notice.next_try_at == row.recorded_at + dt.timedelta(minutes=2)
    assert one_pass() == {}
    Notice.objects.update(next_try_at=timezone.now())
    assert one_pass() == {"sent": 1}


def test_the_mail_of_a_step_taken_back_is_held_back_and_is_no_problem(world, li, mail, one_pass):
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    Notice.objects.update(created_at=timezone.now() - dt.timedelta(days=1), latest_error="Slow.")
    world.step(case, "step_back", by=li)
    assert mails() == [("wei@example.com", "held", HELD)]
    assert delivery_problems(anew(case)) == []
    assert one_pass() == {}
    # Sent again by hand it still is not true.
    assert send_again(Notice.objects.get())
    assert one_pass() == {"held": 1}
    assert (mail.mails, mails()) == ([], [("wei@example.com", "held", HELD)])


def test_a_mail_under_way_when_its_step_is_taken_back_does_not_leave_later(
    world, li, mail, one_pass
):
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    Notice.objects.update(leased_until=timezone.now() + dt.timedelta(minutes=1))
    back = {"reason": "A slip.", "asked": "True"}
    perform(case, "step_back", li, back, case.version)
    assert mails() == [("wei@example.com", "waiting", "")]
    Notice.objects.update(leased_until=None)
    assert one_pass() == {"held": 1}
    assert mail.mails == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The office has taken back the last thing it told you. It was a mistake: “The "
               "application has been sent to the office.”"),
        ("zh-hans", "我方上次通知的内容有误，现已撤回：“申请已提交给我方。”"),
    ],
)  # fmt: skip
def test_where_the_mail_has_left_a_box_tells_of_the_taking_back(
    client, world, li, mei, mail, one_pass, language, words
):
    case = world.case(applicant=world.applicant(language=language))
    case = perform(case, "submit_request", li, TELLING, 1)
    assert one_pass() == {"sent": 1}
    # Who joined since was told nothing, and is not told of its being taken back.
    case.people.create(user=mei, part="colleague")
    client.force_login(li)
    page = client.get(f"/admin/cases/filingcase/{case.pk}/step/step_back/")
    assert page.context["form"]["tell"].value() is True
    assert [shown.addresses for shown in page.context["previews"]] == [["wei@example.com"]]
    assert words in page.context["previews"][0].message.text
    # A page shown before the mail left had no box: nobody has said what becomes of the told.
    with pytest.raises(BadEntry) as refused:
        perform(case, "step_back", li, {"reason": "A slip."}, case.version)
    assert list(refused.value.form.errors) == ["tell"]
    said = {"reason": "A slip.", "asked": "True", "tell": "on", "note_public": "Sorry."}
    perform(case, "step_back", li, said, case.version)
    assert one_pass() == {"sent": 1}
    first, second = mail.mails
    assert (first["To"], second["To"]) == ("wei@example.com", "wei@example.com")
    assert words in text_of(second)
    assert "Sorry." in text_of(second)
    assert "A slip." not in text_of(second)


def test_an_unticked_box_tells_nobody_and_what_has_not_left_has_no_box(world, li, mail, one_pass):
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    assert one_pass() == {"sent": 1}
    case = perform(case, "step_back", li, {"reason": "A slip.", "asked": "True"}, case.version)
    assert Notice.objects.count() == 1
    case = perform(case, "submit_request", li, {}, case.version)
    # Nobody was told of this one, so there is nobody to tell.
    perform(case, "step_back", li, {"reason": "A slip.", "tell": "on"}, case.version)
    assert Notice.objects.count() == 1


def removed(world, case: FilingCase) -> None:
    person = case.people.get(user=world.wei)
    participants.remove_person(case, world.li, person.pk, anew(case).version)


def closed(world, case: FilingCase) -> None:
    User.objects.filter(pk=world.wei.pk).update(is_active=False)


def owed(world, kind: str) -> FilingCase:
    """A case with one mail of a kind that waits for Wei."""
    now = timezone.now()
    if kind == "step":
        return perform(world.case(), "submit_request", world.li, TELLING, 1)
    case = world.at("sms_verification" if kind == "urgent" else "preparing")
    if kind == "urgent":
        FilingCase.objects.update(due_at=now + dt.timedelta(hours=1))
    else:
        asked = {"about": "domain", "text": "Which?", "due_on": timezone.localdate()}
        ask(case, world.li, asked, case.version)
    Notice.objects.all().delete()
    assert remind(now if kind == "urgent" else now.replace(hour=4)) == 1
    return case


@pytest.mark.parametrize("gone", [removed, closed])
@pytest.mark.parametrize("kind", ["step", "reminder", "urgent"])
def test_who_may_not_read_the_case_any_more_gets_no_mail_and_nobody_in_his_place(
    world, mei, gone, kind
):
    case = owed(world, kind)
    Applicant.objects.update(email="own@example.com")
    notice = Notice.objects.get()
    assert (notice.kind, notice.person, withheld(notice)) == (kind, world.wei, "")
    due_at = anew(case).due_at
    gone(world, case)
    # The window itself is as it was.
    FilingCase.objects.filter(pk=case.pk).update(due_at=due_at)
    assert withheld(notice) == NO_READER
    assert audience(anew(case)) == []
    case.people.create(user=mei, part="colleague")
    assert withheld(notice) == NO_READER
    Notice.objects.update(state="failed", latest_error="550")
    assert delivery_problems(anew(case)) == []


def test_a_corrected_address_gets_it_sent_again_and_the_warning_goes(world, li, mail, one_pass):
    mail.refused.add("wei@example.com")
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    assert one_pass() == {"failed": 1}
    assert [p.address for p in delivery_problems(anew(case))] == ["wei@example.com"]
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    assert send_again(Notice.objects.get())
    assert one_pass() == {"sent": 1}
    assert mails() == [("right@example.com", "sent", "")]
    assert delivery_problems(anew(case)) == []


def test_at_the_corrected_address_both_arrive_the_older_and_the_newer(world, li, mail, one_pass):
    mail.refused.add("wei@example.com")
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    assert one_pass() == {"failed": 1}
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    case = perform(case, "withdraw", li, TELLING | {"reason": "Asked for."}, case.version)
    assert one_pass() == {"sent": 2}
    assert delivery_problems(anew(case)) == []


def test_the_applicants_own_address_is_the_one_of_now(owe, mail, one_pass):
    owe("en")
    Applicant.objects.update(email="new@example.com")
    assert one_pass() == {"sent": 1}
    assert [m["To"] for m in mail.mails] == ["new@example.com"]


def test_an_invitation_used_up_is_not_sent_and_one_taken_back_is_no_problem(
    world, li, mail, one_pass
):
    case = world.case()
    mail.refused.add("friend@example.com")
    participants.invite(case, li, "friend@example.com", case.version)
    assert one_pass() == {"failed": 1}
    assert [p.address for p in delivery_problems(anew(case))] == ["friend@example.com"]
    assert send_again(Notice.objects.get())
    Invitation.objects.update(taken_back_at=timezone.now())
    assert delivery_problems(anew(case)) == []
    assert one_pass() == {"held": 1}
    assert mails() == [("friend@example.com", "held", NO_READER)]


def kept() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("address", "state"))


@pytest.mark.parametrize("kind", ["step", "urgent"])
def test_what_bounced_goes_to_the_corrected_account_of_itself(world, mail, one_pass, kind):
    case = owed(world, kind)
    mail.refused.add("wei@example.com")
    assert one_pass() == {"failed": 1}
    assert one_pass() == {}
    assert [p.address for p in delivery_problems(anew(case))] == ["wei@example.com"]
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    # The warning goes at once, and the next pass sends it.
    assert delivery_problems(anew(case)) == []
    assert one_pass() == {"sent": 1}
    assert kept() == [("right@example.com", "sent")]
    assert one_pass() == {}


def test_what_is_tried_again_later_is_tried_at_once_at_the_corrected_address(
    world, li, mail, one_pass
):
    perform(world.case(), "submit_request", li, TELLING, 1)
    later = timezone.now() + dt.timedelta(hours=6)
    Notice.objects.update(attempts=9, latest_error="450 slow", next_try_at=later)
    assert one_pass() == {}
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    assert one_pass() == {"sent": 1}
    assert [m["To"] for m in mail.mails] == ["right@example.com"]


def test_what_bounced_goes_to_the_address_that_staff_put_right(client, owe, li, mail, one_pass):
    (notice,) = owe("en")
    mail.refused.add(notice.address)
    assert one_pass() == {"failed": 1}
    case = anew(notice.case)
    assert [p.address for p in delivery_problems(case)] == [notice.address]
    Applicant.objects.filter(pk=case.applicant_id).update(email="right@example.com")
    assert delivery_problems(anew(case)) == []
    assert one_pass() == {"sent": 1}
    assert kept() == [("right@example.com", "sent")]


def test_what_bounced_goes_to_whoever_is_invited_instead(world, li, mail, one_pass):
    case = world.case(applicant=world.applicant(email=""))
    case.people.all().delete()
    wrong = participants.invite(case, li, "wrong@example.com", case.version)
    case = perform(anew(case), "submit_request", li, TELLING, anew(case).version)
    mail.refused.add("wrong@example.com")
    assert one_pass() == {"failed": 2}
    assert {p.address for p in delivery_problems(anew(case))} == {"wrong@example.com"}
    participants.take_back(anew(case), li, wrong.pk, anew(case).version)
    participants.invite(anew(case), li, "right@example.com", anew(case).version)
    assert delivery_problems(anew(case)) == []
    assert undelivered(timezone.now()).count() == 1
    assert one_pass() == {"sent": 2}
    assert [m["To"] for m in mail.mails] == ["right@example.com"] * 2
    assert undelivered(timezone.now()).count() == 0


def test_what_a_later_mail_has_overtaken_is_not_sent_to_the_corrected_address(
    world, li, mail, one_pass
):
    mail.refused.add("wei@example.com")
    case = perform(world.case(), "submit_request", li, TELLING, 1)
    assert one_pass() == {"failed": 1}
    mail.refused.clear()
    case = perform(case, "withdraw", li, TELLING | {"reason": "Asked for."}, case.version)
    assert one_pass() == {"sent": 1}
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    assert one_pass() == {}
    assert kept() == [("wei@example.com", "failed"), ("wei@example.com", "sent")]


def test_what_bounced_long_ago_is_not_dug_out(world, li, mail, one_pass):
    mail.refused.add("wei@example.com")
    perform(world.case(), "submit_request", li, TELLING, 1)
    assert one_pass() == {"failed": 1}
    Notice.objects.update(next_try_at=timezone.now() - dt.timedelta(days=31))
    User.objects.filter(pk=world.wei.pk).update(email="right@example.com")
    assert one_pass() == {}


@pytest.mark.parametrize("own", [True, False])
def test_who_cannot_sign_in_any_more_hears_nothing_though_he_was_invited(
    world, li, mei, mail, one_pass, own
):
    """Closed is the account of the applicant's own address, or of whoever was invited."""
    case = world.case(applicant=world.applicant(email=mei.email if own else ""))
    case.people.all().delete()
    if not own:
        participants.invite(case, li, mei.email, case.version)
    perform(anew(case), "submit_request", li, TELLING, anew(case).version)
    User.objects.filter(pk=mei.pk).update(is_active=False)
    assert one_pass() == {"held": 1 if own else 2}
    assert (mail.mails, audience(anew(case))) == ([], [])


def test_a_letter_of_an_earlier_release_is_held_to_the_same(world, li, mail, one_pass):
    case = world.case()
    participants.invite(case, li, "friend@example.com", case.version)
    Notice.objects.update(key="")
    Invitation.objects.update(taken_back_at=timezone.now())
    assert one_pass() == {"held": 1}
