"""Under gunicorn with two workers: pages a second, and the memory after a thousand of them.

The load comes from this machine, on the same cores: only the ratios mean anything.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from icpcases.cases.models import CasePerson, FilingCase

ROOT = Path(__file__).resolve().parent.parent
WORKERS, CONNECTIONS, SECONDS, ROUNDS = 2, 32, 4.0, 3
PAGES = 1000

Request = tuple[str, str, str]  # method, address, body


def run() -> dict[str, Any]:
    """Requests per second of each page beside its empty one, and megabytes per process."""
    applicant, staff = _cookie(_person().user), _cookie(User.objects.get(username="li"))
    case = FilingCase.objects.filter(state="withdrawn").order_by("pk")[0]
    own = _person().case
    body = f"reference={case.reference}&code={case.follow_code}"
    sides: dict[str, tuple[Request, str]] = {
        "empty page": (("GET", "/empty/", ""), ""),
        "tracking": (("POST", "/follow/", body), ""),
        "empty signed-in page": (("GET", "/empty/signed-in/", ""), applicant),
        "applicant's case page": (("GET", f"/cases/{own.reference}/", ""), applicant),
    }
    found: dict[str, Any] = {}
    with _Server() as server:
        rates: dict[str, list[float]] = {name: [] for name in sides}
        errors = 0
        for _ in range(ROUNDS + 1):
            for name, (request, cookie) in sides.items():
                rate, failed = _load(server.port, request, cookie)
                rates[name].append(rate)
                errors += failed
        found["per_second"] = {name: max(got[1:]) for name, got in rates.items()}
        found["errors"] = errors
    with _Server() as server:
        _look_around(server.port, staff)
        found["memory"] = server.memory()
    return found


def _person() -> CasePerson:
    return CasePerson.objects.select_related("case", "user").order_by("-pk")[0]


def _cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


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
            try:
                _ask(self._connect(), ("GET", "/empty/", ""), "")
                return self
            except OSError:
                continue
        raise RuntimeError("gunicorn did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def memory(self) -> float:
        """The megabytes of the largest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return max(_resident(pid) for pid in children.split())


def _resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _ask(connection: http.client.HTTPConnection, request: Request, cookie: str) -> int:
    method, address, body = request
    headers = {"Cookie": f"{cookie}; csrftoken={'a' * 32}", "Connection": "close"}
    if body:
        headers |= {
            "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": "a" * 32,
        }  # fmt: skip
    connection.request(method, address, body or None, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _load(port: int, request: Request, cookie: str) -> tuple[float, int]:
    """Requests per second that many connections get answered, and how many were not."""
    end = time.monotonic() + SECONDS
    done, failed = [0] * CONNECTIONS, [0] * CONNECTIONS

    def work(place: int) -> None:
        while time.monotonic() < end:
            try:
                status = _ask(http.client.HTTPConnection("127.0.0.1", port, 60), request, cookie)
            except OSError:
                status = 0
            done[place] += status == 200
            failed[place] += status != 200

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CONNECTIONS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - start), sum(failed)


def _look_around(port: int, cookie: str) -> None:
    """A thousand pages of the office: the list, searches, cases, the start page."""
    keys = list(FilingCase.objects.order_by("-pk").values_list("pk", flat=True)[:200])
    pages = ["/admin/", "/admin/cases/filingcase/", "/admin/cases/filingcase/?q=example"]
    for number in range(PAGES):
        case = f"/admin/cases/filingcase/{keys[number % len(keys)]}/change/"
        address = pages[number % 6] if number % 6 < len(pages) else case
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        _ask(connection, ("GET", address, ""), cookie)
