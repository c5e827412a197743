"""Two records of one applicant: a case moved, the two joined, taken apart, a confirmation taken
back; each with what stands in the way."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Applicant,
    ApplicantChange,
    FilingCase,
    HistoryRow,
    Order,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.integrity.registry import CHECKERS
from icpcases.search.applicants import find_applicants
from icpcases.workflow.actions import joining
from icpcases.workflow.actions.applicants import confirm_applicant, unconfirm_applicant
from icpcases.workflow.actions.open_case import standing_record
from icpcases.workflow.exceptions import Closed, NotAllowed, Stale
from icpcases.workflow.messages import sentence_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WHY = "He applied twice."


@pytest.fixture
def known(world):
    return world.applicant(name="玉兰书店有限公司")


def double(world, **fields):
    fields = {"name": "玉兰书店", "certificate_type": "", "certificate_number": ""} | fields
    return world.applicant(confirmed=False, **fields)


def said(error):
    return [sentence_of(finding) for finding in error.value.findings]


def joined(world, goes, stays, by=None):
    mark = joining.mark_of(goes, stays)
    return joining.join_applicants(goes.pk, stays.pk, by or world.li, WHY, mark)


def everything():
    """All that a join may touch, without its traces."""
    return {
        "applicants": list(Applicant.objects.order_by("pk").values()),
        "cases": list(FilingCase.objects.order_by("pk").values("pk", "state", "applicant_id")),
        "orders": list(Order.objects.order_by("pk").values()),
        "subjects": list(SubjectFiling.objects.order_by("pk").values()),
        "services": list(Service.objects.order_by("pk").values()),
    }


def sound():
    """What the checkers find, but that these papers have no files."""
    found = {name: list(check()) for name, check in CHECKERS.items()}
    found.pop("row_without_file")
    return {name: said for name, said in found.items() if said}


def test_a_second_application_of_a_known_firm_is_no_dead_end(world, known, li):
    """Confirming names the other; the case is moved there, judged anew, and goes on."""
    twin = double(
        world, certificate_type=known.certificate_type, certificate_number=known.certificate_number
    )
    case = world.step(world.case(applicant=twin), "submit_request")
    with pytest.raises(Closed) as closed:
        confirm_applicant(case, li, case.version)
    assert said(closed) == [f"Another confirmed applicant has this certificate: {known.name}."]
    (place,) = closed.value.findings[0].places
    assert (place.kind, place.key) == ("other_applicant", str(known.pk))
    joining.move_case(case, li, known.pk, WHY, case.version)
    case.refresh_from_db()
    row = case.history.get(sequence=case.version)
    assert (case.applicant, row.kind, row.note_internal, row.entered) == (
        known, "edit", WHY, {"moved_from": twin.name, "moved_to": known.name},
    )  # fmt: skip
    assert row.changes["fields"] == {"applicant_id": [twin.pk, known.pk]}
    assert world.step(case, "prepare_filing").state == "preparing"
    assert sound() == {}


@pytest.mark.parametrize("name", ["wei", "mei", "sun", "stranger"])
def test_only_working_staff_move_or_join(world, known, request, name):
    user, case = request.getfixturevalue(name), world.case(applicant=double(world))
    with pytest.raises(NotAllowed):
        joining.move_case(case, user, known.pk, WHY, case.version)
    with pytest.raises(NotAllowed):
        joined(world, case.applicant, known, user)
    assert not ApplicantChange.objects.exists()


def test_what_keeps_a_case_from_being_moved(world, known, li, chen):
    filed, review = world.at("filed"), world.at("provider_review")
    found = {}
    for name, case in (("filed", filed), ("review", review)):
        with pytest.raises(Closed) as closed:
            joining.move_case(case, li, known.pk, WHY, case.version)
        found[name] = said(closed)
    locked = (
        "The applicant's name and certificate are locked while somebody outside decides on them, "
        "or has decided, and the other applicant has a different certificate."
    )
    assert found == {
        "filed": [
            locked,
            "What this case is about is filed under its present applicant: "
            f"{filed.service.number}.",
        ],
        "review": [locked],
    }
    with pytest.raises(Stale):
        joining.move_case(review, chen, known.pk, WHY, review.version - 1)
    joining.move_case(review, chen, known.pk, WHY, review.version)
    assert Order.objects.get(cases=review).applicant == known
    triage = world.step(world.case(applicant=double(world)), "submit_request")
    preparing = world.at("preparing")
    unconfirmed = triage.applicant
    with pytest.raises(Closed) as closed:
        joining.move_case(preparing, li, unconfirmed.pk, WHY, preparing.version)
    assert said(closed)[0] == "No officer has confirmed who the applicant is."
    assert sound() == {}


def test_two_are_joined_with_all_they_have_and_taken_apart_exactly_as_they_were(
    world, known, li, chen
):
    filed = world.at("open")
    goes = filed.applicant
    Applicant.objects.filter(pk=goes.pk).update(phone="13900139001")
    goes.refresh_from_db()
    draft = world.case(applicant=goes)
    before = everything()
    with pytest.raises(Closed) as closed:
        joined(world, goes, known)
    assert said(closed)[0] == "Both are confirmed: only a supervisor can merge them."
    join = joined(world, goes, known, chen)
    goes.refresh_from_db()
    known.refresh_from_db()
    assert (goes.joined_to, known.phone) == (known, "13900139001")
    assert set(FilingCase.objects.values_list("applicant", flat=True)) == {known.pk}
    subject = subject_of(known.pk)
    assert (subject and subject.number, subject_of(goes.pk)) == (filed.service.number_of, None)
    assert find_applicants(goes.certificate_number, 5) == [known.pk]
    rows = HistoryRow.objects.filter(entered__has_key="moved_to").values_list("case", flat=True)
    assert sorted(rows) == sorted([filed.pk, draft.pk])
    assert standing_record(goes) == known
    assert RegisterRow.objects.filter(what="joined").count() == 1
    assert sound() == {}
    with pytest.raises(NotAllowed):
        joining.take_apart(join, li, WHY)
    joining.take_apart(join, chen, "They are two after all.")
    assert everything() == before
    assert sound() == {}
    with pytest.raises(Closed) as closed:
        joining.take_apart(join, chen, WHY)
    assert said(closed) == ["These two are no longer merged."]


def test_what_keeps_two_records_apart(world, known, li, chen):
    twin = double(world)
    with pytest.raises(Closed) as closed:
        joined(world, known, twin)
    assert said(closed) == [f"The confirmed record must be the one that stays: {known.name}."]
    with pytest.raises(Closed) as closed:
        joining.join_applicants(twin.pk, known.pk, li, WHY, "seen long ago")
    assert said(closed)[0].startswith("Somebody has changed one of the two records")
    with pytest.raises(Closed) as closed:
        joining.join_applicants(twin.pk, known.pk, li, " ", joining.mark_of(twin, known))
    assert said(closed) == ["No reason is given."]
    one, two = world.filed(), world.filed()
    first, second = (service.subject for service in (one, two))
    with pytest.raises(Closed) as closed:
        joined(world, first.applicant, second.applicant, chen)
    assert said(closed) == [
        "Each has its own subject filing, but an applicant can have only one: "
        f"{first.number}, {second.number}."
    ]
    joined(world, twin, known)
    other = double(world)
    twin.refresh_from_db()
    with pytest.raises(Closed) as closed:
        joined(world, twin, other)
    assert said(closed) == [f"{twin.name} was merged into another record."]


def test_a_join_is_not_taken_apart_too_late_or_under_what_stands_on_it(world, known, chen):
    service = world.filed()
    join = joined(world, service.subject.applicant, known, chen)
    case = world.about(Service.objects.get(pk=service.pk), "cancel_service")
    assert case.applicant == known
    with pytest.raises(Closed) as closed:
        joining.take_apart(join, chen, WHY)
    assert said(closed) == [f"Later cases depend on what came with the merge: {case.reference}."]
    ApplicantChange.objects.filter(pk=join.pk).update(at=timezone.now() - dt.timedelta(days=31))
    join.refresh_from_db()
    assert [sentence_of(f) for f in joining.in_the_way_of_taking_apart(join)] == [
        "The time for undoing this merge is over.",
        f"Later cases depend on what came with the merge: {case.reference}.",
    ]


def test_a_confirmation_is_taken_back_where_nothing_stands_on_it(world, li, chen):
    triage, preparing = world.at("triage"), world.at("preparing")
    for case, user, refused in (
        (triage, li, "Only a supervisor can take back a confirmation."),
        (preparing, chen, f"These cases depend on the confirmation: {preparing.reference}."),
    ):
        with pytest.raises((Closed, NotAllowed)) as error:
            unconfirm_applicant(case.applicant_id, user, WHY)
        assert said(error) == [refused]
    unconfirm_applicant(triage.applicant_id, chen, WHY)
    triage.refresh_from_db()
    row = triage.history.get(sequence=triage.version)
    assert (triage.applicant.confirmed, row.entered, row.note_internal) == (
        False, {"unconfirmed": triage.applicant.name}, WHY,
    )  # fmt: skip
    change = ApplicantChange.objects.get()
    assert (change.what, change.by, change.reason) == ("unconfirmed", chen, WHY)
