"""The commercial licence on an applicant's page, and the loss that a missed inspection may mean."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from icpcases.cases.models import Applicant
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

RIGHT = ("京ICP证030173号", "2020-05-01", "2030-05-01")


@pytest.mark.parametrize(
    ("number", "issued", "expires", "wrong"),
    [
        (*RIGHT, {}),
        ("粤B2-20090059", "", "", {}),
        ("", "", "", {}),
        ("京ICP备12345678号", "", "", {"licence_number": [
            "This is the number of a filing; a commercial licence has none with 备."]}),
        ("京ICP证030173号-1", "", "", {"licence_number": [
            "This is a service's number; the subject's has no -1, -2 or -2A behind it."]}),
        ("", "2020-05-01", "", {"licence_number": ["Enter the licence these days belong to."]}),
        (RIGHT[0], "2020-05-01", "2020-05-01", {"licence_expires_on": [
            "The licence ends after it was issued."]}),
        (RIGHT[0], "2999-05-01", "", {"licence_issued_on": ["This date lies in the future."]}),
    ],
)  # fmt: skip
def test_an_officer_enters_the_licence_of_whoever_holds_one(
    client, li, world, number, issued, expires, wrong
):
    applicant = world.applicant(language="en")
    client.force_login(li)
    url = reverse("admin:cases_applicant_change", args=[applicant.pk])
    shown = client.get(url).context["adminform"].form
    typed = {name: shown[name].value() or "" for name in shown.fields}
    entered = {"licence_number": number, "licence_issued_on": issued,
               "licence_expires_on": expires}  # fmt: skip
    answer = client.post(url, {**typed, **entered})
    applicant.refresh_from_db()
    kept = (applicant.licence_number, applicant.licence_issued_on, applicant.licence_expires_on)
    if wrong:
        form = answer.context["adminform"].form
        assert (dict(form.errors), kept) == (wrong, ("", None, None))
        assert {name: form[name].value() for name in entered} == entered
    else:
        days = [dt.date.fromisoformat(day) if day else None for day in (issued, expires)]
        assert (answer.status_code, kept) == (302, (number, *days))


LABELS = [
    "Name", "Certificate type", "Certificate number", "Phone", "E-mail", "Language",
    "Commercial licence", "Licence issued on", "Licence expires on", "Confirmed", "Confirmed by",
]  # fmt: skip


def test_the_labels_of_the_licence_are_written_like_the_others(client, li, sun, world):
    url = reverse("admin:cases_applicant_change", args=[world.applicant(language="en").pk])
    for reader in (li, sun):
        client.force_login(reader)
        page = client.get(url).content.decode()
        shown = re.findall(r'<(?:label for|span class="label")[^>]*>([^<]+)</', page)
        assert shown == LABELS


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_days_and_times_stand_in_the_admin_as_everywhere_else(client, sun, world, language):
    applicant = world.applicant(
        licence_number=RIGHT[0], licence_issued_on=dt.date(2020, 5, 1),
        licence_expires_on=dt.date(2030, 5, 1),
    )  # fmt: skip
    # 16:05 in Shanghai.
    Applicant.objects.filter(pk=applicant.pk).update(
        confirmed_at=dt.datetime(2026, 11, 3, 8, 5, tzinfo=dt.UTC)
    )
    client.force_login(sun)
    client.cookies["django_language"] = language
    page = client.get(reverse("admin:cases_applicant_change", args=[applicant.pk]))
    shown = [text for name, text in blocks(page.content.decode()) if name == "div.readonly"]
    days = [text for text in shown if re.search(r"20[23]\d", text)]
    assert days == ["2020-05-01", "2030-05-01", "2026-11-03 16:05"]


def test_a_service_is_listed_under_the_licence_that_was_entered(client, li, world):
    service = world.filed()
    applicant = service.subject.applicant
    applicant.licence_number = RIGHT[0]
    applicant.save()
    case = world.at("authority_review", applicant=applicant, filing_type="add_service")
    case = world.step(case, "approve", icp_number=f"{RIGHT[0]}-1")
    assert (case.service.number, case.service.subject) == (f"{RIGHT[0]}-1", service.subject)


@pytest.mark.parametrize(("who", "offered"), [("chen", True), ("li", False)])
def test_a_missed_inspection_offers_the_supervisor_to_record_the_loss(
    client, world, who, offered, request
):
    service = world.filed()
    case = world.about(service, "inspection")
    client.force_login(request.getfixturevalue(who))
    page = reverse("admin:cases_filingcase_change", args=[case.pk])
    access = service.accesses.get()
    losses = [
        ("Access at Old Cloud", reverse("admin:cases_lost_access", args=[service.pk, access.pk])),
        ("The filing itself", reverse("admin:cases_lost_service", args=[service.pk])),
    ]
    assert client.get(page).context["losses"] == []
    world.step(case, "record_refusal")
    answer = client.get(page)
    assert answer.context["losses"] == (losses if offered else [])
    assert [url in answer.content.decode() for _label, url in losses] == [offered, offered]
