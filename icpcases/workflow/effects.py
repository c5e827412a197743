"""What a step does beyond the case's own row, remembered so that it can be taken back."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.document_store import keep_document
from icpcases.cases.models import Document, Order, Request
from icpcases.deadlines.turns import due
from icpcases.lifecycle.states import State
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus

from .undo import times_before

if TYPE_CHECKING:
    from icpcases.cases.models import FilingCase

    from .casefile import CaseFile
    from .step_forms import StepForm


_KINDS = {kind.value for kind in Kind}


class Effects:
    """The work of one step on a locked case. `made` names the rows it made or changed."""

    def __init__(self, case: "FilingCase", rows: "CaseFile", entry: "StepForm", by: Any) -> None:
        self.case, self.rows, self.entry, self.by = case, rows, entry, by
        self.entered = dict(entry.entered)
        self.at: dt.datetime = entry.cleaned_data["happened"]
        self.made: dict[str, list[int]] = {}
        self.undoes: int | None = None

    @property
    def day(self) -> dt.date:
        """The day on which the step happened, in Shanghai."""
        return timezone.localdate(self.at)

    def _made(self, what: str, pk: int) -> None:
        self.made.setdefault(what, []).append(pk)

    def keep_paper(self) -> None:
        """Keep the paper that came with the step, as accepted."""
        fields = {
            name: self.entered[name]
            for name in ("number", "issuer", "issued_on", "expires_on", "issued_in")
            if name in self.entered
        }
        fields.setdefault("issued_in", "mainland")
        document = keep_document(
            self.case,
            self.entry.kind,
            self.entered["file"],
            self.by,
            self.at,
            status=DocumentStatus.ACCEPTED.value,
            **fields,
        )
        self._made("documents", document.pk)

    def start_order(self) -> None:
        """Start an order, unless one is alive."""
        if self.rows.live_order:
            return
        provider = self.entered["provider"]
        order = Order.objects.create(
            case=self.case,
            applicant_id=self.case.applicant_id,
            provider=provider,
            number=self.entered["order_number"],
            submitted_on=self.day,
            exclusive=provider.one_order_per_applicant,
        )
        self._made("orders", order.pk)

    def end_order(self) -> None:
        """End the order, if one is alive."""
        order = self.rows.live_order
        if order is None:
            return
        order.ended_on = max(self.day, order.submitted_on)
        order.save(update_fields=["ended_on"])
        self._made("ended_orders", order.pk)

    def ask_for_reasons(self) -> None:
        """Turn each reason into a request to the applicant."""
        for reason in self.entry.given_reasons:
            request = Request.objects.create(
                case=self.case,
                kind=kind_of_request(reason["about"], self.rows.documents),
                about=reason["about"],
                text=reason["text"],
                created_at=self.at,
                order=self.rows.live_order,
            )
            self._made("requests", request.pk)

    def mark_late(self) -> None:
        """Say in what was entered whether it was due before; never where no clock runs."""
        until, _provisional = due(self.case, self.rows, self.rows.tables)
        self.entered["late"] = until is not None and self.at > until

    def doubt_papers(self) -> None:
        """Have an officer confirm every accepted paper anew."""
        for document in self.rows.documents:
            if document.status == DocumentStatus.ACCEPTED:
                self._set_status(document.pk, DocumentStatus.PENDING)
                self._made("doubted", document.pk)

    def undo(self) -> State:
        """Take back the newest step: its fields, its rows; the history keeps them."""
        row = self.rows.step_to_undo
        assert row is not None
        self.undoes = row.sequence
        for name, (old, _new) in row.changes.get("fields", {}).items():
            field: Any = self.case._meta.get_field(name)
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

    def _set_status(self, pk: int, status: DocumentStatus) -> None:
        Document.objects.filter(pk=pk).update(status=status.value)


def kind_of_request(about: str, documents: list[Document]) -> str:
    """What kind of request a reason about this place makes."""
    if about in _KINDS:
        there = any(document.kind == about for document in documents)
        return (Request.About.DOCUMENT_REFUSED if there else Request.About.DOCUMENT_MISSING).value
    return (Request.About.FACT if about else Request.About.QUESTION).value
