"""Keeping the search index: the lines and tokens of cases, in step with what they say.

`follow` stands in the transaction of every change; `rebuild` makes the whole index anew.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any, TypeAlias

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from icpcases.cases.models import (
    Applicant,
    ApplicantText,
    ApplicantToken,
    Document,
    FilingCase,
    HistoryRow,
    Order,
    SearchText,
    SearchToken,
    Service,
)
from icpcases.db.bulk import form, put
from icpcases.db.statements import run
from icpcases.rules.documents import Kind
from icpcases.types import SqlRow

from .query import OF_APPLICANTS, OF_CASES, Store
from .tokens import applicant_tokens, note_tokens, text_of, tokens_of

# Of the living models, or of a migration's: those are made as it runs, and have no types.
GetModel: TypeAlias = Callable[[str, str], type[Any]]

BATCH = 1000
#: So many tokens of one case are written by one statement.
_AT_ONCE = 400
#: The fields of a case that its line is made of.
_ON_THE_LINE = {
    "applicant_id", "domain", "domain_unicode", "ip_address", "service_leader",
    "service_leader_phone", "service_id", "site_name", "subject_leader", "subject_leader_phone",
}  # fmt: skip
#: What the line says of the case itself.
SAID = (
    "reference", "site_name", "domain", "domain_unicode", "ip_address", "applicant__name",
    "applicant__certificate_number", "applicant__email", "applicant__phone",
    "service_leader_phone", "subject_leader_phone", "service_leader", "subject_leader",
    "service__number", "service__public_security_number",
)  # fmt: skip
_OF_SERVICE = [name for name in SAID if name.startswith("service__")]
_of_case = attrgetter(*(name.replace("__", ".") for name in SAID if name not in _OF_SERVICE))
_of_service = attrgetter(*(name.removeprefix("service__") for name in _OF_SERVICE))
_PERSONAL = [kind.value for kind in Kind if kind.personal]


def line_of(said: SqlRow, numbers: Iterable[str]) -> str:
    """The line of a case: what `SAID` names of it, and the numbers of its orders and papers."""
    reference, site, domain, shown, address, name, certificate, email, *more = said
    phones, leaders, of_service = more[:3], more[3:5], more[5:]
    if not domain and site:
        # What has no domain, as many an App, is looked for by its name.
        name = f"{name} {site}"
    return text_of(
        reference=reference,
        name=name,
        domain=domain,
        domain_unicode=shown,
        address=address or "",
        # What is about no service has none of its numbers.
        numbers=[certificate, email, *(number or "" for number in of_service), *numbers],
        phones=phones,
        others=leaders,
    )


def _said_by(case: FilingCase) -> SqlRow:
    of_service = _of_service(case.service) if case.service else ("",) * len(_OF_SERVICE)
    return (*_of_case(case), *of_service)


def note(case: FilingCase, row: HistoryRow) -> None:
    """Take the notes of a change into the index that has just been recorded as `row`."""
    _insert(OF_CASES, case.pk, note_tokens(row.note_public) | note_tokens(row.note_internal))


def follow(case: FilingCase, row: HistoryRow) -> None:
    """Take what a change did to the case's line into the index."""
    changes = row.changes
    if (
        row.undoes is not None
        or _ON_THE_LINE & changes.get("fields", {}).keys()
        or changes.keys() & {"documents", "memberships", "register"}
    ):
        keep(case)


def keep(case: FilingCase) -> None:
    """Have the index say of a case what its records say now."""
    orders = Order.objects.filter(cases=case).values_list("number", flat=True)
    papers = Document.objects.filter(case=case).exclude(kind__in=_PERSONAL)
    numbers = papers.exclude(number="").values_list("number", flat=True)
    text = line_of(_said_by(case), [*orders, *numbers])
    kept = SearchText.objects.filter(case=case).values_list("text", flat=True).first()
    if kept == text:
        return
    SearchText.objects.update_or_create(case=case, defaults={"text": text})
    before, after = tokens_of(kept or ""), tokens_of(text)
    if gone := before - after:
        SearchToken.objects.filter(case=case, token__in=gone).delete()
    _insert(OF_CASES, case.pk, after - before)


def keep_applicant(applicant: Applicant) -> None:
    """Have the index say of the applicant and of all his cases what his record says now."""
    with transaction.atomic():
        keep_client(applicant.pk)
        for case in FilingCase.objects.filter(applicant=applicant).order_by("pk"):
            case.applicant = applicant
            keep(case)


def keep_client(pk: int) -> None:
    """Have the index say of an applicant what his record and the register say now."""
    ((_pk, text),) = client_lines(pk=pk)
    kept = ApplicantText.objects.filter(pk=pk).values_list("text", flat=True).first()
    if kept == text:
        return
    ApplicantText.objects.update_or_create(pk=pk, defaults={"text": text})
    before, after = applicant_tokens(kept) if kept else set(), applicant_tokens(text)
    if gone := before - after:
        ApplicantToken.objects.filter(applicant=pk, token__in=gone).delete()
    _insert(OF_APPLICANTS, pk, after - before)


def _insert(of: Store, pk: int, tokens: set[str]) -> None:
    # In one order for all, so that two changes do not wait for each other.
    todo = iter(sorted(tokens))
    while some := list(islice(todo, _AT_ONCE)):
        marks = ", ".join(["(%s, %s)"] * len(some))
        values = [value for token in some for value in (token, pk)]
        into = f"INSERT INTO {of.tokens} (token, {of.key})"
        run(f"{into} VALUES {marks} ON CONFLICT DO NOTHING", values)


_OF_CLIENT = ("name", "email", "certificate_number", "licence_number", "phone")
_OF_SUBJECT = ("applicant_id", "number", "subject_leader", "subject_leader_phone")
_OF_FILED = (
    "subject__applicant_id", "number", "public_security_number", "name", "service_leader",
    "service_leader_phone",
)  # fmt: skip


def client_lines(get_model: GetModel = apps.get_model, **which: int) -> Iterator[tuple[int, str]]:
    """The applicants' keys with the lines their records ask for, in the order of keys."""
    clients = get_model("cases", "Applicant").objects.filter(**which).order_by("pk")
    last = 0
    while batch := list(clients.filter(pk__gt=last).values_list("pk", *_OF_CLIENT)[:BATCH]):
        filed = _filed(get_model, {pk: _Filed() for pk, *_said in batch})
        for pk, name, email, certificate, licence, phone in batch:
            his = filed[pk]
            yield (
                pk,
                text_of(
                    reference=name,
                    numbers=[certificate, licence, *his.numbers],
                    phones=[phone, *his.phones],
                    others=[email, *his.names],
                ),
            )
        last = batch[-1][0]


def service_line(service: Service, domains: Iterable[str], client: Applicant | None = None) -> str:
    """What one service is found by among others: of one client, or of several."""
    of_client = (client.name, client.email, client.certificate_number) if client else ()
    return text_of(
        reference=service.name,
        numbers=[service.number, service.public_security_number, *of_client[2:]],
        phones=[service.service_leader_phone, client.phone if client else ""],
        others=[service.service_leader, *of_client[:2], *domains],
    )


class _Filed:
    """What the register holds of an applicant, as far as he is found by it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.numbers: list[str] = []
        self.phones: list[str] = []


def _filed(get_model: GetModel, found: dict[int, _Filed]) -> dict[int, _Filed]:
    first, last = min(found), max(found)
    subjects = get_model("cases", "SubjectFiling").objects.order_by("pk")
    within = subjects.filter(applicant__gte=first, applicant__lte=last)
    for pk, number, leader, phone in within.values_list(*_OF_SUBJECT):
        if pk in found:
            found[pk].numbers.append(number)
            found[pk].names.append(leader)
            found[pk].phones.append(phone)
    services = get_model("cases", "Service").objects.order_by("pk")
    services = services.filter(subject__applicant__gte=first, subject__applicant__lte=last)
    for pk, *numbers, name, leader, phone in services.values_list(*_OF_FILED):
        if pk in found:
            found[pk].numbers += numbers
            found[pk].names += [name, leader]
            found[pk].phones.append(phone)
    domains = get_model("cases", "ServiceDomain").objects.order_by("pk")
    of = "service__subject__applicant"
    domains = domains.filter(**{f"{of}__gte": first, f"{of}__lte": last})
    for pk, *shown in domains.values_list(f"{of}_id", "domain", "domain_unicode"):
        if pk in found:
            found[pk].names += shown
    return found


def index_lines(get_model: GetModel = apps.get_model) -> Iterator[tuple[int, str]]:
    """Every case's key with the line its records ask for, in the order of keys."""
    cases = get_model("cases", "FilingCase").objects.order_by("pk").values_list("pk", *SAID)
    orders = get_model("cases", "OrderCase").objects.all()
    papers = get_model("cases", "Document").objects.exclude(kind__in=_PERSONAL).exclude(number="")
    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        numbers: dict[int, list[str]] = {pk: [] for pk, *_said in batch}
        for rows, column in ((orders, "order__number"), (papers, "number")):
            within = rows.filter(case_id__gt=last, case_id__lte=batch[-1][0])
            for pk, number in within.order_by("pk").values_list("case_id", column):
                numbers[pk].append(number)
        yield from ((pk, line_of(said, numbers[pk])) for pk, *said in batch)
        last = batch[-1][0]


def noted(get_model: GetModel = apps.get_model) -> Iterator[tuple[int, set[str]]]:
    """The tokens of each history row's notes with its case's key, in the order of cases."""
    history = get_model("cases", "HistoryRow").objects
    said = history.exclude(note_public="", note_internal="").order_by("case_id", "sequence")
    for pk, public, internal in said.values_list(
        "case_id", "note_public", "note_internal"
    ).iterator(chunk_size=BATCH):
        yield pk, note_tokens(public) | note_tokens(internal)


# In the form of the database, as `formed` gives it.
Batch = tuple[list[tuple[object, object]], list[tuple[object, object]]]


def index_batches(get_model: GetModel = apps.get_model) -> Iterator[Batch]:
    """The index as the records ask for it, a batch at a time: lines by case, and tokens with their
    cases, in the form of the database; a token looks the same in each."""
    formed = form()
    todo = index_lines(get_model)
    while some := [(formed(pk), text) for pk, text in islice(todo, BATCH)]:
        texts = [(pk, formed(text)) for pk, text in some]
        yield texts, [(token, pk) for pk, text in some for token in tokens_of(text)]
    notes = noted(get_model)
    while found := list(islice(notes, BATCH)):
        yield [], [(token, formed(pk)) for pk, tokens in found for token in tokens]


def client_batches(get_model: GetModel = apps.get_model) -> Iterator[Batch]:
    """The same of the applicants."""
    formed = form()
    todo = client_lines(get_model)
    while some := [(formed(pk), text) for pk, text in islice(todo, BATCH)]:
        texts = [(pk, formed(text)) for pk, text in some]
        yield texts, [(token, pk) for pk, text in some for token in applicant_tokens(text)]


def rebuild(get_model: GetModel = apps.get_model, made: Iterable[Batch] | None = None) -> int:
    """Make the whole index of cases anew from the records, or from these batches of them; gives
    back its tokens."""
    return _rebuilt(OF_CASES, index_batches(get_model) if made is None else made)


def rebuild_clients(
    get_model: GetModel = apps.get_model, made: Iterable[Batch] | None = None
) -> int:
    """The same of the applicants."""
    return _rebuilt(OF_APPLICANTS, client_batches(get_model) if made is None else made)


def _rebuilt(of: Store, made: Iterable[Batch]) -> int:
    """In one transaction; tokens are staged first and put in order afterwards: many times faster
    than one by one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {of.lines}")
        _run(cursor, of, "before")
        for texts, tokens in made:
            put(of.lines, (of.key, "text"), texts)
            put("staged_token", ("token", "key"), tokens)
        _run(cursor, of, "put")
        cursor.execute(f"SELECT COUNT(*) FROM {of.tokens}")
        (count,) = cursor.fetchone()
        _run(cursor, of, "after")
    return int(count)


_STAGE = "CREATE TEMPORARY TABLE staged_token (token text, key bigint)"
_UNSTAGE = "DROP TABLE staged_token"
_FILL: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {
        "before": (_STAGE,),
        "put": (
            "DELETE FROM {tokens}",
            "INSERT INTO {tokens} SELECT DISTINCT token, key FROM staged_token ORDER BY 1, 2",
        ),
        "after": (_UNSTAGE,),
    },
    "postgresql": {
        # A whole index takes longer than any request may, and sorts more than it may hold.
        "before": (
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL work_mem = '256MB'",
            "SET LOCAL maintenance_work_mem = '256MB'",
            _STAGE,
        ),
        "put": (
            "TRUNCATE {tokens}",
            "ALTER TABLE {tokens} DROP CONSTRAINT {tokens}_pkey",
            'INSERT INTO {tokens} SELECT DISTINCT token COLLATE "C", key FROM staged_token',
            "ALTER TABLE {tokens} ADD PRIMARY KEY (token, {key})",
        ),
        "after": (_UNSTAGE,),
    },
}


def _run(cursor: CursorWrapper, of: Store, when: str) -> None:
    for sql in _FILL[connection.vendor][when]:
        cursor.execute(sql.format(tokens=of.tokens, key=of.key))
