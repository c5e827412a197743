"""Opening a case: a draft with its owner and the first row of its history."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from icpcases.rules.rule import Party

from .finding import index
from .models import Applicant, CasePerson, FilingCase, HistoryRow
from .references import next_reference
from .roles import is_working


def opened(token: str | None) -> FilingCase | None:
    """The case that a form with this token has opened already."""
    return FilingCase.objects.filter(form_token=token).first() if token else None


def open_new(
    by: Any,
    applicant: Applicant,
    form: Any,
    owner: Any,
    happened: dt.datetime | None,
    token: str | None,
) -> FilingCase:
    """Write a new draft, its owner and the first row of its history."""
    now = timezone.now()
    at = min(happened or now, now)
    with transaction.atomic(durable=True):
        if applicant._state.adding:
            applicant.save()
        case = FilingCase(
            reference=next_reference(timezone.localdate(at).year),
            applicant=applicant,
            officer=by if is_working(by) else None,
            created_at=at,
            state_since=at,
            turn=Party.APPLICANT.value,
            turn_since=at,
            version=1,
            form_token=token,
        )
        form.write_to(case)
        case.save(force_insert=True)
        if owner is not None:
            CasePerson.objects.create(case=case, user=owner)
        HistoryRow.objects.create(
            case=case,
            sequence=1,
            kind=HistoryRow.Kind.EDIT,
            to_state=case.state,
            turn=case.turn,
            by=by,
            happened_at=at,
            recorded_at=now,
            entered={"opened": case.reference},
        )
        index.keep(case)
    return case
