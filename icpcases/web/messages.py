"""The messages of a case as pages of both sides show them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.workflow.actions.messages import is_from_applicant, waits, written_messages

SHOWN = 50


@dataclass(frozen=True)
class Said:
    """A message: when, whose side wrote it and who, its text, whether the office has yet to read
    it."""

    at: dt.datetime
    from_applicant: bool
    by: User | None
    text: str
    waits: bool


def said_in(case: FilingCase, rows: Iterable[HistoryRow]) -> list[Said]:
    """The messages that stand in these history rows."""
    return [
        Said(row.happened_at, is_from_applicant(row), row.by, row.note_public, waits(case, row))
        for row in rows
    ]


def exchange_of(case: FilingCase, number: str | None) -> Page:
    """A page of all that both sides wrote, newest first."""
    pages: Page = Paginator(written_messages(case), SHOWN).get_page(number)
    pages.object_list = said_in(case, pages.object_list)
    return pages
