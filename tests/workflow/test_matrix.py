"""The matrix: every state × step × person, allowed or refused with the exact rule codes."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import transaction

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.facts import FilingType
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.explain import explain, explain_step
from tests.domain import BACK, FILING_TYPES, STATES, STAYS, TABLE, leads_out, leads_to, may
from tests.harness.watch import statements
from tests.world import BEFORE, ENTERPRISE, FOREIGN, FORUM, upload, user

pytestmark = pytest.mark.django_db

# Who a person is to the case. Mei owns another case, Root is a superuser without a role.
PEOPLE = {"wei": "A", "li": "O", "chen": "S", "sun": "auditor"} | dict.fromkeys(
    ("mei", "stranger", "root"), ""
)
HONG_KONG = {**ENTERPRISE, "server_region": "hong_kong"}
BY_ADDRESS = {**ENTERPRISE, "access": "ip_address"}
OWN_FORUM = {**FORUM, "applicant_type": "individual"}
FOREIGN_FORUM = {**FOREIGN, "forum": "true", "preapproval": "false"}
DECLINE = {"decline": "verdict.not_permitted"}
RESTORE = {"step_back": "state.restorable"}

# What a case in a state is about, where it is no first filing.
TYPE_IN = {"completed": "add_access"}
# A case (state, facts; None for the natural ones) and what the rules close there: step → codes.
# A step that leads out of the state and is not named here is open.
CASES: dict[str, tuple[str, dict[str, str] | None, dict[str, str]]] = {
    "draft": ("draft", None, RESTORE),
    "triage": ("triage", None, DECLINE | {
        "close_not_required": "server.mainland",
        "refer": "site.domain",
        "begin_certificate": "foreign.papers",
        "begin_preapproval": "site.forum forum.preapproval",
    }),
    "triage, forum": ("triage", FORUM, DECLINE | {
        "close_not_required": "server.mainland",
        "refer": "site.domain",
        "begin_certificate": "foreign.papers",
        "prepare_filing": "forum.preapproval",
    }),
    "triage, foreign": ("triage", FOREIGN, DECLINE | {
        "close_not_required": "server.mainland",
        "refer": "site.domain",
        "begin_preapproval": "site.forum foreign.papers forum.preapproval",
        "prepare_filing": "foreign.papers",
    }),
    "triage, foreign forum": ("triage", FOREIGN_FORUM, DECLINE | {
        "close_not_required": "server.mainland",
        "refer": "site.domain",
        "begin_preapproval": "foreign.papers",
        "prepare_filing": "forum.preapproval foreign.papers",
    }),
    "triage, Hong Kong": ("triage", HONG_KONG, DECLINE | {
        "refer": "server.mainland site.domain",
        "begin_certificate": "server.mainland foreign.papers",
        "begin_preapproval": "server.mainland site.forum forum.preapproval",
        "prepare_filing": "server.mainland",
    }),
    "triage, IP address": ("triage", BY_ADDRESS, DECLINE | {
        "close_not_required": "server.mainland",
        "begin_certificate": "site.domain foreign.papers",
        "begin_preapproval": "site.domain site.forum forum.preapproval",
        "prepare_filing": "site.domain",
    }),
    "triage, individual's forum": ("triage", OWN_FORUM, {
        "close_not_required": "server.mainland",
        "refer": "site.domain",
        "begin_certificate": "forum.not_individual verdict.not_permitted foreign.papers",
        "begin_preapproval": "forum.not_individual",
        "prepare_filing": "forum.not_individual forum.preapproval",
    }),
    "certificate_needed": ("certificate_needed", None, DECLINE),
    "certificate_applied": ("certificate_applied", None, DECLINE),
    "certificate_granted": ("certificate_granted", None, DECLINE | {
        "begin_preapproval": "site.forum forum.preapproval",
    }),
    "certificate_granted, forum": ("certificate_granted", FOREIGN_FORUM, DECLINE | {
        "prepare_filing": "forum.preapproval",
    }),
    "preapproval_needed": ("preapproval_needed", None, DECLINE),
    "preapproval_applied": ("preapproval_applied", None, DECLINE),
    "preapproval_granted": ("preapproval_granted", None, DECLINE),
    "preparing": ("preparing", None, {}),
    "provider_review": ("provider_review", None, {}),
    "provider_passed": ("provider_passed", None, {}),
    "sms_verification": ("sms_verification", None, {}),
    "authority_review": ("authority_review", None, {}),
    "returned": ("returned", None, {"expire_order": "order.expired"}),
    "filed": ("filed", None, {}),
    "open": ("open", None, {}),
    "completed": ("completed", None, {}),
    "not_required": ("not_required", None, {}),
    "referred": ("referred", None, {}),
    "ineligible": ("ineligible", None, {}),
    "refused": ("refused", None, {}),
    "withdrawn": ("withdrawn", None, {}),
}  # fmt: skip


@pytest.fixture
def people(wei, mei, li, chen, sun, stranger, world) -> dict[str, Any]:
    world.case(owner=mei)
    root = user("root", is_staff=True, is_superuser=True)
    return {"wei": wei, "mei": mei, "li": li, "chen": chen, "sun": sun, "stranger": stranger,
            "root": root}  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is changed within is taken back. No atomic block: the door's must be outermost."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def build(world, label: str) -> FilingCase:
    """The case of a label, with its papers supplied and its requests settled."""
    state, facts, _closed = CASES[label]
    case = world.at(state, facts)
    if state in ("preparing", "returned"):
        case = world.supply(case)
        case.requests.update(status="waived", waiver="asked in error")
    return FilingCase.objects.get(pk=case.pk)


def permitted(case: FilingCase, person: str, step: str) -> bool:
    """Whether the table lets somebody take a step; an officer a step back from his own newest."""
    if may(PEOPLE[person], step):
        return True
    own = "o" in TABLE[step].who.split() and PEOPLE[person] == "O"
    taken = case.history.filter(kind="step").order_by("-sequence")
    return own and list(taken.values_list("by__username", flat=True)[:1]) == [person]


def expected(case: FilingCase, label: str, person: str, step: str) -> str:
    """What the table says of a cell: `state …`, `closed …` with the codes, or `not allowed`."""
    state, _facts, closed = CASES[label]
    who = PEOPLE[person]
    if not who:
        return "not allowed"
    if not leads_out(step, state, TYPE_IN.get(state, "first")):
        return "closed state"
    if not permitted(case, person, step):
        return "not allowed"
    if step in closed:
        return f"closed {closed[step]}"
    target = leads_to(step, state, TYPE_IN.get(state, "first"))
    return f"state {BEFORE.get(state) if target == BACK else target}"


def stored(case: FilingCase) -> tuple[str, int]:
    return FilingCase.objects.values_list("state", "version").get(pk=case.pk)


def done(case: FilingCase, person: Any, step: str, data: dict[str, Any]) -> str:
    """What the door makes of a cell, and that it says so of the stored row too."""
    try:
        after = perform(case, step, person, data, case.version)
    except NotAllowed:
        return "not allowed"
    except Closed as refused:
        return f"closed {' '.join(refused.codes)}"
    assert stored(case) == (after.state, case.version + 1)
    return f"state {after.state}"


def entries(world, case: FilingCase) -> dict[str, dict[str, Any]]:
    """What each step takes, valid."""
    return {step: world.entry(case, step) for step in TABLE}


def unread(data: dict[str, Any]) -> dict[str, Any]:
    """An entry with a file that nobody has read yet."""
    return data | {"file": upload()} if "file" in data else data


@pytest.mark.parametrize(
    "label",
    # The 21 states each time; other facts in the same states when there is time.
    [pytest.param(label, marks=[pytest.mark.slow] * (label not in STATES)) for label in CASES],
)
def test_every_cell_does_what_the_table_says_and_explain_says_so_too(world, people, label):
    case = build(world, label)
    data = entries(world, case)
    wanted, found = {}, {}
    for person, who in people.items():
        compare_explanations(FilingCase.objects.get(pk=case.pk), label, person, who)
        for step in TABLE:
            cell = wanted[person, step] = expected(case, label, person, step)
            with undone() if cell.startswith("state") else nullcontext():
                found[person, step] = done(case, who, step, unread(data[step]))
        # What was refused, of which nothing has been taken back, has changed nothing.
        assert stored(case) == (case.state, case.version)
    assert {cell: found[cell] for cell in wanted if found[cell] != wanted[cell]} == {}
    assert found == wanted


def compare_explanations(case: FilingCase, label: str, person: str, who: Any) -> None:
    """`explain` tells of each step what the table says, all together, and changes nothing."""
    state, _facts, closed = CASES[label]
    of_type = TYPE_IN.get(state, "first")
    leading_out = {step for step in TABLE if leads_out(step, state, of_type)}
    with statements() as run:
        told = {e.step.value: [f.code for f in e.unmet] for e in explain(case, who)}
        elsewhere = {
            step: "state" in [f.code for f in explain_step(case, Step(step), who).unmet]
            for step in TABLE
        }
    assert [sql for sql in run if not sql.lstrip("(").startswith("SELECT")] == []
    allowed = {step for step in TABLE if permitted(case, person, step)}
    assert told == {
        step: ["permission"] * (step not in allowed) + closed.get(step, "").split()
        for step in leading_out
    }
    assert elsewhere == {step: step not in leading_out for step in TABLE}
    open_ones = {step for step, codes in told.items() if not codes}
    assert open_ones == {
        step for step in TABLE if expected(case, label, person, step)[:6] == "state "
    }


def test_the_declaration_is_the_table():
    declared = {
        step.value: (
            sorted(step.about.sources),
            " ".join(step.about.targets) or step.about.target,
            [f"{'?' * g.on_entry}{'!' * (not g.wanted)}{g.rule.code}" for g in step.guards],
            {role.value for role in step.who},
            {role.value for role in step.about.own - step.who},
            {
                (state.value, filing_type.value)
                for state in step.about.sources
                for filing_type in FilingType
                if step.about.leads_out_of(state, filing_type)
            },
        )
        for step in Step
    }
    names = {"A": {"applicant"}, "O": {"officer", "supervisor"}, "S": {"supervisor"}, "o": set()}
    assert declared == {
        step: (
            sorted(row.sources),
            None if row.target == STAYS else row.target,
            list(row.guards),
            set().union(*(names[letter] for letter in row.who.split())),
            {"officer"} if "o" in row.who.split() else set(),
            {
                (state, filing_type)
                for state in row.sources
                for filing_type in FILING_TYPES
                if leads_out(step, state, filing_type)
            },
        )
        for step, row in TABLE.items()
    }
    assert [state.value for state in State] == STATES


def test_the_cases_cover_every_state():
    assert list(dict.fromkeys(state for state, _facts, _closed in CASES.values())) == STATES
