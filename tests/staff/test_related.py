"""Beside a case: related cases, notes, the duties after the filing, its way, its versions."""

import datetime as dt
import re
from html import unescape

import pytest
from django.utils import timezone, translation

from icpcases.cases.forms.facts import FactsForm
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.facts import edit_facts
from tests.world import ENTERPRISE

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


def case_path(case, rest="change/"):
    return f"/admin/cases/filingcase/{case.pk}/{rest}"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def change_facts(world, case, **facts):
    case.refresh_from_db()
    form = FactsForm(data={**ENTERPRISE, "domain": case.domain, **facts})
    assert form.is_valid(), form.errors
    return edit_facts(case, world.li, form, case.version)


# Related cases


def test_related_cases_share_applicant_domain_or_phone(as_li, world):
    case = world.case(service_leader_phone="13800138000")
    applicant = world.case(applicant=case.applicant, service_leader_phone="13800138001")
    phone = world.case(service_leader_phone="13800138000")
    domain = world.case(service_leader_phone="13800138002", domain=f"shop.{case.domain}")
    world.case(service_leader_phone="13800138003")
    related = as_li.get(case_path(case)).context["related"]
    assert [(line.case, line.same) for line in related] == [
        (domain, ["domain"]), (phone, ["phone"]), (applicant, ["applicant"]),
    ]  # fmt: skip


def test_nothing_given_is_nothing_in_common(as_li, world):
    facts = {"access": "ip_address", "service_leader_phone": "", "domain": ""}
    case, _other = world.case(**facts), world.case(**facts)
    assert as_li.get(case_path(case)).context["related"] == []


def test_two_open_cases_about_one_domain_are_warned_of_by_the_rule(as_li, world):
    first = world.at("triage", domain="one.cn")
    second = world.case(domain="shop.one.cn")
    warned = as_li.get(case_path(second)).context["conflicts"]
    assert [(finding.code, finding.sentence) for finding in warned] == [
        (
            "service.free",
            f"Another errand is about the same service or domain: {first.reference}.",
        )
    ]
    assert [case.reference for case in (first, second)] == [first.reference, second.reference]
    world.step(second, "withdraw")
    assert as_li.get(case_path(second)).context["conflicts"] == []
    assert as_li.get(case_path(first)).context["conflicts"] == []


def test_an_applicant_s_other_live_order_is_warned_of_by_the_rule(as_li, world):
    busy = world.at("provider_passed")
    second = world.at("preparing")
    assert as_li.get(case_path(second)).context["conflicts"] == []
    type(second).objects.filter(pk=second.pk).update(applicant=busy.applicant)
    warned = as_li.get(case_path(second)).context["conflicts"]
    assert [finding.code for finding in warned] == ["subject.idle"]


# Notes


def test_a_note_is_left_on_the_case_page_and_stands_there(as_li, world, sun, client):
    case = world.at("triage")
    world.step(case, "prepare_filing", note_internal="Papers come by courier.")
    case.refresh_from_db()
    page = as_li.get(case_path(case))
    form = re.search(r'<form[^>]+action="([^"]+/note/)">', page.content.decode())
    assert form
    as_li.post(form[1], {"text": "Call Mr Wang.", "version": case.version})
    page = as_li.get(case_path(case))
    assert [(r.note_internal, r.by) for r in page.context["notes"]] == [
        ("Call Mr Wang.", world.li), ("Papers come by courier.", world.li),
    ]  # fmt: skip
    client.force_login(sun)
    page = client.get(case_path(case))
    assert len(page.context["notes"]) == 2
    assert page.context["note_form"] is None


# After the filing


@pytest.fixture
def opened(world):
    """Opened today, so that the public-security filing is due 30 days later."""
    return world.at("open")


def duties(page):
    return [(d.key, d.done_on, d.due and timezone.localdate(d.due), d.recordable)
            for d, _url in page.context["duties"]]  # fmt: skip


def test_both_duties_stand_until_their_steps_are_recorded(as_li, world, opened):
    today = timezone.localdate()
    due = today + dt.timedelta(days=30)
    assert duties(as_li.get(case_path(opened))) == [
        ("record_footer", None, None, True), ("record_public_security", None, due, True),
    ]  # fmt: skip
    world.step(opened, "record_footer")
    world.step(opened, "record_public_security")
    assert duties(as_li.get(case_path(opened))) == [
        ("record_footer", today, None, True), ("record_public_security", today, None, True),
    ]  # fmt: skip


def test_before_the_opening_only_the_footer_can_be_recorded(as_li, world):
    assert duties(as_li.get(case_path(world.at("filed")))) == [
        ("record_footer", None, None, True), ("record_public_security", None, None, False),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["authority_review", "completed"])
def test_there_are_no_duties_without_a_filing(as_li, world, state):
    page = as_li.get(case_path(world.at(state)))
    assert (page.context["duties"], "footer-snippet" in page.content.decode()) == ([], False)


def test_the_snippet_links_the_number_to_the_register_for_staff_and_applicant(
    client, world, li, wei, opened
):
    client.force_login(li)
    pages = [client.get(case_path(opened)).content.decode()]
    client.force_login(wei)
    pages.append(client.get(f"/cases/{opened.reference}/").content.decode())
    link = (
        '<a href="https://beian.miit.gov.cn/" target="_blank" rel="noopener">'
        f"{opened.service.number}</a>"
    )
    fields = [
        re.findall(r'<textarea id="footer-snippet"[^>]*>([^<]*)</textarea>', p) for p in pages
    ]
    assert [[unescape(text) for text in found] for found in fields] == [[link], [link]]
    url = f"/cases/{opened.reference}/step/record_footer/"
    assert pages[1].count(url) == 2  # among the duties, and among the steps


# The way on the map


def test_the_way_is_drawn_without_what_was_taken_back(as_li, world):
    case = world.at("provider_review")
    world.step(case, "return_for_correction")
    world.step(case, "step_back", by=world.chen)
    world.step(case, "provider_passes")
    page = as_li.get(case_path(case, "map/"))
    steps = [row.step for row in page.context["way"]]
    assert steps == [
        "",
        "submit_request",
        "prepare_filing",
        "submit_to_provider",
        "provider_passes",
    ]
    drawn = page.context["map"]
    assert re.findall(r'id="(step-[\w-]+)" class="arrow walked"', drawn) == [
        "step-submit_request-draft", "step-prepare_filing-triage",
        "step-submit_to_provider-preparing", "step-provider_passes-provider_review",
    ]  # fmt: skip
    been = ["draft", "triage", "preparing", "provider_review"]
    assert re.findall(r'id="state-(\w+)" class="state been"', drawn) == been
    assert re.findall(r'id="state-(\w+)" class="state now"', drawn) == ["provider_passed"]


def test_an_exit_through_a_mark_is_drawn_too(as_li, world):
    drawn = as_li.get(case_path(world.at("withdrawn"), "map/")).context["map"]
    assert re.findall(r'<g id="(step-[\w-]+)" class="walked">', drawn) == ["step-withdraw-draft"]


def test_the_map_speaks_the_reader_s_language(as_li, world):
    drawn = as_li.get(case_path(world.case(), "map/"), headers={"accept-language": "zh-hans"})
    names = re.findall(r'class="name">([^<]+)<', drawn.context["map"])
    with translation.override("zh-hans"):
        assert names == [str(state.label) for state in State]
        assert str(Step.SEND_BACK.label) in drawn.context["map"]


# Versions of the facts


def test_two_versions_stand_side_by_side_and_what_differs_is_marked(as_li, world):
    case = world.case(site_name="玉兰书店", service_leader_phone="13800138000")
    change_facts(world, case, site_name="玉兰书屋", service_leader_phone="13811118000")
    change_facts(world, case, site_name="玉兰书城", province="CN-SH",
                 service_leader_phone="13811118000")  # fmt: skip
    page = as_li.get(case_path(case, "facts/versions/"))
    assert (page.context["old"].number, page.context["new"].number) == (2, 3)
    assert differing(page) == [
        ("province", "Beijing", "Shanghai"), ("site name", "玉兰书屋", "玉兰书城"),
    ]  # fmt: skip
    page = as_li.get(case_path(case, "facts/versions/?old=1&new=2"))
    assert differing(page) == [
        ("site name", "玉兰书店", "玉兰书屋"),
        # Masked they look alike; that they differ is told all the same.
        ("service leader's phone", "138••••8000", "138••••8000"),
    ]
    assert "13800138000" not in page.content.decode()


def differing(page):
    return [(line.label, line.old, line.new) for line in page.context["lines"] if line.changed]


@pytest.mark.parametrize("query", ["", "?old=9&new=x", "?old=%00", "?new=99999999999999999999"])
def test_an_unchanged_case_has_one_version(as_li, world, query):
    page = as_li.get(case_path(world.case(), f"facts/versions/{query}"))
    assert ([v.number for v in page.context["versions"]], differing(page)) == ([1], [])
    assert "The facts have not been changed since the case was opened." in page.content.decode()


def test_an_edit_that_touches_nothing_shown_is_no_version(as_li, world):
    case = world.at("open")
    world.step(case, "record_footer")
    page = as_li.get(case_path(case, "facts/versions/"))
    assert [version.number for version in page.context["versions"]] == [1]


@pytest.mark.parametrize("rest", ["map/", "facts/versions/"])
def test_map_and_versions_take_the_same_queries_for_every_row(
    as_li, world, rest, django_assert_num_queries
):
    short, long = world.case(), world.at("open")
    for name in ("one", "two"):
        change_facts(world, short, site_name=name)
    for case in (short, long):
        as_li.get(case_path(case, rest))
        with django_assert_num_queries(6 if rest == "facts/versions/" else 5):
            as_li.get(case_path(case, rest))
