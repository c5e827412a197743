"""The demo office: what is in it, and that its histories are true."""

import datetime as dt
import io
import tempfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    Document,
    FilingCase,
    HistoryRow,
    Province,
    Request,
    Service,
)
from icpcases.demo.clients import ALL_SITES
from icpcases.demo.data import CAST
from icpcases.demo.load import STORIES
from icpcases.demo.times import OfficeTime
from icpcases.files.uploads import check_upload
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules import numbers
from icpcases.rules.facts import FACT_NAMES
from icpcases.rules.icp_numbers import service_number
from icpcases.rules.verdict import find_stages
from icpcases.rules.working_days import Calendar
from icpcases.workflow.exceptions import Closed
from icpcases.workflow.explain import explain
from tests.demo.in_sight import InSight
from tests.demo.situations import Situations
from tests.domain import ANSWERS, OUTSIDE

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

SHANGHAI = timezone.get_default_timezone()


def demo(**options) -> str:
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


class DemoOfficeTest(Situations, InSight, TestCase):
    """Loads the office once, and looks at it from all sides."""

    folder: str
    output: str

    @classmethod
    def setUpTestData(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        with override_settings(DEMO=True, MEDIA_ROOT=cls.folder, DOCUMENT_ROOT=cls.folder):
            cls.output = demo()

    def cases(self, **wanted):
        return FilingCase.objects.with_names().filter(**wanted)

    def closed_by(self, code, **wanted):
        """The cases in which a rule of this code closes a step to an officer."""
        li = self.cases(officer__username="li")[0].officer
        return [
            case
            for case in self.cases(**wanted)
            if any(finding.code == code for told in explain(case, li) for finding in told.unmet)
        ]

    def test_it_is_as_large_as_promised(self):
        assert len(STORIES) == FilingCase.objects.count() >= 120
        assert {story.site for story in STORIES} == set(ALL_SITES)
        assert f"{len(STORIES)} cases in 22 states." in self.output
        assert set(Province.objects.values_list("pk", flat=True)) == {
            case.province_id for case in self.cases()
        }
        assert {case.state for case in self.cases()} == set(State)

    def test_everybody_can_sign_in(self):
        password = self.output.split("shown this once: ")[1].split()[0]
        assert self.output.count(password) == 1
        for member in CAST:
            assert self.client.login(username=member.username, password=password)

    def test_work_is_shared_out(self):
        officers = {case.officer and case.officer.username for case in self.cases()}
        assert officers == {"li", "zhao", None}
        for name in ("wei", "mei"):
            assert self.cases(people__user__username=name).count() > 1
        turns = set(self.cases().values_list("turn", flat=True))
        assert turns == {"applicant", "officer", "provider", "authority", "nobody"}

    def test_every_kind_of_the_faq_is_there(self):
        assert self.cases(access="ip_address", state="referred").exists()
        assert self.cases(access="ip_address", state="triage").exists()
        regions = self.cases(state="not_required").values_list("server_region", flat=True)
        assert set(regions) == set(OUTSIDE)
        assert self.cases(applicant_type="individual", forum=True).count() > 1
        forums = self.cases(applicant_type="enterprise", forum=True)
        answers = set(forums.values_list("province__accepts_forums", flat=True))
        assert answers == set(ANSWERS)
        foreign = self.cases(applicant_type="foreign_enterprise")
        assert foreign.filter(mainland_branch=True).exists()
        assert foreign.filter(registration_certificate=True, state="open").exists()
        stages = [len(find_stages(case.facts)) for case in foreign.filter(forum=True)]
        assert max(stages) == 3
        assert foreign.filter(forum=True, preapproval=True, state="filed").exists()

    def test_http_and_https_twins_are_alike(self):
        names = [name for name in FACT_NAMES if name not in ("protocol", "province")]
        names = [name for name in names if name != "province_accepts_forums"]
        names += ["applicant_id", "province_id", "state", "turn", "service_leader_id"]
        twins = self.cases(applicant__name="烟台果满园有限公司")
        assert {case.protocol for case in twins} == {"http", "https"}
        for name in names:
            assert len({getattr(case, name) for case in twins}) == 1, name
        assert len({case.orders.get() for case in twins}) == 1

    def test_requests_stand_in_every_state(self):
        assert set(Request.objects.values_list("status", flat=True)) == {
            "open", "answered", "accepted", "waived",
        }  # fmt: skip
        assert Request.objects.filter(round=3).exists()
        returned = self.cases(state="returned")
        assert any(case.requests.count() >= 3 for case in returned)

    def test_rules_close_steps(self):
        assert len(self.closed_by("service.free", state="draft")) == 1
        assert self.closed_by("subject.known", state="draft")
        assert self.closed_by("app.complete", state="triage")
        assert self.closed_by("document.mainland", state="preparing")
        assert self.closed_by("document.current", state="preparing")
        assert self.closed_by("order.alive", state="returned")
        assert self.closed_by("claim.backed", state="triage")
        assert self.closed_by("forum.province", state="triage")
        assert Document.objects.filter(status="refused", issued_in="hong_kong").exists()

    def test_clocks_run_and_have_run_out(self):
        now = timezone.now()
        assert self.cases(due_at__lt=now).count() >= 8
        assert self.cases(due_at__gt=now).count() >= 15
        windows = self.cases(state="sms_verification").values_list("due_at", flat=True)
        assert min(windows) < now < max(windows)

    def test_steps_of_every_sort_were_taken(self):
        taken = set(HistoryRow.objects.values_list("step", flat=True))
        assert taken - {""} == set(Step)
        kinds = set(HistoryRow.objects.values_list("kind", flat=True))
        assert kinds == set(HistoryRow.Kind)

    def test_every_history_is_whole_and_in_order(self):
        now = timezone.now()
        earliest = now - dt.timedelta(days=100)
        for case in self.cases():
            rows = list(case.history.order_by("sequence"))
            assert [row.sequence for row in rows] == list(range(1, case.version + 1))
            # Nothing of an inspection is drafted.
            state = "preparing" if case.about.inspection else "draft"
            before = earliest
            for row in rows:
                if row.kind == HistoryRow.Kind.STEP:
                    assert row.from_state == state, str(row)
                    state = row.to_state
                assert row.to_state == state, str(row)
                assert before <= row.happened_at <= now, str(row)
                before = row.happened_at
            assert case.state == state
        first = HistoryRow.objects.order_by("happened_at")[0].happened_at
        assert first < now - dt.timedelta(days=60)

    def test_every_number_is_valid(self):
        today = timezone.localdate()
        for applicant in Applicant.objects.all():
            number = applicant.certificate_number
            if applicant.certificate_type == "credit_code":
                assert numbers.social_credit_code(number) == number
            elif applicant.certificate_type == "resident_id":
                assert numbers.resident_id(number, today) == number
        for case in self.cases():
            if case.service_leader_id:
                assert numbers.resident_id(case.service_leader_id, today)
            for phone in (case.service_leader_phone, case.subject_leader_phone):
                assert not phone or numbers.mobile(phone) == phone
            invented = (".example", ".test", ".demo-city.gov.cn")
            assert not case.domain or case.domain.endswith(invented)
        for service in Service.objects.select_related("subject__province"):
            icp = service_number(service.number, service.kind)
            assert icp.character == service.subject.province.icp_character
            if service.public_security_number:
                numbers.public_security_number(service.public_security_number)

    def test_every_document_is_a_real_file(self):
        contents: dict[bytes, set[str]] = {}
        opened: set[str] = set()
        with override_settings(MEDIA_ROOT=self.folder, DOCUMENT_ROOT=self.folder):
            # A few at a time: PostgreSQL ends a transaction that asks nothing for a minute.
            for document in Document.objects.iterator(chunk_size=10):
                with default_storage.open(str(document.file.name)) as file:
                    content = file.read()
                # A process opens each: one of a kind is enough.
                if document.kind not in opened:
                    found = check_upload(ContentFile(content, document.label))
                    assert (found.media_type, found.pages) == (document.media_type, document.pages)
                    opened.add(document.kind)
                assert 300 < len(content) < 20_000
                contents.setdefault(content, set()).add(document.kind)
        assert {document.media_type for document in Document.objects.all()} == {
            "application/pdf",
            "image/png",
        }
        assert all(len(kinds) == 1 for kinds in contents.values())

    def test_a_second_time_it_refuses_or_is_quiet(self):
        before = HistoryRow.objects.count()
        with override_settings(DEMO=True):
            with pytest.raises(CommandError, match="cases here already"):
                demo()
            assert "nothing was loaded" in demo(if_empty=True)
        assert HistoryRow.objects.count() == before


@pytest.mark.django_db
def test_a_real_office_is_left_alone(settings, li):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="neither DEMO nor DEBUG"):
        demo(if_empty=True)
    with pytest.raises(CommandError, match="users of the demo's names"):
        demo(force=True)
    settings.DEMO = True
    assert "nothing was loaded" in demo(if_empty=True)
    assert not FilingCase.objects.exists()


@pytest.mark.django_db
def test_a_failure_says_where_it_stopped(settings, monkeypatch):
    settings.DEMO = True

    def fail(*args, **kwargs):
        raise Closed(())

    monkeypatch.setattr("icpcases.demo.walk.perform", fail)
    with pytest.raises(CommandError, match=r"half loaded. It stopped at \S+\.example, act 1"):
        demo()


MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
NATIONAL_DAY = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("now", "days", "then"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 60 / 450, dt.datetime(2026, 11, 20, 18, 0, tzinfo=SHANGHAI)),
        (MONDAY, 1, dt.datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)),
        (MONDAY.replace(hour=6), 0, dt.datetime(2026, 11, 20, 18, 0, tzinfo=SHANGHAI)),
        (MONDAY.replace(hour=13), 0, MONDAY.replace(hour=12)),
        (MONDAY.replace(hour=23), 0.2, MONDAY.replace(hour=16, minute=30)),
        (MONDAY, 70, dt.datetime(2026, 8, 14, 10, 0, tzinfo=SHANGHAI)),  # past the holiday
    ],
)
def test_office_time_is_counted_back(now, days, then):
    calendar = Calendar(frozenset({NATIONAL_DAY}), frozenset(), frozenset({2026}))
    assert OfficeTime(calendar, now).ago(days) == then


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("day", range(20, 25))
@pytest.mark.parametrize("hours", [3, 21])
def test_a_window_of_a_day_is_still_open(hour, day, hours):
    now = dt.datetime(2026, 11, day, hour, 30, tzinfo=SHANGHAI)
    at = OfficeTime(Calendar(frozenset(), frozenset(), frozenset()), now).hours_ago(hours)
    assert dt.timedelta(hours=hours) <= now - at < dt.timedelta(hours=23)
