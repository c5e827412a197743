"""The check: one plain question after the other, and the verdict the rules would give."""

import random
import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client

from icpcases.applicants.check import answers_of, facts_of, next_question, verdict_context
from icpcases.cases.models import Clock, FilingCase, Province
from icpcases.deadlines.tables import forget
from icpcases.lifecycle.states import State, Unit
from icpcases.rules.verdict import assess
from tests.assessment.assessments import answers
from tests.domain import OUTSIDE, REGIONS, SELF_MADE, TYPES

# Beside a few provinces nothing is asked of a database.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

CHECK = "/check/"
YES_NO = ("yes", "no")
# One province for each answer an administration can have given.
PROVINCES = {"CN-BJ": "yes", "CN-XJ": "no", "CN-SC": "unknown"}
ANSWERS: dict[str, tuple[str, ...]] = {
    "service_kind": ("website", "app"),
    "server_region": REGIONS,
    "mainland_cdn": YES_NO,
    "access": ("domain", "ip_address"),
    "forum": YES_NO,
    "applicant_type": TYPES,
    "mainland_branch": YES_NO,
    "registration_certificate": YES_NO,
    "preapproval": YES_NO,
    "province": tuple(PROVINCES),
}
EVERY = [dict(zip(ANSWERS, values, strict=True)) for values in product(*ANSWERS.values())]
STAGES = {
    "certificate": "Registration certificate",
    "preapproval": "BBS pre-approval",
    "filing": "Filing",
}
SENTENCES = {
    "not_required": "No filing is required, nor possible.",
    "refer": "This goes to the filing system of the local administration.",
    "not_permitted": "This is not permitted.",
    "file": "A filing is required, and can be made.",
}
FORUM = {
    "service_kind": "website", "server_region": "mainland", "access": "domain", "forum": "yes",
    "applicant_type": "enterprise", "preapproval": "no", "province": "CN-BJ",
}  # fmt: skip
FOREIGN_FORUM = {
    **FORUM, "applicant_type": "foreign_enterprise", "mainland_branch": "no",
    "registration_certificate": "no",
}  # fmt: skip


@pytest.fixture(autouse=True)
def provinces(db):
    for code, answer in PROVINCES.items():
        Province.objects.filter(pk=code).update(accepts_forums=answer)


def as_facts(given: dict[str, str]) -> dict[str, Any]:
    """The answers of the address as `manage.py assess` takes them."""
    said = {"yes": True, "no": False}
    return {name: said.get(value, value) for name, value in given.items()}


def as_assessed(shown: dict[str, Any]) -> dict[str, Any]:
    """The verdict page's context in the words of `manage.py assess`."""
    return {
        "verdict": str(shown["verdict"]),
        "stages": [stage["label"] for stage in shown["stages"]],
        "unmet": [(finding["sentence"], finding["remedy"]) for finding in shown["unmet"]],
        "documents": shown["documents"],
        "sentence": shown["sentence"],
    }


def as_shown(assessed: dict[str, Any]) -> dict[str, Any]:
    """What the page must say, given what `manage.py assess` printed."""
    return {
        "verdict": assessed["verdict"],
        "stages": [STAGES[stage] for stage in assessed["stages"]],
        "unmet": [
            (finding["sentence"], finding["remedy"] if finding["who"] == "applicant" else "")
            for finding in assessed["unmet"]
        ],
        "documents": [
            (wanted["name"], wanted.get("when", ""), wanted["kind"] in SELF_MADE)
            for wanted in assessed["documents"]
        ],
        "sentence": SENTENCES[assessed["verdict"]],
    }


@pytest.mark.slow
def test_the_check_agrees_with_the_command_for_every_combination_of_facts():
    assessed = answers([as_facts(given) for given in EVERY])
    wrong = {}
    for given, wanted in zip(EVERY, assessed, strict=True):
        facts = facts_of(given)
        found = as_assessed(verdict_context(assess(facts), facts))
        codes = [finding.code for finding in assess(facts).unmet]
        if (next_question(facts, given), found) != ("", as_shown(wanted)) or codes != [
            finding["code"] for finding in wanted["unmet"]
        ]:
            wrong[tuple(given.values())] = found
    assert wrong == {}
    assert len(EVERY) == 7680


def test_the_page_shows_what_was_compared(client):
    some = EVERY[::384]
    assert [answers_of(QueryDict(urlencode(given))) for given in some] == some
    assessed = answers([as_facts(given) for given in some])
    for given, wanted in zip(some, assessed, strict=True):
        page = client.get(CHECK, given)
        assert as_assessed(page.context) == as_shown(wanted)
        body = unescape(page.content.decode())
        words = [
            SENTENCES[wanted["verdict"]],
            *(f["remedy"] for f in wanted["unmet"] if f["who"] == "applicant"),
        ]
        words += [document["name"] for document in wanted["documents"]]
        assert [text for text in words if text not in body] == []


def questions(given: dict[str, str]) -> Iterator[str]:
    """The questions that matter for these answers, in their order, written down by hand."""
    yield "service_kind"
    yield "server_region"
    if given["server_region"] != "mainland":
        yield "mainland_cdn"
        if given["mainland_cdn"] == "no":
            return
    if given["service_kind"] == "website":
        yield "access"
        if given["access"] == "ip_address":
            return
    yield "forum"
    yield "applicant_type"
    forum = given["forum"] == "yes"
    if forum and given["applicant_type"] == "individual":
        return
    if given["applicant_type"] == "foreign_enterprise":
        yield "mainland_branch"
        if given["mainland_branch"] == "no":
            yield "registration_certificate"
    if forum:
        yield "preapproval"
        if given["preapproval"] == "no":
            yield "province"


def asked(given: dict[str, str]) -> list[str]:
    """The questions the check asks somebody who would give these answers."""
    said: dict[str, str] = {}
    while name := next_question(facts_of(said), said):
        assert name not in said
        said[name] = given[name]
    return list(said)


@pytest.mark.slow
def test_only_questions_that_still_matter_are_asked_and_in_order():
    wrong = {}
    for given in EVERY:
        if asked(given) != list(questions(given)):
            wrong[tuple(given.values())] = asked(given)
    assert wrong == {}


@pytest.mark.parametrize("region", OUTSIDE)
def test_a_server_outside_the_mainland_ends_it_at_once(client, region):
    page = client.get(CHECK)
    assert page.context["name"] == "service_kind"
    said = {"service_kind": "website", "server_region": region}
    assert client.get(CHECK, said).context["name"] == "mainland_cdn"
    page = client.get(CHECK, {**said, "mainland_cdn": "no"})
    assert (str(page.context["verdict"]), page.context["stages"]) == ("not_required", [])
    assert "Start the application" not in page.content.decode()


BEHIND_A_CDN = {
    "service_kind": "website", "server_region": "hong_kong", "mainland_cdn": "yes",
    "access": "domain", "forum": "no", "applicant_type": "enterprise",
}  # fmt: skip


def test_a_server_in_hong_kong_behind_a_mainland_cdn_is_filed(client):
    """The name is served from the Mainland, wherever the server stands."""
    said: dict[str, str] = {}
    for name, value in BEHIND_A_CDN.items():
        assert client.get(CHECK, said).context["name"] == name
        said[name] = value
    page = client.get(CHECK, said)
    assert [str(answer.question.asks) for answer in page.context["answers"]] == [
        "What do you want to file?",
        "Where is the server?",
        "Does anything in Mainland China serve the name as well?",
        "How do visitors reach the website?",
        "Can visitors post there?",
        "Who will file?",
    ]
    assert (str(page.context["verdict"]), page.context["unmet"]) == ("file", [])
    assert [stage["label"] for stage in page.context["stages"]] == ["Filing"]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"mainland_cdn": "no"}, "not_required"), ({"access": "ip_address"}, "refer"),
        ({"forum": "yes", "applicant_type": "individual"}, "not_permitted"),
        ({"forum": "yes", "preapproval": "yes"}, "file"), ({"service_kind": "app"}, "file"),
        ({"service_kind": "app", "access": "ip_address"}, "file"),
        ({"service_kind": "app", "mainland_cdn": "no"}, "not_required"),
        # In the Mainland nobody asks what else serves the name.
        ({"server_region": "mainland", "mainland_cdn": "no"}, "file"),
    ],
)  # fmt: skip
def test_behind_a_cdn_the_other_facts_decide_as_in_the_mainland(client, changed, verdict):
    page = client.get(CHECK, {**BEHIND_A_CDN, **changed})
    assert str(page.context["verdict"]) == verdict


@pytest.mark.parametrize("kind", ["app", "mini_program", "quick_app"])
def test_what_is_no_website_is_not_asked_how_visitors_reach_it(client, kind):
    page = client.get(CHECK, {"service_kind": kind, "server_region": "mainland"})
    assert page.context["name"] == "forum"
    wanted = client.get(CHECK, {**BEHIND_A_CDN, "service_kind": kind}).context["documents"]
    names = [name for name, _when, _self_made in wanted]
    assert ("Domain certificate: real-name verified" in names) is False


def test_kind_and_nodes_go_into_the_application(client, wei):
    client.force_login(wei)
    given = {**BEHIND_A_CDN, "service_kind": "app"}
    page = client.get(CHECK, given)
    [address] = re.findall(r'href="(/apply/[^"]*)"', page.content.decode())
    form = client.get(unescape(address)).context["form"]
    # An answer about a website that is none goes along; it is not asked, and decides nothing.
    assert {name: form[name].value() for name in given} == {
        **given, "mainland_cdn": "true", "forum": "false",
    }  # fmt: skip
    sent = {
        **{n: "" if form[n].value() is None else form[n].value() for n in form.fields},
        "site_name": "玉兰听书", "app_android_package": "cn.yulan", "who-name": "玉兰书店有限公司",
        "who-certificate_type": "credit_code", "who-certificate_number": "9144030071526726XG",
        "who-phone": "",
    }  # fmt: skip
    assert client.post("/apply/", sent).status_code == 302
    case = FilingCase.objects.get()
    assert (case.service_kind, case.server_region, case.mainland_cdn) == ("app", "hong_kong", True)
    assert case.app_features == {
        "android": {"app_name": "", "package": "cn.yulan", "public_key": "", "fingerprint": ""},
    }


def test_a_forum_abroad_is_told_what_the_verdict_is_about(client):
    said = "This verdict is about the filing only; a forum has duties of its own."
    abroad = {"service_kind": "website", "server_region": "hong_kong", "mainland_cdn": "no"}
    for forum, told in (("yes", True), ("no", False)):
        page = client.get(CHECK, {**abroad, "forum": forum})
        assert (said in page.content.decode()) is told


@pytest.mark.parametrize(
    ("changed", "sentence", "remedy"),
    [
        (
            {"applicant_type": "individual"},
            "An individual is not permitted to operate a forum.",
            "Let an enterprise apply, or leave the forum out.",
        ),
        (
            {"province": "CN-XJ"},
            "The administration of this province does not take applications for forums.",
            "Leave the forum out, or file in a province that takes them.",
        ),
    ],
)
def test_what_is_not_permitted_says_what_would_change_it(client, changed, sentence, remedy):
    page = client.get(CHECK, {**FORUM, **changed})
    assert str(page.context["verdict"]) == "not_permitted"
    first = page.context["unmet"][0]
    assert (first["sentence"], first["remedy"], first["question"]) == (
        sentence, remedy, "How is a filing obtained for a forum?",
    )  # fmt: skip


def test_what_the_office_has_to_do_is_not_asked_of_the_visitor(client):
    page = client.get(CHECK, {**FORUM, "province": "CN-SC"})
    first = page.context["unmet"][0]
    assert (first["sentence"], first["remedy"], first["who"]) == (
        "Nobody has yet asked the administration of this province whether it takes forums.",
        "", "an officer",
    )  # fmt: skip
    assert "To be put right by an officer" in page.content.decode()
    assert "province table" not in page.content.decode()


def test_the_stages_carry_their_usual_durations(client):
    stages = client.get(CHECK, FOREIGN_FORUM).context["stages"]
    assert stages == [
        {"label": "Registration certificate", "lasts": "no published duration"},
        {"label": "BBS pre-approval", "lasts": "up to 60 calendar days"},
        {
            "label": "Filing",
            "lasts": "provider about 2 working days, administration up to 20 working days",
        },
    ]
    Province.objects.filter(pk="CN-ZJ").update(accepts_forums="yes")
    there = client.get(CHECK, {**FORUM, "province": "CN-ZJ"}).context["stages"]
    filing = "provider about 2 working days, administration up to 30 working days"
    assert there[-1]["lasts"] == filing


def lasts(client: Client) -> list[str]:
    return [stage["lasts"] for stage in client.get(CHECK, FOREIGN_FORUM).context["stages"]]


def set_clock(state: State, amount: int, unit: Unit) -> None:
    Clock.objects.filter(state=state).update(amount=amount, unit=unit.value)
    forget()


def test_a_clock_is_told_in_its_own_unit(client):
    set_clock(State.PROVIDER_REVIEW, 24, Unit.HOURS)
    set_clock(State.AUTHORITY_REVIEW, 6, Unit.HOURS)
    set_clock(State.PREAPPROVAL_APPLIED, 1, Unit.DAYS)
    assert lasts(client)[1:] == [
        "up to 1 calendar day", "provider about 24 hours, administration up to 6 hours",
    ]  # fmt: skip
    set_clock(State.AUTHORITY_REVIEW, 1, Unit.WORKING_DAYS)
    assert lasts(client)[-1] == "provider about 24 hours, administration up to 1 working day"
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "zh-hans"})
    assert lasts(client)[1:] == [
        "最长 1 个自然日",
        "接入服务商初审约 24 小时，管局审核最长 1 个工作日",
    ]


def test_what_no_clock_says_is_not_promised(client):
    """A deleted clock leaves no number of the program's own behind."""
    Clock.objects.exclude(state=State.PROVIDER_REVIEW).delete()
    forget()
    assert lasts(client) == ["no published duration"] * 2 + ["provider about 2 working days"]
    Clock.objects.all().delete()
    forget()
    assert lasts(client) == ["no published duration"] * 3


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CHOSEN = re.compile(r'value="([^"]*)"(?: required)?(?: checked| selected)')


def form_of(page: Any) -> dict[str, str]:
    """What the browser would send besides the answer itself."""
    text = page.content.decode()
    return dict(HIDDEN.findall(text[text.index('class="question"') :]))


@pytest.mark.parametrize("name", FOREIGN_FORUM)
def test_going_back_loses_no_answer(client, name):
    verdict = client.get(CHECK, FOREIGN_FORUM)
    change = {str(a.question.asks): a.change for a in verdict.context["answers"]}
    page = client.get(CHECK, {**FOREIGN_FORUM, "ask": name})
    address = change[str(page.context["question"].asks)]
    page = client.get(address)
    assert page.context["name"] == name
    assert form_of(page) == {n: v for n, v in FOREIGN_FORUM.items() if n != name}
    assert CHOSEN.findall(page.content.decode()) == [FOREIGN_FORUM[name]]
    again = client.get(CHECK, {**form_of(page), name: FOREIGN_FORUM[name]})
    assert as_assessed(again.context) == as_assessed(verdict.context)


def test_an_answer_that_no_longer_matters_is_kept_but_not_shown(client):
    page = client.get(CHECK, {**FOREIGN_FORUM, "applicant_type": "enterprise"})
    shown = [str(answer.question.asks) for answer in page.context["answers"]]
    assert shown == [
        "What do you want to file?",
        "Where is the server?",
        "How do visitors reach the website?",
        "Can visitors post there?",
        "Who will file?",
        "Has BBS pre-approval been granted already?",
        "Which province will you file in?",
    ]
    back = client.get(CHECK, {**page.context["given"], "applicant_type": "foreign_enterprise"})
    assert as_assessed(back.context) == as_assessed(client.get(CHECK, FOREIGN_FORUM).context)


def test_every_question_is_answered_by_the_fields_it_shows(client):
    """As a browser without scripts would: choose, send, until there is a verdict."""
    for given in (FOREIGN_FORUM, {**FORUM, "preapproval": "yes"}, EVERY[0], EVERY[-1]):
        sent: dict[str, str] = {}
        seen = []
        while True:
            page = client.get(CHECK, sent)
            if "name" not in page.context:
                break
            name = page.context["name"]
            values = re.findall(rf'name="{name}" value="([^"]*)"|<option value="([^"]+)"',
                                page.content.decode())  # fmt: skip
            assert given[name] in {a or b for a, b in values}
            seen.append(name)
            sent = {**form_of(page), name: given[name]}
        assert seen == list(questions({**EVERY[0], **given}))


VALUES = [
    *sorted({value for values in ANSWERS.values() for value in values}),
    "", "YES", "true", "None", "0", "CN-ZZ", "unknown", "mainland\x00", "\ud800",
    "<script>alert(1)</script>", "'; --", "９", "x" * 4000,
]  # fmt: skip
NAMES = [
    *ANSWERS,
    "ask",
    "ask",
    "protocol",
    "province_accepts_forums",
    "csrfmiddlewaretoken",
    "a[]",
]


def garbage(chance: random.Random) -> str:
    pairs = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(12))]
    query = urlencode(pairs, errors="surrogatepass")
    return query + chance.choice(["", "&", "&=", "&&ask", "&%ff%fe=%c0", ";ask=%", "&ask=forum"])


def test_no_garbage_in_the_address_breaks_the_page(client):
    chance = random.Random(20261123)
    wrong = {}
    for _ in range(300):
        query = garbage(chance)
        page = client.get(f"{CHECK}?{query}")
        if page.status_code != 200 or b"<script" in page.content:
            wrong[query] = page.status_code
    assert wrong == {}


def test_the_last_of_two_answers_counts(client):
    said = "service_kind=website&mainland_cdn=no"
    page = client.get(f"{CHECK}?{said}&server_region=mainland&server_region=macau")
    assert str(page.context["verdict"]) == "not_required"


def test_nothing_but_reading_is_done_here(client):
    assert [client.post(CHECK).status_code, client.put(CHECK).status_code] == [405, 405]
    assert client.head(CHECK, FORUM).status_code == 200


def test_no_script_and_no_inline_style_is_on_the_pages(client):
    for given in ({}, {"ask": "province"}, FORUM, {**FORUM, "applicant_type": "individual"}):
        text = client.get(CHECK, given).content.decode()
        assert re.findall(r"<script|<style|javascript:|\sstyle=|\son\w+=", text) == []


def test_the_answers_are_carried_into_the_application(client, wei):
    given = {**FOREIGN_FORUM, "registration_certificate": "yes"}
    page = client.get(CHECK, given)
    [address] = re.findall(r'href="(/apply/[^"]*)"', page.content.decode())
    address = unescape(address)
    door = client.get(address)
    where, _, query = door.url.partition("?")
    assert (door.status_code, where, QueryDict(query)["next"]) == (302, "/sign-in/", address)
    client.force_login(wei)
    form = client.get(address).context["form"]
    assert {name: form[name].value() for name in given} == {
        "service_kind": "website",
        "server_region": "mainland",
        "access": "domain",
        "forum": "true",
        "applicant_type": "foreign_enterprise",
        "mainland_branch": "false",
        "registration_certificate": "true",
        "preapproval": "false",
        "province": "CN-BJ",
    }
    for name in given:
        assert re.search(r'<option value="[^"]+" selected', str(form[name])), name
