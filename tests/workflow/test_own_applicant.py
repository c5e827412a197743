"""Who applies, put right in a draft by its own people: through the door, and only there."""

import pytest

from icpcases.cases.forms.applicants import OwnApplicantForm
from icpcases.cases.models import FilingCase, SearchText
from icpcases.workflow.actions.own_applicant import edit_own_applicant
from icpcases.workflow.exceptions import Closed, NotAllowed, Stale
from tests.domain import CREDIT_CODES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def renamed(case: FilingCase, name: str = "木兰书店") -> OwnApplicantForm:
    typed = {
        "who-name": name, "who-certificate_type": "credit_code",
        "who-certificate_number": CREDIT_CODES[1], "who-phone": "",
    }  # fmt: skip
    form = OwnApplicantForm.of(case.applicant, typed)
    assert form.is_valid(), form.errors
    return form


def unchanged(case: FilingCase, name: str, version: int) -> bool:
    case.refresh_from_db()
    case.applicant.refresh_from_db()
    return (case.applicant.name, case.version) == (name, version)


def test_a_draft_of_ones_own_is_renamed_and_found_by_its_new_name(world, wei):
    case = world.case(applicant=world.applicant(confirmed=False))
    after = edit_own_applicant(case, wei, renamed(case), case.version)
    assert (after.version, after.applicant.name) == (2, "木兰书店")
    row = case.history.get(sequence=2)
    assert (row.kind, row.by, row.entered) == ("edit", wei, {"named": "木兰书店"})
    assert "木兰书店" in SearchText.objects.get(case=case).text
    # What is there already is no change.
    assert edit_own_applicant(case, wei, renamed(after), 2).version == 2


@pytest.mark.parametrize("why", ["confirmed", "shared"])
def test_a_record_that_others_stand_on_is_closed(world, wei, why):
    applicant = world.applicant(confirmed=why == "confirmed")
    case = world.case(applicant=applicant)
    if why == "shared":
        world.case(applicant=applicant)
    with pytest.raises(Closed) as closed:
        edit_own_applicant(case, wei, renamed(case), case.version)
    assert [finding.code for finding in closed.value.findings] == ["applicant.certificate"]
    assert unchanged(case, applicant.name, 1)


def test_nobody_else_and_nobody_later(world, wei, mei):
    case = world.case(applicant=world.applicant(confirmed=False))
    name = case.applicant.name
    with pytest.raises(NotAllowed):
        edit_own_applicant(case, mei, renamed(case), case.version)
    with pytest.raises(Stale):
        edit_own_applicant(case, wei, renamed(case), 0)
    world.step(case, "submit_request")
    case.refresh_from_db()
    with pytest.raises(NotAllowed):
        edit_own_applicant(case, wei, renamed(case), case.version)
    assert unchanged(case, name, 2)
