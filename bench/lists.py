"""The list of cases: fourteen things people do with it, ours against the stock admin's."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.measure import Figure, race
from icpcases.cases.models import FilingCase

FREQUENT, RARE = "withdrawn", "sms_verification"
ROWS = 50
#: The page as bare SQL has it: the floor.
_FLOOR = """SELECT c.id, c.reference, c.domain_unicode, c.state, c.turn, c.due_at, a.name,
    p.name_en, u.first_name, u.last_name FROM (%s) k JOIN cases_filingcase c ON c.id = k.id
    JOIN cases_applicant a ON a.id = c.applicant_id
    LEFT JOIN cases_province p ON p.code = c.province_id
    LEFT JOIN auth_user u ON u.id = c.officer_id"""


def operations() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The addresses of each operation: what ours takes, what the stock list takes."""
    count = FilingCase.objects.count()
    middle = FilingCase.objects.order_by("-pk").values_list("pk", flat=True)[count // 2]
    last = max(1, -(-count // ROWS))
    like_it = FilingCase.objects.filter(state=FREQUENT, province="CN-GD").exclude(domain="")
    case = like_it.order_by("pk")[3]
    officer: Any = FilingCase.objects.filter(officer__isnull=False).order_by("pk")[9].officer_id
    month = timezone.localdate() - dt.timedelta(days=60)
    typed = _typed(case)
    return {
        "page 1": ({}, {}),
        "a deep page": ({"after": middle}, {"p": max(1, last // 2)}),
        "the last page": ({"end": 1}, {"p": last}),
        "a frequent state": ({"state": FREQUENT}, {"state__exact": FREQUENT}),
        "a rare state": ({"state": RARE}, {"state__exact": RARE}),
        "three filters": (
            {"state": FREQUENT, "province": "CN-GD", "officer": officer},
            {"state__exact": FREQUENT, "province__code__exact": "CN-GD",
             "officer__id__exact": officer},
        ),
        "sorted by due": ({"sort": "due"}, {"o": 8}),
        "one month": (
            {"created": f"{month:%Y-%m}"},
            {"created_at__year": month.year, "created_at__month": month.month},
        ),
        **{f"search: {name}": ({"q": text}, {"q": text}) for name, text in typed.items()},
    }  # fmt: skip


def _typed(case: FilingCase) -> dict[str, str]:
    return {
        "whole reference": case.reference,
        "part of a reference": case.reference[4:-2],
        "part of a domain": case.domain[:6],
        "a frequent name": "王伟",
        "two characters": "科技",
        "nothing found": "zzqqxxyy",
    }


def run() -> dict[str, dict[str, Figure]]:
    """Measure every operation. Raises AssertionError where a page is none."""
    client = Client()
    client.force_login(_officer())
    _let_in_the_stock_admin()
    found = {}
    for name, (ours, stock) in operations().items():
        sides = {
            "ours": _page(client, f"/admin/cases/filingcase/?{urlencode(ours)}"),
            "stock": _page(client, f"/stock/cases/filingcase/?{urlencode(stock)}"),
        }
        if name in _FLOORS:
            sides["raw SQL"] = _fetch(_FLOOR % _FLOORS[name])
        found[name] = race(sides)
    return found


_FLOORS = {
    "page 1": "SELECT id FROM cases_filingcase ORDER BY id DESC LIMIT 50",
    "a frequent state": f"SELECT id FROM cases_filingcase WHERE state = '{FREQUENT}'"
    " ORDER BY id DESC LIMIT 50",
    "a rare state": f"SELECT id FROM cases_filingcase WHERE state = '{RARE}'"
    " ORDER BY id DESC LIMIT 50",
    "sorted by due": "SELECT id FROM cases_filingcase WHERE due_at IS NOT NULL"
    " ORDER BY due_at LIMIT 50",
}


def _officer() -> User:
    return User.objects.get(username="li")


def _let_in_the_stock_admin() -> None:
    """The stock admin asks for Django's own permissions, ours for the role."""
    User.objects.filter(username="li").update(is_superuser=True)


def _page(client: Client, address: str) -> Callable[[], None]:
    def work() -> None:
        answer = client.get(address)
        # A single hit of ours leads to its case at once.
        assert answer.status_code in (200, 302), (address, answer.status_code)

    return work


def _fetch(sql: str) -> Callable[[], None]:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()

    return work
