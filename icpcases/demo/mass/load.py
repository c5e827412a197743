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
from icpcases.demo.found import FoundSubject, ListedSite
from icpcases.demo.load import LoadSummary, NotLoaded, live
from icpcases.demo.numbers import CHARACTERS
from icpcases.demo.office import Office
from icpcases.demo.story import Story
from icpcases.reports.cache import look_after_weeks
from icpcases.rules.facts import FilingType
from icpcases.search import index
from icpcases.types import SqlValue

from .ahead import Stopped, ahead
from .identities import Identities, InventedApplicant
from .records import TABLES
from .regulars import Regulars
from .stamp import Staff, Stamp, Stamped, applicant_row
from .stories import FINISHED, GOING_ON, LIVES, Life
from .templates import Template
from .write import Rows, Update, bare, finish, prepare, write_rows

OFFICERS, SUPERVISORS = 40, 3
#: How far back the cases reach; the office has grown since then.
WEEKS = 150
#: On PostgreSQL each number and each domain written takes a lock until the chunk is there.
CHUNK = 1000
SHORT, LONG = 5, 5000
_NOTES = (
    "致电申请人,无人接听。",
    "Rang again; asked to call back.",
    "已邮件提醒。",
    "来电询问进度,已答复。",
)
_LOADED: tuple[type[Model], ...] = (User, Applicant, *TABLES)

_ANYBODY = {f.attname: getattr(User(password="!"), f.attname) for f in User._meta.concrete_fields}

_Item = TypeVar("_Item")


def load_many(seed: int, password: str, cases: int) -> LoadSummary:
    """Fill an empty database with so many cases. Raises NotLoaded."""
    prepare()
    loader = _Loader(seed, password)
    loader.live()
    try:
        made = _ahead(loader.chunks(cases - len(loader.templates)))
        with bare(_LOADED):
            for rows, updates in made:
                write_rows(rows, updates)
        index.rebuild(made=_ahead(index.index_batches()))
        index.rebuild_clients(made=_ahead(index.client_batches()))
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
        self.regulars = Regulars([provider.pk for provider in self.office.providers])

    def _people_of_the_stories(self) -> tuple[dict[str, Firm], dict[str, Site]]:
        firms, sites = {}, {}
        for life, story in self.stories:
            key = story.site
            party = self.identities.party(0, life.kind, life.province)
            firms[key] = Firm(party.name, life.kind, life.province, party.leader)
            sites[key] = _site(life, key)
        return firms, sites

    def live(self) -> None:
        """Live one case of each kind through the door, and read it back."""
        found = [_found(life, story, n) for n, (life, story) in enumerate(self.stories)]
        stories = [story for _life, story in self.stories]
        walks = live(self.office, stories, [subject for subject in found if subject])
        lives = [life for life, _story in self.stories]
        self.templates = [Template(*pair) for pair in zip(lives, walks, strict=True)]
        based = [t for t in self.templates if t.life.based]
        self.of_known = {t: t.of_somebody_known() for t in based}
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

    def chunks(self, count: int) -> Iterator[tuple[Rows, list[Update]]]:
        """The rows of so many cases, the oldest first, and what they change in older ones."""
        chunk, updates = _empty(), list[Update]()
        for number in range(count):
            template, weeks = self._drawn_for(number, count)
            made = self._case(chunk, template, weeks)
            if number == count // 4:
                more = LONG - len(made.rows[HistoryRow])
                self.stamper.note_rows(made.rows, made.moments[-1], more, list(_NOTES))
            for model, lines in made.rows.items():
                chunk[model].extend(lines)
            updates += made.updates
            if number % CHUNK == CHUNK - 1:
                yield chunk, updates
                chunk, updates = _empty(), []
        yield chunk, updates

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

    def _case(self, chunk: Rows, template: Template, weeks: int) -> Stamped:
        li, zhao = self.rng.sample(self.officers, 2)
        staff = Staff(li, zhao, self.rng.choice(self.supervisors))
        known = self.regulars.drawn(template, weeks, self.rng) if template.life.based else None
        party, site = known or (self._newcomer(template), None)
        if known:
            template = self.of_known[template]
        joins = template.owned and party.user is None
        if joins:
            party.user = self.next_user
            self.next_user += 1
        made = self.stamper.rows(template, weeks, party, staff, site)
        came = made.found_at or made.moments[0]
        if joins:
            chunk[User].append(self._formed(_user_row(party, made.moments[0])))
        if party.pk == self.next_applicant:
            self.next_applicant += 1
            confirmed = made.found_at or _confirmed(template, made.moments)
            row = applicant_row(party, confirmed, staff.li.pk, came)
            chunk[Applicant].append(self._formed(row))
        self.regulars.note(template, weeks, party, site, made, self.rng)
        return made

    def _formed(self, row: list[SqlValue]) -> list[SqlValue]:
        return [self.stamper.form(value) for value in row]

    def _newcomer(self, template: Template) -> InventedApplicant:
        life = template.life
        province = life.province if life.fixed else self.identities.province()
        return self.identities.party(self.next_applicant, life.kind, province)


def _stories() -> Iterator[tuple[Life, Story]]:
    for number, life in enumerate(LIVES):
        # Nobody inspects himself.
        owners = ("",) if life.of == FilingType.INSPECTION else ("", "wei")
        for owner in owners:
            story = Story(
                f"m{number}{owner}", life.acts, life.age, life.hours, owner=owner,
                facts=life.facts, of=life.of, ends=life.base, term=life.term,
            )  # fmt: skip
            yield replace(life), story


def _site(life: Life, key: str) -> Site:
    """The site of a lived case, by names that nothing else has."""
    if life.ip_only:
        return Site(key, f"网站{key}", ip_address="192.0.2.7")
    if life.service_kind == "website":
        return Site(key, f"网站{key}", f"{key}.example")
    name = f"应用{key}"
    features = {"android": {
        "app_name": name, "package": f"example.{key}", "public_key": "30:82:01:22:30:0D:06:09",
        "fingerprint": "9E:14:5C:07:DE:30:4E:B1",
    }}  # fmt: skip
    of_app = features if life.service_kind == "app" else {}
    return Site(key, name, kind=life.service_kind, features=of_app)


def _found(life: Life, story: Story, number: int) -> FoundSubject | None:
    """What was filed before an errand: its site, or of a further service another one."""
    if not life.based:
        return None
    key, day = story.site, dt.date(2021, 5, 20)
    subject = f"{CHARACTERS[life.province]}ICP备2021{990_000 + number}号"
    name, domain = f"网站{key}", f"{key}.example"
    if life.of == FilingType.ADD_SERVICE:
        name, domain = f"旧站{key}", f"{key}-old.example"
    listed = ListedSite(f"{subject}-1", name, (domain,), day, (life.base,))
    took = sum(act.after for act in life.acts) * 1.2 + life.age
    return FoundSubject(key, subject, day, (listed,), took + 4)


#: Each life comes once with an owner who acts, and once with an officer in the owner's place.
LEAST = len(list(_stories())) + 20


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


def _confirmed(template: Template, moments: list[dt.datetime]) -> dt.datetime | None:
    """When the applicant was confirmed, if it was."""
    if not template.confirms:
        return None
    place = next(n for n, row in enumerate(template.history) if "confirmed" in row.entered)
    return moments[place]


def _count_references() -> None:
    """Let the references count on: they have no gap."""
    years = FilingCase.objects.order_by().values_list(Substr("reference", 5, 4))
    for year, count in years.annotate(count=Count("pk")):
        ReferenceCounter.objects.update_or_create(year=int(year), defaults={"last": count})
