"""The check: one plain question after the other, and the verdict the rules would give."""

import random
import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from icpcases.applicants.check import answers_of, facts_of, next_questions
from icpcases.applicants.verdicts import verdict_context
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, Province
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
IN_STAGES = {
    ("certificate", "filing"): (
        "Yes, in two stages: first the registration certificate, then the filing."
    ),
    ("preapproval", "filing"): "Yes, in two stages: first BBS pre-approval, then the filing.",
    ("certificate", "preapproval", "filing"): (
        "Yes, in three stages: first the registration certificate, then BBS pre-approval, then "
        "the filing."
    ),
}
# What decides, by the verdict; the province's word on forums where it is no.
DECIDE = {
    "not_required": {"server.mainland"},
    "refer": {"site.domain"},
    "not_permitted": {"forum.not_individual", "forum.province"},
}
FIRST_STAGES = {"certificate": "foreign.papers", "preapproval": "forum.preapproval"}
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
        "stages": [
            (stage["label"], [why["sentence"] for why in stage["why"]]) for stage in shown["stages"]
        ],
        "unmet": [(finding["sentence"], finding["remedy"]) for finding in shown["unmet"]],
        "documents": shown["documents"],
        "sentence": shown["sentence"],
    }


def as_shown(assessed: dict[str, Any]) -> dict[str, Any]:
    """What the page must say, given what `manage.py assess` printed."""
    verdict, stages = assessed["verdict"], tuple(assessed["stages"])
    said = {finding["code"]: finding["sentence"] for finding in assessed["unmet"]}
    return {
        "verdict": verdict,
        "stages": [
            (STAGES[s], [said[FIRST_STAGES[s]]] if s in FIRST_STAGES else []) for s in stages
        ],
        "unmet": [(finding["sentence"], finding["remedy"]) for finding in deciding(assessed)],
        "documents": [
            (wanted["name"], wanted.get("when", ""), wanted["kind"] in SELF_MADE)
            for wanted in assessed["documents"]
        ],
        "sentence": IN_STAGES.get(stages, SENTENCES[verdict]),
    }


def deciding(assessed: dict[str, Any]) -> list[dict[str, Any]]:
    """Of all that fails what decides; a province that nobody has asked decides nothing."""
    codes = DECIDE.get(assessed["verdict"], set())
    return [f for f in assessed["unmet"] if f["code"] in codes and f["who"] == "applicant"]


@pytest.mark.slow
def test_the_check_agrees_with_the_command_whatever_the_facts():
    """Every seventh combination: no question has seven answers, so each answer meets each other."""
    some = EVERY[::7]
    assessed = answers([as_facts(given) for given in some])
    wrong = {}
    for given, wanted in zip(some, assessed, strict=True):
        facts = facts_of(given)
        found = as_assessed(verdict_context(assess(facts), facts))
        codes = [finding.code for finding in assess(facts).unmet]
        if (next_questions(facts, given), found) != ([], as_shown(wanted)) or codes != [
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
        words = [as_shown(wanted)["sentence"], *(f["remedy"] for f in deciding(wanted))]
        words += [document["name"] for document in wanted["documents"]]
        assert [text for text in words if text not in body] == []


def questions(given: dict[str, str]) -> Iterator[str]:
    """The questions that matter for these answers, in their order, written down by hand.

    Two that stand on one page are answered together: who files, and in which province.
    """
    yield from ("service_kind", "server_region")
    if given["server_region"] != "mainland":
        yield "mainland_cdn"
        if given["mainland_cdn"] == "no":
            return
    if given["service_kind"] == "website":
        yield from ("access", "forum")
        if given["access"] == "ip_address":
            return
    else:
        yield "forum"
    yield from ("applicant_type", "province")
    forum = given["forum"] == "yes"
    if forum and given["applicant_type"] == "individual":
        return
    if given["applicant_type"] == "foreign_enterprise":
        yield "mainland_branch"
        if given["mainland_branch"] == "no":
            yield "registration_certificate"
    if forum:
        yield "preapproval"


def asked(given: dict[str, str]) -> list[str]:
    """The questions the check asks somebody who would give these answers."""
    said: dict[str, str] = {}
    while names := next_questions(facts_of(said), said):
        for name in names:
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


def names(page: Any) -> list[str]:
    """The questions that stand on a page; none on a verdict."""
    return [one.name for one in page.context.get("asked", ())]


@pytest.mark.parametrize("region", OUTSIDE)
def test_a_server_outside_the_mainland_ends_it_at_once(client, region):
    assert names(client.get(CHECK)) == ["service_kind", "server_region"]
    said = {"service_kind": "website", "server_region": region}
    assert names(client.get(CHECK, said)) == ["mainland_cdn"]
    page = client.get(CHECK, {**said, "mainland_cdn": "no"})
    assert (str(page.context["verdict"]), page.context["stages"]) == ("not_required", [])
    assert "Start the application" not in page.content.decode()


BEHIND_A_CDN = {
    "service_kind": "website", "server_region": "hong_kong", "mainland_cdn": "yes",
    "access": "domain", "forum": "no", "applicant_type": "enterprise", "province": "CN-BJ",
}  # fmt: skip


def test_a_server_in_hong_kong_behind_a_mainland_cdn_is_filed(client):
    """The name is served from the Mainland, wherever the server stands."""
    said: dict[str, str] = {}
    while asked_now := names(client.get(CHECK, said)):
        said |= {name: BEHIND_A_CDN[name] for name in asked_now}
    assert list(said) == [
        "service_kind", "server_region", "mainland_cdn", "access", "forum", "applicant_type",
        "province",
    ]  # fmt: skip
    page = client.get(CHECK, said)
    assert [str(answer.question.asks) for answer in page.context["answers"]] == [
        "What do you want to file?",
        "Where is the server?",
        "Does anything in Mainland China serve the name as well?",
        "How do visitors reach the website?",
        "Can visitors post there?",
        "Who will file?",
        "Which province will you file in?",
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
    assert names(page) == ["forum"]
    wanted = client.get(CHECK, {**BEHIND_A_CDN, "service_kind": kind}).context["documents"]
    papers = [name for name, _when, _self_made in wanted]
    assert ("Domain certificate: real-name verified" in papers) is False


def test_kind_and_nodes_go_into_the_application(client, wei):
    client.force_login(wei)
    given = {**BEHIND_A_CDN, "service_kind": "app"}
    page = client.get(CHECK, given)
    [address] = re.findall(r'href="(/apply/[^"]*)"', page.content.decode())
    # An answer about a website that is none goes along; it is not asked, and decides nothing.
    sent = {
        "who-name": "玉兰书店有限公司", "who-certificate_type": "credit_code",
        "who-certificate_number": "9144030071526726XG", "who-phone": "",
    }  # fmt: skip
    assert client.post(unescape(address), sent).status_code == 302
    case = FilingCase.objects.get()
    assert (case.service_kind, case.server_region, case.mainland_cdn) == ("app", "hong_kong", True)
    assert (case.applicant_type, case.forum, case.province_id) == ("enterprise", False, "CN-BJ")


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CHOSEN = re.compile(r'value="([^"]*)"(?:\s+required)?(?: checked| selected)')


def form_of(page: Any) -> dict[str, str]:
    """What the browser would send besides the answer itself."""
    text = page.content.decode()
    return dict(HIDDEN.findall(text[text.index('class="question"') :]))


@pytest.mark.parametrize("name", FOREIGN_FORUM)
def test_going_back_loses_no_answer(client, name):
    verdict = client.get(CHECK, FOREIGN_FORUM)
    change = {str(a.question.asks): a.change for a in verdict.context["answers"]}
    page = client.get(CHECK, {**FOREIGN_FORUM, "ask": name})
    address = change[str(page.context["asked"][0].question.asks)]
    page = client.get(address)
    assert names(page) == [name]
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
            if not names(page):
                break
            sent = form_of(page)
            for name in names(page):
                values = re.findall(rf'name="{name}" value="([^"]*)"|<option value="([^"]+)"',
                                    page.content.decode())  # fmt: skip
                assert given[name] in {a or b for a, b in values}
                seen.append(name)
                sent[name] = given[name]
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
    assert client.post(address, {"who-name": "Yulan Ltd"}).status_code == 302
    form = FactsForm.of(FilingCase.objects.get())
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
