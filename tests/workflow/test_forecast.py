"""How long a state usually lasts: against a slow computation of its own, and by hand."""

import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    CalendarDay,
    Clock,
    FilingCase,
    HistoryRow,
    Province,
    Service,
    SubjectFiling,
)
from icpcases.deadlines import recalculation
from icpcases.lifecycle.states import State, Unit
from icpcases.workflow.forecast import (
    Basis,
    Range,
    days_in_states,
    expected_path,
    ranges_like,
    usual_and_long,
)
from tests.applicants.pages import path, text_of
from tests.world import ENTERPRISE, FOREIGN, FORUM

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUMBERS = itertools.count(20_000_000)
# Where each step leads; a return is followed by another submission.
WAY = (
    ("submit_request", "triage"), ("prepare_filing", "preparing"),
    ("submit_to_provider", "provider_review"), ("provider_passes", "provider_passed"),
    ("sent_to_administration", "sms_verification"), ("confirm_sms", "authority_review"),
    ("approve", "filed"), ("record_footer", "filed"), ("record_opening", "open"),
)  # fmt: skip
DETOURS = {
    "triage": [("send_back", "draft"), ("submit_request", "triage")],
    "provider_review": [
        ("return_for_correction", "returned"), ("submit_to_provider", "provider_review"),
    ],
}  # fmt: skip


@dataclass
class Past:
    """A generated history: its rows, and the states with their days once mistakes are undone."""

    chance: random.Random
    start: dt.datetime
    rows: list[dict[str, Any]] = field(default_factory=list)
    stands: list[tuple[str, dt.datetime]] = field(default_factory=list)
    made: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.start
        self.row(kind="edit", to_state="draft")

    def row(self, **values: Any) -> None:
        self.rows.append({"sequence": len(self.rows) + 1, "happened_at": self.now, **values})

    def wait(self) -> None:
        days = self.chance.choice((0, 0, 0, 1, 2, 3, 5, 8, 13, 40))
        self.now += dt.timedelta(days=days, minutes=self.chance.randrange(1440))

    def step(self, step: str, to: str) -> None:
        self.wait()
        state = self.stands[-1][0] if self.stands else "draft"
        self.row(kind="step", step=step, from_state=state, to_state=to)
        self.made.append(len(self.rows))
        self.stands.append((to, self.now))

    def back(self) -> None:
        """Take the newest step back."""
        self.wait()
        state = self.stands.pop()[0]
        before = self.stands[-1][0] if self.stands else "draft"
        undoes = self.made.pop()
        self.row(
            kind="step", step="step_back", from_state=state, to_state=before, undoes=undoes
        )  # fmt: skip

    def note(self) -> None:
        self.wait()
        self.row(kind="note", to_state=self.stands[-1][0])


class Hurried(Past):
    """Every step in the same minute, unless the clock is moved by hand."""

    def wait(self) -> None:
        pass


def generate(chance: random.Random, last: str = "open") -> Past:
    """A walk from the draft to its last state, with detours, mistakes and notes on the way."""
    start = dt.datetime(2025, 1, 6, 10, tzinfo=SHANGHAI) + dt.timedelta(
        days=chance.randrange(300), minutes=chance.randrange(1440)
    )
    past = Past(chance, start)
    for step, to in WAY:
        if step == "record_footer" and chance.random() < 0.7:
            continue
        past.step(step, to)
        if chance.random() < 0.12:
            past.note()
        while chance.random() < 0.3 and to in DETOURS:
            for detour in DETOURS[to]:
                past.step(*detour)
        if chance.random() < 0.15:
            redo = [(past.rows[n - 1]["step"], past.rows[n - 1]["to_state"])
                    for n in past.made[-chance.choice((1, 2)) :]]  # fmt: skip
            for _ in redo:
                past.back()
            for again in redo:
                past.step(*again)
        if to == last:
            break
    return past


def keep(pasts: list[Past], applicant: Applicant, **facts: Any) -> list[FilingCase]:
    """Write the histories straight into the tables."""
    now = timezone.now()
    cases, services = [], []
    for past in pasts:
        n = next(NUMBERS)
        domain = f"site-{n}.cn"
        state, since = past.stands[-1]
        service = service_of(applicant, n, past.start, now) if state in ("filed", "open") else None
        services.append(service)
        cases.append(
            FilingCase(
                reference=f"OLD-{n}",
                applicant=applicant,
                state=state,
                version=len(past.rows),
                server_region="mainland",
                access="domain",
                protocol="https",
                domain=domain,
                registrable_domain=domain,
                created_at=past.start,
                state_since=since,
                turn="nobody",
                turn_since=since,
                service=service,
                **{"applicant_type": "enterprise", "forum": False, "province_id": "CN-GD", **facts},
            )
        )
    Service.objects.bulk_create(service for service in services if service)
    for case, service in zip(cases, services, strict=True):
        case.service = service
    FilingCase.objects.bulk_create(cases)
    HistoryRow.objects.bulk_create(
        HistoryRow(case=case, recorded_at=now, turn="nobody", **row)
        for case, past in zip(cases, pasts, strict=True)
        for row in past.rows
    )
    return cases


def service_of(applicant: Applicant, n: int, filed: dt.datetime, opened: dt.datetime) -> Service:
    """What a finished case has filed, unsaved, under the applicant's one subject."""
    subject, _made = SubjectFiling.objects.get_or_create(
        applicant=applicant,
        defaults={"number": "粤ICP备20250001号", "filed_on": filed, "province_id": "CN-GD"},
    )
    return Service(
        subject=subject, number=f"{subject.number}-{n}", number_of=subject.number, filed_on=filed,
        opened_on=opened, filed_here=True,
    )  # fmt: skip


class Days:
    """Working days counted one by one from the table."""

    def __init__(self) -> None:
        self.kinds = dict(CalendarDay.objects.values_list("day", "kind"))

    def worked(self, day: dt.date) -> bool:
        kind = self.kinds.get(day)
        return kind == "workday" if kind else day.weekday() < 5

    def between(self, start: dt.date, end: dt.date) -> int:
        days = (start + dt.timedelta(days=n + 1) for n in range((end - start).days))
        return sum(map(self.worked, days))

    def after(self, start: dt.date, n: int) -> dt.date:
        while n:
            start += dt.timedelta(days=1)
            n -= self.worked(start)
        return start


def slow_ranges(pasts: list[Past]) -> dict[str, Range]:
    """Per state the days of each case, all its visits together; then the two marks."""
    days = Days()
    lasted: dict[str, list[int]] = defaultdict(list)
    for past in pasts:
        each: dict[str, int] = defaultdict(int)
        for (state, start), (_next, end) in zip(past.stands, past.stands[1:], strict=False):
            each[state] += days.between(
                start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
            )
        for state, count in each.items():
            lasted[state].append(count)
    return {
        state: Range(middle_of(counts), mark_of(counts), len(counts))
        for state, counts in lasted.items()
        if len(counts) >= 20 and state != "draft"
    }


def middle_of(counts: list[int]) -> int:
    """The least day by which half are over; between two middles the mean, rounded up."""
    row = sorted(counts)
    lower, upper = row[(len(row) - 1) // 2], row[len(row) // 2]
    return (lower + upper + 1) // 2


def mark_of(counts: list[int]) -> int:
    """The least number of days that four cases in five do not exceed."""
    return next(
        n for n in range(max(counts) + 1) if sum(c <= n for c in counts) * 5 >= 4 * len(counts)
    )


def like(**facts: Any) -> FilingCase:
    """A case, kept nowhere, whose ranges are asked for."""
    given = {"applicant_type": "enterprise", "forum": False, "province_id": "CN-GD", **facts}
    return FilingCase(**given)


GROUPS: dict[str, tuple[int, dict[str, Any]]] = {
    "this kind": (500, {}),
    "forums": (30, {"forum": True, "preapproval": True}),
    "organisations": (25, {"applicant_type": "organisation"}),
    "too few": (19, {"applicant_type": "individual"}),
}


@pytest.mark.slow
def test_the_ranges_agree_with_a_slow_computation_over_500_histories(world):
    chance = random.Random(20261123)
    applicant = world.applicant()
    # Older than the newest 500, and not finished: neither counts.
    keep([generate(chance) for _ in range(5)], applicant)
    groups = {}
    for name, (size, facts) in GROUPS.items():
        last = "filed" if name == "organisations" else "open"
        pasts = [generate(chance, last) for _ in range(size)]
        keep(pasts, applicant, **facts)
        groups[name] = (pasts, facts)
    keep([generate(chance, "authority_review") for _ in range(40)], applicant)
    for name, (pasts, facts) in groups.items():
        expected = {} if name == "too few" else slow_ranges(pasts)
        assert (name, ranges_like(like(**facts))) == (name, expected)
    assert ranges_like(like(province_id="CN-BJ")) == {}
    kinds = {row["step"] for pasts, _ in groups.values() for past in pasts
             for row in past.rows if "step" in row}  # fmt: skip
    assert {"step_back", "send_back", "return_for_correction"} <= kinds
    assert sorted(slow_ranges(groups["this kind"][0])) == [
        "authority_review", "filed", "preparing", "provider_passed", "provider_review",
        "returned", "sms_verification", "triage",
    ]  # fmt: skip
    # What so few have been in that it says nothing is told as published.
    assert "returned" not in slow_ranges(groups["organisations"][0])


@pytest.mark.parametrize(
    ("counts", "marks"),
    [
        ([3] * 20, (3, 3)),
        (range(1, 21), (11, 16)),
        (range(1, 22), (11, 17)),
        ([0] * 10 + [1] * 10, (1, 1)),
        ([0] * 16 + [9] * 4, (0, 0)),
        ([0] * 15 + [9] * 5, (0, 9)),
    ],
)
def test_the_two_marks_by_hand(counts, marks):
    assert usual_and_long(counts) == marks
    assert (middle_of(list(counts)), mark_of(list(counts))) == marks


def test_visits_are_added_up_by_hand(db):
    """2026-09-25 is a Friday, 10-01 to 10-07 are holidays, Saturday 10-10 is worked."""
    walk = [
        ("triage", dt.date(2026, 9, 25)), ("draft", dt.date(2026, 9, 28)),
        ("triage", dt.date(2026, 10, 9)), ("preparing", dt.date(2026, 10, 12)),
        ("provider_review", dt.date(2026, 10, 12)),
    ]  # fmt: skip
    assert days_in_states(walk) == {"triage": 1 + 2, "draft": 4, "preparing": 0}


def twenty(days: Iterator[int] | range) -> list[Past]:
    """Histories whose triage lasted so many working days, and every other state none."""
    table, pasts = Days(), list[Past]()
    for n in days:
        past = Hurried(random.Random(0), dt.datetime(2026, 5, 6, 10, tzinfo=SHANGHAI))
        past.step(*WAY[0])
        day = table.after(past.now.date(), n)
        past.now = dt.datetime.combine(day, dt.time(9), SHANGHAI)
        for step in WAY[1:]:
            past.step(*step)
        pasts.append(past)
    return pasts


@pytest.mark.parametrize(("size", "usual"), [(19, Range(1, 1)), (20, Range(11, 16, 20))])
def test_twenty_cases_are_enough_and_the_page_says_so(client, wei, world, size, usual):
    keep(twenty(range(1, size + 1)), world.applicant())
    case = world.at("triage", {**ENTERPRISE, "province": "CN-GD"})
    assert Basis.of(case).span(case, State.TRIAGE) == usual
    client.force_login(wei)
    shown = text_of(client.get(path(case)))
    # The office's first look and the six other states that finished cases have left.
    assert shown.count("from 20 finished cases like this one") == (7 if size == 20 else 0)
    assert ("as published" in shown) is (size < 20)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(case: FilingCase, today: str) -> list[tuple[str, str, str]]:
    """The stops not behind: the state, from when to when, and whether that is provisional."""
    found = []
    for e in expected_path(case, dt.date.fromisoformat(today)):
        if e.stop.place != "done":
            window = f"{e.earliest} {e.latest}" if e.earliest != e.latest else str(e.earliest)
            found.append((e.stop.state.value, window, "provisional" if e.provisional else ""))
    return found


def test_the_days_of_a_case_with_the_administration_by_hand(world):
    """Section 4 of the domain: 20 working days after 2026-09-25 is 2026-10-29."""
    case = world.case(happened=at("2026-09-21 09:00"))
    for step, when in (("submit_request", "09-21"), ("prepare_filing", "09-22")):
        case = world.step(case, step, happened=at(f"2026-{when} 10:00"))
    case = world.supply(case)
    for step, when in (
        ("submit_to_provider", "09-23"), ("provider_passes", "09-24"),
        ("sent_to_administration", "09-24"), ("confirm_sms", "09-25"),
    ):  # fmt: skip
        case = world.step(case, step, happened=at(f"2026-{when} 23:30"))
    ahead = [("filed", "2026-10-29", ""), ("open", "None", "")]
    assert told(case, "2026-09-28") == [("authority_review", "2026-10-29", ""), *ahead]
    # Late, no day is promised any more, and what follows is counted from today: a Sunday is Monday.
    ahead = [("filed", "2026-11-02", ""), ("open", "None", "")]
    assert told(case, "2026-11-02") == [("authority_review", "None", ""), *ahead]
    assert told(case, "2026-11-01") == [("authority_review", "None", ""), *ahead]
    Province.objects.filter(pk="CN-BJ").update(review_days=30)
    recalculation.ask_later()
    recalculation.recalculate()
    case = FilingCase.objects.get(pk=case.pk)
    assert told(case, "2026-09-28")[0] == ("authority_review", "2026-11-12", "")


def test_the_days_of_a_draft_by_hand(world):
    """Counted from today; the year 2027 has no notice yet, so its days are provisional."""
    case = world.case()
    assert told(case, "2026-12-21") == [
        ("draft", "None", ""),
        ("triage", "2026-12-21", ""),
        ("preparing", "2026-12-22", ""),
        ("provider_review", "2026-12-24", ""),
        ("provider_passed", "2026-12-28", ""),
        ("sms_verification", "2026-12-31", ""),
        ("authority_review", "2027-01-01", "provisional"),
        ("filed", "2027-01-29", "provisional"),
        ("open", "None", ""),
    ]


def test_the_days_from_history_by_hand(world):
    """11 to 16 working days after Monday 2026-11-02; every later state lasted no day at all."""
    keep(twenty(range(1, 21)), world.applicant())
    case = world.case(
        {**ENTERPRISE, "province": "CN-GD"}, happened=at("2026-11-01 09:00")
    )  # fmt: skip
    case = world.step(case, "submit_request", happened=at("2026-11-02 09:00"))
    window = "2026-11-17 2026-11-24"
    assert told(case, "2026-11-03") == [
        (state, window, "")
        for state in (
            "triage", "preparing", "provider_review", "provider_passed", "sms_verification",
            "authority_review", "filed", "open",
        )
    ]  # fmt: skip


WORKING, DAYS = Unit.WORKING_DAYS, Unit.DAYS


@pytest.mark.parametrize(
    ("facts", "state", "lasts"),
    [
        (ENTERPRISE, "triage", (1, WORKING)),
        (ENTERPRISE, "preparing", (2, WORKING)),
        (ENTERPRISE, "provider_review", (2, WORKING)),
        (ENTERPRISE, "provider_passed", (3, WORKING)),
        (ENTERPRISE, "sms_verification", (1, DAYS)),
        (ENTERPRISE, "authority_review", (20, WORKING)),
        ({**ENTERPRISE, "province": "CN-ZJ"}, "authority_review", (30, WORKING)),
        (FORUM, "preapproval_applied", (60, DAYS)),
        (FOREIGN, "certificate_applied", None),
        (ENTERPRISE, "draft", None),
        (ENTERPRISE, "filed", None),
        (ENTERPRISE, "open", None),
    ],
)
def test_the_published_durations_in_their_own_days(world, facts, state, lasts):
    expected = Range(lasts[0], lasts[0], unit=lasts[1]) if lasts else None
    case = world.case(facts)
    assert Basis.of(case).span(case, State(state)) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "left"),
    [
        # Saturday and Sunday nobody works: the 23rd is a Monday.
        (6, Unit.HOURS, "2026-03-23"), (24, Unit.HOURS, "2026-03-23"),
        (25, Unit.HOURS, "2026-03-23"), (2, DAYS, "2026-03-23"), (2, WORKING, "2026-03-24"),
    ],
)  # fmt: skip
def test_a_stop_ahead_is_left_by_its_own_clock(world, amount, unit, left):
    """The provider sends it on, on Friday 20 March 2026; the SMS is answered after so long."""
    Clock.objects.filter(state="sms_verification").update(amount=amount, unit=unit.value)
    case = world.case(happened=at("2026-03-13 08:00"))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at("2026-03-13 09:00"))
    case = world.step(world.supply(case), "submit_to_provider", happened=at("2026-03-13 10:00"))
    assert told(case, "2026-03-13")[:4] == [
        ("provider_review", "2026-03-17", ""), ("provider_passed", "2026-03-17", ""),
        ("sms_verification", "2026-03-20", ""), ("authority_review", left, ""),
    ]  # fmt: skip


def test_the_present_stop_is_left_when_it_is_due(world):
    """With a provider since Friday 6 March 2026 that takes four working days, not the usual two."""
    world.provider(review_days=4)
    case = world.case(happened=at("2026-03-06 08:00"))
    for step in ("submit_request", "prepare_filing"):
        case = world.step(case, step, happened=at("2026-03-06 09:00"))
    case = world.step(world.supply(case), "submit_to_provider", happened=at("2026-03-06 10:00"))
    assert timezone.localdate(case.due_at).isoformat() == "2026-03-12"
    assert told(case, "2026-03-06")[0] == ("provider_review", "2026-03-12", "")


def test_the_office_has_its_days_once_the_request_is_answered(world, wei):
    """Returned with a question, the office's two days do not run; they are still ahead."""
    case = world.at("returned")
    today = timezone.localdate()
    days = Days()
    stops = expected_path(case)
    now = next(e for e in stops if e.stop.place == "now")
    assert (now.stop.state.value, now.earliest, now.latest) == ("returned", None, None)
    ahead = [e.earliest for e in stops if e.stop.place == "ahead"]
    assert ahead[0] == days.after(today, 2)
