"""A healthy office passes every checker; each broken case is found by its checker alone."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases import triggers
from icpcases.cases.models import Applicant, FilingCase, SearchToken
from icpcases.deadlines.tables import forget
from icpcases.integrity import cases, registry
from icpcases.integrity.registry import CHECKERS
from icpcases.lifecycle.states import State
from icpcases.search import index
from icpcases.workflow.actions.assignment import add_note, assign
from tests.world import ENTERPRISE, FOREIGN, World, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(careful_world):
    """What is looked at here are the papers, too."""
    return careful_world


assert cases


FOREIGN_FORUM = {**FOREIGN, "forum": "true", "preapproval": "false"}


TABLES = ["cases_filingcase", "cases_historyrow", "cases_document", "cases_order"]


def found() -> dict[str, list[str]]:
    """What every checker finds, the slow ones too: by checker, each line as it is printed."""
    lines = {
        name: [f"{one.reference} {one.sentence}" for one in look()]
        for name, look in CHECKERS.items()
    }
    return {name: said for name, said in lines.items() if said}


@contextmanager
def unguarded() -> Iterator[None]:
    """Without what the database refuses; rows that it would refuse may be left behind."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT conrelid::regclass, conname FROM pg_constraint"
                " WHERE contype = 'c' AND conrelid::regclass::text = ANY (%s)",
                [TABLES],
            )
            for table, name in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        triggers.remove(connection)
        for index in ("case_icp_number_once", "case_domain_free"):
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
    try:
        yield
    finally:
        triggers.install(connection)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def write(sql: str, *values: Any) -> None:
    """Change what nobody could change through the program."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0
    # The search index follows: what is broken is to be found by its own checker alone.
    index.rebuild()


def set_on(case: FilingCase, **values: Any) -> None:
    """Write columns of a case past every guard."""
    columns = ", ".join(f"{name} = %s" for name in values)
    write(f"UPDATE cases_filingcase SET {columns} WHERE id = %s", *values.values(), case.pk)


def set_on_row(case: FilingCase, sequence: int, **values: Any) -> None:
    """Write columns of a history row past every guard."""
    columns = ", ".join(f"{name} = %s" for name in values)
    where = "case_id = %s AND sequence = %s"
    write(
        f"UPDATE cases_historyrow SET {columns} WHERE {where}", *values.values(), case.pk, sequence
    )


def a_forum(world: World, state: str = "preparing") -> FilingCase:
    case = world.at("preapproval_granted")
    return case if state == "preapproval_granted" else world.step(case, "prepare_filing")


def gap(world: World) -> tuple[FilingCase, list[str]]:
    case = world.supply(world.at("preparing"))
    write("DELETE FROM cases_historyrow WHERE case_id = %s AND sequence = 5", case.pk)
    return case, ["has no history row 5, but a row 6."]


def cut_short(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    set_on(case, version=3)
    return case, ["is at version 3, but its history ends with row 2."]


def moved_without_a_step(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("withdrawn")
    set_on(case, state="refused")
    return case, ["is in refused, but its history ends in withdrawn."]


def step_from_elsewhere(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    set_on_row(case, 3, from_state="certificate_granted")
    return case, ["was in triage, but history row 3 starts in certificate_granted."]


def edit_that_moved(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    add_note(case, world.li, "Called the applicant.", case.version)
    set_on_row(case, 3, to_state="preparing")
    return case, [
        "was in triage, but history row 3 starts in preparing.",
        "is in triage, but its history ends in preparing.",
    ]


def no_history(world: World) -> tuple[FilingCase, list[str]]:
    case = world.case()
    write("DELETE FROM cases_historyrow WHERE case_id = %s", case.pk)
    return case, ["has no history."]


def happened_too_early(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    row = case.history.get(sequence=2)
    set_on_row(case, 3, happened_at=row.happened_at - dt.timedelta(seconds=1))
    return case, ["took step 3 before step 2."]


def happened_in_the_future(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    row = case.history.get(sequence=2)
    set_on_row(case, 2, happened_at=row.recorded_at + dt.timedelta(minutes=3))
    return case, ["took step 2 after it was recorded."]


def forum_in_preparing(world: World) -> tuple[FilingCase, list[str]]:
    case = a_forum(world)
    set_on(case, preapproval=False)
    return case, ["is a forum in preparing without BBS pre-approval."]


def forum_granted_nothing(world: World) -> tuple[FilingCase, list[str]]:
    case = a_forum(world, "preapproval_granted")
    set_on(case, preapproval=None)
    # Where nothing is known of the pre-approval, whether it must be backed is not known either.
    return case, ["is a forum in preapproval_granted without BBS pre-approval."]


def without_number(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("filed")
    set_on(case, icp_number="", icp_subject="")
    return case, ["is filed without its ICP number."]


def without_day(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("filed")
    set_on(case, filed_on=None)
    return case, ["is filed without the day of the filing, or its subject number."]


def number_of_a_subject(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    set_on(case, icp_number="京ICP备20260102号", icp_subject="京ICP备20260102号")
    return case, ["has 京ICP备20260102号, which is no site number."]


def number_of_another_province(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("filed")
    set_on(case, icp_number="沪ICP备20260101号-1", icp_subject="沪ICP备20260101号")
    return case, ["has 沪ICP备20260101号-1, which is not of its province or subject."]


def number_of_another_subject(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("filed")
    set_on(case, icp_subject="京ICP备20260101号")
    return case, [f"has {case.icp_number}, which is not of its province or subject."]


def opened_early(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    assert case.filed_on is not None
    before = case.filed_on - dt.timedelta(days=1)
    set_on(case, opened_on=before)
    return case, [f"was filed on {case.filed_on}, opened on {before}."]


def open_without_a_day(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    set_on(case, opened_on=None)
    return case, [f"was filed on {case.filed_on}, opened on no day."]


def server_abroad(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    set_on(case, server_region="overseas", access="ip_address")
    return case, ["is in preparing, but these rules fail: server.mainland, site.domain."]


def claim_without_paper(world: World) -> tuple[FilingCase, list[str]]:
    case = world.step(world.at("certificate_granted"), "prepare_filing")
    write("UPDATE cases_document SET status = 'refused' WHERE case_id = %s", case.pk)
    return case, ["is in preparing, but these rules fail: claim.backed."]


def unreadable_fact(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    set_on(case, server_region="the_moon")
    return case, ["is in preparing, but these rules fail: 'the_moon' is not a valid ServerRegion."]


def unknown_state(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    set_on(case, state="limbo")
    set_on_row(case, 2, to_state="limbo")
    return case, ["is in limbo, which is no state: no step leads out of it."]


def nobody_there(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("authority_review")
    write("UPDATE cases_filingcase SET officer_id = NULL")
    for member in (world.li, world.chen):
        member.groups.clear()
    return case, ["is in authority_review, and nobody can take a step on."]


def never_due(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("provider_review")
    set_on(case, due_at=None)
    return case, ["is in provider_review with a clock, but due never."]


def due_before_its_turn(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("sms_verification")
    set_on(case, due_at=case.turn_since - dt.timedelta(hours=1))
    return case, ["was due before its turn began."]


def turn_of_nobody(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    set_on(case, turn="applicant")
    return case, ["says it is the turn of: applicant; it is that of: officer."]


def turn_though_asked(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("returned")
    set_on(case, turn="officer", due_at=case.turn_since + dt.timedelta(days=2))
    return case, ["says it is the turn of: officer; it is that of: applicant."]


def in_the_hands_of(name: str, case: FilingCase, world: World) -> Any:
    colleague = user(name, "officer", is_staff=True)
    case.refresh_from_db()
    assign(case, world.chen, colleague, case.version)
    return colleague


def officer_gone(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    zhao = in_the_hands_of("zhao", case, world)
    zhao.is_active = False
    zhao.save()
    return case, ["is assigned to zhao, who is inactive."]


def officer_no_more(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    in_the_hands_of("qian", case, world).groups.clear()
    return case, ["is assigned to qian, who is neither officer nor supervisor."]


def order_of_a_withdrawn_case(world: World) -> tuple[FilingCase, list[str]]:
    case = world.step(world.at("returned"), "withdraw")
    write("UPDATE cases_order SET ended_on = NULL WHERE case_id = %s", case.pk)
    return case, [f"is in withdrawn, but its order {case.orders.get().number} has not ended."]


def licence_from_hong_kong(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    document = world.document(case, "business_licence", accept=True)
    write("UPDATE cases_document SET issued_in = 'hong_kong' WHERE id = %s", document.pk)
    return case, ["has an accepted business_licence issued in: hong_kong."]


def file_lost(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    document = world.document(case, "business_licence")
    default_storage.delete(document.file.name)
    return case, [f"has a business_licence whose file is lost: {document.file.name}."]


def file_outside(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    document = world.document(case, "business_licence")
    default_storage.delete(document.file.name)
    write("UPDATE cases_document SET file = '../../etc/passwd' WHERE id = %s", document.pk)
    return case, ["has a business_licence whose file is lost: ../../etc/passwd."]


def file_overwritten(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("preparing")
    document = world.document(case, "business_licence")
    path = Path(default_storage.path(document.file.name))
    path.write_bytes(b"x" * path.stat().st_size)
    return case, [f"has a business_licence whose file has changed: {document.file.name}."]


NOT_FOUND = ["is not in the search index as it stands: rebuild_search."]


def token_lost(world: World) -> tuple[FilingCase, list[str]]:
    case = world.case()
    SearchToken.objects.filter(case=case, token="玉兰").delete()
    return case, NOT_FOUND


def token_too_many(world: World) -> tuple[FilingCase, list[str]]:
    case = world.case()
    SearchToken.objects.create(case_id=case.pk, token="海棠")
    return case, NOT_FOUND


def note_not_indexed(world: World) -> tuple[FilingCase, list[str]]:
    case = world.case()
    add_note(case, world.li, "已电话", case.version)
    SearchToken.objects.filter(case=case, token="~电话").delete()
    return case, NOT_FOUND


def renamed_past_the_program(world: World) -> tuple[FilingCase, list[str]]:
    case = world.case()
    Applicant.objects.filter(pk=case.applicant_id).update(name="海棠")
    return case, NOT_FOUND


BROKEN: list[tuple[str, Callable[[World], tuple[FilingCase, list[str]]]]] = [
    ("history_chain", gap),
    ("history_chain", cut_short),
    ("history_chain", moved_without_a_step),
    ("history_chain", step_from_elsewhere),
    ("history_chain", edit_that_moved),
    ("history_chain", no_history),
    ("steps_out_of_order", happened_too_early),
    ("steps_out_of_order", happened_in_the_future),
    ("forum_without_preapproval", forum_in_preparing),
    ("forum_without_preapproval", forum_granted_nothing),
    ("number_missing", without_number),
    ("number_missing", without_day),
    ("number_wrong", number_of_a_subject),
    ("number_wrong", number_of_another_province),
    ("number_wrong", number_of_another_subject),
    ("opened_before_filed", opened_early),
    ("opened_before_filed", open_without_a_day),
    ("facts_against_state", server_abroad),
    ("facts_against_state", claim_without_paper),
    ("facts_against_state", unreadable_fact),
    ("nobody_can_move", unknown_state),
    ("nobody_can_move", nobody_there),
    ("turn_without_end", never_due),
    ("turn_without_end", due_before_its_turn),
    ("turn_differs", turn_of_nobody),
    ("turn_differs", turn_though_asked),
    ("officer_absent", officer_gone),
    ("officer_absent", officer_no_more),
    ("order_outlives_filing", order_of_a_withdrawn_case),
    ("document_from_outside", licence_from_hong_kong),
    ("search_index", token_lost),
    ("search_index", token_too_many),
    ("search_index", note_not_indexed),
    ("search_index", renamed_past_the_program),
    ("row_without_file", file_lost),
    ("row_without_file", file_outside),
    ("file_changed", file_overwritten),
]


# These are about two cases, or about none: they have tests of their own.
ELSEWHERE = {
    "number_shared", "domain_shared", "trigger_missing", "index_missing", "file_without_row",
}  # fmt: skip


@pytest.mark.parametrize("name", list(dict.fromkeys(name for name, _broken in BROKEN)))
def test_broken_cases_are_found_by_their_checker_alone(world, name):
    world.supply(world.case())
    lines = []
    for case, sentences in [broken(world) for of, broken in BROKEN if of == name]:
        lines += [f"{case.reference} {sentence}" for sentence in sentences]
    assert {by: sorted(said) for by, said in found().items()} == {name: sorted(lines)}


def test_every_checker_has_a_broken_case():
    assert {name for name, _broken in BROKEN} | ELSEWHERE == set(CHECKERS)


def test_two_cases_with_one_number(world):
    applicant = world.applicant()
    first, second = (world.at("filed", applicant=applicant) for _ in range(2))
    set_on(second, icp_number=first.icp_number, icp_subject=first.icp_subject)
    assert found() == {
        "number_shared": [
            f"{first.reference} has {first.icp_number}, as has {second.reference}.",
            f"{second.reference} has {first.icp_number}, as has {first.reference}.",
        ]
    }


def test_two_applicants_with_one_subject_number(world):
    first, second = world.at("filed"), world.at("open")
    number = f"{first.icp_subject}-2"
    set_on(second, icp_number=number, icp_subject=first.icp_subject)
    assert found() == {
        "number_shared": [
            f"{first.reference} has {first.icp_subject}, as has {second.reference}.",
            f"{second.reference} has {first.icp_subject}, as has {first.reference}.",
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
