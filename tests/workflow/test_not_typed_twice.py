"""What is known already is proposed: the moment by the day, the number's head, the leader."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, Provider
from icpcases.lifecycle.steps import Step
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.step_forms import step_form
from tests.world import ENTERPRISE, FOREIGN

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("ago", [5, 20])
def test_the_day_entered_says_when_it_happened(world, ago):
    now, today = timezone.now(), timezone.localdate()
    case = world.case(FOREIGN, happened=now - dt.timedelta(days=10))
    begun = now - dt.timedelta(days=8)
    world.step(case, "submit_request", happened=begun)
    world.step(case, "begin_certificate", happened=begun)
    day = today - dt.timedelta(days=ago)
    world.step(case, "record_certificate_application", applied_on=day)
    row = case.history.order_by("-sequence")[0]
    # It cannot have happened before the step before it.
    noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    assert row.happened_at == (noon if ago == 5 else begun)
    assert FilingCase.objects.get(pk=case.pk).state_since == row.happened_at


def test_days_are_today_and_the_number_begins_with_the_province(world):
    case = world.at("authority_review", province="CN-GD")
    form = step_form(case, CaseFile(case), Step.APPROVE)
    assert form["icp_number"].value() == "粤ICP备"
    assert form["filed_on"].value() == timezone.localdate()


def test_an_individual_leads_his_own_service_unless_another_is_named(world):
    person = world.applicant(
        name="王伟", certificate_type="resident_id", certificate_number="11010519491231002X",
        phone="13900139000",
    )  # fmt: skip
    alone = {**ENTERPRISE, "applicant_type": "individual", "service_leader": "",
             "service_leader_phone": ""}  # fmt: skip
    case = world.case(alone, person)
    assert (case.service_leader, case.service_leader_phone, case.service_leader_id) == (
        "王伟", "13900139000", "11010519491231002X",
    )  # fmt: skip
    FilingCase.objects.filter(pk=case.pk).update(
        service_leader="", service_leader_phone="", service_leader_id=""
    )
    case = FilingCase.objects.get(pk=case.pk)
    form = FactsForm.of(case)
    assert (form["service_leader"].value(), form["service_leader_phone"].value()) == (
        "王伟", "139••••9000",
    )  # fmt: skip
    named = world.case({**alone, "service_leader": "李娜"}, person)
    firm = world.case({**alone, "applicant_type": "enterprise"})
    assert (named.service_leader_phone, firm.service_leader) == ("", "")


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("BA-20261129", "An order number of this provider looks like this: BA-20261129."),
        ("", r"An order number of this provider fits this pattern: BA-\d{8}."),
    ],
)
def test_a_wrong_order_number_is_told_how_one_looks(world, example, said):
    case = world.walk(world.at("preparing"), "supply")
    provider = Provider.objects.create(
        name="Cloud", order_number_format=r"BA-\d{8}", order_number_example=example
    )
    sent = {"provider": provider.pk, "order_number": "20261129"}
    form = step_form(case, CaseFile(case), Step.SUBMIT_TO_PROVIDER, sent)
    assert form.errors["order_number"] == [said]
