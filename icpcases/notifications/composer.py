"""The mail about a step: the same words in the preview before it and in the mail after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from icpcases.cases.models import (
    CasePerson,
    FilingCase,
    HistoryRow,
    Notice,
    Request,
    SmsCheck,
)
from icpcases.cases.outbox import site_url
from icpcases.lifecycle import retired
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.types import Text
from icpcases.workflow.actions.participants import invitation_link, waiting_invitation
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.messages import remedy_of, sentence_of
from icpcases.workflow.standing import open_requests, standing_of, to_right
from icpcases.workflow.step_forms import person_label, reason_places

from . import texts as words


@dataclass(frozen=True)
class Message:
    """A mail in its recipient's language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Event:
    """What a letter is about: a step or request, what was entered, what staff add, and whether
    that waits for words of the reader's own."""

    sentence: Text
    entered: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[Mapping[str, str], ...] = ()
    line: str = ""
    answerable: bool = False


def message_of(notice: Notice) -> Message:
    """The mail of a notice about a history row, with what is needed now."""
    row = notice.history
    assert row is not None
    case = FilingCase.objects.with_names().get(pk=row.case_id)
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    return message_about(
        case, rows, event_of(case, row, notice.line), notice.language, notice.address
    )


def event(
    case: FilingCase,
    step: Step,
    entered: Mapping[str, object],
    reasons: list[dict[str, str]],
    line: str,
    undone: HistoryRow | None = None,
) -> Event:
    """What a step brings about, in the applicant's words; of a taking back, what was `undone`.

    Why it was taken back is the office's own affair.
    """
    if undone is not None:
        return Event(format_lazy(words.TAKEN_BACK, happened=_happened(case, undone)), line=line)
    theirs = (reason for reason in reasons if not reason.get("office"))
    told = tuple(theirs) if step.about.tells_reasons else ()
    return Event(case.step_words(step).happened, entered, told, line)


def _happened(case: FilingCase, row: HistoryRow) -> Text:
    if row.step in retired.STEPS:
        return retired.HAPPENED[row.step]
    return case.step_words(Step(row.step)).happened


def event_of(case: FilingCase, row: HistoryRow, line: str) -> Event:
    """What a history row tells the applicant. Its internal note never is part of it."""
    if row.step in retired.STEPS:
        return Event(_happened(case, row), row.entered, tuple(row.reasons), line)
    if row.undoes is not None:
        undone = HistoryRow.objects.get(case=row.case_id, sequence=row.undoes)
        return event(case, Step(row.step), {}, [], line, undone)
    if row.kind == HistoryRow.Kind.STEP:
        return event(case, Step(row.step), row.entered, row.reasons, line)
    if row.kind == HistoryRow.Kind.DOCUMENT:
        return Event(words.DOCUMENT_REFUSED, reasons=tuple(row.reasons), line=line)
    if row.kind == HistoryRow.Kind.CORRECTION:
        return Event(words.CORRECTED, line=line)
    if row.kind == HistoryRow.Kind.FOLLOW_UP:
        return Event(words.REMINDED, line=line)
    if row.kind == HistoryRow.Kind.MESSAGE:
        return Event(words.WRITTEN, line=line, answerable=True)
    return Event(words.ASKED, line=line)


def message_about(
    case: FilingCase, rows: CaseFile, about: Event, language: str, address: str
) -> Message:
    """The letter to an address about something that happened on a case, as the case stands."""
    with translation.override(language):
        return render(
            "step",
            subject_line(case, str(case.words.applicant)),
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
                "state": case.words.applicant,
                "standing": standing_of(case),
                "asked": asked_one_by_one(case, rows),
                "unanswered": [person_label(check) for check in unanswered_in(case, rows)],
                **way_in(case, address),
                "answerable": about.answerable,
                "answer_at": messages_link(case),
                "language": language,
            },
        )


def render(name: str, subject: str, context: Mapping[str, object]) -> Message:
    """A letter from its two templates, in the active language."""
    whole = {**context, "subject": subject}
    text = render_to_string(f"mail/{name}.txt", whole).strip() + "\n"
    return Message(subject, text, render_to_string(f"mail/{name}.html", whole))


def subject_line(case: FilingCase, words: Text) -> str:
    """The subject line: the case and the news, in one line."""
    names = [case.errand_name, case.shown_domain or case.site_name]
    about = f"{case.reference} {' · '.join(filter(None, names))}".strip()
    line = _("%(about)s: %(text)s") % {"about": about, "text": words}
    return " ".join(line.split())[:250]


def unanswered_in(case: FilingCase, rows: CaseFile) -> list[SmsCheck]:
    """Whom the SMS check that runs still waits for."""
    return rows.unanswered if case.is_at == State.SMS_VERIFICATION else []


def asked_one_by_one(case: FilingCase, rows: CaseFile) -> list[str]:
    """What is asked of the applicant one by one, in the active language: requests, and what
    stands in the way of the next step and is theirs to put right."""
    if case.is_at.closed:
        return []
    found = [_asked(case, request) for request in open_requests(case, rows)]
    return found + [f"{sentence_of(f)} {remedy_of(f)}".strip() for f in to_right(case)]


def _asked(case: FilingCase, request: Request) -> str:
    text = _with_place(case, request.about, request.text)
    if request.due_on is None:
        return text
    return _("%(what)s (by %(when)s)") % {"what": text, "when": f"{request.due_on:%Y-%m-%d}"}


def _with_place(case: FilingCase, about: str, text: str) -> str:
    label = dict(reason_places(case)).get(about) if about else ""
    return _("%(about)s: %(text)s") % {"about": label, "text": text} if label else text


def case_link(case: FilingCase) -> str:
    """Where the applicant finds the case."""
    return site_url(reverse("applicants:case", args=[case.reference]))


def messages_link(case: FilingCase) -> str:
    """Where the applicant reads and writes messages."""
    return site_url(reverse("applicants:messages", args=[case.reference]))


def way_in(case: FilingCase, address: str) -> dict[str, str]:
    """What a mail says of where the case is: to whoever has not joined, the invitation, or else
    how to follow the case without an account."""
    if CasePerson.objects.filter(case=case, user__email__iexact=address).exists():
        return {"link": case_link(case)}
    invitation = waiting_invitation(case, address)
    if invitation is None:
        return {"link": site_url(reverse("applicants:follow")), "code": case.follow_code}
    return {"link": invitation_link(invitation), "invited": address}


def staff_link(case: FilingCase) -> str:
    """Where an officer finds the case."""
    return site_url(reverse("admin:cases_filingcase_change", args=[case.pk]))
