"""What becomes of a change whose COMMIT is cut off, refused or kept waiting, and what is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.models import Document, FilingCase, ProvinceAnswer, Request, Setting
from icpcases.files.uploads import check_upload
from icpcases.integrity.files import file_without_row, row_without_file
from icpcases.workflow.actions.documents import hand_in
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import NotKept, OutcomeUnknown
from tests.applicants.pages import path, text_of
from tests.harness.proxy import Wire, wired
from tests.world import ENTERPRISE, World, png, upload

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = "It is not known whether this was saved"
BUSY = "Somebody else is changing this right now"
NOT_KEPT = "The database could not save this Nothing was changed."
CHANGED = "The case has changed since you opened this page."
UNCHANGED = "The case has not changed since you opened this page, as far as can be seen now."


@pytest.fixture
def world(wei, li, chen):
    """Builds cases; their papers are simply there."""
    return World(wei, li, chen)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with wired() as found:
        yield found


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kept(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def paper(case: FilingCase, shade: int = 0) -> dict[str, Any]:
    return {
        "version": case.version, "rows": "1", "kind": "business_licence",
        "issued_in": "mainland", "number": "L-1", "file": upload(content=png((shade, 0, 0))),
    }  # fmt: skip


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the program itself wrote down."""
    return [r.getMessage() for r in caplog.records if r.name.startswith("icpcases")]


@pytest.mark.postgres
def test_an_upload_whose_answer_is_lost_keeps_its_file(world, wei, wire, document_root, caplog):
    case, client = world.at("preparing"), browser(wei)
    for turn in range(1, 6):
        caplog.clear()
        wire.cut_at("COMMIT", heard=True)
        page = client.post(path(case, "documents/add/"), paper(case, turn))
        assert page.status_code == 503
        told = text_of(page)
        assert (UNKNOWN in told, CHANGED in told, BUSY in told) == (True, True, False)
        (line,) = said(caplog)
        assert line.startswith(f"{case.reference}, document: it is not known whether this was kept")
        case.refresh_from_db()
        handed_in = case.documents.filter(kind="business_licence", number="L-1")
        assert [handed_in.count(), case.version] == [turn, page.context["version"]]
        assert kept(document_root) == sorted(handed_in.values_list("file", flat=True))
    assert [*file_without_row(), *row_without_file()] == []


@pytest.mark.postgres
def test_an_upload_whose_commit_never_arrives_leaves_a_file_that_is_named(
    world, wei, wire, document_root
):
    case, client = world.at("preparing"), browser(wei)
    before = case.documents.count()
    wire.cut_at("COMMIT", heard=False)
    page = client.post(path(case, "documents/add/"), paper(case))
    told = text_of(page)
    assert (page.status_code, UNKNOWN in told, UNCHANGED in told) == (503, True, True)
    assert page.context["papers"].forms[0]["number"].value() == "L-1"
    assert case.documents.count() == before
    (orphan,) = kept(document_root)
    assert [found.reference for found in file_without_row()] == [orphan]
    # What was sent can be sent again as the page stands.
    again = client.post(path(case, "documents/add/"), paper(case))
    assert (again.status_code, case.documents.count()) == (302, before + 1)


@pytest.mark.postgres
def test_a_step_whose_commit_is_cut_shows_the_case_as_it_is(world, li, wire, caplog):
    case, client = world.at("provider_review"), browser(li)
    address = f"/admin/cases/filingcase/{case.pk}/step/provider_passes/"
    data = {"version": case.version, "note_internal": "They called."}
    version = case.version
    for heard in (False, True):
        caplog.clear()
        wire.cut_at("COMMIT", heard=heard)
        page = client.post(address, data)
        case.refresh_from_db()
        assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
        assert (page.context["version"], case.version) == (version + heard, version + heard)
        shown = [(row.by, row.step) for row in page.context["refusal"].stale]
        assert shown == [(li, "provider_passes")] * heard
        assert page.context["form"]["note_internal"].value() == "They called."
        assert page.context["step"].open != heard
        (line,) = said(caplog)
        assert line.startswith(f"{case.reference}, provider_passes: it is not known")
    assert case.state == "provider_passed"


@pytest.mark.postgres
def test_an_applicants_step_whose_commit_is_cut(world, wei, wire):
    case, client = world.at("sms_verification"), browser(wei)
    for heard in (False, True):
        wire.cut_at("COMMIT", heard=heard)
        page = client.post(path(case, "step/confirm_sms/"), {"version": case.version})
        told = text_of(page)
        assert (page.status_code, UNKNOWN in told) == (503, True)
        assert (CHANGED in told, UNCHANGED in told) == (heard, not heard)
        state = FilingCase.objects.get(pk=case.pk).state
        assert state == ("authority_review" if heard else "sms_verification")


@pytest.mark.postgres
def test_a_button_whose_commit_is_cut(world, chen, wire):
    case, client = world.at("triage"), browser(chen)
    FilingCase.objects.filter(pk=case.pk).update(officer=None)
    address = f"/admin/cases/filingcase/{case.pk}/claim/"
    for heard in (False, True):
        wire.cut_at("COMMIT", heard=heard)
        page = client.post(address, {"version": case.version})
        assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
        assert len(page.context["refusal"].stale) == heard
        assert FilingCase.objects.get(pk=case.pk).officer == (chen if heard else None)


def application(**changed: str) -> dict[str, str]:
    who = {"who-name": "玉兰书店有限公司", "who-certificate_type": "credit_code",
           "who-certificate_number": "9144030071526726XG", "who-phone": "13800138000"}  # fmt: skip
    return {**who, **changed}


APPLY = f"/apply/?forum=no&form={'0' * 32}"


@pytest.mark.postgres
def test_a_draft_whose_answer_is_lost_is_found_by_its_form(wei, wire):
    client = browser(wei)
    wire.cut_at("COMMIT", heard=True)
    page = client.post(APPLY, application())
    case = FilingCase.objects.get()
    assert (page.status_code, page["Location"]) == (302, path(case, "application/site/"))


@pytest.mark.postgres
def test_a_draft_whose_commit_never_arrives_may_be_sent_again(wei, wire):
    client = browser(wei)
    wire.cut_at("COMMIT", heard=False)
    page = client.post(APPLY, application(**{"who-name": "玉兰"}))
    assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
    assert page.context["form"]["name"].value() == "玉兰"
    assert FilingCase.objects.count() == 0
    for _click in range(2):
        page = client.post(APPLY, application())
        where = path(FilingCase.objects.get(), "application/site/")
        assert (page.status_code, page["Location"]) == (302, where)


@pytest.mark.postgres
def test_an_intake_whose_commit_is_cut(world, li, wire):
    applicant, client = world.applicant(), browser(li)
    sent = {**ENTERPRISE, "applicant": applicant.pk, "_save": "", "find": applicant.name}
    wire.cut_at("COMMIT", heard=False)
    page = client.post("/admin/cases/filingcase/add/", sent)
    assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
    assert page.context["facts"]["site_name"].value() == ENTERPRISE["site_name"]
    assert FilingCase.objects.count() == 0
    # Looked up by what was sent: it was kept, and that is told.
    wire.cut_at("COMMIT", heard=True)
    page = client.post("/admin/cases/filingcase/add/", sent)
    opened = FilingCase.objects.get()
    assert (page.status_code, page["Location"]) == (
        302,
        f"/admin/cases/filingcase/{opened.pk}/change/",
    )


@pytest.mark.postgres
def test_where_no_page_of_its_own_takes_it_a_plain_one_does(li, chen, wire, caplog):
    office, supervisor = browser(li), browser(chen)
    answer = {"accepts_forums": "yes", "asked_on": timezone.localdate(), "source": "phone"}
    asked = reverse("admin:cases_province_answer", args=["CN-BJ"])
    setting = "/admin/cases/setting/document_margin_days/change/"
    for heard in (False, True):
        caplog.clear()
        wire.cut_at("COMMIT", heard=heard)
        page = office.post(asked, answer)
        assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
        assert ProvinceAnswer.objects.count() == heard
        wire.cut_at("COMMIT", heard=heard)
        page = supervisor.post(setting, {"value": "120"})
        assert (page.status_code, UNKNOWN in text_of(page)) == (503, True)
        assert Setting.objects.get(pk="document_margin_days").value == (120 if heard else 90)
        assert [line.split(":")[0] for line in said(caplog)] == [
            "CN-BJ, answer about forums", f"POST {setting}",
        ]  # fmt: skip


@pytest.mark.postgres
def test_what_fails_before_its_commit_was_not_kept(world, wei, wire, document_root, caplog):
    case, client = world.at("preparing"), browser(wei)
    before = case.documents.count()
    wire.cut_at('INSERT INTO "cases_document"', heard=True)
    page = client.post(path(case, "documents/add/"), paper(case))
    assert (page.status_code, NOT_KEPT in text_of(page)) == (503, True)
    assert page.context["papers"].forms[0]["number"].value() == "L-1"
    assert (case.documents.count(), kept(document_root)) == (before, [])
    (line,) = said(caplog)
    assert line.startswith(f"{case.reference}, document: the database failed, nothing was changed")


@pytest.mark.postgres
def test_a_page_for_which_the_connection_breaks(world, wei, wire, caplog):
    case, client = world.at("preparing"), browser(wei)
    client.get(path(case))
    wire.cut_at("cases_caseperson", heard=False)
    page = client.get("/cases/")
    assert (page.status_code, "The database does not answer" in text_of(page)) == (503, True)
    assert [line.split(":")[0] for line in said(caplog)] == ["GET /cases/"]


@pytest.fixture
def held(transactional_db, django_db_blocker) -> Iterator[Any]:
    """Holds a case against everybody else, and nobody waits for long."""
    others: list[Any] = []

    def hold(case: FilingCase, wait: str = "lock_timeout") -> None:
        other = connection.copy()
        others.append(other)
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE cases_filingcase SET version = version WHERE id = %s", [case.pk])
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 100")
            else:
                cursor.execute(f"SET {wait} = '100ms'")

    yield hold
    for other in others:
        other.rollback()
        other.close()
    connection.close()


@pytest.mark.slow
def test_who_meets_somebody_elses_lock_is_told_so(world, wei, li, held, document_root, caplog):
    case, client, office = world.at("preparing"), browser(wei), browser(li)
    held(case)
    page = client.post(path(case, "documents/add/"), paper(case))
    assert page.context["papers"].forms[0]["number"].value() == "L-1"
    address = f"/admin/cases/filingcase/{case.pk}"
    note = {"version": case.version, "text": "They called.", "note_internal": "They called."}
    pages = [page, client.post(path(case, "step/withdraw/"), {**note, "reason": "given up"})]
    pages += [office.post(f"{address}/{rest}", note) for rest in ("note/", "release/")]
    pages += [office.post(f"{address}/step/submit_to_provider/", note)]
    for page in pages:
        assert (page.status_code, BUSY in text_of(page)) == (409, True)
    assert (kept(document_root), said(caplog)) == ([], [])


@pytest.mark.postgres
def test_a_statement_whose_time_is_over_met_somebody_too(world, li, held):
    case, client = world.at("triage"), browser(li)
    held(case, "statement_timeout")
    note = {"version": case.version, "text": "They called."}
    page = client.post(f"/admin/cases/filingcase/{case.pk}/note/", note)
    assert (page.status_code, BUSY in text_of(page)) == (409, True)
    assert page.context["form"]["text"].value() == "They called."


def hand_in_one(case: FilingCase, by: Any, failing: Any) -> None:
    """A document handed in, in a change that then does something more."""
    with changing(case, by, case.version, what="document") as change:
        hand_in(change, [{"kind": "other", "file": check_upload(upload())}])
        failing()


def ends_itself_at_commit() -> None:
    """The server ends the connection while it commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER end_it AFTER INSERT ON cases_document DEFERRABLE"
            " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_it()"
        )


@pytest.fixture
def ended_at_commit(db) -> Iterator[None]:
    ends_itself_at_commit()
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION end_it CASCADE")


@pytest.mark.postgres
def test_a_server_that_is_shut_down_while_it_commits_says_nothing_of_the_commit(
    world, li, ended_at_commit, document_root
):
    case = world.at("preparing")
    with pytest.raises(OutcomeUnknown):
        hand_in_one(case, li, lambda: None)
    assert len(kept(document_root)) == 1


@pytest.mark.postgres
def test_a_connection_ended_within_a_change_has_kept_nothing(world, li, document_root):
    case = world.at("preparing")

    def end_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(NotKept):
        hand_in_one(case, li, end_it)
    assert (kept(document_root), Document.objects.filter(kind="other").count()) == ([], 0)


def test_a_commit_that_is_refused_takes_the_file_along(world, li, document_root):
    """A foreign key is looked at when the transaction ends, on both databases."""
    case = world.at("preparing")
    stray = Request(case=case, kind="fact", about="domain", text="?", created_at=timezone.now())

    def point_nowhere() -> None:
        stray.order_id = 10**6
        stray.save()

    with pytest.raises(Exception) as raised:
        hand_in_one(case, li, point_nowhere)
    assert isinstance(raised.value.__cause__, IntegrityError)
    assert (kept(document_root), Document.objects.filter(kind="other").count()) == ([], 0)


def test_what_fails_after_the_commit_takes_no_file_along(world, li, document_root):
    case = world.at("preparing")

    def fail() -> None:
        Setting.objects.create(pk="document_margin_days", value=1)

    with pytest.raises(IntegrityError):
        hand_in_one(case, li, lambda: transaction.on_commit(fail))
    rows = Document.objects.filter(kind="other").values_list("file", flat=True)
    assert (list(rows), len(rows)) == (kept(document_root), 1)
