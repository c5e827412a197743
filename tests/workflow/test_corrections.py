"""A slip in locked facts, found later: a supervisor corrects our record, and no more than that."""

import pytest

from icpcases.cases.forms.corrections import FactsCorrectionForm
from icpcases.cases.models import FilingCase, Notice, RegisterRow, Service
from icpcases.rules.facts import FilingType
from icpcases.workflow.actions.corrections import correct_facts
from icpcases.workflow.exceptions import Closed, NotAllowed, Stale
from tests.world import ENTERPRISE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LIST = "/admin/cases/filingcase/"
WHY = {"reason": "Misread on the licence.", "note_public": "Sorry.", "tell": "on"}


def form_of(case: FilingCase, **changed: str) -> FactsCorrectionForm:
    """What a page sends that shows the case as it is."""
    shown = FactsCorrectionForm.of(case)
    data = {name: shown[name].value() for name in shown.fields} | WHY | changed
    form = FactsCorrectionForm.of(case, {n: v for n, v in data.items() if v is not None})
    assert form.is_valid(), form.errors
    return form


def corrected(case: FilingCase, by, **changed: str) -> FilingCase:
    case = FilingCase.objects.with_names().get(pk=case.pk)
    return correct_facts(case, by, form_of(case, **changed), case.version)


NEW = {
    "site_name": "玉兰旧书店", "domain": "yulan-old-books.cn", "service_leader": "王伟民",
    "service_leader_phone": "13800138001",
}  # fmt: skip


def said_by(service: Service) -> tuple[str, ...]:
    service.refresh_from_db()
    (domain,) = service.domains.all()
    return (
        service.name, domain.domain, domain.registrable_domain, service.service_leader,
        service.service_leader_phone, service.number, str(service.filed_on), service.state,
    )  # fmt: skip


def test_one_correction_puts_case_and_register_right_and_all_else_stays(world, chen):
    case = world.at("open")
    service = case.service
    number, filed_on = service.number, str(service.filed_on)
    Notice.objects.all().delete()
    after = corrected(case, chen, **NEW)
    assert (after.state, after.version, after.turn) == ("open", case.version + 1, case.turn)
    assert said_by(service) == (
        "玉兰旧书店", "yulan-old-books.cn", "yulan-old-books.cn", "王伟民", "13800138001", number,
        filed_on, "live",
    )  # fmt: skip
    # Whoever is not named as the subject's leader is the service's.
    subject = service.subject
    subject.refresh_from_db()
    assert (subject.subject_leader, subject.subject_leader_phone) == ("王伟民", "13800138001")
    row = case.history.get(sequence=after.version)
    assert (row.kind, row.step, row.reasons, row.by, row.told) == (
        "correction", "", [{"about": "", "text": "Misread on the licence."}], chen, True,
    )  # fmt: skip
    assert row.changes["fields"]["site_name"] == [ENTERPRISE["site_name"], "玉兰旧书店"]
    noted = RegisterRow.objects.get(pk__in=row.changes["register"])
    assert (noted.what, noted.case, noted.sequence, noted.by, noted.service) == (
        "corrected", case, row.sequence, chen, service.pk,
    )  # fmt: skip
    (mail,) = Notice.objects.filter(history=row)
    assert (mail.address, mail.line) == ("wei@example.com", "Sorry.")


def test_after_a_correction_the_steps_can_still_be_taken_back(world, chen):
    case = world.at("filed")
    corrected(case, chen, **NEW)
    case = world.step(case, "step_back", by=chen)
    assert (case.state, Service.objects.count()) == ("authority_review", 0)
    assert (case.site_name, case.domain) == ("玉兰旧书店", "yulan-old-books.cn")
    case = world.step(case, "approve")
    assert case.service.name == "玉兰旧书店"


def test_what_a_later_errand_has_changed_in_the_register_stays(world, chen):
    case = world.at("open")
    Service.objects.filter(pk=case.service_id).update(name="Renamed since")
    corrected(case, chen, **NEW)
    assert said_by(case.service)[0] == "Renamed since"
    assert said_by(case.service)[3] == "王伟民"


def test_who_is_asked_by_sms_is_called_as_corrected(world, chen):
    case = world.at("sms_verification")
    corrected(case, chen, **NEW)
    (check,) = case.sms_checks.all()
    assert (check.name, check.phone) == ("王伟民", "13800138001")


def test_only_a_supervisor_corrects_and_only_what_is_locked(world, li, chen, sun, wei):
    case = FilingCase.objects.with_names().get(pk=world.at("open").pk)
    for somebody in (li, sun, wei):
        with pytest.raises(NotAllowed):
            correct_facts(case, somebody, form_of(case, **NEW), case.version)
    with pytest.raises(Stale):
        correct_facts(case, chen, form_of(case, **NEW), case.version - 1)
    preparing = FilingCase.objects.with_names().get(pk=world.at("preparing").pk)
    with pytest.raises(Closed) as refused:
        correct_facts(preparing, chen, form_of(preparing, **NEW), preparing.version)
    assert refused.value.codes == ["facts.open"]
    assert RegisterRow.objects.filter(what="corrected").count() == 0


@pytest.mark.parametrize("state", ["provider_review", "authority_review", "filed", "open"])
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"server_region": "hong_kong"}, "server.mainland"),
        ({"access": "ip_address"}, "site.domain"),
        ({"forum": "true", "preapproval": "false"}, "forum.preapproval"),
        ({"forum": "true", "applicant_type": "individual"}, "forum.not_individual"),
    ],
)
def test_what_is_impossible_stays_impossible_and_is_explained(world, chen, state, facts, code):
    case = world.at(state)
    with pytest.raises(Closed) as refused:
        corrected(case, chen, **facts)
    assert code in refused.value.codes
    assert FilingCase.objects.get(pk=case.pk).version == case.version


def test_a_name_that_another_live_site_has_is_named(world, chen):
    case = world.at("open")
    other = world.filed(domain="taken.cn")
    with pytest.raises(Closed) as refused:
        corrected(case, chen, domain="taken.cn")
    (finding,) = refused.value.findings
    assert other.number in finding.places[0].label


def test_a_correction_that_changes_nothing_leaves_no_row_and_the_errand_stays(world, chen):
    case = world.at("open")
    after = corrected(case, chen, filing_type=FilingType.ADD_ACCESS.value, service_kind="app")
    assert (after.version, after.filing_type, after.service_kind) == (
        case.version, "first", "website",
    )  # fmt: skip


def test_an_officer_reads_the_ways_and_a_supervisor_corrects_on_one_page(
    client, world, li, chen, sun
):
    case = world.at("open")
    own = f"{LIST}{case.pk}/"
    client.force_login(li)
    page = client.get(f"{own}facts/")
    text = page.content.decode()
    assert 'name="site_name"' not in text
    assert 'href="mailto:chen@example.com?subject=' in text
    begin = client.get(page.context["change_filing"].url)
    assert begin.context["facts"]["filing_type"].value() == "change"
    assert (client.get(f"{own}facts/correct/").status_code) == 403
    client.force_login(sun)
    assert client.get(f"{own}facts/correct/").status_code == 403
    client.force_login(chen)
    assert client.get(f"{own}facts/").context["may_correct"] is True
    shown = client.get(f"{own}facts/correct/")
    assert [told.addresses for told in shown.context["previews"]] == [["wei@example.com"]]
    form = shown.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    sent |= {"version": case.version, "site_name": "玉兰旧书店", "tell": ""}
    assert client.post(f"{own}facts/correct/", sent).status_code == 422  # no reason
    done = client.post(f"{own}facts/correct/", sent | {"reason": "A slip."}, follow=True)
    assert [str(m) for m in done.context["messages"]] == ["Our record is corrected."]
    assert "A slip." in done.content.decode()
    late = client.post(f"{own}facts/correct/", sent | {"reason": "Another.", "site_name": "三"})
    assert late.status_code == 409
    assert ('value="三"' in late.content.decode()) is True
