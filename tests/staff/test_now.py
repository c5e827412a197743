"""The case page says one thing first; what does not concern the reader is a quiet line each."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import FilingCase, Province
from icpcases.workflow.actions.requests import answer, ask
from tests.harness.reading import blocks
from tests.staff.test_pages import case_path

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def shown(client, case):
    """The title, the step that is due, and the others: possible, closed, aside."""
    now = client.get(case_path(case)).context["now"]
    due = now.step and (now.step.name, now.step.open)
    lists = ([step.name for step in steps] for steps in (now.possible, now.closed, now.aside))
    return (now.title, due, *lists)


def test_where_no_step_can_be_taken_back_a_draft_says_so_quietly(client, world, chen, li):
    case = world.case()
    for reader in (li, chen):
        client.force_login(reader)
        assert shown(client, case) == (
            "Send the application", ("submit_request", True), ["withdraw"], [], ["step_back"],
        )  # fmt: skip


def test_a_completed_case_alarms_nobody(client, world, chen, li):
    case = world.at("completed")
    client.force_login(li)
    assert shown(client, case) == ("Nothing to do", None, [], [], ["step_back"])
    texts = [text for _name, text in blocks(client.get(case_path(case)).content.decode())]
    assert "closed" not in texts
    client.force_login(chen)
    assert shown(client, case) == ("Nothing to do", None, ["step_back"], [], [])


def test_an_order_that_lives_does_not_alarm_by_not_being_expired(client, world, chen):
    client.force_login(chen)
    assert shown(client, world.at("returned")) == (
        "Submit to the provider", ("submit_to_provider", False), ["withdraw", "step_back"], [],
        ["expire_order"],
    )  # fmt: skip


def test_what_is_due_but_closed_tells_its_reasons_the_office_s_own_first(client, world, li):
    client.force_login(li)
    case = world.at("triage")
    case.applicant.confirmed_at = None
    case.applicant.save()
    FilingCase.objects.filter(pk=case.pk).update(service_leader="")
    now = client.get(case_path(case)).context["now"]
    assert [(r.code, r.party) for r in now.reasons] == [
        ("applicant.identified", "officer"), ("applicant.identified", "applicant"),
    ]  # fmt: skip
    assert now.first_link == ("applicant", case_path(case).replace("change", "confirm"))


def test_who_only_reads_sees_the_step_that_is_due(client, world, sun):
    client.force_login(sun)
    assert shown(client, world.at("authority_review")) == (
        "Record the ICP number", ("approve", False), [], [],
        ["return_for_correction", "record_refusal", "step_back"],
    )  # fmt: skip


def test_the_ways_this_case_does_not_go_lie_aside_and_still_say_every_rule(client, world, li):
    client.force_login(li)
    case = world.at("triage")
    assert shown(client, case) == (
        "Prepare the filing", ("prepare_filing", True), ["send_back", "withdraw"], [],
        ["begin_certificate", "begin_preapproval", "close_not_required", "refer", "decline",
         "step_back"],
    )  # fmt: skip
    aside = client.get(case_path(case)).context["now"].aside
    assert [[f.code for f in step.unmet] for step in aside] == [
        ["foreign.papers"], ["site.forum", "forum.preapproval"], ["server.mainland"],
        ["site.domain"], ["verdict.not_permitted"], ["permission"],
    ]  # fmt: skip
    assert aside[1].why == "The site is not a forum, so no BBS pre-approval is asked for. (+1)"


def test_a_hong_kong_server_closes_the_case_whatever_else_is_unknown(client, world, li):
    client.force_login(li)
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(
        server_region="hong_kong", applicant_type=None, access=None, protocol=None, forum=None,
    )  # fmt: skip
    assert shown(client, case) == (
        "Close: no filing required", ("close_not_required", True), ["send_back", "withdraw"], [],
        ["prepare_filing", "begin_certificate", "begin_preapproval", "refer", "decline",
         "step_back"],
    )  # fmt: skip


def test_a_certificate_comes_first_whatever_the_forum_hangs_on(client, world, li):
    client.force_login(li)
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(
        applicant_type="foreign_enterprise", mainland_branch=False, registration_certificate=False,
        forum=True, preapproval=None,
    )  # fmt: skip
    Province.objects.filter(pk=case.province_id).update(accepts_forums="yes")
    assert shown(client, case)[:2] == (
        "Begin the certificate stage", ("begin_certificate", True),
    )  # fmt: skip


def test_facts_that_are_missing_are_named_where_no_step_can_be_known(client, world, li):
    client.force_login(li)
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(forum=None)
    now = client.get(case_path(case)).context["now"]
    assert (now.title, now.step, [r.sentence for r in now.reasons]) == (
        "Complete the facts", None, ["Still to be filled in: forum."],
    )  # fmt: skip


def test_what_came_in_is_judged_first_on_today_and_on_the_page(client, world, li, wei):
    """Answers, then documents, then the step; Today and the case say the same."""
    client.force_login(li)
    case = world.at("preparing")
    paper = world.document(case, "authorisation_letter")
    assert_says(client, case, "Judge the documents", f"documents/{paper.pk}/")
    case.refresh_from_db()
    question = {"about": "", "text": "Which leader?", "due_on": None}
    asked = ask(case, li, question, case.version)
    case.refresh_from_db()
    answer(case, li, asked.pk, "Wang Wei.", case.version)
    assert_says(client, case, "Judge the answers", f"requests/{asked.pk}/")
    # What lies with others, and is late, is chased.
    late = world.at("authority_review")
    FilingCase.objects.filter(pk=late.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    assert_says(client, late, "Ask the administration for an update", "")
    # A paper that came when others decide waits until it is ours again.
    world.document(late, "authorisation_letter")
    FilingCase.objects.filter(pk=late.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    assert_says(client, late, "Ask the administration for an update", "")


def assert_says(client, case, title, url):
    now = client.get(case_path(case)).context["now"]
    base = case_path(case).removesuffix("change/")
    assert (now.title, now.url) == (title, url and base + url)
    lines = [line for s in client.get("/admin/").context["mine"] for line in s.lines]
    assert [line.todo for line in lines if line.case == case] == [title]
