"""Orders that hold several cases: submitted together, acted on at once, each told by itself."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import FilingCase, Order, OrderCase, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def ready(world, applicant, number):
    """So many cases of one applicant that can be submitted: further services of his subject."""
    first = world.at("open", applicant=applicant)
    assert first.service is not None
    made = []
    for _n in range(number):
        case = world.case(applicant=applicant, filing_type="add_service")
        for step in ("submit_request", "prepare_filing"):
            case = world.step(case, step)
        made.append(world.supply(case))
    return made


def ticked(cases, **data):
    sent = dict(data)
    for case in cases:
        case.refresh_from_db()
        sent |= {f"case-{case.pk}": "on", f"version-{case.pk}": case.version}
    return sent


def submit(client, world, applicant, cases, **data):
    page = reverse("admin:cases_submit_together", args=[applicant.pk])
    given = {"provider": world.provider().pk, "order_number": "A-1", "order_created_on": "", **data}
    return client.post(page, ticked(cases, **given))


def states(*cases):
    return [FilingCase.objects.get(pk=case.pk).state for case in cases]


def test_several_cases_of_one_subject_go_on_one_order(as_li, world):
    applicant = world.applicant()
    one, two = ready(world, applicant, 2)
    assert submit(as_li, world, applicant, [one, two]).status_code == 302
    order = Order.objects.get(number="A-1")
    assert list(order.memberships.values_list("case", "left_on")) == [
        (one.pk, None), (two.pk, None),
    ]  # fmt: skip
    assert (order.running, order.ended_on) == (True, None)
    assert states(one, two) == ["provider_review", "provider_review"]


def test_what_the_provider_does_is_recorded_for_all_but_the_excepted(as_li, world):
    applicant = world.applicant()
    one, two, _ = cases = ready(world, applicant, 3)
    submit(as_li, world, applicant, cases)
    order = Order.objects.get(number="A-1")
    page = reverse("admin:cases_order_step", args=[order.pk, "provider_passes"])
    answer = as_li.post(page, ticked([one, two]))
    assert answer.status_code == 302
    assert [str(m) for m in get_messages(answer.wsgi_request)][-2:] == [
        f"{case.reference}: Record that the provider passed it: done." for case in (one, two)
    ]
    assert states(*cases) == ["provider_passed", "provider_passed", "provider_review"]


def test_one_that_refuses_stops_no_other_and_says_why(as_li, world):
    applicant = world.applicant()
    one, two = cases = ready(world, applicant, 2)
    submit(as_li, world, applicant, cases)
    order = Order.objects.get(number="A-1")
    page = reverse("admin:cases_order_step", args=[order.pk, "provider_passes"])
    data = ticked(cases)
    world.step(two, "return_for_correction")
    answer = as_li.post(page, data)
    assert answer.status_code == 422
    assert {line.case.pk: line.told for line in answer.context["lines"]} == {
        one.pk: "done",
        two.pk: "Somebody has changed this case since you opened the page.",
    }
    assert states(one, two) == ["provider_passed", "returned"]


NOTICE = "One thing needs correcting:"


def step_page(order, step):
    return reverse("admin:cases_order_step", args=[order.pk, step])


def test_what_is_wrong_for_all_is_said_once_and_at_its_field(as_li, world):
    applicant = world.applicant()
    cases = ready(world, applicant, 3)
    submit(as_li, world, applicant, cases)
    order = Order.objects.get(number="A-1")
    answer = as_li.post(step_page(order, "return_for_correction"), ticked(cases))
    assert answer.status_code == 422
    assert [line.told for line in answer.context["lines"]] == ["", "", ""]
    page = answer.content.decode()
    # Once on top, with who returned it, and once at its field.
    assert page.count("2 things need correcting:") == 1
    assert page.count("Give at least one reason.") == 2
    assert answer.context["notices"] == []


def test_a_case_is_told_only_what_it_needs_itself(as_li, world):
    applicant = world.applicant()
    one, two = ready(world, applicant, 2)
    Provider.objects.update(services_per_order=1)
    answer = submit(as_li, world, applicant, [one, two])
    assert {line.case.pk: line.told for line in answer.context["lines"]} == {
        one.pk: "done",
        two.pk: "Order number: This provider takes 1 services on one order at most.",
    }
    assert answer.context["notices"] == []
    assert answer.content.decode().count(NOTICE) == 1


def test_what_closes_every_case_alike_is_said_once(as_li, world):
    applicant = world.applicant()
    cases = ready(world, applicant, 2)
    submit(as_li, world, applicant, cases)
    order = Order.objects.get(number="A-1")
    answer = as_li.post(step_page(order, "expire_order"), ticked(cases))
    assert answer.context["notices"] == [
        "This step is not possible while the case is in this state: Provider's review."
    ]
    assert [line.told for line in answer.context["lines"]] == ["", ""]


def test_a_second_tab_says_that_the_cases_were_changed_meanwhile(as_li, world):
    applicant = world.applicant()
    one, two, _ = cases = ready(world, applicant, 3)
    data = ticked([one, two], provider=world.provider().pk, order_number="A-2")
    submit(as_li, world, applicant, cases)
    answer = as_li.post(reverse("admin:cases_submit_together", args=[applicant.pk]), data)
    assert answer.status_code == 422
    assert [(line.case.pk, line.open, line.told) for line in answer.context["lines"]] == [
        (case.pk, False, "") for case in (one, two)
    ]
    assert answer.context["notices"] == [
        "Somebody has changed this case since you opened the page."
    ]
    assert (answer.context["nothing_ticked"], answer.context["form"]) == (False, None)
    assert not Order.objects.filter(number="A-2").exists()


def test_a_case_of_another_client_is_not_taken_along(as_li, world):
    applicant = world.applicant()
    ready(world, applicant, 1)
    foreign = world.supply(world.at("preparing", applicant=world.applicant()))
    submit(as_li, world, applicant, [foreign])
    assert states(foreign) == ["preparing"]


def test_of_an_order_one_comes_back_and_is_submitted_again_on_it(as_li, world):
    applicant = world.applicant()
    one, two = cases = ready(world, applicant, 2)
    submit(as_li, world, applicant, cases)
    order = Order.objects.get(number="A-1")
    world.step(
        two,
        "return_for_correction",
        reasons=[{"about": "", "text": "Colour.", "office": "1"}],
    )
    for step in ("provider_passes", "sent_to_administration", "confirm_sms", "approve"):
        data = {"icp_number": f"{one.applicant.subject_filings.get().number}-2"}
        one = world.step(one, step, **(data if step == "approve" else {}))
    order.refresh_from_db()
    assert (order.running, order.ended_on) == (True, None)
    two = world.step(two, "submit_to_provider")
    assert list(OrderCase.objects.filter(order=order).values_list("case", "left_on")) == [
        (one.pk, timezone.localdate()), (two.pk, None),
    ]  # fmt: skip
    assert states(one, two) == ["filed", "provider_review"]


def test_another_errand_waits_while_one_is_before_the_administrations(as_li, world):
    applicant = world.applicant()
    one, two = ready(world, applicant, 2)
    submit(as_li, world, applicant, [one])
    page = reverse("admin:cases_filingcase_step", args=[two.pk, "submit_to_provider"])
    two.refresh_from_db()
    data = {"provider": world.provider("Other Cloud").pk, "order_number": "B-1"}
    answer = as_li.post(page, {**data, "version": two.version})
    assert answer.status_code == 422
    assert answer.context["form"].errors["provider"] == [
        "Another errand of this subject is before the provider or the administrations: "
        f"{one.reference}."
    ]
    world.step(one, "provider_passes")
    page = as_li.get(reverse("admin:cases_filingcase_change", args=[two.pk]))
    [submit_step] = [s for s in page.context["steps"] if s.name == "submit_to_provider"]
    assert [f.code for f in submit_step.unmet] == ["subject.idle"]
    assert [label for label, _url in submit_step.unmet[0].links] == [one.reference]


def test_pulled_back_an_order_waits_and_lets_another_pass(as_li, world):
    applicant = world.applicant()
    one, two = ready(world, applicant, 2)
    submit(as_li, world, applicant, [one])
    world.step(one, "pull_back")
    order = Order.objects.get(number="A-1")
    assert (order.running, order.ended_on) == (False, None)
    data = {"provider": world.provider("Other Cloud").pk, "order_number": "B-1"}
    two = world.step(two, "submit_to_provider", **data)
    assert two.state == "provider_review"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("A-1", "This is the number of another subject's order: 玉兰书店有限公司."),
        ("E-1", "The order with this number has ended; a new one has a new number."),
    ],
)
def test_an_order_of_another_subject_or_one_that_ended_is_refused(as_li, world, number, sentence):
    stranger = world.applicant()
    world.at("provider_review", applicant=stranger)
    Order.objects.update(number="A-1")
    applicant = world.applicant()
    [case] = ready(world, applicant, 1)
    Order.objects.filter(applicant=applicant).update(number="E-1")
    case.refresh_from_db()
    page = reverse("admin:cases_filingcase_step", args=[case.pk, "submit_to_provider"])
    data = {"provider": world.provider().pk, "order_number": number, "version": case.version}
    answer = as_li.post(page, data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["order_number"] == [sentence]
    assert answer.context["form"]["order_number"].value() == number


@pytest.mark.parametrize(("cases", "queries"), [(1, 6), (3, 6)])
def test_an_order_page_costs_the_same_for_one_case_and_for_three(
    as_li, world, cases, queries, django_assert_num_queries
):
    applicant = world.applicant()
    submit(as_li, world, applicant, ready(world, applicant, cases))
    order = Order.objects.get(number="A-1")
    with django_assert_num_queries(queries):
        as_li.get(reverse("admin:cases_order", args=[order.pk]))


def test_an_order_number_is_shown_by_example_and_read_as_it_is_typed(as_li, world):
    applicant = world.applicant()
    [case] = ready(world, applicant, 1)
    Provider.objects.filter(name="Example Cloud").update(
        order_number_format=r"BA-\d{8}", order_number_example="BA-20261129"
    )
    page = reverse("admin:cases_submit_together", args=[applicant.pk])
    assert "Example Cloud: BA-20261129." in as_li.get(page).content.decode()
    wrong = submit(as_li, world, applicant, [case], order_number="20261129")
    assert wrong.context["form"].errors["order_number"] == [
        "An order number of this provider looks like this: BA-20261129."
    ]
    # Chinese input methods type full-width characters, and copying brings spaces along.
    right = submit(as_li, world, applicant, [case], order_number=" ＢＡ－２０２６１１２９\u3000")
    order = Order.objects.get(memberships__case=case)
    assert (right.status_code, order.number) == (302, "BA-20261129")
