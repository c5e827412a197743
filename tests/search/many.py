"""Many cases at once, for what is about lists: rows as the program keeps them, without papers."""

import datetime as dt
import random

from django.utils import timezone

from icpcases.cases.models import Applicant, FilingCase
from icpcases.lifecycle.states import State
from icpcases.search import index

FREE = [s.value for s in State if s.phase in ("closed", "intake")]


def many_cases(number: int, seed: int = 1) -> list[FilingCase]:
    """Cases in states that ask nothing of the database, many of them alike in their times."""
    draw, now = random.Random(seed), timezone.now().replace(microsecond=0)
    applicant = Applicant.objects.create(name="海棠贸易")
    days = [now - dt.timedelta(days=n) for n in range(4)]
    cases = []
    for n in range(number):
        state = draw.choice(FREE)
        cases.append(
            FilingCase(
                reference=f"ICP-2020-{n:06d}",
                applicant=applicant,
                state=state,
                turn=State(state).turn().value,
                province_id=draw.choice(["CN-BJ", "CN-GD", None]),
                domain=f"many-{n}.cn",
                domain_unicode=f"many-{n}.cn",
                registrable_domain=f"many-{n}.cn",
                created_at=draw.choice(days),
                state_since=draw.choice(days),
                turn_since=days[0],
                due_at=draw.choice([None, *days]),
                answered=draw.random() < 0.1,
                version=1,
            )
        )
    made = FilingCase.objects.bulk_create(cases)
    index.rebuild()
    return made


def other_cases(number: int) -> None:
    """Cases that are done with, of no province, and have changed before all the others."""
    applicant, past = Applicant.objects.create(name="玉兰贸易"), timezone.now().replace(year=2019)
    FilingCase.objects.bulk_create(
        FilingCase(
            reference=f"ICP-2019-{n:06d}", applicant=applicant, state="withdrawn", turn="nobody",
            created_at=past, state_since=past, turn_since=past, version=1,
        )
        for n in range(number)
    )  # fmt: skip
