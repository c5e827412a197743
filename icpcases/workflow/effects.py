"""What a step does beyond the case's own fields, remembered so that it can be taken back."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Unpack

from django.contrib.auth.models import User
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.document_store import OnPaper, keep_document
from icpcases.cases.models import Document, FilingCase, Order, Request
from icpcases.deadlines.turns import due
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.types import Cleaned

from .casefile import CaseFile
from .step_forms import STEP_FORMS
from .undo import times_before

_KINDS = {kind.value for kind in Kind}
_OF_A_PAPER = ("number", "issuer", "issued_on", "expires_on", "issued_in")


class Effects:
    """What one step brings about on a locked case, given what was entered.

    `made` names the rows it made or changed. The methods below are named by `Effect`.
    """

    def __init__(
        self,
        case: FilingCase,
        rows: CaseFile,
        step: Step,
        entered: Cleaned,
        reasons: Sequence[Mapping[str, str]],
        at: dt.datetime,
        by: Actor | None,
    ) -> None:
        self.case, self.rows, self.step, self.by = case, rows, step, by
        self.entered, self.reasons, self.at = dict(entered), reasons, at
        self.made: dict[str, list[int]] = {}
        self.undoes: int | None = None

    def apply(self) -> State | None:
        """Do all that is declared of the step; the state it goes back to, where it does."""
        about, back = self.step.about, None
        for name in about.sets:
            setattr(self.case, name, self.entered[name])
        if about.claims:
            setattr(self.case, about.claims, True)
        for effect in about.effects:
            back = getattr(self, effect.value)()
        return back

    @property
    def day(self) -> dt.date:
        """The day on which the step happened, in Shanghai."""
        return timezone.localdate(self.at)

    def create(self, what: str, row: Order | Request) -> None:
        """Keep a new row."""
        row.save(force_insert=True)
        self.made.setdefault(what, []).append(row.pk)

    def change(self, what: str, row: Order | Document, **fields: object) -> None:
        """Change a row that is there."""
        vars(row).update(fields)
        row.save(update_fields=list(fields))
        self.made.setdefault(what, []).append(row.pk)

    def keep(self, kind: Kind, **fields: Unpack[OnPaper]) -> None:
        """Keep a document with its file."""
        by = self.by
        assert by is None or isinstance(by, User)
        document = keep_document(self.case, kind, self.entered["file"], by, self.at, **fields)
        self.made.setdefault("documents", []).append(document.pk)

    def keep_paper(self) -> None:
        """Keep the paper that came with the step, as accepted."""
        given = {name: self.entered[name] for name in _OF_A_PAPER if name in self.entered}
        given.setdefault("issued_in", "mainland")
        self.keep(STEP_FORMS[self.step].kind, status=DocumentStatus.ACCEPTED.value, **given)

    def start_order(self) -> None:
        """Start an order, unless one is alive."""
        if self.rows.live_order:
            return
        provider = self.entered["provider"]
        order = Order(
            case=self.case,
            applicant_id=self.case.applicant_id,
            provider=provider,
            number=self.entered["order_number"],
            submitted_on=self.day,
            exclusive=provider.one_order_per_applicant,
        )
        self.create("orders", order)

    def end_order(self) -> None:
        """End the order, if one is alive."""
        order = self.rows.live_order
        if order is not None:
            self.change("ended_orders", order, ended_on=max(self.day, order.submitted_on))

    def ask_for_reasons(self) -> None:
        """Turn each reason into a request to the applicant."""
        for reason in self.reasons:
            request = Request(
                case=self.case,
                kind=kind_of_request(reason["about"], self.rows.documents),
                about=reason["about"],
                text=reason["text"],
                created_at=self.at,
                order=self.rows.live_order,
            )
            self.create("requests", request)

    def mark_late(self) -> None:
        """Say in what was entered whether it was due before; never where no clock runs."""
        until, _provisional = due(self.case, self.rows, self.rows.tables)
        self.entered["late"] = until is not None and self.at > until

    def grant_number(self) -> None:
        """Write the site's number on the case, and the subject's."""
        number = self.entered["icp_number"]
        self.case.icp_number, self.case.icp_subject = str(number), number.subject

    def doubt_papers(self) -> None:
        """Have an officer confirm every accepted paper anew."""
        for document in self.rows.documents:
            if document.status == DocumentStatus.ACCEPTED:
                self.change("doubted", document, status=DocumentStatus.PENDING.value)

    def undo(self) -> State:
        """Take back the newest step: its fields, its rows; the history keeps them."""
        row = self.rows.step_to_undo
        assert row is not None
        self.undoes = row.sequence
        for name, (old, _new) in row.changes.get("fields", {}).items():
            field = self.case._meta.get_field(name)
            assert isinstance(field, Field)
            setattr(self.case, name, field.to_python(old))
        self.case.state_since, self.case.turn_since, self.case.turn = times_before(row)
        self._undo_rows(row.changes)
        return State(row.from_state)

    def _undo_rows(self, made: dict[str, list[int]]) -> None:
        Document.objects.filter(pk__in=made.get("documents", ())).update(
            status=DocumentStatus.REFUSED.value, refusal=_("Taken back with the step that kept it.")
        )
        # What an officer has decided meanwhile stays decided.
        Document.objects.filter(
            pk__in=made.get("doubted", ()), status=DocumentStatus.PENDING.value
        ).update(status=DocumentStatus.ACCEPTED.value)
        Order.objects.filter(pk__in=made.get("orders", ()), case=self.case).delete()
        Order.objects.filter(pk__in=made.get("ended_orders", ())).update(ended_on=None)
        waiting = [RequestStatus.OPEN.value, RequestStatus.ANSWERED.value]
        Request.objects.filter(pk__in=made.get("requests", ()), status__in=waiting).update(
            status=RequestStatus.WAIVED.value, waiver=_("Taken back with the step that asked.")
        )


def kind_of_request(about: str, documents: list[Document]) -> str:
    """What kind of request a reason about this place makes."""
    if about in _KINDS:
        there = any(document.kind == about for document in documents)
        return (Request.About.DOCUMENT_REFUSED if there else Request.About.DOCUMENT_MISSING).value
    return (Request.About.FACT if about else Request.About.QUESTION).value
