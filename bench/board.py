"""The board from its summary, against a plain GROUP BY for each of its figures."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measure import Figure, race
from icpcases.cases.models import Summary
from icpcases.reports import cache
from icpcases.reports.scope import EVERYTHING, Scope
from icpcases.rules.facts import FilingType, ServiceKind

#: The figures one by one, as somebody would ask for them.
_GROUPED = (
    "SELECT state, COUNT(*) FROM cases_filingcase GROUP BY state",
    "SELECT state, COUNT(*) FROM cases_filingcase WHERE due_at < CURRENT_TIMESTAMP GROUP BY state",
    "SELECT officer_id, COUNT(*) FROM cases_filingcase GROUP BY officer_id",
    "SELECT province_id, COUNT(*) FROM cases_filingcase GROUP BY province_id",
)
_MEDIANS = {
    "postgresql": "SELECT state, percentile_disc(0.5) WITHIN GROUP (ORDER BY state_since)"
    " FROM cases_filingcase GROUP BY state",
    "sqlite": "SELECT state, state_since FROM (SELECT state, state_since, ROW_NUMBER() OVER"
    " (PARTITION BY state ORDER BY state_since) n, COUNT(*) OVER (PARTITION BY state) c"
    " FROM cases_filingcase) t WHERE n = (c + 1) / 2",
}
#: One pass over the cases for all counts at once: the least that counting anew can cost.
_ONE_PASS = (
    "SELECT state, officer_id, province_id, COUNT(*),"
    " SUM(CASE WHEN due_at < CURRENT_TIMESTAMP THEN 1 ELSE 0 END)"
    " FROM cases_filingcase GROUP BY state, officer_id, province_id"
)


def run() -> dict[str, dict[str, Figure]]:
    """The page, and counting its figures anew."""
    client = Client()
    client.force_login(User.objects.get(username="li"))
    address = reverse("admin:cases_board")
    narrow = {"type": FilingType.FIRST.value, "kind": ServiceKind.WEBSITE.value}
    sides = {
        "ours": _page(client, address),
        "of first filings of websites": _page(client, f"{address}?{urlencode(narrow)}"),
        "GROUP BY": _queries(*_GROUPED, _median()),
    }
    anew = {
        "ours": _anew(_count),
        "of first filings of websites": _anew(partial(_count, Scope(**narrow))),
        "of Apps": _anew(partial(_count, Scope(kind=ServiceKind.APP.value))),
        "one pass": _queries(_ONE_PASS),
        "the page of whoever counts": _anew(_page(client, address)),
    }
    return {"page": race(sides), "counted anew": race(anew)}


def _median() -> str:
    return _MEDIANS[connection.vendor]


def _page(client: Client, address: str) -> Callable[[], None]:
    def work() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    return work


def _anew(work: Callable[[], None]) -> Callable[[], None]:
    """The same for whoever comes when the summary is too old, and counts."""

    def aged() -> None:
        Summary.objects.update(made_at=F("made_at") - dt.timedelta(minutes=2))
        work()

    return aged


def _count(scope: Scope = EVERYTHING) -> None:
    """The summary as the board asks for it: how the cases stand, and the newest weeks."""
    today = timezone.localdate()
    cache.figures(today - dt.timedelta(weeks=cache.WEEKS_READY - 1), today, scope=scope)


def _queries(*queries: str) -> Callable[[], None]:
    def work() -> None:
        with connection.cursor() as cursor:
            for sql in queries:
                cursor.execute(sql)
                cursor.fetchall()

    return work
