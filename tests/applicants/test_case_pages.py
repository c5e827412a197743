"""An applicant's pages: where the case stands, whose move it is, what is needed now."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import caches

from icpcases.cases.models import AccessLogRow, FilingCase, HistoryRow
from icpcases.lifecycle.states import State
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.requests import answer, ask
from tests.domain import TABLE
from tests.harness.reading import blocks
from tests.world import ENTERPRISE, FOREIGN, FORUM

from .pages import addresses, links_in, needed, path, section, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


YOURS = "It is your move."


WITH = "Nothing is asked of you now. The case is with "


OFFICE = f"{WITH}the office."


PROVIDER = f"{WITH}the provider."


AUTHORITY = f"{WITH}the administration."


REGULATOR = f"{WITH}the market regulator."


NOBODY = "Everything is done: nothing is asked of you."


GO_ON = ("Go on with the application", "application/")


RECORD_CERTIFICATE = (
    "Record the application for the certificate", "step/record_certificate_application/",
)  # fmt: skip


RECORD_PREAPPROVAL = (
    "Record the application for pre-approval", "step/record_preapproval_application/",
)  # fmt: skip


AGAIN = ("Apply again", "again/")


# The state: what the applicant reads, whose move, and what is needed now.
SEEN: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "draft": ("Not sent yet", YOURS, [GO_ON]),
    "triage": ("Being looked at", OFFICE, []),
    "certificate_needed": ("Apply for the registration certificate", YOURS, [RECORD_CERTIFICATE]),
    "certificate_applied": ("Certificate being decided on", REGULATOR, []),
    "certificate_granted": ("Certificate granted", OFFICE, []),
    "preapproval_needed": ("Apply for BBS pre-approval", YOURS, [RECORD_PREAPPROVAL]),
    "preapproval_applied": ("Pre-approval being decided on", AUTHORITY, []),
    "preapproval_granted": ("Pre-approval granted", OFFICE, []),
    "preparing": (
        "Papers being prepared",
        OFFICE,
        [("Hand in what is wanted", "documents/add/")],
    ),
    "provider_review": ("With the provider", PROVIDER, []),
    "provider_passed": ("Passed by the provider", PROVIDER, []),
    "sms_verification": (
        "Answer the SMS check", YOURS, [("Confirm the SMS check", "step/confirm_sms/")],
    ),
    "authority_review": ("With the administration", AUTHORITY, []),
    "returned": ("Returned for correction", YOURS, []),
    "filed": (
        "Filed: the site may open",
        YOURS,
        [("Record the opening of the site", "step/record_opening/")],
    ),
    "open": ("Site open", YOURS, [("Record the number in the footer", "step/record_footer/")]),
    "completed": ("Completed", NOBODY, []),
    "not_required": (
        "No filing required",
        "The server is outside Mainland China, so no filing is required. This is about the filing "
        "only.",
        [AGAIN],
    ),
    "referred": (
        "Referred to the local administration",
        "A site with only an IP address is filed in the local administration's own system.",
        [AGAIN],
    ),
    "ineligible": (
        "Not permitted", "The rules do not permit this site to be filed.",
        [AGAIN],
    ),
    "refused": (
        "Refused", "The authority has refused the application.",
        [AGAIN],
    ),
    "withdrawn": (
        "Withdrawn", "The case was withdrawn.",
        [AGAIN],
    ),
}  # fmt: skip


OTHERS = {
    **{state: ["Withdraw the case"] for state in TABLE["withdraw"].sources},
    "filed": ["Record the number in the footer"],
    "open": ["Record the public-security filing"],
}  # fmt: skip


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def test_every_state_has_its_line():
    assert list(SEEN) == State.values


@pytest.mark.parametrize("state", State.values)
def test_the_page_says_where_whose_move_and_what_is_needed(as_wei, world, state):
    case = world.at(state)
    page = as_wei.get(path(case))
    name, move, wanted = SEEN[state]
    standing = blocks(section(page, '<section class="standing'))
    about = [] if State(state).closed else [("p.hint", str(State(state).about.meaning))]
    assert page.status_code == 200
    assert standing[: 1 + len(about)] == [("p", name), *about]
    kind, said = standing[1 + len(about)]
    assert (kind, said[: len(move)]) == ("p.move", move)
    asked = [link for link in needed(page) if link[1] != "https://beian.miit.gov.cn"]
    assert asked == [(label, path(case, rest)) for label, rest in wanted]
    for _label, address in asked:
        assert as_wei.get(address, follow=True).status_code == 200
    others = section(page, "<h2>What else you can do</h2>") if state in OTHERS else ""
    assert [label for label, _url in links_in(others)] == OTHERS.get(state, [])
    assert ("What else you can do" in text_of(page)) is (state in OTHERS)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("triage", f"{OFFICE} Usually until"),
        ("certificate_applied", REGULATOR),
        ("provider_review", f"{PROVIDER} Usually until"),
        (
            "withdrawn",
            "The case was withdrawn. You may apply again at any time: what you filled in",
        ),
    ],
)
def test_if_nothing_is_needed_it_says_so(as_wei, world, state, said):
    shown = text_of(as_wei.get(path(world.at(state))))
    assert said in shown
    assert ("Usually until" in shown) is ("Usually until" in said)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            "draft",
            "Complete the application and send it. The office begins once you have sent it. Go on",
        ),
        (
            "sms_verification",
            "The ministry (MIIT) sends each person asked an SMS with a six-digit code. Enter it at "
            "https://beian.miit.gov.cn , under the SMS check, with the phone number and the last "
            "six characters of the ID; there are five tries. Then confirm it on the case's page. "
            "By ",
        ),
        (
            "filed",
            "Open the site, and record the day on the case's page. The number stays yours "
            "meanwhile. ICP number",
        ),
        ("open", "Put the ICP number in the site's footer, linked to the ministry's register."),
    ],
)
def test_what_is_needed_is_said_in_the_applicants_own_words(as_wei, world, state, said):
    shown = text_of(as_wei.get(path(world.at(state))))
    assert shown.split(f"{YOURS} ")[1][: len(said)] == said


@pytest.mark.parametrize(
    ("filing_type", "heading", "hint"),
    [
        ("cancel_service", "yulan.cn", "Cancel a service"),
        ("cancel_subject", "玉兰书店有限公司", "Cancel the subject"),
    ],
)
def test_it_is_said_what_errand_a_case_is(as_wei, world, filing_type, heading, hint):
    service = world.filed(world.applicant(), domain="yulan.cn", name="玉兰书店")
    case = world.about(service, filing_type)
    shown = section(as_wei.get(path(case)), '<p class="hint">')
    assert f"{case.reference}</span> · {hint}" in shown
    assert f"<h1>{heading}</h1>" in as_wei.get(path(case)).content.decode()
    assert heading in text_of(as_wei.get("/cases/"))


LAST = ["ICP number granted", "Site open"]


FILING = [
    "The office prepares the papers", "The provider's first review",
    "The provider sends it to the administration",
    "SMS check by the leaders", "The administration's review",
]  # fmt: skip


PREAPPROVAL = [
    "Apply for BBS pre-approval", "The administration decides on the pre-approval",
    "Pre-approval granted",
]  # fmt: skip


CERTIFICATE = [
    "Apply for the registration certificate", "The authority decides on the certificate",
    "Certificate granted",
]  # fmt: skip


FIRST = ["Fill in", "First look by the office"]


@pytest.mark.parametrize(
    ("state", "facts", "done", "now", "ahead"),
    [
        ("draft", ENTERPRISE, [], "Not sent yet", [FIRST[1], *FILING, *LAST]),
        (
            "triage", {**FOREIGN, "forum": "true", "preapproval": "false"}, FIRST[:1],
            "Being looked at", [*CERTIFICATE, *PREAPPROVAL, *FILING, *LAST],
        ),
        (
            "certificate_granted", FOREIGN, [*FIRST, *CERTIFICATE[:2]], "Certificate granted",
            [*FILING, *LAST],
        ),
        (
            "preapproval_applied", FORUM, [*FIRST, *PREAPPROVAL[:1]],
            "Pre-approval being decided on", [*PREAPPROVAL[2:], *FILING, *LAST],
        ),
        (
            "returned", ENTERPRISE, [*FIRST, FILING[0]], "Returned for correction",
            [*FILING[1:], *LAST],
        ),
        ("open", ENTERPRISE, [*FIRST, *FILING, LAST[0]], "Site open", []),
        ("refused", ENTERPRISE, [*FIRST, *FILING], "Refused", []),
    ],
)  # fmt: skip
def test_the_way_has_three_names_for_each_stop(as_wei, world, state, facts, done, now, ahead):
    page = as_wei.get(path(world.at(state, facts)))
    stops = [(str(e.stop.state.about.ahead), e.stop.place) for e in page.context["path"]]
    named = [name for name, place in stops if place == "done"]
    assert (named, [name for name, place in stops if place == "ahead"]) == (done, ahead)
    shown = text_of_list(section(page, '<ol class="path"'))
    assert [name for name, _when in shown] == [*done, now, *ahead]


def text_of_list(html: str) -> list[tuple[str, str]]:
    """Name and date of each stop on the bar."""
    stops = re.findall(
        r'<span class="name">(.*?)</span>\s*<span class="when">(.*?)</li>', html, re.S
    )
    return [(unescape(name), when) for name, when in stops]


def test_the_bar_tells_days_and_where_they_come_from(as_wei, world):
    page = as_wei.get(path(world.at("provider_review")))
    shown = text_of_list(section(page, '<ol class="path"'))
    assert [("<time" in when, "usually" in when) for _name, when in shown] == [
        (True, False), (True, False), (True, False), (False, True), (False, True), (False, True),
        (False, True), (False, True), (False, False),
    ]  # fmt: skip
    assert "as published" in text_of(page)


def test_days_are_counted_from_today_while_it_is_the_applicants_move(as_wei, world):
    said = "The days ahead are counted from today."
    told = {state: said in text_of(as_wei.get(path(world.at(state))))
            for state in ("draft", "triage", "sms_verification", "filed", "open")}  # fmt: skip
    assert told == {
        "draft": True, "triage": False, "sms_verification": False, "filed": True, "open": False,
    }  # fmt: skip


def test_open_requests_stand_first_each_with_its_field(as_wei, world, li):
    case = world.at("preparing")
    for text in ("What is the site for?", "Whose name is on the certificate?"):
        ask(case, li, {"about": "", "text": text}, case.version)
        case.refresh_from_db()
    first, second = case.requests.order_by("pk")
    page = as_wei.get(path(case))
    shown = page.content.decode()
    assert [f'name="r{asked.pk}-answer"' in shown for asked in (first, second)] == [True, True]
    assert YOURS in text_of(page)
    answer(case, li, first.pk, "A shop.", case.version)
    shown = as_wei.get(path(case)).content.decode().split('id="messages"')[0]
    assert [f'name="r{asked.pk}-answer"' in shown for asked in (first, second)] == [False, True]
    assert "What is the site for?" not in shown


def test_what_the_page_asks_is_answered_on_it(as_wei, world, li):
    case = world.at("preparing")
    asked = ask(case, li, {"about": "", "text": "What is the site for?"}, case.version)
    page = as_wei.get(path(case))
    assert f'action="{path(case, "requests/")}"' in page.content.decode()
    data = {"version": page.context["case"].version, f"r{asked.pk}-answer": "A shop."}
    as_wei.post(path(case, "requests/"), data)
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("answered", "A shop.")


def test_a_draft_leads_to_its_application_which_names_what_is_missing(as_wei, world, li):
    case = world.case(province="", applicant_type="", forum="true")
    ask(case, li, {"about": "", "text": "What is it for?"}, case.version)
    page = as_wei.get(path(case))
    assert to_application(case) in links_in(page.content.decode())
    assert text_of(page).count("has not answered") == 0
    gaps = dict(as_wei.get(path(case, "application/")).context["gaps"])
    assert list(gaps.values())[:3] == [
        path(case, f"application/basics/?again=1#id_{name}")
        for name in ("applicant_type", "preapproval", "province")
    ]


def to_application(case: FilingCase) -> tuple[str, str]:
    return ("Go on with the application", path(case, "application/"))


def test_what_only_the_office_can_put_right_is_not_asked_of_the_applicant(as_wei, world):
    """Once sent, the service leader is changed by the answer to a request, not by the applicant."""
    case = world.at("triage", service_leader="", service_leader_phone="")
    page = as_wei.get(path(case))
    assert needed(page) == []
    assert OFFICE in text_of(page)


def test_what_has_happened_is_told_by_roles_with_the_reasons(as_wei, world, wei, mei):
    case = world.case(happened=None)
    case = world.step(case, "submit_request", by=wei)
    reasons = [{"about": "domain", "text": "The name is misspelt."}]
    case = world.step(case, "send_back", reasons=reasons, note_public="Soon done.")
    moments = as_wei.get(path(case)).context["timeline"].moments
    assert [(m.what, m.by, m.reasons, m.note) for m in moments] == [
        (
            "The office has sent the application back to you for correction.", "the office",
            ["The name is misspelt."], "Soon done.",
        ),
        ("The application has been sent to the office.", "you or a colleague", [], ""),
    ]  # fmt: skip


def test_a_removed_colleague_is_not_taken_for_the_office(as_wei, world, wei, li, mei):
    case = world.case()
    participants.accept(participants.invite(case, wei, mei.email, case.version), mei)
    case = world.step(case, "submit_request", by=mei)
    person = case.people.get(user=mei)
    participants.remove_person(case, wei, person.pk, case.version)
    world.step(case, "withdraw", by=li)
    moments = as_wei.get(path(case)).context["timeline"].moments
    assert [m.by for m in moments] == ["the office", "you or a colleague"]


@pytest.mark.parametrize(("rows", "queries"), [(1, 7), (3, 7)])
def test_the_list_costs_the_same_for_every_row(
    as_wei, world, django_assert_num_queries, rows, queries
):
    for _ in range(rows):
        world.at("triage")
    with django_assert_num_queries(queries):
        page = as_wei.get("/cases/")
    assert len(links_in(section(page, '<ul class="cases"'))) >= rows
    assert page.content.count(b'<li class="others">') == rows


@pytest.mark.parametrize(("rows", "queries"), [(1, 17), (3, 17)])
def test_the_case_costs_the_same_for_every_row(
    as_wei, world, li, mei, stranger, django_assert_num_queries, rows, queries
):
    case = world.at("preparing")
    for n in range(rows):
        world.document(case, "other")
        case.refresh_from_db()
        ask(case, li, {"about": "", "text": f"Question {n}?"}, case.version)
        case.refresh_from_db()
    for user in (mei, stranger)[: rows - 1]:
        case.people.create(user=user, part="colleague")
    as_wei.get(path(case))
    caches["pages"].clear()
    with django_assert_num_queries(queries):
        page = as_wei.get(path(case))
    papers = sum(len(line.now) + len(line.older) for line in page.context["checklist"].lines)
    assert papers == len(page.context["todo"].requests) == rows


def test_the_list_shows_only_the_own_cases(as_wei, world, mei):
    own, other = world.at("returned"), world.case(owner=mei)
    page = as_wei.get("/cases/")
    assert [case.reference for case in page.context["cases"]] == [own.reference]
    assert other.reference not in page.content.decode()


def test_a_status_never_stands_without_its_explanation(as_wei, world):
    case = world.at("returned")
    for address in ("/cases/", path(case)):
        shown = text_of(as_wei.get(address))
        assert "Returned for correction The filing came back with reasons; " in shown


def everything_of(case: FilingCase) -> Any:
    case.refresh_from_db()
    return case.version, case.state, HistoryRow.objects.filter(case=case).count()


def test_looking_changes_nothing_but_the_log_of_reading(as_wei, careful_world):
    case = careful_world.at("returned")
    before = everything_of(case)
    for address in addresses(case):
        as_wei.get(address)
    assert everything_of(case) == before
    # Each document, and the small picture of the first.
    assert (AccessLogRow.objects.count(), case.documents.count()) == (6, 5)


def test_a_draft_of_an_app_asks_for_its_features_before_it_is_sent(as_wei, world):
    case = world.case(service_kind="app", domain="", access="")
    assert needed(as_wei.get(path(case))) == [to_application(case)]
    gaps = dict(as_wei.get(path(case, "application/")).context["gaps"])
    assert path(case, "application/site/?again=1#id_app_android_app_name") in gaps.values()


def test_a_draft_is_not_asked_for_what_a_later_stage_brings(as_wei, world):
    case = world.case(forum="true", preapproval="false")
    assert needed(as_wei.get(path(case))) == [to_application(case)]
    assert as_wei.get(path(case, "application/")).context["others"] == []


def test_the_timeline_names_the_leader_who_answered_the_sms_check(as_wei, world, chen):
    leaders = {"subject_leader": "李娜", "subject_leader_phone": "13900139000"}
    case = world.walk(
        world.case(service_leader="王伟", service_leader_phone="13800138000", **leaders),
        "submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes",
        "sent_to_administration",
    )  # fmt: skip
    case = world.step(case, "confirm_sms", person="service_leader")
    case = world.step(case, "confirm_sms", person="subject_leader")
    said = "An answer to the SMS check has been recorded"

    def told():
        both = (
            as_wei.get(path(case)).context["timeline"].moments,
            as_wei.get(path(case, "timeline/")).context["pages"].object_list,
        )
        short, long = ([m.what for m in moments if m.what.startswith(said)] for moments in both)
        assert short == long
        return short

    first = f"{said}: Service leader: 王伟."
    assert told() == [f"{said}: Subject leader: 李娜.", first]
    case = world.step(case, "step_back", by=chen, reason="It was not Na who called.")
    assert told() == [f"{said}: Subject leader.", first]


def test_an_answer_of_an_earlier_release_names_nobody(as_wei, world):
    case = world.at("authority_review")
    row = case.history.get(step="confirm_sms")
    HistoryRow.objects.create(
        case=case, sequence=case.version + 1, kind="step", step="confirm_sms", by=row.by,
        from_state="sms_verification", to_state="authority_review", entered={},
        happened_at=row.happened_at, recorded_at=row.recorded_at,
    )  # fmt: skip
    told = as_wei.get(path(case, "timeline/")).context["pages"].object_list[0].what
    assert told == "An answer to the SMS check has been recorded."
