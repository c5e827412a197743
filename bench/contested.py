"""Eight workers on different cases: what steps a second gain from more hands (PostgreSQL)."""

import subprocess
import sys
import time
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Notice, SmsCheck
from icpcases.cases.models.notices import LIFE
from icpcases.cases.permissions import staff_roles
from icpcases.workflow.engine import perform

SECONDS, HANDS = 6.0, 8
# The models can only be imported once the program is set up.
_WORKER = "import django; django.setup(); from bench.contested import work; work({!r}, {})"


def run() -> dict[str, Any]:
    """Steps per second with one worker and with eight, through the door and by the ORM alone."""
    found = {}
    for side in ("orm", "door"):
        one, eight = _rate(side, 1), _rate(side, HANDS)
        found[side] = {"one": one, "eight": eight, "gain": eight / one}
    return found


def _rate(side: str, hands: int) -> float:
    cases = FilingCase.objects.filter(state="authority_review", filing_type="first")
    cases = cases.order_by("pk")
    # Handed out here: a case on its way is in another state, and a worker that counted would
    # come upon its neighbour's.
    keys = list(cases.values_list("pk", flat=True)[:hands])
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _WORKER.format(side, key)],
            stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        )
        for key in keys
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline() != "ready\n":
            raise RuntimeError(f"a worker did not get ready, exit code {worker.wait()}")
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    return sum(float(worker.communicate()[0]) for worker in workers)


def work(side: str, key: int) -> None:
    """One worker, on its own case: ready after a first step, then prints its steps a second."""
    user = User.objects.get(username="li")
    staff_roles(user)
    step = {"orm": _by_orm, "door": _by_door}[side]
    step(key, user)
    print("ready", flush=True)
    sys.stdin.readline()
    done, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        step(key, user)
        done += 1
    print(done / SECONDS)


def _ask_again(key: int) -> None:
    """Where the step begins: nobody has answered the SMS check."""
    FilingCase.objects.filter(pk=key).update(state="sms_verification")
    SmsCheck.objects.filter(case=key).update(confirmed_at=None)


def _by_door(key: int, user: User) -> None:
    _ask_again(key)
    case = FilingCase.objects.get(pk=key)
    perform(case, "confirm_sms", user, {"tell": "on"}, case.version)


def _by_orm(key: int, user: User) -> None:
    """The same writes, without a guard."""
    _ask_again(key)
    now = timezone.now()
    with transaction.atomic():
        case = FilingCase.objects.select_for_update().get(pk=key)
        case.version += 1
        case.__dict__["state"] = "authority_review"
        case.state_since = case.turn_since = case.due_at = now
        case.save(update_fields=["state", "version", "state_since", "turn_since", "turn", "due_at"])
        row = HistoryRow.objects.create(
            case=case, sequence=case.version, kind="step", step="confirm_sms",
            from_state="sms_verification", to_state=case.state, turn=case.turn, by=user,
            happened_at=now, recorded_at=now, told=True,
        )  # fmt: skip
        SmsCheck.objects.filter(case=key).update(confirmed_at=now)
        Notice.objects.create(
            case=case, history=row, address="office@a1.example", language="en", created_at=now,
            deadline=now + LIFE,
        )  # fmt: skip
