"""The mail a step would send, shown before the click."""

import copy
import datetime as dt
from dataclasses import dataclass
from typing import Unpack

from django.forms import DateField
from django.utils import timezone

from icpcases.cases.document_store import OnPaper
from icpcases.cases.models import Document, FilingCase, Order, OrderCase, Request, Service, SmsCheck
from icpcases.cases.outbox import audience
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
from icpcases.workflow.step_forms import STEP_FORMS, StepForm, reasons_in

from .composer import Message, event, message_about


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
        Preview(addresses, message(case, step, language, data, addresses[0]), language)
        for language, addresses in by_language.items()
    ]


def message(
    case: FilingCase, step: Step, language: str, data: Cleaned | None = None, address: str = ""
) -> Message:
    """The mail that a step would send to an address, given what was entered so far."""
    data = data or {}
    after, rows = case_after(case, step, data)
    about = event(case, step, data, reasons_in(data), data.get("note_public", ""))
    return message_about(after, rows, about, language, address)


def case_after(case: FilingCase, step: Step, data: Cleaned) -> tuple[FilingCase, CaseFile]:
    """A copy of the case as it would stand after the step; nothing is saved."""
    after = copy.copy(case)
    rows, at = CaseFile(after), data.get("happened") or timezone.now()
    leads = Rehearsal(after, rows, step, data, at).apply()
    target = leads if isinstance(step.about.target, tuple) else step.about.target
    moved = target is not None and target not in (BACK, case.state)
    if target is not None and moved:
        # Past the guard of the protected field: this copy never meets the database.
        vars(after)["state"] = State(target).value
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

    def change(self, what: str, row: Document | OrderCase | SmsCheck, **fields: object) -> None:
        """Change it in memory."""
        vars(row).update(fields)

    def keep(self, kind: Kind, **fields: Unpack[OnPaper]) -> None:
        """Stand a document without a file beside the others."""
        self.rows.documents.append(Document(case=self.case, kind=kind.value, **fields))

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
