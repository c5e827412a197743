"""An address that only takes what a button sends: whoever comes without it is led back."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.staff import test_every_door as doors
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

case = doors.case


def addresses(case) -> list[str]:
    found = [address for route in doors.routes() for address in doors.filled(route, case)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("name", ["chen", "wei", "root", "anonymous"])
def test_no_address_answers_a_visit_with_nothing(case, wei, chen, name):
    accounts: dict[str, User] = {"chen": chen, "wei": wei}
    if name == "root":
        accounts["root"] = user("root", is_staff=True, is_superuser=True)
    client = Client(raise_request_exception=False)
    if name in accounts:
        client.force_login(accounts[name])
    empty = []
    for address in addresses(case):
        for method in (client.get, client.head):
            answer = method(address)
            if answer.status_code == 405 or answer.status_code >= 500:
                empty.append((address, answer.status_code))
    assert empty == []


def test_who_comes_without_the_button_is_told_so(client, case, chen):
    client.force_login(chen)
    page = client.get("/typed/forget/", follow=True)
    assert [str(m) for m in page.context["messages"]] == [
        "Nothing was done: use the button on the page."
    ]
    stood_on = f"/admin/cases/filingcase/{case.pk}/note/"
    away = client.get("/typed/forget/", headers={"referer": f"http://testserver{stood_on}?a=1"})
    assert away["Location"] == stood_on
    for elsewhere in ("https://elsewhere.example/x", "http://testserver/admin/login/"):
        assert client.get("/typed/forget/", headers={"referer": elsewhere})["Location"] == "/"
    # Anything but a visit is still refused.
    assert client.put("/typed/forget/").status_code == 405
