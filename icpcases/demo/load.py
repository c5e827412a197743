"""Loading the demo office: every story laid out in time, then all of them lived in one order."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import Error

from icpcases.cases.models import FilingCase
from icpcases.rules.facts import FilingType
from icpcases.workflow.exceptions import Refused

from . import done, errands, filing, inspections, intake, services, stages
from .data import CAST
from .entries import enter_found
from .forms import Unbelievable
from .found import FOUND, FoundSubject
from .office import Office
from .story import Act, Story
from .walk import Walk

STORIES: tuple[Story, ...] = (
    *intake.STORIES, *stages.STORIES, *filing.STORIES, *done.STORIES,
    *services.STORIES, *errands.STORIES, *inspections.STORIES,
)  # fmt: skip

#: What administrations said about forums, so many working days ago. Invented, like all else.
PROVINCE_ANSWERS = (
    (60, "CN-GD", "yes", "电话答复:受理论坛类网站申请(演示数据)"),
    (59, "CN-ZJ", "yes", "Letter of the administration (demo data)"),
    (58.5, "CN-SC", "yes", "电话答复(演示数据)"),
    (58, "CN-HB", "yes", "电话答复(演示数据)"),
    (57, "CN-SH", "yes", "Call to the hotline, confirmed by mail (demo data)"),
    (55, "CN-JS", "no", "Call to the hotline: not taken at present (demo data)"),
    (6.2, "CN-HB", "no", "来函:自即日起暂停受理(演示数据)"),
)
_FAILURES = (
    Refused, Unbelievable, ValidationError, Error, LookupError, ObjectDoesNotExist,
)  # fmt: skip
_SPREAD = 0.12
_LATENESS = 0.3


class NotLoaded(Exception):
    """Loading stopped half way: which case, which act, and why."""


@dataclass(frozen=True, order=True)
class DemoEvent:
    """Something that happens in the demo office, in the order it happened."""

    at: dt.datetime
    story: int
    number: int
    label: str
    do: Callable[[], object]


@dataclass(frozen=True)
class LoadSummary:
    """What was loaded."""

    cases: int
    states: int


def load_demo(seed: int, password: str) -> LoadSummary:
    """Fill an empty database. Raises NotLoaded; what was made until then stays."""
    live(Office(seed, password), STORIES, FOUND)
    states = FilingCase.objects.values_list("state", flat=True)
    return LoadSummary(len(states), len(set(states)))


def live(
    office: Office, stories: Iterable[Story], found: Iterable[FoundSubject] = ()
) -> list[Walk]:
    """Live these stories in one order of time, with what the administrations answered and what
    was found in the public register.

    Gives back the walks in the order of the stories. Raises NotLoaded.
    """
    walks = [Walk(office, story, office.rng(_name(story))) for story in stories]
    events = [event for n, walk in enumerate(walks) for event in _events(walk, n)]
    for event in sorted([*_answers(office), *_findings(office, found), *events]):
        try:
            event.do()
        except _FAILURES as error:
            reason = f"{type(error).__name__}: {error}"
            raise NotLoaded(f"{event.label}, {event.at:%Y-%m-%d %H:%M}: {reason}") from error
    return walks


def taken_names(usernames: set[str]) -> set[str]:
    """The names of the demo's users that somebody has already."""
    return usernames & {member.username for member in CAST}


def _answers(office: Office) -> list[DemoEvent]:
    found = []
    for number, (days, code, answer, source) in enumerate(PROVINCE_ANSWERS):
        at = office.time.ago(days)
        do = partial(office.province_answers, code, answer, at, source)
        found.append(DemoEvent(at, -1, number, f"{code} {answer}", do))
    return found


def _findings(office: Office, found: Iterable[FoundSubject]) -> list[DemoEvent]:
    return [
        DemoEvent(at, -1, number, subject.number, partial(enter_found, office, subject, at))
        for number, subject in enumerate(found, len(PROVINCE_ANSWERS))
        for at in [office.time.ago(subject.age)]
    ]


def _name(story: Story) -> str:
    """What chance is drawn by: the site, and with it the errand."""
    return story.site if story.of == FilingType.FIRST else f"{story.site} {story.of.value}"


def _events(walk: Walk, number: int) -> list[DemoEvent]:
    """The opening and the acts of a story, each at its moment, counted back from the newest."""
    site, story = walk.site, walk.story
    label = f"{site.domain or site.ip_address or site.name}, act %d (%s)"
    moments = _moments(walk.office, story, walk)
    opening = DemoEvent(
        moments[0], number, 0, label % (0, "open"), partial(_live, walk, moments[0])
    )
    return [opening] + [
        DemoEvent(at, number, n, label % (n, act.name), partial(_live, walk, at, act))
        for n, (at, act) in enumerate(zip(moments[1:], story.acts, strict=True), 1)
    ]


def _moments(office: Office, story: Story, walk: Walk) -> list[dt.datetime]:
    if story.hours is None:
        base = office.time.ago(story.age + walk.rng.random() * _LATENESS)
    else:
        base = office.time.hours_ago(story.hours)
    moments = [base]
    for act in reversed(story.acts):
        if act.weekday is not None:
            moments[0] = office.time.last(act.weekday, moments[0])
        after = act.after * (1 + walk.rng.random() * _SPREAD)
        moments.insert(0, office.time.ago(after, moments[0]))
    return moments


def _live(walk: Walk, at: dt.datetime, act: Act | None = None) -> None:
    walk.at = at
    if act is None:
        walk.open()
    else:
        act.do(walk)
