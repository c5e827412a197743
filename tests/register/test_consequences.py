"""What ends with a cancelling errand is named before the step; what is cancelled asks nothing."""

import pytest
from django.urls import reverse

from icpcases.register.portfolio import consequences
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.recommendation import recommended_step
from tests.applicants.pages import path, text_of

pytestmark = pytest.mark.django_db
NUMBER = "京ICP备12345678号"


def two_sites(world):
    applicant = world.applicant()
    one = world.filed(applicant, number=f"{NUMBER}-1", domain="yulan.cn", name="玉兰书店")
    world.filed(applicant, number=f"{NUMBER}-2", domain="yulan.shop", name="玉兰商城")
    return one


@pytest.mark.parametrize(
    ("filing_type", "ends"),
    [
        ("cancel_service", [f"{NUMBER}-1 玉兰书店"]),
        ("cancel_subject", [NUMBER, f"{NUMBER}-1 玉兰书店", f"{NUMBER}-2 玉兰商城"]),
        (
            "cancel_access",
            [f"Old Cloud · {NUMBER}-1 玉兰书店", "No provider hosts the service after that."],
        ),
        ("change", []),
    ],
)
def test_it_is_named_with_number_and_name(world, filing_type, ends):
    assert consequences(world.about(two_sites(world), filing_type)) == ends


def test_of_two_accesses_one_ends_and_the_site_stays(client, world, wei):
    site = two_sites(world)
    site.accesses.create(provider=world.provider("Other Cloud"), since=site.filed_on)
    case = world.about(site, "cancel_access")
    assert consequences(case) == [f"Old Cloud · {NUMBER}-1 玉兰书店"]
    client.force_login(wei)
    assert f"What ends with it Old Cloud · {NUMBER}-1 玉兰书店" in text_of(client.get(path(case)))


@pytest.mark.parametrize("state", ["filed", "open"])
def test_a_cancelled_service_asks_for_no_step_and_may_not_be_said_to_open(
    client, world, wei, li, state
):
    case = world.at(state)
    assert recommended_step(case) is not None
    errand = world.about(case.service, "cancel_service")
    world.walk(
        errand, "submit_request", "prepare_filing", "supply", "submit_to_provider",
        "provider_passes", "sent_to_administration", "confirm_sms", "complete",
    )  # fmt: skip
    case = type(case).objects.get(pk=case.pk)
    dossier_for(case)
    assert recommended_step(case) is None
    meaning = str(case.words.meaning)
    for user, page in (
        (wei, path(case)),
        (li, reverse("admin:cases_filingcase_change", args=[case.pk])),
    ):
        client.force_login(user)
        shown = text_of(client.get(page))
        assert (meaning in shown, shown.count("The service this case filed is cancelled.")) == (
            False, 1,
        )  # fmt: skip
    client.force_login(wei)
    listed = text_of(client.get("/cases/"))
    assert (meaning in listed, listed.count("The service this case filed is cancelled.")) == (
        False, 1,
    )  # fmt: skip


def test_the_end_of_a_subject_is_not_told_of_one_of_its_services(client, world, li):
    case = world.about(two_sites(world), "cancel_subject")
    world.walk(
        case, "submit_request", "prepare_filing", "supply", "submit_to_provider",
        "provider_passes", "sent_to_administration", "confirm_sms", "complete",
    )  # fmt: skip
    client.force_login(li)
    shown = text_of(client.get(reverse("admin:cases_portfolio", args=[case.applicant_id])))
    assert f"Changed by a case Cancel the subject {case.reference}" in shown
