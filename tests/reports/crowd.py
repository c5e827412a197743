"""Many random cases with believable histories, written in bulk: for counting, not for walking."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from icpcases.cases.models import Applicant, FilingCase, HistoryRow, Service, SubjectFiling
from icpcases.lifecycle.states import WITH_NUMBER, State
from icpcases.lifecycle.steps import Step
from icpcases.rules.facts import FilingType
from tests.domain import leads_to

PROVINCES = {"CN-BJ": "京", "CN-SH": "沪", "CN-GD": "粤", "CN-ZJ": "浙", None: "京"}
ABOUT = ("domain", "domain_certificate", "service_leader_phone", "", "business_licence")
NOT_HOLDING = {"draft", "not_required", "referred", "ineligible", "refused", "withdrawn"}


@dataclass
class Life:
    """The history of one case, while it is made up, and then the case."""

    at: dt.datetime
    rows: list[HistoryRow] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)
    case: FilingCase = field(init=False)
    filing_type: FilingType = FilingType.FIRST

    def add(self, kind: str, to_state: str, **fields: Any) -> None:
        row = HistoryRow(
            sequence=len(self.rows) + 1, kind=kind, to_state=to_state, happened_at=self.at,
            turn=State(to_state).turn().value, recorded_at=self.at, **fields,
        )  # fmt: skip
        self.rows.append(row)

    @property
    def since(self) -> dt.datetime:
        """When the present state was entered."""
        moved = (r for r in self.rows if r.step != "step_back" and r.from_state != r.to_state)
        standing = [r for r in moved if r.sequence not in self.undone]
        return [r for r in standing if r.step or r.sequence == 1][-1].happened_at


def make_crowd(count: int, seed: int, days: int = 200) -> list[Life]:
    """`count` cases opened within so many days, with histories up to now, in the database."""
    rng = random.Random(seed)
    officers = [User.objects.get_or_create(username=f"officer{n}")[0] for n in range(4)]
    applicants = Applicant.objects.bulk_create(Applicant(name=f"甲{n}") for n in range(50))
    lives = [_live(rng, n, officers, applicants, days) for n in range(count)]
    FilingCase.objects.bulk_create([life.case for life in lives], batch_size=500)
    for life in lives:
        for row in life.rows:
            row.case = life.case
    rows = [row for life in lives for row in life.rows]
    HistoryRow.objects.bulk_create(rows, batch_size=500)
    if connection.vendor == "postgresql":
        # As is done with rows that stay: who takes a full table for an empty one plans for minutes.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE cases_filingcase, cases_historyrow")
    return lives


def _live(
    rng: random.Random, n: int, officers: list[User], applicants: list[Applicant], days: int
) -> Life:
    now = timezone.now().replace(microsecond=0)
    opened = now - dt.timedelta(seconds=rng.randrange(3600, days * 86400))
    life = Life(opened)
    life.add("edit", "draft", entered={"opened": n})
    life.filing_type = rng.choice((*[FilingType.FIRST] * 3, FilingType.ADD_ACCESS))
    state = State(_walk(rng, life, now))
    province = rng.choice([*PROVINCES][: 4 if state in WITH_NUMBER else 5])
    due = now + dt.timedelta(hours=rng.randrange(-500, 500))
    due_at = due if not state.closed and rng.random() < 0.7 else None
    turn = state.turn(request_open=rng.random() < 0.5)
    life.case = FilingCase(
        reference=f"CROWD-{n:06d}", applicant=applicants[n % 50], created_at=opened, state=state,
        officer=rng.choice([None, *officers]), applicant_type="enterprise", forum=False,
        server_region="mainland", access="domain", protocol="https", version=len(life.rows),
        province_id=province, state_since=life.since, turn_since=life.since, turn=turn.value,
        due_at=due_at, filing_type=life.filing_type.value, **_domain(n, state),
        service_kind="website" if n % 3 or state in WITH_NUMBER else "app",
    )  # fmt: skip
    if state in WITH_NUMBER:
        life.case.service = _service(n, state, life.case)
    return life


def _domain(n: int, state: State) -> dict[str, Any]:
    domain = f"crowd-{n}.cn" if state.value not in NOT_HOLDING else ""
    return {"domain": domain, "registrable_domain": domain, "domain_unicode": domain}


def _service(n: int, state: State, case: FilingCase) -> Service:
    """What a case has filed, under the one subject of its applicant."""
    today = timezone.localdate()
    province = case.province_id or "CN-BJ"
    number = f"{PROVINCES[province]}ICP备{10000000 + case.applicant_id}号"
    subject, _made = SubjectFiling.objects.get_or_create(
        applicant=case.applicant,
        defaults={"number": number, "filed_on": today, "province_id": province},
    )
    return Service.objects.create(
        subject=subject, number=f"{subject.number}-{n + 1}", number_of=subject.number,
        filed_on=today, opened_on=today if state == State.OPEN else None, filed_here=True,
    )  # fmt: skip


def _walk(rng: random.Random, life: Life, now: dt.datetime) -> str:
    """Steps at random until the present, some taken back, some beside the way; the last state."""
    state = "draft"
    for _step in range(rng.choice((0, 2, 5, 8, 12))):
        life.at += dt.timedelta(seconds=int(rng.expovariate(1 / 200_000)) + rng.randrange(60))
        if life.at >= now:
            break
        standing = [r for r in life.rows if r.step and r.sequence not in life.undone]
        standing = [r for r in standing if r.step != "step_back"]
        chance = rng.random()
        if chance < 0.1:
            life.add("note", state, note_internal="n")
        elif chance < 0.2 and standing:
            back = standing[-1]
            life.undone.add(back.sequence)
            life.add("step", back.from_state, step="step_back", from_state=state,
                     undoes=back.sequence)  # fmt: skip
            state = back.from_state
        else:
            state = _step_on(rng, life, state)
    return state


def _step_on(rng: random.Random, life: Life, state: str) -> str:
    leading = Step.leading_out_of(State(state), life.filing_type)
    steps = [s for s in leading if s != Step.STEP_BACK]
    if not steps:
        return state
    step = rng.choice(steps[:3] if rng.random() < 0.8 else steps)
    target = leads_to(step, state, life.filing_type)
    reasons = [
        {"about": a, "text": f'It "says" {a}.'} for a in rng.sample(ABOUT, rng.choice((1, 2)))
    ]
    returned = step == Step.RETURN_FOR_CORRECTION
    life.add("step", target, step=step.value, from_state=state, reasons=reasons if returned else [])
    return target
