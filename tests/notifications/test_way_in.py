"""Where a mail leads: to the case, to joining it, or to following it without an account."""

import re

import pytest
from django.test import Client

from icpcases.cases.models import CasePerson, FilingCase, Notice
from icpcases.notifications.composer import message_of
from icpcases.workflow.actions import participants
from tests.world import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    """A case that an officer opened for a caller: nobody has joined it."""
    applicant = world.applicant(email="caller@example.com")
    case = world.case(applicant=applicant)
    CasePerson.objects.filter(case=case).delete()
    return FilingCase.objects.get(pk=case.pk)


def told(case):
    world_notices = Notice.objects.filter(case=case, history__isnull=False).order_by("-pk")
    notice = world_notices[0]
    return notice.address, message_of(notice)


def test_the_step_mail_of_whoever_is_invited_leads_to_joining_and_then_to_the_case(
    world, case, settings
):
    settings.SITE_URL = "http://testserver"
    participants.invite(case, world.li, "reader@example.com", case.version)
    case = world.step(FilingCase.objects.get(pk=case.pk), "submit_request", tell=True)
    addresses = Notice.objects.filter(case=case, history__isnull=False).values_list(
        "address", flat=True
    )
    assert sorted(addresses) == ["caller@example.com", "reader@example.com"]
    notice = Notice.objects.get(case=case, history__isnull=False, address="reader@example.com")
    letter = message_of(notice)
    (link,) = re.findall(r"http://testserver(/invitation/\S+)", letter.text)
    assert "you join the case" in letter.text or "加入申请" in letter.text
    assert link in letter.html
    client = Client()
    client.force_login(user("reader"))
    assert client.post(link).headers["Location"] == f"/cases/{case.reference}/"
    assert f"/cases/{case.reference}/" in message_of(notice).text
    # The applicant's own address was not invited: it leads to nothing that it cannot open.
    other = Notice.objects.get(case=case, history__isnull=False, address="caller@example.com")
    letter = message_of(other)
    assert (f"/cases/{case.reference}/" in letter.text, case.follow_code in letter.text) == (
        False, True,
    )  # fmt: skip


def test_the_case_page_says_that_nobody_has_joined_and_invites(client, world, case, li, sun):
    client.force_login(li)
    page = client.get(f"/admin/cases/filingcase/{case.pk}/change/").content.decode()
    assert 'value="caller@example.com" required' in page
    sent = {"version": case.version, "email": "caller@example.com"}
    assert client.post(f"/admin/cases/filingcase/{case.pk}/people/", sent).status_code == 302
    page = client.get(f"/admin/cases/filingcase/{case.pk}/change/").content.decode()
    assert "Nobody has joined this case yet. Invited:" in page
    participants.accept(case.invitations.get(), user("caller"))
    page = client.get(f"/admin/cases/filingcase/{case.pk}/change/").content.decode()
    assert "Nobody has joined" not in page
    client.force_login(sun)
    assert client.post(f"/admin/cases/filingcase/{case.pk}/people/", sent).status_code == 403
