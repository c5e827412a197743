"""What the acts leave in the register: states that follow, and one row of what was changed."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Applicant,
    FilingCase,
    Provider,
    ProviderAccess,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.register import acts
from icpcases.register.numbers import listed_under, look_up_number, proposed_number
from icpcases.register.record import RegisterChange, undo
from icpcases.rules.icp_numbers import icp_number

from .dump import register, states

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
LOST, ERRAND = ProviderAccess.Ended.LOST, ProviderAccess.Ended.ERRAND


@contextmanager
def changing(applicant: Applicant) -> Iterator[RegisterChange]:
    """A change by nobody in particular, kept at its end."""
    what = RegisterRow.What.CORRECTED
    change = RegisterChange(applicant, what, None, DAY, timezone.now(), source="by letter")
    yield change
    change.keep()


def of_states() -> list[str]:
    return [line.rpartition(" ")[2] for line in states()]


def ended() -> list[tuple[str, dt.date | None]]:
    return list(ProviderAccess.objects.order_by("pk").values_list("ended_by", "until"))


def test_a_first_service_makes_its_subject_with_the_leader_the_case_names(world):
    case = world.case(subject_leader="李娜", subject_leader_phone="13900139000")
    number = icp_number("京ICP备2026007879号-1")
    with changing(case.applicant) as change:
        service = acts.file_service(change, case, number, DAY, world.provider())
    subject = SubjectFiling.objects.get()
    assert (subject.subject_leader, subject.subject_leader_phone) == ("李娜", "13900139000")
    assert (service.service_leader, service.service_leader_phone) == ("王伟", "13800138000")
    assert (of_states(), ended()) == (["live", "live"], [("", None)])
    (row,) = RegisterRow.objects.all()
    (access,), (domain,) = service.accesses.all(), service.domains.all()
    assert (row.service, row.applicant, row.happened_on) == (service.pk, case.applicant, DAY)
    assert sorted(row.changes) == [
        f"provideraccess {access.pk}", f"service {service.pk}", f"servicedomain {domain.pk}",
        f"subjectfiling {subject.pk}",
    ]  # fmt: skip
    assert row.changes[f"service {service.pk}"]["number"] == [None, "京ICP备2026007879号-1"]


def test_a_further_service_leaves_subject_and_leader_as_they_are(world):
    old = world.filed()
    case = world.case(
        applicant=old.subject.applicant, filing_type="add_service", subject_leader="李娜"
    )
    with changing(case.applicant) as change:
        acts.file_service(change, case, icp_number(f"{old.number_of}-88"), DAY, world.provider())
    assert SubjectFiling.objects.get().subject_leader == "王伟"
    assert of_states() == ["live", "live", "live"]


def test_an_access_is_opened_once_and_wakes_the_service(world):
    service = world.filed()
    with changing(service.subject.applicant) as change:
        acts.end_access(change, service.accesses.get(), DAY, LOST)
    assert (of_states(), ended()) == (["shell", "no_access"], [("lost", DAY)])
    service.refresh_from_db()
    with changing(service.subject.applicant) as change:
        one = acts.open_access(change, service, world.provider(), DAY)
        again = acts.open_access(change, service, world.provider(), DAY)
        acts.settle_subject(change, SubjectFiling.objects.get())
    assert one == again
    assert (of_states(), ended()) == (["live", "live"], [("lost", DAY), ("", None)])


def test_one_of_two_accesses_ends_and_the_service_lives(world):
    service = world.filed()
    applicant = service.subject.applicant
    with changing(applicant) as change:
        acts.open_access(change, service, world.provider(), DAY)
    with changing(applicant) as change:
        acts.end_access(change, service.accesses.all()[0], DAY, ERRAND)
    assert (of_states(), ended()) == (["live", "live"], [("errand", DAY), ("", None)])
    # The row of an access is one of its service.
    assert RegisterRow.objects.latest("pk").service == service.pk


def test_an_access_never_ends_before_it_began_nor_twice(world):
    service = world.filed(day=dt.date(2026, 3, 9))
    access = service.accesses.get()
    for why in (ERRAND, LOST):
        with changing(service.subject.applicant) as change:
            acts.end_access(change, access, DAY, why)
    assert ended() == [("errand", dt.date(2026, 3, 9))]


def test_a_cancelled_service_ends_its_accesses_and_the_last_leaves_a_shell(world):
    one = world.filed()
    applicant = one.subject.applicant
    two = world.filed(applicant)
    with changing(applicant) as change:
        acts.cancel_service(change, one, DAY)
    assert of_states() == ["live", "cancelled", "live"]
    assert ended() == [("cancelled", DAY), ("", None)]
    two.refresh_from_db()
    with changing(applicant) as change:
        acts.cancel_service(change, two, DAY)
    assert (of_states(), Service.objects.get(pk=two.pk).cancelled_on) == (
        ["shell", "cancelled", "cancelled"], DAY,
    )  # fmt: skip
    rows = RegisterRow.objects.count()
    with changing(applicant) as change:
        acts.cancel_service(change, Service.objects.get(pk=two.pk), DAY)
    assert RegisterRow.objects.count() == rows


def test_a_cancelled_subject_is_nobodys_any_more(world):
    one = world.filed()
    applicant = one.subject.applicant
    world.filed(applicant)
    with changing(applicant) as change:
        acts.cancel_subject(change, one.subject, DAY)
    assert of_states() == ["cancelled", "cancelled", "cancelled"]
    assert ended() == [("cancelled", DAY), ("cancelled", DAY)]
    assert subject_of(applicant.pk) is None
    with changing(applicant) as change:
        acts.settle_subject(change, SubjectFiling.objects.get())
    assert of_states() == ["cancelled", "cancelled", "cancelled"]


# What a change may change, and what it then changes: of subject, applicant, service.
CHANGES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"site_name": "玉兰书屋"}, {"Service": {"name"}}),
    ({"service_leader": "李娜"}, {"Service": {"service_leader"}}),
    ({"service_leader_phone": "13900139000"}, {"Service": {"service_leader_phone"}}),
    ({"subject_leader_phone": "13900139000"}, {"SubjectFiling": {"subject_leader_phone"}}),
    ({"subject_name": "海棠书店有限公司"}, {"Applicant": {"name"}}),
    ({"domain": "new.cn"}, {"ServiceDomain": {"id", "domain", "domain_unicode",
                                              "registrable_domain"}}),
    ({"server_region": "mainland", "forum": "false"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("new", "expected"), CHANGES)
def test_a_change_writes_what_it_changes_and_nothing_else(world, new, expected):
    service = world.filed(domain="old.cn")
    case = world.about(service, "change", **new)
    before = register()
    with changing(case.applicant) as change:
        acts.apply_change(change, case)
    after = register()
    found = {
        table: {name for old, row in zip(before[table], rows, strict=True) for name in row
                if row[name] != old[name]}
        for table, rows in after.items()
    }  # fmt: skip
    assert {table: names for table, names in found.items() if names} == expected


Act = Callable[[RegisterChange, FilingCase, Service], Any]
ACTS: dict[str, Act] = {
    "open an access": lambda change, case, service: acts.open_access(
        change, service, Provider.objects.create(name="New"), DAY
    ),
    "end an access": lambda change, case, service: acts.end_access(
        change, service.accesses.all()[0], DAY, ERRAND
    ),
    "cancel a service": lambda change, case, service: acts.cancel_service(change, service, DAY),
    "cancel a subject": lambda change, case, service: acts.cancel_subject(
        change, service.subject, DAY
    ),
    "change": lambda change, case, service: acts.apply_change(change, case),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_an_act_did_is_undone_to_the_letter(world, name):
    service = world.filed(domain="old.cn")
    world.filed(service.subject.applicant)
    new = {"domain": "new.cn", "site_name": "玉兰书屋", "subject_leader": "李娜",
           "subject_name": "海棠书店有限公司"}  # fmt: skip
    case = world.about(service, "change", **new)
    before = register()
    with changing(case.applicant) as change:
        ACTS[name](change, case, service)
    row = RegisterRow.objects.latest("pk")
    assert register() != before
    with changing(case.applicant) as change:
        undo([row], change)
    assert register() == before
    # Both stand in the history of the register, and the second says the first backwards.
    back = RegisterRow.objects.latest("pk")
    assert back.changes == {
        label: {name: [new, old] for name, (old, new) in fields.items()}
        for label, fields in row.changes.items()
    }


# Numbers


def test_the_numbers_of_an_applicant_and_what_they_are_listed_under(world):
    service = world.filed(number="京ICP备12345678号-1")
    applicant = service.subject.applicant
    world.filed(applicant, number="京ICP备12345678号-4A", kind="app")
    case = world.case(applicant=applicant, filing_type="add_service")
    assert listed_under(case) == ("京ICP备12345678号",)
    assert str(proposed_number(case)) == "京ICP备12345678号-5"
    fine = look_up_number(case, icp_number("京ICP备12345678号-5"))
    assert (fine.province_character, fine.character, fine.taken_by, fine.other_holder) == (
        "京", "京", "", "",
    )  # fmt: skip
    taken = look_up_number(case, icp_number("京ICP备12345678号-1"))
    assert (taken.taken_by, taken.other_holder) == (
        "京ICP备12345678号-1 玉兰书店 (Website, 玉兰书店有限公司)", "",
    )  # fmt: skip
    stranger = world.case()
    assert (listed_under(stranger), proposed_number(stranger)) == ((), None)
    others = look_up_number(stranger, icp_number("京ICP备12345678号-9"))
    assert (others.taken_by, others.other_holder, others.listed_under) == (
        "", "京ICP备12345678号 (subject filing, 玉兰书店有限公司)", (),
    )  # fmt: skip


def test_the_holder_of_a_licence_is_listed_under_it(world):
    service = world.filed()
    applicant = service.subject.applicant
    applicant.licence_number = "京B2-20090059"
    applicant.save()
    case = world.case(applicant=applicant, filing_type="add_service")
    assert listed_under(case) == ("京B2-20090059", service.number_of)
    assert str(proposed_number(case)) == "京B2-20090059-1"
    assert look_up_number(case, icp_number("京B2-20090059-1")).licence is True
