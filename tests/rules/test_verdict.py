"""The verdict over every combination of facts, against the tables of domain.md written by hand.

Nothing here is taken from the code: facts go in by the names and codes of the interface.
"""

from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest

from icpcases.rules.book import RULES
from icpcases.rules.dossier import Dossier
from icpcases.rules.facts import Facts, read_facts
from icpcases.rules.rule import Rule
from icpcases.rules.verdict import Assessment, FactsMissing, assess, find_verdict
from tests.domain import DOCUMENTS_OF, KINDS, OUTSIDE, VALUES

# Nothing here asks a database.
pytestmark = pytest.mark.sqlite

NAMES = tuple(VALUES)
Given = tuple[Any, ...]  # a value per name; None where it is not given

# Each row: the facts it asks for (any of the values named), and what then holds.
Wanted = dict[str, list[Any]]
ABROAD: Wanted = {"server_region": [*OUTSIDE]}
BY_IP: Wanted = {"access": ["ip_address"]}
OWN_FORUM: Wanted = {"forum": [True], "applicant_type": ["individual"]}
NO_APPROVAL: Wanted = {"forum": [True], "preapproval": [False]}
FOREIGN: Wanted = {"applicant_type": ["foreign_enterprise"]}
NO_PAPERS = FOREIGN | {"mainland_branch": [False], "registration_certificate": [False]}

VERDICT: tuple[tuple[Wanted, str], ...] = (
    (ABROAD, "not_required"),
    (BY_IP, "refer"),
    (OWN_FORUM, "not_permitted"),
    (NO_APPROVAL | {"province_accepts_forums": ["no"]}, "not_permitted"),
    ({}, "file"),
)
STAGES: tuple[tuple[Wanted, str], ...] = (
    (NO_PAPERS, "certificate"),
    (NO_APPROVAL, "preapproval"),
    ({}, "filing"),
)
UNMET = (
    (ABROAD, "server.mainland"),
    (BY_IP, "site.domain"),
    (OWN_FORUM, "forum.not_individual"),
    (NO_APPROVAL | {"province_accepts_forums": ["no", "unknown"]}, "forum.province"),
    (NO_APPROVAL, "forum.preapproval"),
    (NO_PAPERS, "foreign.papers"),
)
PAPERS = (
    ({"applicant_type": ["individual"]}, "individual"),
    ({"applicant_type": ["enterprise"]}, "enterprise"),
    ({"applicant_type": ["organisation"]}, "organisation"),
    (FOREIGN | {"mainland_branch": [True]}, "branch"),
    (FOREIGN, "certificate"),
)


class Outcome(NamedTuple):
    """What an assessment comes to, in codes."""

    verdict: str
    stages: tuple[str, ...]
    documents: tuple[str, ...]


def matches(given: Given, wanted: Wanted) -> bool:
    return all(given[NAMES.index(name)] in values for name, values in wanted.items())


@cache
def expected(given: Given) -> Outcome:
    verdict = next(verdict for wanted, verdict in VERDICT if matches(given, wanted))
    if verdict != "file":
        return Outcome(verdict, (), ())
    stages = tuple(stage for wanted, stage in STAGES if matches(given, wanted))
    who = next(who for wanted, who in PAPERS if matches(given, wanted))
    forum = DOCUMENTS_OF["forum"] if matches(given, {"forum": [True]}) else ()
    return Outcome(verdict, stages, (*DOCUMENTS_OF[who], *forum, *DOCUMENTS_OF["website"]))


def outcome(assessment: Assessment) -> Outcome:
    return Outcome(
        assessment.verdict.value,
        tuple(stage.value for stage in assessment.stages),
        tuple(w.kind.value + ("?" if w.when else "") for w in assessment.documents),
    )


@cache
def facts_of(given: Given) -> Facts:
    return read_facts(dict(zip(NAMES, given, strict=True)))


def every(**narrowed: tuple[Any, ...]) -> list[Given]:
    """Every combination of facts, with some of them narrowed to fewer values."""
    return list(product(*(narrowed.get(name, VALUES[name]) for name in NAMES)))


FULL = every()
# With "not given" beside the values; two regions and no protocol stand for all of them.
FEWER = VALUES | {"server_region": ("mainland", "macau"), "protocol": ()}
PARTIAL = list(product(*((*FEWER[name], None) for name in NAMES)))


def test_the_full_product_is_as_large_as_the_facts_say() -> None:
    assert len(FULL) == len(set(FULL)) == 4 * 2 * 2 * 5 * 2 * 2 * 2 * 3 * 2


def test_verdict_stages_and_documents_are_those_of_the_tables() -> None:
    found = {given: outcome(assess(facts_of(given))) for given in FULL}
    wrong = {given: got for given, got in found.items() if got != expected(given)}
    assert wrong == {}


def test_every_verdict_and_every_route_occurs() -> None:
    routes = {(found.verdict, found.stages) for found in map(expected, FULL)}
    assert routes == {
        ("not_required", ()),
        ("refer", ()),
        ("not_permitted", ()),
        ("file", ("filing",)),
        ("file", ("certificate", "filing")),
        ("file", ("preapproval", "filing")),
        ("file", ("certificate", "preapproval", "filing")),
    }


def test_every_failing_rule_is_told_in_the_order_of_the_book() -> None:
    wrong = {}
    for given in FULL:
        codes = [finding.code for finding in assess(facts_of(given)).unmet]
        if codes != [code for wanted, code in UNMET if matches(given, wanted)]:
            wrong[given] = codes
    assert wrong == {}


def test_find_verdict_says_what_assess_says() -> None:
    wrong = [g for g in FULL if find_verdict(facts_of(g)).value != expected(g).verdict]
    assert wrong == []


TWINS = [
    (facts_of(plain), facts_of(secure))
    for plain, secure in zip(every(protocol=("http",)), every(protocol=("https",)), strict=True)
]


def test_http_and_https_never_differ() -> None:
    differing = [plain for plain, secure in TWINS if assess(plain) != assess(secure)]
    assert differing == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_rule_of_the_book_reads_the_protocol(rule: Rule) -> None:
    differing = [
        plain for plain, secure in TWINS if rule.gaps(Dossier(plain)) != rule.gaps(Dossier(secure))
    ]
    assert ("protocol" in rule.reads, differing) == (False, [])


# Filing types, kinds of service, and nodes in the Mainland

ASKING_ALL = ("first", "add_service", "add_access")
UNJUDGED = ("cancel_service", "cancel_subject", "cancel_access", "inspection")


def wide(given: Given, kind: str, cdn: bool) -> Outcome:
    """What the tables come to for any service: nodes in the Mainland count as a server there,
    and only a website must have a domain."""
    entry = dict(zip(NAMES, given, strict=True))
    if cdn:
        entry["server_region"] = "mainland"
    if kind != "website":
        entry["access"] = "domain"
    found = expected(tuple(entry.values()))
    if found.verdict != "file":
        return found
    papers = found.documents[: -len(DOCUMENTS_OF["website"])]
    return found._replace(documents=(*papers, *DOCUMENTS_OF[kind]))


@pytest.mark.parametrize(
    "filing_type",
    [
        name if name == "first" else pytest.param(name, marks=pytest.mark.slow)
        for name in ASKING_ALL
    ],
)
def test_the_tables_hold_for_each_type_that_asks_all_rules(filing_type: str) -> None:
    wrong = {}
    for given, kind, cdn in product(every(protocol=("https",)), KINDS, (True, False)):
        entry = dict(zip(NAMES, given, strict=True))
        more = {"filing_type": filing_type, "service_kind": kind, "mainland_cdn": cdn}
        got = outcome(assess(read_facts(entry | more)))
        if got != wide(given, kind, cdn):
            wrong[given, kind, cdn] = got
    assert wrong == {}


def test_what_is_said_nowhere_is_a_first_filing_of_a_website_without_nodes() -> None:
    plain = {"filing_type": "first", "service_kind": "website", "mainland_cdn": False}
    different = [
        given
        for given in every(protocol=("https",))
        if assess(facts_of(given))
        != assess(read_facts(dict(zip(NAMES, given, strict=True)) | plain))
    ]
    assert different == []


@pytest.mark.slow
@pytest.mark.parametrize("filing_type", UNJUDGED)
def test_what_ends_or_is_inspected_is_always_filed_whatever_the_facts(filing_type: str) -> None:
    some = every(protocol=("https",), province_accepts_forums=("no", "yes"))
    entries = [dict(zip(NAMES, given, strict=True)) for given in some]
    entries += [dict.fromkeys(NAMES), {}]
    found = {
        (outcome(assessed), assessed.unmet)
        for entry, kind, cdn in product(entries, ("website", "app"), (True, False))
        for assessed in [
            assess(
                read_facts(
                    {**entry, "filing_type": filing_type, "service_kind": kind, "mainland_cdn": cdn}
                )
            )
        ]
    }
    assert found == {(Outcome("file", ("filing",), ()), ())}


# Of a change, the rule that each changed fact touches: by hand from section 3.
TOUCHES = {
    "server_region": {"server.mainland"},
    "mainland_cdn": {"server.mainland"},
    "access": {"site.domain"},
    "service_kind": {"site.domain"},
    "forum": {"forum.not_individual", "forum.province", "forum.preapproval"},
    "applicant_type": {"forum.not_individual", "foreign.papers"},
    "preapproval": {"forum.province", "forum.preapproval"},
    "province_accepts_forums": {"forum.province"},
    "mainland_branch": {"foreign.papers"},
    "registration_certificate": {"foreign.papers"},
    "site_name": set(),
    "service_leader_phone": set(),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOUCHES)
def test_a_change_asks_the_rules_that_it_touches_on_the_new_values(name: str) -> None:
    wrong = {}
    for given in every(protocol=("https",)):
        entry = dict(zip(NAMES, given, strict=True)) | {"filing_type": "change"}
        codes = [f.code for f in assess(read_facts(entry), frozenset({name})).unmet]
        failing = [code for wanted, code in UNMET if matches(given, wanted)]
        if codes != [code for code in failing if code in TOUCHES[name]]:
            wrong[given] = codes
    assert wrong == {}


def test_a_change_of_what_no_rule_reads_needs_no_fact() -> None:
    facts = read_facts({"filing_type": "change"})
    assert outcome(assess(facts, frozenset({"service_leader_phone"}))) == ("file", ("filing",), ())
    with pytest.raises(FactsMissing) as missing:
        assess(facts, frozenset({"forum"}))
    assert missing.value.names == ("forum",)


# Partial facts


@cache
def outcomes(given: Given) -> frozenset[Outcome]:
    """What all completions of partial facts come to."""
    if None not in given:
        return frozenset((expected(given),))
    return frozenset().union(*map(outcomes, filled(given)))


def filled(given: Given) -> list[Given]:
    """The same facts with the first missing one given, each way."""
    at = given.index(None)
    return [(*given[:at], value, *given[at + 1 :]) for value in VALUES[NAMES[at]]]


def certificate_suffices(given: Given) -> bool:
    """Whether the papers of a firm are settled by its certificate, branch or no branch."""
    values = dict(zip(NAMES, given, strict=True))
    return (
        values["mainland_branch"] is None
        and values["registration_certificate"] is True
        and values["applicant_type"] == "foreign_enterprise"
    )


def settled(given: Given) -> frozenset[Outcome]:
    """The outcomes that are left open, a needless branch being taken as not there."""
    if certificate_suffices(given):
        at = NAMES.index("mainland_branch")
        return outcomes((*given[:at], False, *given[at + 1 :]))
    return outcomes(given)


def try_to_assess(given: Given) -> Assessment | FactsMissing:
    try:
        return assess(facts_of(given))
    except FactsMissing as error:
        return error


@pytest.mark.slow
def test_partial_facts_are_answered_exactly_where_every_completion_agrees() -> None:
    wrong = {}
    for given in PARTIAL:
        found = try_to_assess(given)
        got = {outcome(found)} if isinstance(found, Assessment) else None
        if got != (settled(given) if len(settled(given)) == 1 else None):
            wrong[given] = found
    assert wrong == {}


def test_an_answer_from_partial_facts_holds_in_every_completion() -> None:
    wrong = {}
    for given in PARTIAL:
        found = try_to_assess(given)
        if isinstance(found, Assessment):
            routes = {(each.verdict, each.stages) for each in outcomes(given)}
            if routes != {outcome(found)[:2]}:
                wrong[given] = routes
    assert wrong == {}


def test_unmet_of_partial_facts_is_what_fails_in_every_completion() -> None:
    wrong = {}
    for given in PARTIAL:
        found = try_to_assess(given)
        if isinstance(found, Assessment):
            codes = [finding.code for finding in found.unmet]
            if codes != [code for wanted, code in UNMET if matches(given, wanted)]:
                wrong[given] = codes
    assert wrong == {}


@cache
def decisive(given: Given) -> frozenset[str]:
    """The facts that change the outcome in some completion."""
    if None in given:
        return frozenset().union(*map(decisive, filled(given)))
    return frozenset(
        name
        for at, name in enumerate(NAMES)
        for value in VALUES[name]
        if expected((*given[:at], value, *given[at + 1 :])) != expected(given)
    )


def test_facts_called_missing_are_not_given_and_decide_something() -> None:
    wrong = {}
    for given in PARTIAL:
        found = try_to_assess(given)
        if isinstance(found, FactsMissing):
            absent = {name for name, value in zip(NAMES, given, strict=True) if value is None}
            named = set(found.names)
            if not named or len(named) != len(found.names) or not named <= absent & decisive(given):
                wrong[given] = found.names
    assert wrong == {}


def test_verdict_alone_is_found_exactly_where_every_completion_agrees() -> None:
    wrong = {}
    for given in PARTIAL:
        verdicts = {each.verdict for each in outcomes(given)}
        try:
            found = {find_verdict(facts_of(given)).value}
        except FactsMissing:
            found = None
        if found != (verdicts if len(verdicts) == 1 else None):
            wrong[given] = found
    assert wrong == {}
