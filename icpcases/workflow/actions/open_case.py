"""Opening a case: a draft with its owner and the first row of its history."""

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string

from icpcases.cases.forms.facts import FactsForm, own_leader
from icpcases.cases.models import (
    Applicant,
    CasePerson,
    FilingCase,
    HistoryRow,
    ReferenceCounter,
)
from icpcases.cases.permissions import is_working
from icpcases.deadlines.turns import end_of
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.register.prefill import seed
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.rule import Party
from icpcases.search import index
from icpcases.workflow.exceptions import NotAllowed, OutcomeUnknown, Refused
from icpcases.workflow.refusals import ONLY_FOR_ONESELF
from icpcases.workflow.transactions import one_transaction

from .checks import When, account_of

# No letter that could be read as another, nor as a digit.
FOLLOW_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def open_case(
    by: Actor,
    applicant: Applicant,
    form: FactsForm,
    owner: Actor | None = None,
    happened: When = None,
    token: str | None = None,
    follows: FilingCase | None = None,
) -> FilingCase:
    """A new draft for an applicant with the facts of a valid FactsForm.

    `follows` is the errand that this one waits for. Whoever opens it for themselves is its owner.
    The same `token` twice gives the case it opened. Raises NotAllowed for anybody who is neither
    working staff nor that owner.
    """
    inspects = form.cleaned_data["filing_type"] in INSPECTIONS
    if not is_working(by) and (by != owner or inspects):
        raise NotAllowed(by, ONLY_FOR_ONESELF)
    kept = _kept(by, token)
    try:
        return opened_by_form(by, token) or open_new(
            by, applicant, form, owner, happened, kept, follows
        )
    except (OpenAlready, OutcomeUnknown):
        # A second click in the same moment as the first; or it was kept and the answer lost.
        case = opened_by_form(by, token)
        if case is None:
            raise
        return case


class OpenAlready(Refused):
    """The case was opened meanwhile by the same form."""


def _kept(by: Actor, token: str | None) -> str | None:
    return f"{by.pk}:{token}" if token else None


def opened_by_form(by: Actor, token: str | None) -> FilingCase | None:
    """The case that a form of theirs with this token has opened already."""
    return _opened(_kept(by, token))


def _opened(kept: str | None) -> FilingCase | None:
    return FilingCase.objects.filter(form_token=kept).first() if kept else None


def open_new(
    by: Actor,
    applicant: Applicant,
    form: FactsForm,
    owner: Actor | None,
    happened: dt.datetime | None,
    token: str | None,
    follows: FilingCase | None = None,
) -> FilingCase:
    """Write a new draft, its owner and the first row of its history."""
    now = timezone.now()
    at = min(happened or now, now)

    def twice() -> Refused | None:
        return OpenAlready() if _opened(token) else None

    with one_transaction(f"a new case of user {by.pk}", explain=twice):
        if applicant._state.adding:
            applicant.save()
            index.keep_client(applicant.pk)
        else:
            applicant = standing_record(applicant)
        case = _begun(by, applicant, form, at)
        case.form_token, case.follows = token, follows
        case.save(force_insert=True)
        if owner is not None:
            CasePerson.objects.create(case=case, user=account_of(owner))
        HistoryRow.objects.create(
            case=case,
            sequence=1,
            kind=HistoryRow.Kind.EDIT,
            to_state=case.state,
            turn=case.turn,
            by=account_of(by),
            happened_at=at,
            recorded_at=now,
            entered={"opened": case.reference},
        )
        index.keep(case)
    return case


def standing_record(applicant: Applicant) -> Applicant:
    """The record that stands for this one now, held until the change ends: it may have been
    joined to another while the page was open."""
    held = Applicant.objects.select_for_update().get(pk=applicant.pk)
    while held.joined_to_id is not None:
        held = Applicant.objects.select_for_update().get(pk=held.joined_to_id)
    return held


def _begun(by: Actor, applicant: Applicant, form: FactsForm, at: dt.datetime) -> FilingCase:
    """A case as it begins with these facts, not saved."""
    case = FilingCase(
        reference=next_reference(timezone.localdate(at).year),
        follow_code=new_follow_code(),
        applicant=applicant,
        officer=account_of(by) if is_working(by) else None,
        created_at=at,
        state_since=at,
        turn=Party.APPLICANT.value,
        turn_since=at,
        version=1,
    )
    case.filing_type = form.cleaned_data["filing_type"]
    if case.about.about_service or case.about.about_subject:
        seed(case, form.cleaned_data.get("service"))
    form.write_to(case)
    for name, value in own_leader(case).items():
        setattr(case, name, value)
    if case.about.inspection:
        # Nothing is asked of the facts, and nothing is looked at first.
        vars(case)["state"] = State.PREPARING.value
        case.turn = Party.OFFICER.value
        case.due_at = end_of(case.term) if case.term else None
    return case


def new_follow_code() -> str:
    """A code nobody guesses: about 49 bits."""
    return get_random_string(10, FOLLOW_ALPHABET)


def next_reference(year: int) -> str:
    """The next reference of a year, such as ICP-2026-000123; unique however many ask at once."""
    table = ReferenceCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (year, last) VALUES (%s, 1)"
            f" ON CONFLICT (year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [year],
        )
        (number,) = cursor.fetchone()
    return f"ICP-{year}-{number:06d}"
