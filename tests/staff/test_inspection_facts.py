"""An inspection begins otherwise than every other errand, and neither becomes the other."""

import pytest
from django.urls import reverse

from icpcases.cases.forms.facts import FactsForm
from icpcases.rules.facts import FilingType
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.types import change_type
from icpcases.workflow.exceptions import Closed
from tests.world import ASKED, World

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

PHONES = dict.fromkeys(("subject_leader_phone", "service_leader_phone"), "13800138000")
OTHERS = ["first", "add_service", "add_access", "change", "cancel_subject", "cancel_service",
          "cancel_access"]  # fmt: skip


@pytest.mark.parametrize(
    ("inspects", "offered", "wanted"),
    [(True, ["inspection"], "change"), (False, OTHERS, "inspection")],
)
def test_no_errand_becomes_an_inspection_and_none_another(
    world: World, client, li, inspects, offered, wanted
):
    client.force_login(li)
    service = world.filed()
    case = world.about(service, "inspection" if inspects else "change")
    before = (case.state, case.filing_type, case.version)
    page = client.get(reverse("admin:cases_filingcase_facts", args=[case.pk]))
    field = page.context["form"].fields["filing_type"]
    assert sorted(value for value, _label in field.choices) == sorted(offered)

    typed = {**FactsForm.of(case).initial, "filing_type": wanted}
    form = FactsForm({**typed, **PHONES, **ASKED}, applicant=case.applicant)
    assert form.is_valid(), form.errors
    with pytest.raises(Closed) as closed:
        edit_facts(case, world.li, form, case.version)
    assert [finding.code for finding in closed.value.findings] == ["filing.type"]

    url = reverse("admin:cases_filingcase_type", args=[case.pk, wanted])
    answer = client.post(url, {"version": case.version})
    assert answer.status_code == 409
    with pytest.raises(Closed):
        change_type(case, world.li, FilingType(wanted), case.version)
    case.refresh_from_db()
    assert (case.state, case.filing_type, case.version) == before
