"""The copy sheet of a case, the access log, the notice pasted, and whom to ring up."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from icpcases.cases.models import AccessLogRow, CalendarDay, CalendarYear, Province, TableChange
from tests.applicants.pages import text_of
from tests.deadlines.notices_of_the_state_council import notice_of
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
LOG = "/admin/cases/accesslogrow/"
NOTICE = "/admin/cases/calendarday/notice/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sheet(page: Any) -> list[tuple[str, str]]:
    return list(page.context["rows"])


def test_the_sheet_shows_whole_values_in_the_providers_order(world, li):
    case = world.at("provider_review", subject_leader="王伟", subject_leader_phone="13800138001")
    address = f"/admin/cases/filingcase/{case.pk}/copy/"
    client = signed_in(li)
    looked = client.get(address)
    assert ("13800138000" in looked.content.decode(), AccessLogRow.objects.count()) == (False, 0)
    usual = sheet(client.post(address))
    assert usual[:5] == [
        ("Applicant type", "Enterprise registered in the Mainland"), ("Province", "Beijing"),
        ("Name of the applicant", case.applicant.name),
        ("Certificate type", "Unified social credit code"),
        ("Certificate number", case.applicant.certificate_number),
    ]  # fmt: skip
    assert ("Service leader's phone", "13800138000") in usual
    assert ("IP address", "None") not in usual
    provider = case.orders.get().provider
    provider.copy_order = ["domain", "gone_from_the_program", "ip_address", "service_leader_phone"]
    provider.save()
    page = client.post(address)
    assert sheet(page) == [("Domain", case.domain), ("Service leader's phone", "13800138000")]
    # The usual order on demand.
    assert sheet(client.post(address, {"provider": ""})) == usual
    html = page.content.decode()
    for n in (1, 2):
        assert f'id="sheet-{n}"' in html
        assert f'data-copies="sheet-{n}"' in html
    log = AccessLogRow.objects.values_list("what", "case", "by")
    assert list(log) == [("sheet", case.pk, li.pk)] * 3


@pytest.mark.parametrize(("who", "status"), [("sun", 403), ("wei", 302), ("mei", 302)])
def test_nobody_else_opens_the_sheet(world, request, who, status):
    case = world.at("triage")
    client = signed_in(request.getfixturevalue(who))
    assert client.post(f"/admin/cases/filingcase/{case.pk}/copy/").status_code == status
    assert AccessLogRow.objects.count() == 0


def test_the_sheet_is_linked_where_a_case_is_submitted(world, li, sun):
    case = world.supply(world.at("preparing"))
    address = f'action="/admin/cases/filingcase/{case.pk}/copy/"'
    page = f"/admin/cases/filingcase/{case.pk}/"
    client = signed_in(li)
    for place in (f"{page}change/", f"{page}step/submit_to_provider/"):
        assert address in client.get(place).content.decode()
    assert address not in client.get(f"{page}step/withdraw/").content.decode()
    assert address not in signed_in(sun).get(f"{page}change/").content.decode()


@pytest.fixture
def log(world, li, chen) -> dict[str, Any]:
    """Four looks at the data of two applicants, one of them two days ago."""
    mine = world.at("triage", applicant=world.applicant(name="Alder"))
    other = world.at("triage", applicant=world.applicant(name="Birch"))
    what = AccessLogRow.What
    rows = [
        AccessLogRow.objects.create(what=kind, detail=detail, case=case, by=by)
        for kind, detail, case, by in (
            (what.NUMBER, "service_leader_id", mine, li),
            (what.DOCUMENT, "7 business_licence page 2", mine, chen),
            (what.SHEET, "", other, li),
            (what.NUMBER, "document 7", other, chen),
        )
    ]
    return {"mine": mine, "other": other, "rows": rows}


def looked(page: Any) -> list[str]:
    return [one.what for one in page.context["looked"]]


WHOLE = "service leader's ID number in full"
SHEET = "Copy sheet, all values in full"
PAPER = "Business licence (document 7), page 2"
NUMBER = "Full number on document 7"


def test_who_looked_at_whose_data_is_asked(log, chen, sun):
    client = signed_in(sun)
    page = client.get(LOG)
    assert looked(page) == [NUMBER, SHEET, PAPER, WHOLE]
    links = page.content.decode()
    assert f'href="/admin/cases/filingcase/{log["mine"].pk}/change/"' in links
    certificate = log["mine"].applicant.certificate_number
    today, tomorrow = timezone.localdate(), timezone.localdate() + dt.timedelta(days=1)
    for query, found in (
        ({"whose": f" {certificate.lower()} "}, [PAPER, WHOLE]),
        ({"whose": "alder"}, [PAPER, WHOLE]),
        ({"whose": log["other"].reference.lower()}, [NUMBER, SHEET]),
        ({"whose": "nobody"}, []),
        ({"by": chen.pk}, [NUMBER, PAPER]),
        ({"what": "number", "by": chen.pk}, [NUMBER]),
        ({"since": f"{today}", "until": f"{today}"}, [NUMBER, SHEET, PAPER, WHOLE]),
        ({"since": f"{tomorrow}"}, []),
        ({"before": log["rows"][2].pk}, [PAPER, WHOLE]),
    ):
        assert looked(client.get(LOG, query)) == found, query
    for odd in ({"since": "yesterday"}, {"by": "0"}, {"until": "9999-12-31"}, {"before": "x"}):
        assert client.get(LOG, odd).status_code == 200


def test_the_log_is_turned_page_by_page(log, chen, monkeypatch):
    monkeypatch.setattr("icpcases.staff.tables.access_log.PAGE", 3)
    client, seen, query = signed_in(chen), [], "what="
    while query:
        page = client.get(f"{LOG}?{query}")
        seen += looked(page)
        query = page.context["older"]
    assert seen == [NUMBER, SHEET, PAPER, WHOLE]


@pytest.mark.parametrize(("who", "status"), [("li", 403), ("chen", 200), ("sun", 200)])
def test_supervisors_and_auditors_read_the_log(request, who, status):
    assert signed_in(request.getfixturevalue(who)).get(LOG).status_code == status


def test_a_notice_is_pasted_looked_at_and_saved(chen):
    """Two clicks after pasting; the calendar is as the notice says, and 2025 is left alone."""
    client = signed_in(chen)
    CalendarDay.objects.filter(day__year=2024).delete()
    before = set(CalendarDay.objects.values_list("pk", flat=True))
    # One day of the week is wrong: this sentence is not read.
    text = notice_of(2024).replace("4月7日（星期日）", "4月7日（星期六）")
    looked_at = client.post(NOTICE, {"text": text, "year": "", "look": "1"})
    plan = looked_at.context["plan"]
    # 1 + 8 + 3 + 5 + 1 + 3 + 7 days off; 2 + 2 + 1 + 2 worked, and one not read.
    assert (plan.year, len(plan.added), len(looked_at.context["unread"])) == (2024, 35, 1)
    assert set(CalendarDay.objects.values_list("pk", flat=True)) == before
    heads = [text for kind, text in blocks(looked_at.content.decode()) if kind == "td"]
    assert "Spring Festival 春节" in heads
    sent = {"text": text, "year": "", "save": "1", "plan": plan.digest}
    refused = client.post(NOTICE, sent)
    assert (refused.status_code, refused.context["form"].errors) == (
        422, {"looked": ["First check what was not read."]},
    )  # fmt: skip
    saved = client.post(NOTICE, {**sent, "looked": "on"}, follow=True)
    assert "The calendar of 2024 is saved. Days added: 35, changed: 0, removed: 0." in text_of(
        saved
    )
    year = CalendarYear.objects.get(year=2024)
    assert (year.notice, year.saved_by) == ("国办发明电〔2023〕7号", chen)
    assert TableChange.objects.get(row="2024").by == chen
    assert before <= set(CalendarDay.objects.values_list("pk", flat=True))


def test_what_a_colleague_changed_meanwhile_is_looked_at_again(chen):
    client = signed_in(chen)
    sent = {"text": notice_of(2022), "year": ""}
    digest = client.post(NOTICE, {**sent, "look": "1"}).context["plan"].digest
    CalendarDay.objects.create(day="2022-03-05", kind="workday")
    told = client.post(NOTICE, {**sent, "save": "1", "plan": digest})
    assert told.status_code == 422
    assert [day.day for day in told.context["plan"].removed] == [dt.date(2022, 3, 5)]
    assert "The calendar has changed since you looked" in text_of(told)
    assert not CalendarYear.objects.filter(year=2022).exists()
    assert CalendarDay.objects.filter(day="2022-03-05").exists()


@pytest.mark.parametrize(("who", "status"), [("li", 403), ("sun", 403), ("wei", 302)])
def test_only_supervisors_paste(request, who, status):
    client = signed_in(request.getfixturevalue(who))
    sent = {"text": notice_of(2022), "save": "1", "plan": "x"}
    assert client.post(NOTICE, sent).status_code == status
    assert not CalendarYear.objects.filter(year=2022).exists()
    assert client.get(NOTICE).status_code in (200, 302)


def test_whom_to_ring_up_stands_on_the_case(world, li):
    case = world.at("authority_review")
    Province.objects.filter(pk="CN-BJ").update(phone="010-12345", website="https://bj.example")
    provider = case.orders.get().provider
    provider.phone, provider.website = "400-800", "https://cloud.example"
    provider.save()
    page = signed_in(li).get(f"/admin/cases/filingcase/{case.pk}/change/").content.decode()
    for address in ("tel:010-12345", "https://bj.example", "tel:400-800", "https://cloud.example"):
        assert f'href="{address}"' in page
