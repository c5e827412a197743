"""Real workers, killed at the wrong moment, told to end, and several at once."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.utils import timezone

from icpcases.cases.models import Notice
from icpcases.cases.models.notices import LIFE
from tests.harness.databases import chosen
from tests.harness.smtp import HOST, MailServer, running, running_mail_server, text_of
from tests.world import user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


class Watched(MailServer):
    """Says where a worker is, and there lets it wait for as long as the test likes."""

    def __init__(self, stop_at: str = "") -> None:
        super().__init__()
        self.stop_at, self.reached = stop_at, threading.Event()

    async def _wait_if(self, place: str) -> None:
        if place == self.stop_at:
            self.reached.set()
            while self.stop_at == place:
                await asyncio.sleep(0.02)

    async def handle_RCPT(self, server, session, envelope, address, options):
        await self._wait_if("claimed")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        accepted = await super().handle_DATA(server, session, envelope)
        await self._wait_if("sent")
        return accepted


def worker(port: int, *options: str) -> "subprocess.Popen[str]":
    """`manage.py deliver` as an operator starts it."""
    database = connection.settings_dict
    url = f"sqlite:///{quote(str(database['NAME']))}"
    if chosen() == "postgres":
        host = urlencode({"host": database["HOST"]})
        url = f"postgres://{database['USER']}@/{database['NAME']}?{host}"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "icpcases.settings",
        "SECRET_KEY": "only-for-this-process-" * 3,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://{HOST}:{port}",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "deliver", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> str:
    """What it said, once it has ended well."""
    said, _nothing = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said
    return said


@pytest.mark.parametrize(("killed_when", "mails"), [("claimed", 1), ("sent", 2)])
def test_a_killed_worker_loses_nothing_and_its_repeat_is_the_same_mail(
    owe, settings, killed_when, mails
):
    (notice,) = owe("en")
    with running(Watched(killed_when), settings) as server:
        first = worker(settings.EMAIL_PORT)
        assert server.reached.wait(PATIENCE_SECONDS), first.communicate(timeout=5)
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=PATIENCE_SECONDS)
        server.stop_at = ""
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == ("waiting", 1)
        # Until the lease ends nobody touches it.
        Notice.objects.update(next_try_at=timezone.now())
        assert ended(worker(settings.EMAIL_PORT)) == ""
        Notice.objects.update(leased_until=timezone.now())
        assert ended(worker(settings.EMAIL_PORT)) == "sent: 1\n"
    notice.refresh_from_db()
    assert notice.state == "sent"
    assert [m["Message-ID"] for m in server.mails] == [notice.message_id] * mails
    assert len({text_of(m) for m in server.mails}) == 1


def test_workers_at_once_send_each_notice_once(world, settings):
    case = world.at("triage")
    now = timezone.now()
    row = case.history.last()
    for n in range(40):
        case.people.create(user=user(f"a{n}"))
    Notice.objects.bulk_create(
        Notice(
            case=case,
            history=row,
            address=f"a{n}@example.com",
            language="en",
            created_at=now,
            deadline=now + LIFE,
        )
        for n in range(40)
    )
    with running_mail_server(settings) as server:
        said = [ended(w) for w in [worker(settings.EMAIL_PORT) for _ in range(3)]]
    assert sum(int(line.removeprefix("sent: ")) for line in said if line) == 40, said
    assert sorted(m["To"] for m in server.mails) == sorted(f"a{n}@example.com" for n in range(40))
    assert len({m["Message-ID"] for m in server.mails}) == 40


def test_a_worker_told_to_end_finishes_its_mail_first(owe, settings):
    owe("en", "en")
    with running(Watched("sent"), settings) as server:
        process = worker(settings.EMAIL_PORT, "--forever", "--interval", "30")
        assert server.reached.wait(PATIENCE_SECONDS), process.communicate(timeout=5)
        process.send_signal(signal.SIGTERM)
        server.stop_at = ""
        assert ended(process) == "sent: 1\n"
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["sent", "waiting"]
