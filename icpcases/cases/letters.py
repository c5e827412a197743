"""The mail about a step: the same words in the preview before it and in the mail after it."""

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, RequestStatus
from icpcases.rules.rule import Party

from . import letter_words as words
from .clocks import kept, set_turn
from .dossiers import Rows, dossier_of
from .entries import Entry, reason_places
from .explain import unmet_guards
from .models import Document, FilingCase, HistoryRow, Notice, Order, Request
from .route import recommended_step
from .states import State
from .steps import BACK, Step
from .telling import audience, site_url
from .wording import remedy_of, sentence_of

_ASKING = (Step.SEND_BACK, Step.RETURN_FOR_CORRECTION)
_TELLING_REASONS = (Step.RECORD_REFUSAL, Step.WITHDRAW, Step.CANCEL_FILING, Step.REOPEN)
_END_OF_DAY = dt.time(23, 59, 59)


@dataclass(frozen=True)
class Letter:
    """A mail in its recipient's language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Happening:
    """What a letter is about: a step or request, what was entered, what staff add."""

    sentence: Any
    entered: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Mapping[str, str], ...] = ()
    line: str = ""


@dataclass(frozen=True)
class Preview:
    """Who will be told, and the mail they will get."""

    addresses: list[str]
    letter: Letter
    language: str


def previews(case: FilingCase, step: Step, form: Entry | None = None) -> list[Preview]:
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
        Preview(addresses, letter(case, step, language, data), language)
        for language, addresses in by_language.items()
    ]


def letter(
    case: FilingCase, step: Step, language: str, data: Mapping[str, Any] | None = None
) -> Letter:
    """The mail that a step would send, given what was entered so far."""
    data = data or {}
    after, rows = case_after(case, step, data)
    about = happening(step, data, _reasons_of(data), data.get("note_public", ""))
    return write(after, rows, about, language)


def letter_of(notice: Notice) -> Letter:
    """The mail of a notice about a history row, with what is needed now."""
    row = notice.history
    assert row is not None
    case = FilingCase.objects.with_names().get(pk=row.case_id)
    rows = Rows(case)
    case.dossier = dossier_of(case, rows)
    return write(case, rows, happening_of(row, notice.line), notice.language)


def happening(
    step: Step, entered: Mapping[str, Any], reasons: list[dict[str, str]], line: str
) -> Happening:
    """What a step brings about, in the applicant's words."""
    told = tuple(reasons) if step in _TELLING_REASONS else ()
    return Happening(words.HAPPENED[step], entered, told, line)


def happening_of(row: HistoryRow, line: str) -> Happening:
    """What a history row tells the applicant. Its internal note never is part of it."""
    if row.kind == HistoryRow.Kind.STEP:
        return happening(Step(row.step), row.entered, row.reasons, line)
    if row.kind == HistoryRow.Kind.DOCUMENT:
        return Happening(words.DOCUMENT_REFUSED, reasons=tuple(row.reasons), line=line)
    return Happening(words.ASKED, line=line)


def _reasons_of(data: Mapping[str, Any]) -> list[dict[str, str]]:
    if data.get("reason"):
        return [{"about": "", "text": data["reason"]}]
    return list(data.get("reasons") or [])


def case_after(case: FilingCase, step: Step, data: Mapping[str, Any]) -> tuple[FilingCase, Rows]:
    """A copy of the case as it would stand after the step; nothing is saved."""
    now: dt.datetime = data.get("happened") or timezone.now()
    before, after = Rows(case), copy.copy(case)
    rows = Rows(after)
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
    set_turn(after, rows, now, moved, kept())
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


def _new_order(rows: Rows, step: Step, data: Mapping[str, Any], now: dt.datetime) -> list[Order]:
    if step != Step.SUBMIT_TO_PROVIDER or rows.live_order or not data.get("provider"):
        return []
    return [Order(provider=data["provider"], submitted_on=timezone.localdate(now))]


def write(case: FilingCase, rows: Rows, about: Happening, language: str) -> Letter:
    """The letter about something that happened on a case, as the case stands."""
    with translation.override(language):
        needed = needed_of(case, rows)
        return render(
            "step",
            subject_of(case, case.is_at.about.applicant),
            {
                "case": case,
                "happened": about.sentence,
                "entered": [
                    (label, str(about.entered[name]))
                    for name, label in words.ENTERED.items()
                    if about.entered.get(name)
                ],
                "reasons": [_with_place(case, r["about"], r["text"]) for r in about.reasons],
                "line": about.line,
                "state": case.is_at.about.applicant,
                "needed": needed,
                "turn": "" if case.whose_turn == Party.NOBODY else case.turn_name,
                "when": shown_time(case.due_at) if case.due_at else "",
                "theirs": case.whose_turn == Party.APPLICANT,
                "provisional": case.due_provisional,
                "link": case_link(case),
                "language": language,
            },
        )


def render(name: str, subject: str, context: dict[str, Any]) -> Letter:
    """A letter from its two templates, in the active language."""
    context = {**context, "subject": subject}
    text = render_to_string(f"mail/{name}.txt", context).strip() + "\n"
    return Letter(subject, text, render_to_string(f"mail/{name}.html", context))


def subject_of(case: FilingCase, words: Any) -> str:
    """The subject line: the case and the news, in one line."""
    site = case.shown_domain or case.site_name
    about = f"{case.reference} {site}" if site else case.reference
    line = _("%(about)s: %(text)s") % {"about": about, "text": words}
    return " ".join(line.split())[:250]


def needed_of(case: FilingCase, rows: Rows) -> list[str]:
    """What is needed from the applicant, in the active language."""
    found = []
    theirs = case.whose_turn == Party.APPLICANT
    if theirs and case.is_at == State.OPEN:
        found += [] if case.footer_on else [str(words.FOOTER)]
        found += [] if case.public_security_on else [str(words.PUBLIC_SECURITY)]
    elif theirs and case.is_at in words.NEEDED:
        found.append(str(words.NEEDED[case.is_at]))
    if case.is_at.closed:
        return found
    asked = [r for r in rows.requests if r.status == RequestStatus.OPEN]
    found += [_asked(case, request) for request in asked]
    step = recommended_step(case)
    unmet = unmet_guards(case.dossier, step, for_applicant=True) if step else ()
    return found + [
        f"{sentence_of(finding)} {remedy_of(finding)}"
        for finding in unmet
        if finding.who == Party.APPLICANT and finding.code != "request.settled"
    ]


def _asked(case: FilingCase, request: Request) -> str:
    text = _with_place(case, request.about, request.text)
    if request.due_on is None:
        return text
    return _("%(what)s (by %(when)s)") % {"what": text, "when": f"{request.due_on:%Y-%m-%d}"}


def _with_place(case: FilingCase, about: str, text: str) -> str:
    label = dict(reason_places(case)).get(about) if about else ""
    return _("%(about)s: %(text)s") % {"about": label, "text": text} if label else text


def shown_time(when: dt.datetime) -> str:
    """A point in time as a letter says it: a day, or day and time, in Shanghai."""
    local = timezone.localtime(when)
    if local.time().replace(microsecond=0) == _END_OF_DAY:
        return f"{local:%Y-%m-%d}"
    return _("%(when)s (Shanghai time)") % {"when": f"{local:%Y-%m-%d %H:%M}"}


def case_link(case: FilingCase) -> str:
    """Where the applicant finds the case."""
    try:
        return site_url(reverse("applicants:case", args=[case.reference]))
    except NoReverseMatch:
        return site_url("/")


def staff_link(case: FilingCase) -> str:
    """Where an officer finds the case."""
    return site_url(reverse("admin:cases_filingcase_change", args=[case.pk]))
