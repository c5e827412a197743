"""Under gunicorn with two workers: pages a second, and the memory after a thousand of them.

The load comes from this machine, on the same cores: only the ratios mean anything. Each page is
asked of many cases in turn, and of applicants who are signed in; a page that may be remembered
is measured a second time, of cases that nobody has looked at before.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Max
from django.test import Client

from icpcases.cases.models import CasePerson, FilingCase

ROOT = Path(__file__).resolve().parent.parent
WORKERS, CONNECTIONS, SECONDS, ROUNDS = 2, 32, 4.0, 3
CASES, NEW_CASES, PAGES = 200, 2000, 1000
# How often each request is asked before: chance says which worker answers.
WARM = 8

Requests = list[bytes]  # as they go over the wire


def run() -> dict[str, Any]:
    """Requests per second of each page beside its empty one, and megabytes per process."""
    found: dict[str, Any] = {}
    sides = _sides()
    with _Server() as server:
        for load in sides.values():
            load.warm_up(server.port)
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, load in sides.items():
                rates[name].append(load.per_second(server.port))
        found["per_second"] = {name: max(got) for name, got in rates.items()}
        found["errors"] = sum(load.errors for load in sides.values())
    staff = _cookie(User.objects.get(username="li"))
    with _Server() as server:
        _look_around(server.port, staff)
        found["memory"] = server.memory()
    return found


def _sides() -> "dict[str, _Load]":
    """What is asked for side by side. A page at first sight comes once to each of its cases."""
    people = _people(CASES + NEW_CASES)
    signed_in = [(person, _cookie(person.user)) for person in people]
    pages = [_get(f"/cases/{p.case.reference}/", cookie) for p, cookie in signed_in]
    return {
        "empty page": _Load([_get("/empty/")]),
        "tracking": _Load([_follow(case) for case in _spread(FilingCase, CASES)]),
        "empty signed-in page": _Load(
            [_get("/empty/signed-in/", cookie) for _person, cookie in signed_in[:CASES]]
        ),
        "applicant's case page": _Load(pages[:CASES]),
        "applicant's case page at first sight": _Load(pages[CASES:], warm=False),
    }


def _spread(model: Any, wanted: int) -> Any:
    """So many rows of a table, evenly from the oldest to the newest."""
    last = model.objects.aggregate(last=Max("pk"))["last"]
    return model.objects.filter(pk__in={1 + last * n // wanted for n in range(wanted)})


def _people(wanted: int) -> list[CasePerson]:
    """People of so many cases, if there are as many, in no order that the cases have."""
    people = _spread(CasePerson, wanted).select_related("case", "user")
    by_case = {person.case_id: person for person in people}
    return [by_case[pk] for pk in sorted(by_case, key=lambda pk: pk * 7919 % 10_007)]


def _cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


def _get(address: str, cookie: str = "") -> bytes:
    return f"GET {address} HTTP/1.1\r\n{_headers(cookie)}\r\n".encode()


def _follow(case: FilingCase) -> bytes:
    body = urlencode({"reference": case.reference, "code": case.follow_code})
    form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    said = f"X-CSRFToken: {'a' * 32}\r\n"
    return f"POST /follow/ HTTP/1.1\r\n{_headers()}{form}{said}\r\n{body}".encode()


def _headers(cookie: str = "") -> str:
    cookies = f"{cookie}; csrftoken={'a' * 32}"
    return f"Host: localhost\r\nConnection: close\r\nCookie: {cookies}\r\n"


class _Server:
    """gunicorn on a port of its own."""

    def __enter__(self) -> "_Server":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "icpcases.wsgi", "--workers", str(WORKERS),
             "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"],
            cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        )  # fmt: skip
        for _ in range(100):
            time.sleep(0.1)
            if _ask(self.port, _get("/empty/")):
                return self
        raise RuntimeError("gunicorn did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def memory(self) -> float:
        """The megabytes of the largest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return max(_resident(pid) for pid in children.split())


def _resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _ask(port: int, request: bytes) -> int:
    """The status a request is answered with, 0 for no answer; with as little work as can be."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(request)
            answer = connection.recv(65536)
            while connection.recv(65536):
                pass
    except OSError:
        return 0
    return int(answer[9:12] or 0)


class _Load:
    """Requests that many connections ask for at once, each in turn, from round to round."""

    def __init__(self, requests: Requests, warm: bool = True) -> None:
        self.requests, self.warm, self.turn, self.errors = requests, warm, count(), 0

    def warm_up(self, port: int) -> None:
        """Have each worker meet each request, but for what is to be met for the first time."""
        left = iter(range(WARM * len(self.requests) if self.warm else CONNECTIONS))
        self._run(port, lambda: next(left, None) is not None)

    def per_second(self, port: int) -> float:
        """Requests per second that get answered."""
        start = time.monotonic()
        answered = self._run(port, lambda: time.monotonic() < start + SECONDS)
        return answered / (time.monotonic() - start)

    def _run(self, port: int, more: Callable[[], bool]) -> int:
        statuses: list[int] = []

        def work() -> None:
            while more():
                request = self.requests[next(self.turn) % len(self.requests)]
                statuses.append(_ask(port, request))

        threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.errors += len(statuses) - statuses.count(200)
        return statuses.count(200)


def _look_around(port: int, cookie: str) -> None:
    """A thousand pages of the office: the list, searches, cases, the start page."""
    keys = list(FilingCase.objects.order_by("-pk").values_list("pk", flat=True)[:200])
    pages = ["/admin/", "/admin/cases/filingcase/", "/admin/cases/filingcase/?q=example"]
    for number in range(PAGES):
        case = f"/admin/cases/filingcase/{keys[number % len(keys)]}/change/"
        address = pages[number % 6] if number % 6 < len(pages) else case
        _ask(port, _get(address, cookie))
