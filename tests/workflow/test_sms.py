"""The ministry's SMS check: who is asked, each answer for itself, and round after round."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from icpcases.cases.models import FilingCase, SmsCheck
from icpcases.lifecycle.steps import Step
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry
from icpcases.workflow.step_forms import step_form
from tests.domain import ASKED
from tests.register.dump import register

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

WEI, LI = ("王伟", "13800138000"), ("李娜", "13900139000")
PASSED = ("submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes")
SENT = (*PASSED, "sent_to_administration")
SUBJECT, SERVICE, BOTH = "subject_leader", "service_leader", "both"
Asked = list[tuple[str, str, str]]


def led_by(subject: tuple[str, str] | None, service: tuple[str, str] = WEI) -> dict[str, str]:
    """The leaders as they are typed; without a subject's, it is the service's."""
    fields = {"service_leader": service[0], "service_leader_phone": service[1]}
    if subject:
        fields |= {"subject_leader": subject[0], "subject_leader_phone": subject[1]}
    return fields


def asked(case: FilingCase, number: int = 1) -> Asked:
    """Whom a round asks: part, name and phone."""
    rows = SmsCheck.objects.filter(case=case, number=number).order_by("pk")
    return list(rows.values_list("person", "name", "phone"))


# Who is asked


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (None, [(BOTH, *WEI)]),
        (WEI, [(BOTH, *WEI)]),
        (LI, [(SUBJECT, *LI), (SERVICE, *WEI)]),
        # One name with two phones is not known to be one person, nor two names with one.
        ((WEI[0], LI[1]), [(SUBJECT, WEI[0], LI[1]), (SERVICE, *WEI)]),
        ((LI[0], WEI[1]), [(SUBJECT, LI[0], WEI[1]), (SERVICE, *WEI)]),
    ],
)
def test_a_first_filing_asks_both_leaders_and_one_person_once(world, subject, expected):
    case = world.walk(world.case(**led_by(subject)), *SENT)
    assert (case.state, asked(case)) == ("sms_verification", expected)


def test_a_further_service_asks_its_own_leader_only(world):
    applicant = world.filed().subject.applicant
    case = world.case(applicant=applicant, filing_type="add_service", **led_by(WEI, LI))
    case = world.walk(case, *SENT)
    assert (case.state, asked(case)) == ("sms_verification", [(SERVICE, *LI)])


@pytest.mark.parametrize("kind", ["add_access", "cancel_service"])
def test_an_errand_about_a_service_asks_the_leader_it_has(world, kind):
    leader = {"service_leader": LI[0], "service_leader_phone": LI[1]}
    case = world.walk(world.about(world.filed(**leader), kind, **leader), *SENT)
    assert (case.state, asked(case)) == ("sms_verification", [(SERVICE, *LI)])


def test_who_is_not_named_on_the_case_is_as_the_register_has_it(world):
    leader = {"service_leader": LI[0], "service_leader_phone": LI[1]}
    nobody = {"service_leader": "", "service_leader_phone": ""}
    case = world.walk(world.about(world.filed(**leader), "cancel_service", **nobody), *SENT)
    assert asked(case) == [(SERVICE, *LI)]
    applicant = world.filed().subject.applicant
    case = world.case(applicant=applicant, filing_type="cancel_subject", domain="", **nobody)
    assert asked(world.walk(case, *SENT)) == [(SUBJECT, *WEI)]


CHANGES: list[tuple[dict[str, Any], Asked]] = [
    ({"subject_leader_phone": LI[1]}, [(SUBJECT, WEI[0], LI[1])]),
    ({"subject_leader": LI[0], "subject_leader_phone": LI[1]}, [(SUBJECT, *LI)]),
    ({"subject_name": "海棠书店有限公司"}, [(SUBJECT, *WEI)]),
    ({"site_name": "玉兰书屋"}, [(SERVICE, *WEI)]),
    ({"domain": "new.cn"}, [(SERVICE, *WEI)]),
    ({"service_leader_phone": LI[1]}, [(SERVICE, WEI[0], LI[1])]),
    # Both change, and they are one person still.
    ({"site_name": "玉兰书屋", "subject_name": "海棠书店有限公司"}, [(BOTH, *WEI)]),
    (
        {"site_name": "玉兰书屋", "subject_leader": LI[0]},
        [(SUBJECT, LI[0], WEI[1]), (SERVICE, *WEI)],
    ),
]


@pytest.mark.parametrize(("new", "expected"), CHANGES)
def test_a_change_asks_whoever_s_data_change(world, new, expected):
    # What proves a change of the subject hangs on who files.
    proved = {"subject_name", "subject_leader"} & set(new)
    more = {"applicant_type": "enterprise"} if proved else {}
    case = world.walk(world.about(world.filed(), "change", **new, **more), *SENT)
    assert (case.state, asked(case)) == ("sms_verification", expected)


def test_where_nobody_is_asked_the_administration_has_it_at_once(world):
    case = world.walk(world.about(world.filed(), "cancel_access"), *SENT)
    assert (case.state, case.turn, asked(case)) == ("authority_review", "authority", [])
    assert ASKED["cancel_access"] == ()


# The moment, and each answer


def test_the_moment_it_was_sent_is_asked_for_and_the_window_runs_from_it(world, chen):
    when = dt.datetime(2026, 3, 6, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    case = world.case(happened=when - dt.timedelta(days=3))
    for step in PASSED:
        if step == "supply":
            case = world.supply(case)
        else:
            case = world.step(case, step, happened=when - dt.timedelta(days=2))
    with pytest.raises(BadEntry) as bad:
        perform(case, "sent_to_administration", chen, {}, case.version)
    assert list(bad.value.form.errors) == ["happened"]
    case = world.step(case, "sent_to_administration", happened=when)
    assert (case.state_since, case.due_at) == (when, when + dt.timedelta(hours=24))
    assert SmsCheck.objects.get().sent_at == when


@pytest.fixture
def two(world) -> FilingCase:
    """A case of which two leaders are asked."""
    return world.walk(world.case(**led_by(LI)), *SENT)


def answered(case: FilingCase) -> list[str]:
    """Who has answered, in whatever round."""
    rows = SmsCheck.objects.filter(case=case, confirmed_at__isnull=False).order_by("pk")
    return [f"{row.person} {row.number}" for row in rows]


@pytest.mark.parametrize(("first", "second"), [(SUBJECT, SERVICE), (SERVICE, SUBJECT)])
def test_the_state_stays_until_both_have_answered(world, wei, two, first, second):
    case = world.step(two, "confirm_sms", by=wei, person=first)
    assert (case.state, case.turn, answered(case)) == (
        "sms_verification", "applicant", [f"{first} 1"],
    )  # fmt: skip
    assert (case.state_since, case.due_at) == (two.state_since, two.due_at)
    case = world.step(case, "confirm_sms")
    assert (case.state, case.turn) == ("authority_review", "authority")
    assert sorted(answered(case)) == [f"{SERVICE} 1", f"{SUBJECT} 1"]
    entered = [row.entered for row in case.history.filter(step="confirm_sms").order_by("sequence")]
    assert entered == [{"person": first, "late": False}, {"person": second, "late": False}]


@pytest.mark.parametrize("person", ["", "both", "somebody"])
def test_of_two_it_is_said_who_has_answered(world, chen, two, person):
    with pytest.raises(BadEntry) as bad:
        perform(two, "confirm_sms", chen, {"person": person}, two.version)
    assert list(bad.value.form.errors) == ["person"]
    assert answered(two) == []


def test_the_form_offers_those_who_have_not_answered(world, two):
    form = step_form(two, CaseFile(two), Step.CONFIRM_SMS)
    assert list(form.fields["person"].widget.choices) == [
        (SUBJECT, "Subject leader: 李娜"), (SERVICE, "Service leader: 王伟"),
    ]  # fmt: skip
    case = world.step(two, "confirm_sms", person=SUBJECT)
    form = step_form(case, CaseFile(case), Step.CONFIRM_SMS)
    assert list(form.fields["person"].widget.choices) == [(SERVICE, "Service leader: 王伟")]
    assert form.fields["person"].required is False


@pytest.mark.parametrize("person", [SUBJECT, ""])
def test_an_answer_sent_twice_is_not_taken_for_the_other_persons(world, chen, two, person):
    case = world.step(two, "confirm_sms", person=SUBJECT)
    with pytest.raises(BadEntry) as bad:
        perform(case, "confirm_sms", chen, {"person": person}, case.version)
    assert list(bad.value.form.errors) == ["person"]
    assert list(bad.value.form.fields["person"].widget.choices) == [
        ("", "---------"), (SERVICE, "Service leader: 王伟"),
    ]  # fmt: skip
    assert answered(case) == [f"{SUBJECT} 1"]


# Rounds


def test_an_expired_round_counts_for_nothing_and_the_next_asks_everybody_anew(world, two):
    case = world.step(two, "confirm_sms", person=SUBJECT)
    case = world.step(case, "sms_expired")
    assert (case.state, case.turn) == ("provider_passed", "provider")
    assert CaseFile(case).unanswered == []
    case = world.step(case, "sent_to_administration")
    expected = [(SUBJECT, *LI), (SERVICE, *WEI)]
    assert (asked(case, 1), asked(case, 2), asked(case, 3)) == (expected, expected, [])
    case = world.step(case, "confirm_sms", person=SERVICE)
    assert (case.state, answered(case)) == ("sms_verification", [f"{SUBJECT} 1", f"{SERVICE} 2"])
    case = world.step(case, "confirm_sms")
    assert case.state == "authority_review"
    assert answered(case) == [f"{SUBJECT} 1", f"{SUBJECT} 2", f"{SERVICE} 2"]


def test_a_return_ends_the_round_too(world, two):
    case = world.step(two, "confirm_sms", person=SUBJECT)
    case = world.step(case, "return_for_correction")
    assert (case.state, CaseFile(case).unanswered) == ("returned", [])
    case.requests.update(status="waived", waiver="asked in error")
    case = world.walk(case, *SENT[3:])
    assert (asked(case, 2), answered(case)) == (
        [(SUBJECT, *LI), (SERVICE, *WEI)], [f"{SUBJECT} 1"],
    )  # fmt: skip


# Taken back


def kept(case: FilingCase) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return [*map(dict, SmsCheck.objects.filter(case=case).order_by("pk").values())], register()


def test_each_step_of_the_check_is_taken_back_to_what_was(world, two):
    """Sent, one answer, expired, sent again, two answers: back to the beginning, one by one."""
    case, before = world.step(two, "step_back", by=world.chen), []
    assert (case.state, asked(case)) == ("provider_passed", [])
    for step, data in (
        ("sent_to_administration", {}), ("confirm_sms", {"person": SUBJECT}), ("sms_expired", {}),
        ("sent_to_administration", {}), ("confirm_sms", {"person": SERVICE}), ("confirm_sms", {}),
        ("return_for_correction", {}),
    ):  # fmt: skip
        before.append((case.state, kept(case)))
        case = world.step(case, step, **data)
    for state, rows in reversed(before):
        case = world.step(case, "step_back", by=world.chen)
        assert (case.state, kept(case)) == (state, rows)


# What is told of it


def test_everybody_is_told_once_how_often_they_may_try(client, world, li, wei):
    case = world.at("sms_verification")
    office = f"/admin/cases/filingcase/{case.pk}/"
    pages = {
        li: (f"{office}change/", f"{office}step/confirm_sms/"), wei: (f"/cases/{case.reference}/",),
    }  # fmt: skip
    told = []
    for reader, addresses in pages.items():
        client.force_login(reader)
        told += [client.get(page).content.decode().count("five tries") for page in addresses]
    assert told == [1, 1, 1]
    world.step(case, "confirm_sms")
    client.force_login(wei)
    assert "five tries" not in client.get(f"/cases/{case.reference}/").content.decode()
