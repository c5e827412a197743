"""The mail a step would send, shown before the click."""

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

from django.forms import DateField
from django.utils import timezone

from icpcases.cases.document_store import OnPaper
from icpcases.cases.models import Document, FilingCase, Order, OrderCase, Request, Service, SmsCheck
from icpcases.cases.outbox import Audience, audience
from icpcases.deadlines.tables import recent_tables
from icpcases.deadlines.turns import set_turn
from icpcases.lifecycle.definition import BACK
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind
from icpcases.types import Cleaned
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.effects import Effects
from icpcases.workflow.step_forms import STEP_FORMS, StepBackForm, StepForm, reasons_in

from . import texts as words
from .composer import Event, Message, event, message_about


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
    data = getattr(form, "cleaned_data", {}) if form is not None else {}
    told = people_told(case, step, form)
    return _in_each_language(
        told, lambda language, address: message(case, step, language, data, address)
    )


def correction_previews(case: FilingCase) -> list[Preview]:
    """The same of a correction of locked facts; its own words come with the note."""
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    about = Event(words.CORRECTED)
    return _in_each_language(
        audience(case),
        lambda language, address: message_about(case, rows, about, language, address),
    )


def _in_each_language(told: Audience, write: Callable[[str, str], Message]) -> list[Preview]:
    by_language: dict[str, list[str]] = {}
    for recipient in told:
        by_language.setdefault(recipient.language, []).append(recipient.address)
    return [
        Preview(found, write(language, found[0]), language)
        for language, found in by_language.items()
    ]


def people_told(case: FilingCase, step: Step, form: StepForm | None) -> Audience:
    """Who would be told of a step; of a taking back, whoever the mail of the step has reached."""
    if step.about.tells:
        return audience(case)
    return form.already_told if isinstance(form, StepBackForm) else []


def message(
    case: FilingCase, step: Step, language: str, data: Cleaned | None = None, address: str = ""
) -> Message:
    """The mail that a step would send to an address, given what was entered so far."""
    data = data or {}
    after, rows = case_after(case, step, data)
    undone = CaseFile(case).step_to_undo if step.about.target == BACK else None
    about = event(case, step, data, reasons_in(data), data.get("note_public", ""), undone)
    return message_about(after, rows, about, language, address)


def case_after(case: FilingCase, step: Step, data: Cleaned) -> tuple[FilingCase, CaseFile]:
    """A copy of the case as it would stand after the step; nothing is saved."""
    after = copy.copy(case)
    rows, at = CaseFile(after), data.get("happened") or timezone.now()
    leads = Rehearsal(after, rows, step, data, at).apply()
    target = leads or next(iter(step.about.targets), None)
    if target is not None:
        # Past the guard of the protected field: this copy never meets the database.
        vars(after)["state"] = target.value
    moved = target not in (None, case.is_at) and step.about.target != BACK
    if moved:
        after.state_since = at
    set_turn(after, rows, at, moved, recent_tables())
    after.dossier = dossier_of(after, rows, at)
    return after, rows


class Rehearsal(Effects):
    """The effects of a step on rows that are never saved, with what the form holds so far.

    A day that nobody has typed yet is today, and reasons there will be.
    """

    def __init__(
        self,
        case: FilingCase,
        rows: CaseFile,
        step: Step,
        data: Cleaned,
        at: dt.datetime,
    ) -> None:
        fields = STEP_FORMS[step].base_fields.items()
        expected = {n: timezone.localdate() for n, f in fields if isinstance(f, DateField)}
        entered = expected | {name: value for name, value in data.items() if value}
        reasons = reasons_in(data) or [{"about": "", "text": "…"}]
        super().__init__(case, rows, step, entered, reasons, at, None)

    def create(self, what: str, row: Order | OrderCase | Request | SmsCheck) -> None:
        """Stand it beside the others."""
        getattr(self.rows, what).append(row)

    def change(
        self, what: str, row: Document | OrderCase | Request | SmsCheck, **fields: object
    ) -> None:
        """Change it in memory."""
        vars(row).update(fields)

    def keep(self, kind: Kind, **fields: Unpack[OnPaper]) -> None:
        """Stand a document without a file beside the others."""
        self.rows.documents.append(Document(case=self.case, kind=kind.value, **fields))

    def undo(self) -> State:
        """The case as it was, and nobody asked; of orders and the register a mail says nothing."""
        row = self.rows.step_to_undo
        assert row is not None
        asked = row.changes.get("requests", ())
        self.rows.requests = [r for r in self.rows.requests if r.pk not in asked]
        checks = row.changes.get("sms_checks", ())
        self.rows.sms_checks = [c for c in self.rows.sms_checks if c.pk not in checks]
        return self.set_back(row)

    def start_order(self) -> None:
        """As soon as a provider is chosen; its number matters to no mail."""
        if "provider" in self.entered and self.rows.live_order is None:
            provider, day = self.entered["provider"], self.day
            self.rows.live_order = Order(provider=provider, submitted_on=day)

    def end_order(self) -> None:
        """In memory: the case lives on none."""
        self.rows.live_order = None

    def pause_order(self) -> None:
        """Matters to no mail."""

    def return_order(self) -> None:
        """Matters to no mail."""

    def keep_in_register(self) -> None:
        """As soon as a number is typed; of the register itself nothing is touched."""
        if "icp_number" in self.entered:
            number, day = self.entered["icp_number"], self.entered["filed_on"]
            self.case.service = Service(number=str(number), filed_on=day)

    def date_service(self) -> None:
        """On a copy of the service."""
        if self.case.service:
            self.case.service = copy.copy(self.case.service)
            vars(self.case.service).update(self.entered)
