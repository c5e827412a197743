"""Errands and people at the register at once: it is as if they had come one after the other.

Each round several threads act in the same moment on one client: they take steps of his errands,
enter what was found, record losses, take steps back. A model of the register, written by hand,
tells what may come of those that were not refused; the register must say one of it.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations, product
from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.forms.register import FoundAccessForm, FoundServiceForm
from icpcases.cases.models import (
    Applicant,
    FilingCase,
    Order,
    Provider,
    Service,
    SmsCheck,
    SubjectFiling,
)
from icpcases.integrity.registry import CHECKERS
from icpcases.rules.book import BOOK
from icpcases.rules.filing_types import MAKING
from icpcases.workflow.actions import register
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, Busy, Closed, Stale
from tests.harness.protections import remove_guard
from tests.harness.race import together
from tests.world import World, user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS, THREADS = 50, 3
DAY = dt.date(2021, 5, 6)
PHONE = "13800138000"


class Illegal(Exception):
    """What the domain does not let anybody do."""


@dataclass
class Model:
    """The register of one client by the words of the domain, section 2."""

    #: Per subject number whether it is cancelled.
    subjects: dict[str, bool] = field(default_factory=dict)
    #: Per service number: cancelled, and its leader's phone.
    services: dict[str, tuple[bool, str]] = field(default_factory=dict)
    #: Who hosts which service today.
    accesses: dict[tuple[str, str], bool] = field(default_factory=dict)
    #: What each errand's end has changed: per record its value before, None where there was none.
    before: dict[int, dict[tuple[str, Any], Any]] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The subject filing that stands; empty without one."""
        return next((number for number, gone in self.subjects.items() if not gone), "")

    def file(self, number: str, provider: str, phone: str = PHONE) -> None:
        base = number.rpartition("-")[0]
        if number in self.services or (self.subject or base) != base:
            raise Illegal
        self.subjects[base] = False
        self.services[number] = (False, phone)
        if provider:
            self.accesses[number, provider] = True

    def enter(self, number: str, provider: str) -> None:
        if not self.subject:
            raise Illegal
        self.file(number, provider)

    def host(self, number: str, provider: str) -> None:
        if self.services[number][0]:
            raise Illegal
        self.accesses[number, provider] = True

    def change(self, number: str, phone: str) -> None:
        if self.services[number][0]:
            raise Illegal
        self.services[number] = (False, phone)

    def end(self, number: str, provider: str) -> None:
        self.accesses[number, provider] = False

    def cancel(self, number: str) -> None:
        self.services[number] = (True, self.services[number][1])
        for name, provider in self.accesses:
            if name == number:
                self.accesses[name, provider] = False

    def cancel_subject(self) -> None:
        subject = self.subject
        for number in [n for n in self.services if n.rpartition("-")[0] == subject]:
            if not self.services[number][0]:
                self.cancel(number)
        if subject:
            self.subjects[subject] = True

    def by_errand(self, case: int, act: Callable[["Model"], None]) -> None:
        was = deepcopy(self.records())
        act(self)
        now = self.records()
        self.before[case] = {key: was.get(key) for key in now if now[key] != was.get(key)}

    def take_back(self, case: int) -> None:
        for (table, key), value in self.before.pop(case).items():
            rows = getattr(self, table)
            if value is None:
                del rows[key]
            else:
                rows[key] = value

    def records(self) -> dict[tuple[str, Any], Any]:
        tables = ("subjects", "services", "accesses")
        return {(name, key): row for name in tables for key, row in getattr(self, name).items()}

    def says(self) -> tuple[dict[str, str], dict[str, Any]]:
        """Subjects and services as the register shows them: states follow from accesses."""
        services = {}
        for number, (gone, phone) in self.services.items():
            hosts = sorted(p for (n, p), there in self.accesses.items() if n == number and there)
            state = "cancelled" if gone else "live" if hosts else "no_access"
            services[number] = (state, phone, hosts)
        subjects = {}
        for subject, gone in self.subjects.items():
            live = any(
                number.rpartition("-")[0] == subject and state == "live"
                for number, (state, _phone, _hosts) in services.items()
            )
            subjects[subject] = "cancelled" if gone else "live" if live else "shell"
        return subjects, services


def register_says(applicant: Applicant) -> tuple[dict[str, str], dict[str, Any]]:
    services = Service.objects.filter(subject__applicant=applicant)
    return (
        dict(SubjectFiling.objects.filter(applicant=applicant).values_list("number", "state")),
        {
            service.number: (service.state, service.service_leader_phone, sorted(
                service.accesses.filter(until__isnull=True).values_list("provider__name", flat=True)
            ))
            for service in services
        },
    )  # fmt: skip


@dataclass
class Move:
    """What one thread does, and what the model makes of it."""

    name: str
    click: Callable[[], Any]
    in_model: Callable[[Model], None] | None = None


FORWARD = {
    "draft": "submit_request", "triage": "prepare_filing", "preparing": "submit_to_provider",
    "returned": "submit_to_provider", "provider_review": "provider_passes",
    "provider_passed": "sent_to_administration", "sms_verification": "confirm_sms",
}  # fmt: skip
ASIDE = ("pull_back", "return_for_correction", "withdraw", "sms_expired", "step_back")
#: A refusal by any of these says what is in the way; so do errors at a field.
NAMED = set(BOOK) | {"register", "state"}


class Walk:
    """One client, his errands, and the people who work on them."""

    def __init__(self, world: World, people: list[Any], seed: int) -> None:
        self.world, self.people, self.random = world, people, random.Random(seed)
        self.clouds = [world.provider(name) for name in ("Ask", "Embla", "Frigg")]
        self.applicant = world.applicant()
        # Where two orders come to the same, nobody knows yet which of them it was.
        self.models = [Model()]
        self.errands: list[int] = []
        self.made = 0
        self.outcomes: set[str] = set()

    @property
    def model(self) -> Model:
        return self.models[0]

    @property
    def tells(self) -> bool:
        """Whether enough has happened to say something."""
        ends = {outcome for outcome in self.outcomes if outcome.endswith("taken")}
        filed = "approve of first taken" in ends and len(self.model.services) > 3
        return filed and len(ends) > 12

    # The moves

    def moves(self) -> list[Move]:
        self.open_errands()
        offers = [self.step(pk) for pk in self.errands]
        offers += self.by_hand()
        return self.random.sample(offers, min(THREADS, len(offers)))

    def open_errands(self) -> None:
        """Three errands under way; one that is done may be taken back for a while."""
        done = ("filed", "completed", "withdrawn", "refused")
        cases = FilingCase.objects.in_bulk(self.errands)
        self.errands = [
            pk for pk in self.errands if cases[pk].state not in done or self.random.random() < 0.6
        ]
        while len(self.errands) < THREADS:
            self.errands.append(self.open_one().pk)

    def open_one(self) -> FilingCase:
        subject = self.model.subject
        if not subject:
            return self.world.case(applicant=self.applicant)
        services = self.services("live")
        ends = ["cancel_service", "cancel_access"]
        kinds = ["add_service", "add_service", "add_access", "change", *ends]
        if self.random.random() < 0.06:
            kinds = ["cancel_subject"]
        if not services:
            kinds = ["add_service"]
        kind = self.random.choice(kinds)
        if kind == "add_service":
            return self.world.case(applicant=self.applicant, filing_type=kind)
        if kind == "cancel_subject":
            return self.world.case(applicant=self.applicant, filing_type=kind, domain="")
        facts = {"service_leader_phone": self.new_phone()} if kind == "change" else {}
        return self.world.about(self.random.choice(services), kind, **facts)

    def services(self, *states: str) -> list[Service]:
        rows = Service.objects.filter(subject__applicant=self.applicant, state__in=states)
        return list(rows.select_related("subject__applicant").order_by("pk"))

    def new_phone(self) -> str:
        self.made += 1
        return f"139{self.made:08d}"

    def new_number(self) -> str:
        self.made += 1
        subject = self.model.subject or f"京ICP备{20300000 + self.made}号"
        # Two now and then want the same.
        return f"{subject}-{1000 + self.made // 2}"

    def step(self, pk: int) -> Move:
        case = FilingCase.objects.select_related("service", "applicant").get(pk=pk)
        name = FORWARD.get(case.state) or ("approve" if case.is_of in MAKING else "complete")
        if case.state in ("filed", "completed", "withdrawn", "refused"):
            name = "step_back"
        elif self.random.random() < 0.15:
            name = self.random.choice(ASIDE)
        if name == "submit_to_provider":
            case = self.world.supply(case)
        return self.of(case, name)

    def of(self, case: FilingCase, name: str) -> Move:
        by = self.world.chen if name == "step_back" else self.random.choice(self.people)
        entry = {**self.world.entry(case, name), **self.entry(case, name)}
        click = partial(perform, case, name, by, entry, case.version)
        return Move(f"{name} of {case.filing_type}", click, self.meaning(case, name, entry))

    def entry(self, case: FilingCase, name: str) -> dict[str, Any]:
        if name == "submit_to_provider":
            return self.order()
        if name == "confirm_sms":
            waiting = SmsCheck.objects.filter(case=case, closed=False, confirmed_at=None)
            return {"person": waiting[0].person} if waiting else {}
        if name == "approve":
            return {"icp_number": self.new_number()}
        return {}

    def order(self) -> dict[str, Any]:
        """The order that runs, or a new one."""
        there = Order.objects.filter(applicant=self.applicant, ended_on=None).first()
        if there is not None and self.random.random() < 0.8:
            return {"provider": there.provider_id, "order_number": there.number}
        self.made += 1
        cloud = self.random.choice(self.clouds)
        return {"provider": cloud.pk, "order_number": f"W-{self.made // 2}"}

    def meaning(
        self, case: FilingCase, name: str, entry: dict[str, Any]
    ) -> Callable[[Model], None] | None:
        number = case.service.number if case.service else ""
        membership = case.memberships.filter(left_on=None).select_related("order__provider").first()
        provider = membership.order.provider.name if membership else ""
        access = case.provider_access
        if name == "step_back":
            done = case.state in ("filed", "completed")
            return (lambda model: model.take_back(case.pk)) if done else None
        acts: dict[str, Callable[[Model], None]] = {
            "first": lambda m: m.file(entry["icp_number"], provider),
            "add_service": lambda m: m.file(entry["icp_number"], provider),
            "add_access": lambda m: m.host(number, provider),
            "change": lambda m: m.change(number, case.service_leader_phone),
            "cancel_service": lambda m: m.cancel(number),
            "cancel_subject": lambda m: m.cancel_subject(),
            "cancel_access": lambda m: m.end(number, access.provider.name if access else ""),
        }
        if name not in ("approve", "complete"):
            return None
        return lambda model: model.by_errand(case.pk, acts[case.filing_type])

    def by_hand(self) -> Iterator[Move]:
        """Entering what was found, and recording a loss: each now and then."""
        if self.model.subject and self.random.random() < 0.5:
            yield self.entering_service()
        standing = self.services("live", "no_access")
        if standing and self.random.random() < 0.5:
            yield self.entering_access(self.random.choice(standing))
        if standing and self.random.random() < 0.5:
            yield self.losing(self.random.choice(standing), self.random.random() < 0.7)

    def entering_service(self) -> Move:
        number, cloud = self.new_number(), self.random.choice([None, *self.clouds])
        self.made += 1
        form = FoundServiceForm({
            "service_kind": "website", "name": "玉兰书店", "number": number,
            "domains": f"found-{self.made // 2}.cn", "filed_on": DAY, "looked_up_on": DAY,
            "service_leader_phone": PHONE, "provider": cloud.pk if cloud else "",
        })  # fmt: skip
        assert form.is_valid(), form.errors
        by, data = self.random.choice(self.people), form.cleaned_data
        click = partial(register.enter_service, by, self.applicant, data)
        return Move("a service entered", click, lambda m: m.enter(number, name_of(cloud)))

    def entering_access(self, service: Service) -> Move:
        cloud = self.random.choice(self.clouds)
        form = FoundAccessForm({"provider": cloud.pk, "looked_up_on": DAY})
        assert form.is_valid(), form.errors
        by = self.random.choice(self.people)
        click = partial(register.enter_access, by, service, form.cleaned_data)
        return Move("an access entered", click, lambda m: m.host(service.number, cloud.name))

    def losing(self, service: Service, one_access: bool) -> Move:
        access = service.accesses.filter(until__isnull=True).first() if one_access else None
        lost = access.provider.name if access else ""
        click = partial(
            register.record_loss, self.world.chen, service, access, timezone.localdate(),
            "Taken away.", register.newest_row(self.applicant.pk),
        )  # fmt: skip
        if access:
            return Move("an access lost", click, lambda m: m.end(service.number, lost))
        return Move("a service lost", click, lambda m: m.cancel(service.number))

    # What came of them

    def play(self, moves: list[Move]) -> None:
        """All at once; those not refused must have come one after the other."""
        results = together(*(move.click for move in moves))
        taken = []
        for move, result in zip(moves, results, strict=True):
            if isinstance(result, BaseException):
                self.outcomes.add(named(move, result))
            else:
                self.outcomes.add(f"{move.name} taken")
                taken.append(move)
        real, before = register_says(self.applicant), self.model.says()
        acts = [move.in_model for move in taken if move.in_model]
        self.models = [after for after in self.may_be(acts) if after.says() == real]
        assert self.models, (
            f"after {[move.name for move in taken]} the register says {real}, and said {before}"
        )

    def may_be(self, acts: list[Callable[[Model], None]]) -> list[Model]:
        """The register as it may be after these, each of them once."""
        found: list[Model] = []
        for before, order in product(self.models, permutations(acts)):
            after = deepcopy(before)
            try:
                for act in order:
                    act(after)
            except Illegal:
                continue
            if after not in found:
                found.append(after)
        return found


def name_of(provider: Provider | None) -> str:
    return provider.name if provider else ""


def named(move: Move, error: BaseException) -> str:
    """A refusal that people can read: a rule by its name, a field, or what happened meanwhile."""
    if isinstance(error, Closed):
        assert error.codes, move.name
        assert set(error.codes) <= NAMED, (move.name, error.codes)
        return f"closed by {', '.join(error.codes)}"
    if isinstance(error, BadEntry):
        assert error.form.errors, move.name
        return f"wrong at {', '.join(sorted(error.form.errors))}"
    assert isinstance(error, Stale | Busy), (move.name, repr(error))
    return type(error).__name__


def nothing_found() -> None:
    """The integrity checkers have nothing to say, but of papers, which are simply there."""
    checkers = {name: check for name, check in CHECKERS.items() if name != "row_without_file"}
    said = {name: [str(found) for found in check()] for name, check in checkers.items()}
    assert {name: lines for name, lines in said.items() if lines} == {}


@pytest.fixture
def people(world: World) -> list[Any]:
    """Two officers."""
    return [world.li, user("bo", "officer", is_staff=True)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_register_is_as_if_they_had_come_one_after_the_other(world: World, people, seed):
    walk = Walk(world, people, seed)
    for done in range(4 * ROUNDS):
        # Who is first is chance, and so is how much has happened by then.
        if done >= ROUNDS and walk.tells:
            break
        walk.play(walk.moves())
    nothing_found()
    assert walk.tells, walk.outcomes


def lose_and_host(world: World, people: list[Any]) -> None:
    """A service is lost while the administration has a further access of it."""
    walk = Walk(world, people, 1)
    walk.applicant = (service := world.filed(provider="Ask")).subject.applicant
    walk.model.file(service.number, "Ask")
    case = world.walk(
        world.about(service, "add_access"),
        "submit_request", "prepare_filing", "supply", "submit_to_provider",
        "provider_passes", "sent_to_administration", "confirm_sms",
    )  # fmt: skip
    walk.play([walk.losing(service, one_access=False)])
    walk.play([walk.of(FilingCase.objects.get(pk=case.pk), "complete")])


def test_a_lost_service_gets_no_further_access(world: World, people):
    lose_and_host(world, people)


def test_control_without_the_rule_the_walk_finds_the_cancelled_service_hosted(
    world: World, people, monkeypatch
):
    remove_guard(monkeypatch, "complete", "number.valid")
    with pytest.raises(AssertionError, match="complete of add_access"):
        lose_and_host(world, people)
