"""An App entered as found, or corrected: in its own words, and with what it is known by."""

import pytest
from django.urls import reverse

from icpcases.cases.models import RegisterRow, Service

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
FEATURES = [
    f"app_{platform}_{feature}"
    for platform in ("android", "ios", "harmony")
    for feature in ("app_name", "package", "public_key", "fingerprint")
]
APP = {
    "service_kind": "app", "name": "玉兰听书", "number": "京ICP备12345678号-2A", "domains": "",
    "filed_on": "2021-03-04", "looked_up_on": "2026-01-05",
}  # fmt: skip
KNOWN = {
    "app_ios_app_name": "玉兰听书", "app_ios_package": "cn.yulan.audio",
    "app_ios_public_key": "AB12", "app_ios_fingerprint": "CD34",
}  # fmt: skip
IOS = {
    "app_name": "玉兰听书", "package": "cn.yulan.audio", "public_key": "AB12",
    "fingerprint": "CD34",
}  # fmt: skip


def entry(applicant):
    return reverse("admin:cases_found_service", args=[applicant.pk])


@pytest.fixture
def applicant(world):
    """A client with a subject filing."""
    return world.filed(number="京ICP备12345678号-1").subject.applicant


def asked(page):
    form = page.context["form"]
    days = [str(form.fields[name].label) for name in ("opened_on", "footer_on")]
    number = str(form.fields["number"].help_text)
    return (days, number, [name for name in form.fields if name.startswith("app_")])


@pytest.mark.parametrize(
    ("kind", "days", "number", "features"),
    [
        ("website", ["opened on", "number in the footer since"], "-1", []),
        ("app", ["listed on", "in the settings since"], "-2A", FEATURES),
        ("mini_program", ["listed on", "in the settings since"], "-3X", []),
        ("quick_app", ["listed on", "in the settings since"], "-4K", []),
        ("newspaper", ["opened on", "number in the footer since"], "-1", []),
    ],
)
def test_each_kind_is_asked_in_its_own_words(client, li, applicant, kind, days, number, features):
    client.force_login(li)
    page = client.get(entry(applicant), {"service_kind": kind})
    assert asked(page) == (days, f"Such as 京ICP备12345678号{number}.", features)
    assert '<a href="?service_kind=app">App</a>' in page.content.decode()


def test_an_app_is_entered_with_what_it_is_known_by_on_each_platform(client, li, applicant):
    client.force_login(li)
    assert client.post(entry(applicant), {**APP, **KNOWN}).status_code == 302
    assert Service.objects.get(number=APP["number"]).app_features == {"ios": IOS}


def test_a_page_that_had_no_place_for_the_features_of_an_app_comes_again_with_one(
    client, li, applicant
):
    client.force_login(li)
    again = client.post(entry(applicant), APP)
    assert (again.status_code, dict(again.context["form"].errors)) == (
        422, {"service_kind": ["An App is known by its features: enter them too."]},
    )  # fmt: skip
    assert asked(again)[2] == FEATURES
    nothing_known = dict.fromkeys(FEATURES, "")
    assert client.post(entry(applicant), {**APP, **nothing_known}).status_code == 302
    assert Service.objects.get(number=APP["number"]).app_features == {}


def test_a_correction_of_an_app_shows_its_features_and_keeps_them(client, chen, world):
    service = world.filed(
        kind="app", number="京ICP备12345678号-2A", name="玉兰听书", app_features={"ios": IOS}
    )
    client.force_login(chen)
    url = reverse("admin:cases_correct_service", args=[service.pk])
    page = client.get(url)
    form = page.context["form"]
    assert asked(page)[0] == ["listed on", "in the settings since"]
    typed = {name: form[name].value() or "" for name in form.fields}
    assert {name: typed[name] for name in KNOWN} == KNOWN
    typed |= {
        "app_ios_package": "cn.yulan.books",
        "reason": "A slip.",
        "seen": page.context["seen"],
    }
    assert client.post(url, typed).status_code == 302
    service.refresh_from_db()
    assert service.app_features == {"ios": {**IOS, "package": "cn.yulan.books"}}
    row = RegisterRow.objects.latest("pk")
    assert row.changes == {
        f"service {service.pk}": {
            "app_features": [{"ios": IOS}, {"ios": {**IOS, "package": "cn.yulan.books"}}]
        }
    }
