"""Changes of a case that are no step: facts, documents, requests, assignment, notes.

Each goes through the same lock as a step, raises the version, and leaves one history row.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.rule import Finding, Party, Place, Source
from icpcases.rules.text import _

from .door import Change, Closed, NotAllowed, changing
from .dossiers import Rows, dossier_of
from .effects import kind_of_request
from .explain import roles_on
from .handing_in import hand_in
from .models import (
    Applicant,
    Document,
    FilingCase,
    HistoryRow,
    NotNeeded,
    Province,
    ProvinceAnswer,
    Request,
)
from .opening import open_new, opened
from .roles import WORKING, Role, is_working, shown_name
from .states import State
from .steps import Step

Kinds = HistoryRow.Kind
When = dt.datetime | None


def open_case(
    by: Any,
    applicant: Applicant,
    form: Any,
    owner: Any = None,
    happened: When = None,
    token: str | None = None,
) -> FilingCase:
    """A new draft for an applicant with the facts of a valid FactsForm.

    Whoever opens it for themselves is its owner. The same `token` twice gives the case it
    opened. Raises NotAllowed for anybody who is neither working staff nor that owner.
    """
    if not is_working(by) and by != owner:
        raise NotAllowed(by)
    token = f"{by.pk}:{token}" if token else None
    try:
        return opened(token) or open_new(by, applicant, form, owner, happened, token)
    except IntegrityError:
        # A second click, in the same moment as the first.
        case = opened(token)
        if case is None:
            raise
        return case


def edit_facts(
    case: FilingCase, by: Any, form: Any, seen_version: int, happened: When = None
) -> FilingCase:
    """Write a valid FactsForm on the case, unless its state's invariants would break.

    Raises NotAllowed, Stale, or Closed with every rule the edit breaks.
    """
    try:
        with changing(case, by, seen_version, happened) as change:
            need_fact_editor(change.case, by)
            need_unlocked(change)
            failing = failing_invariants(change)
            form.write_to(change.case)
            if change.changed_fields():
                need_invariants(change, failing)
                change.record(Kinds.EDIT)
            return change.case
    except IntegrityError:
        fresh = FilingCase.objects.with_names().get(pk=case.pk)
        form.write_to(fresh)
        raise Closed(broken_invariants(fresh, Rows(fresh))) from None


def need_fact_editor(case: FilingCase, by: Any) -> None:
    """Working staff edit facts; the applicant only in a draft. Raises NotAllowed."""
    roles = roles_on(case, by)
    if roles & WORKING or (Role.APPLICANT in roles and case.is_at == State.DRAFT):
        return
    raise NotAllowed(by)


def need_worker(case: FilingCase, by: Any) -> None:
    """Raises NotAllowed unless `by` works cases."""
    if not is_working(by):
        raise NotAllowed(by)


def need_unlocked(change: Change) -> None:
    """Raises Closed in a state whose facts are locked, naming the step to take back first."""
    case = change.case
    if case.is_at.locked:
        raise Closed((_locked(case, change.rows),))


def _locked(case: FilingCase, rows: Rows) -> Finding:
    step = rows.step_to_undo
    label = str(Step(step.step).label) if step else ""
    return Finding(
        "facts.locked",
        Source.NONE,
        _("The facts are locked while somebody outside decides on them, or has decided."),
        _("A supervisor first takes back this step: %(about)s."),
        Party.SUPERVISOR,
        (Place("step", "step_back", label),),
    )


def failing_invariants(change: Change) -> frozenset[str]:
    """The rules that fail before the change: a changed answer of a province breaks no case."""
    dossier = dossier_of(change.case, change.rows)
    invariants = change.case.is_at.about.invariants
    return frozenset(guard.rule.code for guard in invariants if not guard.met(dossier))


def need_invariants(change: Change, failing: frozenset[str]) -> None:
    """Raises Closed with every rule that the change breaks and the case's state stands on."""
    findings = broken_invariants(change.case, Rows(change.case), failing)
    if findings:
        raise Closed(findings)


def broken_invariants(
    case: FilingCase, rows: Rows, failing: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """The rules the case's state stands on that do not hold, and the step to take back first.

    Those `failing` already are left out.
    """
    dossier = dossier_of(case, rows)
    found = tuple(
        finding
        for guard in case.is_at.about.invariants
        if guard.rule.code not in failing
        for finding in guard.unmet(dossier)
    )
    step = rows.step_to_undo
    if not found or step is None:
        return found
    back = Finding(
        "state.stands",
        Source.NONE,
        _("The case's state stands on what this would change."),
        _("A supervisor first takes back this step: %(about)s."),
        Party.SUPERVISOR,
        (Place("step", "step_back", str(Step(step.step).label)),),
    )
    return (*found, back)


def add_document(
    case: FilingCase, by: Any, data: dict[str, Any], seen_version: int, happened: When = None
) -> Document:
    """Hand in a document, given a valid DocumentForm's data."""
    with changing(case, by, seen_version, happened) as change:
        return hand_in(change, [data])[0]


def add_documents(
    case: FilingCase, by: Any, papers: list[dict[str, Any]], seen_version: int
) -> list[Document]:
    """Hand in several documents, all or none, given the data of valid DocumentForms."""
    with changing(case, by, seen_version) as change:
        return hand_in(change, papers)


def judge_document(
    case: FilingCase,
    by: Any,
    pk: int,
    accept: bool,
    refusal: str,
    seen_version: int,
    happened: When = None,
) -> Document:
    """Accept or refuse a document. Raises Closed where its papers stand or may not be accepted."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        if not accept:
            _need_reason(refusal)
        document = Document.objects.get(pk=pk, case=change.case)
        if accept:
            _need_mainland(document)
        before, failing = document.status, frozenset() if accept else failing_invariants(change)
        document.status = (DocumentStatus.ACCEPTED if accept else DocumentStatus.REFUSED).value
        document.refusal = "" if accept else refusal
        document.save(update_fields=["status", "refusal"])
        if not accept and before == DocumentStatus.ACCEPTED:
            need_unlocked(change)
            need_invariants(change, failing)
        change.record(
            Kinds.DOCUMENT,
            entered={"judged": document.kind, "document": document.pk, "status": document.status},
            told=not accept,
            reasons=[] if accept else [{"about": document.kind, "text": refusal}],
        )
        return document


def _need_reason(reason: str) -> None:
    if reason.strip():
        return
    finding = Finding(
        "reason.given",
        Source.NONE,
        _("No reason is given."),
        _("Say why, in words the applicant understands."),
        Party.OFFICER,
    )
    raise Closed((finding,))


def _need_mainland(document: Document) -> None:
    if document.issued_in in (None, "mainland"):
        return
    from icpcases.rules.about_papers import DOCUMENT_MAINLAND

    words = DOCUMENT_MAINLAND.failing
    place = Place("document", document.kind, Kind(document.kind).label)
    rule = DOCUMENT_MAINLAND
    finding = Finding(rule.code, rule.source, words.sentence, words.remedy, words.who, (place,))
    raise Closed((finding,))


def mark_not_needed(
    case: FilingCase,
    by: Any,
    kind: Kind,
    not_needed: bool,
    seen_version: int,
    happened: When = None,
) -> None:
    """Say whether a conditional document's condition applies to this case."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        need_unlocked(change)
        if not_needed:
            NotNeeded.objects.get_or_create(case=change.case, kind=kind.value)
        else:
            NotNeeded.objects.filter(case=change.case, kind=kind.value).delete()
        change.record(Kinds.DOCUMENT, entered={"not_needed": kind.value, "is": not_needed})


def ask(
    case: FilingCase, by: Any, data: dict[str, Any], seen_version: int, happened: When = None
) -> Request:
    """Ask the applicant for something, given a valid AskForm's data."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        if change.case.is_at.closed:
            raise NotAllowed(by)
        request = Request.objects.create(
            case=change.case,
            kind=kind_of_request(data["about"], change.rows.documents),
            about=data["about"],
            text=data["text"],
            due_on=data.get("due_on"),
            created_at=change.at,
            order=change.rows.live_order,
        )
        change.record(
            Kinds.REQUEST,
            entered={"asked": request.pk},
            reasons=[{"about": request.about, "text": request.text}],
            told=True,
        )
        return request


def answer(
    case: FilingCase,
    by: Any,
    pk: int,
    text: str,
    seen_version: int,
    happened: When = None,
    papers: Sequence[dict[str, Any]] = (),
) -> Request:
    """Answer a request, with documents if need be: all of it or nothing.

    The applicant does, or an officer on the applicant's behalf.
    """
    with changing(case, by, seen_version, happened) as change:
        roles = roles_on(change.case, by)
        if not roles - {Role.AUDITOR}:
            raise NotAllowed(by)
        request = _request(change, pk, RequestStatus.OPEN)
        came = hand_in(change, papers) if papers else []
        request.status, request.answer = RequestStatus.ANSWERED.value, text
        request.save(update_fields=["status", "answer"])
        on_behalf = "" if Role.APPLICANT in roles else Party.APPLICANT.value
        change.record(
            Kinds.REQUEST,
            on_behalf_of=on_behalf,
            entered={"answered": pk, "answer": text, "papers": [paper.pk for paper in came]},
        )
        return request


def settle(
    case: FilingCase,
    by: Any,
    pk: int,
    decision: str,
    reason: str,
    seen_version: int,
    happened: When = None,
    due_on: dt.date | None = None,
) -> Request:
    """Accept an answer, ask again until `due_on`, or waive the request with a reason."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        if decision != RequestStatus.ACCEPTED:
            _need_reason(reason)
        allowed = [RequestStatus.ANSWERED]
        if decision == RequestStatus.WAIVED:
            allowed.append(RequestStatus.OPEN)
        request = _request(change, pk, *allowed)
        request.status = RequestStatus(decision).value
        if decision == RequestStatus.OPEN:
            # A term of its own, or none: the old one may be over.
            request.round, request.due_on = request.round + 1, due_on
            request.text = f"{request.text}\n{reason}"
        if decision == RequestStatus.WAIVED:
            request.waiver = reason
        request.save(update_fields=["status", "round", "text", "waiver", "due_on"])
        change.record(
            Kinds.REQUEST,
            entered={"settled": pk, "decision": decision},
            told=decision == RequestStatus.OPEN,
            reasons=[{"about": request.about, "text": reason}] if reason else [],
        )
        return request


def _request(change: Change, pk: int, *statuses: RequestStatus) -> Request:
    request = Request.objects.get(pk=pk, case=change.case)
    if request.status in [status.value for status in statuses]:
        return request
    place = Place("request", str(pk), request.text)
    finding = Finding(
        "request.status",
        Source.NONE,
        _("This request no longer stands where that could be done: %(about)s."),
        _("Look at the case as it is now."),
        Party.NOBODY,
        (place,),
    )
    raise Closed((finding,))


def assign(
    case: FilingCase, by: Any, officer: Any, seen_version: int, happened: When = None
) -> None:
    """Give the case to an officer, or to nobody. Officers claim and release, supervisors assign."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        own = officer is None or officer == by
        taken = change.case.officer_id not in (None, by.pk)
        if Role.SUPERVISOR not in roles_on(change.case, by) and (not own or taken):
            raise NotAllowed(by)
        if officer is not None and not is_working(officer):
            raise NotAllowed(officer)
        if change.case.officer != officer:
            change.case.officer = officer
            name = shown_name(officer) if officer else ""
            change.record(Kinds.ASSIGNMENT, entered={"assigned": name})


def add_note(
    case: FilingCase, by: Any, text: str, seen_version: int, happened: When = None
) -> None:
    """Leave an internal note."""
    with changing(case, by, seen_version, happened) as change:
        need_worker(change.case, by)
        change.record(Kinds.NOTE, note_internal=text)


def confirm_applicant(case: FilingCase, by: Any, seen_version: int, happened: When = None) -> None:
    """Confirm who the applicant is: certificate type and number were checked.

    Raises Closed if they are not there, or belong to another confirmed applicant.
    """
    try:
        with changing(case, by, seen_version, happened) as change:
            need_worker(change.case, by)
            applicant = Applicant.objects.select_for_update().get(pk=change.case.applicant_id)
            _need_certificate(applicant)
            applicant.confirmed_at, applicant.confirmed_by = change.at, change.by
            applicant.save(update_fields=["confirmed_at", "confirmed_by"])
            change.record(Kinds.EDIT, entered={"confirmed": applicant.name})
    except IntegrityError:
        # Another case's applicant was confirmed with this certificate in the same second.
        _need_certificate(Applicant.objects.get(cases=case))
        raise


def _need_certificate(applicant: Applicant) -> None:
    sentence = ""
    if not (applicant.certificate_type and applicant.certificate_number):
        sentence = _("The applicant's certificate type and number are not given.")
    elif (
        Applicant.objects.filter(
            certificate_type=applicant.certificate_type,
            certificate_number=applicant.certificate_number,
            confirmed_at__isnull=False,
        )
        .exclude(pk=applicant.pk)
        .exists()
    ):
        sentence = _("Another confirmed applicant has this certificate.")
    if sentence:
        place = Place("applicant", str(applicant.pk), applicant.name)
        finding = Finding(
            "applicant.certificate",
            Source.NONE,
            sentence,
            _("Correct the applicant, or move the case to the one confirmed."),
            Party.OFFICER,
            (place,),
        )
        raise Closed((finding,))


def answer_of_province(province: Province, by: Any, data: dict[str, Any]) -> Province:
    """Record what an administration answered about forums, given a ProvinceAnswerForm's data.

    A changed answer breaks no case: it is looked up, not stored on the case.
    """
    if not is_working(by):
        raise NotAllowed(by)
    with transaction.atomic(durable=True):
        locked = Province.objects.select_for_update().get(pk=province.pk)
        ProvinceAnswer.objects.create(
            province=locked,
            answer=data["accepts_forums"],
            before=locked.accepts_forums,
            asked_on=data["asked_on"],
            asked_by=by,
            source=data["source"],
        )
        locked.accepts_forums, locked.checked_on = data["accepts_forums"], data["asked_on"]
        locked.checked_by, locked.source = by, data["source"]
        locked.save(update_fields=["accepts_forums", "checked_on", "checked_by", "source"])
    return locked
