"""A healthy office passes every checker; each broken case is found by its checker alone."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.deadlines.tables import forget
from icpcases.integrity import cases, registry
from icpcases.integrity.registry import CHECKERS
from icpcases.lifecycle.states import State
from tests.world import ENTERPRISE

from .broken import BROKEN, FOREIGN_FORUM
from .past_guards import set_on, set_on_row, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(careful_world):
    """What is looked at here are the papers, too."""
    return careful_world


assert cases


def found() -> dict[str, list[str]]:
    """What every checker finds, the slow ones too: by checker, each line as it is printed."""
    lines = {
        name: [f"{one.reference} {one.sentence}" for one in look()]
        for name, look in CHECKERS.items()
    }
    return {name: said for name, said in lines.items() if said}


# These are about two cases, or about none: they have tests of their own.
ELSEWHERE = {
    "senseless_row",  # tests/notifications/test_bad_rows.py
    "number_of_two_applicants", "domain_shared", "trigger_missing", "index_missing",
    "file_without_row",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", list(dict.fromkeys(name for name, _broken in BROKEN)))
def test_broken_cases_are_found_by_their_checker_alone(world, name):
    world.supply(world.case())
    lines = []
    for case, sentences in [broken(world) for of, broken in BROKEN if of == name]:
        lines += [f"{case.reference} {sentence}" for sentence in sentences]
    assert {by: sorted(said) for by, said in found().items()} == {name: sorted(lines)}


def test_every_checker_has_a_broken_case():
    assert {name for name, _broken in BROKEN} | ELSEWHERE == set(CHECKERS)


def test_a_service_and_its_subject_out_of_step(world):
    """Not live, says the service, and one hosts it; so its subject should be a shell."""
    service = world.filed()
    set_on(service, state="no_access")
    set_on(service.domains.get(), live=False)
    assert found() == {
        "state_out_of_step": [
            f"{service.number} is not live, and is hosted.",
            f"{service.subject.number} is live, which its services do not bear out.",
        ]
    }


def test_two_applicants_with_one_subject_number(world):
    first, second = world.filed(), world.filed()
    number = f"{first.number_of}-77"
    set_on(second, number=number, number_of=first.number_of)
    assert found() == {
        "number_of_two_applicants": [
            f"{first.number_of} is the number of services of several applicants.",
            f"{number} is listed under another applicant's subject number.",
        ]
    }


def test_two_errands_about_one_service(world):
    service = world.filed()
    first = world.step(world.about(service, "cancel_service"), "submit_request")
    second = world.about(service, "add_access", domain="other.cn")
    looked_at = world.about(service, "inspection")
    set_on(second, state="triage", turn="officer", due_at=first.due_at)
    set_on_row(second, 1, to_state="triage")
    assert looked_at.state == "preparing"
    write("UPDATE cases_filingcase SET due_at = %s", first.due_at)
    told = found()
    assert told.pop("history_chain") == [
        f"{second.reference} was in draft, but history row 1 starts in triage."
    ]
    assert told == {
        "domain_shared": [
            f"{first.reference} has {service.number}, as has {second.reference}.",
            f"{second.reference} has {service.number}, as has {first.reference}.",
        ]
    }


def test_two_cases_with_one_domain(world):
    first, second, third = world.at("triage"), world.at("preparing"), world.case()
    for other in (second, third):
        set_on(other, domain=first.domain, registrable_domain=first.registrable_domain)
    assert third.state == State.DRAFT  # a draft holds no domain
    assert found() == {
        "domain_shared": [
            f"{first.reference} has {first.domain}, as has {second.reference}.",
            f"{second.reference} has {first.domain}, as has {first.reference}.",
        ]
    }


def test_a_lost_trigger(world):
    world.at("triage")
    on = " ON cases_historyrow" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        if on:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER history_kept{on}")
    assert found() == {
        "trigger_missing": [
            "database lacks the trigger history_kept; manage.py migrate installs it."
        ]
    }


def test_lost_indexes(world):
    """As where a loading was killed: one that is named, and one of a key to another table."""
    world.at("triage")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        there = connection.introspection.get_constraints(cursor, "cases_document")
        (key,) = (
            name
            for name, one in there.items()
            if one["index"] and not one["unique"] and one["columns"] == ["added_by_id"]
        )
        cursor.execute("DROP INDEX case_due")
        cursor.execute(f"DROP INDEX {key}")
    made = "manage.py sqlmigrate shows how it is made."
    assert found() == {
        "index_missing": [
            f"database lacks the index case_due on cases_filingcase; {made}",
            f"database lacks the index of added_by_id on cases_document; {made}",
        ]
    }


def test_files_that_belong_to_nobody(world, monkeypatch):
    monkeypatch.setattr("icpcases.integrity.files.BATCH", 2)
    world.supply(world.at("preparing"))
    for name in ("ab/stray.png", "loose.pdf"):
        default_storage.save(name, ContentFile(b"left behind"))
    assert found() == {
        "file_without_row": [
            "loose.pdf belongs to no document.",
            "ab/stray.png belongs to no document.",
        ]
    }


@pytest.mark.slow
def test_a_healthy_office_passes(world):
    for state in State:
        world.at(state.value)
    world.at("certificate_needed", FOREIGN_FORUM)
    world.province_answers("CN-BJ", "no")  # a changed answer breaks no case
    world.step(world.at("withdrawn"), "reopen", by=world.chen)
    world.step(world.at("refused"), "step_back", by=world.chen)
    done = world.step(world.step(world.at("open"), "record_footer"), "record_public_security")
    assert done.turn == "nobody"
    assert found() == {}


def test_a_done_case_asks_for_nobody(world):
    """Who has left may keep what needs no hands; and an open site done with needs nobody."""
    done = world.step(world.step(world.at("open"), "record_footer"), "record_public_security")
    for member in (world.li, world.chen, world.wei):
        member.is_active = False
        member.save()
    assert done.turn == "nobody"
    assert found() == {}


def test_without_office_and_people_a_draft_is_stuck(world):
    case = world.case()
    set_on(case, officer_id=None)
    for member in (world.li, world.chen, world.wei):
        member.is_active = False
        member.save()
    assert found() == {
        "nobody_can_move": [f"{case.reference} is in draft, and nobody can take a step on."]
    }


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_cases(world):
    def queries() -> int:
        forget()
        with CaptureQueriesContext(connection) as context:
            assert found() == {}
        return len(context)

    def more() -> None:
        for state in ("triage", "returned", "open"):
            world.supply(world.at(state))
        world.supply(world.case(ENTERPRISE))

    more()
    first = queries()
    more()
    more()
    assert queries() == first


def test_batches_reach_every_case(world, monkeypatch):
    monkeypatch.setattr(registry, "BATCH", 2)
    cases = [world.at("triage") for _ in range(5)]
    for case in cases:
        set_on(case, turn="provider")
    words = "says it is the turn of: provider; it is that of: officer."
    assert found() == {"turn_differs": [f"{case.reference} {words}" for case in cases]}
