"""The case page: where the case stands, what is next, and how it came here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from icpcases.cases.forms.facts import asked_of
from icpcases.cases.forms.requests import AskAllForm, MessageForm
from icpcases.cases.models import Applicant, Document, FilingCase
from icpcases.cases.outbox import delivery_problems
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.lifecycle.states import State
from icpcases.rules.about_facts import FORUM_PROVINCE
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.facts import FACT_FIELDS, FACT_LABELS, FilingType
from icpcases.rules.filing_types import JUDGED
from icpcases.rules.numbers import mask, mask_phone
from icpcases.rules.verdict import missing_facts
from icpcases.web.back import list_to_return_to
from icpcases.web.errand_panel import PRIVATE, errand_panel
from icpcases.workflow.actions.judging import reusable_documents
from icpcases.workflow.actions.messages import waiting_messages
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_for, dossier_of
from icpcases.workflow.missing import missing_of
from icpcases.workflow.route import route_bar

from .documents import ask_missing_form
from .follow_up import follow_up_context
from .history import history_page
from .now import now_of
from .related import beside_case
from .undo import own_step


def case_context(request: HttpRequest, case: FilingCase) -> dict[str, object]:
    """Everything the case page shows; the rows around the case are fetched once."""
    rows, history = CaseFile(case), history_page(request, case)
    if history.paginator.num_pages == 1:
        rows.whole_history = [line.row for line in history]
    # All orders are shown, and the live one is among them.
    orders = rows.orders
    case.dossier = dossier_of(case, rows)
    now = now_of(request, case, rows)
    return {
        "case": case,
        "title": case.reference,
        "now": now,
        "steps": now.steps,
        "mine": case.officer_id == request.user.pk,
        "bar": route_bar(case, rows.whole_history),
        "own_step": own_step(rows, now.steps, request.user),
        "facts": list(fact_rows(case)),
        "site": list(site_rows(case)),
        "papers": paper_rows(case, rows),
        "requests": rows.requests,
        "ask_all": ask_all(case, rows) if is_working(request.user) else None,
        "to_judge": sum(d.status == DocumentStatus.PENDING for d in rows.documents)
        + sum(r.status == RequestStatus.ANSWERED for r in rows.requests),
        "requests_open": sum(
            r.status in (RequestStatus.OPEN, RequestStatus.ANSWERED) for r in rows.requests
        ),
        "orders": orders,
        "errand": errand_panel(case, rows),
        "followers": list(case.followers.all()) if case.about.ends else [],
        "next_errand": next_errand_url(case) if is_working(request.user) else "",
        "certificate": masked_certificate(case.applicant),
        "applicant_phone": mask_phone(case.applicant.phone) if case.applicant.phone else "",
        "may_work": is_working(request.user),
        "unread": waiting_messages(case),
        "message_form": message_box(),
        "may_assign": is_supervisor(request.user),
        **nobody_joined(case),
        "mail_problems": delivery_problems(case),
        "province_changed": answer_changed(case),
        "history": history,
        "today": timezone.localdate(),
        **_way_back(request),
        **follow_up_context(case, rows, is_working(request.user)),
        **beside_case(request, case, rows.whole_history),
    }


def message_box() -> MessageForm:
    """The box to answer in, with its key; the note's box has the field's usual name."""
    form = MessageForm(auto_id="message_%s")
    form.fields["text"].widget.attrs["data-key"] = "m"
    return form


def _way_back(request: HttpRequest) -> dict[str, str]:
    address = list_to_return_to(request)
    today = address.partition("?")[0] == reverse("admin:index")
    label = gettext("Back to Today") if today else gettext("Back to the list")
    return {"back_to_list": address, "back_to_list_label": label}


def nobody_joined(case: FilingCase) -> dict[str, object]:
    """Whether a case that goes on has nobody who follows it, and who is invited to."""
    if case.people_pks or case.is_at.closed or case.is_at == State.COMPLETED:
        return {"nobody_joined": False}
    waiting = list(case.invitations.waiting().order_by("pk"))
    return {"nobody_joined": True, "invited": waiting}


def next_errand_url(case: FilingCase) -> str:
    """Where the filing begins that follows a cancelled site: file the other one; else empty."""
    if case.is_of != FilingType.CANCEL_SERVICE or case.is_at.closed:
        return ""
    given = {
        "applicant": case.applicant_id, "filing_type": FilingType.ADD_SERVICE.value,
        "follows": case.pk,
    }  # fmt: skip
    return f"{reverse('admin:cases_filingcase_add')}?{urlencode(given)}"


def answer_changed(case: FilingCase) -> bool:
    """Whether the province no longer takes forums while this case's pre-approval is under way."""
    under_way = case.is_at in (State.PREAPPROVAL_NEEDED, State.PREAPPROVAL_APPLIED)
    return under_way and not FORUM_PROVINCE.holds(dossier_for(case))


_ALWAYS = ("applicant_type", "server_region", "access", "forum", "province")


def fact_rows(case: FilingCase) -> Iterator[tuple[str, str, str]]:
    """Name, label and shown value of every fact."""
    asked = missing_facts(case.facts, case.changed)
    for name in filter(partial(is_of_the_errand, case), FACT_FIELDS):
        # What is neither given nor wanted is no matter of this case.
        if getattr(case, name) in (None, "") and name not in asked and name not in _ALWAYS:
            continue
        yield name, gettext(FACT_LABELS[name]), shown_fact(case, name)
    if case.forum and case.province:
        answer = case.province.get_accepts_forums_display()
        yield "province_accepts_forums", gettext(FACT_LABELS["province_accepts_forums"]), answer


def is_of_the_errand(case: FilingCase, name: str) -> bool:
    """Whether a field is part of what the errand is about: what it asks, or what is known of its
    service; an errand about the subject alone has no site."""
    if case.is_of in JUDGED or name in asked_of(case.is_of):
        return True
    return case.about.about_service and getattr(case, name) not in (None, "")


def shown_fact(case: FilingCase, name: str) -> str:
    """A fact's value in the reader's language."""
    value = getattr(case, name)
    if value is None or value == "":
        return gettext("not given")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    display = getattr(case, f"get_{name}_display", None)
    return str(display() if display else value)


def site_rows(case: FilingCase) -> Iterator[tuple[str, str, str, bool]]:
    """Name, label, shown value, and whether the whole value takes a logged click."""
    names = (
        "site_name", "domain_unicode", "ip_address", "subject_leader", "subject_leader_phone",
        "subject_leader_id", "service_leader", "service_leader_phone", "service_leader_id",
    )  # fmt: skip
    labels = {field.name: str(field.verbose_name) for field in case._meta.fields}
    for name in filter(partial(is_of_the_errand, case), names):
        value = getattr(case, name) or ""
        label = labels[name]
        if name in PRIVATE and value:
            yield name, label, PRIVATE[name](value), True
        elif value or name not in ("ip_address", *PRIVATE, "subject_leader"):
            yield name, label, value or gettext("not given"), False


@dataclass(frozen=True)
class PaperRow:
    """A kind of document on the page: whether it is wanted, on what condition, what is there."""

    kind: Kind
    label: str
    when: str
    wanted: bool
    not_needed: bool
    documents: list[Document]
    #: One of another case of the applicant that could be used here too.
    elsewhere: Document | None = None


def paper_rows(case: FilingCase, rows: CaseFile) -> list[PaperRow]:
    """The documents wanted, then those that are there without being wanted."""
    by_kind: dict[str, list[Document]] = {}
    for document in rows.documents:
        if document.status == DocumentStatus.REMOVED:
            continue
        by_kind.setdefault(document.kind, []).append(document)
    wanted = wanted_documents(case.facts, case.changed)
    found = [
        PaperRow(w.kind, gettext(w.kind.label), gettext(w.when) if w.when else "", True,
                 w.kind in rows.not_needed, by_kind.pop(w.kind.value, []))
        for w in wanted
    ]  # fmt: skip
    found = offer_documents(case, found)
    others = [
        PaperRow(Kind(kind), gettext(Kind(kind).label), "", False, False, documents)
        for kind, documents in by_kind.items()
    ]
    return found + others


def ask_all(case: FilingCase, rows: CaseFile) -> AskAllForm | None:
    """The form that asks for all that is missing; None where nothing is."""
    missing = missing_of(case, dossier_for(case), rows.requests)
    return ask_missing_form(case, missing) if missing else None


def offer_documents(case: FilingCase, rows: list[PaperRow]) -> list[PaperRow]:
    """The rows, those without a document with one of another case that could be used here."""
    lacking = [row.kind.value for row in rows if not row.documents and not row.not_needed]
    if not lacking or case.is_at.closed:
        return rows
    offered: dict[str, Document] = {}
    for document in reusable_documents(case).filter(kind__in=lacking)[:_OFFERED]:
        offered.setdefault(document.kind, document)
    return [replace(row, elsewhere=offered.get(row.kind.value)) for row in rows]


_OFFERED = 50


def masked_certificate(applicant: Applicant) -> str:
    """The applicant's certificate number, masked where it is a person's."""
    number = applicant.certificate_number
    return mask(number) if applicant.number_is_private and number else number
