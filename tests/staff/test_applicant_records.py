"""The pages on which two records of one applicant are found, compared, moved between and joined."""

import pytest

from icpcases.cases.models import Applicant, ApplicantChange, FilingCase
from icpcases.workflow.actions import joining
from tests.applicants.pages import text_of
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def two(world):
    """A confirmed firm with a filing, and a second record of it with one draft."""
    firm = world.filed(domain="mulan.cn").subject.applicant
    twin = world.applicant(
        confirmed=False, name=f"{firm.name}（北京）", phone="13900139001",
        certificate_type=firm.certificate_type, certificate_number=firm.certificate_number,
    )  # fmt: skip
    return firm, twin, world.case(applicant=twin)


def test_from_the_confirmation_to_the_other_record_and_back(client, world, two, li, chen):
    firm, twin, case = two
    client.force_login(li)
    case = world.step(case, "submit_request")
    confirm = f"/admin/cases/filingcase/{case.pk}/confirm/"
    compare = f"/admin/applicants/{twin.pk}/with/{firm.pk}/?case={case.pk}"
    assert compare in client.get(confirm).content.decode()
    refused = client.post(confirm, {"version": case.version})
    assert (refused.status_code, compare in refused.content.decode()) == (409, True)
    page = client.get(compare)
    assert page.status_code == 200
    differing = [line.label for line in page.context["lines"] if line.differs]
    assert differing == ["Name", "Phone"]
    assert "same certificate" in text_of(page)
    move = f"/admin/cases/filingcase/{case.pk}/move/{firm.pk}/"
    assert move in page.content.decode()
    assert client.get(move).status_code == 200
    assert client.post(move, {"version": case.version, "reason": ""}).status_code == 422
    done = client.post(move, {"version": case.version, "reason": "Applied twice."}, follow=True)
    assert done.redirect_chain == [(f"/admin/cases/filingcase/{case.pk}/change/", 302)]
    assert f"The case is moved to {firm.name}." in text_of(done)
    case.refresh_from_db()
    assert case.applicant == firm
    again = client.get(f"/admin/cases/filingcase/{case.pk}/move/{firm.pk}/")
    assert (again.status_code, "this applicant's already" in text_of(again)) == (200, True)
    client.force_login(chen)
    page = client.get(f"/admin/applicants/{twin.pk}/")
    assert "Case moved to another applicant" in text_of(page)


def test_two_are_joined_by_an_officer_and_taken_apart_by_a_supervisor(client, two, li, chen):
    firm, twin, case = two
    client.force_login(li)
    page = client.get(f"/admin/applicants/{twin.pk}/with/{firm.pk}/")
    # Only the confirmed one can stay.
    assert [stays for stays, _number in page.context["open_ways"]] == [firm]
    sent = {"stays": firm.pk, "mark": page.context["mark"], "reason": "One firm.", "act": "join"}
    address = f"/admin/applicants/{twin.pk}/with/{firm.pk}/"
    assert client.post(address, {**sent, "mark": "old"}).status_code == 409
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/applicants/{twin.pk}/")
    case.refresh_from_db()
    assert case.applicant == firm
    assert client.get(f"/admin/portfolio/{twin.pk}/")["Location"] == f"/admin/portfolio/{firm.pk}/"
    assert f"This record was merged into {firm.name}" in text_of(client.get(answer["Location"]))
    assert [a.pk for a in client.get("/admin/cases/applicant/").context["cl"].result_list] == [
        firm.pk
    ]
    join = ApplicantChange.objects.get()
    apart = f"/admin/applicants/joins/{join.pk}/"
    assert (apart in client.get(answer["Location"]).content.decode()) is False
    assert client.post(apart, {"reason": "No."}).status_code == 403
    client.force_login(chen)
    assert apart in client.get(answer["Location"]).content.decode()
    assert client.post(apart, {"reason": "They are two."}).status_code == 302
    case.refresh_from_db()
    assert (case.applicant, Applicant.objects.filter(joined_to__isnull=False).count()) == (twin, 0)


def test_what_an_officer_may_not_join_is_proposed(client, world, li):
    one, two = world.applicant(name="Alder"), world.applicant(name="Birch")
    client.force_login(li)
    address = f"/admin/applicants/{one.pk}/with/{two.pk}/"
    page = client.get(address)
    assert "Both are confirmed: only a supervisor can merge them." in text_of(page)
    sent = {"stays": one.pk, "reason": "Same people.", "act": "propose"}
    assert client.post(address, sent).status_code == 302
    change = ApplicantChange.objects.get()
    assert (change.what, change.applicant, change.other) == ("proposed", two, one)


def test_who_may_read_and_who_may_change(client, two, sun, wei, mei, stranger, chen, li):
    firm, twin, case = two
    pages = [f"/admin/applicants/{firm.pk}/", f"/admin/applicants/{firm.pk}/with/{twin.pk}/"]
    client.force_login(sun)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    mark = joining.mark_of(firm, twin)
    sent = {"stays": firm.pk, "mark": mark, "reason": "One.", "act": "join"}
    assert client.post(pages[1], sent).status_code == 403
    unconfirm = f"/admin/applicants/{firm.pk}/unconfirm/"
    assert client.post(unconfirm, {"reason": "No."}).status_code == 403
    for user in (wei, mei, stranger):
        client.force_login(user)
        assert {client.get(page).status_code for page in pages} <= {302, 403}
    client.force_login(li)
    assert client.get(unconfirm).status_code == 403
    client.force_login(chen)
    # What is filed in this name stands on the confirmation: it is said before the click.
    page = client.get(unconfirm)
    assert "This applicant has a subject filing" in text_of(page)
    assert "textarea" not in {name for name, _text in blocks(page.content.decode())}
    assert FilingCase.objects.get(pk=case.pk).applicant == twin
    # Nothing of a person's number stands whole on these pages.
    Applicant.objects.filter(pk=twin.pk).update(
        certificate_type="permit", certificate_number="H87654321"
    )
    for page in pages:
        assert "H87654321" not in client.get(page).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_cost_the_same_for_every_row(
    client, world, li, number, django_assert_num_queries
):
    firm = world.applicant(name="Alder Books")
    twins = [world.applicant(confirmed=False, name="alder books") for _n in range(number)]
    for twin in twins:
        Applicant.objects.filter(pk=twin.pk).update(certificate_number="", certificate_type="")
        world.case(applicant=twins[0])
    client.force_login(li)
    client.get(f"/admin/applicants/{firm.pk}/")
    with django_assert_num_queries(OF_THE_TWINS):
        page = client.get(f"/admin/applicants/{firm.pk}/")
    assert len(page.context["twins"]) == number
    with django_assert_num_queries(OF_THE_COMPARISON):
        page = client.get(f"/admin/applicants/{firm.pk}/with/{twins[0].pk}/")
    assert len(page.context["other"].cases) == number


OF_THE_TWINS, OF_THE_COMPARISON = 8, 25
