"""A message of the office is told by mail, to those of the case and nobody else."""

import pytest

from icpcases.cases.models import FilingCase, Notice
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.messages import mark_read, write_to_applicant, write_to_office
from tests.harness.smtp import text_of
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


def fresh(case: FilingCase) -> FilingCase:
    return FilingCase.objects.get(pk=case.pk)


@pytest.mark.slow
def test_both_ways(world, wei, mei, li, mail, one_pass):
    case = world.at("triage", applicant=world.applicant(language="en"))
    other = world.case(owner=mei)
    colleague = user("colleague")
    participants.accept(participants.invite(case, wei, colleague.email, case.version), colleague)
    Notice.objects.all().delete()
    write_to_office(case, wei, "A question.", fresh(case).version)
    # The office reads it in its queue: nobody is mailed.
    assert Notice.objects.count() == 0
    write_to_applicant(case, li, "100 % sure.\nSee <b>there</b>.", fresh(case).version)
    mark_read(case, li, fresh(case).version)
    assert one_pass() == {"sent": 2}
    assert {sent["To"] for sent in mail.mails} == {wei.email, colleague.email}
    [sent] = mail.to(wei.email)
    link = f"http://localhost:8000/cases/{case.reference}/messages/"
    plain, html = (text_of(sent, kind).replace("\r\n", "\n") for kind in ("plain", "html"))
    assert "The office has written to you." in plain
    assert "The office has written to you.\n\n100 % sure.\nSee <b>there</b>." in plain
    assert f"You can answer here: {link}" in plain
    assert "See &lt;b&gt;there&lt;/b&gt;." in html
    assert f'href="{link}"' in html
    for text in (plain, html):
        assert "A question." not in text
        assert other.reference not in text


def test_who_has_no_account_is_not_told_to_write(world, li, mail, one_pass):
    applicant = world.applicant(language="en", email="alone@example.com")
    case = world.case(applicant=applicant)
    case.people.all().delete()
    write_to_applicant(case, li, "Please call us.", case.version)
    assert one_pass() == {"sent": 1}
    [sent] = mail.to("alone@example.com")
    assert "Please call us." in text_of(sent, "plain")
    assert "You can answer here:" not in text_of(sent, "plain")


def test_who_is_off_the_case_before_it_leaves_hears_nothing(world, wei, li, mail, one_pass):
    case = world.at("triage")
    write_to_applicant(case, li, "For those of the case.", case.version)
    case.people.filter(user=wei).delete()
    one_pass()
    assert mail.mails == []
