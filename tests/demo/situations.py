"""What real offices meet beside the straight way (domain.md, section 10), as the demo has it."""

import datetime as dt
from collections import Counter

from django.db.models import F, QuerySet
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    FilingCase,
    HistoryRow,
    Provider,
    ProviderAccess,
    RegisterRow,
    Service,
    ServiceDomain,
    SmsCheck,
    SubjectFiling,
)
from icpcases.integrity.registry import CHECKERS
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.rules.filing_types import MAKING
from icpcases.rules.icp_numbers import LETTERS


def of_type(filing_type: str, **wanted: object) -> QuerySet[FilingCase]:
    return FilingCase.objects.filter(filing_type=filing_type, **wanted)


def steps_of(case: FilingCase) -> list[str]:
    rows = HistoryRow.objects.filter(case=case, kind=HistoryRow.Kind.STEP)
    return list(rows.order_by("sequence").values_list("step", flat=True))


def service_of(case: FilingCase) -> Service:
    assert case.service is not None
    return case.service


def term_of(case: FilingCase) -> dt.date:
    assert case.term is not None
    return case.term


def happened(case: FilingCase, step: str) -> dt.datetime:
    row = HistoryRow.objects.filter(case=case, step=step).order_by("-sequence")[0]
    return timezone.localtime(row.happened_at)


class Situations:
    """The tests of a class that has loaded the demo office."""

    def test_every_filing_type_stands_in_it_and_has_come_to_its_end(self):
        types = Counter(FilingCase.objects.values_list("filing_type", flat=True))
        assert set(types) == set(FilingType)
        for kind in FilingType:
            done = ("filed", "open") if kind in MAKING else ("completed",)
            assert of_type(kind.value, state__in=done).exists(), kind
            assert of_type(kind.value).exclude(state__in=done).exists(), kind

    def test_every_kind_of_service_is_asked_for_and_filed(self):
        for kind in ServiceKind:
            assert Service.objects.filter(service_kind=kind.value, state="live").exists(), kind
            assert FilingCase.objects.filter(service_kind=kind.value).count() > 1, kind
            numbers = Service.objects.filter(service_kind=kind.value).values_list("number")
            assert all(number.endswith(LETTERS[kind]) for (number,) in numbers)

    def test_the_checkers_find_nothing(self):
        found = {name: list(find()) for name, find in CHECKERS.items() if "file" not in name}
        assert {name: lines for name, lines in found.items() if lines} == {}

    def test_the_register_is_what_its_history_adds_up_to(self):
        held: dict[str, dict[str, object]] = {}
        for row in RegisterRow.objects.order_by("pk"):
            for label, fields in row.changes.items():
                record = held.setdefault(label, {})
                for name, (old, new) in fields.items():
                    assert record.get(name, old) == old, (str(row), label, name)
                    record[name] = new
        for model in (SubjectFiling, Service, ProviderAccess):
            for found in model.objects.all():
                told = held[f"{model._meta.model_name} {found.pk}"]
                for field in model._meta.concrete_fields:
                    value = getattr(found, field.attname)
                    plain = value.isoformat() if isinstance(value, dt.date) else value
                    assert told[field.attname] == plain, (str(found), field.attname)

    def test_filed_in_2021_elsewhere_and_now_hosted_here_as_well(self):
        (case,) = of_type("add_access", state="completed")
        service = service_of(case)
        assert service.filed_on.year == 2021
        assert not service.filed_here
        first, second = service.accesses.order_by("since")
        assert (first.since, first.provider_id) == (service.filed_on, self.provider(2))
        assert second.since == timezone.localdate(happened(case, "complete"))
        # It has left the old provider since.
        assert (first.ended_by, second.until) == ("errand", None)
        found = RegisterRow.objects.get(what="found", service=service.pk)
        assert found.source.startswith(f"as found in the public register on {found.happened_on} by")
        assert found.happened_on < timezone.localdate(case.created_at)

    def provider(self, place: int) -> int:
        return Provider.objects.order_by("pk")[place].pk

    def test_a_second_site_and_an_app_under_one_subject(self):
        subject = SubjectFiling.objects.get(applicant__name="北京玉兰书店有限公司")
        numbers = set(subject.services.values_list("number", flat=True))
        assert numbers == {f"{subject.number}-1", f"{subject.number}-2"}
        app = of_type("add_service", service_kind="app", applicant=subject.applicant).get()
        assert app.state == "authority_review"
        assert ServiceDomain.objects.filter(domain=app.domain, service_kind="website").exists()

    def test_a_phone_changes_while_the_site_is_open_and_a_company_is_renamed(self):
        changes = [case.changing for case in of_type("change", state="completed")]
        assert {"service_leader_phone"} in [set(changing) for changing in changes]
        case = of_type("change", state="completed", changing__has_key="service_leader_phone")[0]
        assert service_of(case).state == "live"
        assert service_of(case).service_leader_phone != case.changing["service_leader_phone"]
        renamed = of_type("change", changing__has_key="subject_name").get()
        assert renamed.changing["subject_name"] == "潍坊纸鸢有限公司"
        assert renamed.applicant.name == renamed.subject_name == "潍坊纸鸢文化集团有限公司"
        assert {d.kind for d in renamed.documents.all()} == {"change_of_name", "business_licence"}

    def test_a_site_is_cancelled_while_its_sisters_stay(self):
        case = of_type("cancel_service", state="completed", site_name="自贡灯会旧站").get()
        sisters = service_of(case).subject.services.exclude(pk=service_of(case).pk)
        assert service_of(case).state == "cancelled"
        assert [s.state for s in sisters] == ["live", "live"]
        alone = of_type("cancel_service", state="completed").exclude(pk=case.pk)
        assert {service_of(c).subject.state for c in alone} == {"shell"}
        # The case that had filed it stays what it was.
        filed = FilingCase.objects.filter(service__in=[service_of(c) for c in alone])
        assert {c.state for c in filed.filter(filing_type="first")} == {"open", "filed"}

    def test_filings_are_lost_because_nobody_answered(self):
        lost = RegisterRow.objects.filter(what="lost")
        states = Service.objects.filter(pk__in=lost.values("service")).values_list("state")
        assert set(states) == {("no_access",), ("cancelled",)}
        assert set(ProviderAccess.objects.filter(ended_by="lost").values_list("until")) == {
            (day,) for day in lost.values_list("happened_on", flat=True)
        }
        missed = of_type("inspection", state="refused")
        assert {case.service_id for case in missed} == {row.service for row in lost}
        assert all(happened(case, "record_refusal").date() >= term_of(case) for case in missed)
        # One of them comes back at another provider.
        assert of_type("add_access", service__state="no_access", state="authority_review").exists()

    def test_inspections_run_are_answered_and_missed(self):
        today = timezone.localdate()
        running = of_type("inspection", state__in=("preparing", "provider_review"))
        assert running.filter(term__gt=today).count() > 1
        assert running.filter(term__lt=today, due_at__lt=timezone.now()).exists()
        assert running.filter(turn="applicant").exists()
        answered = of_type("inspection", state="completed").get()
        assert happened(answered, "provider_passes").date() <= term_of(answered)
        assert not any(case.orders.exists() for case in of_type("inspection"))

    def test_an_sms_unanswered_is_sent_again(self):
        rounds = SmsCheck.objects.filter(number=2)
        assert {c.case.state for c in rounds} == {"sms_verification", "authority_review"}
        for check in rounds:
            first = SmsCheck.objects.get(case=check.case, number=1)
            assert (first.confirmed_at, first.closed) == (None, True)
            assert "sms_expired" in steps_of(check.case)

    def test_passed_on_a_friday_and_sent_on_the_tuesday(self):
        case = FilingCase.objects.get(site_name="安吉竹编")
        passed, sent = happened(case, "provider_passes"), happened(case, "sent_to_administration")
        assert (passed.weekday(), sent.weekday()) == (4, 1)
        assert dt.timedelta(days=3) < sent - passed
        # The 24 hours of the SMS run from the sending.
        assert SmsCheck.objects.get(case=case).sent_at == sent

    def test_one_of_two_persons_has_answered(self):
        waiting = FilingCase.objects.filter(state="sms_verification")
        answered = {
            case.site_name: {c.person: bool(c.confirmed_at) for c in case.sms_checks.all()}
            for case in waiting
        }
        assert answered["绍兴石桥"] == {"subject_leader": False, "service_leader": True}
        assert answered["亭台古建"] == {"subject_leader": True, "service_leader": False}

    def test_cases_stand_where_the_provider_has_passed_them(self):
        passed = FilingCase.objects.filter(state="provider_passed")
        assert passed.count() >= 3
        assert passed.filter(due_at__lt=timezone.now()).exists()

    def test_a_commercial_licence_gives_the_numbers(self):
        applicant = Applicant.objects.exclude(licence_number="").get()
        services = Service.objects.filter(subject__applicant=applicant)
        licence = applicant.licence_number
        assert {s.number for s in services} == {
            f"{licence}-1",
            f"{licence}-2",
            f"{licence}-3",
            f"{licence}-4A",
        }
        assert applicant.subject_filings.get().number != licence

    def test_bureaus_file_each_its_own_name_under_gov_cn(self):
        bureaus = FilingCase.objects.filter(domain__endswith=".demo-city.gov.cn")
        assert {case.state for case in bureaus} == {"open", "authority_review"}
        assert len({case.registrable_domain for case in bureaus}) == 2
        assert {case.applicant_type for case in bureaus} == {"organisation"}

    def test_a_server_in_hong_kong_behind_nodes_in_the_mainland(self):
        case = FilingCase.objects.get(mainland_cdn=True)
        assert (case.server_region, case.state) == ("hong_kong", "open")

    def test_clients_with_one_twelve_and_forty_services(self):
        counts = Counter(Service.objects.values_list("subject", flat=True)).values()
        assert {1, 12, 40} <= set(counts)
        oldest = Service.objects.order_by("filed_on")[0]
        assert oldest.filed_on.year == 2006

    def test_somebody_has_applied_twice(self):
        numbers = Applicant.objects.exclude(certificate_number="")
        twice = [n for n, c in Counter(numbers.values_list("certificate_number")).items() if c > 1]
        (number,) = twice
        both = Applicant.objects.filter(certificate_number=number[0])
        assert sorted(a.confirmed for a in both) == [False, True]

    def test_what_a_case_made_is_as_old_as_the_case(self):
        made = FilingCase.objects.filter(filing_type__in=MAKING, service__isnull=False)
        assert not made.filter(service__filed_here=False).exists()
        assert (
            not made.exclude(service__opened_on=None)
            .filter(service__opened_on__lt=F("service__filed_on"))
            .exists()
        )
        for case in made.filter(state="open"):
            assert happened(case, "record_opening").date() == service_of(case).opened_on
