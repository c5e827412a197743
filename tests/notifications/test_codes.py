"""Sign-in codes: sent at once, once, and seen in the outbox without the code."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.models import Notice
from icpcases.cases.outbox import send_again
from icpcases.notifications.daily import forget_codes
from icpcases.notifications.delivery import deliver, worker_name

pytestmark = pytest.mark.django_db

WEI = "wei@example.com"


@pytest.fixture
def ask(client):
    """Asking for a code on the sign-in page."""
    return lambda address: client.post("/sign-in/", {"email": address})


def notice() -> dict[str, Any]:
    """The one mail that was owed, as its row stands."""
    fields = ("kind", "address", "state", "attempts", "once", "text", "html", "latest_error")
    return Notice.objects.values(*fields).get()


def test_a_code_leaves_a_notice_without_the_code(mail, ask):
    ask(WEI)
    assert notice() == {
        "kind": "letter", "address": WEI, "state": "sent", "attempts": 1, "once": True,
        "text": "", "html": "", "latest_error": "",
    }  # fmt: skip
    assert mail.mails[0]["Message-ID"] == Notice.objects.get().message_id


def test_a_code_that_did_not_leave_says_why_and_is_never_sent_later(mail, ask):
    mail.refused.add(WEI)
    ask(WEI)
    found = notice()
    assert (found["state"], found["latest_error"][:3]) == ("failed", "550")
    mail.refused.clear()
    assert not send_again(Notice.objects.get())
    deliver(worker_name())
    assert mail.mails == []


def test_a_process_that_dies_while_sending_a_code_leaves_it_unsent(mail, ask, monkeypatch):
    """Killed between the row and the server: no worker finds a code to send, now or later."""

    def killed(*args: Any) -> None:
        raise SystemExit

    monkeypatch.setattr("icpcases.notifications.delivery.send", killed)
    with pytest.raises(SystemExit):
        ask(WEI)
    monkeypatch.undo()
    deliver(worker_name())
    assert notice()["state"] == "waiting"
    Notice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    deliver(worker_name())
    assert (notice()["state"], mail.mails) == ("failed", [])


def test_codes_are_forgotten_after_thirty_days(mail, ask):
    ask(WEI)
    made = Notice.objects.get().created_at
    found = [forget_codes(made + timedelta(days=30, seconds=s)) for s in (-1, 1)]
    assert (found, Notice.objects.count()) == ([0, 1], 0)
