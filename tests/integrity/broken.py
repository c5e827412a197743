"""One broken thing for each checker, made past every guard, and what the checker says of it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from icpcases.cases.models import Applicant, FilingCase, SearchToken, Service
from icpcases.search import index
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.messages import write_to_office
from tests.world import FOREIGN, World, user

from .past_guards import set_on, set_on_row, write

FOREIGN_FORUM = {**FOREIGN, "forum": "true", "preapproval": "false"}


@dataclass(frozen=True)
class Named:
    """What a checker names that is no case: a service or a subject, by its number."""

    reference: str


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


def without_service(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("filed")
    set_on(case, service_id=None)
    return case, ["is filed without a service."]


def open_without_service(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    set_on(case, service_id=None)
    return case, ["is open without a service."]


def service_of(case: FilingCase) -> Service:
    assert case.service is not None
    return case.service


def number_of_a_subject(world: World) -> tuple[Named, list[str]]:
    service = service_of(world.at("open"))
    set_on(service, number=service.number_of)
    return Named(service.number_of), ["is no number of such a service."]


def number_of_an_app(world: World) -> tuple[Named, list[str]]:
    service = service_of(world.at("open"))
    number = f"{service.number_of}-99A"
    set_on(service, number=number)
    return Named(number), ["is no number of such a service."]


def number_of_another_subject(world: World) -> tuple[Named, list[str]]:
    service = service_of(world.at("filed"))
    set_on(service, number_of="京ICP备20260101号")
    return Named(service.number), ["is no number of such a service."]


def subject_with_a_service_number(world: World) -> tuple[Named, list[str]]:
    subject = world.filed().subject
    set_on(subject, number="京ICP备20260101号-1")
    return Named("京ICP备20260101号-1"), ["is no subject number of its province."]


def subject_of_another_province(world: World) -> tuple[Named, list[str]]:
    subject = world.filed().subject
    set_on(subject, number="沪ICP备20260101号")
    return Named("沪ICP备20260101号"), ["is no subject number of its province."]


def subject_with_a_licence_number(world: World) -> tuple[Named, list[str]]:
    subject = world.filed().subject
    set_on(subject, number="京ICP证030173号")
    return Named("京ICP证030173号"), ["is no subject number of its province."]


def domain_said_to_be_dead(world: World) -> tuple[Named, list[str]]:
    service = world.filed(domain="alive.cn")
    set_on(service.domains.get(), live=False)
    return Named(service.number), ["has alive.cn with another state or kind than its own."]


def domain_of_another_kind(world: World) -> tuple[Named, list[str]]:
    service = world.filed(domain="app.cn", kind="app")
    set_on(service.domains.get(), service_kind="website")
    return Named(service.number), ["has app.cn with another state or kind than its own."]


def subject_said_to_be_a_shell(world: World) -> tuple[Named, list[str]]:
    subject = world.filed().subject
    set_on(subject, state="shell")
    return Named(subject.number), ["is shell, which its services do not bear out."]


def subject_cancelled_alone(world: World) -> tuple[Named, list[str]]:
    subject = world.filed().subject
    set_on(subject, state="cancelled", cancelled_on=dt.date(2026, 3, 2))
    return Named(subject.number), ["is cancelled, which its services do not bear out."]


def hosted_by_nobody(world: World) -> tuple[Named, list[str]]:
    service = world.filed()
    access = service.accesses.get()
    set_on(access, until=dt.date(2026, 3, 2), ended_by="lost")
    return Named(service.number), ["is live, and nobody hosts it."]


def told_of_by_nobody(world: World) -> tuple[Named, list[str]]:
    service = world.filed()
    write("DELETE FROM cases_registerrow WHERE service = %s", service.pk)
    return Named(service.number), ["stands in the register, and nothing says since when."]


def opened_early(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    filed = service_of(case).filed_on
    before = filed - dt.timedelta(days=1)
    set_on(service_of(case), opened_on=before)
    return case, [f"was filed on {filed}, opened on {before}."]


def open_without_a_day(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("open")
    set_on(service_of(case), opened_on=None)
    return case, [f"was filed on {service_of(case).filed_on}, opened on no day."]


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


def message_lost(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    write_to_office(case, world.wei, "Hello.", case.version)
    set_on(case, message_waits=None, answered=False)
    return case, [f"says that message none waits; it is {case.version + 1}."]


def message_there_is_none(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    set_on(case, message_waits=2, answered=True)
    return case, ["says that message 2 waits; it has none."]


def message_out_of_the_queue(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("withdrawn")
    write_to_office(case, world.wei, "Hello.", case.version)
    set_on(case, answered=False)
    return case, ["has an answer or a message that waits, but lies in no queue."]


def nothing_in_the_queue(world: World) -> tuple[FilingCase, list[str]]:
    case = world.at("triage")
    set_on(case, answered=True)
    return case, ["lies in a queue for an answer or a message that there is not."]


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
    write("UPDATE cases_ordercase SET left_on = NULL WHERE case_id = %s", case.pk)
    order = case.orders.get()
    write("UPDATE cases_order SET ended_on = NULL WHERE id = %s", order.pk)
    return case, [f"is in withdrawn, but its order {order.number} has not ended."]


def order_that_stands_still(world: World) -> tuple[Named, list[str]]:
    order = world.at("provider_review").orders.get()
    write("UPDATE cases_order SET running = %s WHERE id = %s", False, order.pk)
    return Named(order.number), ["is an order that is alive, which its cases do not bear out."]


def order_that_ended_too_early(world: World) -> tuple[Named, list[str]]:
    order = world.walk(world.at("provider_review"), "pull_back").orders.get()
    day = order.submitted_on.isoformat()
    write("UPDATE cases_order SET ended_on = %s WHERE id = %s", day, order.pk)
    said = f"is an order that has ended on {day}, which its cases do not bear out."
    return Named(order.number), [said]


def order_that_runs_with_nobody(world: World) -> tuple[Named, list[str]]:
    case = world.step(world.at("provider_review"), "pull_back")
    order = case.orders.get()
    write("UPDATE cases_order SET running = %s WHERE id = %s", True, order.pk)
    return Named(order.number), ["is an order that is alive, which its cases do not bear out."]


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
    index.rebuild_clients()
    return case, NOT_FOUND


def client_not_indexed(world: World) -> tuple[Named, list[str]]:
    applicant = world.applicant()
    Applicant.objects.filter(pk=applicant.pk).update(phone="13900139001")
    sentence = "is not in the search index: rebuild_search."
    return Named(f"applicant {applicant.pk}"), [sentence]


BROKEN: list[tuple[str, Callable[[World], tuple[FilingCase | Named, list[str]]]]] = [
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
    ("filed_without_service", without_service),
    ("filed_without_service", open_without_service),
    ("service_number_wrong", number_of_a_subject),
    ("service_number_wrong", number_of_an_app),
    ("service_number_wrong", number_of_another_subject),
    ("subject_number_wrong", subject_with_a_service_number),
    ("subject_number_wrong", subject_of_another_province),
    ("subject_number_wrong", subject_with_a_licence_number),
    ("domain_out_of_step", domain_said_to_be_dead),
    ("domain_out_of_step", domain_of_another_kind),
    ("state_out_of_step", subject_said_to_be_a_shell),
    ("state_out_of_step", subject_cancelled_alone),
    ("state_out_of_step", hosted_by_nobody),
    ("register_without_history", told_of_by_nobody),
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
    ("message_unread", message_lost),
    ("message_unread", message_there_is_none),
    ("unread_in_no_queue", message_out_of_the_queue),
    ("unread_in_no_queue", nothing_in_the_queue),
    ("officer_absent", officer_gone),
    ("officer_absent", officer_no_more),
    ("order_outlives_filing", order_of_a_withdrawn_case),
    ("order_out_of_step", order_that_runs_with_nobody),
    ("order_out_of_step", order_that_stands_still),
    ("order_out_of_step", order_that_ended_too_early),
    ("document_from_outside", licence_from_hong_kong),
    ("search_index", token_lost),
    ("search_index", token_too_many),
    ("search_index", note_not_indexed),
    ("search_index", renamed_past_the_program),
    ("applicants_index", client_not_indexed),
    ("row_without_file", file_lost),
    ("row_without_file", file_outside),
    ("file_changed", file_overwritten),
]
