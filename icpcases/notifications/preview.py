"""The mail a step would send, shown before the click."""

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from icpcases.cases.models import Document, FilingCase, Order, Request
from icpcases.cases.outbox import audience
from icpcases.deadlines.tables import recent_tables
from icpcases.deadlines.turns import set_turn
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import BACK, Step
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.step_forms import StepForm

from .composer import Message, _reasons_of, event, write

_ASKING = (Step.SEND_BACK, Step.RETURN_FOR_CORRECTION)


@dataclass(frozen=True)
class Preview:
    """Who will be told, and the mail they will get."""

    addresses: list[str]
    message: Message
    language: str


def previews(case: FilingCase, step: Step, form: StepForm | None = None) -> list[Preview]:
    """Who would be told of a step and in which words, with what the form holds so far.

    Nothing is written. Empty for a step that tells nobody, and where nobody can be told.
    """
    if not step.about.tells:
        return []
    by_language: dict[str, list[str]] = {}
    for address, language in audience(case):
        by_language.setdefault(language, []).append(address)
    data = getattr(form, "cleaned_data", {}) if form is not None else {}
    return [
        Preview(addresses, message(case, step, language, data), language)
        for language, addresses in by_language.items()
    ]


def message(
    case: FilingCase, step: Step, language: str, data: Mapping[str, Any] | None = None
) -> Message:
    """The mail that a step would send, given what was entered so far."""
    data = data or {}
    after, rows = case_after(case, step, data)
    about = event(step, data, _reasons_of(data), data.get("note_public", ""))
    return write(after, rows, about, language)


def case_after(
    case: FilingCase, step: Step, data: Mapping[str, Any]
) -> tuple[FilingCase, CaseFile]:
    """A copy of the case as it would stand after the step; nothing is saved."""
    now: dt.datetime = data.get("happened") or timezone.now()
    before, after = CaseFile(case), copy.copy(case)
    rows = CaseFile(after)
    target = step.about.target
    moved = target is not None and target not in (BACK, case.state)
    if target is not None and moved:
        # Past the guard of the protected field: this copy never meets the database.
        after.__dict__["state"] = State(target).value
        after.state_since = now
    _enter(after, step, data)
    rows.__dict__["requests"] = [*before.requests, *_new_requests(after, step, data, now)]
    rows.__dict__["documents"] = [*before.documents, *_new_document(after, step, data)]
    rows.__dict__["orders"] = [*before.orders, *_new_order(before, step, data, now)]
    set_turn(after, rows, now, moved, recent_tables())
    after.dossier = dossier_of(after, rows, now)
    return after, rows


def _enter(after: FilingCase, step: Step, data: Mapping[str, Any]) -> None:
    for name in ("icp_number", "filed_on", "opened_on", "footer_on", "public_security_on"):
        if data.get(name):
            setattr(after, name, data[name])
    today = timezone.localdate()
    if step == Step.RECORD_OPENING and not after.opened_on:
        after.opened_on = today
    if step == Step.RECORD_FOOTER:
        after.footer_on = after.footer_on or today
    if step == Step.RECORD_PUBLIC_SECURITY:
        after.public_security_on = after.public_security_on or today
    if step == Step.RECORD_CERTIFICATE:
        after.registration_certificate = True
    if step == Step.RECORD_PREAPPROVAL:
        after.preapproval = True


def _new_requests(
    after: FilingCase, step: Step, data: Mapping[str, Any], now: dt.datetime
) -> list[Request]:
    if step not in _ASKING:
        return []
    # Nothing typed yet: the turn is the applicant's all the same.
    reasons = _reasons_of(data) or [{"about": "", "text": "…"}]
    status = RequestStatus.OPEN.value
    return [Request(case=after, status=status, created_at=now, **reason) for reason in reasons]


def _new_document(after: FilingCase, step: Step, data: Mapping[str, Any]) -> list[Document]:
    kinds = {
        Step.RECORD_CERTIFICATE: Kind.REGISTRATION_CERTIFICATE,
        Step.RECORD_PREAPPROVAL: Kind.BBS_PREAPPROVAL,
    }
    if step not in kinds:
        return []
    accepted, expires = DocumentStatus.ACCEPTED.value, data.get("expires_on")
    kind = kinds[step].value
    return [
        Document(case=after, kind=kind, status=accepted, issued_in="mainland", expires_on=expires)
    ]


def _new_order(
    rows: CaseFile, step: Step, data: Mapping[str, Any], now: dt.datetime
) -> list[Order]:
    if step != Step.SUBMIT_TO_PROVIDER or rows.live_order or not data.get("provider"):
        return []
    return [Order(provider=data["provider"], submitted_on=timezone.localdate(now))]
