"""An order whose days count only while we are asked, through the submission's own page."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import Order, Provider

pytestmark = pytest.mark.django_db
OFFICE = [{"about": "", "text": "Colour.", "office": "1"}]


def at(text):
    return timezone.make_aware(dt.datetime.fromisoformat(text))


@pytest.fixture
def returned(client, world, li):
    """Submitted on 2 March 2026, with us from the 5th to the 9th, and again from 20 April on."""
    client.force_login(li)
    case = world.case(happened=at("2026-03-02 08:00"))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at("2026-03-02 08:30"))
    case = world.supply(case)
    for step, day, data in (
        ("submit_to_provider", "2026-03-02", {}),
        ("return_for_correction", "2026-03-05", {"reasons": OFFICE}),
        ("submit_to_provider", "2026-03-09", {}),
        ("return_for_correction", "2026-04-20", {"reasons": OFFICE}),
    ):
        case = world.step(case, step, happened=at(f"{day} 09:00"), **data)
    return case


def page(case, step="submit_to_provider"):
    return reverse("admin:cases_filingcase_step", args=[case.pk, step])


def submit(client, case, when):
    data = {"version": case.version, "happened": when, "note_internal": "Sent again."}
    return client.post(page(case), data)


def counted(life_from="submission", life_while="asked", days=10):
    Provider.objects.update(
        order_life_from=life_from, order_life_while=life_while, order_life_days=days
    )


# Of ten days four were used before 20 April: the last is the 26th. Counted from the latest return,
# none was used: the last is the 30th.
@pytest.mark.parametrize(
    ("life_from", "days", "last", "after"),
    [
        ("submission", 10, "2026-04-26", "2026-04-27"),
        ("return", 10, "2026-04-30", "2026-05-01"),
        ("submission", 4, "2026-04-20", "2026-04-21"),
    ],
)
def test_only_the_days_with_us_count(client, returned, life_from, days, last, after):
    counted(life_from, days=days)
    late = submit(client, returned, f"{after} 00:00")
    assert late.status_code == 409
    assert [f.code for f in late.context["refusal"].findings] == ["order.alive"]
    assert late.context["form"]["note_internal"].value() == "Sent again."
    assert submit(client, returned, f"{last} 23:59").status_code == 302
    returned.refresh_from_db()
    assert (returned.state, returned.orders.count()) == ("provider_review", 1)


def test_where_every_day_counts_the_same_order_is_over(client, returned):
    counted(life_while="always")
    answer = submit(client, returned, "2026-04-20 10:00")
    assert [f.code for f in answer.context["refusal"].findings] == ["order.alive"]


def test_the_page_says_what_is_over_and_the_order_expires(client, returned):
    counted()
    step = client.get(page(returned)).context["step"]
    assert [(f.code, f.sentence) for f in step.unmet] == [
        ("order.alive", "The life of the provider's order is over."),
    ]
    early = {"version": returned.version, "happened": "2026-04-26 23:59"}
    answer = client.post(page(returned, "expire_order"), early)
    assert [f.code for f in answer.context["refusal"].findings] == ["order.expired"]
    over = {"version": returned.version, "happened": "2026-04-27 00:00"}
    assert client.post(page(returned, "expire_order"), over).status_code == 302
    assert Order.objects.get().ended_on == dt.date(2026, 4, 27)
    form = client.get(page(returned)).context["form"]
    assert [n for n in ("provider", "order_number") if n in form.fields] == [
        "provider", "order_number",
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "asks"), [(12, False), (11, True)])
def test_pulled_back_the_days_in_preparing_count_as_well(client, world, returned, days, asks):
    """Four days used before; on the 20th sent again, pulled back: eight more days till today."""
    counted(days=days)
    case = world.step(returned, "submit_to_provider", happened=at("2026-04-20 10:00"))
    back = timezone.now() - dt.timedelta(days=8)
    case = world.step(case, "pull_back", happened=back)
    form = client.get(page(case)).context["form"]
    assert ("order_number" in form.fields) == asks
