"""What a step does beyond the case's own fields, remembered so that it can be taken back."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Unpack

from django.contrib.auth.models import User
from django.db.models import Exists, Field, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.document_store import OnPaper, keep_document
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Document,
    FilingCase,
    HistoryRow,
    Order,
    OrderCase,
    ProviderAccess,
    RegisterRow,
    Request,
    SmsCheck,
)
from icpcases.cases.outbox import hold_back
from icpcases.db.statements import insert_row, update
from icpcases.deadlines.turns import due
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import BEFORE_THEM, State
from icpcases.lifecycle.steps import Step
from icpcases.register import acts
from icpcases.register.record import RegisterChange
from icpcases.register.undoing import rows_of, take_back_entries
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import MAKING, Leader, asked_by_sms
from icpcases.search import index
from icpcases.types import Cleaned

from .casefile import CaseFile
from .settling import settle_turns
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
        self.made: dict[str, list[Any]] = {}
        self.orders_were: dict[int, dict[str, Any]] = {}
        self.undoes: int | None = None

    def apply(self) -> State | None:
        """Do all that is declared of the step; the state it goes back to, where it does."""
        about, back = self.step.about, None
        if about.claims:
            setattr(self.case, about.claims, True)
        for effect in about.effects:
            back = getattr(self, effect.value)() or back
        if self.orders_were:
            self.made["order_was"] = list(self.orders_were.values())
        return back or self.target()

    def target(self) -> State | None:
        """Where the step leads, where its form or the filing type decides."""
        if not isinstance(self.step.about.target, tuple):
            return None
        inspected, usual = self.case.about.inspection, self.step.about.targets[0]
        if self.step == Step.PROVIDER_PASSES:
            return State.COMPLETED if inspected else usual
        return State.SMS_VERIFICATION if self.rows.unanswered else State.AUTHORITY_REVIEW

    @property
    def day(self) -> dt.date:
        """The day on which the step happened, in Shanghai."""
        return timezone.localdate(self.at)

    def create(self, what: str, row: Order | OrderCase | Request | SmsCheck) -> None:
        """Keep a new row."""
        insert_row(row)
        self.made.setdefault(what, []).append(row.pk)

    def change(
        self, what: str, row: Document | OrderCase | Request | SmsCheck, **fields: object
    ) -> None:
        """Change a row that is there."""
        vars(row).update(fields)
        update(row, tuple(fields))
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
        if self.case.about.inspection:
            return
        if self.rows.usable_order is None:
            # One that has come to the end of its life while the case was prepared.
            self.end_order()
        order = self.locked_order() or self.chosen_order()
        if not order.running:
            self.change_order(order, running=True)

    def chosen_order(self) -> Order:
        """The order that was named on the form: a new one, or one of this subject's to join."""
        order = self.rows.order_to_join
        if order is None:
            order = Order(
                applicant_id=self.case.applicant_id,
                provider=self.entered["provider"], number=self.entered["order_number"],
                created_on=self.entered.get("order_created_on"), submitted_on=self.day,
            )  # fmt: skip
            self.create("orders", order)
        self.create("memberships", OrderCase(order=order, case=self.case, joined_on=self.day))
        self.rows.live_order = order
        return order

    def locked_order(self) -> Order | None:
        """The order the case lives on, held until the end: its other cases may move meanwhile."""
        order = self.rows.live_order
        if order is not None and self.rows.lean:
            order = self.rows.hold_order(order)
        return order

    def change_order(self, order: Order, **fields: object) -> None:
        """Change an order, and remember how it was."""
        was = {name: plain_day(getattr(order, name)) for name in fields}
        before = self.orders_were.setdefault(order.pk, {"order": order.pk, "was": {}, "now": {}})
        before["was"] = was | before["was"]
        before["now"] |= {name: plain_day(value) for name, value in fields.items()}
        vars(order).update(fields)
        update(order, tuple(fields))

    def others_running(self, order: Order) -> bool:
        """Whether another case of the order is before the provider or the administrations."""
        live = order.memberships.filter(left_on__isnull=True).exclude(case=self.case)
        return live.filter(case__state__in=BEFORE_THEM).exists()

    def pause_order(self) -> None:
        """The case is before nobody for now; its order runs on only with others."""
        order = self.locked_order()
        if order is not None and order.running and not self.others_running(order):
            self.change_order(order, running=False)
            self.run_next()

    def run_next(self) -> None:
        """Where no order of the subject runs, the oldest does that a case goes by before them.

        Of two that ran before a subject might have one only, the younger stands still until then.
        """
        own = Order.objects.filter(applicant=self.case.applicant_id)
        live = OrderCase.objects.filter(order=OuterRef("pk"), left_on__isnull=True)
        others = live.filter(case__state__in=BEFORE_THEM).exclude(case=self.case)
        waiting = own.filter(Exists(others)).exclude(Exists(own.filter(running=True)))
        for order in waiting.order_by("pk").select_for_update(of=("self",)):
            # Its case may have moved while the lock was waited for.
            if self.others_running(order):
                self.change_order(order, running=True)
                return

    def return_order(self) -> None:
        """Note the latest return of the order."""
        order = self.locked_order()
        if order is not None:
            self.change_order(order, returned_on=max(self.day, order.submitted_on))

    def end_order(self) -> None:
        """The case leaves its order, which ends with the last of its cases."""
        order = self.locked_order()
        if order is None:
            return
        self.leave(order)
        others = order.memberships.filter(left_on__isnull=True).exclude(case=self.case)
        if not others.exists():
            self.change_order(order, running=False, ended_on=max(self.day, order.submitted_on))
            self.run_next()
        elif order.running and not self.others_running(order):
            self.change_order(order, running=False)
            self.run_next()

    def leave(self, order: Order) -> None:
        """The case goes by the order no longer."""
        own = OrderCase.objects.get(order=order, case=self.case)
        self.change("left", own, left_on=max(self.day, own.joined_on))
        self.rows.live_order = None

    def ask_for_reasons(self) -> None:
        """Turn each reason into a request to the applicant."""
        for reason in self.reasons:
            if reason.get("office"):
                continue
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

    def ask_by_sms(self) -> None:
        """Have the ministry ask each person whom this type asks, in a new round."""
        number = max((check.number for check in self.rows.sms_checks), default=0) + 1
        for person, name, phone in people_asked(self.case):
            check = SmsCheck(
                case=self.case, number=number, person=person, name=name, phone=phone,
                sent_at=self.at,
            )  # fmt: skip
            self.create("sms_checks", check)
            if check not in self.rows.sms_checks:
                self.rows.sms_checks.append(check)

    def close_round(self) -> None:
        """Nobody of this round can answer any more."""
        for check in self.rows.sms_checks:
            if not check.closed:
                self.change("closed_checks", check, closed=True)

    def note_confirmation(self) -> None:
        """Note who has answered: whoever was named, or the only one who was asked."""
        waiting = self.rows.unanswered
        named = self.entered.get("person") or (waiting[0].person if waiting else "")
        for check in waiting:
            if check.person == named:
                self.entered["person"] = check.person
                self.change("confirmed_checks", check, confirmed_at=self.at)

    def keep_in_register(self) -> None:
        """Have the register say what the errand has brought about."""
        making = self.case.is_of in MAKING
        what = RegisterRow.What.FILED if making else RegisterRow.What.COMPLETED
        day = self.entered["filed_on" if making else "completed_on"]
        with self.register_change(what, day) as change:
            _IN_REGISTER[self.case.is_of](self, change, day)

    def date_service(self) -> None:
        """Have the register say when the service opened, or that a duty is done."""
        service = self.case.service
        if service is not None:
            with self.register_change(RegisterRow.What.DATED, self.day) as change:
                change.change(service, **self.entered)

    @contextmanager
    def register_change(self, what: RegisterRow.What, day: dt.date) -> Iterator[RegisterChange]:
        """A change of the register that belongs to this step; the engine holds its records."""
        applicant = self.case.applicant
        by = self.by if isinstance(self.by, User) else None
        change = RegisterChange(applicant, what, by, day, timezone.now(), self.case)
        yield change
        row = change.keep()
        if row is not None:
            self.made.setdefault("register", []).append(row.pk)
            settle_turns(change)
        if f"applicant {applicant.pk}" in change.changes:
            # Called otherwise now, as are all cases of the applicant where they are looked for.
            self.case.applicant.refresh_from_db()
            index.keep_applicant(self.case.applicant)

    def doubt_papers(self) -> None:
        """Have an officer confirm every accepted paper anew."""
        for document in self.rows.documents:
            if document.status == DocumentStatus.ACCEPTED:
                self.change("doubted", document, status=DocumentStatus.PENDING.value)

    def renew_requests(self) -> None:
        """Give what is still asked as many days as it had, from the day of this step."""
        for request in self.rows.requests:
            if request.status == RequestStatus.OPEN and request.due_on is not None:
                was, asked_on = request.due_on, timezone.localdate(request.created_at)
                due_on = self.day + max(was - asked_on, dt.timedelta(days=1))
                self.change("renewed", request, due_on=due_on)
                self.made.setdefault("due_was", []).append([request.pk, plain_day(was)])

    def undo(self) -> State:
        """Take back the newest step: its fields, its rows; the history keeps them."""
        row = self.rows.step_to_undo
        assert row is not None
        self.undoes = row.sequence
        hold_back(row)
        earlier = self.set_back(row)
        self._undo_rows(row.changes)
        self._undo_orders(row.changes, earlier)
        return earlier

    def set_back(self, row: HistoryRow) -> State:
        """Give the case the fields and times it had before a step, and say the state."""
        known = {field.attname for field in self.case._meta.concrete_fields}
        for name, (old, _new) in row.changes.get("fields", {}).items():
            if name not in known:
                # Of a release in which the case kept what the register keeps now.
                continue
            field = self.case._meta.get_field(name)
            assert isinstance(field, Field)
            setattr(self.case, name, field.to_python(old))
        self.case.state_since, self.case.turn_since, self.case.turn = times_before(row)
        if State(row.to_state) == State.FILED and State(row.from_state) != State.FILED:
            self.case.service = None
        return State(row.from_state)

    def _undo_rows(self, made: dict[str, list[Any]]) -> None:
        Document.objects.filter(pk__in=made.get("documents", ())).update(
            status=DocumentStatus.REFUSED.value, refusal=_("Taken back with the step that kept it.")
        )
        # What an officer has decided meanwhile stays decided.
        Document.objects.filter(
            pk__in=made.get("doubted", ()), status=DocumentStatus.PENDING.value
        ).update(status=DocumentStatus.ACCEPTED.value)
        row = self.rows.step_to_undo
        if row is not None and rows_of(self.case.pk, row.sequence):
            with self.register_change(RegisterRow.What.TAKEN_BACK, self.day) as change:
                take_back_entries(self.case.pk, row.sequence, change)
        checks = SmsCheck.objects.filter(case=self.case)
        checks.filter(pk__in=made.get("sms_checks", ())).delete()
        checks.filter(pk__in=made.get("confirmed_checks", ())).update(confirmed_at=None)
        checks.filter(pk__in=made.get("closed_checks", ())).update(closed=False)
        for pk, due_on in made.get("due_was", ()):
            # One that was asked again since has a term of its own.
            again = Request.objects.filter(pk=pk, status=RequestStatus.OPEN.value)
            again.update(due_on=due_on)
        waiting = [RequestStatus.OPEN.value, RequestStatus.ANSWERED.value]
        Request.objects.filter(pk__in=made.get("requests", ()), status__in=waiting).update(
            status=RequestStatus.WAIVED.value, waiver=_("Taken back with the step that asked.")
        )

    def _undo_orders(self, made: dict[str, list[Any]], earlier: State) -> None:
        own = OrderCase.objects.filter(case=self.case)
        rows = Order.objects.select_for_update().filter(memberships__case=self.case)
        orders = {order.pk: order for order in rows.order_by("pk")}
        handed_on = {change["order"] for change in made.get("order_was", ())} - orders.keys()
        # What runs in place of this case's order stands still again, before that one runs.
        Order.objects.filter(pk__in=handed_on, running=True).update(running=False)
        for change in made.get("order_was", ()):
            if change["order"] in handed_on:
                continue
            # What another case of the order has changed since stays as that case made it.
            order = orders[change["order"]]
            now = {name: plain_day(getattr(order, name)) for name in change["now"]}
            own_still = now.keys() - {"running", "ended_on"}
            old = {n: change["was"][n] for n in own_still if now[n] == change["now"][n]}
            Order.objects.filter(pk=order.pk).update(**old)
        own.filter(pk__in=made.get("memberships", ())).delete()
        own.filter(pk__in=made.get("left", ())).update(left_on=None)
        for order in orders.values():
            self._settle_order(order, earlier)
        if orders:
            self.run_next()

    def _settle_order(self, order: Order, earlier: State) -> None:
        """Have an order be as its cases are, this one in the earlier state."""
        order.refresh_from_db()
        if not order.memberships.exists():
            # Nobody has ever gone by it, as it turns out.
            order.delete()
            return
        live = order.memberships.filter(left_on__isnull=True)
        own = earlier in BEFORE_THEM and live.filter(case=self.case).exists()
        ended = None if live.exists() else order.ended_on or max(self.day, order.submitted_on)
        Order.objects.filter(pk=order.pk).update(
            running=own or self.others_running(order), ended_on=ended
        )


def kind_of_request(about: str, documents: list[Document]) -> str:
    """What kind of request a reason about this place makes."""
    if about in _KINDS:
        removed = DocumentStatus.REMOVED
        there = any(d.kind == about and d.status != removed for d in documents)
        return (Request.About.DOCUMENT_REFUSED if there else Request.About.DOCUMENT_MISSING).value
    return (Request.About.FACT if about else Request.About.QUESTION).value


def plain_day(value: object) -> object:
    """A day as the history keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def people_asked(case: FilingCase) -> list[tuple[str, str, str]]:
    """Whom the SMS check asks: part, name and phone; one person with one phone only once."""
    held: dict[str, tuple[str, str]] = {}
    for asked in asked_by_sms(case.is_of, case.changed):
        name, phone = asked.value, f"{asked.value}_phone"
        person = getattr(case, name), getattr(case, phone)
        if not all(person):
            # What the case leaves open, the register says.
            of_subject = asked == Leader.SUBJECT
            record = subject_of(case.applicant_id) if of_subject else case.service
            person = person[0] or getattr(record, name, ""), person[1] or getattr(record, phone, "")
        held[name] = person
    subject, own = held.get("subject_leader"), held.get("service_leader")
    # Who is not named as the subject's leader is the service's.
    if subject and own and subject in (("", ""), own):
        return [(SmsCheck.Person.BOTH.value, *own)]
    return [(part, *person) for part, person in held.items()]


def _file(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    order, number = effects.rows.live_order, effects.entered["icp_number"]
    provider = order.provider if order else None
    effects.case.service = acts.file_service(change, effects.case, number, day, provider)


def _open_access(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    order, service = effects.rows.live_order, effects.case.service
    if order and service:
        acts.open_access(change, service, order.provider, day)
        acts.settle_subject(change, service.subject)


def _apply(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    acts.apply_change(change, effects.case)


def _cancel_service(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    if effects.case.service:
        acts.cancel_service(change, effects.case.service, day)


def _cancel_subject(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    subject = subject_of(effects.case.applicant_id)
    if subject:
        acts.cancel_subject(change, subject, day)


def _end_access(effects: Effects, change: RegisterChange, day: dt.date) -> None:
    access = effects.case.provider_access
    if access:
        acts.end_access(change, access, day, ProviderAccess.Ended.ERRAND)


_IN_REGISTER: dict[FilingType, Callable[[Effects, RegisterChange, dt.date], None]] = {
    FilingType.FIRST: _file,
    FilingType.ADD_SERVICE: _file,
    FilingType.ADD_ACCESS: _open_access,
    FilingType.CHANGE: _apply,
    FilingType.CANCEL_SERVICE: _cancel_service,
    FilingType.CANCEL_SUBJECT: _cancel_subject,
    FilingType.CANCEL_ACCESS: _end_access,
}
