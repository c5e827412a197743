"""What the database refuses and no rule explains is a fault: raised, logged, and told as one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import (
    Applicant,
    FilingCase,
    HistoryRow,
    Invitation,
    ReferenceCounter,
)
from icpcases.files.uploads import check_upload
from icpcases.rules.documents import Kind
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.documents import add_document, mark_not_needed
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.actions.participants import invite, token_of
from icpcases.workflow.actions.requests import ask
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import Unexplained
from tests.applicants.pages import path, text_of
from tests.world import ENTERPRISE, World, upload

pytestmark = pytest.mark.django_db

TOLD = "The database refuses this, and nothing was changed"
# The trigger that stands before SQLite's index says what PostgreSQL's index does.
BROKEN = {
    "sqlite": "a history row is never changed or deleted",
    "postgresql": "history_sequence_once",
}


@pytest.fixture
def world(wei, li, chen):
    """Builds cases; their papers are simply there."""
    return World(wei, li, chen)


@pytest.fixture
def damaged(world: World, li: Any) -> FilingCase:
    """A case in triage whose next number in the history was taken past the program."""
    case = world.at("triage")
    now = timezone.now()
    HistoryRow.objects.create(
        case=case, sequence=case.version + 1, kind=HistoryRow.Kind.NOTE, to_state=case.state,
        turn=case.turn, by=li, happened_at=now, recorded_at=now,
    )  # fmt: skip
    return case


def step(case: FilingCase, li: Any) -> None:
    perform(case, "prepare_filing", li, {}, case.version)


def edit(case: FilingCase, li: Any) -> None:
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, "site_name": "玉兰"})
    assert form.is_valid()
    edit_facts(case, li, form, case.version)


def confirm(case: FilingCase, li: Any) -> None:
    confirm_applicant(case, li, case.version)


def note(case: FilingCase, li: Any) -> None:
    add_note(case, li, "They called.", case.version)


def release(case: FilingCase, li: Any) -> None:
    assign(case, li, None, case.version)


def hand_in(case: FilingCase, li: Any) -> None:
    data = {"kind": "other", "file": check_upload(upload())}
    add_document(case, li, data, case.version)


def not_needed(case: FilingCase, li: Any) -> None:
    mark_not_needed(case, li, Kind.AUTHORISATION_LETTER, True, case.version)


def request(case: FilingCase, li: Any) -> None:
    ask(case, li, {"about": "domain", "text": "Whose is it?"}, case.version)


def invitation(case: FilingCase, li: Any) -> None:
    invite(case, li, "new@example.com", case.version)


CHANGES: dict[Callable[[FilingCase, Any], None], str] = {
    step: "prepare_filing", edit: "edit", confirm: "edit", note: "note", release: "assignment",
    hand_in: "document", not_needed: "document", request: "request", invitation: "assignment",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_raised_and_logged_every_time(damaged, li, caplog, document_root, change):
    stored = FilingCase.objects.filter(pk=damaged.pk).values()
    before, rows = stored.get(), damaged.history.count()
    for _time in range(2):
        caplog.clear()
        with pytest.raises(Unexplained) as raised:
            change(damaged, li)
        assert isinstance(raised.value.__cause__, IntegrityError)
        assert [record.getMessage() for record in caplog.records] == [
            f"{damaged.reference}, {CHANGES[change]}: no rule explains what the database refuses: "
            f"{BROKEN[connection.vendor]}"
        ]
    assert (stored.get(), damaged.history.count()) == (before, rows)
    assert not any(file.is_file() for file in document_root.rglob("*"))


@pytest.mark.parametrize("rest", ["step/prepare_filing/", "note/", "release/"])
def test_the_office_reads_that_it_is_a_fault(damaged, li, rest):
    client = Client()
    client.force_login(li)
    sent = {"version": damaged.version, "text": "They called.", "note_internal": "They called."}
    page = client.post(f"/admin/cases/filingcase/{damaged.pk}/{rest}", sent)
    told = text_of(page)
    assert (page.status_code, TOLD in told, "since you opened" in told) == (500, True, False)
    assert ("They called." in told) == (rest != "release/")


def test_the_applicant_reads_that_it_is_a_fault(damaged, wei):
    client = Client()
    client.force_login(wei)
    sent = {"version": damaged.version, "reason": "We give it up."}
    page = client.post(path(damaged, "step/withdraw/"), sent)
    assert (page.status_code, TOLD in text_of(page)) == (500, True)
    assert page.context["form"]["reason"].value() == "We give it up."


def test_an_invitation_to_a_damaged_case_is_not_taken_for_used_up(damaged, li, stranger, caplog):
    waiting = Invitation.objects.create(
        case=damaged,
        email=stranger.email,
        part="colleague",
        invited_by=li,
        invited_at=timezone.now(),
    )
    client = Client()
    client.force_login(stranger)
    page = client.post(reverse("applicants:invitation", args=[token_of(waiting)]))
    assert (page.status_code, TOLD in text_of(page)) == (500, True)
    waiting.refresh_from_db()
    assert (waiting.accepted_at, damaged.people.filter(user=stranger).count()) == (None, 0)
    assert caplog.records[0].getMessage().startswith(f"{damaged.reference}, acceptance: no rule")


def test_a_draft_that_the_database_refuses_is_told_with_what_was_typed(wei, caplog):
    """Every reference of the year to come was given out past the program."""
    client = Client()
    client.force_login(wei)
    year = timezone.localdate().year
    ReferenceCounter.objects.update_or_create(year=year, defaults={"last": 0})
    form = FactsForm(data=ENTERPRISE)
    assert form.is_valid()
    taken = open_case(wei, Applicant.objects.create(name="玉兰"), form, owner=wei)
    ReferenceCounter.objects.filter(year=year).update(last=0)
    page = client.post(f"/apply/?form={'1' * 32}", {"who-name": "玉兰书店"})
    assert (page.status_code, TOLD in text_of(page)) == (500, True)
    assert page.context["form"]["name"].value() == "玉兰书店"
    assert list(FilingCase.objects.all()) == [taken]
    assert caplog.records[0].getMessage().startswith(f"a new case of user {wei.pk}: no rule")
