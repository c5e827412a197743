"""Integrity checkers over live data: each looks for one thing that should be impossible.

Most of it the door and the database refuse; a checker finds what came in by another way, or
what has become wrong since: somebody left, a file was lost. What an office works on while they
run may be named by mistake: run them again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from icpcases.cases import triggers
from icpcases.cases.models import CasePerson, Document, FilingCase, Order, OrderCase, Request
from icpcases.cases.models.documents import SELF_MADE
from icpcases.deadlines.clocks import clocked_states
from icpcases.deadlines.tables import recent_tables
from icpcases.deadlines.turns import limit_of, turn_of
from icpcases.lifecycle.definition import BACK, STAYS
from icpcases.lifecycle.roles import WORKING, Role
from icpcases.lifecycle.states import (
    BEFORE_THEM,
    HOLDING_SERVICE,
    IN_FILING,
    PAUSING,
    UNDER_THE_FILING_RULES,
    WITH_NUMBER,
    State,
)
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_facts import FORUM_PREAPPROVAL
from icpcases.rules.about_register import SERVICE_FREE
from icpcases.rules.dossier import DocumentStatus, Dossier, RequestStatus
from icpcases.rules.facts import ForumAnswer, ServiceKind
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.rule import Party
from icpcases.types import SqlRow
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.explain import unmet_guards

from .registry import KNOWN, Found, case_batches, case_files, checker


@checker
def forum_without_preapproval() -> Iterator[Found]:
    """A forum that is past the pre-approval without having it."""
    past = (State.PREAPPROVAL_GRANTED, *UNDER_THE_FILING_RULES)
    lacking = Q(preapproval=False) | Q(preapproval__isnull=True)
    cases = FilingCase.objects.filter(lacking, state__in=past, forum=True)
    for reference, state in lines(cases, "reference", "state"):
        yield Found(reference, f"is a forum in {state} without BBS pre-approval.")


@checker
def domain_shared() -> Iterator[Found]:
    """Errands under way about one domain and kind, or about one service."""
    holding = FilingCase.objects.filter(state__in=HOLDING_SERVICE)
    holding = holding.exclude(filing_type__in=INSPECTIONS)
    for kind in ServiceKind:
        of_kind = holding.filter(service_kind=kind.value)
        yield from sharing(of_kind.exclude(registrable_domain=""), "registrable_domain")
    yield from sharing(holding.exclude(service=None), "service__number")


def sharing(cases: QuerySet[FilingCase], field: str) -> Iterator[Found]:
    """The cases among which a value stands more often than once."""
    values = cases.values(field).annotate(times=Count("pk")).filter(times__gt=1)
    shared = cases.filter(**{f"{field}__in": values.values(field)}).order_by(field, "pk")
    found = shared.values_list(field, "reference").iterator(chunk_size=2000)
    for value, group in groupby(found, key=lambda line: line[0]):
        references = [reference for _value, reference in group]
        for reference in references:
            others = ", ".join(other for other in references if other != reference)
            yield Found(reference, f"has {value}, as has {others}.")


@checker
def filed_without_service() -> Iterator[Found]:
    """A filed or open case without the service that it has filed."""
    cases = FilingCase.objects.filter(state__in=WITH_NUMBER, service=None)
    for reference, state in lines(cases, "reference", "state"):
        yield Found(reference, f"is {state} without a service.")


@checker
def opened_before_filed() -> Iterator[Found]:
    """A site that opened before the filing of its case, or is open without a day of opening."""
    early = Q(service__opened_on__lt=F("service__filed_on"))
    undated = Q(state=State.OPEN, service__isnull=False, service__opened_on__isnull=True)
    cases = FilingCase.objects.filter(early | undated, state__in=WITH_NUMBER)
    fields = ("reference", "service__opened_on", "service__filed_on")
    for reference, opened, filed in lines(cases, *fields):
        days = f"{filed or 'no day'}, opened on {opened or 'no day'}"
        yield Found(reference, f"was filed on {days}.")


@checker
def facts_against_state() -> Iterator[Found]:
    """A case whose facts or papers break the rules that its state stands on.

    Forums without pre-approval and shared domains have their own checkers. A province that has
    changed its answer breaks no case.
    """
    stands = [state.value for state in State if state.about.invariants]
    for batch in case_batches(FilingCase.objects.with_names().filter(state__in=stands)):
        rows = case_files(batch)
        for case in batch:
            codes = _broken(case, rows[case.pk])
            if codes:
                rules = ", ".join(codes)
                yield Found(case.reference, f"is in {case.state}, but these rules fail: {rules}.")


def _broken(case: FilingCase, rows: CaseFile) -> list[str]:
    elsewhere = {(FORUM_PREAPPROVAL.code, True), (SERVICE_FREE.code, True)}
    try:
        dossier = _as_if_forums_were_taken(dossier_of(case, rows))
    except ValueError as error:
        return [str(error)]
    return [
        guard.rule.code
        for guard in case.is_at.about.invariants
        if (guard.rule.code, guard.wanted) not in elsewhere and not guard.met(dossier)
    ]


def _as_if_forums_were_taken(dossier: Dossier) -> Dossier:
    if dossier.facts.province_accepts_forums != ForumAnswer.NO:
        return dossier
    facts = replace(dossier.facts, province_accepts_forums=ForumAnswer.YES)
    return dossier.but(facts=facts)


@checker
def nobody_can_move() -> Iterator[Found]:
    """A case that somebody should move, and that nobody can.

    Each step on is closed by something nobody can put right, or nobody is there who may take
    it: no active person of the case, of the office. Taking a step back is no way on.
    """
    for reference, state in lines(
        FilingCase.objects.exclude(state__in=KNOWN), "reference", "state"
    ):
        yield Found(reference, f"is in {state}, which is no state: no step leads out of it.")
    due = FilingCase.objects.with_names().filter(state__in=KNOWN)
    office = _roles_in_the_office()
    for batch in case_batches(due.exclude(turn=Party.NOBODY.value)):
        people = CasePerson.objects.filter(case__in=batch, user__is_active=True)
        peopled = set(people.values_list("case_id", flat=True))
        there = {c.pk: office | ({Role.APPLICANT} if c.pk in peopled else set()) for c in batch}
        tied = [case for case in batch if not _free_way(case, there[case.pk])]
        rows = case_files(tied)
        for case in tied:
            if not _way_on(case, there[case.pk], rows[case.pk]):
                yield Found(case.reference, f"is in {case.state}, and nobody can take a step on.")


def _roles_in_the_office() -> set[Role]:
    groups = {Role.OFFICER: WORKING, Role.SUPERVISOR: {Role.SUPERVISOR}}
    users = get_user_model().objects.filter(is_active=True)
    return {
        role
        for role, among in groups.items()
        if users.filter(groups__name__in=[other.value for other in among]).exists()
    }


def _ways(case: FilingCase, there: set[Role]) -> list[Step]:
    """The steps on that somebody who is there may take."""
    state = case.is_at
    # Where the last duties are recorded, a step that stays is one on.
    stays = state.turn(duties_done=True) == Party.NOBODY
    return [
        step
        for step in Step.leading_out_of(state, case.is_of)
        if step.who & there
        and step.about.target != BACK
        and (stays or step.about.target is not STAYS)
    ]


def _free_way(case: FilingCase, there: set[Role]) -> bool:
    return any(not step.guards for step in _ways(case, there))


def _way_on(case: FilingCase, there: set[Role], rows: CaseFile) -> bool:
    dossier = dossier_of(case, rows)
    return any(
        all(finding.who != Party.NOBODY for finding in unmet_guards(dossier, step))
        for step in _ways(case, there)
    )


@checker
def turn_without_end() -> Iterator[Found]:
    """A turn that a clock runs for and that has no end, or one before its beginning."""
    clocked = clocked_states(recent_tables())
    cases = FilingCase.objects.with_names().filter(state__in=KNOWN).exclude(turn=Party.NOBODY.value)
    for batch in case_batches(cases.filter(Q(state__in=clocked) | Q(due_at__isnull=False))):
        rows = case_files([case for case in batch if case.due_at is None])
        for case in batch:
            if case.is_at in PAUSING and case.turn == Party.APPLICANT:
                continue
            if case.due_at is None and limit_of(case, rows[case.pk]):
                yield Found(case.reference, f"is in {case.state} with a clock, but due never.")
            elif case.due_at and case.due_at < _begun(case):
                yield Found(case.reference, "was due before its turn began.")


def _begun(case: FilingCase) -> datetime:
    """When the clock began: an open site's runs from the day it opened."""
    if case.is_at == State.OPEN and case.service and case.service.opened_on:
        day = datetime.combine(case.service.opened_on, datetime.min.time())
        return min(case.turn_since, timezone.make_aware(day))
    return case.turn_since


@checker
def turn_differs() -> Iterator[Found]:
    """A case that says it is one party's turn where its state and requests say another's."""
    cases = FilingCase.objects.filter(state__in=KNOWN).select_related("service")
    for batch in case_batches(cases):
        asked = _with_requests(batch, RequestStatus.OPEN)
        answered = _with_requests(batch, RequestStatus.ANSWERED)
        for case in batch:
            turn = turn_of(case, case.pk in asked, case.pk in answered)
            if turn.value != case.turn:
                words = f"says it is the turn of: {case.turn}; it is that of: {turn.value}."
                yield Found(case.reference, words)


def _with_requests(batch: list[FilingCase], status: RequestStatus) -> set[int]:
    rows = Request.objects.filter(case__in=batch, status=status.value)
    return set(rows.values_list("case_id", flat=True))


@checker
def officer_absent() -> Iterator[Found]:
    """A case in somebody's hands who is inactive, or neither officer nor supervisor."""
    names = [role.value for role in WORKING]
    working = get_user_model().objects.filter(is_active=True, groups__name__in=names)
    cases = FilingCase.objects.filter(officer__isnull=False).exclude(officer__in=working)
    fields = ("reference", "officer__username", "officer__is_active")
    for reference, name, active in lines(cases.exclude(turn=Party.NOBODY.value), *fields):
        why = "is neither officer nor supervisor" if active else "is inactive"
        yield Found(reference, f"is assigned to {name}, who {why}.")


@checker
def order_outlives_filing() -> Iterator[Found]:
    """An order that is still alive though its case is closed, filed, or not yet being filed."""
    live = OrderCase.objects.filter(left_on__isnull=True).exclude(case__state__in=IN_FILING)
    fields = ("case__reference", "case__state", "order__number")
    for reference, state, number in lines(live, *fields):
        yield Found(reference, f"is in {state}, but its order {number} has not ended.")


@checker
def order_out_of_step() -> Iterator[Found]:
    """An order that says of itself otherwise than its cases do whether it runs or has ended."""
    live = OrderCase.objects.filter(order=OuterRef("pk"), left_on__isnull=True)
    orders = Order.objects.annotate(
        has_live=Exists(live), has_running=Exists(live.filter(case__state__in=BEFORE_THEM))
    )
    wrong = Q(ended_on__isnull=True, has_live=False) | Q(ended_on__isnull=False, has_live=True)
    wrong |= ~Q(running=F("has_running"))
    # Of two that ran before a subject might have one only, the younger counts as standing still.
    first = Order.objects.filter(applicant=OuterRef("applicant"), running=True)
    older = Q(Exists(first.filter(pk__lt=OuterRef("pk"))), running=False, has_running=True)
    for number, ended in lines(orders.filter(wrong).exclude(older), "number", "ended_on"):
        said = f"has ended on {ended}" if ended else "is alive"
        yield Found(number, f"is an order that {said}, which its cases do not bear out.")


@checker
def document_from_outside() -> Iterator[Found]:
    """An accepted document that was issued outside the Mainland."""
    made = Q(kind__in=SELF_MADE, issued_in__isnull=True)
    papers = Document.objects.filter(status=DocumentStatus.ACCEPTED.value)
    outside = papers.exclude(made).exclude(issued_in="mainland", issued_in__isnull=False)
    for reference, kind, region in lines(outside, "case__reference", "kind", "issued_in"):
        yield Found(reference, f"has an accepted {kind} issued in: {region or 'not given'}.")


@checker
def trigger_missing() -> Iterator[Found]:
    """A guard that the database itself should hold, and has lost."""
    for name in triggers.missing(connection):
        yield Found("database", f"lacks the trigger {name}; manage.py migrate installs it.")


# Per index its table, its name, and the column that leads it; without those of constraints.
_INDEXES = {
    "sqlite": "SELECT m.tbl_name, m.name, i.name FROM sqlite_master m, pragma_index_info(m.name) i"
    " WHERE m.type = 'index' AND m.sql IS NOT NULL AND i.seqno = 0",
    "postgresql": "SELECT t.relname, n.relname, a.attname FROM pg_index i"
    " JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid"
    " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
    " WHERE pg_table_is_visible(t.oid)"
    " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
}


@checker
def index_missing() -> Iterator[Found]:
    """An index that something is found by, lost where a loading of many cases was killed."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES[connection.vendor])
        found = cursor.fetchall()
    for model in apps.get_app_config("cases").get_models():
        table = model._meta.db_table
        fields = model._meta.local_concrete_fields
        there = {name for on, name, _column in found if on == table}
        led = {column for on, _name, column in found if on == table}
        keys = (
            field.column
            for field in fields
            if getattr(field, "db_index", False) and not field.unique
        )
        lost = [index.name for index in model._meta.indexes if index.name not in there]
        for name in [*lost, *(f"of {column}" for column in keys if column not in led)]:
            said = f"lacks the index {name} on {table}; manage.py sqlmigrate shows how it is made."
            yield Found("database", said)


def lines(rows: QuerySet[Model], *fields: str) -> Iterator[SqlRow]:
    """These fields of each row, the oldest first, read as they are used."""
    return rows.order_by("pk").values_list(*fields).iterator(chunk_size=2000)
