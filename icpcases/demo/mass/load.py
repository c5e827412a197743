"""Loading very many cases: some lives through the door, then case after case like them."""

import datetime as dt
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Count, Model
from django.db.models.functions import Substr

from icpcases.cases.models import Applicant, FilingCase, HistoryRow, Province, ReferenceCounter
from icpcases.demo.data import Firm, Site
from icpcases.demo.load import LoadSummary, NotLoaded, live
from icpcases.demo.office import Office
from icpcases.demo.story import Story
from icpcases.reports.cache import look_after_weeks
from icpcases.search import index
from icpcases.types import SqlValue

from .ahead import Stopped, ahead
from .identities import Identities, InventedApplicant
from .stamp import Staff, Stamp, applicant_row
from .stories import FINISHED, GOING_ON, LIVES, Life
from .templates import TABLES, Template
from .write import Rows, bare, finish, prepare, write_rows

OFFICERS, SUPERVISORS = 40, 3
#: How far back the cases reach; the office has grown since then.
WEEKS = 150
CHUNK = 2000
SHORT, LONG = 5, 5000
_TWICE = 2  # each life once with an owner who acts, once with an officer in the owner's place
_NOTES = (
    "致电申请人,无人接听。",
    "Rang again; asked to call back.",
    "已邮件提醒。",
    "来电询问进度,已答复。",
)
_LOADED: tuple[type[Model], ...] = (User, Applicant, *TABLES)

_ANYBODY = {f.attname: getattr(User(password="!"), f.attname) for f in User._meta.concrete_fields}

_Item = TypeVar("_Item")
LEAST = len(LIVES) * _TWICE + 20


def load_many(seed: int, password: str, cases: int) -> LoadSummary:
    """Fill an empty database with so many cases. Raises NotLoaded."""
    prepare()
    loader = _Loader(seed, password)
    loader.live()
    try:
        made = _ahead(loader.chunks(cases - len(loader.templates)))
        with bare(_LOADED):
            for rows in made:
                write_rows(rows)
        index.rebuild(made=_ahead(index.index_batches()))
    except Stopped as stopped:
        raise NotLoaded("the making of many cases, for the reason above") from stopped
    finish(_LOADED)
    _count_references()
    look_after_weeks()
    states = FilingCase.objects.order_by().values_list("state", flat=True).distinct()
    return LoadSummary(FilingCase.objects.count(), len(states))


def _ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items, made by a process that shares no connection with this one."""
    connection.close()
    made = ahead(items)
    prepare()
    return made


class _Loader:
    def __init__(self, seed: int, password: str) -> None:
        self.rng = random.Random(f"mass {seed}")
        places = dict(Province.objects.values_list("code", "name_zh"))
        self.identities = Identities(self.rng, places)
        self.stories = list(_stories())
        firms, sites = self._people_of_the_stories()
        self.office = Office(seed, password, firms, sites)
        self.officers = _staff(self.office, "officer", OFFICERS, self.identities, password)
        self.supervisors = _staff(self.office, "supervisor", SUPERVISORS, self.identities, password)
        self.templates: list[Template] = []
        # Applicants with many cases: those that came once and stayed.
        self.regulars: list[InventedApplicant] = []

    def _people_of_the_stories(self) -> tuple[dict[str, Firm], dict[str, Site]]:
        firms, sites = {}, {}
        for life, story in self.stories:
            key = story.site
            party = self.identities.party(0, life.kind, life.province)
            firms[key] = Firm(party.name, life.kind, life.province, party.leader)
            domain, address = ("", "192.0.2.7") if life.ip_only else (f"{key}.example", "")
            sites[key] = Site(key, party.name[:20], domain, address)
        return firms, sites

    def live(self) -> None:
        """Live one case of each kind through the door, and read it back."""
        walks = live(self.office, [story for _life, story in self.stories])
        lives = [life for life, _story in self.stories]
        self.templates = [Template(*pair) for pair in zip(lives, walks, strict=True)]
        self.again = {t: t.without_confirmation() for t in self.templates if t.confirms}
        self.finished = self._drawn(FINISHED)
        self.going_on = self._drawn(GOING_ON)
        self.stamper = Stamp(self.identities, Province.objects.in_bulk())
        self.next_applicant = (Applicant.objects.order_by("-pk").first() or Applicant(pk=0)).pk + 1
        self.next_user = User.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
        counters = ReferenceCounter.objects.values_list("year", "last")
        self.stamper.years = dict(counters)

    def _drawn(self, lives: tuple[Life, ...]) -> tuple[list[Template], list[float]]:
        templates = [t for t in self.templates if t.life in lives]
        return templates, list(accumulate(t.life.share for t in templates))

    def chunks(self, count: int) -> Iterator[Rows]:
        """The rows of so many cases, the oldest first."""
        chunk = _empty()
        for number in range(count):
            template, weeks = self._drawn_for(number, count)
            rows, moments = self._case(chunk, template, weeks)
            if number == count // 4:
                more = LONG - len(rows[HistoryRow])
                self.stamper.note_rows(rows, moments[-1], more, list(_NOTES))
            for model, lines in rows.items():
                chunk[model].extend(lines)
            if number % CHUNK == CHUNK - 1:
                yield chunk
                chunk = _empty()
        yield chunk

    def _drawn_for(self, number: int, count: int) -> tuple[Template, int]:
        """A life for the case of this number, and how many weeks ago its newest row is."""
        weeks = int(WEEKS * (1 - math.sqrt(number / count)))
        if number == count // 4:
            # As others that ended after a few rows: only the length of its history is another.
            ended = (t for t in self.finished[0] if t.case.state == "withdrawn")
            return next(t for t in ended if t.case.version == SHORT), weeks
        chance = 0.85 if weeks < 2 else 0.12 if weeks < 6 else 0
        templates, sums = self.going_on if self.rng.random() < chance else self.finished
        return self.rng.choices(templates, cum_weights=sums)[0], weeks

    def _case(self, chunk: Rows, template: Template, weeks: int) -> tuple[Rows, list[dt.datetime]]:
        li, zhao = self.rng.sample(self.officers, 2)
        staff = Staff(li, zhao, self.rng.choice(self.supervisors))
        party = self._regular(template, weeks)
        if party:
            template = self.again.get(template, template)
        else:
            party = self._newcomer(template)
        joins = template.owned and party.user is None
        if joins:
            party.user = self.next_user
            self.next_user += 1
        rows, moments = self.stamper.rows(template, weeks, party, staff)
        if joins:
            chunk[User].append(self._formed(_user_row(party, moments[0])))
        if party.pk == self.next_applicant:
            self.next_applicant += 1
            chunk[Applicant].append(self._formed(_applicant_row(template, party, moments, staff)))
            self._remember(template, party, weeks)
        return rows, moments

    def _formed(self, row: list[SqlValue]) -> list[SqlValue]:
        return [self.stamper.form(value) for value in row]

    def _newcomer(self, template: Template) -> InventedApplicant:
        life = template.life
        province = life.province if life.fixed else self.identities.province()
        return self.identities.party(self.next_applicant, life.kind, province)

    def _regular(self, template: Template, weeks: int) -> InventedApplicant | None:
        """An applicant who is here already and has nothing with a provider at that time."""
        life = template.life
        if life.kind != "enterprise" or life.fixed or not self.regulars:
            return None
        if self.rng.random() > 0.3:
            return None
        party = self.regulars[int(len(self.regulars) * self.rng.random() ** 2)]
        if template.confirms:
            if weeks + template.weeks > party.busy_since:
                return None
            party.busy_since = -1 if life.going_on else weeks
        return party

    def _remember(self, template: Template, party: InventedApplicant, weeks: int) -> None:
        life = template.life
        if life.kind == "enterprise" and template.confirms and not (life.going_on or life.fixed):
            party.busy_since = weeks
            if self.rng.random() < 0.1:
                self.regulars.append(party)


def _stories() -> Iterator[tuple[Life, Story]]:
    for number, life in enumerate(LIVES):
        for owner in ("", "wei"):
            site = f"m{number}{owner}"
            story = Story(site, life.acts, life.age, life.hours, owner=owner, facts=life.facts)
            yield replace(life), story


def _staff(
    office: Office, role: str, count: int, identities: Identities, password: str
) -> list[User]:
    """The cast of this role with as many others as it takes."""
    there = [u for u in office.users.values() if u.groups.filter(name=role).exists()]
    group, secret = Group.objects.get(name=role), make_password(password)
    for number in range(len(there) + 1, count + 1):
        name, username = identities.person(), f"{role}{number:02d}"
        made = User.objects.create(
            username=username, password=secret, last_name=name[0], first_name=name[1:],
            email=f"{username}@office.example", is_staff=True,
        )  # fmt: skip
        made.groups.add(group)
        there.append(made)
    return there


def _empty() -> Rows:
    return {model: [] for model in _LOADED}


def _user_row(party: InventedApplicant, joined: dt.datetime) -> list[SqlValue]:
    own = {
        "id": party.user, "username": f"a{party.user}", "email": party.own_email,
        "last_name": party.leader[0], "first_name": party.leader[1:], "date_joined": joined,
    }  # fmt: skip
    return [own.get(name, value) for name, value in _ANYBODY.items()]


def _applicant_row(
    template: Template, party: InventedApplicant, moments: list[dt.datetime], staff: Staff
) -> list[SqlValue]:
    confirmed = None
    if template.confirms:
        place = next(n for n, row in enumerate(template.history) if "confirmed" in row.entered)
        confirmed = moments[place]
    return applicant_row(party, confirmed, staff.li.pk, moments[0])


def _count_references() -> None:
    """Let the references count on: they have no gap."""
    years = FilingCase.objects.order_by().values_list(Substr("reference", 5, 4))
    for year, count in years.annotate(count=Count("pk")):
        ReferenceCounter.objects.update_or_create(year=int(year), defaults={"last": count})
