"""Mail leaves after the commit, once; what stands in its way is seen and overcome."""

import asyncio
import datetime as dt
import socket

import pytest
from django.db import transaction
from django.utils import timezone

from icpcases.cases.models import Applicant, HistoryRow, Notice
from icpcases.cases.outbox import UNKNOWN, delivery_problems, post, send_again
from icpcases.notifications import delivery
from icpcases.notifications.delivery import lease_next, wait_after
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.requests import ask, settle
from icpcases.workflow.changes import changing
from icpcases.workflow.engine import perform
from tests.harness.smtp import HOST, MailServer, running, running_mail_server, text_of, use

pytestmark = pytest.mark.django_db


NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)


MIDNIGHT = dt.datetime(2026, 11, 23, 16, tzinfo=dt.UTC)


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


def rested() -> None:
    """The backoff has passed."""
    Notice.objects.update(next_try_at=timezone.now())


@pytest.fixture
def dead_port(settings):
    """Django's settings point to a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        use(settings, probe.getsockname()[1])


def test_a_mail_says_it_in_both_forms_and_in_the_readers_language(owe, mail, one_pass):
    notices = owe("en", "zh-hans")
    assert one_pass() == {"sent": 2}
    english, chinese = (mail.to(notice.address)[0] for notice in notices)
    assert english["Message-ID"] == notices[0].message_id
    assert notices[0].case.reference in english["Subject"]
    for kind in ("plain", "html"):
        text = text_of(english, kind)
        assert "The application has been sent to the office." in text
        assert "Soon." in text
        assert "http://localhost:8000/" in text
        assert "secret" not in text
    assert chinese["Content-Language"] == "zh-Hans"
    assert one_pass() == {}
    assert len(mail.mails) == 2


def test_a_step_that_is_rolled_back_sends_none(world, li, mail, one_pass):
    case = world.case()

    def fail_after_telling():
        with changing(case, li, case.version) as change:
            change.record(HistoryRow.Kind.NOTE, told=True)
            assert Notice.objects.exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_telling()
    assert one_pass() == {}
    assert mail.mails == []


def test_nobody_is_told_of_a_step_taken_back_or_of_one_unticked(world, li, mail, one_pass):
    case = world.case()
    case = perform(case, "submit_request", li, {}, case.version)
    world.step(case, "step_back", by=world.chen)
    assert one_pass() == {}
    assert mail.mails == []


def test_requests_and_refused_documents_are_told_too(world, mail, one_pass):

    case = world.at("preparing")
    data = {"about": "domain", "text": "Which registrar?"}
    request = ask(case, world.li, data, case.version)
    case.refresh_from_db()
    requests.answer(case, world.wei, request.pk, "A good one.", case.version)
    case.refresh_from_db()
    settle(case, world.li, request.pk, "open", "But which?", case.version)
    world.document(case, "business_licence", accept=False)
    # What is asked while the mail still waits is told with it: it says all that is needed now.
    assert one_pass() == {"sent": 1}
    [text] = [text_of(m) for m in mail.to("wei@example.com")]
    assert ("But which?" in text, "blurred" in text) == (True, True)


def test_an_address_that_is_refused_fails_at_once_and_the_others_go(owe, mail, one_pass):
    first, second = owe("en", "en")
    mail.refused.add(first.address)
    assert one_pass() == {"failed": 1, "sent": 1}
    first.refresh_from_db()
    assert (first.state, first.latest_error) == ("failed", "550 No such person here")
    problem = delivery_problems(first.case)[0]
    assert (problem.address, problem.waiting) == (first.address, False)
    assert delivery_problems(second.case) == []


class Grumpy(MailServer):
    """Answers with what it is told to."""

    answer = "250 OK"

    async def handle_DATA(self, server, session, envelope):
        accepted = await super().handle_DATA(server, session, envelope)
        return accepted if self.answer.startswith("250") else self.answer


@pytest.mark.parametrize(
    ("answer", "state"), [("451 Try later", "waiting"), ("554 Looks like spam", "failed")]
)
def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    owe, settings, one_pass, answer, state
):
    (notice,) = owe("en")
    server = Grumpy()
    server.answer = answer
    with running(server, settings):
        assert one_pass() == {state: 1}
        notice.refresh_from_db()
        assert (notice.state, notice.latest_error) == (state, answer)
        assert notice.leased_until is None
        assert one_pass() == {}
        server.answer = "250 OK"
        rested()
        assert one_pass() == ({"sent": 1} if state == "waiting" else {})


def test_a_server_that_is_down_keeps_every_notice_waiting(owe, settings, dead_port, one_pass):
    notices = owe("en", "en", "en")
    assert one_pass() == {"waiting": 1}
    tried = sorted(Notice.objects.values_list("attempts", flat=True))
    assert tried == [0, 0, 1]
    Notice.objects.update(created_at=timezone.now() - dt.timedelta(hours=1))
    Notice.objects.filter(attempts=0).update(next_try_at=timezone.now() - dt.timedelta(minutes=59))
    assert all(delivery_problems(notice.case) for notice in notices)
    rested()
    with running_mail_server(settings) as server:
        assert one_pass() == {"sent": 3}
    assert len({m["Message-ID"] for m in server.mails}) == len(server.mails) == 3
    assert not any(delivery_problems(notice.case) for notice in notices)


class Slow(MailServer):
    """Takes a mail and then says nothing for too long."""

    pause = 2.0

    async def handle_DATA(self, server, session, envelope):
        accepted = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.pause)
        return accepted


@pytest.mark.slow
def test_a_repeat_after_a_slow_server_is_the_same_mail(owe, settings, one_pass):
    (notice,) = owe("en")
    with running(Slow(), settings) as server:
        settings.EMAIL_TIMEOUT = 1
        assert one_pass() == {"waiting": 1}
        server.pause = 0
        notice.refresh_from_db()
        assert "imed out" in notice.latest_error
        perform(notice.case, "send_back", notice.history.by, {
            "reasons": [{"about": "", "text": "New."}]}, notice.case.version)  # fmt: skip
        rested()
        assert one_pass() == {"sent": 1}
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"] == notice.message_id
    assert text_of(first) == text_of(second)


@pytest.mark.slow
def test_a_code_that_may_have_arrived_is_never_sent_again(settings, one_pass):
    life = dt.timedelta(minutes=10)
    code = post("wei@example.com", "en", "Code", "1234-5678", life=life, once=True)
    with running(Slow(), settings) as server:
        settings.EMAIL_TIMEOUT = 1
        assert one_pass() == {"failed": 1}
        rested()
        assert one_pass() == {}
    code.refresh_from_db()
    assert (code.state, code.latest_error, code.text) == ("failed", UNKNOWN, "")
    assert len(server.mails) == 1
    assert send_again(code) is False


def test_a_code_waits_for_a_server_that_is_down_but_not_beyond_its_life(
    settings, dead_port, one_pass
):
    for n, minutes in enumerate((10, 0)):
        post(
            f"a{n}@example.com", "en", "Code", "1234-5678", life=dt.timedelta(minutes=minutes),
            once=True,
        )  # fmt: skip
    assert one_pass() == {"expired": 1, "waiting": 1}
    rested()
    with running_mail_server(settings) as server:
        assert one_pass() == {"sent": 1}
    assert [m["To"] for m in server.mails] == ["a0@example.com"]
    assert states() == ["sent", "expired"]
    assert set(Notice.objects.values_list("text", flat=True)) == {""}


def test_what_could_not_be_delivered_in_time_is_seen(owe, mail, one_pass):
    (notice,) = owe("en")
    Notice.objects.update(deadline=timezone.now())
    assert one_pass() == {"expired": 1}
    assert mail.mails == []
    assert len(delivery_problems(notice.case)) == 1


def test_a_lease_keeps_others_away_until_it_ends(owe):
    owe("en")
    taken = lease_next("one")
    assert taken is not None
    rested()
    assert lease_next("another") is None
    Notice.objects.update(leased_until=timezone.now())
    again = lease_next("another")
    assert again is not None
    assert (again, again.attempts) == (taken, 2)
    # The first worker wakes up: what it learnt is no longer its to say.
    delivery.record_outcome(taken, delivery.DeliveryFailure("550 gone", for_good=True))
    assert states() == ["waiting"]


def test_waiting_doubles_from_ten_seconds_to_twelve_hours():
    seconds = [wait_after(n).total_seconds() for n in range(1, 30)]
    assert seconds[:4] == [10, 20, 40, 80]
    assert seconds[12:] == [40960] + [43200] * 16
    assert seconds == sorted(seconds)


def test_sent_again_on_purpose_it_is_another_mail(owe, mail, one_pass):
    (notice,) = owe("en")
    one_pass()
    assert send_again(notice) is True
    assert one_pass() == {"sent": 1}
    assert len({m["Message-ID"] for m in mail.mails}) == 2


def test_an_address_no_mail_can_carry_fails_alone(owe, mail, one_pass):
    bad, good = owe("en", "en")
    Applicant.objects.filter(cases=bad.case).update(email="a b@example.com\nBcc: x@example.com")
    assert one_pass() == {"failed": 1, "sent": 1}
    assert [m["To"] for m in mail.mails] == [good.address]


def test_the_system_writes_to_nobody_at_night(owe, monkeypatch):
    owe("en")
    with transaction.atomic():
        Notice.objects.update(next_try_at=NOON, deadline=MIDNIGHT + dt.timedelta(days=1))
    waiting = Notice.objects.filter
    assert waiting(delivery.due_notices(MIDNIGHT)).count() == 1
    Notice.objects.update(kind="reminder", key="draft:1")
    assert waiting(delivery.due_notices(NOON)).count() == 1
    assert waiting(delivery.due_notices(MIDNIGHT)).count() == 0
    Notice.objects.update(kind="urgent")
    assert waiting(delivery.due_notices(MIDNIGHT)).count() == 1
