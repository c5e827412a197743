"""The tables that supervisors keep: two at once, each value in its own field, and their history."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import (
    Applicant,
    CalendarDay,
    CalendarYear,
    Clock,
    FilingCase,
    Provider,
    Province,
    Setting,
    TableChange,
)
from tests.applicants.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST = "document_first_reminder_days"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(page: Any) -> Any:
    return page.context["adminform"].form


def shown(page: Any) -> dict[str, Any]:
    """What a browser sends back untouched."""
    form, sent = form_of(page), {}
    for name, field in form.fields.items():
        value = form[name].value()
        if name == "copy_order":
            sent.update({f"copy_order-{key}": str(n) for n, key in enumerate(value or [], 1)})
        elif value is True:
            sent[name] = "on"
        elif value is not False and value is not None:
            sent[name] = field.prepare_value(value)
    return sent


def rows(world: Any, root: User) -> dict[str, tuple[str, Any, str, Any, str, Any]]:
    """Of each table: address, row, a field and its new value, another field and its new value."""
    provider, applicant = world.provider(), world.applicant(phone="13800138000")
    clock = Clock.objects.get(state="triage")
    return {
        "provider": ("cases/provider", provider, "phone", "400 1", "warn_days", "7, 15"),
        "province": ("cases/province", Province.objects.get(pk="CN-GD"),
                     "phone", "020 1", "notes", "x"),
        "clock": ("cases/clock", clock, "amount", "3", "unit", "days"),
        "setting": ("cases/setting", Setting.objects.get(pk=FIRST), "value", "95", "value", "100"),
        "calendarday": ("cases/calendarday", CalendarDay.objects.get(day="2026-10-01"),
                        "name", "a", "notice", "b"),
        "applicant": ("cases/applicant", applicant, "email", "a@b.example", "phone", "13900139000"),
        "user": ("auth/user", root, "first_name", "A", "last_name", "B"),
    }  # fmt: skip


TABLES = ("provider", "province", "clock", "setting", "calendarday", "applicant", "user")


@pytest.fixture
def root(db: None) -> User:
    user = User.objects.create_superuser("root", "root@example.com", "a long pass phrase")
    user.groups.add(*user.groups.model.objects.filter(name="supervisor"))
    return user


@pytest.mark.parametrize("table", TABLES)
def test_the_later_of_two_is_told_and_nothing_is_lost(world, root, chen, table):
    """Both open the page; one changes one field, the other another, and then saves again."""
    place, row, one, first, other, second = rows(world, root)[table]
    address = f"/admin/{place}/{row.pk}/change/"
    early = signed_in(root)
    late = signed_in(root if table == "user" else chen)
    opened = shown(late.get(address))
    assert early.post(address, {**shown(early.get(address)), one: first}).status_code == 302
    stood = type(row).objects.get(pk=row.pk)
    told = late.post(address, {**opened, other: second})
    assert told.status_code == 422
    form = form_of(told)
    assert [m.name for m in form.meanwhile] == [one]
    assert form.non_field_errors() == ["Somebody has changed this since you opened the page."]
    assert type(row).objects.filter(pk=row.pk).values().get() == vars_of(stood)
    # What was typed is kept, and what was left alone shows what stands there now.
    assert str(form[other].value()) == second
    if one != other:
        assert str(form[one].value()) == first
        assert form.meanwhile[0].typed is None
    ((_one, change),) = told.context["meanwhile"]
    assert (change.by, change.what) == (root, "changed")
    assert "left alone" in text_of(told) or one == other
    assert late.post(address, shown_again(form)).status_code == 302
    now = type(row).objects.get(pk=row.pk)
    if one != other:
        assert str(getattr(now, one)) == first
    assert str(getattr(now, other)) in (second, "[7, 15]")


def vars_of(row: Any) -> dict[str, Any]:
    return type(row).objects.filter(pk=row.pk).values().get()


def shown_again(form: Any) -> dict[str, Any]:
    """What the page told of sends, as it stands."""
    return {key: value for key, value in form.data.lists() if key != "csrfmiddlewaretoken"}


def test_the_same_page_sent_twice_is_no_quarrel(chen):
    client, address = signed_in(chen), "/admin/cases/clock/1/change/"
    sent = {**shown(client.get(address)), "amount": "7"}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert TableChange.objects.count() == 1


def test_a_masked_number_that_was_left_alone_is_no_change(world, li, chen):
    """Li changes the phone, Chen the name from an older page: the mask is no number typed."""
    applicant = world.applicant(
        confirmed=False, certificate_type="resident_id", certificate_number="11010519491231002X",
        phone="13800138000",
    )  # fmt: skip
    address = f"/admin/cases/applicant/{applicant.pk}/change/"
    early, late = signed_in(li), signed_in(chen)
    opened = shown(late.get(address))
    assert opened["certificate_number"] != "11010519491231002X"
    # The same mask as before, and another number.
    early.post(address, {**shown(early.get(address)), "phone": "13811138000"})
    told = late.post(address, {**opened, "name": "海棠"})
    assert [(m.name, m.typed) for m in form_of(told).meanwhile] == [("phone", None)]
    assert late.post(address, shown_again(form_of(told))).status_code == 302
    applicant.refresh_from_db()
    assert (applicant.name, applicant.phone) == ("海棠", "13811138000")
    assert applicant.certificate_number == "11010519491231002X"
    changes = [change.changes for change in TableChange.objects.order_by("pk")]
    assert list(changes[0]) == ["phone"]
    assert list(changes[1]) == ["name"]
    assert "13811138000" not in str(changes)
    history = text_of(early.get(f"/admin/cases/applicant/{applicant.pk}/history/"))
    assert "→ 海棠" in history
    assert "13811138000" not in history


def test_what_stood_elsewhere_is_not_overwritten(world, li, chen):
    """Confirmed while the page was open: saving the page takes nothing of that away."""
    applicant = world.applicant(confirmed=False)
    address = f"/admin/cases/applicant/{applicant.pk}/change/"
    client = signed_in(chen)
    opened = shown(client.get(address))
    Applicant.objects.filter(pk=applicant.pk).update(
        confirmed_by=li, licence_number="粤B2-20090059"
    )
    told = client.post(address, {**opened, "email": "a@b.example"})
    assert [m.name for m in form_of(told).meanwhile] == ["licence_number"]
    applicant.refresh_from_db()
    assert (applicant.confirmed_by, applicant.email) == (li, "")


@pytest.mark.parametrize(
    ("table", "pk", "typed", "wrong"),
    [
        ("provider", 0, {"warn_days": "30 days"},
         {"warn_days": ["Enter whole days, such as 30, 40."]}),
        ("provider", 0, {"warn_days": "0, 46"}, {"warn_days": [
            "Enter whole days within the order's life, such as 30, 40; at most ten of them."]}),
        ("provider", 0, {"order_life_days": "0"},
         {"order_life_days": ["Ensure this value is greater than or equal to 1."], "warn_days": [
            "Enter whole days within the order's life, such as 30, 40; at most ten of them."]}),
        ("provider", 0, {"copy_order-domain": "first"},
         {"copy_order": ["A place is a whole number: 1 comes first."]}),
        ("setting", "sms_reminder_hours", {"value": "25"}, {"value": ["A number from 1 to 24."]}),
        ("setting", FIRST, {"value": "60"}, {"value": [
            "The first reminder comes before the second, the second before the last."]}),
        ("clock", 1, {"amount": "0"},
         {"amount": ["Ensure this value is greater than or equal to 1."]}),
        ("calendarday", "2026-10-10", {"kind": ""}, {"kind": ["This field is required."]}),
        ("calendarday", "2026-10-01", {"kind": "workday"},
         {"kind": ["2026-10-01 is worked anyway, being no Saturday or Sunday."]}),
        ("provider", 0, {"order_number_format": "BA-[0-9]{4}", "order_number_example": "BA-1"},
         {"order_number_example": ["Give an example that fits the format."]}),
        ("province", "CN-GD", {"website": "javascript:alert(1)"},
         {"website": ["Enter a valid URL."]}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_kept_in_its_field(world, chen, table, pk, typed, wrong):
    address = f"/admin/cases/{table}/{pk or world.provider().pk}/change/"
    client = signed_in(chen)
    page = client.post(address, {**shown(client.get(address)), **typed})
    assert (page.status_code, dict(form_of(page).errors)) == (422, wrong)
    kept = page.content.decode()
    assert all(not value or value in kept for value in typed.values())


def test_values_are_typed_in_fields_of_their_own(world, chen, sun):
    """Days as numbers, in any width; an order by places. An auditor reads both as words."""
    provider = world.provider()
    address = f"/admin/cases/provider/{provider.pk}/change/"
    client = signed_in(chen)
    typed = {"warn_days": "４0、7，15", "copy_order-domain": "2", "copy_order-site_name": "1"}
    assert client.post(address, {**shown(client.get(address)), **typed}).status_code == 302
    provider.refresh_from_db()
    assert (provider.warn_days, provider.copy_order) == ([7, 15, 40], ["site_name", "domain"])
    page = signed_in(sun).get(address)
    text = text_of(page)
    assert ("7, 15, 40" in text, "site name, domain" in text, "Save" in text) == (True, True, False)
    change = TableChange.objects.get()
    assert change.changes == {
        "warn_days": [[30, 40], [7, 15, 40]], "copy_order": [[], ["site_name", "domain"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "queries"),
    [("provider", 6), ("clock", 6), ("calendaryear", 6), ("accesslogrow", 5)],
)
def test_a_table_costs_the_same_for_every_row(world, chen, place, queries):
    client = signed_in(chen)
    for n in (1, 3):
        for _more in range(n):
            case = world.case()
            world.provider(f"Cloud {Provider.objects.count()}")
            client.post(f"/admin/cases/filingcase/{case.pk}/copy/")
            place_of = {"province_id": "CN-GD", "provider": Provider.objects.last()}
            Clock.objects.create(state="triage", amount=2, unit="days", **place_of)
            CalendarYear.objects.create(year=2030 + CalendarYear.objects.count(), saved_by=chen)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"/admin/cases/{place}/").status_code == 200
        assert len(counted) == queries


def test_deleting_stays_in_the_history(chen):
    client = signed_in(chen)
    clock = Clock.objects.get(state="triage")
    asked = text_of(client.get(f"/admin/cases/clock/{clock.pk}/delete/"))
    assert "Delete: Triage · 1 working days" in asked
    assert client.post(f"/admin/cases/clock/{clock.pk}/delete/", {"post": "yes"}).status_code == 302
    change = TableChange.objects.get()
    assert (change.table, change.row, change.what, change.by) == (
        "cases.clock", str(clock.pk), "deleted", chen,
    )  # fmt: skip
    assert not FilingCase.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_stock_sentence_stands_on_a_table(world, chen, language):
    world.provider()
    client = signed_in(chen)
    client.cookies["django_language"] = language
    for place in ("province", "provider", "clock", "calendarday", "setting", "notice", "applicant"):
        text = text_of(client.get(f"/admin/cases/{place}/"))
        for stock in ("to change", "Select", "选择", "Add ", "ahead of server", "Leased"):
            assert stock not in text, (place, stock)
